from __future__ import annotations

import sys

import numpy as np
import pytest

from lifelong.errors import ConfigError, FitError
from lifelong.models.learned import LEAST_POSITIVE, Examples, Hurdle, OffsetTweedie, scaled


def _examples(size: int = 3000, seed: int = 1, factor: float = 1.0, told: bool = True) -> Examples:
    """Half of customers bring three times as much as the base says, and the first feature tells which."""
    rng = np.random.default_rng(seed)
    mark = rng.integers(0, 2, size).astype(np.float64)
    base = rng.gamma(2.0, 10.0, size)
    mean = base * np.where(mark > 0, 1.5, 0.5)
    outcome = np.where(rng.random(size) < 0.6, rng.gamma(2.0, mean / 1.2), 0.0) * factor
    noise = rng.random(size)
    return Examples(np.column_stack([mark if told else 0 * mark, noise if told else 0 * noise, base]), base, outcome)


def test_the_factor_that_the_features_tell_is_learned() -> None:
    given = Examples.pooled([_examples(), _examples(seed=2)])
    asked = _examples(seed=3)
    made = OffsetTweedie.fit(given).predict(asked)
    ratio = made / asked.base
    many, few = asked.features[:, 0] > 0, asked.features[:, 0] == 0
    assert np.median(ratio[many]) / np.median(ratio[few]) == pytest.approx(3.0, rel=0.15)
    assert made.sum() == pytest.approx(asked.base.sum(), rel=1e-12)


def test_features_that_tell_nothing_leave_the_base() -> None:
    one = _examples(told=False)
    flat = Examples(0 * one.features, one.base, one.outcome)
    made = OffsetTweedie.fit(Examples.pooled([flat, flat])).predict(flat)
    assert made == pytest.approx(flat.base, rel=1e-12)


def test_hurdle_tells_whether_and_how_much() -> None:
    rng = np.random.default_rng(4)
    mark = np.repeat([0.0, 1.0], 2000)
    outcome = np.where(rng.random(4000) < np.where(mark > 0, 0.8, 0.2), rng.gamma(4.0, 5.0 * (1 + mark)), 0.0)
    one = Examples(np.column_stack([mark, rng.random(4000)]), np.full(4000, 10.0), outcome)
    model = Hurdle.fit(Examples.pooled([one, one]))
    chance, made = model.chance(one), model.predict(one)
    assert chance[mark > 0].mean() == pytest.approx(0.8, abs=0.03)
    assert chance[mark == 0].mean() == pytest.approx(0.2, abs=0.03)
    assert made[mark > 0].mean() / made[mark == 0].mean() == pytest.approx(8.0, rel=0.15)
    assert made.sum() == pytest.approx(40_000.0)


def test_the_same_data_give_the_same_trees_in_every_currency() -> None:
    one, other = _examples(), _examples(seed=2)
    yen = [Examples(e.features, e.base * 100, e.outcome * 100) for e in (one, other)]
    for kind in (OffsetTweedie, Hurdle):
        first = kind.fit(Examples.pooled([one, other])).predict(one)
        assert np.array_equal(first, kind.fit(Examples.pooled([one, other])).predict(one))
        asked = Examples(one.features, one.base * 100, one.outcome)
        assert kind.fit(Examples.pooled(yen)).predict(asked) == pytest.approx(100 * first, rel=1e-3)


def test_each_origin_teaches_who_and_not_how_much_in_all() -> None:
    low, high = _examples(factor=0.2), _examples(seed=2, factor=5.0)
    pooled = Examples.pooled([low, high])
    assert pooled.outcome[:3000].sum() == pytest.approx(low.base.sum())
    assert pooled.outcome[3000:].sum() == pytest.approx(high.base.sum())
    assert scaled(np.zeros(3), low.base).tolist() == [0.0, 0.0, 0.0]
    assert len(pooled) == 6000
    assert len(pooled.part(np.arange(7))) == 7


def test_too_little_is_refused_with_the_reason() -> None:
    one = _examples()
    with pytest.raises(FitError, match=r"1 origin\(s\)") as caught:
        Examples.pooled([one])
    assert caught.value.code == "E219"
    few = one.part(np.flatnonzero(one.outcome > 0)[: LEAST_POSITIVE // 2 - 1])
    with pytest.raises(FitError, match="298 outcomes above zero") as caught:
        Examples.pooled([few, few])
    assert caught.value.code == "E218"


def test_without_lightgbm_the_error_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    one = _examples(600)
    with pytest.raises(ConfigError) as caught:
        OffsetTweedie.fit(one)
    assert caught.value.code == "E303"
    assert 'pip install "lifelong[ml]"' in caught.value.fix
