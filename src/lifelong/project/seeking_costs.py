"""Opportunities on the side of costs: spend on channels, what orders leave, and rows that were set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong.decide.opportunities import EFFORT
from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.project import channelling, costing
from lifelong.project.asked import Question
from lifelong.schema import UNKNOWN
from lifelong.values.opportunities import Opportunity
from lifelong.values.winning import amount

if TYPE_CHECKING:
    from lifelong.project.sought import Place
    from lifelong.values.channels import Channels, Worth
    from lifelong.values.waterfall import Bearer, Waterfall

#: How far below the firm's a channel's contribution must lie, as a share of revenue, to be told.
POINTS = 0.05
#: How much more spend is looked at where a channel has room, as a share.
MORE = 0.1


def channels(place: Place) -> list[Opportunity]:
    """Channels where a customer costs more than the limit, and those where the next one costs less.

    Raises:
        DataError: E367 where the project holds no spend, E386 where no margin is known.
    """
    question = Question.of(place.folder.config())
    told = channelling.channels(place.folder, channelling.Asked(), question)
    if all(row.status == "no margin" for row in told.rows):
        raise DataError(
            "E386", "no margin is known: revenue is set against no cost", where="lifelong.toml",
            why="what may be spent to win a customer comes out of what the customer leaves", fix='write  margin = "40%"',
        )  # fmt: skip
    marginal = {row.name: row.marginal for row in told.cac.channels}
    made = [_over(place, told, row) for row in told.rows] + [
        _room(place, told, row, marginal.get(row.name)) for row in told.rows
    ]
    return [one for one in made if one is not None]


def _over(place: Place, told: Channels, row: Worth) -> Opportunity | None:
    """What is spent above the limit in a year, at the present number of customers; None where it is not above it."""
    if row.cac is None or row.new_value is None or row.name == UNKNOWN:
        return None
    a_year = 12.0 * row.customers / len(told.cac.months)
    ends = (row.new_value.mean, row.new_value.high80, row.new_value.low80)
    money, low, high = (round((row.cac - end / told.target) * a_year) for end in ends)
    if money <= 0:
        return None
    cac, value = (amount(minor, told.cac.digits) for minor in (row.cac, row.new_value.mean))
    return Opportunity(
        kind="over the limit", what=phrase("{channel} costs more than it may", channel=row.name), money=money, low80=low, high80=high,
        over=phrase("a year, as many customers as now"), effort=EFFORT["over the limit"], grounds="goes with",
        evidence=phrase(
            "a customer of {channel} costs {cac} and is worth {value}; a value of {target:g} times the cost is asked for",
            channel=row.name, cac=cac, value=value, target=told.target,
        ),
        action=phrase("bring the cost of a customer down to the limit, by bids or by spending less, and see what stays"),
        command=f"lifelong limits {place.flag} --target {told.target:g}", customers=None, is_weak_spot=True,
    )  # fmt: skip


def _room(place: Place, told: Channels, row: Worth, marginal: float | None) -> Opportunity | None:
    """What a tenth more spend leaves in a year, where even by the lower bound the next customer costs less than the limit."""
    if marginal is None or marginal <= 0 or row.new_value is None or marginal >= row.new_value.low80 / told.target:
        return None
    more = MORE * 12.0 * row.cost / len(told.cac.months) / marginal
    ends = (row.new_value.mean, row.new_value.low80, row.new_value.high80)
    money, low, high = (round((end - marginal) * more) for end in ends)
    nexts, value = (amount(minor, told.cac.digits) for minor in (marginal, row.new_value.mean))
    return Opportunity(
        kind="room", what=phrase("{channel} has room for more spend", channel=row.name), money=money, low80=low, high80=high,
        over=phrase("a year with {more:.0%} more spend", more=MORE), effort=EFFORT["room"], grounds="goes with",
        evidence=phrase(
            "the next customer of {channel} costs {cost} by its months, and is worth {value}; that months with more spend had "
            "more customers is no proof that spend brought them", channel=row.name, cost=nexts, value=value,
        ),
        action=phrase("raise its spend by {more:.0%} in some weeks or places and not in others, and compare", more=MORE),
        command=f"lifelong limits {place.flag} --target {told.target:g}", customers=None, is_weak_spot=False,
    )  # fmt: skip


def contribution(place: Place) -> list[Opportunity]:
    """Channels of orders that leave less of their revenue than the firm does, or nothing after fixed costs; the last year.

    Raises:
        DataError: E368 where the cost of goods is not known.
    """
    told = costing.costs(place.folder, costing.Asked())
    made = [_thin(place, told, one) for one in told.channels] if len(told.channels) > 1 else []
    return [one for one in made if one is not None]


def _thin(place: Place, told: Waterfall, one: Bearer) -> Opportunity | None:
    """What a channel's orders leave less than the firm's share of revenue; or what they lose after fixed costs."""
    if one.revenue <= 0 or told.revenue <= 0:
        return None
    share, whole = one.contribution / one.revenue, told.contribution / told.revenue
    gap = round(whole * one.revenue) - one.contribution if share < whole - POINTS else 0
    money = max(gap, -one.left)
    if money <= 0:
        return None
    lost = one.left < 0 and money == -one.left
    what = phrase("orders by {channel}: leaves less of its revenue", channel=one.channel)
    evidence = phrase(
        "{orders:,} orders leave {share:.1%} of revenue, all orders {whole:.1%}",
        orders=one.orders,
        share=share,
        whole=whole,
    )
    if lost:
        what = phrase("orders by {channel}: leaves nothing after fixed costs", channel=one.channel)
        evidence = phrase("{evidence}; fixed costs are dealt by {rule}", evidence=evidence, rule=phrase(str(told.rule)))
    return Opportunity(
        kind="costs", what=what, money=money, low80=money, high80=money,
        over=phrase("{first} to {last}", first=told.first_day, last=told.last_day), effort=EFFORT["costs"], grounds="counted",
        evidence=evidence,
        action=phrase("look at which cost it is: goods, fees, shipping or discounts; then at price and terms"),
        command=f"lifelong costs {place.flag} --from {told.first_day} --to {told.last_day}",
        customers=one.customers, is_weak_spot=True,
    )  # fmt: skip


def aside(place: Place) -> list[Opportunity]:
    """Money of rows that could not be used."""
    _, tables = place.folder.tables()
    reports = list(tables.reports().values())
    money, rows = sum(one.money_quarantined or 0 for one in reports), sum(one.quarantined for one in reports)
    return [Opportunity(
        kind="data", what=phrase("money in rows that were set aside"), money=money, low80=money, high80=money, over=phrase("of all files"),
        effort=EFFORT["data"], grounds="counted",
        evidence=phrase("rows that could not be used: {rows:,}; they are in no value and no forecast", rows=rows),
        action=phrase("look at the reasons, mend the export and ingest it again"),
        command=f"lifelong export quarantine.csv {place.flag} --what quarantine", customers=None, is_weak_spot=True,
    )]  # fmt: skip
