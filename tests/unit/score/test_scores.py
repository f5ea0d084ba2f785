from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lifelong import schema
from lifelong.errors import ConfigError
from lifelong.score import ModelError, Terms, again, group_total, score, sums, to_parquet
from lifelong.score import totals as rooms
from lifelong.score.members import Members
from lifelong.score.scores import best, months, prepare

if TYPE_CHECKING:
    from lifelong.values import Fit, Scores


@pytest.fixture(scope="module")
def scored(fit: Fit, summary: pa.Table, terms: Terms) -> Scores:
    return score(fit, summary, terms)


def column(scores: Scores, name: str) -> np.ndarray:
    return scores.table[name].to_numpy()


def test_a_score_has_the_columns_of_the_schema_in_the_summarys_order(scored: Scores, summary: pa.Table) -> None:
    assert tuple(scored.table.column_names) == schema.names(schema.SCORES)
    assert scored.table["customer_id"].equals(summary["customer_id"])
    assert scored.customers == len(summary)
    assert scored.as_of == "2002-11-09"  # day 12,000
    assert (
        scored.definition == "gross margin (35 % of revenue), next 26w, discounted 10%/year at the time of each order"
    )


def test_means_are_the_closed_forms(scored: Scores, fit: Fit, summary: pa.Table, terms: Terms) -> None:
    from lifelong import plugins

    model, spend = plugins.load("models", "pareto_nbd")(), plugins.load("spend", "gamma_gamma")()
    x, t_x, T = (summary[n].to_numpy() for n in ("x", "t_x", "T"))
    args = fit.theta, x, t_x / 7.0, T / 7.0
    each = spend.expect(fit.spend.theta, summary["spend_x"].to_numpy(), summary["spend"].to_numpy() / 100)
    alive = model.alive(*args)
    worth = model.expect(*args, 26.0, terms.discount.force_per_week)
    assert column(scored, "alive") == pytest.approx(alive, rel=1e-9)
    assert column(scored, "orders") == pytest.approx(model.expect(*args, 26.0), rel=1e-8)
    assert column(scored, "value") == pytest.approx(0.35 * worth * each, rel=1e-8)
    assert column(scored, "at_risk") == pytest.approx(0.35 * worth * each * (1 - alive) / alive, rel=1e-6)


def test_historic_and_total_add_up(scored: Scores, summary: pa.Table) -> None:
    assert column(scored, "historic") == pytest.approx(summary["revenue"].to_numpy() * 0.35 / 100)
    assert column(scored, "total") == pytest.approx(column(scored, "historic") + column(scored, "value"))


def test_silence_and_rhythm(scored: Scores, summary: pa.Table) -> None:
    x, t_x, T = (summary[n].to_numpy() for n in ("x", "t_x", "T"))
    assert column(scored, "silent_days").tolist() == (T - t_x).tolist()
    rhythm = scored.table["rhythm_days"].to_pylist()
    assert [r is None for r in rhythm] == (x == 0).tolist()
    assert [r for r in rhythm if r is not None] == pytest.approx((t_x / np.maximum(x, 1))[x > 0])


def test_intervals_are_nested_and_above_zero(scored: Scores) -> None:
    low90, low80, median, high80, high90 = (column(scored, n) for n in ("low90", "low80", "median", "high80", "high90"))
    assert (low90 >= 0).all()
    assert (low90 <= low80).all()
    assert (low80 <= median).all()
    assert (median <= high80).all()
    assert (high80 <= high90).all()
    assert (high90 > 0).any()


def test_the_same_question_gives_the_same_bytes(scored: Scores, fit: Fit, summary: pa.Table, terms: Terms) -> None:
    again_ = score(fit, summary, terms)
    assert again_.table.equals(scored.table)
    assert again_.groups == scored.groups


def test_groups_hold_all_the_best_fifth_and_each_month(scored: Scores, summary: pa.Table) -> None:
    assert scored.groups["all"] == scored.totals
    assert scored.groups["best 20 %"].customers == math.ceil(0.2 * len(summary))
    months = {n: t for n, t in scored.groups.items() if n.startswith("cohort ")}
    assert sum(t.customers for t in months.values()) == len(summary)
    assert sum(t.value for t in months.values()) == pytest.approx(scored.totals.value)
    assert scored.totals.value == pytest.approx(column(scored, "value").sum())
    assert scored.totals.alive == pytest.approx(column(scored, "alive").sum())
    assert scored.totals.orders == pytest.approx(column(scored, "orders").sum())


def test_an_interval_of_a_sum_is_narrower_than_the_sum_of_intervals(scored: Scores) -> None:
    total = scored.totals
    assert total.low90 <= total.low80 <= total.value <= total.high80 <= total.high90
    assert total.orders_low80 <= total.orders <= total.orders_high80
    assert total.high80 - total.low80 < (column(scored, "high80") - column(scored, "low80")).sum() / 3
    assert total.model_share == 0.0


