"""What moved the total value between two scoring runs: who came, what customers did, and another model."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lifelong.score.stages import places
from lifelong.values.cash import EquityChange
from lifelong.values.trend import Change

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def change(old: pa.Table, new: pa.Table, as_before: pa.Table | None, digits: int) -> Change:
    r"""The change of the total from one run to the next, in parts that sum to it exactly.

    **Story.** The total is led from the old run to the new one in steps, one cause a step. First those leave who are
    not in the new run. Then the old model sees what the others did since, then those who came. Last the new model takes
    the old one's place, for everybody, on the same data and day.

    **Formula.** With O, N the customers of the runs, v the stored values, and w the old model's on the new data:

    .. math:: \sum_N v' - \sum_O v = -\sum_{O \setminus N} v + \sum_{O \cap N} (w - v) + \sum_{N \setminus O} w
              + \sum_N (v' - w)

    gone, behaviour, came, model. Where w cannot be had, v' stands in its place and there is no model part: behaviour
    and came then hold it.

    **Numerics.** Each step's total is rounded to a minor unit and parts are differences of whole numbers. So they sum
    to the whole to the unit, and each is within one unit of its own.

    **Source.** A telescoping sum; the order of steps is part of the definition.

    Args:
        old: rows of the earlier run (``schema.SCORES``).
        new: rows of the later run.
        as_before: rows of the old model on the new run's data; None where it cannot be run.
        digits: decimals of the currency's minor unit.
    """
    seen = new if as_before is None else as_before
    stays = places(old["customer_id"], new["customer_id"]) >= 0
    known = places(seen["customer_id"], old["customer_id"]) >= 0
    before, then = worth(old), worth(seen)
    steps = [before, before[stays], then[known], then, worth(new)]
    totals = [minor(values, digits) for values in steps]
    gone, behaviour, came, model = (later - earlier for earlier, later in pairwise(totals))
    return Change(
        total=totals[-1] - totals[0],
        came=came,
        behaviour=behaviour,
        gone=gone,
        model=None if as_before is None else model,
        customers_came=int((~known).sum()),
        customers_gone=int((~stays).sum()),
    )


def bridge(told: Change, before: tuple[int, int], after: tuple[int, int], of: tuple[str, str]) -> EquityChange:
    r"""The change of customer equity: of the value of the customers there are, in its parts, and of those to come.

    .. math:: CE' - CE = came + gone + behaviour + model + [(CE' - RLV') - (CE - RLV)]

    Args:
        told: the change of the residual value.
        before: customer equity and residual value of the earlier run, minor units.
        after: of the later one.
        of: the earlier run's file and day.
    """
    total = after[0] - before[0]
    return EquityChange(
        run=of[0], since=of[1], before=before[0], after=after[0], total=total, came=told.came, gone=told.gone,
        behaviour=told.behaviour, model=told.model, future=total - (after[1] - before[1]), customers_came=told.customers_came,
        customers_gone=told.customers_gone, why=told.why,
    )  # fmt: skip


def worth(rows: pa.Table) -> Floats:
    """Everybody's value; expected orders where the data hold no amounts."""
    name = "orders" if rows["value"].null_count == len(rows) else "value"
    return np.asarray(rows[name].to_numpy())


def minor(values: Floats, digits: int) -> int:
    """Their sum in whole minor units, the same in any order."""
    return round(math.fsum(values.tolist()) * 10.0**digits)
