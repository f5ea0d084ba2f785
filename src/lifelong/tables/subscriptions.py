"""Subscriptions to tenures: how often each customer renewed, and whether the customer was lost, seen from a day.

Pure narwhals, whole numbers only. What is decided here:

- **Rows that touch are one tenure.** A row that begins no later than a grace after the one before it ended goes on with
  it: another plan, another price, or the next period. After a longer break the customer was lost, and comes back as
  a new tenure.
- **The clock stands in pauses**, and in a break within the grace. Who is in a pause is still there.
- **Renewals are counted by the calendar**, in the last plan's period, from the first day. A tenure that ends within a
  few days after a renewal was due did not pay for that renewal: bills are dunned for some days.
- **Only what was seen by the day counts.** An end that lies ahead is no loss yet; its state is ``leaving``.
- **A trial is not paid for**, nor is what waits for its first payment: such rows are nobody's tenure. Of an end on a day
  that nobody told, and of invoices left unpaid, nothing more is expected either: ``leaving`` too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong import schema
from lifelong.tables import subscription_status as statuses
from lifelong.tables.clean_frame import along, before, entered, returned
from lifelong.tables.periods import named, with_periods

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

#: Days after an end within which the next row goes on with the tenure.
GRACE = {"week": 3, "fortnight": 5, "month": 10, "quarter": 20, "half-year": 30, "year": 45}
#: Days after a renewal was due up to which an end means that it was not paid.
DUNNED = {"week": 1, "fortnight": 2, "month": 3, "quarter": 3, "half-year": 3, "year": 3}
_KINDS: dict[str, Any] = {"text": nw.String, "int32": nw.Int32, "int64": nw.Int64}


def tenures(rows: IntoFrame, until: int) -> Any:
    """The tenures of cleaned rows as of a day.

    Args:
        rows: from ``subscription_rows.rows``; those with a reason, in a trial, or that start later are passed over.
        until: the last day seen, days since 1970-01-01.

    Returns:
        A frame of the same engine with the columns of ``schema.TENURES``, in any order; a customer who came back has
        several rows.
    """
    frame = entered(rows).filter(paying() & (nw.col("start") <= until))
    frame = _seen(frame, until)
    frame = with_periods(frame, "_from", "_to", "period", "_whole")
    frame = frame.with_columns(_paid=(nw.col("_whole").cast(nw.Int64) + 1) * nw.col("price"))
    spells = _spells(frame).with_columns(_stands=nw.col("_stood") + nw.col("_gap"))
    whole = spells.group_by("customer_id", "_spell").agg(
        _begin=nw.col("start").min(),
        _last=nw.col("start").max(),
        _stood=nw.col("_stands").sum(),
        changes=nw.col("_changed").sum(),
        paid=nw.col("_paid").sum(),
    )
    last = spells.select("customer_id", "_to", "plan", "price", "period", "_state", _last=nw.col("start"))
    told = whole.join(last, on=["customer_id", "_last"], how="inner")
    told = told.with_columns(_moved=nw.col("_begin") + nw.col("_stood"))
    told = with_periods(told, "_moved", "_to", "period", "renewals")
    told = told.with_columns(start=nw.col("_begin"), state=nw.col("_state"))
    return returned(told.select(*(nw.col(c.name).cast(_KINDS[c.kind]) for c in schema.TENURES)), rows)


def _seen(frame: Any, until: int) -> Any:
    """Each row as of the day: its state, its last day that counts, and the days for which its clock stood."""
    end, pause, resume = nw.col("end"), nw.col("pause"), nw.col("resume")
    is_over = ~end.is_null() & (end <= until)
    is_paused = ~pause.is_null() & (pause <= until) & (resume.is_null() | (resume > until))
    frame = frame.with_columns(
        _state=nw.when(is_over)
        .then(nw.lit("lost"))
        .otherwise(
            nw.when(~end.is_null() | statuses.among(statuses.GOING))
            .then(nw.lit("leaving"))
            .otherwise(
                nw.when(is_paused | statuses.among(("paused",))).then(nw.lit("paused")).otherwise(nw.lit("here"))
            )
        ),
        _stop=nw.when(is_over).then(end).otherwise(nw.lit(until)),
    )
    again = nw.when(resume.is_null() | (resume > nw.col("_stop"))).then(nw.col("_stop")).otherwise(resume)
    stood = nw.when(~pause.is_null() & (again > pause)).then(again - pause).otherwise(nw.lit(0))
    owed = nw.when(nw.col("_state") == "lost").then(named(nw.col("period"), DUNNED) + 1).otherwise(nw.lit(0))
    frame = frame.with_columns(_stood=stood, _to=nw.col("_stop") - owed)
    frame = frame.with_columns(_from=nw.col("start") + nw.col("_stood"))
    return frame.with_columns(_to=nw.when(nw.col("_to") < 0).then(nw.lit(0)).otherwise(nw.col("_to")))


def _spells(frame: Any) -> Any:
    """Each customer's rows numbered by tenure, with the break before each and whether the plan changed at it."""
    who, lazy = nw.col("customer_id"), isinstance(frame, nw.LazyFrame)
    if lazy:
        told = before(frame, "start", "customer_id")
        told = told.with_columns(
            _ended=along(nw.col("_stop").shift(1), "customer_id", "start"),
            _plan=along(nw.col("plan").shift(1), "customer_id", "start"),
            _old=along(nw.col("period").shift(1), "customer_id", "start"),
            _same=~nw.col("before").is_null(),
        )
    else:
        told = frame.sort("customer_id", "start")
        told = told.with_columns(
            _ended=nw.col("_stop").shift(1),
            _plan=nw.col("plan").shift(1),
            _old=nw.col("period").shift(1),
            _same=who == who.shift(1),
        )
    gap = nw.col("start") - nw.col("_ended")
    goes_on = nw.when(nw.col("_same") & (gap <= named(nw.col("_old"), GRACE))).then(nw.lit(1)).otherwise(nw.lit(0))
    told = told.with_columns(_goes=goes_on, _break=gap)
    is_on = nw.col("_goes") == 1
    changed = is_on & (nw.col("_plan") != nw.col("plan"))
    told = told.with_columns(
        _gap=nw.when(is_on).then(nw.col("_break")).otherwise(nw.lit(0)),
        _changed=nw.when(changed).then(nw.lit(1)).otherwise(nw.lit(0)),
        _fresh=1 - nw.col("_goes"),
    )
    number = nw.col("_fresh").cum_sum()
    return told.with_columns(_spell=along(number, "customer_id", "start") if lazy else number)


def paying() -> nw.Expr:
    """Which rows are sound, and of customers who pay or have paid."""
    return nw.col("reason").is_null() & ~statuses.among(statuses.UNPAYING)


def last_day(rows: IntoFrame, today: int) -> int:
    """The last day on which anything happened, today at the latest: what the table can be taken to know."""
    frame = nw.from_native(rows).filter(nw.col("reason").is_null())
    days = {n: nw.when(nw.col(n) <= today).then(nw.col(n)).max() for n in ("start", "end", "pause", "resume")}
    told = frame.select(**days)
    told = told.collect() if isinstance(told, nw.LazyFrame) else told
    return max(int(day) for name in days if (day := told[name].to_list()[0]) is not None)
