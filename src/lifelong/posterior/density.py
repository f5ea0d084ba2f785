r"""The posterior's density on the scale z = log(theta): exact likelihood of the table of histories, and a stated prior.

.. math:: \log p(z \mid \text{data}) = \sum_i n_i\, \ell(x_i, t_{x,i}, T_i \mid e^z)
          - \tfrac12 \sum_j (z_j - m_j)^2 / s_j^2 + \text{const}

The sum visits each distinct history once, however many customers share it; its gradient is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import FitError
from lifelong.models.climb import Climb, Prior, Scaled, maximise
from lifelong.models.optimise import WIDEST, PlainObjective, typical_spend
from lifelong.phrases import phrase
from lifelong.values import Finding, Origin, Posterior, Spend

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.values import Patterns, Tenures

    Floats = NDArray[np.float64]

#: Fewer effective draws than this leave the ends of an interval to chance.
ENOUGH = 400
#: A posterior as wide as this share of its prior says what the prior says.
BARELY = 0.75


def stated_prior(model: Any, typical: float = 1.0) -> Prior:
    """The weakly informative prior of a model: normal on each log parameter, means about the published fits.

    It is cut off at the parameter's range. A log parameter's standard deviation is 0.5 to 1.5: a factor of e^1 to e^3 either way holds nineteen in twenty.
    State another as ``Prior(mean, sd)``, both of the logarithms, in the order of ``model.params``.

    Args:
        model: any purchase, spend or contract model.
        typical: spend of a typical order; scale parameters in money are stated in units of it.
    """
    mean, sd = np.array([p.prior for p in model.params], dtype=np.float64).T
    return Prior(mean + np.log(typical) * np.array([p.unit == "money" for p in model.params]), sd)


def prior_draws(model: Any, size: int, rng: np.random.Generator, prior: Prior | None = None) -> Floats:
    """What a prior says before any data: parameter draws, shape (size, parameters).

    Give them to the model's own ``expect_new`` or ``simulate`` to see what customers the prior believes in.
    """
    stated = prior or stated_prior(model)
    draws: Floats = np.exp(stated.mean + stated.sd * rng.standard_normal((size, len(stated.mean))))
    return draws


@dataclass(frozen=True, slots=True)
class Density:
    """A posterior's density about its mode.

    Attributes:
        model: whose parameters they are.
        scaled: likelihood and prior as functions of z.
        mode: where it is highest.
        root: (k, k); ``mode.z + root @ u`` with u standard normal is the Laplace form.
        origin: the data's size and the seed.
    """

    model: Any
    scaled: Scaled
    mode: Climb
    root: Floats
    origin: Origin

    @property
    def prior(self) -> Prior:
        """The prior."""
        return self.scaled.prior

    def value(self, z: Floats) -> tuple[float, Floats]:
        """Log density at z and its gradient; minus infinity outside the parameters' ranges."""
        if not ((z >= self.scaled.low) & (z <= self.scaled.high)).all():
            return -np.inf, np.zeros_like(z)
        return self.scaled.value(z)

    def loglik(self, z: Floats) -> tuple[float, Floats]:
        """The likelihood alone, and its gradient."""
        (value, slope), (prior, prior_slope, _) = self.value(z), self.prior.value(z)
        return value - prior, slope - prior_slope

    def values(self, z: Floats) -> Floats:
        """Log density at each row of z; minus infinity outside the parameters' ranges."""
        inside = ((z >= self.scaled.low) & (z <= self.scaled.high)).all(axis=1)
        value = np.full(len(z), -np.inf)
        value[inside] = self.scaled.values(z[inside])
        return value

    def posterior(self, draws: Draws) -> Posterior:
        """The draws as a value, with the findings that hold for all of them."""
        model, prior, z = self.model, self.prior, draws.z
        names = tuple(p.name for p in model.params)
        centre = draws.weight @ z
        spread = np.sqrt(draws.weight @ (z - centre) ** 2)
        found = [
            *draws.findings, *few_draws(float(draws.diagnostics["ess"])), *barely_told(names, spread, prior),
        ]  # fmt: skip
        return Posterior(
            model=model.name,
            names=names,
            units=tuple(p.unit for p in model.params),
            theta=np.exp(z),
            weight=draws.weight,
            log_density=draws.value,
            loglik=self.loglik(centre)[0],
            prior=tuple(zip(prior.mean.tolist(), prior.sd.tolist(), strict=True)),
            how=draws.how,
            chains=draws.chains,
            diagnostics=draws.diagnostics,
            findings=tuple(found),
            origin=self.origin,
        )


