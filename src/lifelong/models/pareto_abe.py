r"""Pareto/NBD with rates that are log-normal and go together: what one customer does, given the own two rates.

**Story.** As in Pareto/NBD a customer orders at random at the own pace and leaves unseen at the own hazard. But here pace and
hazard may go together, so that those who order often may stay longer or shorter, and both may hang on what is known of
the customer.

**Formula.** :math:`(\log\lambda, \log\mu) \sim N(B^\top v, \Gamma)` with v the covariates and a 1. Given them, with x repeat
orders, the last at t_x, and the silence :math:`W = T - t_x`,

.. math:: L(\lambda, \mu) = \frac{\lambda^x e^{-(\lambda+\mu) t_x}}{\lambda+\mu}
          \left[\mu + \lambda e^{-(\lambda+\mu) W}\right], \qquad
          E[X(T, T + h)] = P(\text{alive})\, \frac{\lambda}{\mu} \left(1 - e^{-\mu h}\right)

and P(alive) is that of ``models.pareto_ggg`` at k = 1.

**Symbols.** lambda: orders a week; mu: leaves a week; t_x, T, W, h: weeks. Arrays broadcast.

**Numerics.** Both terms in the brackets are positive. A rate is taken as at most e^50 a week, where nothing overflows.

**Source.** Abe, M. (2009), "Counting your customers" one by one: a hierarchical Bayes extension to the Pareto/NBD model,
*Marketing Science* 28(3), 541-553, equations 1 to 6.

**Check.** Averaged over gamma distributed rates it is the likelihood of Pareto/NBD:

>>> from lifelong.models.pareto_nbd import ParetoNBD
>>> u = [(np.arange(600) + 0.5) / 600 for _ in range(2)]
>>> lam, mu = special.gammaincinv(1.5, u[0])[:, None] / 8.0, special.gammaincinv(1.2, u[1]) / 30.0
>>> one = np.log(np.exp(log_likelihood(np.log(lam), np.log(mu), 2, 20.0, 39.0)).mean()).round(3).item()
>>> one == ParetoNBD().loglik_each(np.array([1.5, 8.0, 1.2, 30.0]), 2, 20.0, 39.0).round(3).item()
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from lifelong.models.pareto_ggg import alive, renew

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: The largest logarithm of a rate: beyond it nothing changes but the size of numbers.
MOST = 50.0


def log_likelihood(log_lam: ArrayLike, log_mu: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
    """Log-likelihood of histories in weeks, given each customer's own rates; who is gone, and since when, integrated out."""
    log_lam, log_mu = np.minimum(log_lam, MOST), np.minimum(log_mu, MOST)
    mu, lam = np.exp(log_mu), np.exp(log_lam)
    both = lam + mu
    silence = mu + lam * np.exp(-both * (np.asarray(T) - np.asarray(t_x)))
    return np.asarray(np.asarray(x) * log_lam - both * np.asarray(t_x) + np.log(silence / both))


def expect(lam: ArrayLike, mu: ArrayLike, W: ArrayLike, horizon: float) -> Floats:
    """Expected orders in the horizon, in weeks, after a silence of W weeks, given the customer's own rates."""
    lam, mu = np.asarray(lam, dtype=np.float64), np.asarray(mu, dtype=np.float64)
    return np.asarray(alive(1.0, lam, mu, W) * lam * horizon * special.exprel(-mu * horizon))


def simulate(
    mean: Floats, covariance: ArrayLike, T: ArrayLike, rng: np.random.Generator
) -> tuple[Floats, Floats, tuple[Ints, Floats]]:
    """New customers, watched T weeks each.

    Args:
        mean: of log lambda and log mu, shape (2,) or (2, customers).
        covariance: of the two, shape (2, 2).
        T: weeks, shape (customers,).
        rng: where chance comes from.

    Returns:
        Their lambda and mu, shape (2, customers); their times of death; and the repeat orders up to T, as (owner, when).
    """
    T = np.asarray(T, dtype=np.float64)
    spread = np.linalg.cholesky(np.asarray(covariance, dtype=np.float64)) @ rng.standard_normal((2, len(T)))
    lam, mu = np.exp(np.reshape(mean, (2, -1)) + spread)
    death = rng.standard_exponential(len(T)) / mu
    first = rng.standard_exponential(len(T)) / lam
    return np.stack([lam, mu]), death, renew(first, np.ones(len(T)), lam, np.minimum(death, T), rng)
