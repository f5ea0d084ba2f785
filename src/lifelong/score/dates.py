"""The next order date of each customer: whether they order by the purchase fit, when by the rhythm of orders.

P(an order within the horizon) could also be P(alive) times the chance that the gap under way ends in time. But a rhythm
is learned from gaps that have ended, which are the shorter ones. On six real hold-outs that product was too high in
each (in the worst 67 % for 52 %), and no better by Brier score than the purchase model's own number in any
(tests/calibration/test_next_order.py). So the purchase model's number is taken, the one that scores show too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import ConfigError
from lifelong.models.next_order import Gaps, fit_rhythm
from lifelong.schema import NEXT_ORDERS, names
from lifelong.score import base as bases
from lifelong.score.scores import prepare
from lifelong.score.terms import Terms
from lifelong.units import date_of
from lifelong.values import NextOrders

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.units import Horizon
    from lifelong.values import Fit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

LEVELS = {"date": 0.50, "low80": 0.10, "high80": 0.90, "low90": 0.05, "high90": 0.95}
#: From this chance of an order within the horizon on, a date is named.
LIKELY = 0.5


def next_orders(fit: Fit, summary: Any, gaps: Any, horizon: Horizon) -> NextOrders:
    """When each customer orders next.

    P(alive) and P(an order within the horizon) come from the fit, the date and its bands from the gaps, given the
    silence so far. No date is named where an order within the horizon is less likely than not, or the date would lie
    beyond it.

    Args:
        fit: a purchase model's fit.
        summary: ``schema.SUMMARY``, any frame: a row a customer.
        gaps: ``schema.GAPS`` of the same orders up to the same day, any frame.
        horizon: how far ahead; not the rest of life.

    Raises:
        ConfigError: E202 for the rest of life.
        DataError: E102, E201 where the summary cannot be used.
        FitError: E201 where no customer has ordered on two days.
    """
    if horizon.is_lifetime:
        raise ConfigError(
            "E202",
            "a next order date needs a horizon that ends",
            where="--horizon lifetime",
            why="whether an order is likely is asked of a stretch of time",
            fix="take a horizon such as 26w",
        )
    table = bases.arrow(summary)
    bases.check(table.column_names, len(table))
    known = own_gaps(table["customer_id"], bases.arrow(gaps))
    rhythm = fit_rhythm(known)
    last, until = _days(table)
    silence = until - last
    alive, within = chances(fit, table, horizon)
    likely = (within >= LIKELY) & (rhythm.days(known, silence, LEVELS["date"]) - silence <= horizon.days)
    some = Gaps(known.n[likely], known.total[likely], known.square[likely])
    dates = {name: last[likely] + rhythm.days(some, silence[likely], level) for name, level in LEVELS.items()}
    told = {"alive": alive, "overdue": rhythm.overdue(known, silence), "within": within}
    return NextOrders(
        as_of=date_of(until).isoformat(),
        horizon=str(horizon),
        customers=len(table),
        likely=int(likely.sum()),
        again=float(within.sum()),
        rhythm={p.name: p.estimate for p in rhythm.params}
        | {"typical_gap": rhythm.typical_gap, "customers": rhythm.customers, "gaps": rhythm.gaps},
        table=_table(table["customer_id"], told, likely, dates),
        model=fit.model,
        findings=rhythm.findings,
    )


def own_gaps(ids: pa.ChunkedArray, gaps: pa.Table) -> Gaps:
    """The gaps of each customer, in the order of ``ids``; customers that are not among them are left out."""
    import pyarrow.compute as pc

    ordered = gaps.sort_by([("customer_id", "ascending"), ("gap", "ascending")])  # one order of adding on every engine
    wanted = ids.combine_chunks() if hasattr(ids, "combine_chunks") else ids
    owner = pc.index_in(ordered["customer_id"].cast(wanted.type), value_set=wanted)
    found = pc.is_valid(owner)
    at, gap, count = (c.filter(found).to_numpy().astype(np.int64) for c in (owner, ordered["gap"], ordered["count"]))
    return Gaps.of(at, gap, count, len(ids))


def chances(fit: Fit, table: pa.Table, horizon: Horizon) -> tuple[Floats, Floats]:
    """P(alive) and P(an order within the horizon) of each customer, as scores have them."""
    ahead, _ = prepare(fit, table, Terms(horizon))
    alive, history = ahead.means.alive, ahead.base.history
    return alive[history], (alive * ahead.futures.again())[history]


def _days(table: pa.Table) -> tuple[Ints, int]:
    """Each customer's last order day, and the last day seen."""
    first, t_x, T = (table[name].to_numpy().astype(np.int64) for name in ("first_day", "t_x", "T"))
    return first + t_x, int(first[0] + T[0])


def _table(ids: Any, told: dict[str, Floats], likely: NDArray[np.bool_], dates: dict[str, Ints]) -> pa.Table:
    """The rows in the schema's order and types; days are null where no date is named."""
    import pyarrow as pa

    columns: dict[str, Any] = {"customer_id": ids, "likely": pa.array(likely, pa.int32()), **told}
    for name, days in dates.items():
        whole = np.zeros(len(likely), np.int32)
        whole[likely] = days
        columns[name] = pa.array(whole, pa.int32(), mask=~likely)
    wanted = names(NEXT_ORDERS)
    return pa.table([columns[name] for name in wanted], names=list(wanted))
