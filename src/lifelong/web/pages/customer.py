"""One customer: orders and silence over time, what is expected, and what that goes with."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from lifelong import i18n
from lifelong.i18n import N_
from lifelong.report.drawings import nice_ceiling
from lifelong.web.pages.customers import STAGES
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import HTMLResponse

#: Px of the field of orders and of that of the chance below it.
ORDERS, ALIVE = 96, 76
PARTS = {
    "silence": N_("Still a customer, by the silence against the own rhythm"),
    "frequency": N_("Orders of one who is still a customer"),
    "spend": N_("Value of an order"),
}


def customer(visit: Visit) -> HTMLResponse:
    """The page; an id that nobody has is E501."""
    name = visit.request.path_params["customer"][:200]
    reply = visit.ask("customer", customer=name)
    made = reply.value
    return visit.page(
        "customer.html.j2",
        404 if reply.error and reply.error["code"] == "E501" else 200,
        name=name,
        made=made,
        failed=reply.error,
        drawn=timeline(made) if made and made["orders"] else None,
        parts=PARTS,
        stages=STAGES,
    )


def timeline(made: Mapping[str, Any]) -> dict[str, Any]:
    """Orders as stems, the silence, the window of the next order, and the chance of being still a customer, on one axis."""
    until = _day(made["as_of"])
    first = _day(made["orders"][0]["day"])
    window = _window(made["next"])
    end = max(window[1] if window else until, until + max(until - first, 30) // 5)
    span = max(end - first, 1)

    def x(day: int) -> float:
        return round(100 * (min(max(day, first), end) - first) / span, 2)

    visits = [order for order in made["orders"] if order["counts"]]
    amounts = [order["amount"] or 0.0 for order in visits]
    top = nice_ceiling(max(amounts, default=0.0)) if any(amounts) else 0.0
    stems = [
        {
            "x": x(_day(order["day"])),
            "y": round(ORDERS - ORDERS * max(amount, 0.0) / top, 1) if top else ORDERS / 2,
            "told": order,
        }
        for order, amount in zip(visits, amounts, strict=True)
    ]
    points = [p for p in made["alive_over_time"] if _day(p["day"]) >= first]
    path = " ".join(f"{10 * x(_day(p['day'])):.1f},{ALIVE - ALIVE * p['alive']:.1f}" for p in points)
    return {
        "stems": stems,
        "top": top,
        "now": x(until),
        "last": x(_day(visits[-1]["day"])) if visits else 0.0,
        "window": (x(window[0]), round(x(window[1]) - x(window[0]), 2)) if window else None,
        "path": f"M{path}" if len(points) > 1 else "",
        "end": round(ALIVE - ALIVE * made["scores"]["alive"], 1),
        "ticks": _ticks(first, end, x),
        "left": made["of_orders"] - len(made["orders"]),
    }


def _window(told: Mapping[str, Any] | None) -> tuple[int, int] | None:
    return (_day(told["low80"]), _day(told["high80"])) if told and told["date"] else None


def _ticks(first: int, end: int, x: Any) -> list[dict[str, Any]]:
    """Up to six months along the axis; every other one is left out on a phone."""
    begins, last = dt.date.fromordinal(first), dt.date.fromordinal(end)
    months = [
        dt.date(begins.year + (begins.month + i) // 12, (begins.month + i) % 12 + 1, 1)
        for i in range((last.year - begins.year) * 12 + last.month - begins.month)
    ]
    every = max(1, -(-len(months) // 6))
    return [
        {"at": x(month.toordinal()), "label": i18n.month(month), "is_wide": i % 2 == 1}
        for i, month in enumerate(months[::every])
    ]


def _day(text: str) -> int:
    return dt.date.fromisoformat(text).toordinal()


ROUTES = (Route("/customers/{customer:path}", handler(customer, is_kept=True)),)
