"""What the judge found: every model at every origin, and the one chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lifelong.values.findings import Finding, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa


@dataclass(frozen=True, slots=True, eq=False)
class Leaderboard:
    """Every model at every origin with every metric, the one chosen, and the reason in words.

    Attributes:
        rows: dicts with ``model``, ``origin`` (ISO date) and the metrics of ``definitions.METRICS``.
        chosen: the winning model's name.
        why: one or two sentences.
        model_error: standard deviation of log(actual / forecast) of the total by model, with its degrees of
            freedom and horizon: ``{model: {"orders": s, "value": s, "df": n, "days": h, "bias_orders": b}}``.
        tracking: by day of the last origin: weekly counted and forecast orders (see ``judge.backtest``).
        deciles: of the chosen model at the last origin.
    """

    rows: Sequence[Mapping[str, Any]]
    chosen: str
    why: str
    model_error: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    tracking: Sequence[Mapping[str, Any]] = ()
    deciles: Sequence[Mapping[str, Any]] = ()
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a leaderboard."""
        return {
            "rows": [{k: plain(v) for k, v in row.items()} for row in self.rows],
            "chosen": self.chosen,
            "why": self.why,
            "model_error": {m: {k: plain(v) for k, v in e.items()} for m, e in self.model_error.items()},
            "tracking": [{k: plain(v) for k, v in row.items()} for row in self.tracking],
            "deciles": [{k: plain(v) for k, v in row.items()} for row in self.deciles],
            "findings": [f.as_dict() for f in self.findings],
        }

    def frame(self) -> pa.Table:
        """The rows as an Arrow table."""
        import pyarrow as pa

        return pa.Table.from_pylist([dict(row) for row in self.rows])

    def __str__(self) -> str:
        names = list(dict.fromkeys(str(row["model"]) for row in self.rows))
        shown = [
            m
            for m in ("bias", "mae", "spearman", "gini_norm", "capture", "coverage80")
            if any(m in r for r in self.rows)
        ]
        width = max(16, *(len(name) + 2 for name in names))
        lines = [f"{'model':<{width}}" + "".join(f"{metric:>12}" for metric in shown)]
        for name in names:
            own = [row for row in self.rows if row["model"] == name]
            label = name + (" *" if name == self.chosen else "")
            lines.append(f"{label:<{width}}" + "".join(_mean(own, m) for m in shown))
        origins = sorted({str(row["origin"]) for row in self.rows})
        lines += [f"means over {len(origins)} origins: {', '.join(origins)}", self.why]
        return "\n".join(lines + [f"  {finding}" for finding in self.findings])


def _mean(rows: Sequence[Mapping[str, Any]], metric: str) -> str:
    known = [float(row[metric]) for row in rows if row.get(metric) is not None and row[metric] == row[metric]]
    return f"{sum(known) / len(known):>12.3f}" if known else f"{'none':>12}"
