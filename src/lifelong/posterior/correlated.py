r"""Pareto/NBD with log-normal rates that go together, by a Gibbs sampler: draws of every customer's pace and hazard of leaving.

**Story.** Where customers' rates were known, their means, spreads and correlation would follow as in any regression; where
these were known, each customer's rates would have a normal prior and a likelihood in closed form. So the two are drawn in
turn. Unlike in the paper nobody's death is drawn: it is integrated out, and the chains go further at each sweep.

**Formula.** With the rates :math:`z_i = (\log\lambda_i, \log\mu_i)`, the covariates :math:`v_i` (a 1 first) and
:math:`z_i \sim N(B^\top v_i, \Gamma)`, a sweep draws in turn, for all customers of all chains at once,

1. each :math:`z_i` from :math:`L(z_i)\, N(z_i; B^\top v_i, \Gamma)`, L from ``models.pareto_abe``: elliptical slices;
2. :math:`\Gamma \mid z \sim \mathrm{IW}(\nu_0 + n, S)`, then :math:`B \mid \Gamma, z \sim N(\hat B, A^{-1} \otimes \Gamma)` with
   :math:`A = V^\top V + A_0`, :math:`\hat B = A^{-1}(V^\top z + A_0 B_0)` and
   :math:`S = S_0 + (z - V\hat B)^\top (z - V\hat B) + (\hat B - B_0)^\top A_0 (\hat B - B_0)`;
3. B and the root C of :math:`\Gamma = C C^\top` once more, number by number, while each customer keeps the place
   :math:`C^{-1}(z_i - B^\top v_i)` and the rates move along: slices of the likelihood of all.

Step 2 alone creeps, for little is known of who left; step 3 alone creeps where much is known of the pace.

**Prior.** :class:`RatePrior`. Covariates are taken less their mean and over their standard deviation, so that the prior has
no unit and its means are those of an average customer; what is told is of the covariates as given.

**Source.** Abe, M. (2009), "Counting your customers" one by one: a hierarchical Bayes extension to the Pareto/NBD model,
*Marketing Science* 28(3), 541-553; integrating out is after Liu, J. S. (1994), *JASA* 89, 958-966; step 3 after Yu, Y. and
Meng, X.-L. (2011), To center or not to center, *JCGS* 20(3), 531-570.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from lifelong.errors import DataError, FitError
from lifelong.models.base import weeks
from lifelong.models.climb import Prior
from lifelong.models.encoding import Encoding
from lifelong.models.pareto_abe import log_likelihood
from lifelong.phrases import phrase
from lifelong.posterior.people import CHAINS, People, Stated, gathered, shared_posterior
from lifelong.posterior.slices import elliptical_step, slice_step
from lifelong.values import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from lifelong.values import Spacings

    Floats = NDArray[np.float64]

RATES = ("log_lambda", "log_mu")
#: A rate is kept this far from zero, where float32 would lose it.
LEAST = 1e-12
#: Width of the slices of step 3, on the scale of logarithms.
WIDTH = 1.0


@dataclass(frozen=True, slots=True)
class RatePrior:
    """What is believed of log lambda and log mu before any data: conjugate, and weak.

    Attributes:
        centre: their means for an average customer: an order in twenty weeks, a stay of a year. Coefficients have mean 0.
        worth: as how many customers this counts; a tenth leaves a factor of e^7 either way.
        spread: mean of their covariance between customers, shape (2, 2).
        degrees: as how many customers ``spread`` counts, more than 3; at 6 the correlation may be anything.
    """

    centre: tuple[float, float] = (-3.0, -4.0)
    worth: float = 0.1
    spread: ArrayLike = ((1.5, 0.0), (0.0, 1.5))
    degrees: float = 6.0

    def checked(self) -> Floats:
        """The spread as a matrix, if all is proper.

        Raises:
            FitError: E221.
        """
        spread = np.asarray(self.spread, dtype=np.float64)
        is_square = spread.shape == (2, 2) and np.isfinite(spread).all() and np.allclose(spread, spread.T)
        is_weighed = np.isfinite(self.centre).all() and self.worth > 0 and self.degrees > 3
        if is_square and is_weighed and np.linalg.eigvalsh(spread).min() > 0:
            return spread
        raise FitError(
            "E221",
            "the prior needs two finite means of a worth above 0, and a covariance with more than 3 degrees",
            where="prior",
            why="without a proper prior a posterior need not have a finite sum",
            fix="state a weak one rather than none: RatePrior() is worth a tenth of a customer",
        )


@dataclass(frozen=True, slots=True)
class Design:
    """Covariates of all customers, standardised: ``v`` has shape (n, K), a 1 first; ``back @ B`` is of them as given."""

    v: Floats
    back: Floats
    names: tuple[str, ...]

    @classmethod
    def of(cls, covariates: Mapping[str, ArrayLike], customers: int) -> Design:
        """Columns of numbers or words, a value a customer.

        Raises:
            DataError: E161 where there are more or fewer customers; E211 where a column has gaps.
        """
        encoding = Encoding.learn(covariates, list(covariates))
        given = encoding.design(covariates) if covariates else np.empty((customers, 0))
        if len(given) != customers:
            raise DataError(
                "E161",
                phrase(
                    "{given:,} customers have covariates and {customers:,} have a history",
                    given=len(given),
                    customers=customers,
                ),
                where="covariates",
                why="the rows must be those of the histories, in their order",
                fix="put a value for each of customer_id, in the order in which the histories hold them",
            )
        centre = given.sum(axis=0) / max(customers, 1)
        scale = np.sqrt(((given - centre) ** 2).sum(axis=0) / max(customers, 1))
        scale = np.where(scale > 0, scale, 1.0)
        back = np.eye(1 + len(scale))
        back[0, 1:], back[1:, 1:] = -centre / scale, np.diag(1.0 / scale)
        return cls(np.column_stack([np.ones(customers), (given - centre) / scale]), back, encoding.columns)

    def stated(self, prior: RatePrior) -> Stated:
        """Means and standard deviations of what is told: spreads, correlation, means, coefficients."""
        spread, half = prior.checked(), (prior.degrees - 1.0) / 2.0
        sd = np.sqrt(np.diag(spread))
        cor = spread[0, 1] / sd.prod()
        log_sd = 0.5 * (np.log((prior.degrees - 3.0) / 2.0 * sd**2) - special.digamma(half))
        wide = np.sqrt((self.back**2).sum(axis=1) / prior.worth)[:, None] * sd
        means = np.zeros_like(wide)
        means[0] = prior.centre
        names = [f"{process}_{column}" for column in self.names for process in ("trans", "life")]
        return Stated(
            "pareto_abe",
            ("sd_log_lambda", "sd_log_mu", "cor", *RATES, *names),
            ("",) * (5 + len(names)),
            Prior(
                np.r_[log_sd, cor, means.ravel()],
                np.r_[
                    [0.5 * np.sqrt(special.polygamma(1, half))] * 2, (1.0 - cor**2) * prior.degrees**-0.5, wide.ravel()
                ],
            ),
            free=3 + len(names),
        )


@dataclass(slots=True)
class State:
    """Where the chains stand: log rates z (2, chains, n), B (chains, K, 2), and the root C of Gamma (chains, 2, 2)."""

    z: Floats
    B: Floats
    C: Floats


def pareto_abe(
    data: Spacings,
    covariates: Mapping[str, ArrayLike] | None = None,
    prior: RatePrior | None = None,
    *,
    draws: int = 1000,
    thin: int = 20,
    seed: int = 0,
) -> People:
    """Draw from the posterior of Pareto/NBD with log-normal rates: four chains; half as many sweeps more come first.

    Args:
        data: histories, from ``tables.gaps.spacings``; what gaps say of regularity is not looked at.
        covariates: columns by name, of numbers or words, a value for each of ``data.customer_id`` in that order.
        prior: the weak one where none is given.
        draws: how many in all; each holds every customer's lambda and mu.
        thin: sweeps to a draw that is kept.
        seed: equal seeds give equal draws.

    Returns:
        Draws, k = 1 for all. ``shared`` has the standard deviations of log lambda and log mu between customers of equal
        covariates, their correlation, their means where all covariates are 0 (the first level of words), and the
        coefficients of the covariates on ordering (trans) and on leaving (life).

    Raises:
        FitError: E201 where there is nobody in the data, E221 where the prior is not proper.
        DataError: E161, E211 where the covariates are not the customers'.
        ConfigError: E301 where fewer than 40 draws are asked for, E303 where the extra ``bayes`` is not installed.
    """
    rng, prior = np.random.default_rng([seed, 9]), prior or RatePrior()
    design = Design.of(covariates or {}, len(data))
    stated = design.stated(prior)
    history = [np.tile(one, CHAINS) for one in (data.x.astype(np.float64), weeks(data.t_x), weeks(data.T))]
    state = started(prior, design, rng)

    def sweep() -> tuple[Floats, Floats]:
        rates(state, design, history, rng)
        regression(state, design, prior, rng)
        moved(state, design, prior, history, rng)
        return told(state, design), np.maximum(np.exp(state.z), LEAST)

    theta, (lam, mu) = gathered(sweep, data, (draws, draws * thin // (2 * CHAINS), thin))
    origin = Origin(customers=len(data), patterns=len(data), seed=seed)
    k = np.broadcast_to(np.float32(1.0), lam.shape)
    return People(shared_posterior(stated, theta, origin), k, lam, mu, data.t_x, data.T, data.customer_id)


def started(prior: RatePrior, design: Design, rng: np.random.Generator) -> State:
    """Chains that begin apart: means one standard deviation of customers about the prior's, customers about these."""
    n, K = design.v.shape
    C = np.tile(np.linalg.cholesky(prior.checked()), (CHAINS, 1, 1))
    B = np.zeros((CHAINS, K, 2))
    B[:, 0] = np.array(prior.centre) + np.einsum("cij,cj->ci", C, rng.standard_normal((CHAINS, 2)))
    state = State(np.empty((2, CHAINS, n)), B, C)
    state.z = centred(design, B) + np.einsum("cij,jcn->icn", C, rng.standard_normal((2, CHAINS, n)))
    return state


