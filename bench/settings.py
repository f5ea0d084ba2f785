"""Where the settings of learned forecasts come from: simulated shops, and one real log that ``make accuracy`` does not judge.

Run as ``python -m bench.settings`` (some ten minutes). A simulated shop that keeps to the statistical model's law would teach that
nothing is to be learned, so most of them depart from it in a way of real shops: two kinds of customers, a season, a
fading trade. Errors are of forecasts with their totals put right, told as the mean over shops and days of
100 log(error / error at equal weights and whole samples): a minus is better. Misses of totals are told as the mean of
\\|log(actual / forecast)\\|.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
import pyarrow as pa

from bench import shops
from lifelong.judge import learning, metrics
from lifelong.judge.learning import STEPS, Past
from lifelong.judge.trial import Trial
from lifelong.models import blend, learned
from lifelong.models.learned import LEAST_ORIGINS, Taught, scaled
from lifelong.sources.simulate import Calendar, simulate_shop
from lifelong.units import DAYS_A_WEEK, Horizon

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SEEDS = (1, 2, 3)
SHAPES = ((1.0, 1.0), (0.5, 0.6), (0.5, 1.0))  # of the features and of the customers that a tree sees
DOUBTS = (0.0, 1.0, 2.0, 4.0, 6.0, 12.0, np.inf)
KNOWN = (0.0, 30.0, 100.0, 300.0, 1000.0)
SEEN = 104 * DAYS_A_WEEK
OFTEN = {"r": 2.0, "alpha": 5.0, "s": 0.6, "beta": 60.0}
SELDOM = {"r": 0.5, "alpha": 12.0, "a": 0.9, "b": 2.5}


def simulated(kind: str, seed: int) -> pa.Table:
    """Canonical orders of a shop of two years."""
    calendar = Calendar(arrivals=(13, 26, 52)[seed % 3] * DAYS_A_WEEK, seen=SEEN, horizon=DAYS_A_WEEK)
    if kind == "two kinds":
        little, much = {"p": 8, "q": 4, "gamma": 6}, {"p": 2, "q": 3, "gamma": 40}
        parts = [
            simulate_shop(700, seed=seed, parameters=OFTEN, spend=little, calendar=calendar),
            simulate_shop(2300, seed=seed + 100, process="bg_nbd", parameters=SELDOM, spend=much, calendar=calendar),
        ]
    else:
        parts = [simulate_shop(3000, seed=seed, process=("bg_nbd", "pareto_nbd")[seed % 2], calendar=calendar)]
    owner = np.concatenate([part.owner + 10_000 * i for i, part in enumerate(parts)])
    day, cents = np.concatenate([part.day for part in parts]), np.concatenate([part.cents for part in parts])
    rng, week = np.random.default_rng(seed + 1000), (day - calendar.opens) / DAYS_A_WEEK
    chance = np.ones(len(day))
    if kind == "season":
        chance = 0.7 + 0.3 * np.sin(2 * np.pi * (week / 52 + rng.random()))
    if kind == "fading":
        chance = 1.0 - 0.6 * week / 104
    stays = (rng.random(len(day)) < chance) | np.r_[True, owner[1:] != owner[:-1]]  # a first order stays
    ids = pa.chunked_array([pa.array([f"{i:06d}" for i in owner[stays]])])
    return shops.canonical(ids, pa.chunked_array([pa.array(day[stays])]), cents[stays] / 100.0)


def every() -> Iterator[tuple[str, pa.Table, int, tuple[int, ...], str]]:
    """Each shop's name, orders, horizon in weeks, weeks of the log to forecast from, and statistical model."""
    for kind in ("two kinds", "season", "fading", "as the model"):
        for seed in SEEDS:
            yield f"{kind} {seed}", simulated(kind, seed), 26, (45, 78), ("bg_nbd", "mbg_nbd", "pareto_nbd")[seed % 3]
    yield "edible grocery", shops.edible_grocery(), 13, (26, 52, 78), "mbg_nbd"


Unseen = list[tuple["Floats", "Floats"]]


