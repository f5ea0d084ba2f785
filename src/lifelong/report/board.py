"""The leaderboard: every model and baseline, with the error each of the one used first in its title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import i18n
from lifelong.definitions import DEFINITIONS, METRICS
from lifelong.i18n import message
from lifelong.report import drawings
from lifelong.report.words import Range, Unit, model_name, share, unit_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.report.inputs import ReportData

BASELINES = frozenset({"last_period", "cell_means"})
_PERCENT = frozenset({"bias", "capture", "coverage80", "coverage90", "decile_error"})


def section(data: ReportData) -> dict[str, Any]:
    """The table of a report that holds a back-test."""
    board = data.leaderboard
    assert board is not None  # noqa: S101 - trust.section() has asked
    models = _models(board.rows)
    scored = {m: _spread(board.rows, m) for m in models}
    means = {m: mean(board.rows, m, "mae") for m in models}
    order = sorted(models, key=lambda m: (is_baseline(m), means[m] is None, means[m] or 0.0, m))
    axis = drawings.nice_span([v for s in scored.values() if s for v in (s.low, s.high)])
    unit = measured(data)
    origins = sorted({str(r["origin"]) for r in board.rows})
    return {
        "title": _board_title(board.rows, board.chosen),
        "measure": message("Mean absolute error of {noun} a customer. {dates} Less is better.").format(
            noun=unit.noun, dates=_measure(origins)
        ),
        "axis": i18n.between(unit.plain(axis[0]), unit.plain(axis[1])),
        "rows": [_board_row(data, m, scored[m], axis) for m in order],
        "twin": _all_metrics(board.rows),
        "origins": len(origins),
    }


def _measure(origins: list[str]) -> str:
    if len(origins) == 1:
        return message("One test date, {day}.").format(day=i18n.date(origins[0]))
    told = message("Means over {count} test dates, {days}; bands run from the best date to the worst.")
    return told.format(count=len(origins), days=i18n.days(i18n.date(origins[0]), i18n.date(origins[-1])))


def _board_row(data: ReportData, model: str, mae: Range | None, axis: tuple[float, float]) -> dict[str, Any]:
    rows = data.leaderboard.rows if data.leaderboard else ()
    base, is_chosen = is_baseline(model), data.leaderboard is not None and model == data.leaderboard.chosen
    ahead = gain(rows, model)
    bias, held, rank = (mean(rows, model, k) for k in ("bias", "coverage80", "gini_norm"))
    said = _said(mae, measured(data))
    note = message("baseline, no model") if base else message("used in this report") if is_chosen else ""
    loses = not base and ahead is not None and ahead <= 0
    return {
        "name": model_name(model), "note": note, "is_base": base, "loses": message("does not beat the baseline") if loses else "",
        "mae": said, "bias": i18n.percent(bias, 1, signed=True) if bias is not None else i18n.not_estimated(),
        "rank": i18n.number(rank, 2) if rank is not None else i18n.not_estimated(),
        "held": share(held) if held is not None else message("none"), "is_narrow": held is not None and held < 0.75,
        "drawing": drawings.along(mae, *axis, said, "base" if base else "fact") if mae else None,
    }  # fmt: skip


def _said(mae: Range | None, unit: Unit) -> str:
    if mae is None:
        return i18n.not_estimated()
    return unit.plain(mae.value) if unit.currency else i18n.number(mae.value, 3 if mae.value < 10 else 1)


def _board_title(rows: Sequence[Mapping[str, Any]], chosen: str) -> str:
    ahead, name = gain(rows, chosen), model_name(chosen)
    if is_baseline(chosen):
        return message("No model beats the rule of thumb, so the rule of thumb stands")
    if ahead is None:
        return message("{model} is used; there is no baseline to beat").format(model=name)
    if ahead <= 0:
        told = message("{model} does not beat the rule of thumb: its error each is {share} larger")
        return told.format(model=name, share=share(-ahead))
    won, total = _wins(rows, chosen)
    if ahead < 0.01:
        return message("{model} and the rule of thumb cannot be told apart").format(model=name)
    close = _closest(rows, chosen)
    if won < total:
        told = message(
            "{model} has the smallest error: {share} below the rule of thumb; it is better at {won} of {all} test dates"
        )
        return told.format(model=name, share=share(ahead), won=won, all=total)
    if close:
        told = message("{model} errs {share} less than the rule of thumb; {other} comes within {near}")
        return told.format(model=name, share=share(ahead), other=close[0], near=close[1])
    return message("{model} has the smallest error: {share} below the rule of thumb").format(
        model=name, share=share(ahead)
    )


def _closest(rows: Sequence[Mapping[str, Any]], chosen: str) -> tuple[str, str] | None:
    """The model that comes nearest to the chosen one, where that is within 2 %, and how near; both may be right."""
    own = mean(rows, chosen, "mae")
    others = [(mean(rows, m, "mae"), m) for m in _models(rows) if not is_baseline(m) and m != chosen]
    there = sorted((abs(v / own - 1), m) for v, m in others if v is not None and own)
    if not there or there[0][0] > 0.02:
        return None
    return model_name(there[0][1]), share(max(there[0][0], 0.01))


def _wins(rows: Sequence[Mapping[str, Any]], model: str) -> tuple[int, int]:
    """At how many origins a model's error is below every baseline's."""
    origins = sorted({str(r["origin"]) for r in rows})
    won = 0
    for origin in origins:
        here = [r for r in rows if str(r["origin"]) == origin]
        ahead = gain(here, model)
        won += ahead is not None and ahead > 0
    return won, len(origins)


def _all_metrics(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Every metric of every model at every origin."""
    shown = [m for m in METRICS if any(number(r.get(m)) is not None for r in rows)]
    body = [
        [
            f"{model_name(str(r['model']))}, {i18n.short_date(str(r['origin']))}",
            *(_metric(m, number(r.get(m))) for m in shown),
        ]
        for r in rows
    ]
    heads = [{"key": m, "title": message(DEFINITIONS[m].title)} for m in shown]
    return {"heads": heads, "rows": body}


