"""The application: its middleware, its pages, its API."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from lifelong import __version__
from lifelong.errors import AccessError, ConfigError, LifelongError
from lifelong.phrases import phrase
from lifelong.web import assets, login, pages
from lifelong.web.answering import refusal
from lifelong.web.api import ROUTERS
from lifelong.web.desk import Desk
from lifelong.web.languages import Speaking
from lifelong.web.security import Gate, Guard
from lifelong.web.visiting import LEVEL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response


def make_app(root: Path, gate: Gate) -> FastAPI:
    """The application over one project.

    Args:
        root: the project's folder.
        gate: who is let in.
    """

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        app.state.desk = Desk(root)
        threading.Thread(target=_warm, args=(app.state.desk,), name="warm", daemon=True).start()
        try:
            yield
        finally:
            app.state.desk.close()

    app = FastAPI(
        title="lifelong",
        version=__version__,
        summary="Customer lifetime value with intervals that hold",
        lifespan=life,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # one address a page, and no redirect whose target the caller writes
    )
    app.state.gate = gate
    for part in (login.ROUTES, assets.ROUTES, pages.ROUTES):
        app.router.routes.extend(part)
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(LifelongError, _told)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _no_page)
    # the last added is the outermost: the guard sees every request first
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=LEVEL)
    app.add_middleware(Guard, gate=gate)
    app.add_middleware(Speaking)
    return app


def _warm(desk: Desk) -> None:
    """Read what the first page needs while the browser is still opening."""
    assets.version()
    with contextlib.suppress(LifelongError, OSError):  # where the project is damaged, the page says so
        desk.present()


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, LifelongError)  # noqa: S101 - it is registered for these
    return refusal(request.scope, error)


async def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for these
    first = error.errors()[0]
    place = ", ".join(str(part) for part in first["loc"])
    told = ConfigError(
        "E301",
        phrase("the request is not understood: {msg}", msg=first["msg"]),
        where=place,
        why="nothing was done",
        fix="the shape of every request stands in /api/v1/openapi.json",
    )
    return refusal(request.scope, told)


async def _no_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these
    if isinstance(error.__cause__, LifelongError):  # a body that was refused while it was read
        return refusal(request.scope, error.__cause__)
    told = _unread(error) if error.status_code == 400 else _absent(request, error)
    answer = refusal(request.scope, told)
    answer.status_code = error.status_code
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


def _unread(error: HTTPException) -> LifelongError:
    return ConfigError(
        "E301",
        phrase("the request is not understood: {detail}", detail=error.detail),
        where="the body",
        why="nothing was done",
        fix="the shape of every request stands in /api/v1/openapi.json",
    )


def _absent(request: Request, error: HTTPException) -> LifelongError:
    return AccessError(
        "E515",
        "there is no such page" if error.status_code == 404 else str(error.detail),
        where=phrase("{method} {path}", method=request.method, path=request.url.path[:100]),
        why="the address was changed, or is of another version",
        fix="begin at the first page",
    )
