"""Draws of every customer's own regularity, pace and hazard of leaving, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import ConfigError, FitError
from lifelong.models.base import weeks
from lifelong.models.pareto_abe import expect as expect_at_random
from lifelong.models.pareto_ggg import alive, next_due, renew
from lifelong.phrases import phrase
from lifelong.posterior.chains import SHORTEST, judged
from lifelong.posterior.density import barely_told, few_draws
from lifelong.values import Origin, Posterior

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lifelong.models.climb import Prior
    from lifelong.values import Spacings

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Draws = tuple[Floats, NDArray[np.float32]]

CHAINS = 4


@dataclass(frozen=True, slots=True)
class Stated:
    """What is known of a hierarchy's hyperparameters before the data; ``free`` of the last are of either sign.

    ``prior`` holds mean and standard deviation on the unbounded scale.
    """

    model: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    prior: Prior
    free: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Posterior draws of a hierarchical model.

    Attributes:
        shared: draws of the hyperparameters, with prior, R-hat, effective draws and findings.
        k, lam, mu: float32, shape (draws, customers): regularity, orders a week, leaves a week.
        T, t_x: int64, days, as the data had them.
        customer_id: whose they are; may be empty.
    """

    shared: Posterior
    k: NDArray[np.float32]
    lam: NDArray[np.float32]
    mu: NDArray[np.float32]
    t_x: Ints
    T: Ints
    customer_id: tuple[Any, ...] = ()

    def alive(self) -> Floats:
        """P(still a customer at T) of each: the mean over the draws of what follows exactly from k, lambda, mu."""
        return np.asarray(self._each(alive).mean(axis=0))

    def draw_orders(self, horizon: float, seed: int = 0) -> Ints:
        """Orders of each customer in (T, T + horizon weeks], one future a draw; shape (draws, customers)."""
        rng = np.random.default_rng([seed, self.shared.origin.seed, 8])

        def ahead(k: Floats, lam: Floats, mu: Floats, W: Floats) -> Floats:
            who = np.flatnonzero(rng.random(len(W)) < alive(k, lam, mu, W))
            k, lam = k[who], lam[who]
            end = np.minimum(rng.standard_exponential(len(who)) / mu[who], horizon)
            owner, _ = renew(next_due(k, lam, W[who], rng) - W[who], k, lam, end, rng)
            return np.bincount(who[owner], minlength=len(W)).astype(np.float64)

        return self._each(ahead).astype(np.int64)

    def expect(self, horizon: float, seed: int = 0) -> Floats:
        """Expected orders of each customer in (T, T + horizon weeks].

        Where orders come at random (k = 1) the mean over the draws of what follows exactly from lambda and mu. Else that
        of :meth:`draw_orders`, whose error is the spread of a customer's orders over the root of the draws.
        """
        if (self.k == 1.0).all():
            return np.asarray(self._each(lambda _, lam, mu, W: expect_at_random(lam, mu, W, horizon)).mean(axis=0))
        return np.asarray(self.draw_orders(horizon, seed).mean(axis=0))

    def _each(self, work: Callable[[Floats, Floats, Floats, Floats], Floats]) -> Floats:
        """Work on one draw after the other: memory is that of the answer."""
        W = weeks(self.T - self.t_x)
        rows = zip(self.k, self.lam, self.mu, strict=True)
        wide = ([v.astype(np.float64) for v in row] for row in rows)
        return np.stack([work(k, lam, mu, W) for k, lam, mu in wide])

    def __len__(self) -> int:
        return len(self.T)

    def __str__(self) -> str:
        return str(self.shared)


def gathered(sweep: Callable[[], tuple[Floats, Floats]], data: Spacings, size: tuple[int, int, int]) -> Draws:
    """Run sweeps and keep their draws; ``sweep`` gives hyperparameters (chains, h) and rates (m, chains, n).

    Returns:
        Hyperparameters (chains, draws, h), and rates (m, draws of all chains, n) as float32.
    """
    draws, tune, thin = size
    each = -(-draws // CHAINS)
    if each < SHORTEST or tune < 0 or thin < 1:
        raise ConfigError(
            "E301",
            phrase(
                "{draws} draws of {chains} chains, {tune} to tune, one in {thin} kept",
                draws=draws,
                chains=CHAINS,
                tune=tune,
                thin=thin,
            ),
            where="draws",
            why="chains shorter than that cannot be compared",
            fix=phrase("ask for {chains} draws or more", chains=CHAINS * SHORTEST),
        )
    if not len(data):
        raise FitError("E201", "there is no customer to learn from", fix="look at the import report:  lifelong check")
    for _ in range(tune):
        sweep()
    thetas, owns = [], []
    for _ in range(each):
        for _ in range(thin):
            theta, own = sweep()
        thetas.append(theta.copy())
        owns.append(own.astype(np.float32))
    kept = np.stack(owns, axis=2)
    return np.stack(thetas, axis=1), kept.reshape(len(kept), CHAINS * each, len(data))


def shared_posterior(stated: Stated, theta: Floats, origin: Origin) -> Posterior:
    """The hyperparameters' draws, shape (chains, draws, h), with what they are worth."""
    made = Posterior(
        model=stated.model,
        names=stated.names,
        units=stated.units,
        theta=theta.reshape(-1, theta.shape[-1]),
        weight=np.full(theta[..., 0].size, 1.0 / theta[..., 0].size),
        log_density=np.empty(0),
        loglik=float("nan"),
        prior=tuple(zip(stated.prior.mean.tolist(), stated.prior.sd.tolist(), strict=True)),
        how="gibbs",
        chains=len(theta),
        origin=origin,
        free=stated.free,
    )
    z = made.unbounded
    figures, found = judged(z.reshape(theta.shape), 0)
    found += few_draws(figures["ess"]) + barely_told(stated.names, z.std(axis=0), stated.prior)
    figures = {name: figures[name] for name in ("r_hat", "ess")}
    return replace(made, diagnostics=figures, findings=tuple(found))