def looked(past: Past, day: int) -> tuple[Floats, Floats, Unseen]:
    """What came, the members' forecasts, and outcomes beside forecasts of members that had not seen them."""
    taught, (seen, now) = [past.look(one) for one in past.origins(day)], past.look(day)
    members = Taught.fit([each for _, each in taught]).members(now)
    mature = [one for one in past.origins(day) if len(past.origins(one)) >= LEAST_ORIGINS]
    unseen = [(past.look(one)[1].outcome, np.stack(learning._members_at(past, one))) for one in mature]
    actual = seen.orders if seen.value is None else seen.value
    return actual, np.stack(members), unseen or [(taught[0][1].outcome, np.stack(learning._crossed(taught)))]


def by_error(actual: Floats, forecast: Floats) -> float:
    """The error each, totals put right."""
    return metrics.mae(actual, scaled(forecast, actual)) / float(actual.mean())


def by_deviance(actual: Floats, forecast: Floats) -> float:
    """The Tweedie deviance (p = 1.5) but for what hangs on the outcome alone."""
    mu = np.maximum(scaled(forecast, actual), 1e-12) / actual.mean()
    return float((actual / actual.mean() / np.sqrt(mu) + np.sqrt(mu)).mean())


def rules(unseen: Unseen) -> Iterator[tuple[str, Floats]]:
    """Weights by each rule."""
    size = len(unseen[0][1])
    yield "equal", np.full(size, 1.0 / size)
    grid = blend._grid(size)
    for name, loss in (("error", by_error), ("deviance", by_deviance)):
        for which, past in (("last", unseen[:1]), ("all", unseen)):
            best = min(grid, key=lambda w, loss=loss, past=past: sum(loss(a, w @ table) for a, table in past))
            n = float(np.mean([a.sum() ** 2 / (a**2).sum() for a, _ in past]))
            for known in KNOWN:
                yield f"{name}, {which}, {known:g}", (n * best + known / size) / (n + known)


def print_means(rows: dict[str, list[Sequence[float]]], heads: Sequence[str]) -> None:
    """A line a setting."""
    print(f"  {'':<34}" + "".join(f"{head:>10}" for head in heads))
    for name, each in rows.items():
        print(f"  {name:<34}" + "".join(f"{mean:>10.3f}" for mean in np.mean(each, axis=0)))


def main() -> int:
    """Print every setting's figures."""
    errors: dict[str, list[Sequence[float]]] = defaultdict(list)
    misses: dict[str, list[Sequence[float]]] = defaultdict(list)
    for name, orders, weeks, origins, purchase in every():
        horizon = Horizon.parse(f"{weeks}w")
        past = Past.of(orders, Trial(holdout=horizon), horizon, purchase)
        for week in origins:
            day, first = past.first + 7 * week - 1, None
            for of, share in SHAPES:
                shape = {"feature_fraction": of, "bagging_fraction": share, "bagging_freq": 1}
                with patch.dict(learned.SHAPE, shape):
                    actual, members, unseen = looked(past, day)
                for rule, w in (*rules(unseen), *zip(learning.MEMBERS, np.eye(len(members)), strict=True)):
                    forecast = scaled(w @ members, actual)
                    made = np.array([metrics.mae(actual, forecast), metrics.rmse(actual, forecast)])
                    first = made if first is None else first
                    errors[f"{of:g} {share:g}: {rule}"].append(100.0 * np.log(made / first))
            ended = [past.look(one)[1] for one in past.origins(day)]
            totals = [(float(one.outcome.sum()), float(one.base.sum())) for one in ended]
            for doubt in DOUBTS:
                with patch.object(blend, "DOUBT", doubt):
                    factor = blend.recalibration(totals, 1.0 / STEPS)
                miss = float(np.log(actual.sum() / (factor * past.look(day)[1].base.sum())))
                misses[f"m_0 = {doubt:g}"].append([abs(miss), miss**2])
            print(f"{name}, week {week}: done", file=sys.stderr, flush=True)
    print("Of features and customers a tree sees; weights by what, at which origins, n_0:")
    print_means(errors, ("mae", "rmse"))
    print("The factor on the total:")
    print_means(misses, ("miss", "square"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
