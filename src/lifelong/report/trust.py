"""May you believe it? The back-test: tracking and deciles, and what it says in short."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import charts, i18n
from lifelong.i18n import message
from lifelong.report import board
from lifelong.report.figures import absent, figure, twin
from lifelong.report.words import Unit, digits_of, named, share, whole
from lifelong.units import date_of, day_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.charts import Tenth, Tick, Week
    from lifelong.report.figures import Figure
    from lifelong.report.inputs import ReportData


@dataclass(frozen=True, slots=True)
class Test:
    """What the back-test says in short, for the verdict.

    Attributes:
        weeks: length of the last hold-out.
        miss: forecast / fact - 1 of the total over it, of value where that was measured, else of orders; None where
            nothing came.
        kind: what was missed: the key of margin, revenue or orders.
        dates: how many test dates there were.
        usual: mean distance of that miss from 0 over all test dates; ``bias`` its mean with its sign.
        gain: error each of the best baseline less the chosen model's, as a share of the former; None where unknown.
    """

    weeks: int
    miss: float | None
    kind: str
    dates: int
    usual: float
    bias: float
    gain: float | None


def test_of(data: ReportData) -> Test | None:
    """The back-test in short; None where there was none."""
    tested = data.leaderboard
    if tested is None or not tested.rows:
        return None
    unit = board.measured(data)
    last = max(str(r["origin"]) for r in tested.rows)
    miss = (
        board.mean([r for r in tested.rows if str(r["origin"]) == last], tested.chosen, "bias")
        if unit.currency
        else None
    )
    miss = _tracked_miss(data) if miss is None else miss
    every = board.known(tested.rows, tested.chosen, "bias") or ([miss] if miss is not None else [0.0])
    held = sum(w.is_holdout for w in weeks_of(data))
    usual = float(np.mean(np.abs(every)))
    return Test(held, miss, unit.kind, len(every), usual, float(np.mean(every)), board.gain(tested.rows, tested.chosen))


def _tracked_miss(data: ReportData) -> float | None:
    """How far the forecast of orders missed over the last hold-out; None where none came."""
    held = [w for w in weeks_of(data) if w.is_holdout]
    came = sum(w.counted or 0.0 for w in held)
    return sum(w.forecast or 0.0 for w in held) / came - 1 if came > 0 else None


def section(data: ReportData) -> dict[str, Any]:
    """Two figures and the leaderboard; where there was no back-test, it says so in the same place and size."""
    tested = data.leaderboard
    if tested is None or not tested.rows:
        title, why = data.instead
        told = message(
            "A back-test hides the last part of the history and forecasts it. There was none of all models: {why}."
        )
        return {
            "figures": [absent("test", message(title), told.format(why=message(why)), width="w12")],
            "board": None,
            "why": "",
        }
    return {"figures": [track(data), tenths(data)], "board": board.section(data), "why": named(tested.why)}


# -- tracking


def weeks_of(data: ReportData) -> list[Week]:
    """The leaderboard's weekly rows as the charts room wants them."""
    rows = data.leaderboard.tracking if data.leaderboard else ()
    return [_week(r) for r in rows]


