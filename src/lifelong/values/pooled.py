"""Groups of customers whose posteriors were drawn together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.values.arviz import arviz
from lifelong.values.findings import plain
from lifelong.values.posterior import worth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lifelong.values.findings import Finding
    from lifelong.values.posterior import Posterior

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Posteriors of several groups, each drawn toward the others; made by ``posterior.pool``.

    Attributes:
        posteriors: of each group, by its name; draw i of all of them belongs together.
        alone: what each group's own data and the prior say by themselves, shape (groups, parameters): the best point.
        mean: draws of the mean of log(theta) over groups, shape (draws, parameters).
        spread: draws of its standard deviation between groups; 0 where a parameter is common to all.
        shrinkage: shape (groups, parameters): the share of a group's estimate that comes from the others, V / (V + tau^2)
            with V the variance of the group alone; 1 where a parameter is common to all.
        findings: what the draws and the number of groups should tell.
    """

    posteriors: Mapping[str, Posterior]
    alone: Floats
    mean: Floats
    spread: Floats
    shrinkage: Floats
    findings: tuple[Finding, ...] = ()

    def new_group(self, size: int, rng: np.random.Generator) -> Floats:
        """Parameter draws of a group that has not been seen, shape (size, parameters): a channel that opens tomorrow."""
        rows = rng.choice(len(self.mean), size, replace=size > len(self.mean))
        step = rng.standard_normal((size, self.mean.shape[1]))
        return np.asarray(np.exp(self.mean[rows] + self.spread[rows] * step))

    def __getitem__(self, name: str) -> Posterior:
        return self.posteriors[name]

    def rows(self) -> list[dict[str, Any]]:
        """One row a group and parameter: alone, pooled, its interval, and how much came from the others."""
        return [
            {"group": name, "customers": made.origin.customers, "param": p.name, "alone": float(alone),
             "pooled": p.estimate, "low": p.low, "high": p.high, "shrinkage": float(share)}
            for (name, made), own, shares in zip(self.posteriors.items(), self.alone, self.shrinkage, strict=True)
            for p, alone, share in zip(made.params, own, shares, strict=True)
        ]  # fmt: skip

    def to_arviz(self) -> Any:
        """The draws as an ArviZ ``InferenceData``: each parameter of shape (chain, draw, group)."""
        made = arviz("posteriors for ArviZ")
        first = next(iter(self.posteriors.values()))
        theta = np.stack([made.theta for made in self.posteriors.values()], axis=1)
        chains = theta.reshape(first.chains, -1, *theta.shape[1:])
        drawn = {name: chains[..., j] for j, name in enumerate(first.names)}
        return made.from_dict(
            drawn, coords={"group": list(self.posteriors)}, dims={name: ["group"] for name in drawn},
            posterior_attrs={"model": first.model, "how": first.how},
        )  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract: figures, not draws."""
        first = next(iter(self.posteriors.values()))
        return {
            "model": first.model,
            "rows": [{k: plain(v) for k, v in row.items()} for row in self.rows()],
            "spread": dict(zip(first.names, self.spread.mean(axis=0).tolist(), strict=True)),
            "diagnostics": plain(dict(first.diagnostics)),
            "findings": [f.as_dict() for f in self.findings],
        }

    def __str__(self) -> str:
        first = next(iter(self.posteriors.values()))
        lines = [
            f"{first.model}: {len(self.posteriors)} groups pooled, {len(self.mean):,} draws",
            f"{'group':<16}{'':<8}{'alone':>12}{'pooled':>12}{'95 % low':>12}{'high':>12}{'from others':>13}",
        ]
        lines += [
            f"{r['group'][:15]:<16}{r['param']:<8}{r['alone']:>12.5g}{r['pooled']:>12.5g}{r['low']:>12.5g}"
            f"{r['high']:>12.5g}{r['shrinkage']:>13.0%}"
            for r in self.rows()
        ]
        return "\n".join([*lines, worth(first.diagnostics), *(f"  {f}" for f in self.findings)])
