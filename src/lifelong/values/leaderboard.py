"""What the judge found: every model at every origin, and the one chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lifelong.phrases import figure, heard, spoken
from lifelong.units import minor_digits
from lifelong.values.findings import Finding, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

#: The measures that fit into 80 columns; all stand in ``rows``.
SHOWN = ("bias", "mae", "crps", "gini_norm", "coverage80")


@dataclass(frozen=True, slots=True, eq=False)
class Leaderboard:
    """Every model at every origin with every metric, the one chosen, and the reason in words.

    Attributes:
        rows: dicts with ``model``, ``origin`` (ISO date) and the metrics of ``definitions.METRICS``.
        chosen: the winning model's name.
        why: one or two sentences.
        model_error: standard deviation of log(actual / forecast) of the total by model, with its degrees of
            freedom and horizon: ``{model: {"orders": s, "value": s, "df": n, "days": h, "bias_orders": b}}``; beside it how
            cohorts miss, ``cohort`` and ``chance`` (see ``score.terms.ModelError``).
        tracking: by day of the last origin: weekly counted and forecast orders (see ``judge.backtest``).
        deciles: of the chosen model at the last origin.
        intervals: dicts of ``model``, ``metric``, ``mean`` over origins with ``low`` and ``high`` (90 %, other customers),
            and ``difference`` to the chosen model with its own; None for that itself.
        calibration: of the chosen model at the last origin, a row a group of customers (see ``judge.calibration``).
        costs: what deciding by each model loses, minor units (see ``judge.costs``); empty without money.
        covariates: ``names`` and ``penalty`` of the covariates of the models that have some; empty where none has.
        spend: the spend model to fit, ``auto`` where the spends themselves may choose it.
        known_since: the column with the days of first orders before the data, where models were fitted with it.
    """

    rows: Sequence[Mapping[str, Any]]
    chosen: str
    why: str
    model_error: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    tracking: Sequence[Mapping[str, Any]] = ()
    deciles: Sequence[Mapping[str, Any]] = ()
    findings: tuple[Finding, ...] = ()
    intervals: Sequence[Mapping[str, Any]] = ()
    calibration: Sequence[Mapping[str, Any]] = ()
    costs: Sequence[Mapping[str, Any]] = ()
    covariates: Mapping[str, Any] = field(default_factory=dict)
    spend: str = "auto"
    known_since: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a leaderboard."""
        return {
            "rows": [{k: plain(v) for k, v in row.items()} for row in self.rows],
            "chosen": self.chosen,
            "why": self.why,
            "model_error": {m: {k: plain(v) for k, v in e.items()} for m, e in self.model_error.items()},
            "tracking": [{k: plain(v) for k, v in row.items()} for row in self.tracking],
            "deciles": [{k: plain(v) for k, v in row.items()} for row in self.deciles],
            "intervals": [{k: plain(v) for k, v in row.items()} for row in self.intervals],
            "calibration": [{k: plain(v) for k, v in row.items()} for row in self.calibration],
            "costs": [{k: plain(v) for k, v in row.items()} for row in self.costs],
            "covariates": dict(self.covariates),
            "spend": self.spend,
            "known_since": self.known_since,
            "findings": [f.as_dict() for f in self.findings],
        }

    def frame(self) -> pa.Table:
        """The rows as an Arrow table."""
        import pyarrow as pa

        return pa.Table.from_pylist([dict(row) for row in self.rows])

    def interval(self, model: str, metric: str) -> Mapping[str, Any] | None:
        """The row of ``intervals`` of a model and a measure; None where there is none."""
        return next((row for row in self.intervals if row["model"] == model and row["metric"] == metric), None)

    def level(self, metric: str) -> list[str]:
        """The models that a measure cannot tell from the chosen one: whose difference's interval holds 0."""
        return [
            str(row["model"])
            for row in self.intervals
            if row["metric"] == metric
            and row["difference_low"] is not None
            and row["difference_low"] <= 0.0 <= row["difference_high"]
        ]

    def __str__(self) -> str:
        names = list(dict.fromkeys(str(row["model"]) for row in self.rows))
        shown = [m for m in SHOWN if any(m in r for r in self.rows)]
        width = max(15, *(len(name) + 2 for name in names))
        lines = [f"{heard('model'):<{width}}" + "".join(f"{metric:>13}" for metric in shown)]
        for name in names:
            own = [row for row in self.rows if row["model"] == name]
            label = name + (" *" if name == self.chosen else "")
            lines.append(f"{label:<{width}}" + "".join(_mean(own, m) for m in shown))
            between = [self.interval(name, m) for m in shown]
            if any(between):
                lines.append(" " * width + "".join(_between(one) for one in between))
        origins = sorted({str(row["origin"]) for row in self.rows})
        lines.append(spoken("means over {count} origins: {origins}", count=len(origins), origins=", ".join(origins)))
        if self.intervals:
            lines.append(heard("below each: where it would fall nine times in ten with other customers"))
            lines.append(self._told_apart())
        lines += [
            _cost(row) for row in self.costs if row["model"] == self.chosen and row["choice"] in {"top 10 %", "cap"}
        ]
        return "\n".join([*lines, self.why, *(f"  {finding}" for finding in self.findings)])

    def _told_apart(self) -> str:
        level = self.level("mae")
        if not level:
            return spoken(
                "Every other error each differs from that of {chosen} by more than such chance.", chosen=self.chosen
            )
        return spoken(
            "By the error each {level} cannot be told from {chosen}.", level=", ".join(level), chosen=self.chosen
        )


def _between(row: Mapping[str, Any] | None) -> str:
    if row is None or row["low"] is None or row["low"] != row["low"]:
        return " " * 13
    low, high = float(row["low"]), float(row["high"])
    digits = 3 if max(abs(low), abs(high)) < 10 else 1 if max(abs(low), abs(high)) < 1000 else 0
    return f"{figure(low, f'.{digits}f') + '~' + figure(high, f'.{digits}f'):>13}"


def _cost(row: Mapping[str, Any]) -> str:
    """What deciding by the chosen model loses, in a sentence."""
    digits = minor_digits(str(row["currency"]))

    def amount(value: float) -> str:
        return figure(value / 10**digits, f",.{digits}f")

    def said(name: str) -> str:
        value, low, high = (row[key] for key in (name, f"{name}_low", f"{name}_high"))
        if low is None or high is None:
            return amount(value)
        return spoken("{value} ({low} to {high})", value=amount(value), low=amount(low), high=amount(high))

    what = (
        spoken("look after the {choice}", choice=row["choice"])
        if row["cap"] is None
        else spoken("spend up to {cap} on each", cap=amount(row["cap"]))
    )
    return spoken(
        "{what}: {missed} missed of {perfect}; {saved} less than by {rival}",
        what=what,
        missed=said("missed"),
        perfect=amount(row["perfect"]),
        saved=said("saved"),
        rival=row["rival"],
    )


def _mean(rows: Sequence[Mapping[str, Any]], metric: str) -> str:
    known = [float(row[metric]) for row in rows if row.get(metric) is not None and row[metric] == row[metric]]
    return f"{figure(sum(known) / len(known), '.3f') if known else heard('none'):>13}"
