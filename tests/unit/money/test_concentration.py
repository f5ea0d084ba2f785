"""The best customers' share: exact by sorting, its doubt that of drawing customers anew."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.money.concentration import top_share


def test_the_share_is_that_of_the_best_fifth_and_its_doubt_that_of_other_customers() -> None:
    rng = np.random.default_rng(1)
    values = rng.gamma(0.7, 30.0, 2_000)
    told = top_share(values)
    assert told is not None
    assert told[0] == pytest.approx(np.sort(values)[-400:].sum() / values.sum())
    again = [top_share(rng.choice(values, len(values))) for _ in range(400)]
    assert told[1] == pytest.approx(float(np.std([one[0] for one in again if one])), rel=0.12)


def test_where_nothing_is_brought_there_is_no_share() -> None:
    assert top_share(np.zeros(5)) is None
    assert top_share(np.zeros(0)) is None


def test_equal_customers_bring_equal_shares() -> None:
    assert top_share(np.full(10, 3.0)) == (pytest.approx(0.2), pytest.approx(0.0))
