"""Subscribers in the table of all scores: the same columns and words, and numbers that a simulation gives."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.errors import ConfigError, DataError
from lifelong.models.sbg import SBG
from lifelong.schema import SCORES, names
from lifelong.score import ModelError, Terms
from lifelong.score.subscriptions import Plan, new_subscriber, renewing_subscriber, subscription_scores
from lifelong.values import Fit, Tenures


@pytest.fixture(scope="module")
def fit() -> Fit:
    return SBG().fit(Tenures.from_survivors([1000, 869, 743, 653, 593, 551, 517, 491]))


def terms(horizon: str, discount: str = "10%/year", **more: object) -> Terms:
    return Terms.parse(horizon, "30%", discount, "EUR", **more)


def test_value_is_price_times_margin_times_derl(fit: Fit) -> None:
    for n in (0, 3):
        row = renewing_subscriber(fit, Plan(200.0, "year"), terms("lifetime"), n)
        derl = float(SBG().derl(fit.theta, n + 1, 0.1))
        assert row["value"] == pytest.approx(200 * 0.3 * derl, rel=1e-9)
        assert row["orders"] == pytest.approx(derl, rel=1e-9)
        assert row["historic"] == pytest.approx(60 * (n + 1))
        assert row["total"] == row["historic"] + row["value"]
    new = new_subscriber(fit, Plan(200.0, "year"), terms("lifetime"))
    assert new["value"] == pytest.approx(60 * (1 + float(SBG().derl(fit.theta, 1, 0.1)) / 1.1), rel=1e-9)
    # Discounted expected lifetime: the first payment and all others, each with its chance.
    t = np.arange(20_000)
    assert new["value"] == pytest.approx(60 * float(SBG().survival(fit.theta, t) @ 1.1 ** -t.astype(float)), rel=1e-9)
    assert set(new) == set(row) == set(names(SCORES)) - {"customer_id", "silent_days", "rhythm_days"}


def test_a_year_has_twelve_months_and_the_horizon_cuts(fit: Fit) -> None:
    plan = Plan(10.0, "month")
    assert plan.renewals(terms("1y")) == 12
    assert Plan(10.0, "year").renewals(terms("3y")) == 3
    assert Plan(10.0, "quarter").renewals(terms("1y")) == 4
    assert Plan(10.0, "week").renewals(terms("52w")) == 52
    row = renewing_subscriber(fit, plan, terms("1y", "0"), 2)
    assert row["orders"] == pytest.approx(float(SBG().derl(fit.theta, 3, horizon=12)))
    assert row["value"] == pytest.approx(3.0 * row["orders"])
    assert renewing_subscriber(fit, Plan(10.0, "year"), terms("30d"), 2)["value"] == 0.0
    assert new_subscriber(fit, Plan(10.0, "year"), terms("30d"))["value"] == pytest.approx(3.0)


def test_quantiles_are_those_of_simulated_lifetimes(fit: Fit) -> None:
    rng = np.random.default_rng(3)
    life = np.concatenate([SBG().simulate(theta, 2_000, rng) for theta in fit.draws(200, rng)])
    paid = np.minimum(life[life > 2] - 3, 10)  # two renewals made: three periods paid for
    worth = 60.0 * (1 - 1.1 ** -paid.astype(float)) / (1 - 1 / 1.1)
    row = renewing_subscriber(fit, Plan(200.0, "year"), terms("10y"), 2)
    for name, level in (("median", 0.5), ("low80", 0.1), ("high80", 0.9), ("low90", 0.05), ("high90", 0.95)):
        # Of so discrete a value the quantile may stand one payment off.
        below, above = np.quantile(worth, [max(level - 0.02, 0.0), min(level + 0.02, 1.0)], method="inverted_cdf")
        assert below - 1e-9 <= row[name] <= above + 1e-9, name
    assert row["value"] == pytest.approx(worth.mean(), rel=0.02)


def test_a_base_of_subscribers_gives_scores(fit: Fit) -> None:
    n = np.repeat([0, 3, 7], [100, 50, 200])
    ids = [f"s{i}" for i in range(len(n))]
    plan, how = Plan(200.0, "year"), terms("5y", error=ModelError.off())
    made = subscription_scores(fit, ids, n, plan, how, as_of="2026-01-31")
    assert made.table.column_names == list(names(SCORES))
    table = made.table.to_pydict()
    for row, renewals in ((0, 0), (120, 3), (349, 7)):
        for name, value in renewing_subscriber(fit, plan, how, renewals).items():
            assert table[name][row] == pytest.approx(value), name
    assert made.definition == "gross margin (30 % of revenue), next 5y, discounted 10%/year at the time of each order"
    assert made.currency == "EUR"
    assert made.customers == made.totals.customers == 350
    assert made.totals.value == pytest.approx(sum(table["value"]))
    assert made.totals.orders == pytest.approx(sum(table["orders"]))
    assert made.totals.low90 < made.totals.low80 < made.totals.value < made.totals.high80 < made.totals.high90
    assert made.top(1).to_pylist()[0]["customer_id"] == "s150"
    assert "350 customers as of 2026-01-31" in str(made)
    assert [f.code for f in made.findings] == ["S390"]


def test_the_interval_of_the_total_is_that_of_simulated_bases(fit: Fit) -> None:
    """300 subscribers, five renewals ahead: parameters and chance, no error of the model."""
    rng, totals = np.random.default_rng(4), []
    for theta in fit.draws(400, rng):
        life = SBG().simulate(theta, 3_000, rng)
        paid = np.minimum(life[life > 3][:300] - 4, 5)
        totals.append(60.0 * ((1 - 1.1 ** -paid.astype(float)) / (1 - 1 / 1.1)).sum())
    how = terms("5y", error=ModelError.off())
    made = subscription_scores(fit, [str(i) for i in range(300)], np.full(300, 3), Plan(200.0, "year"), how).totals
    low, high = np.quantile(totals, [0.1, 0.9])
    assert made.model_share == pytest.approx(0.0, abs=1e-12)
    assert made.high80 - made.low80 == pytest.approx(high - low, rel=0.15)
    assert (made.low80, made.high80) == pytest.approx((low, high), rel=0.01)
    wide = subscription_scores(fit, [str(i) for i in range(300)], np.full(300, 3), Plan(200.0, "year"), terms("5y"))
    assert wide.totals.high80 > made.high80
    assert wide.totals.model_share > 0.3


def test_what_is_refused(fit: Fit) -> None:
    with pytest.raises(ConfigError, match="not understood"):
        Plan(10.0, "moon")
    with pytest.raises(ConfigError, match="not understood"):
        Plan(-1.0)
    with pytest.raises(ConfigError, match="discount rate"):
        terms("lifetime", "0")
    for wrong in ([1.5], [-1], [1, 2]):
        with pytest.raises(DataError, match="whole number"):
            subscription_scores(fit, ["a"], wrong, Plan(10.0), terms("1y"))
    with pytest.raises(DataError) as told:
        subscription_scores(fit, [], np.zeros(0, int), Plan(10.0), terms("1y"))
    assert told.value.code == "E201"
