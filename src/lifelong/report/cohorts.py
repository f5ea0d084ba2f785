"""Cohorts as they age: counted shares in ink, unripe cells hatched with the model's expectation."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lifelong import i18n
from lifelong.i18n import N_, message
from lifelong.report.drawings import spark
from lifelong.report.words import Range, people, unit_of, whole
from lifelong.units import minor_digits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifelong.report.inputs import ReportData

MOST_COHORTS, MOST_PERIODS = 24, 14
SHADES = 6
SPARK_HEIGHT = 22
_SPAN: dict[str | int, int] = {"week": 7, "month": 30, "quarter": 91}
_SAID = {7: N_("week"), 30: N_("month"), 91: N_("quarter")}


@dataclass(slots=True)
class _Cohort:
    name: str
    first_day: str
    customers: int
    unit: str
    cells: dict[int, Mapping[str, Any]] = field(default_factory=dict)


def section(data: ReportData) -> dict[str, Any] | None:
    """The heat table; None where there are no cohorts."""
    cohorts = _gather(data)
    ages = sorted({p for c in cohorts for p in c.cells if p > 0})
    periods = ages[:MOST_PERIODS]
    if not cohorts or not periods:
        return None
    shown = cohorts[-MOST_COHORTS:]
    is_orders = cohorts[0].unit == "orders"
    strongest = max((round(_counted(c, p) or 0) for c in shown for p in periods), default=0)
    ceiling = max((sum(came) + sum(due) for came, due in (_path(c, periods) for c in shown)), default=1.0)
    what = message("Customers who ordered again, % of the cohort, by {period} since the first order")
    if is_orders:
        what = message("Repeat orders a hundred customers, by {period} since the first order")
    source = [
        message("Hatched periods had not ended by {day} for every member of the cohort.").format(
            day=i18n.date(data.as_of)
        )
    ]
    if len(shown) < len(cohorts):
        source.append(
            message("The last {shown} of {all} cohorts are shown.").format(shown=len(shown), all=len(cohorts))
        )
    if len(periods) < len(ages):
        source.append(message("The first {count} ages are shown.").format(count=len(periods)))
    return {
        "title": _title(data, cohorts),
        "measure": what.format(period=_heads(data)),
        "unit": _stretch(_SPAN.get(data.cohort_unit, data.cohort_unit)),
        "periods": [_column(p, _days(data)) for p in periods],
        "has_next": any(_next(data, c) for c in shown),
        "has_money": data.has_money,
        "horizon": i18n.horizon(data.scores.horizon) if data.scores.horizon != "lifetime" else message("all to come"),
        "rows": [_row(data, c, periods, strongest, ceiling) for c in shown],
        "source": " ".join(source),
        "has_expected": any(
            c.cells.get(p, {}).get("expected") is not None and not c.cells[p]["is_ripe"] for c in shown for p in periods
        ),
    }


def _gather(data: ReportData) -> list[_Cohort]:
    found: dict[str, _Cohort] = {}
    unit = _unit(data)
    for row in data.cohorts:
        key = str(row["cohort"])
        one = found.setdefault(key, _Cohort(key, str(row["first_day"]), int(row["customers"]), unit))
        one.cells[int(row["period"])] = row
    return sorted(found.values(), key=lambda c: (c.first_day.rjust(12), c.name))


def _unit(data: ReportData) -> str:
    """Cells count what the model's expectation counts; where it says nothing, customers who ordered."""
    return data.expected_unit if any(row.get("expected") is not None for row in data.cohorts) else "buyers"


def _counted(c: _Cohort, period: int) -> float | None:
    """What came in a ripe cell, for a hundred customers; None where the cell is not ripe."""
    cell = c.cells.get(period)
    if cell is None or not cell["is_ripe"] or not c.customers:
        return None
    return 100.0 * float(cell[c.unit]) / c.customers


def _expected(c: _Cohort, period: int) -> float | None:
    cell = c.cells.get(period)
    if cell is None or cell["is_ripe"] or cell.get("expected") is None or not c.customers:
        return None
    value = float(cell["expected"])
    return 100.0 * value / c.customers if math.isfinite(value) else None


def _path(c: _Cohort, periods: list[int]) -> tuple[list[float], list[float]]:
    """What came period by period while ripe, and what is expected after."""
    came = [v for v in (_counted(c, p) for p in periods) if v is not None]
    expected = [v for v in (_expected(c, p) for p in periods) if v is not None]
    return came, expected


