"""Forecast and plan: what the coming months bring, what each lever moves, and the plan against what came."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from lifelong import i18n
from lifelong.errors import LifelongError
from lifelong.i18n import N_
from lifelong.jobs import arguments
from lifelong.web import drawing
from lifelong.web.answering import refusal
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import HTMLResponse

#: Levers that can be moved: name, label.
LEVERS = (
    ("acquisition", N_("New customers")),
    ("retention", N_("Customers kept a year")),
    ("orders", N_("Orders of a customer")),
    ("basket", N_("Spend an order")),
)
NAMES = {**dict(LEVERS), "margin": N_("Margin")}
WHO = {"existing": N_("Present customers"), "new": N_("Customers won since"), "all": N_("All")}
#: What the elasticities of customer equity are called.
ELASTIC = {
    "retention": N_("Customers kept a year"),
    "margin": N_("Margin"),
    "discount": N_("Rate at which money later is worth less"),
    "acquisition": N_("New customers a month"),
    "cac": N_("Cost of winning a customer"),
}
#: Failures of the plan's comparison that only mean that it is too early.
EARLY = ("E482", "E483")
#: Seconds that keeping a plan is waited for.
KEEPING = 30.0
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asked(query: Mapping[str, str]) -> dict[str, Any]:
    """What the address asks of the forecast; a lever that is not moved is left out."""
    told: dict[str, Any] = {name: query.get(name, "").strip()[:40] for name in ("new_customers", "scenario", "margin")}
    months = query.get("months", "").strip()
    if months:
        told["months"] = int(months) if months.isdigit() else months
    moved = {name: query.get(name, "").strip() for name, _ in LEVERS}
    levers = {name: text for name, text in moved.items() if text not in ("", "1", "1.0", "1.00")}
    return {k: v for k, v in told.items() if v != ""} | ({"what_if": levers} if levers else {})


def forecast(visit: Visit) -> HTMLResponse:
    """The page; where nothing was scored it says how to begin."""
    if visit.desk.shelf() is None:
        return visit.page("start.html.j2")
    told = asked(visit.query)
    reply, actual, equity = visit.ask("forecast", **told), visit.ask("plan-actual"), visit.ask("equity")
    scenarios = [text.partition(":")[0].strip() for text in visit.desk.project().config.scenarios]
    return visit.page(
        "forecast.html.j2",
        reply=reply,
        made=reply.value,
        told=told,
        levers=LEVERS,
        names=NAMES,
        who=WHO,
        scenarios=scenarios,
        fan=fan(reply.value) if reply.value else None,
        rows=tornado(reply.value) if reply.value else [],
        actual=actual,
        is_early=bool(actual.error and actual.error["code"] in EARLY),
        equity=equity,
        elastic=ELASTIC,
    )


def fan(made: Mapping[str, Any]) -> drawing.Fan:
    """The counted months and then those to come."""
    unit = 10 ** made["digits"]
    points = [
        drawing.Point(*(month[name] / unit for name in ("revenue", "low80", "high80", "low90", "high90")))
        for month in made["months"]
    ]
    labels = [i18n.month(month["begins"]) for month in (*made["counted"], *made["months"])]
    counted = [month["revenue"] / unit for month in made["counted"]]
    return drawing.fan(counted, points, labels, lambda v: i18n.money(v, made["currency"], 0))


def tornado(made: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], drawing.Swing]]:
    """Levers by how far they move the margin."""
    places = drawing.swings([(row["low"], row["high"]) for row in made["swings"]], made["total"]["margin"])
    return list(zip(made["swings"], places, strict=True))


def download(request: Request) -> Response:
    """The forecast as a workbook with live formulas."""
    try:
        told = arguments("forecast", asked(request.query_params))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "forecast.xlsx"
            request.app.state.desk.project().forecast(xlsx=path, **_whole(told))
            data = path.read_bytes()
    except LifelongError as error:
        return refusal(request.scope, error)
    return Response(data, media_type=_XLSX, headers={"content-disposition": 'attachment; filename="forecast.xlsx"'})


def _whole(told: Mapping[str, Any]) -> dict[str, Any]:
    return {**told, "months": int(told["months"])} if "months" in told else dict(told)


def keep(request: Request) -> Response:
    """Keep what the page shows as the plan, and show the page again."""
    desk, prefix = request.app.state.desk, f"/{request.scope['language']}" if request.scope.get("is_named") else ""
    try:
        job = desk.queue.wait(
            desk.queue.submit("sales-budget", arguments("sales-budget", asked(request.query_params))).id, KEEPING
        )
    except LifelongError as error:
        return refusal(request.scope, error)
    if job.state == "failed":
        return RedirectResponse(f"{prefix}/forecast?{request.url.query}", 303)
    query = f"{request.url.query}&" if request.url.query else ""
    return RedirectResponse(f"{prefix}/forecast?{query}kept=1", 303)


ROUTES = (
    Route("/forecast", handler(forecast, is_kept=True)),
    Route("/forecast/forecast.xlsx", download),
    Route("/forecast/keep", keep, methods=["POST"]),
)
