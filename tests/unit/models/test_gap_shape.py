"""Two quick estimates of regularity: against a search, against what is known of simulated gaps, and their edges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from lifelong.errors import FitError
from lifelong.models.gap_shape import own_shapes, pair_shape


@pytest.mark.parametrize("k", [0.6, 1.0, 4.0])
def test_the_regularity_of_simulated_pairs_is_found_whatever_the_customers_pace(k: float) -> None:
    """The error is that of a mean square: four standard errors of v, which has density Beta(k, k) about 1/2."""
    rng, size = np.random.default_rng(2), 40_000
    gaps = rng.gamma(k, size=(size, 2)) * np.exp(rng.normal(0.0, 2.0, (size, 1)))
    share = stats.beta(k, k)
    v, fourth = share.var(), share.expect(lambda m: (m - 0.5) ** 4)
    wide = 4.0 * np.sqrt((fourth - v**2) / size) / (8.0 * v**2)
    assert pair_shape(gaps[:, 0], gaps[:, 1]) == pytest.approx(k, abs=wide)
    assert pair_shape(gaps[:, 1], gaps[:, 0]) == pytest.approx(pair_shape(gaps[:, 0], gaps[:, 1]), rel=1e-12)


def test_each_customers_own_shape_is_the_most_likely_one() -> None:
    rng = np.random.default_rng(3)
    for k in (0.2, 1.0, 7.0, 300.0):
        gaps = rng.gamma(k, 5.0, 12)
        made = float(own_shapes(12, gaps.sum(), np.log(gaps).sum()))

        def cost(log_k: float, gaps: np.ndarray = gaps) -> float:
            return -float(stats.gamma.logpdf(gaps, np.exp(log_k), scale=gaps.mean() / np.exp(log_k)).sum())

        best = optimize.minimize_scalar(cost, bounds=(np.log(made) - 1, np.log(made) + 1), options={"xatol": 1e-9})
        assert made == pytest.approx(np.exp(best.x), rel=1e-5)


def test_clocks_have_no_finite_shape() -> None:
    assert pair_shape([7, 30], [7, 30]) == np.inf
    assert own_shapes([3, 1], [21, 5], [3 * np.log(7), np.log(5)]).tolist() == [np.inf, np.inf]


@pytest.mark.parametrize("pair", [([], []), ([3, 0], [4, 5])])
def test_without_a_pair_there_is_nothing_to_tell(pair: tuple[list[int], list[int]]) -> None:
    with pytest.raises(FitError) as caught:
        pair_shape(*pair)
    assert caught.value.code == "E205"
