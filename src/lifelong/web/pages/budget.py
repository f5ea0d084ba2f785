"""The budget lab: what spend brings in each channel, a split that brings more, what a cut would cost, what to try next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from lifelong import i18n
from lifelong.report.drawings import nice_ceiling, place
from lifelong.web import drawing
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import HTMLResponse

#: Before the name of a channel, in the address: its bounds, and the share that is cut of it.
BOUNDS, CUT = "bounds:", "cut:"


def budget(visit: Visit) -> HTMLResponse:
    """The page."""
    told = {name: visit.query.get(name, "").strip()[:40] for name in ("total", "trust", "hurdle", "lifetime")}
    bounds, cuts = named(visit.query, BOUNDS), named(visit.query, CUT)
    plan = visit.ask("budget", total=told["total"], trust=told["trust"], hurdle=told["hurdle"], bounds=bounds or None)
    cut = visit.ask("cut", cuts=cuts, lifetime=told["lifetime"]) if cuts else None
    # A wish that cannot be kept leaves the plan of today, so that its channels can still be chosen.
    shown = plan.value or (visit.ask("budget").value if plan.error and (bounds or any(told.values())) else None)
    return visit.page(
        "budget.html.j2",
        plan=plan,
        made=shown,
        rows=rows(shown) if shown else [],
        curves=curves(shown) if shown else [],
        told=told,
        bounds=bounds,
        cuts=cuts,
        cut=cut,
    )


def named(query: Mapping[str, str], prefix: str) -> dict[str, str]:
    """What the address says of each channel under a prefix."""
    return {
        name.removeprefix(prefix): text.strip()
        for name, text in query.items()
        if name.startswith(prefix) and text.strip()
    }


def rows(made: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row a channel, in major units, with today's and the planned spend and what the next unit brings on one scale each."""
    unit = 10 ** made["digits"]
    most = nice_ceiling(max(max(m["now"], m["plan"]) / unit for m in made["moves"]))
    top = nice_ceiling(max([m["marginal"]["high80"] for m in made["moves"]] + [1.0]))
    found = []
    for move in made["moves"]:
        money = {name: move[name] / unit for name in ("now", "plan", "low", "high", "marginal_cost")}
        ends = [move["marginal"][name] for name in ("low80", "mean", "high80")]
        found.append({
            **move, **money, "limit": None if move["limit"] is None else move["limit"] / unit,
            "bars": (place(money["now"], 0.0, most), place(money["plan"], 0.0, most)),
            "drawn": [place(end, 0.0, top) for end in ends], "even": place(1.0, 0.0, top),
        })  # fmt: skip
    return found


def curves(made: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each channel's curve, with its months, today and the plan on it."""
    unit, moves, found = 10 ** made["digits"], {m["channel"]: m for m in made["moves"]}, []
    for curve in made["curves"]:
        move = moves[curve["channel"]]
        marks = [(month["spend"] / unit, month["customers"], "month") for month in curve["months"]]
        marks.append((move["plan"] / unit, move["customers_plan"], "plan"))
        marks.append((move["now"] / unit, move["customers_now"], "now"))
        points = [(p["spend"] / unit, p["customers"], p["low80"], p["high80"]) for p in curve["points"]]
        plot = drawing.response(
            points, (curve["least"] / unit, curve["most"] / unit), marks, lambda v: i18n.money(v, made["currency"], 0)
        )
        found.append(
            {
                "channel": curve["channel"],
                "plot": plot,
                "move": move,
                "points": points,
                "elasticity": move["elasticity"],
            }
        )
    return found


ROUTES = (Route("/budget", handler(budget, is_kept=True)),)
