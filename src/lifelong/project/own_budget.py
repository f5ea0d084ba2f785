"""A budget from what a project holds: its months of spend, the customers who came in them, and what one is worth."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lifelong.errors import DataError
from lifelong.project import budgeting, winning
from lifelong.project.channelling import Asked, know
from lifelong.units import date_of
from lifelong.values import Finding
from lifelong.values.spending import SpendHistory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifelong.project.asked import Question
    from lifelong.project.folder import Folder
    from lifelong.values import Budget, Cut


def history_of(folder: Folder, question: Question) -> SpendHistory:
    """Whole months of spend and new customers by channel, with the value of a new customer and its doubt.

    Channels without spend, and months that are not whole in the orders or lie outside of the spend, are left out.

    Raises:
        DataError: E552 where no margin is known or no channel has spend; as :func:`lifelong.project.channelling.know`.
    """
    made = know(folder, Asked(), question)
    if made.people.margin is None:
        raise _missing(
            "no margin is known, so a customer's value is revenue and cannot be set against spend",
            "say it:  --margin 40%",
        )
    costs = made.people.meeting(Asked().tables.costs(folder.currency, folder))
    spent, won = _by_month(costs, made.won)
    last = winning.month_of(made.people.at.until) - winning.is_cut_off(made.people.at)
    months = range(_first_whole(folder), min(max(month for month, _ in spent), last) + 1) if spent else range(0)
    worth = dict(zip(made.people.followed.names, made.new, strict=True))
    channels = sorted({name for (month, name), cost in spent.items() if cost > 0 and month in months} & worth.keys())
    if not channels:
        raise _missing("no channel has both spend and customers in a whole month", "lifelong spend FILE")
    rows = [
        {"month": month, "channel": name, "spend": spent[month, name], "new_customers": won[month, name]}
        for name in channels
        for month in months
    ]
    return SpendHistory.of(rows, {name: worth[name] for name in channels}, folder.currency)


def budget(folder: Folder, question: Question, asked: budgeting.Asked) -> Budget:
    """The best split of a month's spend over the project's own channels."""
    made = budgeting.plan_of(history_of(folder, question), asked)
    return replace(made, findings=(*made.findings, _note()))


def cut(folder: Folder, question: Question, cuts: Mapping[str, str], **told: Any) -> Cut:
    """What it would cost to spend less in some of the project's own channels."""
    made = budgeting.cut_of(history_of(folder, question), cuts, **told)
    return replace(made, findings=(*made.findings, _note()))


def _note() -> Finding:
    """What the history of a project says of itself, which no file of months and channels can."""
    text = (
        "customers are those of the project who came by the channel, in the month of their first order; their value is that of a "
        "new customer by the latest fit; that more came in months of more spend is no proof that spend brought them"
    )
    return Finding("F552", text, "info")


def _by_month(costs: Any, customers: Any) -> tuple[Counter[tuple[int, str]], dict[tuple[int, str], float]]:
    """Spend for winning customers, and customers won, by month and channel."""
    spent: Counter[tuple[int, str]] = Counter()
    won: dict[tuple[int, str], float] = defaultdict(float)
    for row in costs:
        if row.purpose == "acquisition":
            spent[row.month, row.channel] += row.cost
    for row in customers:
        won[row.month, row.channel] += row.customers
    return spent, won


def _first_whole(folder: Folder) -> int:
    """The first month that is whole in the spend: it begins on the month's first day."""
    import pyarrow.compute as pc

    from lifelong.project.spending import spend_table

    first = int(pc.min(spend_table(folder)["day"]).cast("int32").as_py())
    return winning.month_of(first) + (date_of(first).day != 1)


def _missing(what: str, fix: str) -> DataError:
    return DataError(
        "E552",
        what,
        where="the project",
        why="a plan sets what a channel's customers leave against what is spent",
        fix=fix,
    )
