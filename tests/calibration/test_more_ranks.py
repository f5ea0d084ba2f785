"""Promise 6 for the models beside the five purchase models: their truths rank evenly among the draws as well.

Number of shops, seed, priors and band were written down and committed before the first run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.calibration.known_shops import watched
from tests.calibration.test_posterior_ranks import by_half_years, even, ranked

from lifelong import plugins
from lifelong.models.bg_bb import BGBB
from lifelong.testing import simulated_spend
from lifelong.values import Patterns

if TYPE_CHECKING:
    from collections.abc import Callable

    from lifelong.values import Tenures

SHOPS, SEED = 500, 2027
#: Half the width of the 99.9 % band (Kolmogorov): some thirty quantities are looked at, of which one in a hundred would leave
#: that of 99 % by chance.
BAND = 1.949


def occasions(model: Any, theta: np.ndarray, customers: int, rng: np.random.Generator) -> Patterns:
    """Donors asked on six to twelve occasions."""
    n = np.resize(np.arange(6, 13), customers)
    x, t_x, _ = model.simulate(theta, n, rng)
    return Patterns.grouped(x, t_x, n)


def subscribers(model: Any, theta: np.ndarray, customers: int, rng: np.random.Generator) -> Tenures:
    """Subscribers who joined evenly over two years of monthly renewals."""
    return watched(model.simulate(theta, customers, rng), np.resize(np.arange(1, 25), customers))


def of_donors(model: Any, theta: np.ndarray) -> list[float]:
    """P(alive) of a donor who gave on three of eight occasions, and what is expected of the next five."""
    x, t_x, n = np.array([3]), np.array([6]), np.array([8])
    return [*theta, float(model.alive(theta, x, t_x, n)[0]), float(model.expect(theta, x, t_x, n, 5)[0])]


def of_subscribers(model: Any, theta: np.ndarray) -> list[float]:
    """How many stay for a year, and the retention of those who stayed for two."""
    return [*theta, float(model.survival(theta, 12)), float(model.retention(theta, 25))]


def of_spenders(model: Any, theta: np.ndarray) -> list[float]:
    """What is expected of a customer whose three orders brought 90."""
    return [*theta, float(model.expect(theta, np.array([3]), np.array([90.0]))[0])]


def of_customers(model: Any, theta: np.ndarray) -> list[float]:
    """P(alive) of a customer with three orders, and what that customer is expected to order in a year."""
    alive = float(model.alive(theta, 3, 60.0, 100.0))
    return [*theta, alive, alive * float(model.expect_if_alive(theta, 3, 100.0, 52.0, t_x=60.0))]


#: Room, centre of the prior, how a shop is simulated and what is looked at.
KINDS: dict[str, tuple[str, list[float], Callable[..., Any], Callable[[Any, np.ndarray], list[float]]]] = {
    "bg_bb": ("", [1.2, 0.8, 0.7, 2.8], occasions, of_donors),
    "sbg": ("contracts", [0.8, 2.5], subscribers, of_subscribers),
    "bdw": ("contracts", [0.8, 2.5, 1.3], subscribers, of_subscribers),
    "gamma_gamma": ("spend", [6.0, 4.0, 15.0], simulated_spend, of_spenders),
    "gamma_gamma_dependent": ("spend", [6.0, 4.0, 15.0, 1.0], simulated_spend, of_spenders),
    "ggompertz_nbd": ("models", [0.6, 20.0, 0.01, 1.0, 3.0], by_half_years, of_customers),
}


def told(name: str, shops: int) -> tuple[np.ndarray, np.ndarray]:
    """The ranks of one model and each posterior's k-hat."""
    room, centre, shop, look = KINDS[name]
    model = plugins.load(room, name)() if room else BGBB()
    return ranked(model, centre, (shops, SEED), shop, look)


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_the_truth_ranks_evenly_among_the_draws(name: str) -> None:
    even(name, *told(name, SHOPS), BAND)
