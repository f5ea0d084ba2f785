"""Life stages: every customer in one, never a step back in silence, back only by an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong import schema
from lifelong.errors import FitError
from lifelong.models.next_order import Gaps, Rhythm, fit_rhythm
from lifelong.score.stages import Seen, life_stages, stages
from lifelong.tables.gaps import gaps, last_gaps
from lifelong.tables.summary import summary
from lifelong.values.stages import NOT_YET, STAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

RHYTHMS = st.builds(
    Rhythm.known,
    mu=st.floats(0.0, 6.0),
    s2=st.floats(0.05, 2.0),
    tau2=st.floats(0.0, 2.0),
)
VISITS = st.lists(st.integers(0, 400), min_size=1, max_size=12, unique=True).map(sorted)
HERE, SILENT = {"new", "active", "reactivated"}, {"cooling", "lapsed"}


def seen(visits: Sequence[Sequence[int]], days: Sequence[int]) -> Seen:
    """What is known of customers with these order days, each as of a day, by a way of its own."""
    known = [[d for d in one if d <= day] for one, day in zip(visits, days, strict=True)]
    owner = np.repeat(np.arange(len(known)), [len(one) - 1 for one in known])
    gap = np.concatenate([np.diff(one) for one in known]).astype(np.int64)
    sums = Gaps.of(owner, gap, np.ones(len(gap), np.int64), len(known))
    last = np.array([one[-1] - one[-2] if len(one) > 1 else 0 for one in known])
    ids = pa.chunked_array([[f"c{i}" for i in range(len(known))]])
    return Seen(max(days), ids, sums, last, np.array([day - one[-1] for one, day in zip(known, days, strict=True)]))


def stage(rhythm: Rhythm, visits: Sequence[int], day: int) -> str:
    return STAGES[stages(rhythm, seen([visits], [day]))[0]]


@settings(deadline=None, max_examples=100)
@given(rhythm=RHYTHMS, visits=VISITS)
def test_the_machine_takes_no_step_that_is_not_allowed(rhythm: Rhythm, visits: list[int]) -> None:
    """Day by day: silence leads from here to cooling to lapsed, an order to active, or from lapsed to reactivated."""
    days = range(visits[0], visits[-1] + 200)
    told = [STAGES[at] for at in stages(rhythm, seen([visits] * len(days), days))]
    assert told[0] == "new"
    for day, before, now in zip(days[1:], told, told[1:], strict=False):
        if day in visits:
            assert now == ("reactivated" if before == "lapsed" else "active")
        else:
            assert now == before or (before in HERE and now in SILENT) or (before, now) == ("cooling", "lapsed")
    for day, now in zip(days, told, strict=True):
        assert (now == "new") <= (sum(d <= day for d in visits) == 1)


@settings(deadline=None, max_examples=60)
@given(
    rhythm=RHYTHMS,
    everybody=st.lists(VISITS, min_size=1, max_size=20),
    days=st.tuples(st.integers(900, 1500), st.integers(0, 600)),
)
def test_stages_are_monotone_in_silence(rhythm: Rhythm, everybody: list[list[int]], days: tuple[int, int]) -> None:
    first, more = days
    rank = np.array([0, 0, 0, 1, 2])
    then, now = (rank[stages(rhythm, seen(everybody, [day] * len(everybody)))] for day in (first, first + more))
    assert (now >= then).all()


def test_stages_by_a_reckoning_of_the_definition() -> None:
    """A gap of 20 days in the middle, log sd 0.5: 80 % are over by 30.5 days, 95 % by 45.5 (half a day is a day's half)."""
    rhythm = Rhythm.known(mu=np.log(20.0), s2=0.25, tau2=0.0)
    edge = [int(np.floor(20.0 * np.exp(0.5 * z) - 0.5)) for z in (0.8416212335729143, 1.6448536269514722)]
    assert edge == [29, 45]
    one, two, back = [100], [80, 100], [53, 100]
    assert [stage(rhythm, one, 100 + e) for e in (0, 29, 30, 45, 46)] == ["new", "new", "cooling", "cooling", "lapsed"]
    assert [stage(rhythm, two, 100 + e) for e in (0, 29, 30, 46)] == ["active", "active", "cooling", "lapsed"]
    assert [stage(rhythm, back, 100 + e) for e in (0, 29, 30, 46)] == ["reactivated"] * 2 + ["cooling", "lapsed"]
    assert stage(rhythm, [54, 100], 100) == "active"  # 45 days of silence on the day before: cooling
    assert stage(rhythm, [*back, 110], 110) == "active"  # until the next order


def test_the_own_rhythm_counts_as_it_was_known_then() -> None:
    """A slow customer's long gap is no farewell; a fast one's is, though it has slowed the rhythm since."""
    rhythm = Rhythm.known(mu=np.log(20.0), s2=0.25, tau2=0.5)
    fast, slow = list(range(0, 60, 5)), list(range(0, 600, 60))
    assert stage(rhythm, [*fast, fast[-1] + 40], fast[-1] + 40) == "reactivated"
    assert stage(rhythm, [*slow, slow[-1] + 90], slow[-1] + 90) == "active"


# -- of tables


def orders(rows: Sequence[tuple[str, int]]) -> pa.Table:
    ids, days = zip(*rows, strict=True)
    told = {"revenue": pa.array([100] * len(ids), pa.int64()), "cost": pa.nulls(len(ids), pa.int64())}
    return pa.table(
        {
            "customer_id": ids,
            "day": pa.array(days, pa.int32()),
            "is_order": pa.array([1] * len(ids), pa.int32()),
            **told,
        }
    )


def known(table: pa.Table, day: int) -> Seen:
    return Seen.of(day, summary(table, day), gaps(table, day), last_gaps(table, day))


@pytest.fixture(scope="module")
def shop() -> pa.Table:
    rng = np.random.default_rng(5)
    start = rng.integers(10_000, 10_446, 200)
    mean = np.exp(rng.normal(3.0, 0.6, 200))
    rows = []
    for i in range(200):
        days = start[i] + np.cumsum(np.append(0, np.rint(mean[i] * np.exp(rng.normal(0, 0.7, rng.integers(0, 12))))))
        rows += [(f"c{i:03d}", int(d)) for d in days]
    return orders(rows)


def test_moves_lose_nobody_and_sum_to_both_days(shop: pa.Table) -> None:
    now, then = known(shop, 10_450), known(shop, 10_300)
    made = life_stages(now, then)
    moved = np.array(made.moved)
    assert moved.shape == (len(STAGES) + 1, len(STAGES))
    assert tuple(moved.sum(axis=0)) == made.customers
    at = stages(fit_rhythm(now.gaps), then)
    assert moved.sum(axis=1).tolist() == [*np.bincount(at, minlength=5).tolist(), len(now.ids) - len(then.ids)]
    assert min(made.customers) > 0
    table = made.table.to_pylist()
    for b, before in enumerate((*STAGES, None)):
        for s, name in enumerate(STAGES):
            assert moved[b, s] == sum((r["before"], r["stage"]) == (before, name) for r in table)
    rows = made.as_dict()["moved"]
    assert [r["before"] for r in rows] == [*STAGES, NOT_YET]
    assert sum(r["customers"] for r in rows) == 200


def test_tables_and_order_days_tell_the_same(shop: pa.Table) -> None:
    """The way by tables against the way by each customer's own days."""
    rows = shop.to_pydict()
    own = {
        c: sorted({d for k, d in zip(rows["customer_id"], rows["day"], strict=True) if k == c})
        for c in rows["customer_id"]
    }
    now = known(shop, 10_450)
    ids = now.ids.to_pylist()
    direct = seen([own[c] for c in ids], [10_450] * len(ids))
    assert now.last.tolist() == direct.last.tolist()
    assert now.silence.tolist() == direct.silence.tolist()
    rhythm = fit_rhythm(now.gaps)
    assert stages(rhythm, now).tolist() == stages(rhythm, direct).tolist()


def test_a_day_before_the_first_order_knows_nobody(shop: pa.Table) -> None:
    made = life_stages(known(shop, 10_450), known(shop, 9_000))
    assert made.moved[-1] == made.customers
    assert made.table["before"].null_count == 200


def test_rows_are_the_schemas_and_value_is_that_of_the_scores(shop: pa.Table) -> None:
    now = known(shop, 10_450)
    scores = pa.table({"customer_id": now.ids.to_pylist()[::-1], "value": np.arange(200.0)})
    made = life_stages(now, worth=scores)
    assert made.table.column_names == list(schema.names(schema.STAGES))
    kinds = {"text": "string", "float64": "double"}
    assert [str(f.type) for f in made.table.schema] == [kinds.get(c.kind, c.kind) for c in schema.STAGES]
    assert made.table["value"].to_pylist() == list(np.arange(200.0)[::-1])
    assert made.value is not None
    assert sum(made.value) == pytest.approx(19_900)
    for name, told in zip(STAGES, made.value, strict=True):
        assert told == sum(r["value"] for r in made.table.to_pylist() if r["stage"] == name)
    assert life_stages(now).value is None
    assert made.moved == ()


def test_without_a_second_order_there_is_no_rhythm() -> None:
    with pytest.raises(FitError) as caught:
        life_stages(known(orders([("a", 10), ("b", 11)]), 20))
    assert caught.value.code == "E201"
