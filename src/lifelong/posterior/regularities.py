r"""Pareto/GGG by a Gibbs sampler: draws of every customer's regularity, pace and hazard of leaving, and of what they share.

**Story.** If it were known when each customer left and when the order would have come that nobody has seen, the rest would
be gamma distributions. So these two are drawn too, from what the customer's present k, lambda and mu say of them; then
hyperparameters and k, lambda, mu from what they say. All customers of all chains take each step at once.

**Formula.** With the silence W, c = min(death, T), the unfinished gap G, n = x + 1 gaps of sum :math:`S = t_x + G` and
log-sum P, a sweep draws in turn

1. the way the silence came about, of three: alive, G > W with weight :math:`e^{-\mu W} Q(k, a W)`; gone since, G > W with
   :math:`(1 - e^{-\mu W}) Q(k, a W)`; gone before the next order was due, :math:`P(k, aW) - \varphi P(k, (a + \mu) W)`;
   then G and the death, exactly;
2. s, beta from :math:`\prod (s/(\beta + c))^{d} (\beta/(\beta + c))^{s}` (d: gone), mu integrated out; then
   :math:`\mu \sim \mathrm{Gamma}(s + d, \beta + c)`;
3. gamma with all :math:`\gamma k_i` held, then each k, from
   :math:`\frac{\Gamma(r + kn)\, k^{kn} e^{kP}}{\Gamma(k)^n (\alpha + kS)^{r + kn}}`, lambda integrated out; then t, gamma
   from the k's;
4. :math:`\lambda \sim \mathrm{Gamma}(r + kn, \alpha + kS)`, but before it r, alpha: from
   :math:`\prod \frac{\Gamma(r + kn)}{\Gamma(r)} \frac{\alpha^r}{(\alpha + kS)^{r + kn}}` for customers with repeat
   orders. Of the others nearly all is imputed, and r would creep: for them each :math:`\log \lambda` keeps its place,
   :math:`(\log\lambda - \psi(r) + \log\alpha) / \sqrt{\psi'(r)}`, and what is seen counts by D(W) alone;
5. s, beta once more, with the place of every customer's mu kept and the death integrated out.

Hyperparameters and k move by slice steps (``posterior.slices``), a pair of shape and rate by its mean first, then by its
shape with the mean held: along these the posterior has no ridge.

**Prior.** Normal on the logarithm of each hyperparameter, as in ``posterior.density``: t (0.5, 1), gamma (0, 1), and
Pareto/NBD's own for r, alpha, s, beta. The paper takes gamma(0.001, 0.001) for each, which is improper in all but name.

**Numerics.** The gap under an early death has density :math:`\propto f(G) (1 - e^{-\mu G})`: it is proposed from a gamma
distribution of shape k + 1 on (0, W) and taken with probability :math:`(1 - e^{-\mu G}) / (\mu G)`.

**Source.** Platzer, M. and Reutterer, T. (2016), *Marketing Science* 35(5), 779-799, appendix, whose sampler draws each
customer's lambda by itself given r and alpha; integrating out is after Liu, J. S. (1994), *JASA* 89, 958-966; holding
places is after Yu, Y. and Meng, X.-L. (2011), To center or not to center, *JCGS* 20(3), 531-570.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from lifelong.models.base import weeks
from lifelong.models.pareto_ggg import ParetoGGG, next_due, not_due, silent
from lifelong.posterior.density import checked, stated_prior
from lifelong.posterior.people import CHAINS, People, Stated, gathered, shared_posterior
from lifelong.posterior.slices import slice_step
from lifelong.values import Origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lifelong.models.climb import Prior
    from lifelong.values import Spacings

    Floats = NDArray[np.float64]

#: Width of the slices on the log scale; far more than a posterior is wide, so that the first sweeps travel.
WIDTH = 3.0
#: Rates and regularities are kept this far from zero, where their logarithm would be lost.
LEAST = 1e-12
#: A logarithm of a rate above which no posterior has mass, and whose exponential does not overflow.
FAR = 600.0
#: Proposals for an early gap; each is taken at least once in 1 + mu G times.
TRIES = 1000


@dataclass(slots=True)
class State:
    """Where the chains stand: hyperparameters (6, chains), and k, lambda, mu, G, c, gone, each (chains, customers)."""

    theta: Floats
    k: Floats
    lam: Floats
    mu: Floats
    G: Floats
    c: Floats
    gone: Floats


def pareto_ggg(
    data: Spacings,
    prior: Prior | None = None,
    *,
    draws: int = 1000,
    tune: int = 500,
    thin: int = 5,
    seed: int = 0,
) -> People:
    """Draw from the posterior of Pareto/GGG: four chains.

    Args:
        data: histories with their gaps, from ``tables.gaps.spacings``.
        prior: normal on the logarithms of t, gamma, r, alpha, s, beta; the stated one where none is given.
        draws: how many in all; each holds every customer's k, lambda and mu.
        tune: sweeps of each chain that are thrown away first.
        thin: sweeps to a draw that is kept.
        seed: equal seeds give equal draws.

    Raises:
        FitError: E201 where there is nobody in the data, E221 where the prior is not proper.
        ConfigError: E301 where fewer than 40 draws are asked for, E303 where the extra ``bayes`` is not installed.
    """
    stated = checked(prior or stated_prior(ParetoGGG), len(ParetoGGG.params))
    rng = np.random.default_rng([seed, 7])
    x, t_x, W = data.x.astype(np.float64), weeks(data.t_x), weeks(data.T - data.t_x)
    state = started(stated, x, weeks(data.T), rng)

    def sweep() -> tuple[Floats, Floats]:
        augment(state, t_x, W, rng)
        leaving(state, stated, rng)
        regularity(state, stated, x, t_x, data.log_gaps, rng)
        pace(state, stated, (x, t_x, W), rng)
        hazard(state, stated, t_x, W, rng)
        return state.theta.T, np.stack([state.k, state.lam, state.mu])

    theta, (k, lam, mu) = gathered(sweep, data, (draws, tune, thin))
    names, units = (tuple(getattr(p, kind) for p in ParetoGGG.params) for kind in ("name", "unit"))
    origin = Origin(customers=len(data), patterns=len(data), seed=seed)
    shared = shared_posterior(Stated(ParetoGGG.name, names, units, stated), theta, origin)
    return People(shared, k, lam, mu, data.t_x, data.T, data.customer_id)


def started(prior: Prior, x: Floats, T: Floats, rng: np.random.Generator) -> State:
    """Chains that begin apart: hyperparameters half as wide as the prior, customers near what their counts say."""
    log_theta = prior.mean[:, None] + 0.5 * prior.sd[:, None] * rng.standard_normal((len(prior.mean), CHAINS))
    theta = np.exp(log_theta)
    shape = (CHAINS, len(x))
    k = np.broadcast_to((theta[0] / theta[1])[:, None], shape).copy()
    lam = (theta[2][:, None] + x) / (theta[3][:, None] + T)
    mu = theta[4][:, None] / (theta[5][:, None] + T)
    none = np.zeros(shape)
    return State(theta, k, lam, mu, none, none, none)


def augment(state: State, t_x: Floats, W: Floats, rng: np.random.Generator) -> None:
    """Step 1: who is gone, when they left, and when the next order would have come; exact given k, lambda, mu."""
    k, lam, mu = state.k, state.lam, state.mu
    due, stays = not_due(k, lam, W), np.exp(-mu * W)
    at = rng.random(k.shape) * silent(k, lam, mu, W)
    is_alive = at < stays * due
    is_early = ~is_alive & (at >= due)
    state.G = next_due(k, lam, np.broadcast_to(W, k.shape), rng)
    if is_early.any():
        some = np.nonzero(is_early)
        state.G[some] = early_gap(k[some], lam[some], mu[some], W[some[1]], rng)
    lived = -np.log1p(rng.random(k.shape) * np.expm1(-mu * np.minimum(state.G, W))) / mu
    state.gone = (~is_alive).astype(np.float64)
    state.c = t_x + np.where(is_alive, W, np.minimum(lived, W))


def early_gap(k: Floats, lam: Floats, mu: Floats, W: Floats, rng: np.random.Generator) -> Floats:
    """The gap G < W that a death before it hides: density f(G) (1 - exp(-mu G)) on (0, W)."""
    a = k * lam
    most = special.gammainc(k + 1.0, a * W)
    made, waits = W.copy(), np.arange(len(k))
    for _ in range(TRIES):
        drawn = special.gammaincinv(k[waits] + 1.0, (1.0 - rng.random(len(waits))) * most[waits]) / a[waits]
        hazard = np.maximum(mu[waits] * drawn, 1e-300)
        is_taken = rng.random(len(waits)) * hazard <= -np.expm1(-hazard)
        made[waits[is_taken]] = np.clip(drawn[is_taken], 1e-9, W[waits[is_taken]])
        waits = waits[~is_taken]
        if not len(waits):
            break
    return made


def leaving(state: State, prior: Prior, rng: np.random.Generator) -> None:
    """Step 2: s, beta with mu integrated out, then mu."""
    gone, c = state.gone, state.c

    def likely(s: Floats, beta: Floats) -> Floats:
        dead, n = gone.sum(axis=1), gone.shape[1]
        later = (np.log(beta[:, None] + c) * (s[:, None] + gone)).sum(axis=1)
        return np.asarray(dead * np.log(s) + n * s * np.log(beta) - later)

    s, beta = pair_step(state, prior, 4, likely, rng)
    state.mu = np.maximum(rng.standard_gamma(s[:, None] + gone) / (beta[:, None] + c), LEAST)


def regularity(state: State, prior: Prior, x: Floats, t_x: Floats, log_gaps: Floats, rng: np.random.Generator) -> None:
    """Step 3: gamma with gamma k held, each k with lambda integrated out, then t and gamma given the k's."""
    n, S, P = x + 1.0, t_x + state.G, log_gaps + np.log(state.G)
    t, gamma, r, alpha, _, _ = (row[:, None] for row in state.theta)

    def likely(log_k: Floats) -> Floats:
        k = np.exp(log_k)
        spread = special.gammaln(r + k * n) - (r + k * n) * np.log(alpha + k * S)
        return np.asarray(spread + k * (n * log_k + P) - n * special.gammaln(k))

    log_k = np.log(state.k)

    def scaled(log_gamma: Floats) -> Floats:
        held = likely(log_k + (np.log(state.theta[1]) - log_gamma)[:, None]).sum(axis=1)
        return np.asarray(held + bell(prior, 1, log_gamma))

    made = slice_step(scaled, np.log(state.theta[1]), WIDTH, rng)
    log_k = log_k + (np.log(state.theta[1]) - made)[:, None]
    state.theta[1] = np.exp(made)
    log_k = slice_step(lambda v: likely(v) + t * v - gamma * np.exp(v), log_k, WIDTH, rng)
    state.k = np.exp(log_k)
    total, log_total = state.k.sum(axis=1), log_k.sum(axis=1)

    def of_shape(t: Floats, gamma: Floats) -> Floats:
        return np.asarray(len(x) * (t * np.log(gamma) - special.gammaln(t)) + t * log_total - gamma * total)

    pair_step(state, prior, 0, of_shape, rng)


