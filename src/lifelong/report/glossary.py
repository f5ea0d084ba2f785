"""What each number means, what would change it, and a worked example from this very report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lifelong import i18n
from lifelong.definitions import DEFINITIONS
from lifelong.i18n import message
from lifelong.report import risk, trust, value
from lifelong.report.words import people, share, unit_of, values_of, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from lifelong.report.inputs import ReportData


def entries(data: ReportData) -> list[dict[str, str]]:
    """Every definition in the registry's order, with an example where this report has one."""
    return [
        {
            "key": d.key,
            "title": message(d.title),
            "text": message(d.text),
            "formula": d.formula,
            "changes": message(d.changes),
            "example": example(data, d.key),
        }
        for d in DEFINITIONS.values()
    ]


def example(data: ReportData, key: str) -> str:
    """A worked example with this report's own numbers; empty where it has none."""
    make = _EXAMPLES.get(key)
    return make(data) if make else ""


def _equity(data: ReportData) -> str:
    unit, t = unit_of(data), data.scores.totals
    total = unit.total(t)
    each = total.each(data.scores.customers)
    return message("{customers} × {each} on average come to {total}.").format(
        customers=people(data.scores.customers), each=unit.say(each), total=unit.say(total)
    )


def _value(data: ReportData) -> str:
    unit = unit_of(data)
    values = values_of(data, unit.column)
    if not len(values):
        return ""
    i = int(values.argmax())
    who = data.scores.table.column("customer_id")[i].as_py()
    orders = i18n.number(float(values_of(data, "orders")[i]), 1)
    if not unit.currency:
        return message("Customer {id} is expected to order {orders} times.").format(id=who, orders=orders)
    told = message("Customer {id} is expected to order {orders} times and to bring {value}.")
    return told.format(id=who, orders=orders, value=unit.plain(float(values[i])))


def _best(data: ReportData) -> str:
    found, unit = value.best_range(data), unit_of(data)
    if found is None:
        return ""
    n, total = data.scores.customers, unit.total(data.scores.totals)
    count = math.ceil(0.2 * n - 1e-9)
    return message("⌈0.2 × {all}⌉ = {customers} bring {share} of {total}.").format(
        all=whole(n), customers=people(count), share=share(found.value), total=unit.say(total)
    )


def _risk(data: ReportData) -> str:
    found = risk.quiet(data)
    if not found.rows or not data.has_money:
        return ""
    i = found.rows[0]
    alive, at_risk = float(values_of(data, "alive")[i]), float(values_of(data, "at_risk")[i])
    unit = unit_of(data)
    return message("(1 − {alive}) × {value} = {at_risk}, for the first in the list.").format(
        alive=i18n.number(alive, 2), value=unit.plain(at_risk / max(1 - alive, 1e-9)), at_risk=unit.plain(at_risk)
    )


def _silence(data: ReportData) -> str:
    found = risk.quiet(data)
    if not found.rows:
        return ""
    i = found.rows[0]
    own, silent = values_of(data, "rhythm_days")[i], values_of(data, "silent_days")[i]
    alive = i18n.percent(float(values_of(data, "alive")[i]), 0)
    told = message(
        "The first in the list orders every {rhythm} days and has been silent for {silence}: {alive} still a customer."
    )
    return told.format(rhythm=i18n.number(own, 1), silence=whole(silent), alive=alive)


def _one_time(data: ReportData) -> str:
    n, once = data.loyalty.get("customers"), data.loyalty.get("one_time")
    if not n or once is None:
        return ""
    told = message("{count} of {all} customers, {share}.")
    return told.format(count=whole(once), all=whole(n), share=i18n.percent(once / n, 1))


def _bias(data: ReportData) -> str:
    held = [w for w in trust.weeks_of(data) if w.is_holdout]
    came, forecast = sum(w.counted or 0.0 for w in held), sum(w.forecast or 0.0 for w in held)
    if came <= 0:
        return ""
    return message("{forecast} / {came} − 1 = {miss} in the last test.").format(
        forecast=whole(forecast), came=whole(came), miss=i18n.percent(forecast / came - 1, 1, signed=True)
    )


def _interval(data: ReportData) -> str:
    unit, t = unit_of(data), data.scores.totals
    r80, r90 = unit.total(t), unit.total90(t)
    return message("For all customers: {at80} at 80 %, {at90} at 90 %.").format(
        at80=unit.spread(r80), at90=unit.spread(r90)
    )


_EXAMPLES: dict[str, Callable[[ReportData], str]] = {
    "equity": _equity,
    "value": _value,
    "best_fifth": _best,
    "at_risk": _risk,
    "alive": _silence,
    "one_time": _one_time,
    "bias": _bias,
    "interval": _interval,
}
