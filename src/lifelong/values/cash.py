"""Cash to come by month, and what the customers and the firm are worth by it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from lifelong.values.findings import plain

if TYPE_CHECKING:
    import pyarrow as pa

    from lifelong.values.findings import Finding

WHO = ("existing", "future")


@dataclass(frozen=True, slots=True)
class Month:
    """A month to come: its first and last day, expected order days, revenue and margin in minor units, intervals of revenue.

    ``existing`` and ``future`` are the parts of revenue, and sum to it.
    """

    begins: str
    ends: str
    orders: float
    existing: int
    future: int
    revenue: int
    margin: int
    low80: int
    high80: int
    low90: int
    high90: int


@dataclass(frozen=True, slots=True)
class Swing:
    """The margin of all months, in minor units, where one lever alone is 10 % lower or higher."""

    lever: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class CashForecast:
    """Revenue and margin by month, of customers there are and of those to come; money in minor units.

    Attributes:
        as_of, currency, digits, model: the last day seen, the money, decimals of a minor unit, the fitted model.
        definition: what the money means.
        new_customers: expected a month, shape (months,).
        factors: the scenario: lever to factor, empty where nothing is changed.
        months: shape (months,).
        swings: what each lever moves, the widest first.
        total: the same of all months; its intervals are those of the sum.
        findings: what to know.
    """

    as_of: str
    currency: str
    digits: int
    model: str
    definition: str
    new_customers: tuple[float, ...]
    factors: dict[str, float]
    months: tuple[Month, ...]
    total: Month
    swings: tuple[Swing, ...] = ()
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `forecast`."""
        told = asdict(self)
        told["findings"] = [found.as_dict() for found in self.findings]
        return {
            key: plain(value) if not isinstance(value, dict | list | tuple) else value for key, value in told.items()
        }

    def to_arrow(self) -> pa.Table:
        """A row a month; money in minor units."""
        import pyarrow as pa

        return pa.Table.from_pylist([asdict(month) for month in self.months])

    def __str__(self) -> str:
        unit = f" {self.currency}".rstrip()
        head = f"{'month from':<12}{'orders':>9}{'existing':>14}{'future':>14}{'revenue':>14}{'margin':>14}"
        lines = [*wrap(self.definition, 80), "", *wrap(self._assumed(), 80), "", head]
        lines += [self._row(month.begins, month) for month in self.months]
        total = self.total
        lines += [self._row("all", total), ""]
        lines += [
            f"revenue of all months{unit}: {self._money(total.revenue)}",
            f"  80 %: {self._money(total.low80)} to {self._money(total.high80)}",
            f"  90 %: {self._money(total.low90)} to {self._money(total.high90)}",
            "",
            f"{'margin of all months where a lever is':<38}{'10 % lower':>20}{'10 % higher':>20}",
            *(f"  {one.lever:<36}{self._money(one.low):>20}{self._money(one.high):>20}" for one in self.swings),
        ]
        return "\n".join(
            [*lines, *(line for found in self.findings for line in wrap(str(found), 80, initial_indent="  "))]
        )

    def _assumed(self) -> str:
        mean = sum(self.new_customers) / len(self.new_customers)
        moved = "; ".join(f"{lever} x {factor:g}" for lever, factor in self.factors.items())
        return f"new customers a month: {mean:,.1f}" + (f"; scenario: {moved}" if moved else "")

    def _row(self, title: str, month: Month) -> str:
        money = "".join(
            f"{self._money(amount):>14}" for amount in (month.existing, month.future, month.revenue, month.margin)
        )
        return f"{title:<12}{month.orders:>9,.0f}{money}"

    def _money(self, minor: int) -> str:
        return _money(minor, self.digits)


@dataclass(frozen=True, slots=True)
class EquityChange:
    """What moved customer equity since an earlier run, in minor units: ``total`` is the sum of the five parts.

    Attributes:
        run, since: the earlier run's file and day.
        before, after: customer equity then and now, by the same cost of winning, rate and margin.
        total: the change.
        came: customers won since, by the earlier model.
        gone: customers who are no longer there (joined to others).
        behaviour: those who are in both, by the earlier model: their orders, their silence, time.
        model: the later model against the earlier one. None where it is not known: came and behaviour then hold it.
        future: coming customers, net: how many, and what one is worth.
        customers_came, customers_gone: how many.
        why: why the model's part is not known, empty where it is.
    """

    run: str
    since: str
    before: int
    after: int
    total: int
    came: int
    gone: int
    behaviour: int
    model: int | None
    future: int
    customers_came: int
    customers_gone: int
    why: str = ""

    def pairs(self, digits: int) -> list[tuple[str, str]]:
        """Each step and its figure, as they are shown."""
        rows = [
            (f"customer equity of {self.since}", self.before),
            (f"customers won since ({self.customers_came:,})", self.came),
            (f"customers no longer there ({self.customers_gone:,})", self.gone),
            ("what the others did", self.behaviour),
            ("another model", self.model),
            ("coming customers", self.future),
            ("customer equity now", self.after),
        ]
        return [(title, "not known" if minor is None else _money(minor, digits)) for title, minor in rows]

    def lines(self, digits: int) -> list[str]:
        """As it is printed."""
        told = [f"{title:<52}{figure:>20}" for title, figure in self.pairs(digits)]
        return [*told, *(wrap(self.why, 80, initial_indent="  ") if self.why else ())]


