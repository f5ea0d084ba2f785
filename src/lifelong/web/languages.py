"""Which language a page speaks: the one in its path, else the one chosen before, else the browser's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import cookie_parser

from lifelong import i18n

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

CHOSEN = "lifelong-language"


def preferred(header: str) -> str:
    """The first language of an Accept-Language header that is there, by its weights; English otherwise.

    >>> preferred("de;q=0.9, en;q=0.5")
    'en'
    """
    told = []
    for number, part in enumerate(header.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            told.append((-float(weight or 1), number, tag.split("-")[0].lower()))
        except ValueError:
            continue
    return next((tag for _, _, tag in sorted(told) if tag in i18n.SPOKEN), "en")


def chosen(scope: Scope) -> str:
    """The language of a request whose path names none."""
    headers = {k.lower(): v.decode("latin-1") for k, v in scope["headers"]}
    told = cookie_parser(headers.get(b"cookie", "")).get(CHOSEN, "")
    return told if told in i18n.SPOKEN else preferred(headers.get(b"accept-language", ""))


class Speaking:
    """The middleware: takes the language out of the path and speaks it while the request is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the request's language."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        first, _, rest = scope["path"].lstrip("/").partition("/")
        if first in i18n.SPOKEN:
            scope = {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode(), "language": first, "is_named": True}
        else:
            scope = {**scope, "language": chosen(scope), "is_named": False}
        with i18n.speaking(scope["language"]):
            await self.app(scope, receive, send)
