"""A sales budget by month, and what came of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from lifelong.values.findings import Finding, plain
from lifelong.values.winning import amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

#: Whose revenue is told apart, and both together.
WHO = ("existing", "new", "all")


@dataclass(frozen=True, slots=True)
class Band:
    """Ends of the 80 % and the 90 % interval, minor units."""

    low80: int
    high80: int
    low90: int
    high90: int


@dataclass(frozen=True, slots=True)
class BudgetMonth:
    """A month of the plan; money in minor units, ``existing + new == revenue``, ``margin - spend == left``.

    Attributes:
        begins, ends: its days.
        new_customers: expected in it.
        existing_orders, new_orders: expected order days, of the customers of the planning day and of those won since.
        existing, new, revenue, margin: as the forecast has them.
        spend, left: to be spent on winning, and what is left after it; None where nothing was told.
        bands: of the month's revenue, by each of ``WHO``.
        so_far: of the sum up to this month's end: an interval of a sum is no sum of intervals.
    """

    begins: str
    ends: str
    new_customers: float
    existing_orders: float
    new_orders: float
    existing: int
    new: int
    revenue: int
    margin: int
    spend: int | None
    left: int | None
    bands: Mapping[str, Band]
    so_far: Mapping[str, Band]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> BudgetMonth:
        """From plain values."""
        named = {key: {who: Band(**band) for who, band in told[key].items()} for key in ("bands", "so_far")}
        return cls(**{**told, **named})


@dataclass(frozen=True, slots=True)
class SalesBudget:
    """The plan: what a forecast says, kept, with what is to be spent on winning customers.

    Attributes:
        as_of: the planning day; the plan begins on the next one.
        currency, digits, model, definition: as of the forecast.
        customers: how many there were on that day.
        factors: the scenario.
        cac, monthly: cost of winning one, and spend a month, major units; None where it was not told.
        months, total: the months, and all of them.
        path: where it is kept.
        findings: what to know.
    """

    as_of: str
    currency: str
    digits: int
    model: str
    definition: str
    customers: int
    factors: Mapping[str, float]
    cac: float | None
    monthly: float | None
    months: tuple[BudgetMonth, ...]
    total: BudgetMonth
    path: str = ""
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> SalesBudget:
        """From what :meth:`as_dict` made."""
        months = tuple(BudgetMonth.of(month) for month in told["months"])
        findings = tuple(Finding.from_dict(one) for one in told["findings"])
        return cls(**{**told, "months": months, "total": BudgetMonth.of(told["total"]), "findings": findings})

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `sales-budget`."""
        return {key: plain(value) for key, value in asdict(self).items()} | {
            "findings": [found.as_dict() for found in self.findings]
        }

    def to_arrow(self) -> pa.Table:
        """A row a month; money in minor units."""
        import pyarrow as pa

        rows = [asdict(month) for month in self.months]
        return pa.Table.from_pylist([{k: v for k, v in row.items() if k not in {"bands", "so_far"}} for row in rows])

    def __str__(self) -> str:
        head = f"{'month from':<11}{'won':>7}{'existing':>13}{'new':>12}{'revenue':>13}{'margin':>12}{'spend':>12}"
        band = self.total.bands["all"]
        left = [f"left of the margin after winning customers: {self._told(self.total.left)}"] * (
            self.total.left is not None
        )
        lines = [
            *wrap(f"sales budget from {self.total.begins} to {self.total.ends}, {self.currency}", 80),
            *wrap(self.definition, 80),
            "",
            head,
            *(self._row(month.begins, month) for month in self.months),
            self._row("all", self.total),
            "",
            f"revenue, 80 %: {self._told(band.low80)} to {self._told(band.high80)}",
            *left,
            *wrap(f"kept as {self.path}; after new orders:  lifelong plan-actual", 80),
        ]
        return "\n".join([*lines, *_found(self.findings)])

    def _row(self, title: str, month: BudgetMonth) -> str:
        money = (month.existing, month.new, month.revenue, month.margin, month.spend)
        cells = "".join(
            f"{_shown(minor, self.digits, self.total.revenue):>{width}}"
            for minor, width in zip(money, (13, 12, 13, 12, 12), strict=True)
        )
        return f"{title:<11}{month.new_customers:>7,.0f}{cells}"

    def _told(self, minor: int | None) -> str:
        return amount(minor, self.digits)


