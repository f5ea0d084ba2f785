r"""Pareto/GGG: a customer's own pace, own regularity and own end; what follows for one customer whose three are given.

**Story.** Some come like clockwork, others at random. So beside the pace :math:`\lambda` and the hazard of leaving
:math:`\mu` of Pareto/NBD each customer has a regularity k: gaps between orders are gamma distributed with shape k and mean
:math:`1/\lambda`. At k = 1 orders come at random and the model is Pareto/NBD; all three differ between customers by gamma
distributions.

**Formula.** With :math:`a = k\lambda`, the silence :math:`W = T - t_x`, and Q the upper regularised incomplete gamma function,

.. math:: L(k, \lambda, \mu) = \frac{a^{kx}\, (\prod g)^{k-1}}{\Gamma(k)^x}\, e^{-(a + \mu) t_x}\, D(W), \qquad
          D(W) = 1 - \varphi + \varphi\, Q(k, (a+\mu) W), \quad \varphi = \left(\frac{a}{a+\mu}\right)^k

and :math:`P(\text{alive}) = e^{-\mu W} Q(k, a W) / D(W)`. The paper has an integral for D; by parts it is the closed form
above: :math:`1 - \varphi` of all customers leave before their next order, and the rest is not yet due.

**Symbols.** k: no unit; lambda, mu: a week; t_x, T, gaps g: weeks. Arrays broadcast. The hyperparameters t, gamma (of k),
r, alpha (of lambda), s, beta (of mu) are shape and rate of the gamma distributions.

**Numerics.** Both terms of D are positive, so nothing cancels; :math:`\varphi` comes from log1p(mu / a).

**Source.** Platzer, M. and Reutterer, T. (2016), Ticking away the moments: timing regularity helps to better predict
customer activity, *Marketing Science* 35(5), 779-799, equations 1 to 5.

**Check.** At k = 1, :math:`P(\text{alive}) = 1 / (1 + \frac{\mu}{\lambda+\mu}(e^{(\lambda+\mu) W} - 1))`
(Schmittlein, Morrison and Colombo 1987, equation 11):

>>> alive(1.0, 0.2, 0.05, 10.0).round(6).item(), (1 / (1 + 0.2 * np.expm1(2.5))).round(6).item()
(0.308976, 0.308976)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy import special

from lifelong.models.base import Parameter
from lifelong.models.pareto_nbd import ParetoNBD

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Orders of one customer that are drawn at most; a pace above that is an artefact of a draw far out.
MOST_ORDERS = 10_000


class ParetoGGG:
    """The hyperparameters of Pareto/GGG; there is no likelihood of theirs in closed form: see ``posterior.regularities``."""

    name: ClassVar[str] = "pareto_ggg"
    params: ClassVar[tuple[Parameter, ...]] = (
        Parameter("t", "", "shape of the regularities", 2.0, 1e-3, 1e4, (0.5, 1.0)),
        Parameter("gamma", "", "rate of the regularities: t / gamma is their mean", 1.0, 1e-3, 1e4, (0.0, 1.0)),
        *ParetoNBD.params,
    )


def not_due(k: ArrayLike, lam: ArrayLike, W: ArrayLike) -> Floats:
    """Q(k, a W): the chance that a gap is longer than W weeks."""
    k, lam = np.asarray(k, dtype=np.float64), np.asarray(lam, dtype=np.float64)
    return np.asarray(special.gammaincc(k, k * lam * np.asarray(W)))


def silent(k: ArrayLike, lam: ArrayLike, mu: ArrayLike, W: ArrayLike) -> Floats:
    """D(W): the chance of a silence of W weeks, whether there or gone."""
    k, lam, mu = (np.asarray(v, dtype=np.float64) for v in (k, lam, mu))
    a = k * lam
    log_phi = -k * np.log1p(mu / a)
    return np.asarray(-np.expm1(log_phi) + np.exp(log_phi) * special.gammaincc(k, (a + mu) * np.asarray(W)))


def alive(k: ArrayLike, lam: ArrayLike, mu: ArrayLike, W: ArrayLike) -> Floats:
    """P(still a customer) after a silence of W weeks, given the customer's own k, lambda and mu."""
    all_ways = silent(k, lam, mu, W)
    with np.errstate(invalid="ignore"):
        told = np.exp(-np.asarray(mu) * np.asarray(W)) * not_due(k, lam, W) / all_ways
    return np.asarray(np.where(all_ways > 0.0, np.minimum(told, 1.0), 0.0))


def next_due(k: Floats, lam: Floats, W: Floats, rng: np.random.Generator) -> Floats:
    """A draw of the unfinished gap, longer than W, in weeks."""
    a = k * lam
    drawn = special.gammainccinv(k, (1.0 - rng.random(k.shape)) * not_due(k, lam, W)) / a
    return np.asarray(np.where(np.isfinite(drawn), np.maximum(drawn, W), W))


def renew(first: Floats, k: Floats, lam: Floats, end: Floats, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Orders of customers from the first one's time on, up to each one's end: (owner, when), in no order."""
    owners, times = [np.empty(0, np.int64)], [np.empty(0)]
    who, now = np.arange(len(first)), first
    for _ in range(MOST_ORDERS):
        there = now <= end[who]
        who, now = who[there], now[there]
        if not len(who):
            break
        owners.append(who)
        times.append(now)
        now = now + rng.standard_gamma(k[who]) / (k * lam)[who]
    return np.concatenate(owners), np.concatenate(times)


def simulate(theta: Floats, T: ArrayLike, rng: np.random.Generator) -> tuple[Floats, Floats, tuple[Ints, Floats]]:
    """New customers, watched T weeks each.

    Returns:
        Their k, lambda, mu, shape (3, n); their times of death; and the repeat orders up to T, as (owner, when).
    """
    t, gamma, r, alpha, s, beta = theta
    T = np.asarray(T, dtype=np.float64)
    shape, rate = np.array([t, r, s])[:, None], np.array([gamma, alpha, beta])[:, None]
    own = rng.standard_gamma(np.broadcast_to(shape, (3, len(T)))) / rate
    k, lam, mu = np.maximum(own, 1e-12)
    death = rng.standard_exponential(len(T)) / mu
    first = rng.standard_gamma(k) / (k * lam)
    return np.stack([k, lam, mu]), death, renew(first, k, lam, np.minimum(death, T), rng)
