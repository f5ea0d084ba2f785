"""What the verbs of channels stand on: costs, customers won, and what each customer brought by each age."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.decide.attribution import deal_parts
from lifelong.decide.worth import Followed, ages, codes
from lifelong.errors import DataError
from lifelong.money.margin import historic_value, pooled_margin
from lifelong.project import asked, costing, naming, spending
from lifelong.units import date_of
from lifelong.values.winning import Cost, Won

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from lifelong.project.asked import Base, Question
    from lifelong.project.folder import Folder


@dataclass(frozen=True, slots=True)
class Tables:
    """Where costs and customers are, as the user says.

    Attributes:
        spend: a table of costs: month or day, channel, campaign, purpose, cost; or a month and a column a channel; by default the
            project's own spend.
        acquired: a table of new customers by month and channel, where no project tells them.
        columns: our name of a column of costs to the file's; ``customers`` is one of the other table.
        purposes: by channel, what its money is for.
        same: a channel's name in the table of costs to its name elsewhere.
        currency: of the amounts, where no project tells it.
    """

    spend: str | Path = ""
    acquired: str | Path = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    purposes: Mapping[str, str] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""

    def costs(self, currency: str, folder: Folder | None = None) -> list[Cost]:
        """The rows of the table of costs; without one, those of the reports of spend that the project holds.

        Raises:
            DataError: E381 where the table cannot be used; E367 where there is none and the project holds no spend.
        """
        from lifelong.sources import winning

        columns = {n: v for n, v in self.columns.items() if n != "customers"}
        names = winning.Names(columns, self.purposes, self.same)
        if self.spend:
            return winning.costs(Path(self.spend), names, currency)
        if folder is None:
            raise DataError(
                "E381", "no table says what was spent", where="--spend", why="the cost of winning is a cost by customers",
                fix="name one:  --spend spend.csv",
            )  # fmt: skip
        rows = spending.spend_table(folder).to_pylist()
        names.check("the project's spend", {row["channel"] for row in rows})
        return [
            Cost(
                month_of(row["day"]), self.same.get(row["channel"], row["channel"]), row["campaign"],
                self.purposes.get(row["channel"], row["purpose"]), row["cost"], row["conversions"],
                None if row["clicks"] is None else float(row["clicks"]),
            )
            for row in rows
        ]  # fmt: skip

    def won(self) -> list[Won]:
        """The rows of the table of customers."""
        from lifelong.sources import winning

        return winning.customers(
            Path(self.acquired), winning.Names({n: v for n, v in self.columns.items() if n == "customers"}, {}, {})
        )


@dataclass(frozen=True, eq=False)
class People:
    """A project's customers.

    Attributes:
        at: the base that they are of.
        table: ``customer_id``, ``first_day``, ``channel``, ``campaign``, ``credit`` and ``money_A`` for each age, whole minor units: a
            row a customer, or where a rule shares customers among channels a row a part; a customer's parts sum to the whole.
        followed: the same as arrays, by channel or campaign.
        definition: what money is.
        margin: share of revenue behind it; None where money is revenue itself, and then nothing may be set against cost.
        origin: who named the channels, in words.
        common: as :class:`lifelong.project.naming.Named` has it.
    """

    at: Base
    table: pa.Table
    followed: Followed
    definition: str
    margin: float | None
    origin: str = ""
    common: Mapping[str, str] | None = None

    def meeting(self, costs: list[Cost]) -> list[Cost]:
        """Costs with their channels under the names of the customers' channels."""
        if self.common is None:
            return costs
        small = ((row, row.channel.strip().lower()) for row in costs)
        return [row._replace(channel=self.common.get(name, name)) for row, name in small]

    def won(self) -> list[Won]:
        """Customers by the month of their first order."""
        first = (
            self.table["first_day"].to_numpy().astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
            + 1970 * 12
        )
        parts: dict[tuple[int, str, str], list[float]] = defaultdict(list)
        columns = (self.table[name].to_pylist() for name in ("channel", "campaign", "credit"))
        for month, channel, campaign, credit in zip(first.tolist(), *columns, strict=True):
            parts[month, channel, campaign].append(credit)
        return [Won(*key, math.fsum(credits_)) for key, credits_ in sorted(parts.items())]


