"""Next orders: whether by the purchase fit, when by the rhythm; never a date that has passed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lifelong import schema
from lifelong.errors import ConfigError, FitError
from lifelong.models.next_order import fit_rhythm
from lifelong.score import ModelError, Terms, again, next_orders, score
from lifelong.score.dates import own_gaps
from lifelong.units import Horizon

if TYPE_CHECKING:
    from collections.abc import Callable

    from lifelong.values import Fit, NextOrders

UNTIL = 12_000
WEEKS = Horizon.parse("26w")


@pytest.fixture(scope="module")
def gaps(summary: pa.Table) -> pa.Table:
    """Gaps that add up to the summary: nearly even ones, in another order of customers."""
    rows = []
    for who, x, t_x in zip(*(summary[c].to_pylist() for c in ("customer_id", "x", "t_x")), strict=True):
        if 0 < x <= t_x:
            days = np.diff(np.linspace(0, t_x, x + 1).round().astype(int))
            rows += [(who, int(d), int(k)) for d, k in zip(*np.unique(days, return_counts=True), strict=True)]
    ids, gap, count = zip(*rows[::-1], strict=True)
    kinds = {"gap": pa.array(gap, pa.int32()), "count": pa.array(count, pa.int64())}
    return pa.table({"customer_id": ids, **kinds})


@pytest.fixture(scope="module")
def dated(fit: Fit, summary: pa.Table, gaps: pa.Table) -> NextOrders:
    return next_orders(fit, summary, gaps, WEEKS)


def test_rows_are_the_schemas_in_the_summarys_order(dated: NextOrders, summary: pa.Table) -> None:
    kinds = {"text": "string", "float64": "double"}
    for column, field in zip(schema.NEXT_ORDERS, dated.table.schema, strict=True):
        assert (field.name, str(field.type)) == (column.name, kinds.get(column.kind, column.kind))
    assert dated.table["customer_id"].equals(summary["customer_id"])
    assert (dated.customers, dated.as_of, dated.model) == (len(summary), "2002-11-09", "pareto_nbd")


def test_chances_are_those_of_the_scores(dated: NextOrders, fit: Fit, summary: pa.Table, terms: Terms) -> None:
    """One word, one number: P(alive), and how many order again, as scores and reports have them."""
    assert dated.table["alive"].equals(score(fit, summary, terms).table["alive"])
    same = Terms(WEEKS, error=ModelError.off())
    assert dated.again == pytest.approx(again(fit, summary, same), rel=1e-9)
    assert dated.again == pytest.approx(dated.table["within"].to_numpy().sum())
    assert (dated.table["within"].to_numpy() <= dated.table["alive"].to_numpy()).all()


def test_a_date_is_named_where_an_order_is_likely_and_nowhere_else(dated: NextOrders) -> None:
    rows = dated.table.to_pylist()
    assert 50 < dated.likely < dated.customers - 50
    assert dated.likely == sum(row["likely"] for row in rows)
    for row in rows:
        days = [row[c] for c in ("low90", "low80", "date", "high80", "high90")]
        if row["likely"]:
            assert row["within"] >= 0.5
            assert days == sorted(days)
            assert days[0] > UNTIL
            assert row["date"] <= UNTIL + 26 * 7
        else:
            assert days == [None] * 5
            assert row["within"] < 0.5


def test_a_date_beyond_the_horizon_is_not_named(dated: NextOrders, fit: Fit, summary: pa.Table, gaps: pa.Table) -> None:
    """The purchase model may say likely where the gaps say later: both must agree."""
    slow = gaps.set_column(1, "gap", pc.multiply(gaps["gap"], pa.scalar(20, pa.int32())))
    made = next_orders(fit, summary, slow, WEEKS)
    assert made.table["within"].equals(dated.table["within"])
    assert 0 < made.likely < dated.likely / 2
    assert (made.table["date"].drop_null().to_numpy() <= UNTIL + 26 * 7).all()


def test_gaps_in_any_order_give_equal_sums() -> None:
    """To the last bit: else engines, whose rows come in any order, would differ in it."""
    gap = pa.array(range(1, 301), pa.int32())
    table = pa.table({"customer_id": ["c"] * 300, "gap": gap, "count": pa.array([1] * 300, pa.int64())})
    ids = pa.chunked_array([["c"]])
    want = own_gaps(ids, table).total
    assert want[0] == pytest.approx(math.lgamma(301))
    for seed in range(9):
        turned = table.take(np.random.default_rng(seed).permutation(300))
        assert own_gaps(ids, turned).total == want


def test_dates_are_those_of_the_rhythm(dated: NextOrders, summary: pa.Table, gaps: pa.Table) -> None:
    known = own_gaps(summary["customer_id"], gaps)
    assert known.n.tolist() == [
        x if x <= t else 0 for x, t in zip(*(summary[c].to_pylist() for c in ("x", "t_x")), strict=True)
    ]
    rhythm = fit_rhythm(known)
    silence = (summary["T"].to_numpy() - summary["t_x"].to_numpy()).astype(int)
    likely = dated.table["likely"].to_numpy() == 1
    want = UNTIL - silence + rhythm.days(known, silence, 0.5)
    assert dated.table["date"].to_numpy()[likely].tolist() == want[likely].tolist()
    assert dated.table["overdue"].to_numpy() == pytest.approx(rhythm.overdue(known, silence))
    assert dated.rhythm["typical_gap"] == pytest.approx(np.exp(rhythm["mu"]))


@pytest.mark.parametrize(
    "load",
    [pl.from_arrow, lambda t: t.to_pandas(types_mapper=pd.ArrowDtype), lambda t: duckdb.connect().from_arrow(t)],
)
def test_every_engines_gaps_give_the_same_dates(
    load: Callable, dated: NextOrders, fit: Fit, summary: pa.Table, gaps: pa.Table
) -> None:
    other = next_orders(fit, load(summary), load(gaps), WEEKS).table
    for name in schema.names(schema.NEXT_ORDERS):
        assert other[name].to_pylist() == dated.table[name].to_pylist(), name


def test_a_short_horizon_names_fewer_dates(dated: NextOrders, fit: Fit, summary: pa.Table, gaps: pa.Table) -> None:
    soon = next_orders(fit, summary, gaps, Horizon.parse("7d"))
    assert soon.likely < dated.likely
    dates = soon.table["date"].drop_null().to_numpy()
    assert (dates <= UNTIL + 7).all()
    assert soon.again < dated.again


def test_strangers_among_the_gaps_are_left_out(dated: NextOrders, fit: Fit, summary: pa.Table, gaps: pa.Table) -> None:
    strange = pa.table(
        {"customer_id": ["nobody"], "gap": pa.array([1], pa.int32()), "count": pa.array([9999], pa.int64())}
    )
    made = next_orders(fit, summary, pa.concat_tables([strange, gaps]), WEEKS)
    assert made.table.equals(dated.table)


def test_the_rest_of_life_is_no_horizon_for_a_date(fit: Fit, summary: pa.Table, gaps: pa.Table) -> None:
    with pytest.raises(ConfigError) as caught:
        next_orders(fit, summary, gaps, Horizon.parse("lifetime"))
    assert caught.value.code == "E202"


def test_without_gaps_there_is_no_rhythm(fit: Fit, summary: pa.Table, gaps: pa.Table) -> None:
    with pytest.raises(FitError, match="two days"):
        next_orders(fit, summary, gaps.slice(0, 0), WEEKS)
