"""The page's head: what is meant, the verdict in three sentences, five numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from lifelong import i18n
from lifelong.report import drawings, loyalty, retention, risk, trust, value, words
from lifelong.report.words import Range, model_name, people, share, unit_of, values_of, whole
from lifelong.score.together import SUBSCRIBERS

if TYPE_CHECKING:
    from lifelong.report.inputs import ReportData
    from lifelong.report.trust import Test

_SENTENCE = Markup('<b class="est">{}</b>')
SMALL = 200


def masthead(data: ReportData) -> dict[str, Any]:
    """Title, subtitle and the facts that say what every number means."""
    unit = unit_of(data)
    spend = f" with {model_name(data.fit.spend.model)} spend" if data.fit.spend else ""
    facts = [
        ("As of", i18n.date(data.as_of)),
        ("Currency", data.currency or "none: orders are counted"),
        ("Value means", unit.meaning),
        ("Data", _coverage(data)),
        ("Model", f"{model_name(data.fit.name)}{spend}; intervals are 80 %"),
        *_subscribers(data),
    ]
    name = data.name or "these"
    owner = f"{name}’{'' if name.endswith('s') else 's'} customers" if data.name else "your customers"
    return {
        "title": f"What {owner} are worth" if data.has_money else f"What {owner} will order",
        "sub": f"Customer value report, {_looking(unit.horizon)} {i18n.date(data.as_of)}",
        "facts": [{"name": n, "text": t} for n, t in facts],
    }


def _subscribers(data: ReportData) -> list[tuple[str, str]]:
    """What subscriptions are, where some are in the totals."""
    total = data.scores.groups.get(SUBSCRIBERS)
    if total is None:
        return []
    present = people(round(total.alive), "present subscriber", "present subscribers")
    text = (
        f"{present}, of the table of subscriptions: a row a contract, with its days and the price of a period. They are "
        "valued by renewals, and stand in every total and count of customers beside those who order"
    )
    return [("Subscriptions", text)]


def _looking(horizon: str) -> str:
    return "for the rest of life from" if horizon == "lifetime" else f"looking {i18n.horizon(horizon)} ahead from"


def _coverage(data: ReportData) -> str:
    sent = data.enrolled if data.is_subscribed else data.imports
    orders = sum(r.orders for r in sent)
    first = min((r.first_day for r in sent if r.first_day), default="")
    told = people(orders, "subscription", "subscriptions") if data.is_subscribed else i18n.quantity(orders, "order")
    parts = [told if orders else "", people(data.scores.customers)]
    text = ", ".join(p for p in parts if p)
    return f"{text}, from {i18n.date(first)}" if first else text


# -- three sentences


def sentences(data: ReportData) -> list[Markup]:
    """Worth; where it sits and who is leaving; whether to believe it. Bad news stands here in the same size."""
    return [_worth(data), _where(data), _trust(data)]


def _worth(data: ReportData) -> Markup:
    unit, t = unit_of(data), data.scores.totals
    r = unit.total(t)
    said = _SENTENCE.format(unit.say(r))
    what = Markup("{} of {}").format(said, unit.noun) if unit.currency else Markup("{} orders").format(said)
    return Markup("Your {} will bring {} over {}; four times in five it will be {}.").format(
        people(data.scores.customers), what, unit.ahead, unit.spread(r)
    )


def _where(data: ReportData) -> Markup:
    found, quiet = value.best_range(data), risk.quiet(data)
    gone = len(quiet.rows)
    lost = retention.lost_share(data)
    leaving = "nobody has broken their own rhythm enough to act on"
    if gone:
        leaving = f"{people(gone)} {'is' if gone == 1 else 'are'} going quiet by their own rhythm"
    if data.is_subscribed and lost is not None:
        leaving = f"{share(lost)} of all subscriptions have ended so far"
    if found is None:
        return Markup("No value is expected of anyone, and {}.").format(leaving)
    count = math.ceil(0.2 * data.scores.customers - 1e-9)
    return Markup("{} of {} {}, and {}.").format(
        share(found.value),
        "it sits with" if data.has_money else "them will come from",
        _SENTENCE.format(people(count, "person", "people")),
        leaving,
    )


def _trust(data: ReportData) -> Markup:
    test = trust.test_of(data)
    small = (
        f" With {people(data.scores.customers)}, read the ranges and not the numbers."
        if data.scores.customers < SMALL
        else ""
    )
    if test is None:
        return Markup("{}: {}.{}").format(*data.instead, small)
    if test.miss is None:
        return Markup("The test counted no orders in its unseen weeks, so nothing has proved these numbers.{}").format(
            small
        )
    on = f"on {i18n.quantity(test.weeks, 'week')} it had never seen" if test.weeks else "on dates it had never seen"
    return Markup("{}: {}, the model forecast {}{}{}.{}").format(
        _attitude(test), on, _miss(test), _over_dates(test), _against(test), small
    )


def _attitude(test: Test) -> str:
    """What to do with the numbers, by the usual miss of the total and by whether the baseline is beaten."""
    if test.usual > 0.2:
        return "Do not plan on the total"
    if test.gain is not None and test.gain <= 0:
        return "Do not rank customers by it"
    if test.usual <= 0.05:
        return "The past bears it out"
    return "Read the total as cautious" if test.bias < 0 else "Read the total as hopeful"


def _miss(test: Test) -> Markup:
    miss = test.miss or 0.0
    if abs(miss) < 0.005:
        return Markup("{} within half a per cent").format(test.noun)
    low, high = ("few", "many") if test.noun == "orders" else ("little", "much")
    return Markup("{} too {} {}").format(_SENTENCE.format(share(abs(miss))), high if miss > 0 else low, test.noun)


def _over_dates(test: Test) -> Markup:
    """The usual miss where there were several test dates: the last one alone may have been lucky."""
    if test.dates < 2:
        return Markup("")
    return Markup(" and missed by {} on average over {} test dates").format(
        _SENTENCE.format(share(test.usual)), whole(test.dates)
    )


def _against(test: Test) -> str:
    if test.gain is None:
        return ""
    if test.gain <= 0:
        return "; it did not beat the rule of thumb"
    return f"; its error each is {share(test.gain)} below the rule of thumb’s"


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
    said = (
        f"{share(part)} of the width is the model’s own error" if part >= 0.01 else "the model’s own error is not in it"
    )
    horizon = "for life" if unit.horizon == "lifetime" else f"next {i18n.horizon(unit.horizon)}"
    rows = [
        _predicted("equity", f"{'Value' if unit.currency else 'Orders'} of all customers, {horizon}", unit.say(total), unit.spread(total), (total, scale), said),
        _predicted("value", f"{'Value' if unit.currency else 'Orders'} per customer, mean", unit.say(each), unit.spread(each), (each, scale), f"median {middle}"),
    ]  # fmt: skip
    if unit.currency:
        a_head = i18n.number(t.orders / max(data.scores.customers, 1), 2)
        rows.append(_predicted("orders", f"{data.payments}, {horizon}", i18n.number_within(orders.value, orders.low, orders.high),
                               i18n.number_interval(orders.low, orders.high), (orders, scale), f"{a_head} a customer"))  # fmt: skip
    if found is not None:
        count = people(math.ceil(0.2 * data.scores.customers - 1e-9))
        digits = min(i18n.share_digits(found.low, found.high), 1) if found.high > found.low else 1
        rows.append(_predicted("best_fifth", "Share of value in the best 20 %" if unit.currency else "Share of orders from the best 20 %",
                               i18n.percent(found.value, digits), i18n.percent_interval(found.low, found.high, digits), (found, scale), count))  # fmt: skip
    return {"scale": i18n.percent(scale, 0), "rows": [*rows, *_counted(data, 5 - len(rows))]}


def _median(data: ReportData) -> float:
    import numpy as np

    values = values_of(data, unit_of(data).column)
    return float(np.median(values)) if len(values) else math.nan


def _predicted(key: str, name: str, number: str, spread: str, drawn: tuple[Range, float], note: str) -> dict[str, Any]:
    drawing = drawings.relative(drawn[0], drawn[1], f"{number}, 80 % interval {spread}")
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
    n = data.scores.customers
    rows: list[tuple[str, str, str, str, float | None]] = []
    if data.is_subscribed:
        present = data.scores.totals.alive
        rows.append(
            (
                "subscribers",
                "Present subscribers",
                whole(present),
                f"of {whole(n)} who ever subscribed",
                present / n if n else None,
            )
        )
    elif once is not None:
        rows.append(
            (
                "one_time",
                "Customers with one order only",
                i18n.percent(once, 1),
                f"counted: {whole(round(once * n))} of {whole(n)}",
                once,
            )
        )
    rate = data.loyalty.get("repeat_rate")
    if rate is not None:
        rows.append(
            (
                "repeat_rate",
                "Repeat rate",
                i18n.percent(rate, 1),
                f"counted: {whole(round(float(rate) * n))} of {whole(n)}",
                float(rate),
            )
        )
    if second is not None:
        rows.append(
            (words.SECOND, "Days to the second order", whole(second), "counted: middle of those who came back", None)
        )
    return [
        {"key": k, "name": name, "number": number, "spread": note, "note": "", "kind": "fact", "drawing": None,
         "part": round(part * 100, 1) if part is not None else None}
        for k, name, number, note, part in rows[:most]
    ]  # fmt: skip
