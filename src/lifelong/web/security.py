"""Who may ask what: hosts, the token, requests from other sites, sizes, and the headers of every answer.

One middleware stands before every route, so that a new route is closed by default. The rules are those of a program on
one's own machine that a hostile page in the same browser may try to reach.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import sys
import time
import traceback
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.requests import cookie_parser

from lifelong.errors import AccessError, LifelongError
from lifelong.phrases import phrase
from lifelong.web.answering import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Paths that need no token: they tell and do nothing, or take one.
OPEN = ("/health", "/login")
#: What the login page itself needs.
OPEN_UNDER = ("/static/",)
SAFE = ("GET", "HEAD", "OPTIONS")
#: Wrong tokens a minute, after which all are refused for the rest of it.
TRIES = 5
#: The largest body in bytes, of anything but an upload.
BODY = 1 << 20
UPLOADS = ("/api/v1/uploads", "/import/file")
#: The largest body of the login form, which anybody may send.
LOGIN = 4096
#: Seconds that a body may pause.
PAUSE = 30.0
#: Headers that decide who is let in: said once, or the two ends of a proxy could each believe another one.
ONCE = ("host", "authorization", "origin", "sec-fetch-site", "sec-fetch-mode", "cookie", "content-length")
_HOST = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")

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

    @property
    def cookie(self) -> str:
        """The cookie's name: of this token only, since browsers give all servers of one host the same cookies.

        A cookie of an earlier start, or of another project's server, is then none, and no wrong guess.
        """
        return "lifelong-" + hashlib.sha256(self.token.encode()).hexdigest()[:8]

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
        headers = _said_once(scope)
        self._check_host(headers)
        path, method = scope["path"], scope["method"] if scope["type"] == "http" else "WEBSOCKET"
        if path in OPEN or path.startswith(OPEN_UNDER):
            if method not in SAFE:
                _check_site(headers)
            elif path == "/login" and scope.get("query_string"):
                _check_reader(headers, is_login=True)
            return
        bearer = headers.get("authorization", "")
        if bearer.lower().startswith("bearer "):
            if not self.is_right(bearer[7:].strip()):
                raise _no_token()
        else:
            cookie = cookie_parser(headers.get("cookie", "")).get(self.cookie, "")
            if not cookie or not self.is_right(cookie):
                raise _no_token()
        # a cookie is sent by the browser unasked, so who asks must be seen; a bearer's script is told the same
        if method not in SAFE:
            _check_site(headers)
        else:
            _check_reader(headers)

    def _check_host(self, headers: Mapping[str, str]) -> None:
        host = headers.get("host", "")
        parts = _HOST.fullmatch(host.lower())
        if parts is None or parts[1] not in self.hosts:
            raise AccessError(
                "E512",
                "the request names another host",
                where=phrase("Host: {host!r}", host=host[:60]),
                why="a hostile page can make a browser ask this machine under its own name",
                fix="use the address that lifelong serve printed; another name is allowed by --allow-host",
            )


def _is_own(headers: Mapping[str, str]) -> bool:
    origin = headers.get("origin", "")
    return not origin or origin.partition("://")[2].lower() == headers.get("host", "").lower()


def _check_site(headers: Mapping[str, str]) -> None:
    """Refuse what another site's page sends: by Sec-Fetch-Site where the browser says it, and by Origin."""
    site, origin = headers.get("sec-fetch-site", ""), headers.get("origin", "")
    has_bearer = headers.get("authorization", "").lower().startswith("bearer ")
    is_said = site == "same-origin" or (not site and bool(origin)) or (has_bearer and site in ("", "none"))
    if not (_is_own(headers) and is_said):
        raise AccessError(
            "E513",
            "the request comes from another site, or does not say from where",
            where=phrase(
                "Origin: {origin}, Sec-Fetch-Site: {site}", origin=origin[:60] or "none", site=site[:20] or "none"
            ),
            why="what changes something is taken from this program's own pages, or with a bearer token",
            fix="use the page itself, or send Authorization: Bearer TOKEN",
        )


def _said_once(scope: Scope) -> Mapping[str, str]:
    """The headers, where none that decides is said twice; E541 where one is."""
    headers = [(k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in scope["headers"]]
    often = Counter(name for name, _ in headers if name in ONCE)
    if twice := [name for name, count in often.items() if count > 1]:
        raise AccessError(
            "E541",
            phrase("the header {twice} is said twice", twice=twice[0]),
            where="the request",
            why="it decides who is let in, and two of them may say two things",
            fix="say it once",
        )
    return dict(headers)


def _check_reader(headers: Mapping[str, str], *, is_login: bool = False) -> None:
    """Refuse what another site's page reads in the background; a link that somebody follows is let in.

    With ``is_login`` the link too: wrong tokens in a hostile page's links would lock the owner out.
    """
    site, mode = headers.get("sec-fetch-site", ""), headers.get("sec-fetch-mode", "")
    is_foreign = site in ("same-site", "cross-site") or not _is_own(headers)
    if is_foreign and (is_login or mode != "navigate"):
        raise AccessError(
            "E513",
            "the request comes from another site",
            where=phrase(
                "Origin: {headers}, Sec-Fetch-Site: {site}",
                headers=headers.get("origin", "none")[:60],
                site=site[:20] or "none",
            ),
            why="another site's page may neither read nor try tokens here",
            fix="type the address, or paste it",
        )


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
            small = LOGIN if scope["path"] == "/login" else BODY
            limit = self.gate.upload if scope["path"] in UPLOADS else small
            _check_length(scope, limit)
        except AccessError as error:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await refusal(scope, error)(scope, receive, _with_headers(send))
            return
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, _limited(receive, limit), _with_headers(watched))
        except Exception as fault:
            traceback.print_exc(file=sys.stderr)
            if has_begun:  # what was said cannot be taken back; the connection is cut
                raise
            await refusal(scope, _unforeseen(fault))(scope, receive, _with_headers(send))


def _unforeseen(fault: Exception) -> LifelongError:
    return AccessError(
        "E900",
        phrase("an unforeseen failure: {name}", name=type(fault).__name__),
        where="the server",
        why="this is a fault of lifelong; nothing half-written was kept",
        fix="look at the server's own output for the whole trace, and report it",
    )


def _check_length(scope: Scope, limit: int) -> None:
    for name, value in scope["headers"]:
        if name.lower() == b"content-length" and (len(value) > 18 or (value.isdigit() and int(value) > limit)):
            raise too_large(limit)


def too_large(limit: int) -> AccessError:
    """The refusal of a body that is too large."""
    return AccessError(
        "E504",
        phrase("the request is larger than {limit:,} bytes", limit=limit),
        where="the body",
        why="a larger one is no question, and a larger file is better read from where it lies",
        fix="lifelong ingest FILE reads files of any size",
    )


def _too_slow() -> AccessError:
    return AccessError(
        "E542",
        phrase("nothing came for {pause:.0f} s", pause=PAUSE),
        where="the body",
        why="a caller that sends no more holds what others need",
        fix="send it again",
    )


def _limited(receive: Receive, limit: int) -> Receive:
    taken, is_whole = 0, False

    async def counted() -> Message:
        nonlocal taken, is_whole
        try:  # once the body is whole, the next message is that the caller has gone, whenever that is
            message = await asyncio.wait_for(receive(), None if is_whole else PAUSE)
        except TimeoutError:
            raise _too_slow() from None
        is_whole = not message.get("more_body", False)
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
