"""Which costs count: levels of value, and the verb `costs`, which takes them off revenue one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import ConfigError, DataError, FitError
from lifelong.money.margin import VariableCosts, pooled_margin, variable_costs
from lifelong.money.overhead import allocated, fixed_costs
from lifelong.phrases import phrase
from lifelong.project import asked
from lifelong.schema import UNKNOWN
from lifelong.units import Money, date_of, day_of, minor_digits, share, to_minor
from lifelong.values.waterfall import Bearer, Waterfall

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.config import Config
    from lifelong.project.asked import Base, Question
    from lifelong.project.folder import Folder

    Ints = NDArray[np.int64]

#: How far back `costs` looks, days.
YEAR = 365


def told(config: Config, currency: str) -> VariableCosts:
    """The variable costs of lifelong.toml, in minor units."""
    fixed, shipping, service = (amount(config, name, currency) for name in ("payment_fixed", "shipping", "service"))
    rate, lost = (share(getattr(config, name) or 0.0, flag=name) for name in ("payment_rate", "bad_debt"))
    return VariableCosts(rate, fixed, shipping, service, lost)


def amount(config: Config, name: str, currency: str) -> int:
    """An amount of lifelong.toml, in minor units; nothing is 0."""
    text = str(getattr(config, name)).replace(" ", "").replace(",", ".") or "0"
    if not re.fullmatch(rf"[0-9]{{1,12}}(\.[0-9]{{0,{minor_digits(currency)}}})?", text):
        raise ConfigError(
            "E301", phrase("{name} must be an amount in {currency}, not {config!r}", name=name, currency=currency, config=getattr(config, name)), where="lifelong.toml",
            why="it is taken off each order, or each month", fix=phrase('write {name} = "4.50"', name=name),
        )  # fmt: skip
    return to_minor(Decimal(text), currency)


def at_level(folder: Folder, at: Base, question: Question) -> tuple[Base, float | None, str]:
    """The base at the level that is asked for, the margin to value it by, and the level's words.

    At contribution, the customers' costs are all that their orders caused, not the goods alone. So past value is exact for
    every customer, and the forecast takes the pooled share of revenue that was left, as it does where goods have a cost.

    Raises:
        DataError: E368 where goods have no known cost, or no variable cost is set; E369.
        FitError: E202 where nothing is left of an order.
    """
    if question.level == "revenue":
        return at, 1.0, "revenue"
    config = folder.config()
    if question.level == "contribution":
        costs = told(config, folder.currency)
        if costs.is_nothing:
            raise DataError(
                "E368", "no variable cost is set: contribution would be the gross margin",
                where=str(folder.root / "lifelong.toml"),
                why="contribution margin is what is left once payment, shipping, service and bad debt are paid",
                fix='write what you know, such as  payment_rate = "2.9%"  or  shipping = "4.50"',
            )  # fmt: skip
        parts = order_costs(folder, at.orders, question.margin, costs)
        summary = _with_costs(at, parts)
        return _left(replace(at, summary=summary)), None, words(costs, question.margin, folder.currency)
    if question.margin is None and config.product_costs:
        parts = {"goods": goods(folder, at.orders, None)}
        return replace(at, summary=_with_costs(at, parts)), None, ""
    if question.level and question.margin is None:
        goods(folder, at.orders, None)  # refused where they are not known
    return at, question.margin, ""


def _left(at: Base) -> Base:
    """The base, refused where orders leave less than nothing: such a value has no interval, and no customer is worth winning."""
    columns = (at.summary[name].cast("float64").to_numpy(zero_copy_only=False) for name in ("revenue", "cost"))
    left = pooled_margin(*columns)
    if left <= 0:
        raise FitError(
            "E202", phrase("orders leave less than nothing: contribution is {left:.1%} of revenue", left=left), where="--level contribution",
            why="the value of a customer who costs more with every order is no sum to forecast",
            fix="see which cost it is:  lifelong costs",
        )  # fmt: skip
    return at


def words(costs: VariableCosts, margin: float | None, currency: str) -> str:
    """What contribution means here, with every cost that is taken off."""
    goods = "cost of goods" if margin is None else f"{_percent(1 - margin)} goods"
    return f"contribution margin (revenue less {goods}, {beside(costs, currency)})"


def beside(costs: VariableCosts, currency: str) -> str:
    """Every cost that is taken off beside that of goods."""
    fee = [_percent(costs.payment_rate)] * bool(costs.payment_rate) + [_money(costs.payment_fixed, currency)] * bool(
        costs.payment_fixed
    )
    each = [
        *([f"{' + '.join(fee)} payment"] if fee else []),
        *(f"{_money(getattr(costs, n), currency)} {n}" for n in ("shipping", "service") if getattr(costs, n)),
        *([f"{_percent(costs.bad_debt)} bad debt"] if costs.bad_debt else []),
    ]
    return ", ".join(each)


def _percent(part: float) -> str:
    return f"{round(part * 100, 6):g} %"


def _money(minor: int, currency: str) -> str:
    return str(Money(minor, currency)).rsplit(" ", 1)[0]


def order_costs(folder: Folder, orders: pa.Table, margin: float | None, costs: VariableCosts) -> dict[str, Any]:
    """Every cost of each order, minor units: ``goods`` (nan where not known), ``payment``, ``shipping``, ``service``, ``bad_debt``.

    Raises:
        DataError: E368 where no order's goods have a known cost and no margin is told.
    """
    revenue = _floats(orders, "revenue")
    return {"goods": goods(folder, orders, margin)} | variable_costs(revenue, orders["is_order"].to_numpy(), costs)


def goods(folder: Folder, orders: pa.Table, margin: float | None) -> NDArray[np.float64]:
    """What each order's goods cost, minor units, nan where not known.

    By the margin that is told, else as the order's lines say, else by the product of its dearest line.

    Raises:
        DataError: E368 where no order's goods have a known cost; E369 where the table of products cannot be used.
    """
    revenue = np.nan_to_num(_floats(orders, "revenue"))
    if margin is not None:
        return np.asarray(np.rint((1.0 - margin) * revenue))
    cost = _floats(orders, "cost")
    path = folder.config().product_costs
    if path:
        from lifelong.sources import product_costs

        rates = product_costs.read(folder.root / path)
        rate = np.array([rates.get(str(name), np.nan) for name in orders["product"].to_pylist()], np.float64)
        cost = np.where(np.isfinite(cost), cost, np.rint(rate * revenue))
    if not np.isfinite(cost).any():
        raise _no_goods(folder)
    return cost


def _floats(orders: pa.Table, name: str) -> NDArray[np.float64]:
    import pyarrow.compute as pc

    column = orders[name].cast("float64")
    return np.asarray(pc.fill_null(column, float("nan")).to_numpy(), np.float64)


def _no_goods(folder: Folder) -> DataError:
    return DataError(
        "E368", "what the goods cost is not known", where=str(folder.root),
        why="the orders hold no costs, and neither a margin nor product_costs is set: what is left of revenue cannot be told",
        fix='give the gross margin:  --margin 35%  or in lifelong.toml  margin = "35%";  or ingest orders with a column of costs',
    )  # fmt: skip


def _with_costs(at: Base, parts: dict[str, Any]) -> pa.Table:
    """The summary with all costs of each customer's orders up to the day in the place of the goods'."""
    import pyarrow as pa
    import pyarrow.compute as pc

    past = pc.less_equal(at.orders["day"], at.until)
    whole = pa.array(sum(parts.values()), from_pandas=False)
    known = pa.table({"customer_id": at.orders["customer_id"], "all": whole}).filter(past)
    sums = known.group_by("customer_id").aggregate([("all", "sum")])
    place = pc.index_in(at.summary["customer_id"].combine_chunks(), value_set=sums["customer_id"].combine_chunks())
    each = sums["all_sum"].combine_chunks().take(place)
    cost = pc.if_else(pc.is_finite(each), each, pa.scalar(None, pa.float64())).cast(pa.int64())
    return at.summary.set_column(at.summary.column_names.index("cost"), "cost", cost)


# -- costs ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of costs: days, the gross margin, and by which rule fixed costs are dealt."""

    first: str = ""
    last: str = ""
    margin: str | float = ""
    allocate: str = ""


