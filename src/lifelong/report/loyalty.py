"""Once or for life: who came back, what repeat orders bring, and what is expected of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import i18n
from lifelong.i18n import message
from lifelong.report import words
from lifelong.report.words import duration, people, share, unit_of, values_of, whole

if TYPE_CHECKING:
    from lifelong.report.inputs import ReportData


def section(data: ReportData) -> dict[str, Any]:
    """Three split bars (customers, value so far, value to come) and the counted measures beside them."""
    once = np.isnan(values_of(data, "rhythm_days"))
    bars = [_bar(message("Customers"), message("counted"), float(once.sum()), float((~once).sum()), "fact")]
    unit = unit_of(data)
    if data.has_money:
        past = np.nan_to_num(values_of(data, "historic"))
        bars.append(
            _bar(message("Value so far"), message("counted"), float(past[once].sum()), float(past[~once].sum()), "fact")
        )
    ahead = values_of(data, unit.column)
    label = message("Value to come") if data.has_money else message("Orders to come")
    bars.append(_bar(label, message("predicted"), float(ahead[once].sum()), float(ahead[~once].sum()), "est"))
    return {
        "title": _title(data, bars),
        "measure": message("Customers with one order day only, and those who came back; shares of each total"),
        "bars": [b for b in bars if b],
        "facts": _facts(data),
        "source": message(
            "{customers}; to come: {ahead}. The split of what is to come carries the doubt of the total."
        ).format(customers=people(data.scores.customers), ahead=unit.ahead),
    }


def one_time_share(data: ReportData) -> float | None:
    """The share of customers with one order day only; None where nobody is counted."""
    n, once = data.loyalty.get("customers"), data.loyalty.get("one_time")
    if n is None or once is None:
        missing = np.isnan(values_of(data, "rhythm_days"))
        return float(missing.mean()) if len(missing) else None
    return float(once) / float(n) if n else None


def _bar(name: str, note: str, once: float, back: float, kind: str) -> dict[str, Any] | None:
    total = once + back
    if total <= 0 or once < 0 or back < 0:
        return None
    part = once / total
    return {
        "name": name, "note": note, "kind": kind, "once": round(part * 100, 1), "part": part,
        "once_text": share(part), "back_text": share(1 - part),
    }  # fmt: skip


def _title(data: ReportData, bars: list[dict[str, Any] | None]) -> str:
    once = one_time_share(data)
    repeat = data.loyalty.get("repeat_revenue_share")
    last = bars[-1]
    if once is None:
        return message("No customer is counted yet")
    if data.scores.customers < 30:
        return message("Of {customers}, {share} ordered once").format(
            customers=people(data.scores.customers), share=share(once)
        )
    if repeat is not None:
        told = message("{share} ordered once; orders after the first brought {part} of revenue")
        return told.format(share=share(once), part=share(float(repeat)))
    if last is not None:
        told = message("{share} ordered once; the others will bring {part} of what is to come")
        return told.format(share=share(once), part=share(1 - last["part"]))
    return message("{share} ordered once").format(share=share(once))


def _facts(data: ReportData) -> list[dict[str, str]]:
    """The counted measures, each with the key of its definition."""
    get = data.loyalty.get
    n, once, rate, second = get("customers"), get("one_time"), get("repeat_rate"), get("median_days_to_second")
    tenure, repeat = get("tenure_days"), get("repeat_revenue_share")
    rows = [
        (
            "one_time",
            message("Ordered once"),
            whole(once) if once is not None else None,
            message("of {count}").format(count=whole(n)) if n else "",
        ),
        (
            "repeat_rate",
            message("Repeat rate"),
            i18n.percent(rate, 1) if rate is not None else None,
            message("have come back"),
        ),
        (
            words.SECOND,
            message("First to second order"),
            duration(second) if second is not None else None,
            message("middle of those who came back"),
        ),
        (
            "tenure",
            message("Tenure"),
            duration(tenure) if tenure is not None else None,
            message("on average since the first order"),
        ),
    ]
    if data.has_money:
        text = i18n.percent(repeat, 1) if repeat is not None else None
        rows.append(("repeat_revenue", message("Share of repeat revenue"), text, message("of all revenue")))
    return [
        {"key": k, "name": name, "text": text or i18n.unknown(), "note": note if text else ""}
        for k, name, text, note in rows
    ]