def test_the_models_error_widens_totals_and_says_its_share(
    fit: Fit, summary: pa.Table, terms: Terms, scored: Scores
) -> None:
    wide = score(fit, summary, replace(terms, error=ModelError(0.2, 0.3, 5.0, 182.0))).totals
    narrow = scored.totals
    width, part = wide.high80 - wide.low80, narrow.high80 - narrow.low80
    assert wide.model_share == pytest.approx(1 - part / width, abs=0.03)
    assert wide.model_share > 0.4
    assert wide.value == narrow.value


def test_best_takes_exactly_its_share_and_breaks_ties_by_customer() -> None:
    ids = pa.array(["d", "a", "c", "b", "e"])
    assert best(np.array([1.0, 1.0, 1.0, 1.0, 9.0]), ids, 0.5).tolist() == [1, 3, 4]
    assert best(np.array([5.0, 4.0, 3.0, 2.0, 1.0]), ids, 0.2).tolist() == [0]
    assert len(best(np.arange(10.0), pa.array([str(i) for i in range(10)]), 0.3)) == 3  # 0.3 x 10 is a hair above 3


def test_cohorts_are_calendar_months() -> None:
    assert {k: v.tolist() for k, v in months(np.array([0, 31, 30, 59])).items()} == {
        "cohort 1970-01": [0, 2],
        "cohort 1970-02": [1],
        "cohort 1970-03": [3],
    }


def test_a_group_of_any_ids(fit: Fit, summary: pa.Table, terms: Terms, scored: Scores) -> None:
    ids = summary["customer_id"].to_pylist()[:60]
    one = group_total(fit, summary, terms, [*ids, "nobody"])
    assert one.customers == 60
    assert one.value == pytest.approx(column(scored, "value")[:60].sum())
    assert one.low80 < one.value < one.high80
    nobody = group_total(fit, summary, terms, ["nobody"])
    assert (nobody.customers, nobody.value, nobody.high90) == (0, 0.0, 0.0)


def test_small_and_large_groups_agree_where_they_meet(any_fit: Fit, summary: pa.Table, terms: Terms) -> None:
    """The summed moments against the simulation of every customer."""
    ahead, _ = prepare(any_fit, summary, terms)
    rows = np.arange(len(summary))
    by_moments = sums.large_group(ahead, Members.of(ahead, rows), sums.sums(ahead), np.random.default_rng(1))
    simulated = rooms._simulated(ahead, rows, rooms.drawn(ahead, rows), np.random.default_rng(2))
    for a, b in zip(by_moments, simulated, strict=True):
        assert a.mean() == pytest.approx(b.mean(), rel=0.05)
        assert a.std() == pytest.approx(b.std(), rel=0.25)


