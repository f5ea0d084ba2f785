"""What a platform's claimed conversions are in truth."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lifelong.values.winning import amount

if TYPE_CHECKING:
    import pyarrow as pa

    from lifelong.values.findings import Finding


@dataclass(frozen=True, slots=True, eq=False)
class Audit:
    """The answer of `audit`.

    Attributes:
        source: the file.
        currency, digits: of the amounts.
        claims: rows of the table: the sum of ``verdicts``.
        verdicts: claims by verdict.
        platforms: the same by platform.
        unclaimed: new customers from the first to the last claimed day whom no claim names; None where no days are told.
        cost: paid, minor units; ``claimed_cpa`` and ``cac`` by claims and by new customers; None where it was not told.
        table: a row a claim, with its verdict.
        findings: what else does not fit: days, amounts.
        path: where the rows were written, empty where nowhere.
    """

    source: str
    currency: str
    digits: int
    claims: int
    verdicts: dict[str, int]
    platforms: dict[str, dict[str, int]]
    unclaimed: int | None
    cost: int | None
    claimed_cpa: float | None
    cac: float | None
    table: pa.Table
    findings: tuple[Finding, ...] = ()
    path: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract: no rows."""
        told = {key: value for key, value in asdict(self).items() if key not in {"table", "findings"}}
        return {**told, "findings": [found.as_dict() for found in self.findings]}

    def __str__(self) -> str:
        names = list(self.platforms)[:3] if len(self.platforms) > 1 else []
        lines = [
            f"{self.claims:,} claimed conversions of {self.source}",
            "",
            f"{'':<24}{'claims':>10}{'share':>8}" + "".join(f"{name[:11]:>12}" for name in names),
        ]
        for verdict, n in self.verdicts.items():
            by = "".join(f"{self.platforms[name][verdict]:>12,}" for name in names)
            lines.append(f"{verdict:<24}{n:>10,}{n / self.claims:>8.1%}{by}")
        if self.unclaimed is not None:
            lines += ["", f"new customers of these days whom no claim names: {self.unclaimed:,}"]
        if self.cost is not None:
            told = [amount(v, self.digits) for v in (self.claimed_cpa, self.cac)]
            lines.append(
                f"cost of a claimed conversion {told[0]}; of a new customer {told[1]} {self.currency}".rstrip()
            )
        lines += [f"every claim with its verdict: {self.path}"] if self.path else []
        return "\n".join([*lines, *(f"  {found}" for found in self.findings)])
