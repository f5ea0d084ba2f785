"""The money of a subscription, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lifelong.money.subscription import period_rate, value_new, value_renewing


def test_a_subscriber_for_ever_is_a_perpetuity() -> None:
    """10 a period at 5 %: 210 with the payment of today, and just as much before a payment that is sure to come."""
    residual = 1.05 / 0.05  # payments now and for ever
    assert value_new(10.0, 1.0, residual, 0.05) == pytest.approx(10 + 10 / 0.05)
    assert value_renewing(10.0, 1.0, residual) == pytest.approx(10 * 1.05 / 0.05)


def test_margin_and_price_scale_and_nobody_left_pays_once() -> None:
    assert value_new(100.0, 0.3, 0.0, 0.1) == pytest.approx(30.0)
    assert value_renewing(np.array([10.0, 20.0]), 0.5, np.array([2.0, 3.0])).tolist() == [10.0, 30.0]


def test_the_rate_of_a_period_compounds_to_that_of_a_year() -> None:
    force = math.log(1.1) / 365.25
    assert (1 + period_rate(force, 365.25 / 12)) ** 12 == pytest.approx(1.1)
    assert period_rate(0.0, 30.0) == 0.0
