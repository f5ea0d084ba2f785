"""Once or for life: who came back, what repeat orders bring, and what is expected of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import i18n
from lifelong.report import words
from lifelong.report.words import duration, people, share, unit_of, values_of, whole

if TYPE_CHECKING:
    from lifelong.report.inputs import ReportData


def section(data: ReportData) -> dict[str, Any]:
    """Three split bars (customers, value so far, value to come) and the counted measures beside them."""
    once = np.isnan(values_of(data, "rhythm_days"))
    bars = [_bar("Customers", "counted", float(once.sum()), float((~once).sum()), "fact")]
    unit = unit_of(data)
    if data.has_money:
        past = np.nan_to_num(values_of(data, "historic"))
        bars.append(_bar("Value so far", "counted", float(past[once].sum()), float(past[~once].sum()), "fact"))
    ahead = values_of(data, unit.column)
    label = "Value to come" if data.has_money else "Orders to come"
    bars.append(_bar(label, "predicted", float(ahead[once].sum()), float(ahead[~once].sum()), "est"))
    return {
        "title": _title(data, bars),
        "measure": "Customers with one order day only, and those who came back; shares of each total",
        "bars": [b for b in bars if b],
        "facts": _facts(data),
        "source": f"{people(data.scores.customers)}; to come: {unit.ahead}. The split of what is to come carries the doubt of the total.",
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
        return "No customer is counted yet"
    if data.scores.customers < 30:
        return f"Of {people(data.scores.customers)}, {share(once)} ordered once"
    if repeat is not None:
        return f"{share(once)} ordered once; orders after the first brought {share(float(repeat))} of revenue"
    if last is not None:
        return f"{share(once)} ordered once; the others will bring {share(1 - last['part'])} of what is to come"
    return f"{share(once)} ordered once"


def _facts(data: ReportData) -> list[dict[str, str]]:
    """The counted measures, each with the key of its definition."""
    get = data.loyalty.get
    n, once, rate, second = get("customers"), get("one_time"), get("repeat_rate"), get("median_days_to_second")
    tenure, repeat = get("tenure_days"), get("repeat_revenue_share")
    rows = [
        ("one_time", "Ordered once", whole(once) if once is not None else None, f"of {whole(n)}" if n else ""),
        ("repeat_rate", "Repeat rate", i18n.percent(rate, 1) if rate is not None else None, "have come back"),
        (
            words.SECOND,
            "First to second order",
            duration(second) if second is not None else None,
            "middle of those who came back",
        ),
        ("tenure", "Tenure", duration(tenure) if tenure is not None else None, "on average since the first order"),
    ]
    if data.has_money:
        text = i18n.percent(repeat, 1) if repeat is not None else None
        rows.append(("repeat_revenue", "Share of repeat revenue", text, "of all revenue"))
    return [
        {"key": k, "name": name, "text": text or i18n.unknown(), "note": note if text else ""}
        for k, name, text, note in rows
    ]
