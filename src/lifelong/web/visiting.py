"""A visit: one request of a page, with what it may ask for, and how the page is written."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from lifelong.errors import AccessError, LifelongError
from lifelong.phrases import phrase
from lifelong.web import nav, templating
from lifelong.web.answering import status_of
from lifelong.web.desk import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from lifelong.web.desk import Desk, Reply


@dataclass(slots=True)
class Visit:
    """One request of a page.

    Attributes:
        request: as it came.
        desk: of the server.
        asked: every question that was asked for it, so that the page says what is still computed.
        until: when the page stops waiting for answers that are still computed.
    """

    request: Request
    desk: Desk
    asked: list[Reply] = field(default_factory=list)
    until: float = field(default_factory=lambda: time.monotonic() + PATIENCE)

    @property
    def query(self) -> Mapping[str, str]:
        """The state of the page, as its address holds it."""
        return self.request.query_params

    def ask(self, verb: str, **told: Any) -> Reply:
        """The answer to a question; an empty argument is left to its default."""
        clean = {k: v for k, v in told.items() if v not in ("", None)}
        reply = self.desk.ask(verb, clean, max(0.0, self.until - time.monotonic()))
        self.asked.append(reply)
        return reply

    def choice(self, name: str, *choices: str) -> str:
        """A setting of the page out of some; the first where the address says nothing.

        Raises:
            AccessError: E515 where the address says another.
        """
        told = self.query.get(name, choices[0])
        if told not in choices:
            raise AccessError(
                "E515",
                phrase("there is no such page: {name}={told!r}", name=name, told=told[:40]),
                where=self.request.url.path,
                why="the address was changed, or is of another version",
                fix=phrase("take one of {choices}", choices=", ".join(choices)),
            )
        return told

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number of the page's address between two bounds."""
        told = self.query.get(name, "")
        if not told.isdigit():
            return default
        return min(max(int(told[:9]), low), high)

    def page(self, name: str, status: int = 200, /, **seen: Any) -> HTMLResponse:
        """The page, in its shell."""
        shell = nav.shell(self.desk, self.request.url.path)
        working = [reply for reply in self.asked if reply.job is not None]
        text = templating.page(
            self.request.scope, name, **shell, working=working, q=dict(self.query), visit=self, **seen
        )
        return HTMLResponse(text, status)


def handler(show: Callable[[Visit], Response]) -> Callable[[Request], Response]:
    """A route of a page: its failures are shown in the shell, with the four fields."""

    def route(request: Request) -> Response:
        visit = Visit(request, request.app.state.desk)
        try:
            return show(visit)
        except LifelongError as error:
            return visit.page("refused.html.j2", status_of(error.code), error=error)

    route.__name__ = show.__name__
    return route
