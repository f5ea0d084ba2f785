"""Bands, survivors to come, and tails side by side."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.errors import ConfigError
from lifelong.models.bdw import BdW
from lifelong.models.contractual import compare, draw_survivors, survival_band
from lifelong.models.sbg import SBG
from lifelong.values import Tenures


def test_a_band_holds_the_curve_and_the_truth_as_often_as_it_says() -> None:
    """S(12) from 6 renewals of 800 subscribers: 100 bands of 90 %; 81 to 99 is three standard errors."""
    rng, theta, held = np.random.default_rng(8), np.array([0.9, 3.2]), 0
    truth = float(SBG().survival(theta, 12))
    for _ in range(100):
        life = SBG().simulate(theta, 800, rng)
        fit = SBG().fit(Tenures.of(np.minimum(life - 1, 6), life - 1 < 6))
        draws = fit.draws(300, rng)
        low, high = np.quantile([SBG().survival(d, 12) for d in draws], [0.05, 0.95])
        held += low <= truth <= high
    assert 81 <= held <= 99
    band = survival_band(SBG(), fit, [0, 6, 12], level=0.9)
    assert band.low[0] == band.high[0] == 1.0
    assert (band.low[1:] < band.middle[1:]).all()
    assert (band.middle[1:] < band.high[1:]).all()
    wide = survival_band(SBG(), fit, [12], level=0.99)
    assert wide.low[0] < band.low[2] < band.high[2] < wide.high[0]


def test_forecast_intervals_of_survivors_hold_what_comes() -> None:
    """Of those there after 6 renewals, how many are after 12: parameters and chance. 100 runs of 90 %."""
    rng, theta, held = np.random.default_rng(9), np.array([0.9, 3.2]), 0
    for _ in range(100):
        life = SBG().simulate(theta, 800, rng)
        data = Tenures.of(np.minimum(life - 1, 6), life - 1 < 6)
        drawn = draw_survivors(SBG(), SBG().fit(data).draws(300, rng), data, 6, rng)
        low, high = np.quantile(drawn, [0.05, 0.95])
        held += low <= (life > 12).sum() <= high
    assert 81 <= held <= 99


def test_survivors_are_binomial_given_the_parameters() -> None:
    theta, data = np.array([0.7, 1.2]), Tenures.of([2, 5, 5], [False, False, True], [100, 50, 900])
    drawn = draw_survivors(SBG(), np.tile(theta, (20_000, 1)), data, 4, np.random.default_rng(1))
    p = np.array([float(SBG().survival(theta, n + 4) / SBG().survival(theta, n)) for n in (2, 5)])
    count = np.array([100, 50])
    assert drawn.mean() == pytest.approx(count @ p, abs=4 * drawn.std() / np.sqrt(20_000))
    assert drawn.var() == pytest.approx(count @ (p * (1 - p)), rel=0.05)


def test_tails_side_by_side() -> None:
    data = Tenures.from_survivors([[1000, 631, 468, 382, 326], [1000, 640, 470]])
    tails = compare(data, 15)
    assert [r.model for r in tails.rows] == [f.model for f in tails.fits]
    assert sorted(r.model for r in tails.rows) == ["bdw", "constant_churn", "discrete_weibull", "sbg", "two_segments"]
    assert [r.loglik for r in tails.rows] == sorted((r.loglik for r in tails.rows), reverse=True)
    for row in tails.rows:
        assert row.joined_low < row.joined < row.joined_high
        assert row.low < row.still < row.high
        assert row.aic == pytest.approx(2 * len(row.params) - 2 * row.loglik)
    sbg = tails["sbg"]
    theta = np.array(list(sbg.params.values()))
    assert sbg.joined == pytest.approx(2000 * float(SBG().survival(theta, 15)))
    left = [
        326 * SBG().survival(theta, 15) / SBG().survival(theta, 4),
        470 * SBG().survival(theta, 15) / SBG().survival(theta, 2),
    ]
    assert sbg.still == pytest.approx(float(sum(left)))
    assert tails["constant_churn"].still < tails["two_segments"].still < sbg.still
    assert tails.as_dict()["rows"][0]["model"] == tails.rows[0].model
    assert "of those here" in str(tails)
    fewer = compare(data, 15, models=[SBG(), BdW()])
    assert [fewer["sbg"], fewer["bdw"]] == [sbg, tails["bdw"]]
    with pytest.raises(KeyError):
        _ = tails["pareto_nbd"]


@pytest.mark.parametrize(("horizon", "level"), [(4, 0.9), (9, 1.0), (9, 0.0)])
def test_a_tail_lies_ahead(horizon: int, level: float) -> None:
    with pytest.raises(ConfigError, match="not ahead"):
        compare(Tenures.from_survivors([10, 6, 4, 3, 3]), horizon, level=level)
