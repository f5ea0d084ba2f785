"""A weight is a number of copies: the bootstrap's measures are those of the plain ones on customers repeated."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.judge import copies, metrics
from lifelong.judge.copies import Ranking


@pytest.fixture(scope="module", params=[7, 40, 300])
def drawn(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(request.param)
    size = request.param
    actual = rng.poisson(1.0, size) * rng.gamma(2.0, 10.0, size).round(0)
    forecast = rng.integers(0, 6, size) * 2.5  # many tied
    often = np.vstack([np.ones(size), rng.poisson(1.0, (5, size))])
    often[:, 0] += 1.0
    actual[0] += 30.0
    return actual, forecast, often


def test_each_measure_is_that_of_the_customers_repeated(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    actual, forecast, often = drawn
    own, best = Ranking.of(often, forecast, actual), Ranking.of(often, actual, actual)
    made = {
        "spearman": copies.spearman(often, own, best),
        "gini_norm": own.gini() / best.gini(),
        "decile_error": copies.decile_error(own),
        "capture": own.top(0.1) / best.top(0.1),
    }
    for i, number in enumerate(often.astype(int)):
        y, f = np.repeat(actual, number), np.repeat(forecast, number)
        for name, each in made.items():
            assert each[i] == pytest.approx(getattr(metrics, name)(y, f), abs=1e-12), (name, i)


def test_the_first_so_many_take_tied_copies_in_proportion() -> None:
    ranking = Ranking.of(
        np.array([[1.0, 2.0, 0.0, 1.0]]), np.array([3.0, 2.0, 2.0, 1.0]), np.array([10.0, 4.0, 99.0, 1.0])
    )
    assert ranking.keys.tolist() == [3.0, 2.0, 1.0]
    assert ranking.size.tolist() == [4.0]
    assert ranking.first(np.array([[0.0, 1.0, 2.0, 3.0, 4.0]])).tolist() == [[0.0, 10.0, 14.0, 18.0, 19.0]]
