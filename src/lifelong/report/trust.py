"""May you believe it? The back-test: tracking, deciles, and every model beside the baselines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import charts, i18n
from lifelong.definitions import DEFINITIONS, METRICS
from lifelong.report import drawings
from lifelong.report.figures import absent, figure, twin
from lifelong.report.words import Range, Unit, digits_of, model_name, named, share, unit_of, whole
from lifelong.units import date_of, day_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.charts import Tenth, Tick, Week
    from lifelong.report.figures import Figure
    from lifelong.report.inputs import ReportData

BASELINES = frozenset({"last_period", "cell_means"})
_PERCENT = frozenset({"bias", "capture", "coverage80", "coverage90", "decile_error"})


@dataclass(frozen=True, slots=True)
class Test:
    """What the back-test says in short, for the verdict.

    Attributes:
        weeks: length of the last hold-out.
        miss: forecast / fact - 1 of the total over it, of value where that was measured, else of orders; None where
            nothing came.
        noun: what was missed: margin, revenue or orders.
        dates: how many test dates there were.
        usual: mean distance of that miss from 0 over all test dates; ``bias`` its mean with its sign.
        gain: error each of the best baseline less the chosen model's, as a share of the former; None where unknown.
    """

    weeks: int
    miss: float | None
    noun: str
    dates: int
    usual: float
    bias: float
    gain: float | None


def is_baseline(model: str) -> bool:
    """Whether a row of the leaderboard is a rule of thumb and no model."""
    return model in BASELINES or model.startswith("baseline")


def test_of(data: ReportData) -> Test | None:
    """The back-test in short; None where there was none."""
    board = data.leaderboard
    if board is None or not board.rows:
        return None
    unit = measured(data)
    last = max(str(r["origin"]) for r in board.rows)
    miss = _mean([r for r in board.rows if str(r["origin"]) == last], board.chosen, "bias") if unit.currency else None
    miss = _tracked_miss(data) if miss is None else miss
    every = _known(board.rows, board.chosen, "bias") or ([miss] if miss is not None else [0.0])
    held = sum(w.is_holdout for w in weeks_of(data))
    usual = float(np.mean(np.abs(every)))
    return Test(held, miss, unit.noun, len(every), usual, float(np.mean(every)), gain(board.rows, board.chosen))


def _tracked_miss(data: ReportData) -> float | None:
    """How far the forecast of orders missed over the last hold-out; None where none came."""
    held = [w for w in weeks_of(data) if w.is_holdout]
    came = sum(w.counted or 0.0 for w in held)
    return sum(w.forecast or 0.0 for w in held) / came - 1 if came > 0 else None


def gain(rows: Sequence[Mapping[str, Any]], model: str) -> float | None:
    """How much smaller a model's error each is than the best baseline's; below 0 it is larger."""
    own = _mean(rows, model, "mae")
    rivals = [_mean(rows, name, "mae") for name in _models(rows) if is_baseline(name)]
    known = [r for r in rivals if r is not None and r > 0]
    return None if own is None or not known else 1 - own / min(known)


def section(data: ReportData) -> dict[str, Any]:
    """Two figures and the leaderboard; where there was no back-test, it says so in the same place and size."""
    board = data.leaderboard
    if board is None or not board.rows:
        title, why = data.instead
        told = f"A back-test hides the last part of the history and forecasts it. There was none of all models: {why}."
        return {
            "figures": [absent("test", title, told, width="w12")],
            "board": None,
            "why": "",
        }
    return {"figures": [track(data), tenths(data)], "board": _board(data), "why": named(board.why)}


# -- tracking


def weeks_of(data: ReportData) -> list[Week]:
    """The leaderboard's weekly rows as the charts room wants them."""
    rows = data.leaderboard.tracking if data.leaderboard else ()
    return [_week(r) for r in rows]


def _week(r: Mapping[str, Any]) -> Week:
    counted, forecast, low, high, baseline = (
        _number(r.get(k)) for k in ("counted", "forecast", "low80", "high80", "baseline")
    )
    is_holdout = bool(r.get("is_holdout", r.get("phase") == "holdout"))
    return charts.Week(_first_day(r), counted, forecast, low, high, baseline, is_holdout)


