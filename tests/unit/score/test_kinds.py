"""Scores of customers who are told apart: by covariates, by age, by circumstances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

import lifelong as ll
from lifelong.errors import DataError
from lifelong.models.covariates import Covariates
from lifelong.models.left_truncated import LeftTruncated
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.score import Terms, score
from lifelong.score.between import orders_between
from lifelong.score.scores import prepare
from lifelong.values import Course, Timelines

if TYPE_CHECKING:
    from lifelong.values import Fit

TERMS = Terms.parse("26w")


@pytest.fixture(scope="module")
def known(summary: pa.Table) -> pa.Table:
    """The shop's customers with a channel and an age; those of the web order more often, or nearly so."""
    rng = np.random.default_rng(1)
    x = summary["x"].to_numpy()
    web = rng.random(len(x)) < np.where(x > 1, 0.8, 0.3)
    table = summary.append_column("channel", pa.array(np.where(web, "web", "shop")))
    return table.append_column("age", pa.array(rng.normal(40.0, 10.0, len(x))))


def fitted(table: Any, *names: str) -> Fit:
    return Covariates.everywhere(ParetoNBD(), names).fit(table, prior="off")


@pytest.fixture(scope="module")
def by_channel(known: pa.Table) -> Fit:
    return fitted(known, "channel")


def test_means_are_those_of_each_kind(known: pa.Table, by_channel: Fit) -> None:
    made = score(by_channel, known, TERMS)
    model = Covariates.of(by_channel)
    assert made.table["alive"].to_numpy() == pytest.approx(model.alive(by_channel.theta, known))
    assert made.table["orders"].to_numpy() == pytest.approx(model.expect(by_channel.theta, known, 26.0))
    assert made.totals.orders_low80 < made.totals.orders < made.totals.orders_high80
    assert made.model == "pareto_nbd+covariates"


def test_customers_of_one_history_differ_by_kind(known: pa.Table, by_channel: Fit) -> None:
    rows = known.slice(0, 2).set_column(known.column_names.index("channel"), "channel", [["web", "shop"]])
    for name in ("x", "t_x", "T", "first_day"):
        rows = rows.set_column(rows.column_names.index(name), name, pa.array([known[name][0].as_py()] * 2, pa.int32()))
    ahead, _ = prepare(by_channel, rows, TERMS)
    assert ahead.base.histories == 2
    assert ahead.mean_orders[0] != pytest.approx(ahead.mean_orders[1], rel=0.01)


def test_a_small_group_and_a_stretch_of_time_go_by_kind_too(known: pa.Table, by_channel: Fit) -> None:
    model = Covariates.of(by_channel)
    some = known.slice(0, 60)
    expected = model.expect(by_channel.theta, some, 26.0).sum()
    made = score(by_channel, some, TERMS).totals
    assert made.orders == pytest.approx(expected)
    assert made.orders_low80 < expected < made.orders_high80
    days = np.full(60, 182.0)
    assert orders_between(by_channel, some, np.zeros(60), days).sum() == pytest.approx(expected, rel=1e-6)


def test_numbers_make_many_kinds_and_neighbours_share_a_cell(known: pa.Table) -> None:
    fit = fitted(known, "age")
    ahead, _ = prepare(fit, known, TERMS, 200_000)
    assert ahead.engine.kinds.size > 500
    assert ahead.futures.cell.max() < 900
    expected = Covariates.of(fit).expect(fit.theta, known, 26.0)
    simulated = (ahead.alive_mixed * ahead.futures.moments(1, "orders"))[ahead.base.history]
    assert simulated.sum() == pytest.approx(expected.sum(), rel=0.03)


def test_a_new_value_or_an_absent_column_is_an_error(known: pa.Table, by_channel: Fit) -> None:
    place = known.column_names.index("channel")
    new = known.set_column(place, "channel", pa.array(["fax"] * len(known)))
    with pytest.raises(DataError) as caught:
        ll.predict(by_channel, new, horizon="26w")
    assert caught.value.code == "E212"
    with pytest.raises(DataError) as absent:
        ll.predict(by_channel, known.drop_columns(["channel"]), horizon="26w")
    assert absent.value.code == "E211"


