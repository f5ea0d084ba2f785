"""Draws of every customer's own regularity, pace and hazard of leaving, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import ConfigError, FitError
from lifelong.models.base import weeks
from lifelong.models.pareto_ggg import alive, next_due, renew
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

CHAINS = 4


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

        The mean of :meth:`draw_orders`; its error is the spread of a customer's orders over the root of the draws.
        """
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


def gathered(
    model: Any,
    data: Spacings,
    prior: Prior,
    sweep: Callable[[], tuple[Floats, Floats]],
    size: tuple[int, int, int],
    seed: int,
) -> People:
    """Run sweeps and keep their draws; ``sweep`` gives hyperparameters (chains, h) and k, lambda, mu (3, chains, n)."""
    draws, tune, thin = size
    each = -(-draws // CHAINS)
    if each < SHORTEST or tune < 0 or thin < 1:
        raise ConfigError(
            "E301",
            f"{draws} draws of {CHAINS} chains, {tune} to tune, one in {thin} kept",
            where="draws",
            why="chains shorter than that cannot be compared",
            fix=f"ask for {CHAINS * SHORTEST} draws or more",
        )
    if not len(data):
        raise FitError("E201", "there is no customer to learn from", fix="look at the import report:  lifelong check")
    theta = np.empty((CHAINS, each, len(prior.mean)))
    own = np.empty((3, CHAINS, each, len(data)), dtype=np.float32)
    for _ in range(tune):
        sweep()
    for i in range(each):
        for _ in range(thin):
            theta[:, i], own[:, :, i] = sweep()
    k, lam, mu = own.reshape(3, CHAINS * each, len(data))
    origin = Origin(customers=len(data), patterns=len(data), seed=seed)
    return People(shared_posterior(model, theta, prior, origin), k, lam, mu, data.t_x, data.T, data.customer_id)


def shared_posterior(model: Any, theta: Floats, prior: Prior, origin: Origin) -> Posterior:
    """The hyperparameters' draws, shape (chains, draws, h), with what they are worth."""
    names = tuple(p.name for p in model.params)
    z = np.log(theta)
    figures, found = judged(z, 0)
    flat = z.reshape(-1, z.shape[-1])
    found += few_draws(figures["ess"]) + barely_told(names, flat.std(axis=0), prior)
    return Posterior(
        model=model.name,
        names=names,
        units=tuple(p.unit for p in model.params),
        theta=np.exp(flat),
        weight=np.full(len(flat), 1.0 / len(flat)),
        log_density=np.empty(0),
        loglik=float("nan"),
        prior=tuple(zip(prior.mean.tolist(), prior.sd.tolist(), strict=True)),
        how="gibbs",
        chains=len(theta),
        diagnostics={name: figures[name] for name in ("r_hat", "ess")},
        findings=tuple(found),
        origin=origin,
    )