def people(folder: Folder, question: Question, by: str, until: str = "", rule: naming.Rule | None = None) -> People:
    """A project's customers with the channel and the campaign that they came by; nobody is left out.

    Args:
        folder: the project.
        question: whose margin counts; where it says none, costs of the orders.
        by: ``channel``, ``campaign``, or another column that was kept.
        until: the last day to look at.
        rule: how touches name them, as :func:`lifelong.project.naming.named` has it.

    Raises:
        DataError: E384, where no amounts are known, or the column was not kept; E491, where the rule needs touches.
    """
    import narwhals as nw
    import pyarrow as pa

    from lifelong.tables.channel_values import by_age

    at = asked.base(folder, until)
    if not at.has_money:
        raise _unknown(
            "the orders hold no amounts", "what customers bring is counted in money", "ingest an export with amounts"
        )
    money, margin, definition = _money(folder, at, question)
    seen = int(at.until - np.min(at.summary["first_day"].to_numpy()))
    steps = ages(seen)
    told = by_age(at.orders.append_column("money", pa.array(money, mask=~np.isfinite(money))), at.until, steps)
    told = told.sort_by("customer_id")
    named = naming.named(folder, at, told, by, rule or naming.Rule())
    names, code = codes(named.names["channel" if by == "channel" else "campaign"])
    money_by = {age: np.round(nw.from_native(told)[f"money_{age}"].to_numpy()).astype(np.int64) for age in steps}
    days = told["first_day"].to_numpy().astype(np.int64)
    table = pa.table({
        "customer_id": told["customer_id"].take(pa.array(named.owner)), "first_day": told["first_day"].take(pa.array(named.owner)),
        **{name: pa.array(texts, pa.string()) for name, texts in named.names.items()}, "credit": named.credit,
        **{f"money_{age}": deal_parts(each, named.owner, named.credit) for age, each in money_by.items()},
    })  # fmt: skip
    columns = np.column_stack([each.astype(np.float64) for each in money_by.values()])
    shared = (None, None) if named.is_whole else (named.owner, named.credit)
    followed = Followed(names, code, at.until - days, steps, columns, *shared)
    return People(at, table, followed, definition, margin, named.origin, named.common)


def _money(folder: Folder, at: Base, question: Question) -> tuple[np.ndarray[Any, Any], float | None, str]:
    """What each order brings at the level that is asked for, the share of revenue behind it, and its words."""
    earned = at.orders["revenue"].cast("float64").to_numpy(zero_copy_only=False)
    config, words = folder.config(), "gross margin (revenue less cost)"
    if question.level == "revenue":
        return earned, None, "revenue"
    if question.level == "contribution":
        costing.at_level(folder, at, question)  # refused where costs are not known
        costs = costing.told(config, folder.currency)
        cost = sum(costing.order_costs(folder, at.orders, question.margin, costs).values())
        words = costing.words(costs, question.margin, folder.currency)
    elif question.margin is not None:
        return earned * question.margin, question.margin, f"gross margin ({question.margin * 100:g} % of revenue)"
    elif config.product_costs:
        cost = costing.goods(folder, at.orders, None)
    else:
        cost = at.orders["cost"].cast("float64").to_numpy(zero_copy_only=False)
    if not np.isfinite(cost).any():
        return earned, None, "revenue"
    margin = pooled_margin(earned, cost)
    return historic_value(earned, cost, margin), margin, words


def within(costs: list[Cost], won: list[Won], lags: Mapping[str, int], last: int) -> tuple[list[Won], tuple[int, int]]:
    """Customers of the months in which spend is told, and these months: of others nobody knows what they cost.

    Args:
        costs: money spent.
        won: all customers by month.
        lags: as ``decide.channels.Terms`` has them.
        last: the last month of the orders; money of a month that won nobody counts as that of others.
    """
    months = [row.month - lags.get(row.channel, 0) for row in costs]
    span = max(min(months), min(row.month for row in won)), min(max(months), last)
    kept = [row for row in won if span[0] <= row.month <= span[1]]
    if not kept:
        raise DataError(
            "E381", "no customer's first order lies in the months of the table of costs", where="--spend",
            why="costs and customers meet by month", fix="give costs of the months of the orders",
        )  # fmt: skip
    return kept, span


def month_of(day: int) -> int:
    """A day's month, counted as in ``values.winning``."""
    when = date_of(day)
    return when.year * 12 + when.month - 1


def is_cut_off(at: Base) -> bool:
    """Whether the last month of the orders is not whole."""
    return date_of(at.until).month == date_of(at.until + 1).month


def _unknown(what: str, why: str, fix: str) -> DataError:
    return DataError("E384", what, where="the orders", why=why, fix=fix)
