"""The page's head: what is meant, the verdict in three sentences, five numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from lifelong import i18n
from lifelong.i18n import message, plural
from lifelong.report import drawings, loyalty, retention, risk, trust, value, words
from lifelong.report.words import Range, model_name, people, share, unit_of, values_of, whole
from lifelong.score.together import SUBSCRIBERS

if TYPE_CHECKING:
    from lifelong.report.inputs import ReportData
    from lifelong.report.trust import Test
    from lifelong.report.words import Unit

_SENTENCE = Markup('<b class="est">{}</b>')
SMALL = 200


def masthead(data: ReportData) -> dict[str, Any]:
    """Title, subtitle and the facts that say what every number means."""
    unit = unit_of(data)
    facts = [
        (message("As of"), i18n.date(data.as_of)),
        (message("Currency"), data.currency or message("none: orders are counted")),
        (message("Value means"), unit.meaning),
        (message("Data"), _coverage(data)),
        (message("Model"), _model(data)),
        *_subscribers(data),
    ]
    return {
        "title": _title(data),
        "sub": _looking(data, unit.horizon),
        "facts": [{"name": n, "text": t} for n, t in facts],
    }


def _title(data: ReportData) -> str:
    if not data.name:
        worth, order = message("What your customers are worth"), message("What your customers will order")
    elif data.name.endswith("s"):  # English leaves the second s out; other languages say both alike
        worth, order = message("What {shop}’ customers are worth"), message("What {shop}’ customers will order")
    else:
        worth, order = message("What {shop}’s customers are worth"), message("What {shop}’s customers will order")
    return (worth if data.has_money else order).format(shop=data.name)


def _model(data: ReportData) -> str:
    name = model_name(data.fit.name)
    if data.fit.spend is None:
        return message("{model}; intervals are 80 %").format(model=name)
    told = message("{model} with {spend} spend; intervals are 80 %")
    return told.format(model=name, spend=model_name(data.fit.spend.model))


def _subscribers(data: ReportData) -> list[tuple[str, str]]:
    """What subscriptions are, where some are in the totals."""
    total = data.scores.groups.get(SUBSCRIBERS)
    if total is None:
        return []
    count = round(total.alive)
    present = plural("{count}\u00a0present subscriber", "{count}\u00a0present subscribers", count).format(
        count=whole(count)
    )
    text = message(
        "{subscribers}, of the table of subscriptions: a row a contract, with its days and the price of a period. They are "
        "valued by renewals, and stand in every total and count of customers beside those who order"
    )
    return [(message("Subscriptions"), text.format(subscribers=present))]


def _looking(data: ReportData, horizon: str) -> str:
    day = i18n.date(data.as_of)
    if horizon == "lifetime":
        return message("Customer value report, for the rest of life from {day}").format(day=day)
    told = message("Customer value report, looking {horizon} ahead from {day}")
    return told.format(horizon=i18n.horizon(horizon), day=day)


def _coverage(data: ReportData) -> str:
    sent = data.enrolled if data.is_subscribed else data.imports
    orders = sum(r.orders for r in sent)
    first = min((r.first_day for r in sent if r.first_day), default="")
    told = i18n.quantity(orders, "order")
    if data.is_subscribed:
        told = plural("{count}\u00a0subscription", "{count}\u00a0subscriptions", orders).format(count=whole(orders))
    parts = [told if orders else "", people(data.scores.customers)]
    text = ", ".join(p for p in parts if p)
    return message("{data}, from {day}").format(data=text, day=i18n.date(first)) if first else text


# -- three sentences


def sentences(data: ReportData) -> list[Markup]:
    """Worth; where it sits and who is leaving; whether to believe it. Bad news stands here in the same size."""
    return [_worth(data), _where(data), _trust(data)]


def _worth(data: ReportData) -> Markup:
    unit, t = unit_of(data), data.scores.totals
    r = unit.total(t)
    text = message("Your {customers} will bring {orders} orders over {ahead}; four times in five it will be {range}.")
    if unit.currency:
        text = message(
            "Your {customers} will bring {value} of {noun} over {ahead}; four times in five it will be {range}."
        )
    said = _SENTENCE.format(unit.say(r))
    return _marked(
        text, customers=people(data.scores.customers), value=said, orders=said, noun=unit.noun, ahead=unit.ahead, range=unit.spread(r)
    )  # fmt: skip


def _marked(text: str, **slots: object) -> Markup:
    """A message whose slots are escaped, but for those that are markup."""
    return Markup(text).format(**slots)  # noqa: S704 - a message is this program's own words


def _where(data: ReportData) -> Markup:
    found, quiet = value.best_range(data), risk.quiet(data)
    gone = len(quiet.rows)
    lost = retention.lost_share(data)
    leaving = message("nobody has broken their own rhythm enough to act on")
    if gone:
        leaving = plural(
            "{customers} is going quiet by their own rhythm", "{customers} are going quiet by their own rhythm", gone
        ).format(customers=people(gone))
    if data.is_subscribed and lost is not None:
        leaving = message("{share} of all subscriptions have ended so far").format(share=share(lost))
    if found is None:
        return _marked(message("No value is expected of anyone, and {leaving}."), leaving=leaving)
    count = math.ceil(0.2 * data.scores.customers - 1e-9)
    persons = _SENTENCE.format(plural("{count}\u00a0person", "{count}\u00a0people", count).format(count=whole(count)))
    text = message("{share} of them will come from {people}, and {leaving}.")
    if data.has_money:
        text = message("{share} of it sits with {people}, and {leaving}.")
    return _marked(text, share=share(found.value), people=persons, leaving=leaving)


def _trust(data: ReportData) -> Markup:
    test = trust.test_of(data)
    small = ""
    if data.scores.customers < SMALL:
        small = " " + message("With {customers}, read the ranges and not the numbers.").format(
            customers=people(data.scores.customers)
        )
    if test is None:
        return Markup("{}: {}.{}").format(*(message(part) for part in data.instead), small)
    if test.miss is None:
        return Markup("{}{}").format(
            message("The test counted no orders in its unseen weeks, so nothing has proved these numbers."), small
        )
    on = message("on dates it had never seen")
    if test.weeks:
        on = message("on {weeks} it had never seen").format(weeks=i18n.quantity(test.weeks, "week"))
    text = message("{attitude}: {on}, the model forecast {miss}{dates}{against}.")
    return _marked(
        text, attitude=_attitude(test), on=on, miss=_miss(test), dates=_over_dates(test), against=_against(test)
    ) + Markup("{}").format(small)  # fmt: skip


def _attitude(test: Test) -> str:
    """What to do with the numbers, by the usual miss of the total and by whether the baseline is beaten."""
    if test.usual > 0.2:
        return message("Do not plan on the total")
    if test.gain is not None and test.gain <= 0:
        return message("Do not rank customers by it")
    if test.usual <= 0.05:
        return message("The past bears it out")
    return message("Read the total as cautious") if test.bias < 0 else message("Read the total as hopeful")


def _miss(test: Test) -> Markup:
    miss = test.miss or 0.0
    if abs(miss) < 0.005:
        return _marked(message("{noun} within half a per cent"), noun=message(test.kind))
    high, low = message("{share} too much {noun}"), message("{share} too little {noun}")
    if test.kind == "orders":
        high, low = message("{share} too many orders"), message("{share} too few orders")
    said = _SENTENCE.format(share(abs(miss)))
    return _marked(high if miss > 0 else low, share=said, noun=message(test.kind))


def _over_dates(test: Test) -> Markup:
    """The usual miss where there were several test dates: the last one alone may have been lucky."""
    if test.dates < 2:
        return Markup("")
    text = message(" and missed by {share} on average over {dates} test dates")
    return _marked(text, share=_SENTENCE.format(share(test.usual)), dates=whole(test.dates))


def _against(test: Test) -> str:
    if test.gain is None:
        return ""
    if test.gain <= 0:
        return message("; it did not beat the rule of thumb")
    return message("; its error each is {share} below the rule of thumb’s").format(share=share(test.gain))


# -- five numbers


def numbers(data: ReportData) -> dict[str, Any]:
    """Five numbers with bands on one shared relative scale."""
    unit, t = unit_of(data), data.scores.totals
    total, orders = unit.total(t), Range(t.orders, t.orders_low80, t.orders_high80)
    each, found = total.each(data.scores.customers), value.best_range(data)
    ranges = [r for r in (total, orders, found) if r is not None]
    scale = drawings.scale_for(ranges)
    middle = unit.plain(_median(data))
    part = t.model_share if math.isfinite(t.model_share) else 0.0
    said = message("the model’s own error is not in it")
    if part >= 0.01:
        said = message("{share} of the width is the model’s own error").format(share=share(part))
    names = _names(data, unit)
    rows = [
        _predicted("equity", names["equity"], unit.say(total), unit.spread(total), (total, scale), said),
        _predicted("value", names["value"], unit.say(each), unit.spread(each), (each, scale), message("median {value}").format(value=middle)),
    ]  # fmt: skip
    if unit.currency:
        a_head = i18n.number(t.orders / max(data.scores.customers, 1), 2)
        rows.append(_predicted("orders", names["orders"], i18n.number_within(orders.value, orders.low, orders.high),
                               i18n.number_interval(orders.low, orders.high), (orders, scale), message("{orders} a customer").format(orders=a_head)))  # fmt: skip
    if found is not None:
        count = people(math.ceil(0.2 * data.scores.customers - 1e-9))
        digits = min(i18n.share_digits(found.low, found.high), 1) if found.high > found.low else 1
        rows.append(_predicted("best_fifth", names["best_fifth"],
                               i18n.percent(found.value, digits), i18n.percent_interval(found.low, found.high, digits), (found, scale), count))  # fmt: skip
    return {"scale": i18n.percent(scale, 0), "rows": [*rows, *_counted(data, 5 - len(rows))]}


def _names(data: ReportData, unit: Unit) -> dict[str, str]:
    """What the predicted numbers are called."""
    ahead = message("for life")
    if unit.horizon != "lifetime":
        ahead = message("next {horizon}").format(horizon=i18n.horizon(unit.horizon))
    orders = message("Payments, {ahead}") if data.is_subscribed else message("Orders, {ahead}")
    if unit.currency:
        names = (message("Value of all customers, {ahead}"), message("Value per customer, mean"), orders,
                 message("Share of value in the best 20 %"))  # fmt: skip
    else:
        names = (message("Orders of all customers, {ahead}"), message("Orders per customer, mean"), orders,
                 message("Share of orders from the best 20 %"))  # fmt: skip
    keys = ("equity", "value", "orders", "best_fifth")
    return {key: name.format(ahead=ahead) for key, name in zip(keys, names, strict=True)}


def _median(data: ReportData) -> float:
    import numpy as np

    values = values_of(data, unit_of(data).column)
    return float(np.median(values)) if len(values) else math.nan


def _predicted(key: str, name: str, number: str, spread: str, drawn: tuple[Range, float], note: str) -> dict[str, Any]:
    drawing = drawings.relative(drawn[0], drawn[1], words.with_interval(number, spread))
    return {
        "key": key,
        "name": name,
        "number": number,
        "spread": spread,
        "note": note,
        "kind": "est",
        "drawing": drawing,
    }


def _counted(data: ReportData, most: int) -> list[dict[str, Any]]:
    """Counted numbers have no band: they are what happened."""
    once, second = loyalty.one_time_share(data), data.loyalty.get("median_days_to_second")
    n, rate = data.scores.customers, data.loyalty.get("repeat_rate")
    counted = message("counted: {count} of {all}")
    rows: list[tuple[str, str, str, str, float | None]] = []
    if data.is_subscribed:
        present, note = data.scores.totals.alive, message("of {count} who ever subscribed").format(count=whole(n))
        rows.append(("subscribers", message("Present subscribers"), whole(present), note, present / n if n else None))
    elif once is not None:
        note = counted.format(count=whole(round(once * n)), all=whole(n))
        rows.append(("one_time", message("Customers with one order only"), i18n.percent(once, 1), note, once))
    if rate is not None:
        note = counted.format(count=whole(round(float(rate) * n)), all=whole(n))
        rows.append(("repeat_rate", message("Repeat rate"), i18n.percent(rate, 1), note, float(rate)))
    if second is not None:
        note = message("counted: middle of those who came back")
        rows.append((words.SECOND, message("Days to the second order"), whole(second), note, None))
    return [
        {"key": k, "name": name, "number": number, "spread": note, "note": "", "kind": "fact", "drawing": None,
         "part": round(part * 100, 1) if part is not None else None}
        for k, name, number, note, part in rows[:most]
    ]  # fmt: skip
