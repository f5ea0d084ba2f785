r"""The Gompertz lifetime mixed over customers, and the two integrals of GGompertz/NBD over it.

With :math:`g(t) = (e^{bt} - 1)/b` a customer of hazard :math:`\eta\,e^{bt}`, :math:`\eta \sim \mathrm{Gamma}(s, \beta)`,
is still there at t with :math:`(\beta/(\beta+g(t)))^s`. From a time t on the same form holds again,

.. math:: \beta + g(t+h) = e^{bt}\,[D(t) + g(h)], \qquad D(t) = \beta e^{-bt} + (1 - e^{-bt})/b,

so that nothing overflows however long t is. As b goes to 0, g(t) becomes t and all of this becomes Pareto's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.pairs import Pairs
from lifelong.models.special import line_rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Index = NDArray[np.intp]

#: Pairs whose nodes are laid out at once.
BLOCK = 256
#: Times whose logarithms are kept at once: eleven years of days, some 30 MB.
TIMES = 4_096
#: Distance of the nodes in v: the error is near 1e-13 (against a step of 0.04), at 0.4 near 1e-9.
NODE_STEP = 0.3


def log_growth(b: float, h: Floats) -> Floats:
    """Log of g(h) = (e^(b h) - 1) / b, for h > 0."""
    z = b * h
    return np.asarray(np.where(z < 30.0, np.log(np.expm1(np.minimum(z, 30.0))), z) - np.log(b))


def log_growth_slope(b: float, h: Floats) -> Floats:
    r"""The derivative of log g(h) in b: :math:`h/(1 - e^{-bh}) - 1/b`, without its cancellation where b h is small."""
    z = b * h
    small = np.minimum(z, 0.1)
    series = h * (0.5 + small / 12.0 - small**3 / 720.0 + small**5 / 30240.0)
    return np.where(z < 0.1, series, h / -np.expm1(-np.maximum(z, 0.1)) - 1.0 / b)


def ahead(b: float, beta: float, t: Floats) -> tuple[Floats, Floats, Floats]:
    """D(t), and its derivatives in b and beta."""
    z = b * t
    fade, small = np.exp(-z), np.minimum(z, 0.05)
    series = -(t**2) * (0.5 - small / 3.0 + small**2 / 8.0 - small**3 / 30.0 + small**4 / 144.0 - small**5 / 840.0)
    whole = -np.expm1(-z) / b
    slope = np.where(z < 0.05, series, (t * fade - whole) / b)
    return beta * fade + whole, slope - t * beta * fade, fade


def tail(theta: Floats, pairs: Pairs, i: float, j: float) -> tuple[Floats, Floats]:
    r"""Log of an integral over the time h after t at each pair (x, t), and its gradient in theta, shape (5, pairs).

    .. math:: I = \int_0^\infty (\alpha+t+h)^{-(r+x+i)}\, e^{j b h}\, (D(t) + g(h))^{-(s+j)}\, dh

    Taken by the trapezoidal rule over v = log(e^(b h) - 1), where the integrand is smooth with exponential tails. All
    pairs have the same nodes, so that logarithms are taken once for each time; a pair costs one exponential a node.

    Args:
        theta: (r, alpha, b, s, beta).
        pairs: counts and times, weeks.
        i: added to r, > 0 for the customer who is alive for longer.
        j: 0 for that one, 1 for the density of leaving, with its e^(b h).
    """
    if len(pairs.t) > TIMES:
        return _joined([tail(theta, _own(pairs, at, TIMES), i, j) for at in range(0, len(pairs), TIMES)])
    r, alpha, b, s, beta = theta
    power, q, A = r + pairs.x + i, s + j, alpha + pairs.t
    D, D_b, D_beta = ahead(b, beta, pairs.t)
    v, weight = _nodes(b * A, power, q, b * D, s)
    growth = np.logaddexp(0.0, v)  # b h
    h, log_g = growth / b, v - np.log(b)
    log_a, log_d = np.log(A[:, None] + h), np.log(D)[:, None]
    log_b = np.logaddexp(log_d, log_g)
    share = np.exp(log_d - log_b)  # of D in D + g
    by_b = j * h - q * (share * (D_b / D)[:, None] + (1.0 - share) * log_growth_slope(b, h))
    # d h has e^(b h) below it, and the density the same above
    rest = np.log(weight) + log_g - (1.0 - j) * growth - q * log_b
    means = np.stack([np.ones_like(log_a), -log_a, 1.0 / (A[:, None] + h), by_b, -log_b, share], axis=1)
    parts = [slice(at, at + BLOCK) for at in range(0, len(pairs), BLOCK)]
    value, slope = _joined([_block(power[pairs.ix[part]], pairs.it[part], log_a, rest, means) for part in parts])
    slope[1] *= -power[pairs.ix]
    slope[4] *= (-q * D_beta / D)[pairs.it]
    return value, slope


def _joined(parts: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    return np.concatenate([value for value, _ in parts]), np.concatenate([slope for _, slope in parts], axis=1)


def _own(pairs: Pairs, start: int, size: int) -> Pairs:
    """Some pairs, each with its own time."""
    part = slice(start, start + size)
    t = pairs.t[pairs.it[part]]
    return Pairs(pairs.x, t, pairs.ix[part], np.arange(len(t)))


def _nodes(A: Floats, power: Floats, q: float, D: Floats, s: float) -> tuple[Floats, Floats]:
    """Nodes v and their weights; A and D in units of 1 / b."""
    # In v = log(e^(b h) - 1) no factor has a singularity nearer than pi to the real line, whatever b is.
    first = np.log(np.expm1(min(A.min() / (1.0 + power.max()), 1.0)))
    low = min(first, np.log(D.min() / (1.0 + q)), 0.0) - 1.0
    high = max(np.log(D.max()), 0.0) + 1.0
    v, weight = line_rule(np.array([low]), np.array([high]), np.ones(1), np.full(1, float(s)), NODE_STEP)
    return v[0], weight[0]


def _block(power: Floats, it: Index, log_a: Floats, rest: Floats, means: Floats) -> tuple[Floats, Floats]:
    """Log of the sum of e^rest (A + h)^-power over the nodes, and means under it, of pairs with these times."""
    height = rest[it] - power[:, None] * log_a[it]
    top = height.max(axis=1)
    height -= top[:, None]
    np.exp(height, out=height)
    total, *sums = np.einsum("iv,imv->mi", height, means[it])
    return top + np.log(total), np.stack(sums) / total


def weeks_alive(b: float, s: float, D: Floats, horizon: float, discount: float) -> Floats:
    r"""Discounted weeks alive, :math:`\int_0^H e^{-\delta h} (D/(D+g(h)))^s dh`, for each D; the horizon may be inf.

    Gauss-Legendre panels in v = log(e^(b h) - 1): of length 4 where the integrand bends, ever longer beyond.
    """
    log_d = np.log(b * D)
    # Beyond this v less than e^-50 of the worth is left.
    end = np.maximum(log_d, 0.0) + 50.0 / s
    if discount > 0.0:
        end = np.minimum(end, 50.0 * b / discount + 1.0)
    if np.isfinite(horizon):
        end = np.minimum(end, float(log_growth(b, np.array(horizon)) + np.log(b)))
    bends = np.minimum(np.minimum(log_d - np.log1p(s), 0.0), end)
    if discount > 0.0:
        bends = np.minimum(bends, np.log(np.expm1(min(b / discount, 1.0))))
    low, turn = bends - 42.0, np.minimum(np.maximum(log_d, 0.0) + 6.0, end)
    near = int(np.ceil(np.max(turn - low, initial=1.0) / 4.0))
    far = (np.exp(np.linspace(0.0, 6.0, 25)) - 1.0) / np.expm1(6.0)
    edges = np.concatenate([low[:, None] + (turn - low)[:, None] * np.linspace(0.0, 1.0, near + 1),
                            turn[:, None] + (end - turn)[:, None] * far[1:]], axis=1)  # fmt: skip
    node, weight = np.polynomial.legendre.leggauss(16)
    half, middle = np.diff(edges, axis=1) / 2.0, (edges[:, 1:] + edges[:, :-1]) / 2.0
    v = (middle[:, :, None] + half[:, :, None] * node).reshape(len(D), -1)
    w = (half[:, :, None] * weight).reshape(len(D), -1)
    growth = np.logaddexp(0.0, v)
    height = v - growth - discount / b * growth - s * np.logaddexp(0.0, v - log_d[:, None])
    return np.asarray((w * np.exp(height)).sum(axis=1) / b)
