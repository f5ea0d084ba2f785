"""What the verbs answer where the answer is not a value of its own: each prints as text and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifelong.phrases import N_, figure, heard, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lifelong.values import Finding, Fit, ImportReport, Leaderboard, Scores


#: Words that stand in what is printed by their name: severities, kinds of files, names of facts and of columns.
WORDS = (
    N_("info"), N_("warning"), N_("error"), N_("orders"), N_("subscriptions"), N_("touches"), N_("rows"), N_("money"),
    N_("prices"), N_("project"), N_("name"), N_("currency"), N_("batches"), N_("state"), N_("fits"), N_("spend"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Status:
    """What a project holds."""

    facts: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The facts by name."""
        return dict(self.facts)

    def __str__(self) -> str:
        return "\n".join(f"{heard(name.replace('_', ' ')):<14} {_told(value)}" for name, value in self.facts.items())


@dataclass(frozen=True, slots=True)
class Check:
    """Everything found about the data, by batch."""

    findings: tuple[Finding, ...]
    batches: int
    rows: int
    quarantined: int
    quarantine: str

    @property
    def errors(self) -> int:
        """Findings that stand in the way of trusting the numbers."""
        return sum(f.severity == "error" for f in self.findings)

    @property
    def warnings(self) -> int:
        """Findings to look at."""
        return sum(f.severity == "warning" for f in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Counts and findings."""
        return {
            "errors": self.errors,
            "warnings": self.warnings,
            "batches": self.batches,
            "rows": self.rows,
            "quarantined": self.quarantined,
            "quarantine": self.quarantine,
            "findings": [f.as_dict() for f in self.findings],
        }

    def __str__(self) -> str:
        head = spoken(
            "{warnings} warnings, {errors} errors, {quarantined:,} of {rows:,} rows in quarantine",
            warnings=self.warnings,
            errors=self.errors,
            quarantined=self.quarantined,
            rows=self.rows,
        )
        lines = [head, *(f"  {heard(f.severity):<8} {f}" for f in self.findings)]
        if self.quarantined:
            lines.append(spoken("the quarantined rows, each with its reason: {where}", where=self.quarantine))
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Merges:
    """Customers that were joined: alias, customer, rule."""

    rows: tuple[Mapping[str, str], ...]
    undone: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Joined and undone."""
        return {"merges": [dict(row) for row in self.rows], "undone": list(self.undone)}

    def __str__(self) -> str:
        lines = [f"{row['alias']} -> {row['customer_id']}  ({row['rule']})" for row in self.rows]
        lines = lines or [heard("no customers were joined")]
        return "\n".join([*lines, *(spoken("{alias} stays apart, as you asked", alias=alias) for alias in self.undone)])


@dataclass(frozen=True, slots=True)
class Receipt:
    """What forgetting did, without saying to whom."""

    facts: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The receipt's facts."""
        return dict(self.facts)

    def __str__(self) -> str:
        return "\n".join(
            [
                spoken(
                    "forgotten: {rows:,} rows taken out of {batches} batches; scores and reports made with them are removed",
                    rows=self.facts["rows_removed"],
                    batches=self.facts["batches_rewritten"],
                ),
                spoken("beyond reach: {what}", what=heard(str(self.facts["beyond_reach"]))),
                spoken("receipt: {receipt}", receipt=self.facts["receipt"]),
            ]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """All that one command did, from the file to the report."""

    ingest: ImportReport
    leaderboard: Leaderboard | None
    fit: Fit
    scores: Scores
    report: str
    project: Path
    findings: tuple[Finding, ...]

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `run`."""
        return {
            "ingest": self.ingest.as_dict(),
            "leaderboard": self.leaderboard.as_dict() if self.leaderboard else None,
            "fit": self.fit.as_dict(),
            "scores": self.scores.as_dict(),
            "report": self.report,
            "findings": [f.as_dict() for f in self.findings],
        }

    def __str__(self) -> str:
        parts = [str(self.ingest)]
        if self.leaderboard:
            parts.append(str(self.leaderboard))
        else:  # no table of models says why this one was taken
            parts.append("\n".join(f"  {finding}" for finding in self.fit.findings))
        parts += [str(self.scores), f"{heard('report'):<8} {self.report}", f"{heard('project'):<8} {self.project}"]
        return "\n\n".join(parts)


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return heard("yes") if value else heard("no")
    if isinstance(value, int):
        return figure(value, ",")
    return str(value) if value not in ("", None) else heard("not known")
