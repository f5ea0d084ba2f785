"""Rows that were set aside: by reason with their money, as they were sent, and to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from lifelong import i18n
from lifelong.i18n import N_
from lifelong.units import Money
from lifelong.web.pages.customers import EUROPEAN
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from starlette.responses import Response

#: Rows on a page.
ROWS = 50
#: Reasons, as cleaning names them.
REASONS = {
    name: name
    for name in (
        N_("unreadable row"),
        N_("total line"),
        N_("test order"),
        N_("not paid"),
        N_("no customer"),
        N_("damaged customer"),
        N_("no date"),
        N_("invalid date"),
        N_("date before 1970"),
        N_("date in the future"),
        N_("no amount"),
        N_("invalid amount"),
        N_("amount too large"),
        N_("foreign currency"),
        N_("spoilt id"),
        N_("invalid cost"),
        N_("invalid day"),
        N_("no day"),
        N_("end before start"),
        N_("several days"),
        N_("day in the future"),
        N_("unknown purpose"),
        N_("no start"),
        N_("start in the future"),
        N_("no end"),
        N_("pause outside"),
        N_("no price"),
        N_("unknown period"),
        N_("overlap"),
        N_("nobody"),
        N_("no time"),
        N_("invalid time"),
        N_("time before 1970"),
        N_("time in the future"),
    )
}
HEADS = {"file": N_("File"), "row": N_("Row"), "reason": N_("Reason")}


def quarantine(visit: Visit) -> Response:
    """The page."""
    if not visit.desk.project().holds():
        return visit.page("start.html.j2")
    page, reason = visit.number("page", 1, 1, 1_000_000), visit.query.get("reason", "")[:60]
    reply = visit.ask("quarantine", reason=reason, start=float((page - 1) * ROWS), most=float(ROWS))
    made = reply.value
    code = made["currency"] if made else ""
    return visit.page(
        "quarantine.html.j2",
        reply=reply,
        made=made,
        reasons=REASONS,
        heads=HEADS,
        exact=lambda cents: i18n.ledger(Money(cents, code)),
        page=page,
        pages=-(-made["of"] // ROWS) if made else 1,
        is_european=visit.request.scope["language"] in EUROPEAN,
    )


ROUTES = (Route("/quarantine", handler(quarantine)),)
