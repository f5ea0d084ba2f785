"""Every measure of the leaderboard with an interval, and its difference to the winner's.

A bootstrap over customers: each is drawn again a Poisson(1) number of times, the same number at every origin and for every
model, so that origins that share customers are not taken for independent, and differences between models are paired. Where
customers are many, a sample of them is drawn again, and what its replicates spread is drawn in by the root of its share.

Source: Efron (1979), Annals of Statistics 7; for Poisson numbers, Hanley and MacGibbon (2006), Computer Methods and Programs in
Biomedicine 83; for the m out of n, Politis, Romano and Wolf (1999), Subsampling, chapter 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.definitions import METRICS
from lifelong.judge import copies
from lifelong.judge.copies import Ranking, losses
from lifelong.phrases import phrase
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lifelong.judge.origin import Seen
    from lifelong.judge.rows import Guess

    Floats = NDArray[np.float64]

REPLICATES = 200
MOST = 5_000  # customers drawn again: an interval's width is then known to some per cent
LEVELS = (0.05, 0.95)
SEED = 11


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One forecaster at one origin, for the customers of the panel who were there.

    Attributes:
        row: the leaderboard's row: the measures over all customers.
        places: the customers' places in the panel, shape (customers,).
        actual: what came.
        forecast: what was expected.
        marks: what each customer adds to the measures that are means, by name; the log score's among them.
        cap: the mean value of a customer in the last period: what one might spend on each; None without money.
        losses: what deciding by the forecast loses, over all customers (see ``judge.costs``).
    """

    row: Mapping[str, Any]
    places: NDArray[np.int64]
    actual: Floats
    forecast: Floats
    marks: Mapping[str, Floats]
    cap: float | None = None
    losses: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, seen: Seen, row: Mapping[str, Any], actual: Floats, guess: Guess, chance: Floats | None) -> Sample:
        """Keep of a forecast what intervals need.

        Args:
            seen: the origin.
            row: the measures.
            actual: what came, every customer.
            guess: what was forecast.
            chance: the probability given to each number of orders that came; None where there is none.
        """
        places = np.flatnonzero(seen.panel >= 0)
        rows = seen.panel[places]
        marks = guess.marks(actual) | ({} if chance is None else {"log_score": np.log(chance)})
        kept = {name: each[rows] for name, each in marks.items()}
        made = cls(row, places, actual[rows], guess.mean[rows], kept)
        if seen.value is None or seen.before_value is None:
            return made
        cap = float(seen.before_value.mean())
        every = losses(np.ones((1, len(seen))), (guess.mean, actual), cap)
        return replace(made, cap=cap, losses={name: float(each[0]) for name, each in every.items()})


def pick(seen: Sequence[Seen]) -> list[Seen]:
    """The origins, latest first, with the panel: all customers of the latest, or so many of them by chance."""
    import pyarrow.compute as pc

    rng = np.random.default_rng([SEED, 0])
    size = len(seen[0])
    rows = np.arange(size) if size <= MOST else np.sort(rng.choice(size, MOST, replace=False))
    ids = seen[0].summary["customer_id"].take(rows).combine_chunks()
    found = [pc.index_in(ids, value_set=one.summary["customer_id"].combine_chunks()) for one in seen]
    return [
        replace(one, panel=pc.fill_null(at, -1).to_numpy().astype(np.int64))
        for one, at in zip(seen, found, strict=True)
    ]


def intervals(tests: Sequence[Mapping[str, Sample]], chosen: str) -> list[dict[str, Any]]:
    """A row a model and measure: mean over origins, interval, and the difference to the chosen model with its own.

    Args:
        tests: the forecasters by name, an origin each, the latest first.
        chosen: the winner's name.

    Returns:
        Dicts: ``model``, ``metric``, ``mean``, ``low``, ``high``, ``difference``, ``difference_low``, ``difference_high``;
        the last three None for the winner itself. A measure that a forecaster does not have has no row.
    """
    told = _told(tests)
    winner = told[chosen]
    return [
        {"model": name, "metric": metric}
        | spread("", *own)
        | _difference(own, None if name == chosen else winner.get(metric))
        for name, measures in told.items()
        for metric, own in measures.items()
    ]


