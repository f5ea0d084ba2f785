"""Customer equity: what the customers there are and those to come are worth, what moved it, and the firm by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from lifelong.i18n import N_
from lifelong.report.drawings import nice_ceiling, place
from lifelong.web import drawing
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import HTMLResponse

#: Inputs: name, label, hint.
FIELDS = (
    ("cac", N_("Cost of winning a customer"), N_("left empty: nothing, which is too good")),
    ("new_customers", N_("New customers a month"), N_("left empty: as in the last year")),
    ("months", N_("Customers are won for so many months"), N_("left empty: for ever")),
    ("wacc", N_("Money later is worth less by"), N_("such as 10%/year")),
    ("margin", N_("Gross margin"), N_("left empty: the project’s")),
    ("fixed_costs", N_("Fixed costs a year"), N_("before tax")),
    ("tax", N_("Tax"), N_("such as 25%")),
)
COSTS = {
    "goods": N_("Goods"),
    "payment": N_("Payment fees"),
    "shipping": N_("Shipping"),
    "service": N_("Service"),
    "bad_debt": N_("Never paid"),
}
#: Parts of a change of equity, in order: key and name.
PARTS = (
    ("came", N_("Customers won since")),
    ("gone", N_("Customers no longer there")),
    ("behaviour", N_("What the others did, and time")),
    ("model", N_("Another model")),
    ("future", N_("Customers still to be won")),
)


def equity(visit: Visit) -> HTMLResponse:
    """The page; where nothing was scored it says how to begin."""
    if visit.desk.shelf() is None:
        return visit.page("start.html.j2")
    told: dict[str, Any] = {name: visit.query.get(name, "").strip()[:40] for name, _, _ in FIELDS}
    if told["months"].isdigit():
        told["months"] = int(told["months"])
    reply, costs = visit.ask("valuation", **told), visit.ask("costs")
    return visit.page(
        "equity.html.j2",
        fields=FIELDS,
        told=told,
        reply=reply,
        made=reply.value,
        drawn=_drawn(reply.value) if reply.value else None,
        worth=worth(reply.value) if reply.value else [],
        change=change(reply.value) if reply.value else [],
        costs=costs,
        falls=falls(costs.value) if costs.value else [],
    )


def _drawn(made: Mapping[str, Any]) -> list[float]:
    """The residual value's interval on a scale from nothing."""
    top = nice_ceiling(made["rlv_high80"])
    return [place(made[name], 0.0, top) for name in ("rlv_low80", "rlv", "rlv_high80")]


def _bridge(rows: list[tuple[str, float | None, bool]]) -> list[tuple[str, float | None, bool, drawing.Step]]:
    steps = drawing.bridge([(amount or 0.0, is_total) for _, amount, is_total in rows])
    return [(*row, step) for row, step in zip(rows, steps, strict=True)]


def worth(made: Mapping[str, Any]) -> list[tuple[str, float | None, bool, drawing.Step]]:
    """From the value of present customers to the value of the firm: names, amounts, totals and their places."""
    rows: list[tuple[str, float | None, bool]] = [
        (N_("Present customers, for the rest of life"), made["rlv"], True),
        (N_("Customers still to be won, less the cost of winning them"), made["future"], False),
        (N_("Customer equity"), made["equity"], True),
    ]
    if made["fixed"] or made["tax"]:
        rows += [
            (N_("Fixed costs, at present value"), -made["fixed"], False),
            (N_("Tax"), -made["tax_due"], False),
            (N_("Value of the firm by its customers, after tax"), made["value"], True),
        ]
    return _bridge(rows)


def change(made: Mapping[str, Any]) -> list[tuple[str, float | None, bool, drawing.Step]]:
    """What moved customer equity since the run before, parts that add up."""
    told = made["change"]
    if told is None:
        return []
    unit = 10 ** made["digits"]
    rows: list[tuple[str, float | None, bool]] = [(N_("Customer equity then"), told["before"] / unit, True)]
    rows += [(name, None if told[key] is None else told[key] / unit, False) for key, name in PARTS]
    return _bridge([*rows, (N_("Customer equity now"), told["after"] / unit, True)])


def falls(made: Mapping[str, Any]) -> list[tuple[str, float | None, bool, drawing.Step]]:
    """From revenue down to what is left, in minor units as the verb tells them."""
    costs = [(COSTS[name], -float(cost), False) for name, cost in made["costs"].items() if cost]
    rows: list[tuple[str, float | None, bool]] = [(N_("Revenue"), made["revenue"], True), *costs]
    rows.append((N_("Contribution"), made["contribution"], True))
    rows += [
        (name, -float(made[key]), False)
        for key, name in (("advertising", N_("Advertising")), ("fixed", N_("Fixed costs")))
        if made[key]
    ]
    return _bridge([*rows, (N_("Left"), made["left"], True)])


ROUTES = (Route("/equity", handler(equity, is_kept=True)),)
