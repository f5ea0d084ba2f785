"""Models and trust: what the test on the firm's own past says, and what the model is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from lifelong.report import judged, origin, trust
from lifelong.report.inputs import ReportData
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from starlette.responses import HTMLResponse

    from lifelong.project import Project
    from lifelong.project.runs import Run


def models(visit: Visit) -> HTMLResponse:
    """The page; where nothing was scored it says how to begin."""
    shop = visit.desk.project()
    run = shop.scored()
    if run is None:
        return visit.page("start.html.j2")
    return visit.page("models.html.j2", **visit.desk.drawn("trust", lambda: _sections(shop, run)))


def _sections(shop: Project, run: Run) -> dict[str, Any]:
    """The report's own sections, of the latest scores and their test."""
    data = ReportData(
        name=shop.config.name,
        as_of=run.told["as_of"],
        currency=run.told["currency"],
        scores=run.scores(),
        fit=run.made_by(),
        leaderboard=shop.tested(),
    )
    return {
        "test": trust.test_of(data),
        "trust": trust.section(data),
        "judged": judged.section(data),
        "parameters": origin.parameters(data),
        "findings": origin.findings(data),
    }


ROUTES = (Route("/models", handler(models, is_kept=True)),)
