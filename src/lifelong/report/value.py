"""Where value sits: the total with its doubt, the spread over customers, and the share of the best."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import charts, i18n
from lifelong.i18n import message
from lifelong.report import drawings
from lifelong.report.figures import absent, figure, twin
from lifelong.report.words import Range, digits_of, one_in, people, share, unit_of, values_of, whole
from lifelong.score.together import BUYERS, SUBSCRIBERS

if TYPE_CHECKING:
    from lifelong.charts import Distribution
    from lifelong.report.figures import Figure
    from lifelong.report.inputs import ReportData
    from lifelong.report.words import Unit
    from lifelong.values import Totals

FEW = 30
BEST = 0.2


def section(data: ReportData) -> dict[str, Any]:
    """The section: the total's table and two figures."""
    return {"equity": equity(data), "figures": [spread(data), best(data)]}


def best_group(data: ReportData) -> tuple[float, Totals] | None:
    """The best customers' share (such as 0.2) and their total, where the scores hold it."""
    for name, totals in data.scores.groups.items():
        head, _, tail = name.partition(" ")
        if head == "best":
            return float(tail.replace("%", "").strip()) / 100, totals
    return None


def best_range(data: ReportData) -> Range | None:
    """The share of value that the best fifth brings, with an 80 % interval; None where there is no value.

    The point is exact. The interval is first-order: the best and the rest vary apart from each other, save for the
    model's own error, which moves both alike and so leaves their shares as they are. With s the share and a, b the
    relative standard deviations of the two sums without that error, sd(s) = s (1 - s) sqrt(a^2 + b^2).
    """
    unit = unit_of(data)
    values = values_of(data, unit.column)
    if not len(values) or values.sum() <= 0:
        return None
    _, point = charts.best_share(values, BEST)
    group = best_group(data)
    if group is None or abs(group[0] - BEST) > 1e-9:
        return Range(point, point, point)
    own, whole_ = _apart(unit, group[1]), _apart(unit, data.scores.totals)
    rest = math.sqrt(max(whole_**2 - own**2, 0.0)) / max(unit.total(data.scores.totals).value * (1 - point), 1e-12)
    mine = own / max(unit.total(group[1]).value, 1e-12)
    half = 1.2816 * point * (1 - point) * math.hypot(mine, rest)
    return Range(point, max(point - half, 0.0), min(point + half, 1.0))


def _apart(unit: Unit, t: Totals) -> float:
    """Standard deviation of a total without the model's own error."""
    r = unit.total(t)
    return (r.high - r.low) * (1 - _known(t.model_share)) / (2 * 1.2816)


def _known(part: float) -> float:
    return min(max(part, 0.0), 1.0) if math.isfinite(part) else 0.0


def equity(data: ReportData) -> dict[str, Any]:
    """The total's table: at 90 %, at 80 %, without the model's own error, and the best fifth's."""
    unit, t = unit_of(data), data.scores.totals
    main, outer = unit.total(t), unit.total90(t)
    part = _known(t.model_share)
    inner = Range(
        main.value,
        main.value - (main.value - main.low) * (1 - part),
        main.value + (main.high - main.value) * (1 - part),
    )
    everyone = message("All customers")
    rows = [(everyone, message("90 % interval"), outer), (everyone, message("80 % interval"), main)]
    if part >= 0.01:
        rows.append((everyone, message("80 %, were the model itself right"), inner))
    group = best_group(data)
    if group is not None:
        note = message("{customers}, 80 % interval").format(customers=people(group[1].customers))
        rows.append((message("Best {share}").format(share=share(group[0])), note, unit.total(group[1])))
    for name, key in ((message("Subscribers"), SUBSCRIBERS), (message("Those who order"), BUYERS)):
        if key in data.scores.groups:
            part_of = data.scores.groups[key]
            note = message("{customers} expected to be there, 80 % interval")
            rows.append((name, note.format(customers=people(round(part_of.alive))), unit.total(part_of)))
    high = drawings.nice_ceiling(max(r.high for _, _, r in rows))
    return {
        "title": _equity_title(unit, main, part),
        "measure": message("{noun} over {ahead}; axis from 0 to {high}").format(noun=unit.title, ahead=unit.ahead, high=unit.plain(high)),
        "rows": [
            {"name": name, "note": note, "number": unit.say(r), "range": unit.spread(r),
             "drawing": drawings.along(r, 0.0, high, f"{unit.say(r)}, {note}: {unit.spread(r)}")}
            for name, note, r in rows
        ],
        "source": _equity_source(part, is_tested=data.leaderboard is not None),
    }  # fmt: skip


def _equity_title(unit: Unit, main: Range, part: float) -> str:
    low, high = unit.ends(main)
    if part < 0.01:
        return message("Four times in five the total will fall between {low} and {high}").format(low=low, high=high)
    told = message(
        "Four times in five the total will fall between {low} and {high}; {share} of that width is the model’s own error"
    )
    return told.format(low=low, high=high, share=share(part))


def _equity_source(part: float, *, is_tested: bool) -> str:
    if part >= 0.01 and not is_tested:
        return message(
            "No back-test could measure the model’s own error here, so the band holds one that is usual elsewhere."
        )
    if part >= 0.01:
        return message(
            "The model’s own error is what the rolling back-test measured on your past: how far forecast totals missed "
            "beyond chance. More customers narrow the rest of the band, but not that part."
        )
    return message(
        "The band holds chance and doubt about the parameters only. No back-test could measure the model’s own error "
        "here, so read the band as too narrow."
    )


