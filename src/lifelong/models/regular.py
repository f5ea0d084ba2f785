r"""Regular customers: every k-th event of a Poisson process is an order, so that gaps are Erlang-k distributed.

What the CNBD-k models need beyond their NBD kin: how many of the k events of the next gap have passed unseen (the
phase j), and the orders ahead of a living customer in phase j. With :math:`\lambda \sim \mathrm{Gamma}(R, A)`, R = r + kx + j,
A = alpha + T, and the chance to leave :math:`p \sim \mathrm{Beta}(a, b)`, orders come at the rate

.. math:: m(\tau) = \frac{R}{kA}\, E_p \sum_{y^k = 1-p} y^{\,j-k+1} \left(1 + (1-y)\,\tau/A\right)^{-(R+1)},

summed over the k complex roots y: the Laplace transform :math:`\lambda^{k-j}(\lambda+\sigma)^j / ((\lambda+\sigma)^k - (1-p)\lambda^k)`
of a terminating renewal process has its poles at :math:`\lambda(y - 1)`. The integral over a horizon is elementary for each
root; that over p is taken as in ``models.geometric``. No published package has this in exact form for k > 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.geometric import CHUNK, MOST_ORDERS, beta_nodes
from lifelong.models.special import discount_rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

BLOCK = 8
#: The chance to stay is taken as this much at least: a smaller one changes the expectation by less than that, and would
#: cost digits where the roots' parts cancel.
LEAST_STAY = 1e-9


def log_phases(k: int, shape: Floats, z: Floats) -> Floats:
    r"""Logs of :math:`(R)_j z^j / j!` for j = 0 .. k - 1, shape (k, n): what the silence says of the phase.

    Args:
        k: events to an order.
        shape: R = r + k x, shape (n,).
        z: (T - t_x) / (alpha + T), in [0, 1).
    """
    table = np.zeros((k, len(shape)))
    with np.errstate(divide="ignore"):  # no silence: the first phase for sure
        log_z = np.log(z)
    for j in range(1, k):
        table[j] = table[j - 1] + np.log((shape + (j - 1)) / j) + log_z
    return table


def expected_orders(
    k: int, j: int, R: Floats, A: Floats, a: float, b: Floats, horizon: float, discount: float = 0.0
) -> Floats:
    """Expected orders in the horizon of living customers in phase j, each weighed by e^(-discount tau); 1-d arrays."""
    rows = [slice(i, i + CHUNK) for i in range(0, len(R), CHUNK)]
    parts = [_expected(k, j, R[i], A[i], a, b[i], horizon, discount) for i in rows]
    return np.concatenate(parts) if parts else np.zeros(0)


def _expected(k: int, j: int, R: Floats, A: Floats, a: float, b: Floats, horizon: float, discount: float) -> Floats:
    reach = min(horizon, 1.0 / discount) if discount > 0 else horizon
    p, weight = beta_nodes(a, b, np.log(np.maximum(reach / A * np.maximum(R, 1.0), 1e-300)))
    total = np.zeros(len(R))
    log_stay = np.log1p(-np.minimum(p, 1.0 - LEAST_STAY)) / k
    for m in range(k // 2 + 1):  # the other roots are conjugate to these
        turn = np.exp(2j * np.pi * m / k) if m else 1.0
        pair = 1.0 if m == 0 or 2 * m == k else 2.0
        root = np.exp(log_stay) * turn
        leave = 1.0 - root if m else -np.expm1(log_stay)
        factor = pair * weight * root ** (j - k + 1)
        total += _root_sum(leave, factor, R, A, horizon, discount)
    return np.maximum(total / k, 1e-300)


def _root_sum(leave: Floats, factor: Floats, R: Floats, A: Floats, horizon: float, discount: float) -> Floats:
    """The mean over p of one root's part; all its nodes at once, shape (n, nodes)."""
    if discount == 0.0:
        gain = (1.0 - np.exp(-R[:, None] * np.log(1.0 + leave * (horizon / A)[:, None]))) / leave
        if not np.iscomplexobj(leave):
            gain = -np.expm1(-R[:, None] * np.log1p(leave * (horizon / A)[:, None])) / leave
        return np.asarray((factor * gain).sum(axis=1).real)
    tau, w = discount_rule(A / (R + 1.0), np.full(len(R), horizon), discount)
    tau /= A[:, None]
    total = np.empty(len(R))
    for i in range(0, len(R), BLOCK):
        at = slice(i, i + BLOCK)
        inner = np.exp(-(R[at] + 1.0)[:, None, None] * np.log(1.0 + leave[at, :, None] * tau[at, None, :]))
        total[at] = np.einsum("ip,ipt,it->i", factor[at], inner, w[at]).real
    return np.asarray(R / A * total)


def draw_future(
    k: int, phase: Ints, rate: Floats, p: Floats, horizon: float, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """Orders of customers alive now and in a phase: (owner, when), sorted by owner and time, ``when`` in (0, horizon]."""
    events = rng.poisson(np.minimum(rate * horizon, MOST_ORDERS))
    last = rng.geometric(np.clip(p, 1e-15, 1.0))
    owner = np.repeat(np.arange(len(rate)), events)
    # The times of all owners are sorted at once, and so known to some 1e-9 of the horizon.
    when = np.sort(owner + rng.random(len(owner))) - owner
    number = np.arange(len(owner)) - np.repeat(np.cumsum(events) - events, events) + 1 + phase[owner]
    is_order = (number % k == 0) & (number // k <= last[owner])
    return owner[is_order], np.maximum(when[is_order], 1e-300) * horizon
