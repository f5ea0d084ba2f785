from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from lifelong.score import base as bases
from lifelong.score import score
from lifelong.score.members import Members, Whole, rows_of
from lifelong.score.scores import cohorts, prepare
from lifelong.score.totals import group_totals

if TYPE_CHECKING:
    import pyarrow as pa

    from lifelong.score import Terms
    from lifelong.score.forecast import Forecast
    from lifelong.values import Fit

PARTS = ("which", "count", "spent", "factor", "square", "cube")


@pytest.fixture(scope="module")
def ahead(fit: Fit, summary: pa.Table, terms: Terms) -> Forecast:
    return prepare(fit, summary, terms, 100_000)[0]


def test_sums_are_those_of_each_customer(ahead: Forecast) -> None:
    rows = np.arange(3, 500, 2)
    members = Members.of(ahead, rows)
    history, factor = ahead.base.history[rows], ahead.factor(rows)
    assert members.which.tolist() == sorted(set(history.tolist()))
    assert members.customers == len(rows)
    for at, one in enumerate(members.which):
        here = factor[history == one]
        assert members.count[at] == len(here)
        assert members.spent[at] == pytest.approx(ahead.base.total[rows][history == one].sum())
        told = members.factor[at], members.square[at], members.cube[at]
        assert told == pytest.approx((here.sum(), (here**2).sum(), (here**3).sum()))


def test_histories_of_few_rows_far_apart_are_sorted(ahead: Forecast) -> None:
    history = ahead.base.history
    rows = np.array([int(np.flatnonzero(history == one)[0]) for one in (ahead.base.histories - 1, 3)])
    members = Members.of(ahead, rows)
    assert members.which.tolist() == [3, ahead.base.histories - 1]
    assert members.factor == pytest.approx(ahead.factor(rows)[::-1])


def test_all_customers_are_the_same_by_rows_and_by_histories(ahead: Forecast, monkeypatch: pytest.MonkeyPatch) -> None:
    by_rows = Members.of(ahead, np.arange(len(ahead.base)))
    every = Members.every(ahead)
    for name in PARTS:
        assert np.array_equal(getattr(by_rows, name), getattr(every, name)), name
    monkeypatch.setattr("lifelong.score.members.ROWS", 7)
    cut = Members.every(ahead)
    for name in PARTS:
        assert getattr(cut, name) == pytest.approx(getattr(every, name), rel=1e-13), name


def test_a_whole_group_has_the_total_of_its_rows(ahead: Forecast) -> None:
    """Small ones, which are simulated customer by customer, and large ones."""
    base = ahead.base
    by_size = np.argsort(base.T, kind="stable")
    groups = {"few": by_size[:20], "many": np.sort(by_size[20:450]), "rest": np.sort(by_size[450:])}
    whole = {name: Whole(np.sort(histories)) for name, histories in groups.items()}
    rows = {name: np.flatnonzero(np.isin(base.history, histories)) for name, histories in groups.items()}
    assert {name: found.tolist() for name, found in rows_of(base, whole).items()} == {
        name: found.tolist() for name, found in rows.items()
    }
    by_rows = group_totals(ahead, rows)
    assert by_rows["few"].customers <= 200 < by_rows["many"].customers
    for name, total in group_totals(ahead, whole).items():
        assert vars_of(total) == pytest.approx(vars_of(by_rows[name]), rel=1e-9), name


def vars_of(total: object) -> list[float]:
    return [getattr(total, name) for name in type(total).__slots__]


def test_cohorts_are_the_same_by_histories_and_by_rows(ahead: Forecast, summary: pa.Table) -> None:
    first = summary["first_day"].to_numpy()
    by_history = cohorts(first, ahead.base)
    assert all(isinstance(one, Whole) for one in by_history.values())
    later = bases.Base.of(
        {n: [*summary[n].to_pylist(), 0] for n in ("x", "t_x")} | {"T": [*summary["T"].to_pylist(), 5]}, ""
    )
    by_rows = cohorts(np.append(first, 12_100), later)  # one history ends on another day
    extra = by_rows.pop("cohort 2003-02")
    assert isinstance(extra, np.ndarray)
    assert extra.tolist() == [len(summary)]
    rows = rows_of(ahead.base, by_history)
    assert {name: found.tolist() for name, found in rows.items()} == {
        name: found.tolist() for name, found in by_rows.items()
    }


def test_no_group_has_no_rows(ahead: Forecast) -> None:
    assert rows_of(ahead.base, {}) == {}
    assert Members.of(ahead, np.zeros(0, np.int64)).customers == 0


def test_a_small_firm_has_an_interval_though_its_cohorts_hold_the_same_customers(
    fit: Fit, summary: pa.Table, terms: Terms
) -> None:
    some = summary.slice(0, 60)
    made = score(fit, some, terms)
    assert 0 < made.totals.orders_low80 < made.totals.orders < made.totals.orders_high80
    assert 0 < made.totals.low80 < made.totals.value < made.totals.high80