def _metric(name: str, value: float | None) -> str:
    if value is None:
        return i18n.not_estimated()
    return i18n.percent(value, 1, signed=name == "bias") if name in _PERCENT else i18n.number(value, 3)


def is_baseline(model: str) -> bool:
    """Whether a row of the leaderboard is a rule of thumb and no model."""
    return model in BASELINES or model.startswith("baseline")


def gain(rows: Sequence[Mapping[str, Any]], model: str) -> float | None:
    """How much smaller a model's error each is than the best baseline's; below 0 it is larger."""
    own = mean(rows, model, "mae")
    rivals = [mean(rows, name, "mae") for name in _models(rows) if is_baseline(name)]
    there = [r for r in rivals if r is not None and r > 0]
    return None if own is None or not there else 1 - own / min(there)


def measured(data: ReportData) -> Unit:
    """The unit of the back-test's measures: that of the report, or orders where it measured those."""
    unit = unit_of(data)
    rows = data.leaderboard.rows if data.leaderboard else ()
    is_value = bool(rows) and rows[0].get("measure") == "value" and data.has_money
    return unit if is_value else Unit("", unit.horizon, "orders")


def _models(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(str(r["model"]) for r in rows))


def known(rows: Sequence[Mapping[str, Any]], model: str, metric: str) -> list[float]:
    """A measure of a model at every test date where it is known."""
    found = [number(r.get(metric)) for r in rows if r["model"] == model]
    return [v for v in found if v is not None]


def mean(rows: Sequence[Mapping[str, Any]], model: str, metric: str) -> float | None:
    """Its mean over them; None where it is known at none."""
    there = known(rows, model, metric)
    return float(np.mean(there)) if there else None


def _spread(rows: Sequence[Mapping[str, Any]], model: str) -> Range | None:
    there = known(rows, model, "mae")
    return Range(float(np.mean(there)), min(there), max(there)) if there else None


def number(value: Any) -> float | None:
    """A number, or None for what is none."""
    return float(value) if value is not None and np.isfinite(float(value)) else None
