"""Kaplan-Meier by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lifelong.errors import ConfigError, FitError
from lifelong.models.kaplan_meier import kaplan_meier
from lifelong.values import Tenures


def test_a_table_by_hand() -> None:
    """Ten subscribers: 2 lost at renewal 1; 1 there after 1; 3 lost at 2; 2 lost at 3; 2 there after 4."""
    made = kaplan_meier(Tenures.of([0, 1, 1, 2, 4], [True, False, True, True, False], [2, 1, 3, 2, 2]))
    assert made.t.tolist() == [1, 2, 3, 4]
    assert made.due.tolist() == [10, 7, 4, 2]
    assert made.lost.tolist() == [2, 3, 2, 0]
    s = [0.8, 0.8 * 4 / 7, 0.8 * 4 / 7 / 2, 0.8 * 4 / 7 / 2]
    assert made.survival == pytest.approx(s, rel=1e-14)
    sums = [2 / 80, 2 / 80 + 3 / 28, 2 / 80 + 3 / 28 + 2 / 8]
    assert made.se == pytest.approx([v * math.sqrt(g) for v, g in zip(s, [*sums, sums[-1]], strict=True)], rel=1e-14)
    # log(-log S) of the second entry, by hand: S = .457143, -log S = .782759, Greenwood's sum .132143.
    half = 1.959964 * math.sqrt(0.1321428571) / 0.7827593
    assert made.low[1] == pytest.approx(0.4571428571 ** math.exp(half), rel=1e-6)
    assert made.high[1] == pytest.approx(0.4571428571 ** math.exp(-half), rel=1e-6)


def test_without_censoring_it_is_the_share_and_its_error_the_binomial_one() -> None:
    made = kaplan_meier(Tenures.from_survivors([1000, 631, 468, 382]), "plain")
    s = np.array([0.631, 0.468, 0.382])
    se = np.sqrt(s * (1 - s) / 1000)
    assert made.survival == pytest.approx(s)
    assert made.se == pytest.approx(se)
    assert made.low == pytest.approx(s - 1.959964 * se, rel=1e-6)
    assert made.high == pytest.approx(s + 1.959964 * se, rel=1e-6)


def test_the_ends_where_nobody_or_everybody_is_lost() -> None:
    made = kaplan_meier(Tenures.from_survivors([10, 10, 4, 0]))
    assert made.survival.tolist() == [1.0, 0.4, 0.0]
    assert np.isnan(made.low[[0, 2]]).all()
    assert 0.0 < made.low[1] < 0.4 < made.high[1] < 1.0
    plain = kaplan_meier(Tenures.from_survivors([3, 2, 1]), "plain")
    assert plain.low[1] == 0.0
    assert plain.high[0] == 1.0


def test_what_it_refuses() -> None:
    with pytest.raises(FitError, match="no subscriber"):
        kaplan_meier(Tenures.of([], []))
    with pytest.raises(ConfigError, match="not an interval"):
        kaplan_meier(Tenures.from_survivors([3, 2]), "wide")
    assert len(kaplan_meier(Tenures.from_survivors([5])).t) == 0