def pace(state: State, prior: Prior, data: tuple[Floats, Floats, Floats], rng: np.random.Generator) -> None:
    """Step 4: r, alpha with the buyers' lambda and the others' hidden gap and death integrated out, then lambda."""
    x, t_x, W = data
    buys = x > 0
    events, exposure = state.k * (x + 1.0), state.k * (t_x + state.G)
    own, total = events[:, buys], exposure[:, buys]
    k, mu, W = state.k[:, ~buys], state.mu[:, ~buys], W[~buys]

    def drawn(which: NDArray[np.bool_]) -> Floats:
        r, alpha = state.theta[2:4, :, None]
        made = rng.standard_gamma(r + events[:, which]) / (alpha + exposure[:, which])
        return np.asarray(np.maximum(made, LEAST))

    state.lam[:, ~buys] = drawn(~buys)
    held = placed(np.log(state.lam[:, ~buys]), *state.theta[2:4])

    def likely(r: Floats, alpha: Floats) -> Floats:
        shape = r[:, None] + own
        each = special.gammaln(shape) - shape * np.log(alpha[:, None] + total)
        log_lam, others = moved(held, r, alpha)
        others = others + np.log(silent(k, np.exp(log_lam), mu, W))
        ends = own.shape[1] * (r * np.log(alpha) - special.gammaln(r))
        return np.asarray(each.sum(axis=1) + others.sum(axis=1) + ends)

    log_lam, _ = moved(held, *pair_step(state, prior, 2, likely, rng))
    state.lam[:, ~buys] = np.maximum(np.exp(log_lam), LEAST)
    state.lam[:, buys] = drawn(buys)


