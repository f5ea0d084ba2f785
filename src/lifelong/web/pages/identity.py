"""Who is who: ids that were joined to a customer, by which rule, what speaks for it, and how to part them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from lifelong.i18n import N_
from lifelong.web import files
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from starlette.responses import Response

#: Joins on a page.
ROWS = 50
#: Rules, as the tables name them.
RULES = {
    "guest with an account's e-mail": N_("guest with an account's e-mail"),
    "accounts with one e-mail": N_("accounts with one e-mail"),
}


def identity(visit: Visit) -> Response:
    """The page."""
    if "orders" not in visit.desk.project().holds():
        return visit.page("start.html.j2")
    page, job = visit.number("page", 1, 1, 1_000_000), files.following(visit, "identity-undo")
    reply = visit.ask("identity", start=float((page - 1) * ROWS), most=float(ROWS))
    of = reply.value["all_joins"] if reply.value else 0
    return visit.page(
        "identity.html.j2", reply=reply, made=reply.value, rules=RULES, page=page, pages=-(-of // ROWS), job=job
    )


ROUTES = (
    Route("/identity", handler(identity)),
    Route("/identity/undo", files.making("identity-undo", ("alias",), "/identity", said=()), methods=["POST"]),
)