@dataclass(frozen=True, slots=True)
class Compared:
    """A month, or all, of the plan and what came; minor units. ``customers + orders + spend == difference``.

    Attributes:
        begins, ends, who: the days, and one of ``WHO``.
        plan, actual, difference: revenue planned, revenue that came, and the second less the first.
        low80, high80, place: the plan's interval, and whether what came lies ``below``, ``within`` or ``above`` it.
        customers: the part of the difference that comes from more or fewer customers.
        orders: from more or fewer orders a customer.
        spend: from more or less spend an order.
        plan_customers, actual_customers, plan_orders, actual_orders: the figures behind; of new ones, those won so far.
    """

    begins: str
    ends: str
    who: str
    plan: int
    actual: int
    difference: int
    low80: int
    high80: int
    place: str
    customers: int
    orders: int
    spend: int
    plan_customers: float
    actual_customers: float
    plan_orders: float
    actual_orders: float


@dataclass(frozen=True, slots=True)
class PlanActual:
    """The plan against what came since.

    Attributes:
        planned: the planning day; ``as_of`` the last day of the orders.
        currency, digits, definition: of the money.
        months: how many months of the plan are over, of ``of_months``.
        rows: three a month: existing, new, all.
        total: the same three, of all months that are over.
        findings: what to know.
    """

    planned: str
    as_of: str
    currency: str
    digits: int
    definition: str
    months: int
    of_months: int
    rows: tuple[Compared, ...]
    total: tuple[Compared, ...]
    path: str = ""
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `plan-actual`."""
        return {key: plain(value) for key, value in asdict(self).items()} | {
            "findings": [found.as_dict() for found in self.findings]
        }

    def to_arrow(self) -> pa.Table:
        """A row a month and whose revenue; money in minor units."""
        import pyarrow as pa

        return pa.Table.from_pylist([asdict(row) for row in self.rows])

    def __str__(self) -> str:
        head = f"{'month from':<11}{'of':<8}{'plan':>12}{'actual':>12}{'difference':>12}  80 % of the plan"
        why = f"{'why':<20}{'difference':>15}{'customers':>15}{'orders each':>15}{'an order':>15}"
        lines = [
            *wrap(f"plan of {self.planned} against what came by {self.as_of}, {self.currency}", 80),
            *wrap(self.definition, 80),
            "",
            head,
            *(self._row(row.begins, row) for row in self.rows),
            *(self._row("together", row) for row in self.total),
            *(
                ["< below, > above what the plan held for likely"]
                if any(r.place != "within" for r in self.rows)
                else []
            ),
            "",
            why,
            *(self._why(row) for row in self.total),
            *wrap(f"{self.months} of {self.of_months} months are over; the parts sum to the difference", 80),
        ]
        return "\n".join([*lines, *_found(self.findings), *([f"written to {self.path}"] if self.path else [])])

    def _row(self, title: str, row: Compared) -> str:
        money = "".join(
            f"{_shown(minor, self.digits, self.total[-1].plan):>12}" for minor in (row.plan, row.actual, row.difference)
        )
        ends = "-".join(amount(round(minor / 10**self.digits), 0) for minor in (row.low80, row.high80))
        mark = {"below": " <", "above": " >"}.get(row.place, "")
        return f"{title:<11}{row.who:<8}{money}  {ends}{mark}"

    def _why(self, row: Compared) -> str:
        parts = (row.difference, row.customers, row.orders, row.spend)
        return f"{row.who:<20}" + "".join(f"{amount(minor, self.digits):>15}" for minor in parts)


def _shown(minor: int | None, digits: int, largest: int) -> str:
    """An amount in a column: without decimals where the largest has a million or more."""
    if minor is None or largest < 1_000_000 * 10**digits:
        return amount(minor, digits)
    return amount(round(minor / 10**digits), 0)


def _found(findings: tuple[Finding, ...]) -> list[str]:
    return [line for found in findings for line in wrap(str(found), 78, initial_indent="  ", subsequent_indent="  ")]