@dataclass(frozen=True, slots=True)
class CustomerEquity:
    """What customers and the firm are worth; money in major units, rates a year.

    Attributes:
        as_of, currency, model, definition: the last day seen, the money, the fitted model, what value means.
        customers: how many there are.
        rlv: residual value of them, with its 80 % interval.
        clv: value of a new customer, the first order included, before the cost of winning; ``cac`` that cost.
        new_customers: a month; ``months`` for so long, None for ever.
        future: net value of coming cohorts.
        equity: rlv + future.
        fixed, tax, non_operating, debt: present value of fixed costs, tax share, other assets, debt.
        operating: (1 - tax) x (equity - fixed).
        value: operating + non_operating - debt.
        elasticities: per cent that the value moves where a lever is 1 % higher: retention a year of all customers, margin, the rate
            (discount), new customers a month (acquisition), the cost of winning one (cac); the first and third where the model tells.
        elastic_bands: by lever 10, 90, 5 and 95 % bounds over draws of the parameters; empty where nothing is drawn.
        change: what moved the customer equity since the run before; None where there is none to compare.
        no_change: why there is none.
        digits: decimals of a minor unit, in which the change is.
        is_firm: whether fixed costs, tax, assets or debt were told, so that a value of the firm is shown.
        findings: what to know.
    """

    as_of: str
    currency: str
    model: str
    definition: str
    customers: int
    rlv: float
    rlv_low80: float
    rlv_high80: float
    clv: float
    cac: float
    new_customers: float
    months: float | None
    future: float
    equity: float
    fixed: float
    tax: float
    non_operating: float
    debt: float
    operating: float
    value: float
    elasticities: dict[str, float]
    is_firm: bool
    digits: int
    elastic_bands: dict[str, tuple[float, ...]] = field(default_factory=dict)
    change: EquityChange | None = None
    no_change: str = ""
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `equity` and `valuation`."""
        told = {
            key: plain(value)
            for key, value in asdict(self).items()
            if key not in {"findings", "elasticities", "elastic_bands", "change"}
        }
        found = [one.as_dict() for one in self.findings]
        change = asdict(self.change) if self.change else None
        bands = {lever: list(band) for lever, band in self.elastic_bands.items()}
        moved = {"elasticities": dict(self.elasticities), "elastic_bands": bands}
        return {**told, **moved, "change": change, "findings": found}

    def _elastic(self) -> list[str]:
        lines = [f"{'1 % more of':<20}{'moves it by':>14}{'80 %':>24}"]
        for lever, each in sorted(self.elasticities.items(), key=lambda one: -abs(one[1])):
            band = self.elastic_bands.get(lever)
            span = f"{band[0]:+.2f} to {band[1]:+.2f} %" if band else ""
            lines.append(f"{lever:<20}{f'{each:+.2f} %':>14}{span:>24}".rstrip())
        return lines if self.elasticities else []

    def __str__(self) -> str:
        span = "for ever" if self.months is None else f"for {self.months:g} months"
        rows = [
            (f"residual value of {self.customers:,} customers (RLV)", self.rlv),
            ("coming customers, net (CLV - CAC)", self.future),
            ("customer equity", self.equity),
        ]
        if self.is_firm:
            rows += [
                ("less fixed costs, present value", -self.fixed),
                (f"less tax at {self.tax:.1%}", self.operating - (self.equity - self.fixed)),
                ("value of the business", self.operating),
                ("and other assets", self.non_operating),
                ("less debt", -self.debt),
                ("value of the firm to its owners", self.value),
            ]
        lines = [
            *wrap(self.definition, 80),
            "",
            *(f"{title:<52}{amount:>20,.2f}" for title, amount in rows),
            "",
            f"RLV, 80 %: {self.rlv_low80:,.2f} to {self.rlv_high80:,.2f}",
            f"a new customer: CLV {self.clv:,.2f}, CAC {self.cac:,.2f}; {self.new_customers:,.1f} a month, {span}",
            "",
            *self._elastic(),
            "",
            *(self.change.lines(self.digits) if self.change else wrap(f"no change is told: {self.no_change}", 80)),
        ]
        return "\n".join(
            [*lines, *(line for found in self.findings for line in wrap(str(found), 80, initial_indent="  "))]
        )


def _money(minor: int, digits: int) -> str:
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f}"