def _week(r: Mapping[str, Any]) -> Week:
    counted, forecast, low, high, baseline = (
        board.number(r.get(k)) for k in ("counted", "forecast", "low80", "high80", "baseline")
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
        why = message("The back-test has no weekly rows to draw.")
        return absent("track", message("No weekly forecast was kept"), why, width="w7")
    held = [w for w in weeks if w.is_holdout]
    came, forecast = sum(w.counted or 0.0 for w in held), sum(w.forecast or 0.0 for w in held)
    source = message("Unseen {weeks}: forecast {forecast} orders, came {came}.").format(
        weeks=i18n.quantity(len(held), "week"), forecast=whole(forecast), came=whole(came)
    )
    words = {
        "seen": message("seen by the model"),
        "unseen": message("never seen"),
        "came": message("came"),
        "forecast": message("forecast"),
        "baseline": message("last period again"),
    }
    heads = (
        message("Week from"),
        message("Came"),
        message("Forecast"),
        message("80 % interval"),
        message("Last period again"),
    )
    return figure(
        "track",
        (
            _track_title(data),
            message("Repeat orders a week; the band is the 80 % interval"),
            f"{source} {_inside(held)}",
        ),
        lambda px: charts.tracking(
            weeks, px, ticks=_month_ticks(weeks, 6 if px > 400 else 4), count=whole, words=words
        ),
        twin(heads, [_week_row(w) for w in weeks]),
        width="w7",
    )


def _track_title(data: ReportData) -> str:
    miss = _tracked_miss(data)
    if miss is None:
        return message("What came in the unseen weeks is not known yet")
    size = share(abs(miss))
    if abs(miss) < 0.005:
        return message("The forecast met the total of the unseen weeks")
    if abs(miss) <= 0.05:
        high, low = (
            message("The forecast followed what came, {size} too high"),
            message("The forecast followed what came, {size} too low"),
        )
    elif abs(miss) <= 0.2:
        high, low = (
            message("It follows the course, but runs {size} too high"),
            message("It follows the course, but runs {size} too low"),
        )
    else:
        high, low = (message("The forecast missed: {size} too high on weeks it had not seen"),
                     message("The forecast missed: {size} too low on weeks it had not seen"))  # fmt: skip
    return (high if miss > 0 else low).format(size=size)


def _inside(held: list[Week]) -> str:
    known = [(w.counted, w.low, w.high) for w in held]
    ends = [(c, a, b) for c, a, b in known if c is not None and a is not None and b is not None]
    if not ends:
        return ""
    inside = sum(a <= c <= b for c, a, b in ends)
    told = message("{inside} of {weeks} weeks fell inside their interval.")
    return told.format(inside=whole(inside), weeks=whole(len(ends)))


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
        why = message("The back-test kept no decile table.")
        return absent("tenths", message("Too few customers for tenths"), why, width="w5")
    unit = board.measured(data)
    has_bands = any(t.high > t.low for t in found)
    measure = message("{noun} each in the unseen weeks, {unit}by tenth of customers, best forecast first")
    if charts.is_log(found):
        measure = message(
            "{noun} each in the unseen weeks, {unit}by tenth of customers, best forecast first; log scale"
        )
    band = (message("80 % interval"),) if has_bands else ()
    heads = (message("Tenth"), message("Forecast"), *band, message("Came"))
    words = {"best": message("best"), "came": message("came"), "forecast": message("forecast")}
    source = (
        message("Each tenth has about {count} customers; bands 80 %.")
        if has_bands
        else message("Each tenth has about {count} customers.")
    )
    return figure(
        "tenths",
        (_tenths_title(found, has_bands), measure.format(noun=unit.title, unit=_in(unit)), source.format(count=whole(found[0].customers))),
        lambda px: charts.deciles(found, px, amount=lambda v: i18n.number(v, digits_of(v)), words=words),
        twin(heads, [_tenth_row(t, unit, has_bands) for t in found]),
        width="w5",
    )  # fmt: skip


def _tenth(row: Mapping[str, Any]) -> Tenth:
    forecast = float(row["forecast"])
    low, high = board.number(row.get("low80")), board.number(row.get("high80"))
    ends = (forecast, forecast) if low is None or high is None else (low, high)
    return charts.Tenth(int(row["decile"]), int(row["customers"]), forecast, *ends, float(row["actual"]))


def _tenth_row(t: Tenth, unit: Unit, has_bands: bool) -> list[str]:
    band = [i18n.between(unit.plain(t.low), unit.plain(t.high))] if has_bands else []
    return [str(t.decile), unit.plain(t.forecast), *band, unit.plain(t.actual)]


def _in(unit: Unit) -> str:
    return f"{unit.symbol}, " if unit.currency else ""


def _tenths_title(found: Sequence[Tenth], has_bands: bool) -> str:
    first, last = found[0].actual, found[-1].actual
    came = sum(t.actual for t in found)
    if not (first >= max(t.actual for t in found) and first > 2 * last):
        return message("It does not tell the best customers from the rest")
    if not has_bands:
        miss = sum(abs(t.actual - t.forecast) for t in found) / came
        return message("It finds the best; its tenths miss by {share} on the whole").format(share=share(miss))
    off = [t for t in found if not t.low <= t.actual <= t.high]
    if len(off) <= 2:
        return message("It finds the best, and its tenths hold what came")
    low = sum(t.actual > t.high for t in off)
    told = message("It finds the best, but is too high in {off} of {all} tenths")
    if low > len(off) / 2:
        told = message("It finds the best, but is too low in {off} of {all} tenths")
    return told.format(off=max(low, len(off) - low), all=len(found))