def _first_day(row: Mapping[str, Any]) -> int:
    """The week's first day; a row that names the week by its last day (``day``) is six days later."""
    return day_of(str(row["week_start"])) if "week_start" in row else int(row["day"]) - 6


def track(data: ReportData) -> Figure:
    """Forecast and count of orders, week by week."""
    weeks = weeks_of(data)
    if len(weeks) < 2:
        return absent("track", "No weekly forecast was kept", "The back-test has no weekly rows to draw.", width="w7")
    held = [w for w in weeks if w.is_holdout]
    came, forecast = sum(w.counted or 0.0 for w in held), sum(w.forecast or 0.0 for w in held)
    source = f"Unseen {i18n.quantity(len(held), 'week')}: forecast {whole(forecast)} orders, came {whole(came)}. {_inside(held)}"
    words = {
        "seen": "seen by the model",
        "unseen": "never seen",
        "came": "came",
        "forecast": "forecast",
        "baseline": "last period again",
    }
    return figure(
        "track",
        (_track_title(data), "Repeat orders a week; the band is the 80 % interval", source),
        lambda px: charts.tracking(
            weeks, px, ticks=_month_ticks(weeks, 6 if px > 400 else 4), count=whole, words=words
        ),
        twin(("Week from", "Came", "Forecast", "80 % interval", "Last period again"), [_week_row(w) for w in weeks]),
        width="w7",
    )


def _track_title(data: ReportData) -> str:
    miss = _tracked_miss(data)
    if miss is None:
        return "What came in the unseen weeks is not known yet"
    size = share(abs(miss))
    way = "high" if miss > 0 else "low"
    if abs(miss) < 0.005:
        return "The forecast met the total of the unseen weeks"
    if abs(miss) <= 0.05:
        return f"The forecast followed what came, {size} too {way}"
    if abs(miss) <= 0.2:
        return f"It follows the course, but runs {size} too {way}"
    return f"The forecast missed: {size} too {way} on weeks it had not seen"


def _inside(held: list[Week]) -> str:
    known = [(w.counted, w.low, w.high) for w in held]
    ends = [(c, a, b) for c, a, b in known if c is not None and a is not None and b is not None]
    if not ends:
        return ""
    inside = sum(a <= c <= b for c, a, b in ends)
    return f"{whole(inside)} of {whole(len(ends))} weeks fell inside their interval."