def centred(design: Design, B: Floats) -> Floats:
    """The mean of each customer's log rates, shape (2, chains, n)."""
    return np.asarray(np.moveaxis(design.v @ B, -1, 0))


def rates(state: State, design: Design, history: list[Floats], rng: np.random.Generator) -> None:
    """Step 1: every customer's log rates, both at once."""
    shape = state.z.shape
    mean = centred(design, state.B).reshape(2, -1)
    fresh = np.einsum("cij,jcn->icn", state.C, rng.standard_normal(shape)).reshape(2, -1)

    def likely(gap: Floats, which: NDArray[np.intp]) -> Floats:
        return log_likelihood(*(gap + mean[:, which]), *(one[which] for one in history))

    gap = elliptical_step(likely, state.z.reshape(2, -1) - mean, fresh, rng)
    state.z = (gap + mean).reshape(shape)


def regression(state: State, design: Design, prior: RatePrior, rng: np.random.Generator) -> None:
    """Step 2: Gamma, then B, of a regression of the log rates on the covariates, both exactly."""
    v, K = design.v, design.v.shape[1]
    A = v.T @ v + prior.worth * np.eye(K)
    B0 = np.zeros((K, 2))
    B0[0] = prior.centre
    z = np.moveaxis(state.z, 0, -1)
    best = np.linalg.solve(A, v.T @ z + prior.worth * B0)
    gap, pull = z - v @ best, best - B0
    S = (prior.degrees - 3.0) * prior.checked() + np.einsum("cni,cnj->cij", gap, gap)
    S = S + prior.worth * np.einsum("cki,ckj->cij", pull, pull)
    degrees = prior.degrees + len(v)
    # Bartlett: a Wishart matrix is T T' with chi variates on the diagonal of T and a normal one below it.
    T = np.zeros((CHAINS, 2, 2))
    T[:, 0, 0], T[:, 1, 1] = (np.sqrt(rng.chisquare(degrees - i, CHAINS)) for i in (0, 1))
    T[:, 1, 0] = rng.standard_normal(CHAINS)
    half = np.linalg.cholesky(S) @ np.linalg.inv(np.swapaxes(T, 1, 2))
    state.C = np.linalg.cholesky(half @ np.swapaxes(half, 1, 2))
    free = rng.standard_normal((CHAINS, K, 2)) @ np.swapaxes(state.C, 1, 2)
    state.B = np.asarray(best + np.linalg.solve(np.linalg.cholesky(A).T, free))


