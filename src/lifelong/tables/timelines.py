"""Orders beside a table of covariates: each customer's time, cut where a covariate changes. Pure narwhals, then arrays.

A table of covariates has a row a period: ``day``, the period's first one, then a column a covariate; and ``customer_id``
where customers differ. Without it the rows are the whole firm's. A period holds until the next one begins, so that an order
is made under the covariates of its own day. Covariates that never change are columns like others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from lifelong.errors import ConfigError, DataError
from lifelong.phrases import phrase
from lifelong.tables.summary import collected, order_days
from lifelong.units import date_of
from lifelong.values import Course, Finding, Timelines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.typing import IntoFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
#: A season comes again after 52 weeks, which end on the same day of the week, or twelve months.
SEASON_DAYS, SEASON_MONTHS = 364, 12
#: What may stand in for covariates that are not known.
SUPPOSED = ("refuse", "season", "last")
#: More days than any calendar of orders has: a customer's number and a day travel in one integer.
_STEP = 2**32


def timelines(orders: IntoFrame, covariates: IntoFrame, until: int, period: str | int = "week") -> Timelines:
    """Each customer with an order on or before ``until``, with the covariates from the first order day on.

    Args:
        orders: a frame with ``customer_id``, ``day`` and ``is_order``.
        covariates: as the module's text has it; ``day`` is a date or days since 1970-01-01.
        until: the last day seen, in days since 1970-01-01.
        period: length of a period: ``day``, ``week``, ``month``, ``quarter``, ``year``, or a number of days.

    Raises:
        DataError: E214 where the covariates leave a gap, E215 where they are no numbers or stand twice.
        ConfigError: E301 where the period is none.
    """
    table = _Table.of(covariates, period)
    days = order_days(orders, until).filter(nw.col("orders") > 0).select("customer_id", "day")
    rows = collected(days)
    ids, who = np.unique(rows["customer_id"].to_numpy(), return_inverse=True)
    when = _days(rows["day"])
    first = np.full(len(ids), until, np.int64)
    np.minimum.at(first, who, when)
    course = table.course(ids, first, np.full(len(ids), until, np.int64), until)
    repeat = when > first[who]
    return Timelines.of(course, who[repeat], (when - first[who])[repeat], ids)


def future(
    customers: Sequence[Any] | NDArray[Any],
    covariates: IntoFrame,
    after: int,
    until: int,
    period: str | int = "week",
    unknown: str = "refuse",
) -> Course:
    """The covariates of these customers in (after, until], as known or supposed; otherwise as :func:`timelines`.

    Args:
        customers: as in ``Timelines.customer``.
        covariates: as the module's text has it, planned periods among them.
        after: the last day seen, in days since 1970-01-01.
        until: the last day of the future.
        period: length of a period.
        unknown: what stands in for the periods after a customer's last one: ``"season"``, the same season of the last
            year that is known (``"last"`` where no whole year is), ``"last"``, the last period, or nothing:
            ``"refuse"``. Finding F254 on the course says so.
    """
    if unknown not in SUPPOSED:
        raise ConfigError(
            "E301",
            phrase("{unknown!r} says nothing of a future", unknown=unknown),
            where="unknown",
            why="covariates that are not known must be supposed by a rule, or not at all",
            fix=phrase("take {supposed}", supposed=", ".join(SUPPOSED)),
        )
    ids, table = np.asarray(customers), _Table.of(covariates, period)
    begin, end = np.full(len(ids), after, np.int64), np.full(len(ids), until, np.int64)
    if unknown == "refuse":
        return table.course(ids, begin, end, until - 1)
    longer, back = table.supposed(until - 1, period, unknown)
    return replace(longer.course(ids, begin, end, until - 1), findings=table.told(ids, until - 1, back))


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of covariates as arrays, sorted by customer and day; ``ids`` is None where the rows are the whole firm's."""

    names: tuple[str, ...]
    ids: NDArray[Any] | None
    owner: Ints
    day: Ints
    end: Ints
    values: Floats

    @classmethod
    def of(cls, covariates: IntoFrame, period: str | int) -> _Table:
        frame = nw.from_native(covariates)
        schema = frame.collect_schema()
        names = tuple(name for name in schema.names() if name not in {"customer_id", "day"})
        if "day" not in schema.names() or not names:
            raise _unusable("the table of covariates lacks the column 'day' or has no covariate", "day")
        for name in names:
            if not (schema[name].is_numeric() or schema[name] == nw.Boolean):
                raise _unusable(
                    phrase("the covariate {name!r} is {schema}, not a number", name=name, schema=schema[name]), name
                )
        rows = collected(nw.maybe_convert_dtypes(frame))
        if not len(rows):
            raise _unusable("the table of covariates has no row", "day")
        for name in {"customer_id", "day"} & set(rows.columns):
            if rows[name].is_null().any():
                raise _unusable(phrase("a period has no {name}", name=name), name)
        values = np.column_stack([rows[name].cast(nw.Float64).to_numpy() for name in names])
        for name, column in zip(names, values.T, strict=True):
            bad = int((~np.isfinite(column)).sum())
            if bad:
                raise _unusable(
                    phrase("the covariate {name!r} is empty or no finite number in {bad:,} rows", name=name, bad=bad),
                    name,
                )
        ids, owner = None, np.zeros(len(rows), np.int64)
        if "customer_id" in schema.names():
            ids, owner = np.unique(rows["customer_id"].to_numpy(), return_inverse=True)
        day = _days(rows["day"])
        order = np.lexsort((day, owner))
        day, owner = day[order], owner[order]
        return cls(names, ids, owner, day, _next(day, period), values[order])

    def course(self, ids: NDArray[Any], begin: Ints, end: Ints, last: int) -> Course:
        """What covariates were from ``begin`` to ``end`` of each customer; those of the day ``last`` must be there."""
        if not len(ids):
            nothing = np.zeros(0, np.int64)
            return Course(self.names, self.values[:0], np.zeros(1, np.int64), nothing, nothing)
        who = self._places(ids)
        keys = self.owner * _STEP + self.day
        from_, to = (np.searchsorted(keys, who * _STEP + d, side="right") for d in (begin, np.full(len(ids), last)))
        from_ = from_ - 1
        known = (from_ >= 0) & (self.owner[from_] == who)
        self._refuse(~known, ids, begin)
        to = np.maximum(to, from_ + 1)
        count = to - from_
        owner = np.repeat(np.arange(len(ids)), count)
        row = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count - from_, count)
        is_last = np.r_[owner[1:] != owner[:-1], True]
        begins, ends = np.maximum(self.day[row], begin[owner]), self.end[row]
        following = np.r_[begins[1:], 0]
        gap = np.where(is_last, ends <= last, ends < following)
        if gap.any():
            at = int(np.flatnonzero(gap)[0])
            raise _gap(ids[owner[at]], int(ends[at]), len(np.unique(owner[gap])), len(ids))
        if (~is_last & (ends > following)).any():
            at = int(np.flatnonzero(~is_last & (ends > following))[0])
            raise _unusable(
                phrase(
                    "the period from {day} has not ended when the next one begins", day=date_of(int(self.day[row[at]]))
                ),
                "day",
            )
        days = np.where(is_last, end[owner], following) - begins
        return Course.of(self.names, self.values[row], owner, days)

    def supposed(self, last: int, period: str | int, rule: str) -> tuple[_Table, Ints]:
        """With periods up to a day after each owner's own ones, and how many periods back each owner's come from."""
        end = np.flatnonzero(np.r_[self.owner[1:] != self.owner[:-1], True])
        back = self._season(end, period) if rule == "season" else np.ones(len(end), np.int64)
        count = np.maximum((last - self.end[end]) // _shortest(period) + 1, 0)
        at = np.repeat(np.arange(len(end)), count)
        number = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
        day = np.r_[self.day, _next(self.day[end][at], period, number + 1)]
        stop = np.r_[self.end, _next(self.day[end][at], period, number + 2)]
        row = np.r_[np.arange(len(self.day)), (end - back + 1)[at] + number % back[at]]
        owner = np.r_[self.owner, at]
        order = np.lexsort((day, owner))
        values = self.values[row[order]]
        return replace(self, owner=owner[order], day=day[order], end=stop[order], values=values), back

    def _season(self, end: Ints, period: str | int) -> Ints:
        """Periods in a year where the owner's last year is whole, else 1."""
        year = _periods_a_year(period)
        breaks = np.cumsum(np.r_[False, (self.day[1:] != self.end[:-1]) | (self.owner[1:] != self.owner[:-1])])
        begin = end - year + 1
        return np.where((begin >= 0) & (breaks[end] == breaks[np.maximum(begin, 0)]), year, 1)

    def told(self, ids: NDArray[Any], last: int, back: Ints) -> tuple[Finding, ...]:
        """What is to be said where customers' covariates end before a day."""
        who = self._places(ids)
        stop = np.zeros(len(back), np.int64)
        np.maximum.at(stop, self.owner, self.end)
        short = who[(who >= 0) & (stop[who] <= last)]
        if not len(short):
            return ()
        day, held = date_of(int(stop[short].min())), int((back[short] == 1).sum())
        text = phrase(
            "covariates of {short:,} customers are not known from {day} on: the last period stands in"
            " for {held:,} of them, the last year's season for the others",
            short=len(short),
            day=day,
            held=held,
        )
        return (Finding("F254", text, "warning", {"customers": len(short), "day": str(day), "held": held}),)

    def _places(self, ids: NDArray[Any]) -> Ints:
        if self.ids is None:
            return np.zeros(len(ids), np.int64)
        place = {known: i for i, known in enumerate(self.ids.tolist())}
        return np.array([place.get(one, -1) for one in ids.tolist()], np.int64)

    @staticmethod
    def _refuse(missing: NDArray[np.bool_], ids: NDArray[Any], begin: Ints) -> None:
        if missing.any():
            at = int(np.flatnonzero(missing)[0])
            raise _gap(ids[at], int(begin[at]), int(missing.sum()), len(ids))


def _next(day: Ints, period: str | int, number: Ints | int = 1) -> Ints:
    """The first day of the period after each one's, or of a later one."""
    length = DAYS.get(period) if isinstance(period, str) else period
    if length is not None and length > 0:
        return np.asarray(day + length * number)
    if period not in MONTHS:
        raise ConfigError(
            "E301",
            phrase("{period!r} is not a period", period=period),
            where="period",
            why="covariates hold for a length of time",
            fix=phrase("take {days}, or a number of days", days=", ".join([*DAYS, *MONTHS])),
        )
    dates = day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    inside = dates - months.astype("datetime64[D]")
    return np.asarray(((months + MONTHS[str(period)] * number).astype("datetime64[D]") + inside).astype(np.int64))


def _periods_a_year(period: str | int) -> int:
    if period in MONTHS:
        return SEASON_MONTHS // MONTHS[str(period)]
    return max(round(SEASON_DAYS / _shortest(period)), 1)


def _shortest(period: str | int) -> int:
    """Days of the shortest such period."""
    if period in MONTHS:
        return 28 * MONTHS[str(period)]
    return DAYS[period] if isinstance(period, str) else period


def _days(column: nw.Series[Any]) -> Ints:
    """Days since 1970-01-01 from such days, dates or moments."""
    given = column.to_numpy()
    if given.dtype.kind == "O":  # dates of Python
        given = given.astype("datetime64[D]")
    return np.asarray(given.astype("datetime64[D]").astype(np.int64) if given.dtype.kind == "M" else given, np.int64)


def _gap(customer: Any, day: int, customers: int, of: int) -> DataError:
    return DataError(
        "E214",
        phrase("{customers:,} of {of:,} customers have days without covariates", customers=customers, of=of),
        where=phrase("customer {customer}, {day}", customer=customer, day=date_of(day)),
        why="what is not known cannot be taken for nothing: rates of that time would be learned wrongly",
        fix="add the missing periods, or name the length of a period (day, week, month, quarter, year, days); "
        "customer_id must be of one type in both tables",
    )


def _unusable(what: str, column: str) -> DataError:
    return DataError(
        "E215",
        what,
        where=phrase("covariates, column {column}", column=column),
        why="a covariate is a number in each period, and each period stands once",
        fix="give numbers (0 and 1 for no and yes), one row a period and customer",
    )