def _month_ticks(weeks: Sequence[Week], most: int) -> list[Tick]:
    """Firsts of months, thinned to at most so many."""
    days = range(weeks[0].day, weeks[-1].day + 1)
    firsts = [d for d in days if date_of(d).day == 1]
    step = next((s for s in (1, 2, 3, 4, 6, 12, 24, 60) if -(-len(firsts) // s) <= most), 120)
    return [charts.Tick(float(d), i18n.month(d)) for d in firsts[::step]]


def _week_row(w: Week) -> list[str]:
    interval = i18n.number_interval(w.low, w.high) if w.low is not None and w.high is not None else i18n.not_estimated()
    return [i18n.short_date(w.day), i18n.number(w.counted), i18n.number(w.forecast), interval, _or_absent(w.baseline)]


def _or_absent(value: float | None) -> str:
    return i18n.not_estimated() if value is None else i18n.number(value)


# -- deciles


def tenths(data: ReportData) -> Figure:
    """Tenths of the forecast: expected and come, in what the back-test measured (value or orders)."""
    rows = data.leaderboard.deciles if data.leaderboard else ()
    found = [_tenth(r) for r in sorted(rows, key=lambda r: int(r["decile"]))]
    if not found:
        return absent("tenths", "Too few customers for tenths", "The back-test kept no decile table.", width="w5")
    unit = measured(data)
    has_bands = any(t.high > t.low for t in found)
    scale = "; log scale" if charts.is_log(found) else ""
    heads = ("Tenth", "Forecast", *(("80 % interval",) if has_bands else ()), "Came")
    words = {"best": "best", "came": "came", "forecast": "forecast"}
    bands = "; bands 80 %" if has_bands else ""
    return figure(
        "tenths",
        (_tenths_title(found, has_bands), f"{unit.noun.capitalize()} each in the unseen weeks, {_in(unit)}by tenth of customers, best forecast first{scale}",
         f"Each tenth has about {whole(found[0].customers)} customers{bands}."),
        lambda px: charts.deciles(found, px, amount=lambda v: i18n.number(v, digits_of(v)), words=words),
        twin(heads, [_tenth_row(t, unit, has_bands) for t in found]),
        width="w5",
    )  # fmt: skip


def _tenth(row: Mapping[str, Any]) -> Tenth:
    forecast = float(row["forecast"])
    low, high = _number(row.get("low80")), _number(row.get("high80"))
    ends = (forecast, forecast) if low is None or high is None else (low, high)
    return charts.Tenth(int(row["decile"]), int(row["customers"]), forecast, *ends, float(row["actual"]))


def _tenth_row(t: Tenth, unit: Unit, has_bands: bool) -> list[str]:
    band = [f"{unit.plain(t.low)} to {unit.plain(t.high)}"] if has_bands else []
    return [str(t.decile), unit.plain(t.forecast), *band, unit.plain(t.actual)]


def measured(data: ReportData) -> Unit:
    """The unit of the back-test's measures: that of the report, or orders where it measured those."""
    unit = unit_of(data)
    rows = data.leaderboard.rows if data.leaderboard else ()
    is_value = bool(rows) and rows[0].get("measure") == "value" and data.has_money
    return unit if is_value else Unit("", unit.horizon, "orders")


def _in(unit: Unit) -> str:
    return f"{unit.symbol}, " if unit.currency else ""


def _tenths_title(found: Sequence[Tenth], has_bands: bool) -> str:
    first, last = found[0].actual, found[-1].actual
    came = sum(t.actual for t in found)
    if not (first >= max(t.actual for t in found) and first > 2 * last):
        return "It does not tell the best customers from the rest"
    if not has_bands:
        miss = sum(abs(t.actual - t.forecast) for t in found) / came
        return f"It finds the best; its tenths miss by {share(miss)} on the whole"
    off = [t for t in found if not t.low <= t.actual <= t.high]
    if len(off) <= 2:
        return "It finds the best, and its tenths hold what came"
    low = sum(t.actual > t.high for t in off)
    way = "low" if low > len(off) / 2 else "high"
    return f"It finds the best, but is too {way} in {max(low, len(off) - low)} of {len(found)} tenths"


# -- the leaderboard


def _board(data: ReportData) -> dict[str, Any]:
    board = data.leaderboard
    assert board is not None  # noqa: S101 - section() has asked
    models = _models(board.rows)
    scored = {m: _spread(board.rows, m) for m in models}
    means = {m: _mean(board.rows, m, "mae") for m in models}
    order = sorted(models, key=lambda m: (is_baseline(m), means[m] is None, means[m] or 0.0, m))
    axis = drawings.nice_span([v for s in scored.values() if s for v in (s.low, s.high)])
    unit = measured(data)
    origins = sorted({str(r["origin"]) for r in board.rows})
    return {
        "title": _board_title(board.rows, board.chosen),
        "measure": f"Mean absolute error of {unit.noun} a customer. {_measure(origins)} Less is better.",
        "axis": f"{unit.plain(axis[0])} to {unit.plain(axis[1])}",
        "rows": [_board_row(data, m, scored[m], axis) for m in order],
        "twin": _all_metrics(board.rows),
        "origins": len(origins),
    }


def _measure(origins: list[str]) -> str:
    if len(origins) == 1:
        return f"One test date, {i18n.date(origins[0])}."
    return f"Means over {len(origins)} test dates, {i18n.date(origins[0])} to {i18n.date(origins[-1])}; bands run from the best date to the worst."


def _board_row(data: ReportData, model: str, mae: Range | None, axis: tuple[float, float]) -> dict[str, Any]:
    rows = data.leaderboard.rows if data.leaderboard else ()
    base, is_chosen = is_baseline(model), data.leaderboard is not None and model == data.leaderboard.chosen
    ahead = gain(rows, model)
    bias, held, rank = (_mean(rows, model, k) for k in ("bias", "coverage80", "gini_norm"))
    said = _said(mae, measured(data))
    note = "baseline, no model" if base else "used in this report" if is_chosen else ""
    loses = not base and ahead is not None and ahead <= 0
    return {
        "name": model_name(model), "note": note, "is_base": base, "loses": "does not beat the baseline" if loses else "",
        "mae": said, "bias": i18n.percent(bias, 1, signed=True) if bias is not None else i18n.not_estimated(),
        "rank": i18n.number(rank, 2) if rank is not None else i18n.not_estimated(),
        "held": share(held) if held is not None else "none", "is_narrow": held is not None and held < 0.75,
        "drawing": drawings.along(mae, *axis, said, "base" if base else "fact") if mae else None,
    }  # fmt: skip


def _said(mae: Range | None, unit: Unit) -> str:
    if mae is None:
        return i18n.not_estimated()
    return unit.plain(mae.value) if unit.currency else i18n.number(mae.value, 3 if mae.value < 10 else 1)


def _board_title(rows: Sequence[Mapping[str, Any]], chosen: str) -> str:
    ahead, name = gain(rows, chosen), model_name(chosen)
    if is_baseline(chosen):
        return "No model beats the rule of thumb, so the rule of thumb stands"
    if ahead is None:
        return f"{name} is used; there is no baseline to beat"
    if ahead <= 0:
        return f"{name} does not beat the rule of thumb: its error each is {share(-ahead)} larger"
    won, total = _wins(rows, chosen)
    if ahead < 0.01:
        return f"{name} and the rule of thumb cannot be told apart"
    often = "" if won == total else f"; it is better at {won} of {total} test dates"
    close = _closest(rows, chosen)
    if close and won == total:
        return f"{name} errs {share(ahead)} less than the rule of thumb; {close}"
    return f"{name} has the smallest error: {share(ahead)} below the rule of thumb{often}"


def _closest(rows: Sequence[Mapping[str, Any]], chosen: str) -> str:
    """The model that comes nearest to the chosen one, where that is within 2 %; both may be right for the shop."""
    own = _mean(rows, chosen, "mae")
    others = [(_mean(rows, m, "mae"), m) for m in _models(rows) if not is_baseline(m) and m != chosen]
    known = sorted((abs(v / own - 1), m) for v, m in others if v is not None and own)
    return (
        f"{model_name(known[0][1])} comes within {share(max(known[0][0], 0.01))}"
        if known and known[0][0] <= 0.02
        else ""
    )


def _wins(rows: Sequence[Mapping[str, Any]], model: str) -> tuple[int, int]:
    """At how many origins a model's error is below every baseline's."""
    origins = sorted({str(r["origin"]) for r in rows})
    won = 0
    for origin in origins:
        here = [r for r in rows if str(r["origin"]) == origin]
        ahead = gain(here, model)
        won += ahead is not None and ahead > 0
    return won, len(origins)


def _models(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(str(r["model"]) for r in rows))


def _known(rows: Sequence[Mapping[str, Any]], model: str, metric: str) -> list[float]:
    found = [_number(r.get(metric)) for r in rows if r["model"] == model]
    return [v for v in found if v is not None]


def _mean(rows: Sequence[Mapping[str, Any]], model: str, metric: str) -> float | None:
    known = _known(rows, model, metric)
    return float(np.mean(known)) if known else None


def _spread(rows: Sequence[Mapping[str, Any]], model: str) -> Range | None:
    known = _known(rows, model, "mae")
    return Range(float(np.mean(known)), min(known), max(known)) if known else None


def _all_metrics(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Every metric of every model at every origin."""
    shown = [m for m in METRICS if any(_number(r.get(m)) is not None for r in rows)]
    body = [
        [
            f"{model_name(str(r['model']))}, {i18n.short_date(str(r['origin']))}",
            *(_metric(m, _number(r.get(m))) for m in shown),
        ]
        for r in rows
    ]
    heads = [{"key": m, "title": DEFINITIONS[m].title} for m in shown]
    return {"heads": heads, "rows": body}


def _metric(name: str, value: float | None) -> str:
    if value is None:
        return i18n.not_estimated()
    return i18n.percent(value, 1, signed=name == "bias") if name in _PERCENT else i18n.number(value, 3)


def _number(value: Any) -> float | None:
    return float(value) if value is not None and np.isfinite(float(value)) else None
