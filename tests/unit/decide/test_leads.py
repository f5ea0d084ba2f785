"""Leads: chance, value, shrinkage and censoring, on simulated leads whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.decide.lead_leaks import leaks
from lifelong.decide.lead_trial import capture, chosen, trial
from lifelong.decide.leads import Leads, bins, fit_direct, fit_leads
from lifelong.errors import DataError, FitError

SPAN = 90.0


def simulated(n: int = 4000, seed: int = 1, days: int = 720) -> Leads:
    """Leads of three channels with two campaigns each; chance and value go apart."""
    rng = np.random.default_rng(seed)
    channel, campaign = rng.integers(0, 3, n), rng.integers(0, 2, n)
    size = rng.normal(size=n)
    chance = 1 / (1 + np.exp(-(-1.0 - 0.8 * size + np.array([-0.6, 0.0, 0.6])[channel])))
    delay = np.where(rng.random(n) < chance, np.floor(rng.exponential(25.0, n)), np.nan)
    seen = days - rng.integers(0, days, n).astype(float)
    delay[np.nan_to_num(delay, nan=np.inf) > seen] = np.nan
    value = np.exp(4.0 + 1.2 * size + np.array([0.5, 0.0, -0.5])[channel]) * rng.gamma(2.0, 0.5, n)
    paths = [(f"c{a}", f"c{a}-{b}") for a, b in zip(channel, campaign, strict=True)]
    return Leads({"size": size}, paths, delay, seen, np.where(np.isnan(delay), np.nan, value))


def truncated(leads: Leads, days: float) -> Leads:
    """The same leads with what was known so many days earlier."""
    then = leads.take(np.flatnonzero(leads.seen >= days))
    seen = then.seen - days
    delay = np.where(np.nan_to_num(then.delay, nan=np.inf) <= seen, then.delay, np.nan)
    return Leads(then.features, then.paths, delay, seen, np.where(np.isnan(delay), np.nan, then.value))


def nobody(features: dict[str, np.ndarray], paths: list[tuple[str, ...]]) -> Leads:
    """Leads that came today."""
    blank = np.full(len(paths), np.nan)
    return Leads(features, paths, blank, np.zeros(len(paths)), blank)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sixty_days_less_of_outcomes_move_the_mean_chance_by_less_than_a_twentieth(seed: int) -> None:
    leads = simulated(8000, seed, days=240)
    early = truncated(leads, 60)
    whole, less = (float(fit_leads(each, bins(each, SPAN)).answer(leads).chance.mean()) for each in (leads, early))
    assert abs(less / whole - 1) < 0.05
    followed = leads.seen >= SPAN
    assert whole == pytest.approx(float(leads.within(SPAN)[followed].mean()), rel=0.05)
    # Young leads as negatives would not stand the test.
    assert float(early.within(SPAN).mean()) < 0.95 * whole


def test_value_captures_more_than_chance_where_the_two_go_apart() -> None:
    leads = simulated()
    made = trial(leads, bins(leads, SPAN))
    by_value, by_chance = made.captured
    assert by_value > by_chance + 0.15
    assert by_value > 0.4
    assert made.total == pytest.approx(1.0, abs=0.1)
    assert sum(n for n, _, _ in made.reliability()) == len(made.converted)
    for n, told, came in made.reliability():
        assert abs(told - came) < 4 * np.sqrt(told * (1 - told) / n) + 0.02


def test_unseen_levels_get_the_parents_mean_exactly_and_say_so() -> None:
    leads = simulated()
    plain = Leads({}, leads.paths, leads.delay, leads.seen, leads.value)
    model = fit_leads(plain, bins(plain, SPAN))
    answer = model.answer(nobody({}, [("new", "new-1"), ("c0", "new"), ("c0", "c0-1")]))
    assert answer.known.tolist() == [0, 1, 2]
    base = float(-np.expm1(-model.hazard.cumulative(np.zeros((1, 0))).sum()))
    assert answer.chance[0] == pytest.approx(base, rel=1e-12)
    assert answer.product[0] == pytest.approx(base * leads.value[leads.within(SPAN)].mean(), rel=1e-9)
    channel = model.chances.groups[("c0",)]
    assert answer.chance[1] == pytest.approx(-np.expm1(np.log1p(-base) * channel.factor), rel=1e-12)
    assert channel.factor < 0.9  # it was made the worst channel
    assert channel.own > 0.9
    assert answer.sd[0] > answer.sd[2]


def test_words_that_were_not_seen_move_nothing_and_are_flagged() -> None:
    leads = simulated()
    words = np.array(["big" if v > 0 else "small" for v in leads.features["size"]], object)
    named = Leads({"kind": words}, leads.paths, leads.delay, leads.seen, leads.value)
    model = fit_leads(named, bins(named, SPAN))
    answer = model.answer(nobody({"kind": np.array(["odd", "big", "small"], object)}, [("x", "y")] * 3))
    assert answer.strange.tolist() == [True, False, False]
    assert answer.chance[1] < answer.chance[0] < answer.chance[2]


def test_columns_that_say_nothing_are_left_out() -> None:
    leads = simulated(1000)
    same, none = np.ones(1000), np.full(1000, np.nan)
    words = np.array(["one"] * 1000, object)
    features = {"same": same, "none": none, "word": words, **leads.features}
    model = fit_leads(Leads(features, leads.paths, leads.delay, leads.seen, leads.value), bins(leads, SPAN))
    assert [c.name for c in model.design.columns] == ["size"]


def test_few_converts_leave_shrunken_means_only() -> None:
    leads = simulated(250, seed=3)
    assert leads.within(SPAN).sum() < 100
    model = chosen(leads, bins(leads, SPAN), np.random.default_rng(0))
    assert model.design.columns == ()
    assert model.weight == 0.0
    assert len(set(model.answer(leads).chance.round(12))) <= 6  # one for each campaign


def test_a_lead_that_has_waited_has_less_chance_left_and_none_after_the_span() -> None:
    leads = simulated()
    model = fit_leads(leads, bins(leads, SPAN)).weighed(0.5, discount=0.2, cost=1.0)
    first = leads.take(np.zeros(4, np.intp))
    answer = model.answer(first, np.array([0.0, 20.0, 60.0, 90.0]))
    assert (np.diff(answer.chance) < 0).all()
    assert answer.chance[3] == 0
    assert answer.value[3] == -1.0  # only what serving it costs
    low, high = answer.interval(1.2816)
    assert (low[:3] < answer.chance[:3]).all()
    assert (answer.chance[:3] < high[:3]).all()
    assert answer.product[0] < model.weighed(0.5).answer(first).product[0]


def test_intervals_of_the_chance_cover_the_truth_of_their_group_about_as_often_as_said() -> None:
    hits = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        true = 1 / (1 + np.exp(-rng.normal(-1.0, 0.5, 12)))
        group = rng.integers(0, 12, 1500)
        delay = np.where(rng.random(1500) < true[group], 0.0, np.nan)
        leads = Leads({}, [(f"g{g}",) for g in group], delay, np.ones(1500), np.where(np.isnan(delay), np.nan, 1.0))
        answer = fit_leads(leads, np.array([0.0, 1.0])).answer(nobody({}, [(f"g{g}",) for g in range(12)]))
        low, high = answer.interval(1.2816)
        hits += ((low <= true) & (true <= high)).tolist()
    assert 0.72 < np.mean(hits) < 0.9


def test_capture_is_undefined_without_value_and_a_direct_model_without_rows_says_nothing() -> None:
    assert np.isnan(capture(np.arange(10.0), np.zeros(10)))
    assert fit_direct(np.zeros((0, 1)), np.zeros(0)).mean(np.ones((2, 1))).tolist() == [0.0, 0.0]


def test_no_conversion_and_values_below_zero_are_refused() -> None:
    leads = simulated(200)
    none = Leads(leads.features, leads.paths, np.full(200, np.nan), leads.seen, np.full(200, np.nan))
    assert bins(none, SPAN).tolist() == [0.0, SPAN]
    with pytest.raises(FitError, match="no conversion") as refused:
        fit_leads(none, np.array([0.0, SPAN]))
    assert refused.value.code == "E431"
    below = Leads(leads.features, leads.paths, leads.delay, leads.seen, -leads.value)
    with pytest.raises(DataError, match="below 0") as negative:
        fit_leads(below, bins(leads, SPAN))
    assert negative.value.code == "E432"


def test_where_all_converted_no_column_is_called_a_leak() -> None:
    assert leaks({"filled": np.ones(50)}, np.ones(50, bool)) == ()


def test_a_column_that_foretells_well_is_no_leak() -> None:
    rng = np.random.default_rng(2)
    size = rng.normal(size=2000)
    won = rng.random(2000) < 1 / (1 + np.exp(-6 * size))
    visited = np.where(rng.random(2000) < np.where(won, 0.6, 0.05), "yes", "").astype(object)
    assert leaks({"size": size, "visited": visited}, won) == ()
    assert leaks({"invoice": np.where(won, "sent", "").astype(object)}, won) == ("invoice",)
