"""The verb `alerts`: the latest week against limits from the firm's own past, quiet when it is noise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.decide import control
from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.project import asked
from lifelong.units import date_of, minor_digits
from lifelong.values import Finding
from lifelong.values.alerts import Alerts, Watched, Week

if TYPE_CHECKING:
    from lifelong.project.asked import Base
    from lifelong.project.folder import Folder

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Days = np.ndarray[Any, np.dtype[np.int64]]

WEEK = 7
#: Weeks that are shown.
SHOWN = 52
#: Within so many weeks of the first order day a customer has come again, or counts as a one-time buyer.
AGAIN = 13
#: Whole weeks before anything can be told.
FEWEST = control.WARM + control.FEWEST + 1
DEFINITION = (
    "weeks of seven days up to the last day; a week sounds where it lies outside of limits that the firm's own past weeks draw: an "
    f"expectation that follows the weeks before it, and Student's t of the past year's errors at {control.FALSE_ALARMS:.2%} (three "
    f"standard deviations); one_time: of those who first ordered {AGAIN} weeks ago, in one week, who have not come again; a yearly "
    "season is not taken out, so a busy season sounds as a change"
)


def alerts(folder: Folder, until: str = "") -> Alerts:
    """Hold orders, revenue, new customers and one-time buyers of the latest week against their control limits.

    Raises:
        DataError: E551 where the orders cover too few weeks.
    """
    folder.require()
    at = asked.base(folder, until)
    first = at.summary["first_day"].to_numpy().astype(np.int64)
    many = int(at.until - first.min() + 1) // WEEK
    if many < FEWEST:
        raise DataError(
            "E551", phrase("the orders cover {many} whole weeks, and limits need {fewest}", many=many, fewest=FEWEST), where=str(folder.root),
            why="limits from a few weeks would sound at noise", fix="ingest an export that goes further back",
        )  # fmt: skip
    measures = tuple(_watched(name, *made) for name, made in _series(at, many, minor_digits(folder.currency)).items())
    judged = sum(one.state != "too little" for one in measures)
    few = [one.measure for one in measures if one.state == "too little"]
    text = phrase("too few a week, or none that differ, for limits: {few}", few=", ".join(few))
    return Alerts(
        as_of=date_of(at.until).isoformat(), currency=folder.currency, definition=DEFINITION,
        false_alarms=control.FALSE_ALARMS, any_false_alarm=min(judged * control.FALSE_ALARMS, 1.0), measures=measures,
        sounding=tuple(one.measure for one in measures if one.state in {"above", "below"}),
        findings=(Finding("F551", text, "info", {"measures": few}),) if few else (),
    )  # fmt: skip


def _series(at: Base, many: int, digits: int) -> dict[str, tuple[int, Floats, control.Limits]]:
    """Of each measure the last day, its weeks (nan: not known) and their limits; the first, broken week is left out."""
    is_order = at.orders["is_order"].to_numpy(zero_copy_only=False).astype(bool)
    day = at.orders["day"].to_numpy().astype(np.int64)
    orders = _weekly(at.until, many, day[is_order])
    made = {"orders": (at.until, orders, control.of_counts(orders, orders))}
    if at.has_money:
        earned = at.orders["revenue"].cast("float64").fill_null(0.0).to_numpy() / 10.0**digits
        revenue = _weekly(at.until, many, day, earned)
        made["revenue"] = at.until, revenue, control.of_counts(revenue, orders)
    came = at.summary["first_day"].to_numpy().astype(np.int64)
    new = _weekly(at.until, many, came)
    made["new_customers"] = at.until, new, control.of_counts(new, new)
    # A week's newcomers are judged when all of them have been watched for the same time.
    followed, last = many - AGAIN, at.until - AGAIN * WEEK
    first, second = _first_two(at, day[is_order], is_order)
    within = (second - first) <= AGAIN * WEEK
    count = _weekly(last, followed, first)
    once = count - _weekly(last, followed, first[within])
    share = np.divide(once, count, out=np.full(len(count), np.nan), where=count > 0)
    return made | {"one_time": (at.until, share, control.of_shares(once, count))}


def _first_two(at: Base, day: Days, is_order: Any) -> tuple[Days, Days]:
    """The first and second day on which each customer ordered; a second that never came lies out of reach."""
    import pyarrow.compute as pc

    code = pc.dictionary_encode(at.orders["customer_id"]).combine_chunks().indices.to_numpy(zero_copy_only=False)
    pairs = np.unique(np.stack([code[is_order].astype(np.int64), day], axis=1), axis=0)
    _, begin = np.unique(pairs[:, 0], return_index=True)
    count = np.diff(np.append(begin, len(pairs)))
    second = np.where(count > 1, pairs[np.minimum(begin + 1, len(pairs) - 1), 1], np.iinfo(np.int32).max)
    return pairs[begin, 1], second


def _weekly(until: int, many: int, day: Days, weight: Floats | None = None) -> Floats:
    """Sums by week of seven days, the last one ending on ``until``, shape (many,)."""
    back = (until - day) // WEEK
    inside = (day <= until) & (back < many)
    told = None if weight is None else weight[inside]
    return np.bincount(back[inside], told, minlength=many)[::-1].astype(np.float64)


def _watched(measure: str, until: int, values: Floats, limits: control.Limits) -> Watched:
    shown = range(max(len(values) - SHOWN, 0), len(values))
    weeks = tuple(
        Week(date_of(until - WEEK * (len(values) - 1 - t)).isoformat(), *(_known(float(one[t])) for one in (values, limits.expected, limits.low, limits.high)))
        for t in shown
    )  # fmt: skip
    past = [week.state for week in weeks[:-1]]
    sounded = sum(state in {"above", "below"} for state in past)
    return Watched(measure, weeks, weeks[-1].state, sounded, sum(state != "too little" for state in past))


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
