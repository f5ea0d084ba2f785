"""Whole periods between two days by the calendar: a month from 31 January ends on the last day of February.

Integer arithmetic on days since 1970-01-01 alone, so that every engine gives the same.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

import narwhals as nw

from lifelong.units import date_of, day_of

#: Months of a period that goes by the calendar, and days of one that does not.
MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
DAYS = {"week": 7, "fortnight": 14}
#: All periods, shortest first.
NAMES = (*DAYS, *MONTHS)


def named(value: nw.Expr, numbers: dict[str, int]) -> nw.Expr:
    """The number that belongs to a period's name; null for other names."""
    return nw.coalesce(*(nw.when(value == name).then(nw.lit(number)) for name, number in numbers.items()))


def with_periods(frame: Any, start: str, end: str, period: str, name: str) -> Any:
    """Add ``name``: the whole periods from one day to another, 0 or more; both days from 1970 on.

    The k-th period ends on the start's day of the month, k periods later, or on the month's last day where that is
    sooner.

    >>> import pyarrow as pa
    >>> days = pa.table({"a": [30, 30, 30], "b": [57, 58, 88], "p": ["month", "month", "week"]})  # from 31 January
    >>> with_periods(nw.from_native(days), "a", "b", "p", "whole")["whole"].to_list()
    [0, 1, 8]
    """
    frame = _dated(_dated(frame, start, "_s"), end, "_e")
    long_month = 30 + (nw.col("_e_m") + nw.col("_e_m") // 8) % 2
    is_leap = (nw.col("_e_y") % 4 == 0) & ((nw.col("_e_y") % 100 != 0) | (nw.col("_e_y") % 400 == 0))
    february = nw.when(is_leap).then(nw.lit(29)).otherwise(nw.lit(28))
    last = nw.when(nw.col("_e_m") == 2).then(february).otherwise(long_month)
    due = nw.when(nw.col("_s_d") < last).then(nw.col("_s_d")).otherwise(last)
    early = nw.when(nw.col("_e_d") < due).then(nw.lit(1)).otherwise(nw.lit(0))
    frame = frame.with_columns(
        _months=(nw.col("_e_y") - nw.col("_s_y")) * 12 + nw.col("_e_m") - nw.col("_s_m") - early,
        _days=nw.col(end).cast(nw.Int64) - nw.col(start).cast(nw.Int64),
        _by_month=named(nw.col(period), MONTHS),
        _by_day=named(nw.col(period), DAYS),
    )
    whole = nw.coalesce(nw.col("_months") // nw.col("_by_month"), nw.col("_days") // nw.col("_by_day"))
    frame = frame.with_columns(**{name: nw.when(whole > 0).then(whole).otherwise(nw.lit(0)).cast(nw.Int32)})
    return frame.drop("_months", "_days", "_by_month", "_by_day", *(f"_{a}_{b}" for a in "se" for b in "ymd"))


def earlier(day: int, count: int, period: str) -> int:
    """The day so many periods before another, on the same day of the month, or on its last where that is sooner.

    >>> from lifelong.units import date_of, day_of
    >>> date_of(earlier(day_of("2026-05-31"), 3, "month")).isoformat()
    '2026-02-28'
    """
    if period in DAYS:
        return day - count * DAYS[period]
    when = date_of(day)
    month = when.year * 12 + when.month - 1 - count * MONTHS[period]
    year, month = month // 12, month % 12 + 1
    return day_of(date(year, month, min(when.day, monthrange(year, month)[1])))


def _dated(frame: Any, name: str, at: str) -> Any:
    """Year, month and day of the month: the civil calendar's formula turned round, years beginning in March."""
    frame = frame.with_columns(_z=nw.col(name).cast(nw.Int64) + 719_468)
    frame = frame.with_columns(_era=nw.col("_z") // 146_097)
    frame = frame.with_columns(_doe=nw.col("_z") - nw.col("_era") * 146_097)
    doe = nw.col("_doe")
    frame = frame.with_columns(_yoe=(doe - doe // 1460 + doe // 36_524 - doe // 146_096) // 365)
    yoe = nw.col("_yoe")
    frame = frame.with_columns(_doy=doe - (yoe * 365 + yoe // 4 - yoe // 100))
    frame = frame.with_columns(_mp=(nw.col("_doy") * 5 + 2) // 153)
    is_late = nw.col("_mp") < 10
    month = nw.when(is_late).then(nw.col("_mp") + 3).otherwise(nw.col("_mp") - 9)
    frame = frame.with_columns(
        **{
            f"{at}_y": yoe + nw.col("_era") * 400 + nw.when(is_late).then(nw.lit(0)).otherwise(nw.lit(1)),
            f"{at}_m": month,
            f"{at}_d": nw.col("_doy") - (nw.col("_mp") * 153 + 2) // 5 + 1,
        }
    )
    return frame.drop("_z", "_era", "_doe", "_yoe", "_doy", "_mp")
