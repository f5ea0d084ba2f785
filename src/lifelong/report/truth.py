"""Predicted beside true, where a simulation knows the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong import i18n
from lifelong.i18n import message
from lifelong.report import drawings
from lifelong.report.words import Range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifelong.report.inputs import ReportData


def section(data: ReportData) -> dict[str, Any] | None:
    """A row a number: what was predicted with its interval, and what is true."""
    if not data.truth:
        return None
    rows = [_row(data, r) for r in data.truth]
    judged = [r for r in rows if r["verdict"]]
    inside = sum(r["is_inside"] for r in judged)
    return {
        "title": _title(inside, len(judged)),
        "measure": message("This shop was simulated, so its truth is known. Band: 80 % interval; stroke: the truth"),
        "rows": rows,
        "source": message(
            "Four in five should fall inside. No real shop can be checked so; there the back-test stands in."
        ),
    }


def _title(inside: int, total: int) -> str:
    if not total:
        return message("The truth is known, but nothing was predicted with an interval")
    if inside == total:
        return (
            message("The truth lies inside every interval")
            if total > 1
            else message("The truth lies inside the interval")
        )
    if not inside:
        return (
            message("The truth lies outside every interval")
            if total > 1
            else message("The truth lies outside the interval")
        )
    return message("The truth lies inside {inside} of {total} intervals").format(inside=inside, total=total)


def _row(data: ReportData, row: Mapping[str, Any]) -> dict[str, Any]:
    predicted, true = float(row["predicted"]), float(row["true"])
    low, high, unit = row.get("low"), row.get("high"), str(row.get("unit", "number"))
    if low is None or high is None:
        r, is_known = Range(predicted, predicted, predicted), False
    else:
        r, is_known = Range(predicted, float(low), float(high)), True
    ends = [r.low, r.high, predicted, true]
    room = (max(ends) - min(ends)) * 0.25 or abs(predicted) or 1.0
    inside = is_known and r.low <= true <= r.high
    said = _say(data, unit, r, predicted)
    drawing = drawings.along(
        r,
        min(ends) - room,
        max(ends) + room,
        message("{number}, true {true}").format(number=said, true=_say(data, unit, r, true)),
    )
    return {
        "name": message(str(row["name"])), "predicted": said, "true": _say(data, unit, r, true),
        "range": _spread(data, unit, r) if is_known else i18n.not_estimated(),
        "drawing": drawing, "truth": drawings.place(true, min(ends) - room, max(ends) + room),
        "is_inside": inside, "verdict": (message("inside") if inside else message("outside")) if is_known else "", "is_outside": is_known and not inside,
    }  # fmt: skip


def _say(data: ReportData, unit: str, r: Range, value: float) -> str:
    if unit == "money":
        return (
            i18n.money_within(value, r.low, r.high, data.currency)
            if r.high > r.low
            else i18n.money(value, data.currency)
        )
    if unit == "share":
        return i18n.percent(value, i18n.share_digits(r.low, r.high) if r.high > r.low else 1)
    digits = i18n.number_digits(r.low, r.high) if r.high > r.low else 0 if unit in {"orders", "customers"} else 3
    return i18n.number(value, digits)


def _spread(data: ReportData, unit: str, r: Range) -> str:
    if unit == "money":
        return i18n.interval(r.low, r.high, data.currency)
    return i18n.percent_interval(r.low, r.high) if unit == "share" else i18n.number_interval(r.low, r.high)
