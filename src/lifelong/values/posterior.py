"""What the data and a stated prior leave open about a model's parameters, as draws."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.values.arviz import arviz
from lifelong.values.findings import plain
from lifelong.values.fit import Estimate, Fit, Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lifelong.values.findings import Finding

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Draws of a model's parameters, given the data and a prior; made by ``posterior.posterior``.

    Attributes:
        model: its name.
        names, units: of the parameters.
        theta: draws, shape (draws, parameters).
        weight: of each draw, summing to 1; all equal where a chain made them.
        log_density: log-likelihood and prior of each draw, on the unbounded scale, the prior's constant left out; empty
            where a hierarchy has no likelihood in closed form.
        loglik: log-likelihood at :attr:`centre`; nan there.
        prior: mean and standard deviation of each parameter before the data, on the unbounded scale; normal there but
            where a hierarchy says otherwise.
        how: ``"laplace"``, ``"nuts"`` or, for a hierarchy, ``"gibbs"``.
        chains: how many chains made the draws, one after the other in ``theta``; 1 where draws are independent.
        diagnostics: figures about the draws, by name.
        findings: what these figures and the posterior itself should tell.
        origin: the data's size and the seed.
        free: so many of the last parameters are of either sign and stand as they are on the unbounded scale; that of the
            others is the logarithm.
    """

    model: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    theta: Floats
    weight: Floats
    log_density: Floats
    loglik: float
    prior: tuple[tuple[float, float], ...]
    how: str
    chains: int = 1
    diagnostics: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    origin: Origin = field(default_factory=Origin)
    free: int = 0

    @property
    def unbounded(self) -> Floats:
        """The draws on the unbounded scale: log(theta), but for the free parameters."""
        made = self.theta.copy()
        positive = made[:, : len(self.names) - self.free]
        np.log(positive, out=positive)
        return made

    @property
    def centre(self) -> Floats:
        """The posterior mean on the unbounded scale, taken back: the exponential of the mean of log(theta), but for free ones."""
        centre = np.asarray(self.weight @ self.unbounded)
        positive = centre[: len(centre) - self.free]
        np.exp(positive, out=positive)
        return centre

    @property
    def covariance(self) -> Floats:
        """Posterior covariance on the unbounded scale."""
        z = self.unbounded
        gap = z - self.weight @ z
        return np.asarray((self.weight[:, None] * gap).T @ gap)

    @property
    def params(self) -> tuple[Estimate, ...]:
        """Posterior mean, standard deviation and central 95 % interval of each parameter."""
        mean = self.weight @ self.theta
        sd = np.sqrt(self.weight @ (self.theta - mean) ** 2)
        low, high = (self.quantile(level) for level in (0.025, 0.975))
        rows = zip(self.names, mean.tolist(), sd.tolist(), low.tolist(), high.tolist(), self.units, strict=True)
        return tuple(Estimate(*row) for row in rows)

    def quantile(self, level: float) -> Floats:
        """A quantile of each parameter."""
        order = np.argsort(self.theta, axis=0)
        reached = np.cumsum(self.weight[order], axis=0)
        rows = np.minimum((reached < level).sum(axis=0), len(order) - 1)
        return np.asarray(np.take_along_axis(self.theta, order, axis=0)[rows, np.arange(len(self.names))])

    def draws(self, size: int, rng: np.random.Generator) -> Floats:
        """Parameter draws of equal weight, shape (size, parameters), in any order.

        Systematic resampling: a draw comes as often as its weight says, rounded up or down (Kitagawa 1996).
        """
        at = (np.arange(size) + rng.random()) / size
        rows = np.searchsorted(np.cumsum(self.weight), at)
        return np.asarray(self.theta[rng.permutation(np.minimum(rows, len(self.theta) - 1))])

    def as_fit(self, size: int = 1000, seed: int = 0) -> Fit:
        """The posterior as a fit, for scoring: point estimates at its centre, intervals from so many of its draws."""
        drawn = self.draws(size, np.random.default_rng([seed, self.origin.seed]))
        info = {"prior": "on", "how": self.how, **self.diagnostics}
        return Fit(
            self.model, self.params, self.centre, self.covariance, self.loglik, self.findings, info, self.origin,
            free=self.free, drawn=drawn,
        )  # fmt: skip

    def to_arviz(self) -> Any:
        """The draws as an ArviZ ``InferenceData``, chain by chain; weighed draws are drawn anew first, as one chain."""
        made = arviz("a posterior for ArviZ")
        theta = self.theta if self.how != "laplace" else self.draws(len(self.theta), np.random.default_rng(0))
        chains = theta.reshape(self.chains, -1, len(self.names))
        drawn = {name: chains[:, :, j] for j, name in enumerate(self.names)}
        stats = {"lp": self.log_density.reshape(self.chains, -1)} if self.how == "nuts" else None
        return made.from_dict(drawn, sample_stats=stats, posterior_attrs={"model": self.model, "how": self.how})

    def rows(self) -> list[dict[str, Any]]:
        """A row a parameter: mean, standard deviation, and central 80 % and 95 % intervals."""
        low, high = (self.quantile(level).tolist() for level in (0.1, 0.9))
        return [
            {"name": p.name, "mean": p.estimate, "sd": p.se, "low80": a, "high80": b, "low95": p.low, "high95": p.high, "unit": p.unit}
            for p, a, b in zip(self.params, low, high, strict=True)
        ]  # fmt: skip

    def __getitem__(self, name: str) -> float:
        return float(self.weight @ self.theta[:, self.names.index(name)])

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a posterior: its figures, not its draws."""
        return {
            "model": self.model,
            "how": self.how,
            "params": [{k: plain(v) for k, v in asdict(p).items()} for p in self.params],
            "intervals": [{k: plain(v) for k, v in row.items()} for row in self.rows()],
            "prior": {name: list(stated) for name, stated in zip(self.names, self.prior, strict=True)},
            "draws": len(self.theta),
            "diagnostics": plain(dict(self.diagnostics)),
            "findings": [f.as_dict() for f in self.findings],
        }

    def __str__(self) -> str:
        head = f"{self.model}: posterior by {self.how}, {len(self.theta):,} draws, {self.origin.customers:,} customers"
        shown = ("mean", "sd", "low80", "high80", "low95", "high95")
        wide = max(7, *(len(name) for name in self.names)) + 1
        lines = [head, f"{'':<{wide}}" + "".join(f"{name:>12}" for name in shown) + "  unit"]
        lines += [
            f"{row['name']:<{wide}}" + "".join(f"{row[name]:>12.5g}" for name in shown) + f"  {row['unit']}"
            for row in self.rows()
        ]
        return "\n".join([*lines, worth(self.diagnostics), *(f"  {f}" for f in self.findings)])


def worth(diagnostics: Mapping[str, Any]) -> str:
    """What draws are worth, in a line: by k-hat or R-hat, and as so many independent ones."""
    names = {"k_hat": "k-hat", "r_hat": "R-hat", "ess": "effective draws", "divergences": "divergences"}
    told = [f"{said} {diagnostics[name]:,.4g}" for name, said in names.items() if name in diagnostics]
    return ", ".join(told)
