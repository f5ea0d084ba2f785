"""Errors as answers: one shape for programs, one page for people, and which HTTP status each code has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, JSONResponse, Response

if TYPE_CHECKING:
    from starlette.types import Scope

    from lifelong.errors import LifelongError

#: Codes with a status of their own; the class of the error says the others'.
STATUS = {
    "E402": 409, "E501": 404, "E503": 404, "E504": 413, "E505": 409, "E506": 503, "E507": 500, "E511": 401,
    "E512": 403, "E541": 400, "E542": 408, "E543": 409, "E544": 409,
    "E513": 403, "E514": 429, "E515": 404, "E534": 404, "E900": 500, "E401": 500, "E403": 507,
}  # fmt: skip
UNPROCESSABLE = 422


def status_of(code: str) -> int:
    """The HTTP status of an error's code: 422 where the question or the data are at fault."""
    return STATUS.get(code, UNPROCESSABLE)


def as_json(error: LifelongError) -> Response:
    """The one shape of an error for programs."""
    return JSONResponse(error.as_dict(), status_of(error.code), headers=_extra(error.code))


def _extra(code: str) -> dict[str, str]:
    if code == "E511":
        return {"www-authenticate": 'Bearer realm="lifelong"'}
    return {"retry-after": "60"} if code == "E514" else {}


def wants_page(scope: Scope) -> bool:
    """Whether a person asks, by a browser, rather than a program."""
    if scope["path"].startswith("/api/"):
        return False
    accept = next((v for k, v in scope["headers"] if k.lower() == b"accept"), b"")
    return b"text/html" in accept


def refusal(scope: Scope, error: LifelongError) -> Response:
    """An error as a page or as JSON, as was asked."""
    if not wants_page(scope):
        return as_json(error)
    from lifelong.web.templating import page

    name = "login.html.j2" if error.code in ("E511", "E514") else "refused.html.j2"
    return HTMLResponse(page(scope, name, error=error), status_of(error.code), headers=_extra(error.code))