def spread(data: ReportData) -> Figure:
    """The distribution of value over customers, with mean and median."""
    unit = unit_of(data)
    values = values_of(data, unit.column)
    if not len(values) or values.max(initial=0.0) <= 0:
        why = message("Every customer’s expected value is 0, so there is nothing to spread.")
        return absent("spread", message("No value is expected"), why)
    d = charts.measure(values)
    scale, measure = 1.0, message("Customers by their value over {ahead}, {unit}, doubling steps")
    if d.edges[-1] >= 10_000:
        scale, measure = 1000.0, message("Customers by their value over {ahead}, thousand {unit}, doubling steps")
    mean = unit.say(unit.total(data.scores.totals).each(len(values)))
    words = {
        "customers": message("Share of customers"), "value": message("Share of value"),
        "median": message("Median {value}").format(value=unit.plain(d.median)), "median_note": message("half are worth less"),
        "mean": message("Mean {value}").format(value=mean), "mean_note": message("{share} are worth less").format(share=share(d.below_mean)),
    }  # fmt: skip
    source = message("{customers}, as of {day}.").format(customers=people(len(values)), day=i18n.date(data.as_of))
    return figure(
        "spread",
        (_spread_title(d, len(values)), measure.format(ahead=unit.ahead, unit=unit.symbol), source),
        lambda px: charts.distribution(
            d, px, amount=lambda edge: i18n.number(edge / scale, digits_of(edge / scale)), share=share, words=words
        ),
        twin((message("Value"), message("Customers"), message("Bring")), _class_rows(d, unit)),
    )


def _spread_title(d: Distribution, n: int) -> str:
    if n < FEW:
        return message("{count} customers are too few to see a shape; here is each class").format(count=whole(n))
    if d.mean >= 1.5 * d.median:
        return message("Most customers are worth little, and the mean hides it")
    if d.mean <= 1.15 * d.median:
        return message("Customers are worth much the same: mean and median agree")
    told = message("The mean lies above the middle customer: {share} are worth less than it")
    return told.format(share=share(d.below_mean))


def _class_rows(d: Distribution, unit: Unit) -> list[list[str]]:
    edges = [unit.plain(e) for e in d.edges]
    names = [
        message("under {value}").format(value=edges[0]),
        *(i18n.between(a, b) for a, b in itertools.pairwise(edges)),
        message("{value} or more").format(value=edges[-1]),
    ]
    rows = [[n, whole(c), unit.plain(v)] for n, c, v in zip(names, d.customers, d.value, strict=True)]
    return [*rows, [message("all"), whole(sum(d.customers)), unit.plain(sum(d.value))]]


def best(data: ReportData) -> Figure:
    """The Lorenz curve, with the best fifth marked on what is predicted and on what came."""
    unit, found = unit_of(data), best_range(data)
    values = values_of(data, unit.column)
    predicted = charts.curve(values) if found else None
    if found is None or predicted is None:
        why = message("No value is expected, so no customer’s share of it can be told.")
        return absent("best", message("There is no best fifth"), why)
    past = np.nan_to_num(values_of(data, "historic")) if data.has_money else np.zeros(0)
    so_far = charts.curve(past) if len(past) and past.min() >= 0 else None
    at_so_far = charts.best_share(past, BEST)[1] if so_far else None
    count, _ = charts.best_share(values, BEST)
    shown = charts.Lorenz(predicted, so_far, BEST, found.value, found.low, found.high, at_so_far)
    words = {
        "predicted": message("predicted"), "so_far": message("of value so far"),
        "equal": message("if all were equal"), "best": message("best 20 %"),
    }  # fmt: skip
    measure = message("Share of {noun} brought, customers sorted from the best")
    if so_far:
        measure = message("Share of {noun} brought, customers sorted from the best; so far in ink")
    source = message("Best 20 % are {customers}; 80 % interval {range}. Gini {gini}.").format(
        customers=people(count), range=i18n.percent_interval(found.low, found.high), gini=i18n.number(predicted.gini, 2)
    )
    return figure(
        "best",
        (_best_title(found.value, count, len(values)), measure.format(noun=unit.noun), source),
        lambda px: charts.lorenz(shown, px, share=share, words=words),
        twin((message("Best customers"), message("Will bring"), message("Brought so far")), _curve_rows(values, past if so_far else None)),
    )  # fmt: skip


def _best_title(point: float, count: int, n: int) -> str:
    if n < FEW:
        told = message("The best fifth is {customers} here; they will bring {share}")
        return told.format(customers=people(count), share=share(point))
    if point < 0.35:
        return message("Value is spread evenly: the best fifth will bring {share}").format(share=one_in(point))
    if point >= 0.9:
        return message("Nearly all of it sits with the best fifth: {share}").format(share=share(point))
    return message("The best fifth will bring {share}").format(share=one_in(point))


def _curve_rows(values: np.ndarray[Any, Any], past: np.ndarray[Any, Any] | None) -> list[list[str]]:
    rows = []
    for best_ in (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8):
        so_far = share(charts.best_share(past, best_)[1]) if past is not None else i18n.unknown()
        rows.append([share(best_), share(charts.best_share(values, best_)[1]), so_far])
    return rows
