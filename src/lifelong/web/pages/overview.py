"""Overview: what the customer base is worth, how it moved, how many are still customers, what comes in a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from starlette.responses import HTMLResponse


def overview(visit: Visit) -> HTMLResponse:
    """The first page: how things stand, or how to begin."""
    shelf = visit.desk.shelf()
    if shelf is None:
        return visit.page("start.html.j2")
    return visit.page(
        "overview.html.j2",
        scores=shelf.told,
        equity=visit.ask("equity"),
        forecast=visit.ask("forecast"),
        stages=visit.ask("stages"),
        best=shelf.page("value", 0, 5),
        test=visit.desk.project().tested(),
    )


ROUTES = (Route("/", handler(overview)),)
