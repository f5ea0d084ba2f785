"""What leads are worth: a row a lead, how far the ranking can be trusted, and sources side by side."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError
from lifelong.phrases import phrase
from lifelong.values.findings import Finding, plain

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN = 10


@dataclass(frozen=True, slots=True)
class LeadTrial:
    """How models did on leads that they had not seen.

    Attributes:
        judged: leads that were followed through the span.
        by_value, by_chance, by_luck: shares of value that the top 30 % brought, by ranking.
        total: expected value of all by what they brought.
        reliability: by tenths of the chance: leads, mean chance told, share that converted.
    """

    judged: int
    by_value: float
    by_chance: float
    by_luck: float
    total: float
    reliability: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True, slots=True)
class LeadSource:
    """One source: leads, converts, mean chance as they came, value of a convert, expected value of a lead, own weight."""

    source: str
    leads: int
    converts: int
    chance: float
    convert_value: float
    value: float
    own_weight: float


@dataclass(frozen=True, slots=True, eq=False)
class LeadValues:
    """A row a lead (columns: ``schema.LEADS``), open ones by value first.

    Attributes:
        as_of: the last day of the file, ISO; empty where it has no days.
        within_days: converting counts within so many days; 0 where the file has no days.
        leads, converts, open: rows, those that converted, those that still may.
        weight: of the direct model in the value, 0 to 1.
        definition: what the value means.
        trial: how the models did on leads that they had not seen; None where too few converted.
        sources: by the first rung of the path, the best first.
        table: the rows.
        path: the file that the rows were written to, empty where they were not.
    """

    as_of: str
    within_days: int
    leads: int
    converts: int
    open: int
    weight: float
    definition: str
    trial: LeadTrial | None
    sources: tuple[LeadSource, ...]
    table: pa.Table
    findings: tuple[Finding, ...] = ()
    path: str = ""

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table."""
        return self.table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)

    def rows(self, n: int = SHOWN) -> list[dict[str, Any]]:
        """The n open leads of the highest value as plain rows."""
        if n < 0:
            raise ConfigError("E301", phrase("{n} rows cannot be shown", n=n), where="--top", fix="take 0 or more")
        return [{k: plain(v) for k, v in row.items()} for row in self.table.slice(0, min(n, self.open)).to_pylist()]

    def as_dict(self, top: int = SHOWN) -> dict[str, Any]:
        """The JSON contract of leads; ``rows`` holds the first ``top``."""
        return {
            "as_of": self.as_of,
            "within_days": self.within_days,
            "definition": self.definition,
            "leads": self.leads,
            "converts": self.converts,
            "open": self.open,
            "weight": self.weight,
            "trial": plain(asdict(self.trial)) if self.trial else None,
            "sources": [plain(asdict(s)) for s in self.sources],
            "rows": self.rows(top),
            "findings": [f.as_dict() for f in self.findings],
            "path": self.path,
        }

    def __str__(self) -> str:
        span = f" within {self.within_days} days" if self.within_days else ""
        lines = [
            f"{self.leads:,} leads" + (f" as of {self.as_of}" if self.as_of else ""),
            f"{self.converts:,} converted{span}; {self.open:,} still may",
            *wrap(f"value: {self.definition}", 80, subsequent_indent="  "),
            *self._tried(),
        ]
        if self.sources:
            lines += [
                "",
                f"{'source':<22}{'leads':>8}{'converts':>10}{'chance':>9}{'a convert':>12}{'a lead':>10}{'own':>7}",
            ]
        lines += [
            f"{s.source[:21]:<22}{s.leads:>8,}{s.converts:>10,}{s.chance:>9.1%}{s.convert_value:>12,.2f}"
            f"{s.value:>10,.2f}{s.own_weight:>7.0%}"
            for s in self.sources[:SHOWN]
        ]
        shown = self.rows()
        if shown:
            lines += ["", f"{'lead, best first':<22}{'chance':>9}   {'80 % band':^15}{'value':>12}"]
        lines += [
            f"{row['lead_id'][:21]:<22}{row['chance']:>9.1%}   {row['low80']:>6.1%} to {row['high80']:>5.1%}"
            f"{row['value']:>12,.2f}"
            for row in shown
        ]
        lines += [f"  {finding}" for finding in self.findings]
        return "\n".join(lines + ([f"written to {self.path}"] if self.path else []))

    def _tried(self) -> list[str]:
        if self.trial is None:
            return []
        t = self.trial
        return [
            "",
            f"on {t.judged:,} leads that the models had not seen, the top 30 % brought",
            f"  {t.by_value:.0%} of all value ranked by value, {t.by_chance:.0%} by chance, {t.by_luck:.0%} by luck",
            f"  expected value of all of them: {t.total:.2f} of what they brought",
            "",
            f"{'tenth by chance':<17}{'leads':>8}{'told':>9}{'converted':>12}",
            *(f"{i + 1:<17}{n:>8,}{told:>9.1%}{came:>12.1%}" for i, (n, told, came) in enumerate(t.reliability)),
        ]