def costs(folder: Folder, told_of: Asked) -> Waterfall:
    """What is taken off revenue, one cost after another, down to what is left after fixed costs; and by channel.

    Raises:
        DataError: E368 where goods have no known cost, or there is no order in these days.
    """
    import pyarrow.compute as pc

    folder.require()
    config, currency = folder.config(), folder.currency
    at = asked.base(folder, told_of.last)
    first = day_of(told_of.first) if told_of.first else at.until - YEAR + 1
    inside = pc.and_(pc.greater_equal(at.orders["day"], first), pc.less_equal(at.orders["day"], at.until))
    orders = at.orders.filter(inside)
    if not len(orders) or not at.has_money:
        raise DataError(
            "E368", "no order with an amount lies in these days", where=phrase("{first} to {until}", first=date_of(first), until=date_of(at.until)),
            why="there is no revenue to take costs off", fix="take other days:  --from DATE --to DATE",
        )  # fmt: skip
    margin = asked.Question.of(config, margin=told_of.margin).margin
    parts = order_costs(folder, orders, margin, told(config, currency))
    unknown = int(np.isnan(parts["goods"]).sum())
    revenue = np.nan_to_num(_floats(orders, "revenue")).astype(np.int64)
    taken = {name: np.nan_to_num(part).astype(np.int64) for name, part in parts.items()}
    rule = told_of.allocate or config.allocate
    fixed = fixed_costs(amount(config, "fixed_costs", currency), first, at.until)
    bearers = _bearers(orders, revenue, sum(taken.values()))
    dealt = allocated(fixed, [bearer.as_dict() for bearer in bearers], rule)
    return Waterfall(
        date_of(first).isoformat(), date_of(at.until).isoformat(), currency,
        int(pc.sum(orders["is_order"]).as_py()), int(revenue.sum()), {name: int(part.sum()) for name, part in taken.items()},
        _advertising(folder, first, at.until), fixed, rule,
        tuple(replace(bearer, fixed=part) for bearer, part in zip(bearers, dealt, strict=True)), unknown,
    )  # fmt: skip


def _bearers(orders: pa.Table, revenue: Ints, taken: Ints) -> list[Bearer]:
    """Channels with their orders, customers, revenue and contribution, the largest first."""
    channels = np.array([name or UNKNOWN for name in orders["channel"].to_pylist()])
    customers, is_order = np.array(orders["customer_id"].to_pylist()), orders["is_order"].to_numpy()
    made = []
    for channel in np.unique(channels):
        own = channels == channel
        earned = int(revenue[own].sum())
        counts = int(is_order[own].sum()), len(np.unique(customers[own]))
        made.append(Bearer(str(channel), *counts, earned, earned - int(taken[own].sum())))
    return sorted(made, key=lambda bearer: (-bearer.revenue, bearer.channel))


def _advertising(folder: Folder, first: int, last: int) -> int | None:
    """What was spent on advertising in these days; None where the project holds no spend."""
    if not folder.landing.read().spend:
        return None
    from lifelong.project import spending

    rows = spending.spend_table(folder).to_pylist()
    return sum(int(row["cost"]) for row in rows if first <= row["day"] <= last and row["purpose"] != "fixed")
