"""How long subscribers stay: counted and by the model, a figure for each period that a price pays for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong import charts, i18n
from lifelong.i18n import message, plural
from lifelong.report.figures import figure, twin
from lifelong.report.words import model_name, share, whole

if TYPE_CHECKING:
    from lifelong.report.figures import Figure
    from lifelong.report.inputs import Kept, ReportData


def section(data: ReportData) -> dict[str, Any] | None:
    """The figures; None where nobody subscribes."""
    shown = [kept for kept in data.kept if kept.renewals]
    return {"figures": [_figure(kept, len(shown)) for kept in shown]} if shown else None


def lost_share(data: ReportData) -> float | None:
    """The share of all subscriptions that have ended; None where nobody subscribes."""
    began = sum(kept.began for kept in data.kept)
    return sum(kept.lost for kept in data.kept) / began if began else None


def _figure(kept: Kept, count: int) -> Figure:
    last = kept.renewals[-1]
    title = plural(
        "After {count}\u00a0renewal, {share} are still there",
        "After {count}\u00a0renewals, {share} are still there",
        last.number,
    ).format(count=whole(last.number), share=share(last.counted))
    measure = message("Share of subscriptions paid by the {period} that are still there, by renewal").format(
        period=message(kept.period)
    )
    source = message(
        "{began} began, {lost} were lost. Counted: Kaplan and Meier's estimate, which lets nobody "
        "count longer than he was seen. Band: {model}, 95 %."
    ).format(began=whole(kept.began), lost=whole(kept.lost), model=model_name(kept.model))
    words = {"counted": message("counted"), "model": message("model")}
    rows = [
        [whole(r.number), i18n.percent(r.counted, 1), i18n.percent(r.model, 1), i18n.percent_interval(r.low, r.high, 1)]
        for r in kept.renewals
    ]
    table = twin((message("Renewal"), message("Counted"), message("Model"), message("95 % interval")), rows)
    return figure(
        f"kept-{kept.period}",
        (title, measure, source),
        lambda px: charts.keeping(kept.renewals, px, share=lambda v: i18n.percent(v, 0), words=words),
        table,
        width="w6" if count > 1 else "w7",
    )