def hazard(state: State, prior: Prior, t_x: Floats, W: Floats, rng: np.random.Generator) -> None:
    """Step 5: s, beta once more, each mu keeping its place; hidden gaps and deaths are integrated out."""
    held = placed(np.log(state.mu), *state.theta[4:6])

    def likely(s: Floats, beta: Floats) -> Floats:
        log_mu, each = moved(held, s, beta)
        mu = np.exp(log_mu)
        return np.asarray((each - mu * t_x + np.log(silent(state.k, state.lam, mu, W))).sum(axis=1))

    log_mu, _ = moved(held, *pair_step(state, prior, 4, likely, rng))
    state.mu = np.maximum(np.exp(log_mu), LEAST)


def placed(log_value: Floats, shape: Floats, rate: Floats) -> Floats:
    """The place of logarithms of gamma variates: their distance from the mean in standard deviations."""
    away = log_value - (special.digamma(shape) - np.log(rate))[:, None]
    return np.asarray(away / np.sqrt(special.polygamma(1, shape))[:, None])


def moved(held: Floats, shape: Floats, rate: Floats) -> tuple[Floats, Floats]:
    """The logarithms at these places under another shape and rate, and the log density of the places there."""
    sd = np.sqrt(special.polygamma(1, shape))
    made = np.minimum((special.digamma(shape) - np.log(rate))[:, None] + sd[:, None] * held, FAR)
    common = shape * np.log(rate) - special.gammaln(shape) + np.log(sd)
    return made, np.asarray(shape[:, None] * made - rate[:, None] * np.exp(made) + common[:, None])


def pair_step(
    state: State, prior: Prior, j: int, likely: Callable[[Floats, Floats], Floats], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Move the j-th hyperparameter, a shape, and the next one, its rate: log mean first, then log shape."""
    log_shape = np.log(state.theta[j])
    log_mean = log_shape - np.log(state.theta[j + 1])

    def density(log_mean: Floats, log_shape: Floats) -> Floats:
        log_rate = log_shape - log_mean
        told = likely(np.exp(log_shape), np.exp(log_rate))
        return np.asarray(told + bell(prior, j, log_shape) + bell(prior, j + 1, log_rate))

    log_mean = slice_step(lambda v: density(v, log_shape), log_mean, WIDTH, rng)
    log_shape = slice_step(lambda v: density(log_mean, v), log_shape, WIDTH, rng)
    state.theta[j], state.theta[j + 1] = np.exp(log_shape), np.exp(log_shape - log_mean)
    return state.theta[j], state.theta[j + 1]


def bell(prior: Prior, j: int, value: Floats) -> Floats:
    """The log prior of the j-th log hyperparameter, less its constant."""
    return np.asarray(-0.5 * ((value - prior.mean[j]) / prior.sd[j]) ** 2)
