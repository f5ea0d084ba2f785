"""The way in: the address that the server printed carries the token, which becomes a cookie; and whether it is well."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from lifelong import __version__
from lifelong.errors import AccessError
from lifelong.web import templating
from lifelong.web.answering import refusal

if TYPE_CHECKING:
    from starlette.requests import Request


async def health(_: Request) -> Response:
    """Whether the server runs, and its version."""
    return JSONResponse({"status": "ok", "version": __version__})


async def login(request: Request) -> Response:
    """Take the token, from the printed address or from the form, and let the browser in."""
    told = request.query_params.get("token", "")
    if request.method == "POST":
        told = parse_qs((await request.body()).decode("utf-8", "replace")).get("token", [""])[0]
    elif not told:
        return HTMLResponse(templating.page(request.scope, "login.html.j2", error=None))
    try:
        is_right = request.app.state.gate.is_right(told.strip())
    except AccessError as error:
        return refusal(request.scope, error)
    if not is_right:
        return refusal(
            request.scope,
            AccessError(
                "E511",
                "this is not the token",
                where="login",
                why="your customers' data lie behind it",
                fix="open the address that lifelong serve printed",
            ),
        )
    answer = RedirectResponse(f"{templating.frame(request.scope)['root']}/", 303)
    answer.set_cookie(
        request.app.state.gate.cookie,
        told.strip(),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


ROUTES = (Route("/health", health), Route("/login", login, methods=["GET", "POST"]))