def moved(state: State, design: Design, prior: RatePrior, history: list[Floats], rng: np.random.Generator) -> None:
    """Step 3: each number of B and C by a slice, the rates moving along."""
    held = np.linalg.solve(state.C, np.swapaxes(state.z - centred(design, state.B), 0, 1))
    shape = state.z.shape

    def placed(at: Floats) -> State:
        B, C = unpacked(at)
        z = centred(design, B) + np.moveaxis(C @ held, 1, 0)
        return State(z, B, C)

    def height(at: Floats) -> Floats:
        there = placed(at)
        each = log_likelihood(*there.z.reshape(2, -1), *history).reshape(shape[1:])
        return np.asarray(each.sum(axis=1) + log_prior(there.B, there.C, prior))

    at = np.concatenate([state.B.reshape(CHAINS, -1), np.log(state.C[:, [0, 1], [0, 1]]), state.C[:, 1, :1]], axis=1)

    def along(j: int) -> Callable[[Floats], Floats]:
        return lambda value: height(replaced(at, j, value))

    for j in range(at.shape[1]):
        at = replaced(at, j, slice_step(along(j), at[:, j], WIDTH, rng))
    made = placed(at)
    state.z, state.B, state.C = made.z, made.B, made.C


def replaced(at: Floats, j: int, value: Floats) -> Floats:
    """The numbers of all chains with another j-th one."""
    made = at.copy()
    made[:, j] = value
    return made


