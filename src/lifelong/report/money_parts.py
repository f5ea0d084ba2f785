"""What other verbs say of money, as tables of a paper: forecast, equity, costs, channels. Amounts come in minor units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong import i18n
from lifelong.i18n import message
from lifelong.report.figures import Column
from lifelong.report.paper import Grid, Words
from lifelong.units import Money, minor_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifelong.report.inputs import ReportData
    from lifelong.report.paper import Beside
    from lifelong.values.channels import Worth


def _columns(heads: Sequence[str]) -> tuple[Column, ...]:
    return tuple(Column(head, at > 0) for at, head in enumerate(heads))


def forecast(_: ReportData, beside: Beside) -> list[Grid | Words]:
    """Revenue and margin by month; the last row sums the others."""
    made = beside.forecast
    if made is None:
        return []
    unit, cur = 10**made.digits, made.currency
    heads = (
        message("Month from"), message("Orders"), message("Customers there are"), message("Customers to come"),
        message("Revenue"), message("Margin"), message("80 % from"), message("80 % to"),
    )  # fmt: skip
    names = ("existing", "future", "revenue", "margin", "low80", "high80")

    def words(first: str, month: Any) -> tuple[str, ...]:
        return (first, i18n.number(month.orders), *(i18n.ledger(Money(getattr(month, n), cur)) for n in names))

    def numbers(first: Any, month: Any) -> tuple[Any, ...]:
        return (first, month.orders, *(getattr(month, n) / unit for n in names))

    total, months = made.total, len(made.months)
    worth = i18n.money_within(total.revenue / unit, total.low80 / unit, total.high80 / unit, cur)
    spread = i18n.interval(total.low80 / unit, total.high80 / unit, cur)
    return [
        Grid(
            "forecast",
            message("{months} months will bring {revenue}; four times in five {spread}").format(
                months=i18n.number(months), revenue=worth, spread=spread
            ),
            message("Expected by month, in {currency}; an interval of the sum is narrower than the sum of intervals").format(currency=cur),
            _columns(heads),
            (*(words(i18n.short_date(m.begins), m) for m in made.months), words(message("All months"), total)),
            f"{made.definition}.",
            (*(numbers(_day(m.begins), m) for m in made.months), numbers(message("All months"), total)),
            (1, 2, 3, 4, 5),
        )
    ]  # fmt: skip


def _day(text: str) -> Any:
    import datetime as dt

    return dt.date.fromisoformat(text)


def equity(_: ReportData, beside: Beside) -> list[Grid | Words]:
    """What the customer base is worth: those there are, those to come, together."""
    e = beside.equity
    if e is None:
        return []
    rows: list[tuple[str, str, float]] = [
        (message("Customers there are: {spread}").format(spread=i18n.interval(e.rlv_low80, e.rlv_high80, e.currency)),
         i18n.money_within(e.rlv, e.rlv_low80, e.rlv_high80, e.currency), e.rlv),
        (message("Customers to come, less the cost of winning them"), i18n.money(e.future, e.currency, 0), e.future),
        (message("Customer equity"), i18n.money(e.equity, e.currency, 0), e.equity),
    ]  # fmt: skip
    return [
        Grid(
            "customer-equity",
            message("Present and coming customers are worth {equity}").format(equity=rows[2][1]),
            message("Present value, in {currency}").format(currency=e.currency),
            _columns((message("Of whom"), message("Worth"))),
            tuple((name, text) for name, text, _ in rows),
            f"{e.definition}.",
            tuple((name, number) for name, _, number in rows),
            (1,),
        )
    ]


def costs(_: ReportData, beside: Beside) -> list[Grid | Words]:
    """From revenue down to what is left, and by channel."""
    made = beside.costs
    if made is None:
        return []
    cur, unit, named = made.currency, 10 ** minor_digits(made.currency), _cost_names()
    taken = [(named.get(name, name), -cost) for name, cost in made.costs.items() if cost]
    if made.advertising is not None:
        taken.append((message("advertising"), -made.advertising))
    taken += [(message("fixed costs"), -made.fixed)] if made.fixed else []
    steps = [(message("Revenue"), made.revenue), *taken, (message("Left"), made.left)]
    return [
        Grid(
            "costs",
            message("{left} is left of {revenue}").format(
                left=i18n.ledger(Money(made.left, cur)), revenue=i18n.ledger(Money(made.revenue, cur))
            ),
            message("{first} to {last}, {orders} orders, in {currency}").format(
                first=i18n.short_date(made.first_day), last=i18n.short_date(made.last_day), orders=i18n.number(made.orders), currency=cur
            ),
            _columns((message("Step"), message("Amount"))),
            tuple((name, i18n.ledger(Money(amount, cur))) for name, amount in steps),
            "",
            tuple((name, amount / unit) for name, amount in steps),
            (1,),
        )
    ]  # fmt: skip


def _cost_names() -> dict[str, str]:
    return {
        "goods": message("goods"), "payment": message("payment fees"), "shipping": message("shipping"),
        "service": message("service"), "bad_debt": message("bad debt"),
    }  # fmt: skip


def channels(_: ReportData, beside: Beside) -> list[Grid | Words]:
    """The scorecard of channels."""
    made = beside.channels
    if made is None:
        return []
    cur, unit = made.cac.currency, 10**made.cac.digits
    heads = (
        message("Channel"), message("Customers won"), message("Spent"), message("Cost each"), message("Value of a new customer"),
        message("80 % from"), message("80 % to"), message("Value to cost"),
    )  # fmt: skip

    rows = [_channel(row, unit, cur) for row in made.rows]
    won, spent = sum(row.customers for row in made.rows), sum(row.cost for row in made.rows)
    words = [row[0] for row in rows] + [(message("All"), i18n.number(won), i18n.ledger(Money(spent, cur)), *[""] * 5)]
    numbers = [row[1] for row in rows] + [(message("All"), won, spent / unit, *[None] * 5)]
    whole = made.cac.whole
    each = i18n.money(whole.blended / unit, cur) if whole.blended is not None else i18n.unknown()
    title = message("A new customer costs {cost}").format(cost=each)
    return [
        Grid("channels", title, message("In {currency}").format(currency=cur), _columns(heads), tuple(words),
             f"{made.new_definition}.", tuple(numbers), (1, 2))
    ]  # fmt: skip


def _channel(row: Worth, unit: int, cur: str) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """A channel's cells as words, and as numbers."""
    one, cac = row.new_value, None if row.cac is None else row.cac / unit
    told: tuple[str, ...] = (i18n.not_estimated(),) * 3
    behind: tuple[float | None, ...] = (None,) * 3
    if one is not None:
        mean, low, high = one.mean / unit, one.low80 / unit, one.high80 / unit
        told = (i18n.money_within(mean, low, high, cur), i18n.money(low, cur), i18n.money(high, cur))
        behind = (mean, low, high)
    words = (
        row.name, i18n.number(row.customers), i18n.ledger(Money(row.cost, cur)),
        message("nothing") if cac is None else i18n.money(cac, cur), *told,
        i18n.number(row.ratio.mean, 1) if row.ratio else i18n.not_estimated(),
    )  # fmt: skip
    return words, (row.name, row.customers, row.cost / unit, cac, *behind, row.ratio.mean if row.ratio else None)


def refusals(_: ReportData, beside: Beside) -> list[Grid | Words]:
    """What could not be computed, and why, in the place where it would stand."""
    return [Words(f"refused-{at}", title, (why,)) for at, (title, why) in enumerate(beside.refused)]
