"""The measures of one model at one origin: a row of the leaderboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.judge import metrics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Measures of a point forecast, by name.
POINT = {
    "bias": metrics.bias,
    "mae": metrics.mae,
    "rmse": metrics.rmse,
    "spearman": metrics.spearman,
    "gini_norm": metrics.gini_norm,
    "decile_error": metrics.decile_error,
    "capture": metrics.capture,
}


@dataclass(frozen=True, slots=True, eq=False)
class Guess:
    """What a model said of each customer; shape (customers,) each.

    Attributes:
        mean: the forecast.
        bands: low80, high80, low90, high90; None where the model gives no intervals, as baselines do not.
        crps: the score of each customer's distribution; None where there is none, so that it is the absolute error.
    """

    mean: Floats
    bands: tuple[Floats, ...] | None = None
    crps: Floats | None = None

    def marks(self, actual: Floats) -> dict[str, Floats]:
        """What each customer adds to the measures that are means: under their names, squares under ``rmse``."""
        error = np.abs(self.mean - actual)
        made = {"mae": error, "rmse": error * error, "crps": error if self.crps is None else self.crps}
        if self.bands:
            low80, high80, low90, high90 = self.bands
            made |= {
                "coverage80": metrics.inside(actual, low80, high80),
                "coverage90": metrics.inside(actual, low90, high90),
            }
        return made


def measures(actual: Floats, guess: Guess, prefix: str = "") -> dict[str, float | None]:
    """Every measure of ``definitions.METRICS`` but the log score, under its name with a prefix."""
    made: dict[str, float | None] = {prefix + name: each(actual, guess.mean) for name, each in POINT.items()}
    made |= {prefix + "coverage80": None, prefix + "coverage90": None}
    if guess.bands:
        low80, high80, low90, high90 = guess.bands
        made[prefix + "coverage80"] = metrics.coverage(actual, low80, high80)
        made[prefix + "coverage90"] = metrics.coverage(actual, low90, high90)
    made[prefix + "crps"] = made[prefix + "mae"] if guess.crps is None else float(guess.crps.mean())
    return made


def row(
    head: dict[str, Any], actual: tuple[Floats, Floats | None], guesses: tuple[Guess, Guess | None], score: float | None
) -> dict[str, Any]:
    """A row: the measures of value under their plain names where there is money, of orders under ``orders_``.

    Without money the plain names speak of orders, and ``measure`` says so.

    Args:
        head: model, origin ...
        actual: orders and value of the hold-out; value None where there is no money.
        guesses: of orders and of value.
        score: the log score of orders; None for a model that gives no probabilities.
    """
    orders, value = guesses
    by_orders = measures(actual[0], orders, "orders_")
    if actual[1] is None or value is None:
        plain = {name.removeprefix("orders_"): number for name, number in by_orders.items()}
        return head | {"measure": "orders"} | plain | {"log_score": score} | by_orders
    return head | {"measure": "value"} | measures(actual[1], value) | {"log_score": score} | by_orders
