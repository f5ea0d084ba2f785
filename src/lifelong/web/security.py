"""Who may ask what: hosts, the token, requests from other sites, sizes, and the headers of every answer.

One middleware stands before every route, so that a new route is closed by default. The rules are those of a program on
one's own machine that a hostile page in the same browser may try to reach.
"""

from __future__ import annotations

import hmac
import time
from collections import deque
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from lifelong.errors import AccessError
from lifelong.web.answering import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Paths that need no token: they tell and do nothing, or take one.
OPEN = ("/health", "/login")
#: What the login page itself needs.
OPEN_UNDER = ("/static/",)
COOKIE = "lifelong"
SAFE = ("GET", "HEAD", "OPTIONS")
#: Wrong tokens a minute, after which all are refused for the rest of it.
TRIES = 5
#: The largest body in bytes, of anything but an upload.
BODY = 1 << 20
UPLOADS = ("/api/v1/uploads", "/import/file")

HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    # "no-referrer" would make browsers send "Origin: null" with the app's own forms, which the guard then refuses
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(slots=True)
class Gate:
    """What is let in.

    Attributes:
        token: the secret that a caller must show, as ``Authorization: Bearer`` or as the cookie.
        hosts: host names that a request may be addressed to.
        upload: the largest upload in bytes.
        wrong: when wrong tokens came, in the last minute.
    """

    token: str
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    upload: int = 4 << 30
    wrong: deque[float] = field(default_factory=deque)

    def is_right(self, told: str) -> bool:
        """Whether a token is the right one, in constant time.

        Raises:
            AccessError: E514 after too many wrong ones.
        """
        now = time.monotonic()
        while self.wrong and self.wrong[0] < now - 60:
            self.wrong.popleft()
        if len(self.wrong) >= TRIES:
            raise AccessError(
                "E514",
                "too many wrong tokens in a minute",
                where="the request",
                why="guessing is stopped",
                fix="wait a minute, then take the token that lifelong serve printed",
            )
        is_right = hmac.compare_digest(told.encode(), self.token.encode())
        if not is_right:
            self.wrong.append(now)
        return is_right

    def check(self, scope: Scope) -> None:
        """Raise AccessError where the request is not let in."""
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        self._check_host(headers)
        path, method = scope["path"], scope["method"] if scope["type"] == "http" else "WEBSOCKET"
        if path in OPEN or path.startswith(OPEN_UNDER):
            if method not in SAFE:
                _check_site(headers)
            return
        bearer = headers.get("authorization", "")
        if bearer.lower().startswith("bearer "):
            if not self.is_right(bearer[7:].strip()):
                raise _no_token()
        else:
            cookie = _cookie(headers)
            if not cookie or not self.is_right(cookie):
                raise _no_token()
        # a cookie is sent by the browser unasked, so who asks must be seen; a bearer's script is told the same
        if method not in SAFE:
            _check_site(headers)

    def _check_host(self, headers: Mapping[str, str]) -> None:
        host = headers.get("host", "")
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        if name.lower() not in self.hosts:
            raise AccessError(
                "E512",
                "the request names another host",
                where=f"Host: {host[:60]!r}",
                why="a hostile page can make a browser ask this machine under its own name",
                fix="use the address that lifelong serve printed; another name is allowed by --allow-host",
            )


def _check_site(headers: Mapping[str, str]) -> None:
    """Refuse what another site's page sends: by Sec-Fetch-Site where the browser says it, and by Origin."""
    site, origin = headers.get("sec-fetch-site", ""), headers.get("origin", "")
    is_own = not origin or origin.partition("://")[2].lower() == headers.get("host", "").lower()
    has_bearer = headers.get("authorization", "").lower().startswith("bearer ")
    is_said = site == "same-origin" or (not site and bool(origin)) or (has_bearer and site in ("", "none"))
    if not (is_own and is_said):
        raise AccessError(
            "E513",
            "the request comes from another site, or does not say from where",
            where=f"Origin: {origin[:60] or 'none'}, Sec-Fetch-Site: {site[:20] or 'none'}",
            why="what changes something is taken from this program's own pages, or with a bearer token",
            fix="use the page itself, or send Authorization: Bearer TOKEN",
        )


def _cookie(headers: Mapping[str, str]) -> str:
    try:
        jar = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


def _no_token() -> AccessError:
    return AccessError(
        "E511",
        "the token is missing or wrong",
        where="the request",
        why="your customers' data lie behind it",
        fix="open the address that lifelong serve printed, or send Authorization: Bearer TOKEN",
    )


class Guard:
    """The middleware: refuses, limits bodies, and sets the headers of every answer."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app, self.gate = app, gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        try:
            self.gate.check(scope)
            limit = self.gate.upload if scope["path"] in UPLOADS else BODY
            _check_length(scope, limit)
        except AccessError as error:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await refusal(scope, error)(scope, receive, _with_headers(send))
            return
        await self.app(scope, _limited(receive, limit), _with_headers(send))


def _check_length(scope: Scope, limit: int) -> None:
    for name, value in scope["headers"]:
        if name.lower() == b"content-length" and value.isdigit() and int(value) > limit:
            raise too_large(limit)


def too_large(limit: int) -> AccessError:
    """The refusal of a body that is too large."""
    return AccessError(
        "E504",
        f"the request is larger than {limit / 1e6:,.0f} MB",
        where="the body",
        why="a larger one is no question, and a larger file is better read from where it lies",
        fix="lifelong ingest FILE reads files of any size",
    )


def _limited(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise too_large(limit)
        return message

    return counted


def _with_headers(send: Send) -> Send:
    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            extra = [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in there]
            if b"cache-control" not in there:
                extra.append((b"cache-control", b"no-store"))
            message = {**message, "headers": [*message["headers"], *extra]}
        await send(message)

    return told
