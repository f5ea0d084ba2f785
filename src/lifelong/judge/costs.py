"""The cost of being wrong, in money: what deciding by a forecast loses against knowing what came, and what it saves.

Two choices stand for all. *Look after the top q %*: the value of the customers whom the forecast puts first, against that of
the truly best. *Spend up to a cap on each*: money goes to whose forecast exceeds it, and is lost on who then brings less.
No forecast loses nothing, for chance cannot be known; what counts is how much less a model loses than a baseline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.judge.copies import SHARES, Ranking, losses
from lifelong.judge.intervals import drawn, over_origins, spread
from lifelong.units import minor_digits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lifelong.judge.intervals import Sample

    Floats = NDArray[np.float64]

CHOICES = (*(f"top {share * 100:g} %" for share in SHARES), "cap")
BASELINES = ("last_period", "cell_means")


def costs(tests: Sequence[Mapping[str, Sample]], currency: str) -> list[dict[str, Any]]:
    """A row a forecaster and choice, amounts in minor units; none where there is no money.

    Args:
        tests: the forecasters by name, an origin each, the latest first; both baselines among them.
        currency: of the amounts.

    Returns:
        Dicts: ``model``, ``choice``, ``cap`` (of the latest origin; None for the others), ``perfect`` (what knowing brings in
        a hold-out), ``missed`` with ``missed_low`` and ``missed_high``, ``rival`` (the baseline that loses least), ``saved``
        against it with ``saved_low`` and ``saved_high`` (None for the baselines), ``currency``.
    """
    cap = next(iter(tests[0].values())).cap
    if cap is None:
        return []
    told = _told(tests)
    unit = 10 ** minor_digits(currency)
    made = []
    for choice in CHOICES:
        rival = min(BASELINES, key=lambda name: told[name][choice][0])
        for name in tests[0]:
            point, moved = told[name][choice]
            perfect = float(np.mean([test[name].losses[f"perfect {choice}"] for test in tests]))
            row = {"perfect": perfect} | spread("missed", point, moved)
            if name in BASELINES:
                row |= dict.fromkeys(("saved", "saved_low", "saved_high"), float("nan"))
            else:
                row |= spread("saved", told[rival][choice][0] - point, told[rival][choice][1] - moved)
            amounts = {key: round(value * unit) if np.isfinite(value) else None for key, value in row.items()}
            head = {"model": name, "choice": choice, "cap": round(cap * unit) if choice == "cap" else None}
            made.append(head | amounts | {"rival": rival, "currency": currency})
    return made


def _told(tests: Sequence[Mapping[str, Sample]]) -> dict[str, dict[str, tuple[float, Floats]]]:
    """By forecaster and choice: the mean loss over origins, and by how much its replicates depart from it."""
    often, scale = drawn(tests)
    each: dict[str, list[dict[str, Floats]]] = {name: [] for name in tests[0]}
    for test in tests:
        first = next(iter(test.values()))
        best = Ranking.of(often[:, first.places], first.actual, first.actual)
        for name, sample in test.items():
            here = often[:, sample.places]
            lost = losses(here, (sample.forecast, sample.actual), sample.cap or 0.0, best)
            size = float(sample.row["customers"]) / here.sum(axis=1)
            each[name].append({choice: lost[choice] * size for choice in CHOICES})
    return {
        name: {
            choice: _drawn_in(
                over_origins([t[name].losses[choice] for t in tests], [one[choice] for one in lost]), scale
            )
            for choice in CHOICES
        }
        for name, lost in each.items()
    }


def _drawn_in(told: tuple[float, Floats], scale: float) -> tuple[float, Floats]:
    return told[0], told[1] * scale
