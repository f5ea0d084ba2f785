"""Channels: what each one's customers cost and bring, what may be spent to win one more, where the next euro goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from lifelong import i18n
from lifelong.i18n import N_
from lifelong.report.drawings import nice_ceiling, place
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import HTMLResponse

#: What the scorecard says of a channel, for people.
STATUS = {
    "grow": N_("pays: spend more where the next customer costs less than the limit"),
    "watch": N_("hardly pays: look at it again when more customers have aged"),
    "stop": N_("does not pay at this cost"),
    "unpaid": N_("nothing is spent here"),
    "no margin": N_("cannot be judged without a margin"),
}
RULES = {
    "first": N_("First touch"),
    "last": N_("Last touch"),
    "linear": N_("All alike"),
    "position": N_("First and last most"),
    "decay": N_("Later ones more"),
    "markov": N_("Markov removal"),
    "shapley": N_("Shapley"),
}


def channels(visit: Visit) -> HTMLResponse:
    """The page."""
    told = {name: visit.query.get(name, "").strip()[:40] for name in ("target", "payback", "age")}
    card, limits = visit.ask("channels", **told), visit.ask("limits", **told)
    has_touches = "touches" in visit.desk.project().holds()
    credit = visit.ask("attribution") if has_touches else None
    return visit.page(
        "channels.html.j2",
        card=card,
        made=card.value,
        rows=rows(card.value, limits.value) if card.value else [],
        limits=limits,
        credit=credit,
        credited=credited(credit.value) if credit and credit.value else None,
        statuses=STATUS,
        rules=RULES,
        told=told,
    )


def rows(card: Mapping[str, Any], limits: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """A row a channel, in major units, with the place of its ratio on one scale."""
    unit = 10 ** card["cac"]["digits"]
    by_name = {row["name"]: row for row in limits["rows"]} if limits else {}
    top = nice_ceiling(max([row["ratio"]["high80"] for row in card["rows"] if row["ratio"]] + [card["target"], 1.0]))
    return [_row(row, by_name.get(row["name"]), unit, top, card["target"]) for row in card["rows"]]


def _row(
    row: Mapping[str, Any], limit: Mapping[str, Any] | None, unit: int, top: float, target: float
) -> dict[str, Any]:
    ratio = row["ratio"]
    ends = ("low80", "mean", "high80")
    return {
        "name": row["name"],
        "customers": row["customers"],
        "status": row["status"],
        "payback": row["payback"],
        "cost": row["cost"] / unit,
        "cac": _major(row["cac"], unit),
        "value": {end: row["new_value"][end] / unit for end in ends} if row["new_value"] else None,
        "ratio": ratio,
        "drawn": [place(ratio[end], 0.0, top) for end in ends] if ratio else None,
        "target": place(target, 0.0, top),
        "limit": _major(limit["limit"], unit) if limit else None,
        "marginal": _major(limit["marginal"], unit) if limit else None,
        "is_over": bool(limit and limit["is_over"]),
        "budget": _major(limit["budget"], unit) if limit else None,
    }


def _major(value: float | None, unit: int) -> float | None:
    return None if value is None else value / unit


def credited(made: Mapping[str, Any]) -> dict[str, Any]:
    """Shares of the value that each rule credits to each channel."""
    rules = list(dict.fromkeys(row["rule"] for row in made["rows"]))
    table: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in made["rows"]:
        table.setdefault(row["channel"], {})[row["rule"]] = row
    spread = {
        name: (min(r["share"] for r in cells.values()), max(r["share"] for r in cells.values()))
        for name, cells in table.items()
    }
    wide = max(spread, key=lambda name: spread[name][1] - spread[name][0], default="")
    return {"rules": rules, "table": table, "widest": wide, "range": spread.get(wide)}


def ratio(value: float) -> str:
    """A ratio as people read it."""
    return i18n.number(value, 1)


ROUTES = (Route("/channels", handler(channels, is_kept=True)),)
