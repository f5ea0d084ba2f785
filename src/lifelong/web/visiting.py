"""A visit: one request of a page, with what it may ask for, and how the page is written."""

from __future__ import annotations

import gzip
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse

from lifelong.errors import AccessError, LifelongError
from lifelong.phrases import phrase
from lifelong.web import nav, templating
from lifelong.web.answering import status_of
from lifelong.web.desk import PATIENCE, Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from lifelong.web.desk import Desk

#: Seconds that a page waits where its script asks, which follows what is still computed.
LIVE = 0.02
#: How hard pages are compressed.
LEVEL = 5


@dataclass(slots=True)
class Visit:
    """One request of a page.

    Attributes:
        request: as it came.
        desk: of the server.
        asked: every question that was asked for it, so that the page says what is still computed.
        until: when the page stops waiting for answers that are still computed.
        status: of the answer; of a question that is not understood, its refusal's.
    """

    request: Request
    desk: Desk
    asked: list[Reply] = field(default_factory=list)
    until: float = field(init=False)
    status: int = 200

    def __post_init__(self) -> None:
        self.until = time.monotonic() + (LIVE if self.request.headers.get("x-live") else PATIENCE)

    @property
    def query(self) -> Mapping[str, str]:
        """The state of the page, as its address holds it."""
        return self.request.query_params

    def ask(self, verb: str, **told: Any) -> Reply:
        """The answer to a question; an empty argument is left to its default.

        One that is not understood is answered by its refusal, so that the page keeps its form and what was typed.
        """
        clean = {k: v for k, v in told.items() if v not in ("", None)}
        try:
            reply = self.desk.ask(verb, clean, max(0.0, self.until - time.monotonic()))
        except LifelongError as error:
            self.status = status_of(error.code)
            reply = Reply(None, False, None, error.as_dict()["error"], verb, clean)
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

    def page(self, name: str, status: int = 0, /, **seen: Any) -> HTMLResponse:
        """The page, in its shell."""
        shell = nav.shell(self.desk, self.request.url.path)
        working = [reply for reply in self.asked if reply.job is not None]
        text = templating.page(
            self.request.scope, name, **shell, working=working, q=dict(self.query), visit=self, **seen
        )
        return HTMLResponse(text, status or self.status)


def handler(show: Callable[[Visit], Response], *, is_kept: bool = False) -> Callable[[Request], Awaitable[Response]]:
    """A route of a page: its failures are shown in the shell, with the four fields.

    Args:
        show: draws the page.
        is_kept: whether the page shows nothing but its address, its language and the state of the project, so that it
            may be kept until the project is in another state. Pages that list jobs, uploads or made files are not.
    """

    def draw(request: Request, state: str) -> Response:
        desk = request.app.state.desk
        visit = Visit(request, desk)
        try:
            answer = show(visit)
        except LifelongError as error:
            return visit.page("refused.html.j2", status_of(error.code), error=error)
        is_whole = answer.status_code == 200 and all(reply.is_settled for reply in visit.asked)
        if state and is_whole and desk.state() == state:  # in another one, it may be of either
            desk.keep(gzip.compress(bytes(answer.body), LEVEL, mtime=0), *_address(request), state=state)
        return answer

    async def route(request: Request) -> Response:
        desk = request.app.state.desk
        state = desk.state() if is_kept else ""
        kept = desk.found(*_address(request), state=state) if is_kept else None
        if kept is None:
            return await run_in_threadpool(draw, request, state)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return HTMLResponse(gzip.decompress(kept))
        return HTMLResponse(kept, headers={"content-encoding": "gzip", "vary": "Accept-Encoding"})

    route.__name__ = show.__name__
    return route


def _address(request: Request) -> tuple[str, ...]:
    """What a kept page is found by, beside the state and the language."""
    return "page", request.scope["path"], request.url.query, str(request.scope.get("is_named"))