def untold(rows: Sequence[Mapping[str, Any]], chosen: str, models: Sequence[str]) -> tuple[Finding, ...]:
    """A finding where the winner's error each is below every baseline's, and still not by more than chance."""
    gaps = {
        row["model"]: row
        for row in rows
        if row["metric"] == "mae" and row["model"] not in models and row["difference"] is not None
    }
    near = [name for name, row in gaps.items() if row["difference_low"] <= 0.0]
    if not near or any(row["difference"] <= 0.0 for row in gaps.values()):
        return ()
    text = phrase(
        "with other customers {chosen} might err no less than the baseline {near}: the interval "
        "of the difference holds 0",
        chosen=chosen,
        near=" and ".join(near),
    )
    return (Finding("F305", text, "warning", {"baselines": near}),)


def spread(name: str, point: float, moved: Floats) -> dict[str, float]:
    """A number and its interval: ``name`` (``mean`` where it is empty), ``name_low``, ``name_high``."""
    known = moved[np.isfinite(moved)]
    low, high = np.quantile(known, LEVELS) if len(known) else (np.nan, np.nan)
    lead = f"{name}_" if name else ""
    return {name or "mean": point, f"{lead}low": point + float(low), f"{lead}high": point + float(high)}


def drawn(tests: Sequence[Mapping[str, Sample]]) -> tuple[Floats, float]:
    """How often each customer of the panel counts, the replicates below a row of ones; and what their spread is drawn in by."""
    size = max(int(sample.places.max(initial=-1)) + 1 for test in tests for sample in test.values())
    often = np.random.default_rng([SEED, 1]).poisson(1.0, (REPLICATES, size))
    customers = max(int(sample.row["customers"]) for sample in tests[0].values())
    return np.vstack([np.ones(size), often]), float(np.sqrt(size / customers))


def over_origins(points: Sequence[float], each: Sequence[Floats]) -> tuple[float, Floats]:
    """The mean over the origins where the measure is known, and by how much each replicate of it departs from its own."""
    known = [i for i, point in enumerate(points) if np.isfinite(point)]
    if not known:
        return float("nan"), np.zeros(0)
    moved = np.mean([each[i][1:] - each[i][0] for i in known], axis=0)
    return float(np.mean([points[i] for i in known])), moved


def _told(tests: Sequence[Mapping[str, Sample]]) -> dict[str, dict[str, tuple[float, Floats]]]:
    """By model and measure: the mean over origins, and by how much its replicates depart from it."""
    often, scale = drawn(tests)
    each: dict[str, list[dict[str, Floats]]] = {name: [] for name in tests[0]}
    for test in tests:
        best: Ranking | None = None
        for name, sample in test.items():
            here = often[:, sample.places]
            best = best or Ranking.of(here, sample.actual, sample.actual)
            each[name].append(_measures(sample, here, best))
    told: dict[str, dict[str, tuple[float, Floats]]] = {}
    for name, measured in each.items():
        has = [metric for metric in METRICS if metric in measured[0]]
        points = {metric: [float(test[name].row[metric]) for test in tests] for metric in has}
        means = {metric: over_origins(points[metric], [m[metric] for m in measured]) for metric in has}
        told[name] = {metric: (point, moved * scale) for metric, (point, moved) in means.items()}
    return told


def _measures(sample: Sample, often: Floats, best: Ranking) -> dict[str, Floats]:
    """Each measure of a sample in each replicate."""
    ranking, count = Ranking.of(often, sample.forecast, sample.actual), often.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing came, or nobody, in a replicate: nan, left out
        sums = np.stack(list(sample.marks.values())) @ often.T
        made: dict[str, Floats] = dict(zip(sample.marks, sums / count, strict=True))
        made["rmse"] = np.sqrt(made["rmse"])
        made["bias"] = often @ sample.forecast / (often @ sample.actual) - 1.0
        made["spearman"] = copies.spearman(often, ranking, best)
        made["gini_norm"] = ranking.gini() / best.gini()
        made["decile_error"] = copies.decile_error(ranking)
        made["capture"] = ranking.top(0.1) / best.top(0.1)
    return made


def _difference(own: tuple[float, Floats], winner: tuple[float, Floats] | None) -> dict[str, float | None]:
    if winner is None:
        return dict.fromkeys(("difference", "difference_low", "difference_high"))
    return {**spread("difference", own[0] - winner[0], own[1] - winner[1])}