def test_customers_older_than_the_data_are_scored_by_their_age(summary: pa.Table) -> None:
    before = np.where(np.arange(len(summary)) % 3 == 0, 70, 0)
    before = np.where(summary["x"].to_numpy() > 0, before, 0)
    table = summary.append_column("before", pa.array(before, pa.int32()))
    model = LeftTruncated(ParetoNBD(), "buyers")
    fit = model.fit(table, prior="off")
    made = ll.predict(fit, table, horizon="26w")
    assert made.table["orders"].to_numpy() == pytest.approx(model.expect(fit.theta, table, 26.0))
    first = int((summary["first_day"].to_numpy() - before).min())
    assert f"cohort {np.datetime64(first, 'D').astype('datetime64[M]')}" in made.groups
    with pytest.raises(DataError) as caught:
        ll.predict(fit, summary, horizon="26w")
    assert caught.value.code == "E205"


@pytest.fixture(scope="module")
def circumstances(summary: pa.Table) -> tuple[pa.Table, Timelines, Course]:
    """Half a year with a sale in its second half, and half a year to come with one at once."""
    rng = np.random.default_rng(2)
    some = summary.slice(0, 300)
    T = some["T"].to_numpy().astype(np.int64)
    owner = np.repeat(np.arange(300), 2)
    course = Course.of(("sale",), np.tile([[0.0], [1.0]], (300, 1)), owner, np.stack([T - T // 2, T // 2], 1).ravel())
    who, when = [], []
    for i, t in enumerate(T):
        days = np.unique(rng.integers(1, t + 1, int(rng.poisson(rng.gamma(0.7, 4.0)))))
        who += [i] * len(days)
        when += days.tolist()
    customers = Timelines.of(course, who, when, some["customer_id"].to_numpy(zero_copy_only=False))
    for name, values in (("x", customers.x), ("t_x", customers.t_x)):
        some = some.set_column(some.column_names.index(name), name, pa.array(values, pa.int32()))
    future = Course.of(("sale",), np.tile([[1.0], [0.0]], (300, 1)), owner, np.tile([28, 154], 300))
    return some, customers, future


def test_circumstances_make_scores(circumstances: tuple[pa.Table, Timelines, Course]) -> None:
    table, customers, future = circumstances
    model = ll.TimeVaryingParetoNBD()
    fit = model.fit(customers)
    made = ll.predict(fit, table, horizon="26w", timelines=customers, future=future)
    assert made.table["orders"].to_numpy() == pytest.approx(model.expect(fit.theta, customers, future))
    assert made.table["alive"].to_numpy() == pytest.approx(model.alive(fit.theta, customers))
    counts = model.draw_counts(fit, customers, future, 300, np.random.default_rng(1)).sum(axis=1)
    free, _ = prepare(fit, table, TERMS, told=_courses(fit, customers, future))
    simulated = free.base.count @ (free.alive_mixed * free.futures.moments(1, "orders"))
    assert simulated == pytest.approx(counts.mean(), rel=0.05)
    assert made.totals.orders_low80 < np.quantile(counts, 0.1) < np.quantile(counts, 0.9) < made.totals.orders_high80


def _courses(fit: Fit, customers: Timelines, future: Course) -> Any:
    from lifelong.models.courses import Courses

    return Courses.of(fit, customers, future)


def test_circumstances_must_be_told_and_be_those_of_the_customers(circumstances: Any) -> None:
    table, customers, future = circumstances
    fit = ll.TimeVaryingParetoNBD().fit(customers)
    wrong: list[dict[str, Any]] = [
        {"horizon": "26w"},
        {"horizon": "13w", "timelines": customers, "future": future},
        {"horizon": "lifetime", "discount": "10%/year", "timelines": customers, "future": future},
        {"horizon": "26w", "timelines": customers.take(np.arange(299)), "future": future},
        {"horizon": "26w", "timelines": customers.take(np.arange(300)[::-1]), "future": future},
    ]
    for told in wrong:
        with pytest.raises(DataError) as caught:
            ll.predict(fit, table, **told)
        assert caught.value.code == "E184"
    shorter = table.set_column(table.column_names.index("x"), "x", pa.array(np.zeros(300), pa.int32()))
    with pytest.raises(DataError):
        ll.predict(fit, shorter, horizon="26w", timelines=customers, future=future)
