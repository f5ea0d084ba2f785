"""New customers and their value by channel, as several rules deal them out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from lifelong.values.findings import plain

if TYPE_CHECKING:
    import pyarrow as pa

    from lifelong.values.findings import Finding

#: What stands under every answer.
CAVEAT = (
    "attribution is not incrementality: it deals out the customers who came, and does",
    "not say who would have come without a channel; only an experiment tells that",
)
TITLES = {
    "first": "first touch", "last": "last touch", "linear": "linear", "position": "40/20/40", "decay": "decay",
    "markov": "Markov", "shapley": "Shapley",
}  # fmt: skip
_WIDTH = 80


@dataclass(frozen=True, slots=True)
class ChannelCredit:
    """What one rule gives to one channel.

    Attributes:
        rule, channel: whose it is.
        credit: whole customers, or value in minor units; all channels of a rule sum to the total.
        share: of the total, before it is dealt in whole units.
        low80, high80, low90, high90: intervals of the share over samples of people.
    """

    rule: str
    channel: str
    credit: int
    share: float
    low80: float
    high80: float
    low90: float
    high90: float


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """A row a rule and channel, and what they mean.

    Attributes:
        what: ``customers`` or ``value``.
        definition: of the value; empty for customers.
        since, until: days of first orders, ISO.
        window: so many days of touches before the first order count.
        customers: new customers whose ways are counted.
        others: people who were touched and have not ordered.
        total: what is dealt out: customers, or minor units.
        currency, digits: of the value.
        touches: touches of each channel that count.
        rows: a row a rule and channel, the rules in their order, the channels with most credit first.
        order: channels that a state of the Markov chain remembers.
    """

    what: str
    definition: str
    since: str
    until: str
    window: int
    customers: int
    others: int
    total: int
    currency: str
    digits: int
    touches: dict[str, int]
    rows: tuple[ChannelCredit, ...]
    order: int
    findings: tuple[Finding, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules, in their order."""
        return tuple(dict.fromkeys(row.rule for row in self.rows))

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of attribution; value in minor units."""
        own = ("what", "definition", "since", "until", "window", "customers", "others", "total", "currency", "digits")
        return {
            **{name: getattr(self, name) for name in own},
            "order": self.order,
            "touches": dict(self.touches),
            "rows": [plain(asdict(row)) for row in self.rows],
            "is_incremental": False,
            "findings": [found.as_dict() for found in self.findings],
        }

    def frame(self) -> pa.Table:
        """The rows as an Arrow table."""
        import pyarrow as pa

        return pa.Table.from_pylist([asdict(row) for row in self.rows])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.frame().__arrow_c_stream__(requested_schema)

    def __str__(self) -> str:
        head = f"{self.customers:,} new customers, {self.since} to {self.until}; touches of {self.window} days count"
        if self.others:
            head += f"\n{self.others:,} people were touched and have not ordered (for Markov)"
        unit = "customers" if self.what == "customers" else f"value, {self.currency}" if self.currency else "value"
        lines = [head, *(wrap(f"value: {self.definition}", _WIDTH) if self.definition else []), ""]
        lines += self._side_by_side(unit) if len(self.rules) > 1 else self._one(unit)
        lines += ["", *CAVEAT, *(f"  {found}" for found in self.findings)]
        return "\n".join(lines)

    def _side_by_side(self, unit: str) -> list[str]:
        """A column a rule, and the sums; whole units where minor ones are too wide for the page."""
        rules = self.rules
        names = list(dict.fromkeys(row.channel for row in self.rows))
        cells = {(row.channel, row.rule): row.credit for row in self.rows}
        room = max(len(name) for name in [*names, unit]) + 1
        room = min(room, _WIDTH - 8 * len(rules))
        wide = max(len(self.told(self.total)), *(len(TITLES[rule]) for rule in rules)) + 2
        is_short = room + wide * len(rules) > _WIDTH
        many = len(rules)
        if is_short:  # rules that do not fit beside the others stand below them
            many = min(many, max((_WIDTH - room) // (len(self.told(self.total, is_short=True)) + 1), 1))
            wide = (_WIDTH - room) // many
        lines: list[str] = []
        for some in (rules[i : i + many] for i in range(0, len(rules), many)):
            titles = [TITLES[rule].split()[0] if is_short else TITLES[rule] for rule in some]
            lines += [""] if lines else []
            lines.append(f"{unit[: room - 1]:<{room}}" + "".join(f"{title:>{wide}}" for title in titles))
            for name in names:
                told = [self.told(cells[name, rule], is_short=is_short) for rule in some]
                lines.append(f"{name[: room - 1]:<{room}}" + "".join(f"{text:>{wide}}" for text in told))
            sums = [self.told(sum(cells[name, rule] for name in names), is_short=is_short) for rule in some]
            lines.append(f"{'all':<{room}}" + "".join(f"{text:>{wide}}" for text in sums))
        if is_short and self.what == "value":
            lines.append("rounded to whole units here; --rule NAME and --json tell them exactly")
        return [*lines, "how sure a channel's share is:  --rule NAME"]

    def _one(self, unit: str) -> list[str]:
        """One rule, with the intervals of the shares."""
        title = TITLES[self.rules[0]] + (f" of order {self.order}" if self.rules[0] == "markov" else "")
        lines = [f"rule: {title}", f"{unit:<18}{'touches':>9}{'credit':>17}{'share':>8}{'80 %':>14}{'90 %':>14}"]
        for row in self.rows:
            spans = [f"{low:.1%}-{high:.1%}" for low, high in ((row.low80, row.high80), (row.low90, row.high90))]
            lines.append(
                f"{row.channel[:17]:<18}{self.touches[row.channel]:>9,}{self.told(row.credit):>17}{row.share:>8.1%}"
                f"{spans[0]:>14}{spans[1]:>14}"
            )
        count, total = sum(self.touches.values()), self.told(sum(row.credit for row in self.rows))
        return [*lines, f"{'all':<18}{count:>9,}{total:>17}{1:>8.1%}"]

    def told(self, credit: int, *, is_short: bool = False) -> str:
        """Customers, or an amount in major units."""
        if self.what == "customers":
            return f"{credit:,}"
        amount = Decimal(credit).scaleb(-self.digits)
        return f"{amount:,.0f}" if is_short else f"{amount:,.{self.digits}f}"
