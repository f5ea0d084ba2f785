"""The life stage of each customer, by their own rhythm: new, active, reactivated, cooling, lapsed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.models.next_order import Gaps, fit_rhythm
from lifelong.schema import STAGES as COLUMNS
from lifelong.schema import names
from lifelong.score import base as bases
from lifelong.score.dates import own_gaps
from lifelong.units import date_of
from lifelong.values.stages import STAGES, Stages

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.models.next_order import Rhythm

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: From these shares on, of such customers who would have ordered by now, one is cooling, and lapsed.
COOLING, LAPSED = 0.80, 0.95
NEW, ACTIVE, REACTIVATED, COOL, LOST = range(len(STAGES))


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What was known of each customer on a day.

    Attributes:
        day: that day, since 1970-01-01.
        ids: customer numbers.
        gaps: all own gaps between order days.
        last: the last of them in days; 0 where there is none.
        silence: days since the last order.
    """

    day: int
    ids: Any
    gaps: Gaps
    last: Ints
    silence: Ints

    @classmethod
    def of(cls, day: int, summary: Any, gaps: Any, last_gaps: Any) -> Seen:
        """From ``schema.SUMMARY``, ``schema.GAPS`` and the last gaps of the same orders up to the same day."""
        table, latest = bases.arrow(summary), bases.arrow(last_gaps)
        ids = table["customer_id"]
        age, told = (table[name].to_numpy().astype(np.int64) for name in ("T", "t_x"))
        found = places(ids, latest["customer_id"])
        days = np.append(latest["gap"].to_numpy().astype(np.int64), 0)  # the last one is for those who have none
        return cls(day, ids, own_gaps(ids, bases.arrow(gaps)), days[found], age - told)


def stages(rhythm: Rhythm, seen: Seen) -> Ints:
    r"""Each customer's stage, as its place in ``STAGES``.

    **Story.** A silence is long or short by the customer's own rhythm. One that four in five such customers would have
    ended is a sign; one that 95 in 100 would have ended is as good as a farewell. Who orders after such a one is back.

    **Formula.** With F(e) the chance that the next gap would have ended after e days of silence:
    :math:`F < .80` new, active or reactivated; :math:`.80 \le F < .95` cooling; :math:`F \ge .95` lapsed. Of the first,
    one with a single order day is new; one whose last gap g had :math:`F'(g - 1) \ge .95`, with F' by the gaps before
    it, is reactivated: the day before the order found them lapsed.

    **Numerics.** F grows with e for a given rhythm and given orders, so without an order nobody steps back. All gaps
    are of a day or more, so that F(0) < 1/2: an order always ends a silence.
    """
    overdue = rhythm.overdue(seen.gaps, seen.silence)
    has = seen.last > 0
    log = np.log(np.maximum(seen.last, 1).astype(np.float64))
    earlier = Gaps(seen.gaps.n - has, seen.gaps.total - log, seen.gaps.square - log * log)
    was = rhythm.overdue(earlier, np.maximum(seen.last - 1, 0))
    here = np.where(has, np.where(was >= LAPSED, REACTIVATED, ACTIVE), NEW)
    return np.where(overdue >= LAPSED, LOST, np.where(overdue >= COOLING, COOL, here)).astype(np.int64)


def life_stages(now: Seen, before: Seen | None = None, worth: Any = None) -> Stages:
    """Everybody's stage on a day, and on an earlier one where that is given; one rhythm judges both.

    Args:
        now: what was known on the day.
        before: what was known on an earlier day.
        worth: scores of that day, any frame with ``customer_id`` and ``value``; None where there are none.

    Raises:
        FitError: E201 where no customer has ordered on two days.
    """
    import pyarrow as pa

    rhythm = fit_rhythm(now.gaps)
    at = stages(rhythm, now)
    then = np.full(len(at), -1) if before is None else _then(rhythm, now, before)
    value = pa.nulls(len(at), pa.float64()) if worth is None else _worth(now, bases.arrow(worth))
    columns = {
        "customer_id": now.ids,
        "stage": _words(at),
        "before": _words(then),
        "overdue": pa.array(rhythm.overdue(now.gaps, now.silence)),
        "silent_days": pa.array(now.silence, pa.int32()),
        "value": value,
    }
    counted = np.zeros((len(STAGES) + 1, len(STAGES)), np.int64)  # the last row: not yet a customer
    np.add.at(counted, (then, at), 1)
    return Stages(
        as_of=date_of(now.day).isoformat(),
        since="" if before is None else date_of(before.day).isoformat(),
        customers=tuple(np.bincount(at, minlength=len(STAGES)).tolist()),
        value=_sums(at, value),
        moved=() if before is None else tuple(map(tuple, counted.tolist())),
        typical_gap=rhythm.typical_gap,
        table=pa.table([columns[name] for name in names(COLUMNS)], names=list(names(COLUMNS))),
        findings=rhythm.findings,
    )


def places(ids: Any, known: Any) -> Ints:
    """The place of each customer among the known; -1 for those who are not among them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = known.cast(ids.type)
    values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return np.asarray(pc.fill_null(pc.index_in(ids, value_set=values), -1).to_numpy().astype(np.int64))


def _then(rhythm: Rhythm, now: Seen, before: Seen) -> Ints:
    """The earlier stage of those who are customers now; -1 for those who were none."""
    return np.append(stages(rhythm, before), -1)[places(now.ids, before.ids)]


def _worth(now: Seen, scores: pa.Table) -> pa.Array:
    """Everybody's value in the order of the stages."""
    import pyarrow as pa

    at = places(now.ids, scores["customer_id"])
    return scores["value"].combine_chunks().take(pa.array(at, mask=at < 0))


def _sums(at: Ints, value: pa.Array) -> tuple[float, ...] | None:
    """The value of each stage, or None where there are no values."""
    if value.null_count == len(value):
        return None
    told = np.nan_to_num(value.to_numpy(zero_copy_only=False))
    return tuple(np.bincount(at, told, len(STAGES)).tolist())


def _words(at: Ints) -> pa.Array:
    import pyarrow as pa

    return pa.array(STAGES, pa.string()).take(pa.array(at, mask=at < 0))
