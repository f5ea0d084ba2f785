"""From a lead to a veteran: what is known of a new customer decides at first, and the own orders in the end."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from lifelong.models.covariates import Covariates
from lifelong.models.encoding import Encoding
from lifelong.models.pareto_nbd import ParetoNBD

HORIZON = 52.0
THETA = np.array([0.6, 10.0, 0.6, 12.0])
FACTOR = 3.0  # customers of the web order three times as often


def model() -> Covariates:
    return Covariates(ParetoNBD(), trans=["web"], encoding=Encoding.learn({"web": [0, 1]}, ["web"]))


def test_orders_take_over_from_what_was_known_at_the_first() -> None:
    """The prior is the covariates'; with every purchase the answer nears that of the model without them."""
    apart = []
    for k in (0, 1, 3, 10, 30, 100):
        days = 14 * k  # an order a fortnight
        table = {"web": [1], "x": [k], "t_x": [days], "T": [days]}
        x, t = np.array([float(k)]), np.array([days / 7.0])
        plain = ParetoNBD().expect(THETA, x, t, t, HORIZON)[0]
        apart.append(float(model().expect(np.r_[THETA, FACTOR], table, HORIZON)[0] / plain))
    assert apart[0] > 1.5
    assert all(later < earlier for earlier, later in pairwise(apart))
    assert apart[-1] == pytest.approx(1.0, abs=0.06)


def test_a_customer_who_has_just_converted_is_a_new_one() -> None:
    """No other formula for those without a repeat order: at T = 0 the answer is the prior by covariates."""
    theta = np.r_[THETA, FACTOR]
    table = {"web": [0, 1], "x": [0, 0], "t_x": [0, 0], "T": [0, 0]}
    assert model().expect(theta, table, HORIZON) == pytest.approx(model().expect_new(theta, table, HORIZON), rel=1e-9)
