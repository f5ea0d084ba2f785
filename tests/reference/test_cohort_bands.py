"""How often the money of a cohort lies in its band, at two real shops, asked every four weeks with what was known that day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc
import pytest
from tests.calibration.test_holdouts import cdnow, online_retail

from lifelong.judge.backtest import run
from lifelong.judge.blending import statistical
from lifelong.judge.calibration import LEAST
from lifelong.judge.trial import Trial
from lifelong.project.asked import base_of
from lifelong.project.fitting import fit_base
from lifelong.score.cash import MONTH, existing, missed
from lifelong.score.scores import prepare
from lifelong.score.terms import ModelError, Terms
from lifelong.units import Horizon, Rate, date_of

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

MONTHS, AHEAD, EVERY, HISTORY = 3, 91, 28, 182  # three months, and days


@dataclass(frozen=True)
class Held:
    """Cohorts, their months and totals, each with how many lay in their 80 % band."""

    cohorts: np.ndarray
    months: np.ndarray
    total: bool


def at_origin(orders: pa.Table, origin: int) -> Held:
    """What the product says on that day: the back-test of the past chooses, and measures what it misses."""
    past = orders.filter(pc.less_equal(orders["day"], origin))
    board = run(past, (), Trial(until=origin, currency="USD"))
    model = statistical(board.chosen)  # the cash engine knows no blends
    at = base_of(past, date_of(origin).isoformat())
    fit = fit_base(model, at, "USD", "auto", None, board.spend)
    error = ModelError.of(board.model_error[model])
    terms = Terms(Horizon.parse(f"{AHEAD}d"), None, Rate(0.0), "USD", error)
    born = at.summary["first_day"].to_numpy().astype("datetime64[D]").astype("datetime64[M]")
    group = np.unique(born, return_inverse=True)[1]
    flows = missed(existing(prepare(fit, at.summary, terms, 0)[0], group, MONTHS, 200), terms).revenue
    came = _came(orders, at.summary, group, origin)
    some = np.bincount(group) >= LEAST
    held = _inside(flows.sum(axis=1), came.sum(axis=1))[some]
    total = _inside(flows.sum(axis=(0, 1))[None], came.sum()[None])
    said = f"{date_of(origin)} {model}: error {error.value:.2f}, cohorts' chance x {error.chance:.1f}"
    print(f"{said}; {held.sum()} of {held.size} cohorts, total {'in' if total[0] else 'out'}")
    return Held(held, _inside(flows, came)[some].ravel(), bool(total[0]))


def _came(orders: pa.Table, summary: pa.Table, group: np.ndarray, origin: int) -> np.ndarray:
    """Money by cohort and month, what was paid back taken off."""
    later = orders.filter(pc.greater(orders["day"], origin))
    place = pc.index_in(later["customer_id"], value_set=summary["customer_id"].combine_chunks())
    month = ((later["day"].to_numpy() - origin - 1) / MONTH).astype(int)
    known = place.is_valid().to_numpy() & (month < MONTHS)
    came = np.zeros((group.max() + 1, MONTHS))
    cell = group[place.fill_null(0).to_numpy()[known]], month[known]
    np.add.at(came, cell, later["revenue"].to_numpy()[known] / 100.0)
    return came


def _inside(draws: np.ndarray, came: np.ndarray) -> np.ndarray:
    low, high = np.quantile(draws, [0.1, 0.9], axis=-1)
    return np.asarray((low <= came) & (came <= high))


def rolled(name: str, orders: pa.Table) -> list[Held]:
    """Every four weeks with half a year behind and three months ahead."""
    day = orders["day"].to_numpy()
    made = [at_origin(orders, int(one)) for one in range(day.max() - AHEAD, day.min() + HISTORY - 1, -EVERY)]
    cohorts, months = (np.concatenate([getattr(one, what) for one in made]) for what in ("cohorts", "months"))
    totals = f"totals {sum(one.total for one in made)} of {len(made)}"
    print(f"{name}: cohorts {cohorts.mean():.1%} of {cohorts.size}, their months {months.mean():.1%}, {totals}")
    return made


@pytest.mark.slow
def test_bands_of_cohorts_hold_as_often_as_they_say(shared_data: Path) -> None:
    """80 % bands hold 75 to 88 % of cohorts, over both shops and at the one with many of them.

    CDNOW has three, of which half-overlapping origins say much the same: its figure is printed, not asked for. So is
    that of single months, for which the engine has no error of their own.
    """
    shops = {"cdnow": cdnow(shared_data), "online_retail": online_retail(shared_data)}
    made = {name: rolled(name, orders) for name, orders in shops.items()}
    both = np.concatenate([one.cohorts for held in made.values() for one in held])
    print(f"both: {both.sum()} of {both.size} cohorts, {both.mean():.1%}")
    many = np.concatenate([one.cohorts for one in made["online_retail"]])
    assert both.size >= 250
    assert 0.75 <= both.mean() <= 0.88
    assert 0.75 <= many.mean() <= 0.88
