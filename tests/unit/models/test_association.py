"""Drivers in order: what is planted is found, what is shuffled is not, and each figure is what its formula says."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.models.association import RATE, adjust, likeness, ranking, separation
from lifelong.models.levels import Levels, banded, named, read


def _shop(seed: int, n: int = 1500, lift: float = 0.6) -> tuple[np.ndarray, list[Levels]]:
    """Half of the customers come back; `channel` moves what they spend, its shuffled copy and `noise` do not."""
    rng = np.random.default_rng(seed)
    channel = rng.integers(0, 3, n)
    spend = np.where(rng.random(n) < 0.5, rng.lognormal(3.0, 1.0, n) * np.exp(lift * channel), 0.0)
    texts = np.array(["mail", "shop", "web"])[channel]
    drivers = [
        named("shuffled", rng.permutation(texts).tolist()),
        named("noise", [str(v) for v in rng.integers(0, 6, n)]),
        named("channel", texts.tolist()),
    ]
    return spend, drivers


def test_the_planted_driver_is_first_and_its_shuffled_copy_is_not_found() -> None:
    spend, drivers = _shop(1)
    best, *others = ranking(spend, drivers)
    assert (best.name, best.rank, best.rank_low, best.rank_high, best.found) == ("channel", 1, 1, 1, True)
    assert best.p == pytest.approx(0.001)
    assert best.selected > 0.9
    assert best.first == 1.0
    assert not any(driver.found for driver in others)
    assert max(driver.selected for driver in others) < 0.2
    assert not any(level.holds for driver in others for level in driver.levels)
    top = max(best.levels, key=lambda level: level.effect)
    assert (top.level, top.holds) == ("web", True)
    assert 0 < top.low < top.effect < top.high


def test_an_effect_is_a_mean_less_that_of_all_others_and_its_interval_the_formulas() -> None:
    rng = np.random.default_rng(2)
    spend = rng.gamma(2.0, 30.0, 400)
    code = np.repeat([0, 1], (100, 300))
    (driver,) = ranking(spend, [Levels("half", ("a", "b"), code)])
    a, b = spend[:100], spend[100:]
    told = next(level for level in driver.levels if level.level == "a")
    assert told.mean == pytest.approx(a.mean())
    assert told.effect == pytest.approx(a.mean() - b.mean())
    pooled = (((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()) / 398
    error = np.sqrt(max(a.var(ddof=1) / 100 + b.var(ddof=1) / 300, pooled * (1 / 100 + 1 / 300)))
    from scipy import stats

    half = stats.t.ppf(1 - RATE / 2 / 2, 99) * error  # none or one of two levels is found
    assert not told.holds
    assert told.high - told.effect == pytest.approx(half)
    between = 100 * (a.mean() - spend.mean()) ** 2 + 300 * (b.mean() - spend.mean()) ** 2
    assert driver.strength == pytest.approx(np.sqrt(max((between - pooled) / 400, 0.0)))


def test_an_interval_is_free_of_zero_just_where_its_level_is_found() -> None:
    for seed in range(20):
        for driver in ranking(*_shop(seed, n=300, lift=0.3), seed=seed):
            for level in driver.levels:
                assert level.holds == (level.low is not None and (level.low > 0 or level.high < 0))


def test_what_is_known_of_few_has_no_interval() -> None:
    rng = np.random.default_rng(3)
    spend = rng.gamma(1.0, 10.0, 200)
    spend[0] = 1e6
    (driver,) = ranking(spend, [named("odd", ["", *["x"] * 100, *["y"] * 99])])
    missing = driver.levels[-1]
    assert (missing.level, missing.customers, missing.low, missing.holds) == ("unknown", 1, None, False)
    assert driver.strength_known is not None


def test_missing_is_a_level_and_the_strength_among_the_known_is_told() -> None:
    """Those who tell their age spend more, whatever it is: all of the strength is in who tells it."""
    rng = np.random.default_rng(4)
    tells = rng.random(2000) < 0.5
    ages = np.array(["young", "old"])[rng.integers(0, 2, 2000)]
    spend = rng.gamma(2.0, 10.0, 2000) * np.where(tells, 3.0, 1.0)
    (driver,) = ranking(spend, [named("age", np.where(tells, ages, "").tolist())])
    assert driver.found
    assert driver.strength > 10
    assert driver.strength_known is not None
    assert driver.strength_known < 2
    assert next(level for level in driver.levels if level.level == "unknown").effect < -30


def test_a_seed_gives_the_same_ranking_and_no_driver_none() -> None:
    spend, drivers = _shop(5)
    assert ranking(spend, drivers, seed=7) == ranking(spend, drivers, seed=7)
    assert ranking(spend, []) == ()


def test_spend_that_is_the_same_for_all_or_told_wholly_by_a_level() -> None:
    code = np.repeat([0, 1], 50)
    (flat,) = ranking(np.full(100, 5.0), [Levels("a", ("x", "y"), code)])
    assert (flat.strength, flat.p, flat.found) == (0.0, 1.0, False)
    (whole,) = ranking(np.repeat([0.0, 8.0], 50), [Levels("a", ("x", "y"), code)])
    assert whole.strength == pytest.approx(4.0)
    assert whole.found
    assert whole.selected == 1.0


def test_p_values_are_adjusted_as_scipy_does() -> None:
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(6).random(30) ** 3
    assert adjust(p) == pytest.approx(false_discovery_control(p), rel=1e-12)


def test_a_tier_made_from_spend_separates_and_a_strong_driver_does_not() -> None:
    spend, drivers = _shop(8, lift=1.0)
    cuts = np.quantile(spend, (0.6, 0.9))
    tier = Levels("tier", ("basic", "silver", "gold"), np.searchsorted(cuts, spend))
    assert separation(spend, tier) > 0.95
    noisy = Levels("tier", tier.names, np.searchsorted(cuts, spend * np.random.default_rng(1).lognormal(0, 0.5, 1500)))
    assert separation(spend, noisy) > 0.6
    assert max(separation(spend, driver) for driver in drivers) < 0.2
    assert separation(np.zeros(1500), tier) == 0.0


def test_likeness_is_one_for_a_renaming_and_none_for_a_shuffle() -> None:
    _, (shuffled, _, channel) = _shop(9)
    renamed = named("way", [{"mail": "post", "shop": "s", "web": "w"}[channel.names[i]] for i in channel.code])
    assert likeness(channel, renamed) == pytest.approx(1.0)
    assert likeness(channel, shuffled) < 0.1
    assert likeness(channel, Levels("one", ("all",), np.zeros(1500, np.int64))) == 0.0


def test_numbers_become_bands_and_gaps_a_level() -> None:
    age = read("age", [*map(str, range(100)), "", None])
    assert age.names == ("up to 24", "24 to 49", "49 to 74", "above 74", "unknown")
    assert age.counts.tolist() == [25, 25, 25, 25, 2]
    assert read("code", [f"x{i}" for i in range(50)]).names == ("(other)",)
    assert not read("code", [f"x{i}" for i in range(50)]).tells
    assert banded("same", np.full(30, 7.0)).names == ("7",)
    assert banded("none", np.full(3, np.nan)).names == ("unknown",)
    assert banded("two", np.array([9.0] * 60 + [14.0] * 60)).names == ("up to 9", "above 9")
    assert banded("mostly", np.array([0.0] * 90 + [5.0] * 10)).names == ("up to 0", "above 0")


def test_many_levels_keep_the_largest_by_name() -> None:
    made = named("product", [f"p{i:02d}" for i in range(30) for _ in range(20 + i)])
    assert len(made.names) == 21
    assert made.names[0] == "p29"
    assert made.names[-1] == "(other)"
    assert made.counts.sum() == sum(20 + i for i in range(30))
