"""Today: what to do first, in money; what changed since the last run; and what changed beyond chance last week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from lifelong import i18n
from lifelong.i18n import N_
from lifelong.phrases import unpacked
from lifelong.report.drawings import nice_ceiling, place
from lifelong.web import drawing
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import HTMLResponse

#: Actions that are shown, the first of the ranked ones.
SHOWN = 7
#: Where an action is done, by the kind of the opportunity; the others have their command.
WHERE = {
    "over the limit": ("/budget", N_("Open the budget lab")),
    "room": ("/budget", N_("Open the budget lab")),
    "costs": ("/equity", N_("See where revenue goes")),
    "group": ("/cohorts", N_("Compare the customers")),
}
EFFORT = {"low": N_("low"), "medium": N_("medium"), "high": N_("high")}
GROUNDS = {
    "counted": N_("counted in the books"),
    "forecast": N_("by the forecast"),
    "goes with": N_("seen together; no cause is known"),
}
#: Names of what is watched, and its sign for numbers.
WATCHED = {
    "orders": N_("Orders"),
    "revenue": N_("Revenue"),
    "new_customers": N_("New customers"),
    "one_time": N_("Share who do not come again"),
}


def today(visit: Visit) -> HTMLResponse:
    """The page; where nothing was scored it says how to begin."""
    if visit.desk.shelf() is None:
        return visit.page("start.html.j2")
    todo, alerts, trend = visit.ask("opportunities"), visit.ask("alerts"), visit.ask("trend")
    return visit.page(
        "today.html.j2",
        todo=todo,
        rows=rows(todo.value) if todo.value else [],
        where=WHERE,
        effort=EFFORT,
        grounds=GROUNDS,
        alerts=alerts,
        watched=watched(alerts.value) if alerts.value else [],
        trend=trend,
        change=trend.value["points"][-1] if trend.value else None,
        before=trend.value["points"][-2] if trend.value and len(trend.value["points"]) > 1 else None,
    )


def rows(made: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The first actions, in major units, with their places on one scale."""
    unit, first = 10 ** made["digits"], made["rows"][:SHOWN]
    top = nice_ceiling(max((row["high80"] / unit for row in first), default=1.0))
    made_rows = []
    for row in first:
        ends = {name: row[name] / unit for name in ("low80", "money", "high80")}
        words = {name: i18n.speak(unpacked(told)) for name, told in row.get("said", {}).items()}
        made_rows.append({**row, **words, **ends, "drawn": [place(end, 0.0, top) for end in ends.values()]})
    return made_rows


def watched(made: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each measure with its year of weeks drawn."""
    currency, found = made["currency"], []
    for one in made["measures"]:
        weeks, is_share = one["weeks"], one["measure"] == "one_time"

        def say(value: float, is_share: bool = is_share, name: str = one["measure"]) -> str:
            if is_share:
                return i18n.percent(value, 0)
            return i18n.money(value, currency, 0) if name == "revenue" else i18n.number(value, 0)

        limits = [(w["low"], w["high"]) if w["low"] is not None else None for w in weeks]
        labels = [i18n.short_date(w["ends"]) for w in weeks]
        plot = drawing.control([w["value"] for w in weeks], limits, labels, say)
        last = weeks[-1]
        told = {
            name: say(last[name]) if last[name] is not None else "" for name in ("value", "expected", "low", "high")
        }
        found.append({**one, "name": WATCHED[one["measure"]], "plot": plot, "told": told, "say": say})
    return found


ROUTES = (Route("/today", handler(today, is_kept=True)),)