def _row(data: ReportData, c: _Cohort, periods: list[int], strongest: int, ceiling: float) -> dict[str, Any]:
    cells = []
    for p in periods:
        counted, expected = _counted(c, p), _expected(c, p)
        if counted is not None:
            shade = min(SHADES, 1 + round(counted) * SHADES // (strongest + 1))
            cells.append({"kind": f"h{shade}", "text": whole(counted), "note": ""})
        elif expected is not None:
            cells.append({"kind": "u", "text": whole(expected), "note": message("expected")})
        else:
            cells.append(
                {
                    "kind": "u" if p in c.cells else "none",
                    "text": "",
                    "note": message("not ripe") if p in c.cells else "",
                }
            )
    ink, est = _sparks(c, periods, ceiling)
    after = _next(data, c)
    return {
        "name": _label(c), "customers": whole(c.customers), "cells": cells, "ink": ink, "est": est,
        "so_far": _so_far(data, c), "next": after[0] if after else "", "next_range": after[1] if after else "",
    }  # fmt: skip


def _sparks(c: _Cohort, periods: list[int], ceiling: float) -> tuple[str, str]:
    """Cumulative orders: a path of what came and one of what is expected, which goes on where the first ends."""
    came, expected = _path(c, periods)
    up = [0.0]
    for v in came:
        up.append(up[-1] + v)
    on = [up[-1]]
    for v in expected:
        on.append(on[-1] + v)
    slots = len(periods)
    return spark(up, ceiling, 0, slots, SPARK_HEIGHT), spark(on, ceiling, len(came), slots, SPARK_HEIGHT)


def _so_far(data: ReportData, c: _Cohort) -> str:
    """Revenue (or orders) a customer since the first order, that one included."""
    if not c.customers:
        return ""
    if not data.has_money:
        return i18n.number(sum(float(cell["orders"]) for cell in c.cells.values()) / c.customers, 2)
    minor = sum(float(cell["revenue"] or 0) for cell in c.cells.values())
    return i18n.money(minor / 10 ** minor_digits(data.currency) / c.customers, data.currency)


def _next(data: ReportData, c: _Cohort) -> tuple[str, str] | None:
    """The value to come a customer of the cohort, with its interval."""
    group = data.scores.groups.get(f"cohort {c.name}")
    if group is None or not group.customers:
        return None
    unit = unit_of(data)
    r: Range = unit.total(group).each(group.customers)
    return unit.say(r), unit.spread(r)


def _label(c: _Cohort) -> str:
    """The cohort as people name it: a month by its name, a week or another stretch by its first day."""
    if re.fullmatch(r"\d{4}-\d{2}", c.name):
        return i18n.month(f"{c.name}-01")
    if re.fullmatch(r"\d{4}-(W\d{2}|\d{2}-\d{2})", c.name):
        return i18n.short_date(int(c.first_day) if c.first_day.lstrip("-").isdigit() else c.first_day)
    return c.name


def _days(data: ReportData) -> int:
    """How many days one column spans."""
    return data.cohort_age or int(_SPAN.get(data.cohort_unit, data.cohort_unit))


def _age(data: ReportData) -> str:
    return _stretch(_days(data))


def _stretch(days: int | str) -> str:
    """A stretch of days as one says it: week, month, 8 weeks, 45 days."""
    length = int(days)
    if length in _SAID:
        return message(_SAID[length])
    return i18n.quantity(length // 7, "week") if length % 7 == 0 else i18n.quantity(length, "day")


def _heads(data: ReportData) -> str:
    """What the heads of the columns count: weeks where a column spans several, else the stretch itself."""
    days = _days(data)
    return message("weeks") if days % 7 == 0 and days not in _SAID else _age(data)


def _column(period: int, days: int) -> str:
    if days % 7 or days in _SAID:
        return str(period)
    weeks = days // 7
    return f"{(period - 1) * weeks + 1}–{period * weeks}"


def _title(data: ReportData, cohorts: list[_Cohort]) -> str:
    """A finding where the first period of early and late cohorts differs beyond chance; else the common level."""
    buyers = [
        (int(c.cells[1]["buyers"]), c.customers)
        for c in cohorts
        if c.customers and 1 in c.cells and c.cells[1]["is_ripe"]
    ]
    period = _age(data)
    if not buyers:
        return message("No cohort is ripe yet")
    if len(buyers) == 1:
        k, n = buyers[0]
        told = message(
            "One cohort is too few to compare: {share} of its {customers} ordered in the {period} after the first"
        )
        return told.format(share=_of_hundred(k / n), customers=people(n), period=period)
    third = max(len(buyers) // 3, 1)
    (k1, n1), (k2, n2) = (tuple(map(sum, zip(*part, strict=True))) for part in (buyers[:third], buyers[-third:]))
    early, late, pooled = k1 / n1, k2 / n2, (k1 + k2) / (n1 + n2)
    se = math.sqrt(max(pooled * (1 - pooled) * (1 / n1 + 1 / n2), 1e-12))
    level = sum(k for k, _ in buyers) / sum(n for _, n in buyers)
    if abs(late - early) / se > 2.576 and abs(late - early) > 0.1 * early:
        told = message("Later cohorts come back more: {late} in their first {period}, after {early} before")
        if late < early:
            told = message("Later cohorts come back less: {late} in their first {period}, after {early} before")
        return told.format(late=_of_hundred(late), early=_of_hundred(early), period=period)
    told = message("No clear difference between cohorts: about {share} order again in the {period} after their first")
    return told.format(share=_of_hundred(level), period=period)


def _of_hundred(value: float) -> str:
    return message("{count} in a hundred").format(count=i18n.number(value * 100, 0 if value >= 0.1 else 1))
