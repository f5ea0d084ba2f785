"""Overview: what the customer base is worth, how it moved, how many are still customers, what comes in a year."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from lifelong import i18n
from lifelong.report import drawings
from lifelong.report.words import Range
from lifelong.web import drawing
from lifelong.web.pages.customers import STAGES
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import HTMLResponse

    from lifelong.values import Leaderboard
    from lifelong.web.desk import Reply
    from lifelong.web.shelf import Shelf


def overview(visit: Visit) -> HTMLResponse:
    """The first page: how things stand, or how to begin."""
    shelf = visit.desk.shelf()
    if shelf is None:
        return visit.page("start.html.j2")
    equity, forecast = visit.ask("equity"), visit.ask("forecast")
    test = visit.desk.project().tested()
    return visit.page(
        "overview.html.j2",
        scores=shelf.told,
        numbers=numbers(shelf, equity),
        forecast=forecast,
        fan=fan(forecast.value, shelf.told["currency"]) if forecast.value else None,
        equity=equity,
        stages=visit.ask("stages"),
        stage_names=STAGES,
        best=shelf.page("value", 0, 5),
        test=_winner(test) if test else None,
    )


def numbers(shelf: Shelf, equity: Reply) -> dict[str, Any]:
    """Four numbers on one relative scale: value, value a customer, equity, orders."""
    t, n = shelf.told["totals"], max(shelf.told["customers"], 1)
    total = Range(t["value"], t["low80"], t["high80"])
    found = {"total": total, "each": total.each(n), "orders": Range(t["orders"], t["orders_low80"], t["orders_high80"])}
    if equity.value:
        e = equity.value
        found["equity"] = Range(e["rlv"], e["rlv_low80"], e["rlv_high80"])
    scale = drawings.scale_for(list(found.values()))
    whiskers = {name: drawings.relative(r, scale, "") for name, r in found.items()}
    middle = shelf.rows["median"] if "median" in shelf.rows.column_names else None
    return {
        "ranges": found,
        "whiskers": whiskers,
        "scale": scale,
        "median": _median(shelf) if middle is not None else None,
    }


def _median(shelf: Shelf) -> float:
    """The value of the customer in the middle of the list."""
    order = shelf.order("value")
    row = shelf.rows["value"][int(order[len(order) // 2])].as_py() if len(order) else math.nan
    return float(row) if row is not None else math.nan


def fan(value: Mapping[str, Any], currency: str) -> drawing.Fan:
    """The months to come as a fan."""
    unit = 10 ** value["digits"]
    months = [
        drawing.Point(*(month[name] / unit for name in ("revenue", "low80", "high80", "low90", "high90")))
        for month in value["months"]
    ]
    labels = [i18n.month(month["begins"]) for month in value["months"]]
    return drawing.fan((), months, labels, lambda v: i18n.money(v, currency, 0))


def _winner(test: Leaderboard) -> Mapping[str, Any] | None:
    """The chosen model's row of the latest test."""
    rows = [row for row in test.rows if row["model"] == test.chosen]
    return max(rows, key=lambda row: str(row["origin"]), default=None)


ROUTES = (Route("/", handler(overview, is_kept=True)),)
