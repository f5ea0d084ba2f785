"""A fitted model as a value."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import FitError
from lifelong.phrases import figure, heard, spoken
from lifelong.values.blend import SUFFIX
from lifelong.values.findings import Finding, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lifelong.values.blend import Blend

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One parameter of a fit: estimate, standard error and 95 % interval (nan where the data cannot say)."""

    name: str
    estimate: float
    se: float
    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fit comes from, so that it can be made again."""

    data: str = ""  # hash of the patterns
    customers: int = 0
    patterns: int = 0
    until: str = ""
    version: str = ""
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted model: immutable, made by ``fit()``, saved as JSON and npz, never pickled.

    What is used stands in ``theta`` and ``covariance`` (of ``transform(theta)``, the unbounded scale on which
    the optimum was searched: the logarithm, but for the last ``free`` parameters, coefficients of either sign, which
    stand as they are); what is only looked at stands in ``info``. A fit made of a posterior holds that one's draws in
    ``drawn``, shape (draws, parameters). A learned ``blend`` stands beside the models whose values it blends.
    """

    model: str
    params: tuple[Estimate, ...]
    theta: Floats
    covariance: Floats
    loglik: float
    findings: tuple[Finding, ...] = ()
    info: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin = field(default_factory=Origin)
    spend: Fit | None = None
    free: int = 0
    drawn: Floats | None = None
    blend: Blend | None = None

    @property
    def name(self) -> str:
        """The purchase model's name, with ``+blend`` behind it where values are blended with learned ones."""
        return self.model + (SUFFIX if self.blend else "")

    @property
    def covariates(self) -> tuple[str, ...]:
        """The columns that move its rates; none where it tells no customers apart."""
        told = self.info.get("covariates", {"trans": (), "life": ()})
        return tuple(dict.fromkeys((*told["trans"], *told["life"])))

    def draws(self, size: int, rng: np.random.Generator) -> Floats:
        """Parameter draws, shape (size, parameters): log-normal about the optimum (the Laplace form), normal for free ones.

        Directions that the data do not hold are kept within a factor of e^3 of the optimum, so that a ridge
        widens the intervals without leaving the numbers that a computer can hold. Where the fit holds draws, these.
        """
        if self.drawn is not None:
            return np.asarray(rng.choice(self.drawn, size, replace=size > len(self.drawn)))
        root = _matrix_root(self.covariance)
        step = rng.standard_normal((size, len(self.theta))) @ root.T
        positive = len(self.theta) - self.free
        draws: Floats = self.theta * np.exp(np.clip(step, -3.0, 3.0))
        draws[:, positive:] = self.theta[positive:] + step[:, positive:]
        return draws

    def __getitem__(self, name: str) -> float:
        for p in self.params:
            if p.name == name:
                return p.estimate
        raise KeyError(name)

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a fit."""
        return {
            "model": self.model,
            "params": [{k: plain(v) for k, v in asdict(p).items()} for p in self.params],
            "loglik": plain(self.loglik),
            "findings": [f.as_dict() for f in self.findings],
            "info": {k: plain(v) for k, v in self.info.items()},
            "origin": asdict(self.origin),
            "spend": self.spend.as_dict() if self.spend else None,
            "blend": self.blend.as_dict() if self.blend else None,
        }

    def __str__(self) -> str:
        head = spoken(
            "{model}: log-likelihood {loglik:,.4f}, {customers:,} customers",
            model=self.model,
            loglik=self.loglik,
            customers=self.origin.customers,
        )
        wide = max(7, *(len(p.name) for p in self.params)) + 1
        lines = [
            head,
            f"{'':<{wide}}{heard('estimate'):>14}{heard('se'):>12}{heard('95 % low'):>14}{heard('high'):>14}  {heard('unit')}",
        ]
        lines += [
            f"{p.name:<{wide}}{figure(p.estimate, '.6g'):>14}{figure(p.se, '.4g'):>12}{figure(p.low, '.6g'):>14}"
            f"{figure(p.high, '.6g'):>14}  {p.unit}"
            for p in self.params
        ]
        lines += [f"  {f}" for f in self.findings]
        if self.spend:
            lines += ["", str(self.spend)]
        if self.blend:
            lines += ["", str(self.blend)]
        return "\n".join(lines)


def _matrix_root(covariance: Floats) -> Floats:
    """A square root of a covariance, with eigenvalues below zero set to zero."""
    if not np.isfinite(covariance).all():
        raise FitError("E201", "the fit has no covariance to draw from", why="draws need every standard error")
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    root: Floats = vectors * np.sqrt(np.clip(values, 0.0, None))
    return root