def test_a_sample_of_histories_answers_like_all(
    fit: Fit, summary: pa.Table, terms: Terms, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead, _ = prepare(fit, summary, terms)
    rows, rng = np.arange(len(summary)), np.random.default_rng
    every = sums.large_group(ahead, Members.of(ahead, rows), sums.sums(ahead), rng(1))
    monkeypatch.setattr(sums, "SAMPLE", 300)
    some = sums.large_group(ahead, Members.of(ahead, rows), sums.sums(ahead), rng(1))
    few = sums.large_group(ahead, Members.of(ahead, rows[:210]), sums.sums(ahead), rng(1))
    assert np.quantile(some[1], [0.1, 0.9]) == pytest.approx(np.quantile(every[1], [0.1, 0.9]), rel=0.06)
    assert 0 < few[1].mean() < some[1].mean()


def test_without_amounts_orders_are_forecast_and_value_is_empty(fit: Fit, summary: pa.Table) -> None:
    bare = summary.set_column(summary.column_names.index("revenue"), "revenue", pa.nulls(len(summary), pa.int64()))
    made = score(replace(fit, spend=None), bare, Terms.parse("26w", currency="EUR"))
    for name in ("value", "median", "low80", "high80", "low90", "high90", "historic", "total", "at_risk"):
        assert made.table[name].null_count == len(summary)
    assert made.table["orders"].null_count == 0
    assert made.currency == ""
    assert made.definition.startswith("orders (the data hold no amounts)")
    assert math.isnan(made.totals.value)
    assert made.totals.orders_low80 < made.totals.orders < made.totals.orders_high80
    assert made.totals.model_share > 0.3
    assert made.as_dict()["totals"]["value"] is None
    assert [f.code for f in made.findings] == ["S301"]
    assert made.groups["best 20 %"].orders > 0.2 * made.totals.orders


def test_margin_comes_from_costs_where_none_is_given(fit: Fit, summary: pa.Table) -> None:
    made = score(fit, summary, Terms.parse("26w", currency="EUR"))
    full = score(fit, summary, Terms.parse("26w", 1.0, currency="EUR"))
    revenue, cost = summary["revenue"].to_numpy(), summary["cost"].to_numpy()
    assert made.totals.value == pytest.approx(full.totals.value * (1 - cost.sum() / revenue.sum()))
    assert column(made, "historic") == pytest.approx((revenue - cost) / 100)
    assert made.definition.startswith("gross margin (revenue less cost)")


def test_without_margin_or_costs_value_is_revenue(fit: Fit, summary: pa.Table) -> None:
    bare = summary.set_column(summary.column_names.index("cost"), "cost", pa.nulls(len(summary), pa.int64()))
    made = score(fit, bare, Terms.parse("26w", currency="EUR"))
    assert made.definition.startswith("revenue")
    assert column(made, "historic") == pytest.approx(summary["revenue"].to_numpy() / 100)


def test_the_rest_of_life_is_worth_more_and_counts_orders_at_present_value(
    fit: Fit, summary: pa.Table, scored: Scores
) -> None:
    life = score(fit, summary, Terms.parse("lifetime", "35%", "10%/year", "EUR", ModelError.off()))
    assert (column(life, "value") > column(scored, "value")).all()
    assert "S303" in {f.code for f in life.findings}
    assert life.totals.low80 < life.totals.value < life.totals.high80
    assert life.totals.orders_low80 < life.totals.orders < life.totals.orders_high80
    small = group_total(fit, summary, Terms.parse("lifetime", "35%", "10%/year", "EUR"), ["c00001", "c00002"])
    assert small.customers == 2


def test_spend_without_a_bound_is_told(fit: Fit, summary: pa.Table, terms: Terms) -> None:
    loose = replace(fit, spend=replace(fit.spend, theta=np.array([6.0, 0.9, 16.0])))
    made = score(loose, summary, terms)
    assert "S302" in {f.code for f in made.findings}
    assert np.isfinite(column(made, "value")).all()
    assert np.isfinite(made.totals.high90)


def test_again_lies_between_none_and_the_living(fit: Fit, summary: pa.Table, terms: Terms, scored: Scores) -> None:
    number = again(fit, summary, terms)
    assert 0 < number < scored.totals.alive
    assert number < scored.totals.orders


@pytest.mark.parametrize("threads", [1, 3])
def test_a_stream_writes_the_same_rows(
    fit: Fit, summary: pa.Table, terms: Terms, scored: Scores, tmp_path, monkeypatch, threads: int
) -> None:
    monkeypatch.setattr("lifelong.score.source.BATCH", 250)
    monkeypatch.setattr("lifelong.score.numbering.PART", 64)
    monkeypatch.setattr("lifelong.score.numbering.THREADS", threads)
    source, target = tmp_path / "summary.parquet", tmp_path / "scores.parquet"
    pq.write_table(summary, source)
    for one in (source, summary):
        made = to_parquet(fit, one, terms, target)
        assert pq.read_table(target).equals(scored.table)
        assert made.groups == scored.groups
        assert made.path == str(target)
        assert made.customers == len(summary)
        assert len(made.table) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["scores.parquet", "summary.parquet"]


@pytest.mark.parametrize("room", ["rows", "_totals"])
def test_a_stream_that_fails_leaves_no_half_file(
    fit: Fit, summary: pa.Table, terms: Terms, tmp_path, monkeypatch, room: str
) -> None:
    """Neither a failure of a batch nor one of the totals touches what stood there before."""
    from lifelong.score import stream

    monkeypatch.setattr("lifelong.score.source.BATCH", 250)
    kept = getattr(stream, room)

    def failing(*args, **named):
        if room == "rows" and args[3] < 500:
            return kept(*args, **named)
        raise OSError("no room")

    monkeypatch.setattr(stream, room, failing)
    target = tmp_path / "scores.parquet"
    for before in (None, b"as it was"):
        if before:
            target.write_bytes(before)
        with pytest.raises(OSError, match="no room"):
            to_parquet(fit, summary, terms, target)
        assert [p.read_bytes() for p in tmp_path.iterdir()] == ([before] if before else [])


def test_a_stream_may_replace_its_own_summary(
    fit: Fit, summary: pa.Table, terms: Terms, scored: Scores, tmp_path
) -> None:
    path = tmp_path / "summary.parquet"
    pq.write_table(summary, path)
    to_parquet(fit, path, terms, path)
    assert pq.read_table(path).equals(scored.table)


def test_a_stream_may_write_a_few_columns(fit: Fit, summary: pa.Table, terms: Terms, scored: Scores, tmp_path) -> None:
    few = ("customer_id", "alive", "orders", "value")
    to_parquet(fit, summary, terms, tmp_path / "few.parquet", few)
    assert pq.read_table(tmp_path / "few.parquet").equals(scored.table.select(few))
    with pytest.raises(ConfigError) as caught:
        to_parquet(fit, summary, terms, tmp_path / "few.parquet", ["valeu"])
    assert caught.value.code == "E302"
    assert "value" in caught.value.why