def unpacked(at: Floats) -> tuple[Floats, Floats]:
    """B and C of their numbers: B row by row, the logarithms of C's diagonal, and what stands below it."""
    B = at[:, :-3].reshape(CHAINS, -1, 2)
    C = np.zeros((CHAINS, 2, 2))
    C[:, 0, 0], C[:, 1, 1], C[:, 1, 0] = np.exp(at[:, -3]), np.exp(at[:, -2]), at[:, -1]
    return B, C


def log_prior(B: Floats, C: Floats, prior: RatePrior) -> Floats:
    """Log density of the numbers of ``unpacked`` before the data, less its constant.

    That of B and Gamma, with the derivative of Gamma by these numbers: 4 C_11^3 C_22^2.
    """
    K = B.shape[1]
    first, second = np.log(C[:, 0, 0]), np.log(C[:, 1, 1])
    pull = B - np.eye(K, 1) * np.array(prior.centre)
    inner = (prior.degrees - 3.0) * prior.checked() + prior.worth * np.einsum("cki,ckj->cij", pull, pull)
    trace = np.trace(np.linalg.solve(C @ np.swapaxes(C, 1, 2), inner), axis1=1, axis2=2)
    return np.asarray(-(prior.degrees + 3.0 + K) * (first + second) - 0.5 * trace + 3.0 * first + 2.0 * second)


def told(state: State, design: Design) -> Floats:
    """The hyperparameters as they are told, shape (chains, 5 + coefficients)."""
    variance = np.square(state.C).sum(axis=2)
    cor = state.C[:, 1, 0] / np.sqrt(variance[:, 1])
    return np.column_stack([np.sqrt(variance), cor, (design.back @ state.B).reshape(CHAINS, -1)])
