"""A plan of new customers: a row a month."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.sources.small_tables import SmallTable
from lifelong.units import date_of, day_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NAMES = {
    "month": "month, period, date, miesiąc, mois, monat",
    "new_customers": "new customers, customers, acquisitions",
}


def read(path: Path, days: list[int]) -> Floats:
    """New customers of each coming month of a forecast.

    A calendar month's customers come alike on each of its days; a forecast's month takes those of its own days.

    Args:
        path: CSV, TSV, Parquet, JSON Lines or Excel, with the columns month and new_customers. Months are numbered from
            1, the first of the forecast, or written as 2026-01; the order of rows does not matter.
        days: the first day of each of the forecast's months, and the day after the last one's end.

    Returns:
        Shape (len(days) - 1,).

    Raises:
        DataError: E414 where a row cannot be used or a month is missing; E101, E103, E106 as for orders.
    """
    table = SmallTable.read(path, NAMES, _fault)
    for name in NAMES:
        if name not in table:
            raise table.missing(name, phrase("no column says {name}", name=name))
    counts = table.amounts("new_customers")
    planned: dict[int, float] = {}
    numbered = set()
    for text, count in zip(table.cells("month"), counts, strict=True):
        at, is_number = _month(text, path.name)
        if at in planned or not count >= 0:
            raise _fault(
                phrase("month {text} is there twice", text=text)
                if at in planned
                else phrase("month {text} has no number of new customers", text=text),
                "",
                path.name,
            )
        planned[at] = float(count)
        numbered.add(is_number)
    if len(numbered) > 1:
        raise _fault("some months are numbered and some have a year", "month", path.name)
    size = len(days) - 1
    if True in numbered:
        return np.array([_of(planned, m, str(m + 1), path.name) for m in range(size)])
    each = np.zeros(size)
    for m in range(size):
        for day in range(days[m], days[m + 1]):
            when = date_of(day)
            at = when.year * 12 + when.month - 1
            each[m] += _of(planned, at, f"{when:%Y-%m}", path.name) / _length(at)
    return each


def _month(text: str, where: str) -> tuple[int, bool]:
    """Its number from 0, and that it is numbered; or months since the year 0."""
    if re.fullmatch(r"\d{1,3}(\.0+)?", text) and float(text) >= 1:
        return int(float(text)) - 1, True
    dated = re.match(r"(\d{4})[-/.](\d{1,2})(?:\D|$)", text)
    if dated and 1 <= int(dated[2]) <= 12:
        return int(dated[1]) * 12 + int(dated[2]) - 1, False
    raise _fault(phrase("{text!r} is no month", text=text), "month", where)


def _length(at: int) -> int:
    """Days of a calendar month."""
    begin, end = (day_of(f"{n // 12:04d}-{n % 12 + 1:02d}-01") for n in (at, at + 1))
    return end - begin


def _of(planned: dict[int, float], at: int, shown: str, where: str) -> float:
    if at not in planned:
        raise _fault(
            phrase("month {shown} is not in the plan, and the forecast reaches it", shown=shown), "month", where
        )
    return planned[at]


def _fault(what: str, _name: str, where: str) -> DataError:
    return DataError(
        "E414", what, where=where, why="each coming month needs its number of new customers",
        fix="write month and new_customers, a row a month: 2026-01,120; or number months from 1",
    )  # fmt: skip
