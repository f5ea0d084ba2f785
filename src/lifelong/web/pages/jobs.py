"""Jobs as pages act on them: stop one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request


def cancel(request: Request) -> RedirectResponse:
    """Stop a job and go back to the page that showed it."""
    request.app.state.desk.queue.cancel(request.path_params["job"])
    return RedirectResponse(back(request), 303)


def back(request: Request) -> str:
    """The path of the page that a form stood on, of this server only; the first page where the browser does not say it."""
    from urllib.parse import urlsplit

    told = urlsplit(request.headers.get("referer", ""))
    is_own = told.netloc == request.headers.get("host", "")
    return f"{told.path}{'?' + told.query if told.query else ''}" if is_own and told.path.startswith("/") else "/"


ROUTES = (Route("/jobs/{job}/cancel", cancel, methods=["POST"]),)
