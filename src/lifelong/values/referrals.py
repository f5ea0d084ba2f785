"""What recommendations are worth: totals, and a row for each customer who brought others."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from lifelong.values.findings import Finding

SHOWN = 10
#: The four kinds, by own value (upper half or not) and by whether they bring others.
KINDS = ("champions", "affluents", "advocates", "misers")
_MEANS = {
    "champions": "worth much, bring others",
    "affluents": "worth much, bring nobody",
    "advocates": "worth less, bring others",
    "misers": "worth less, bring nobody",
}


@dataclass(frozen=True, slots=True, eq=False)
class ReferralValues:
    """A row a referrer (columns: ``schema.REFERRALS``), the largest first.

    Attributes:
        as_of: the day of the scores, ISO.
        currency: of all amounts, which are in minor units here.
        digits: decimals of the currency.
        definition: what a customer's own value means.
        incremental: share of referred customers who would not have come otherwise.
        rows, referred: rows of the file; customers who were referred and have a value.
        own_value: of the referred, already counted as theirs.
        won, saved, rewards: what recommendations brought of it, cost of winning saved, rewards paid.
        value: ``won + saved - rewards``; ``low80`` and ``high80`` by the doubt about ``incremental`` alone.
        kinds: customers by kind.
        table: a row a referrer.
        findings: what to know.
        path: where rows were written, empty where nowhere.
    """

    as_of: str
    currency: str
    digits: int
    definition: str
    incremental: float
    rows: int
    referred: int
    own_value: int
    won: int
    saved: int
    rewards: int
    value: int
    low80: int
    high80: int
    kinds: dict[str, int]
    table: pa.Table
    findings: tuple[Finding, ...] = ()
    path: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract: the first ten rows only."""
        told = {key: value for key, value in asdict(self).items() if key not in {"table", "findings"}}
        return {
            **told,
            "rows_shown": self.table.slice(0, SHOWN).to_pylist(),
            "findings": [f.as_dict() for f in self.findings],
        }

    def __str__(self) -> str:
        lines = [
            *wrap(f"own value means {self.definition}", 80),
            "",
            f"{'customers who were referred':<40}{self.referred:>18,}",
            f"{'their own value':<40}{self._money(self.own_value):>18}",
            f"{f'  {self.incremental:.0%} of it came by recommendation':<40}{self._money(self.won):>18}",
            f"{'  cost of winning saved':<40}{self._money(self.saved):>18}",
            f"{'  rewards paid':<40}{self._money(-self.rewards):>18}",
            f"{'value of recommendations':<40}{self._money(self.value):>18}",
            f"  80 %: {self._money(self.low80)} to {self._money(self.high80)}, by the doubt about that share",
            "",
            "It stands beside customers' own value: do not add the two.",
            "",
            *(f"{kind:<12}{_MEANS[kind]:<34}{self.kinds[kind]:>10,}" for kind in KINDS),
            "",
            f"{'referrer':<24}{'referred':>10}{'own value':>18}{'by others':>18}",
            *(
                f"{row['customer_id'][:23]:<24}{row['referred']:>10,}{self._known(row['own_value']):>18}{self._money(row['referral_value']):>18}"
                for row in self.table.slice(0, SHOWN).to_pylist()
            ),
        ]
        return "\n".join([*lines, *(f"  {found}" for found in self.findings)])

    def _money(self, minor: int) -> str:
        return f"{minor / 10**self.digits:,.{self.digits}f}"

    def _known(self, minor: int | None) -> str:
        return "not known" if minor is None else self._money(minor)
