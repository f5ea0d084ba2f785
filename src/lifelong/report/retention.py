"""How long subscribers stay: counted and by the model, a figure for each period that a price pays for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong import charts, i18n
from lifelong.report.figures import figure, twin
from lifelong.report.words import model_name, people, share, whole

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
    title = f"After {people(last.number, 'renewal', 'renewals')}, {share(last.counted)} are still there"
    measure = f"Share of subscriptions paid by the {kept.period} that are still there, by renewal"
    source = (
        f"{whole(kept.began)} began, {whole(kept.lost)} were lost. Counted: Kaplan and Meier's estimate, which lets nobody "
        f"count longer than he was seen. Band: {model_name(kept.model)}, 95 %."
    )
    words = {"counted": "counted", "model": "model"}
    rows = [
        [whole(r.number), i18n.percent(r.counted, 1), i18n.percent(r.model, 1), i18n.percent_interval(r.low, r.high, 1)]
        for r in kept.renewals
    ]
    table = twin(("Renewal", "Counted", "Model", "95 % interval"), rows)
    return figure(
        f"kept-{kept.period}",
        (title, measure, source),
        lambda px: charts.keeping(kept.renewals, px, share=lambda v: i18n.percent(v, 0), words=words),
        table,
        width="w6" if count > 1 else "w7",
    )