@dataclass(frozen=True, slots=True)
class Draws:
    """What a way to draw brings: z, shape (draws, k), with weights that sum to 1 and log densities; and its figures."""

    z: Floats
    weight: Floats
    value: Floats
    how: str
    chains: int
    diagnostics: dict[str, float]
    findings: list[Finding]


def density(model: Any, data: Patterns | Spend | Tenures, prior: Prior | None, seed: int) -> Density:
    """Find the mode of a posterior and the curvature there.

    Raises:
        FitError: E201 where there is nobody in the data, E221 where the prior does not fit the model or is not proper.
    """
    seen = data.count[(data.x > 0) & (data.total > 0)] if isinstance(data, Spend) else data.count
    if not seen.sum() > 0:
        raise FitError("E201", "there is no customer to learn from", fix="look at the import report:  lifelong check")
    spend = float(np.exp(typical_spend(data))) if isinstance(data, Spend) else 1.0
    usual = stated_prior(model, spend)
    stated = checked(prior or usual, len(usual.sd))
    make = getattr(model, "objective", None)
    objective = make(data) if make else PlainObjective(model, data)
    shift = usual.mean - stated_prior(model).mean
    low, high = (np.log([getattr(p, end) for p in model.params]) + shift for end in ("low", "high"))
    mode = maximise(objective, stated, low, high)
    origin = Origin(customers=int(seen.sum()), patterns=len(seen), seed=seed)
    return Density(model, Scaled(objective, stated, low, high), mode, _root(mode.hessian, stated.sd), origin)


def few_draws(worth: float) -> list[Finding]:
    """F272 where the draws are worth too few independent ones."""
    if worth >= ENOUGH:
        return []
    text = phrase("the draws are worth only {worth:.0f} independent ones: ask for more of them", worth=worth)
    return [Finding("F272", text, facts={"ess": worth})]


def barely_told(names: tuple[str, ...], spread: Floats, prior: Prior) -> list[Finding]:
    """F275 where the posterior of a log parameter is nearly as wide as its prior."""
    told = " and ".join(n for n, is_wide in zip(names, spread >= BARELY * prior.sd, strict=True) if is_wide)
    text = phrase("the data say little about {told}: the posterior is nearly the prior", told=told)
    return [Finding("F275", text, facts={"names": told})] if told else []


def checked(prior: Prior, size: int) -> Prior:
    """The prior, as arrays, if it is proper and of the right size; else E221."""
    mean, sd = np.asarray(prior.mean, dtype=np.float64), np.asarray(prior.sd, dtype=np.float64)
    if mean.shape == sd.shape == (size,) and np.isfinite(mean).all() and np.isfinite(sd).all() and (sd > 0).all():
        return Prior(mean, sd)
    raise FitError(
        "E221",
        phrase("the prior needs {size} finite means and {size} finite standard deviations above zero", size=size),
        where="prior",
        why="without a proper prior a posterior need not have a finite sum",
        fix="state a wide one rather than none: a standard deviation of 3 is a factor of 400 either way",
    )


def _root(hessian: Floats, sd: Floats) -> Floats:
    """A square root of the covariance at the mode; a direction that is hardly held gets the width of a fit's there."""
    held, vectors = np.linalg.eigh(-(hessian + hessian.T) / 2.0 * np.outer(sd, sd))
    return np.asarray(vectors / np.sqrt(np.maximum(held, WIDEST**-2)) * sd[:, None])
