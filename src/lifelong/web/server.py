"""The server: where it listens, its token, and one server a project."""

from __future__ import annotations

import ipaddress
import json
import os
import secrets
import socket
import webbrowser
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from lifelong.errors import AccessError, ConfigError, missing_extra
from lifelong.jobs.records import is_alive
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: The token that programs may set, in place of one that is made at each start.
VARIABLE = "LIFELONG_TOKEN"
#: The least length of a token that guards an address which others reach.
LEAST = 24


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the server listens.

    Attributes:
        host, port: the address; a port of 0 takes a free one.
        allow_hosts: further names by which it may be asked.
        cert, key: for TLS.
        behind_proxy: that TLS is done by a proxy in front.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    allow_hosts: tuple[str, ...] = ()
    cert: str = ""
    key: str = ""
    behind_proxy: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def token_for(where: Listening) -> str:
    """The token: the environment's, or one made now.

    Raises:
        ConfigError: E516, where others would reach the server without TLS or by a weak token; E546, where the token
            holds what neither a header nor an address carries.
    """
    told = os.environ.get(VARIABLE, "")
    if not all("!" <= letter <= "~" for letter in told):
        raise ConfigError(
            "E546",
            phrase("{variable} holds a space or a letter beyond ASCII", variable=VARIABLE),
            where=VARIABLE,
            why="neither a header nor a cookie carries it unchanged",
            fix="take letters, digits and signs of ASCII",
        )
    if where.is_loopback:
        return told or secrets.token_urlsafe(24)
    has_tls = bool(where.cert and where.key) or where.behind_proxy
    if not has_tls or len(told) < LEAST:
        raise ConfigError(
            "E516",
            phrase("on {host} other machines would reach your customers' data", host=where.host),
            where="--host",
            why="the token would cross the network in the open" if not has_tls else "anyone could guess the token",
            fix=phrase(
                "give --tls-cert and --tls-key, or --behind-proxy; and set {variable} to at least {least} letters",
                variable=VARIABLE,
                least=LEAST,
            ),
        )
    return told


def serve(root: Path, where: Listening, *, is_opened: bool, say: Callable[[str], None]) -> None:
    """Serve a project until it is stopped.

    Args:
        root: the project's folder, made where there is none.
        where: the address.
        is_opened: whether a browser is opened.
        say: told the address.

    Raises:
        ConfigError: E303 where the extra ``web`` is not installed, E516.
        AccessError: E508 where the project is served already.
    """
    try:
        import uvicorn

        from lifelong.web.app import make_app
        from lifelong.web.security import Gate
    except ModuleNotFoundError as problem:
        raise missing_extra(str(problem.name), "web", "the web app") from None
    from lifelong.project import Project

    token = token_for(where)
    Project(root)  # made where it is absent
    ear = _listen(where)
    port = ear.getsockname()[1]
    gate = Gate(token, hosts=_names(where))
    scheme = "https" if where.cert else "http"
    address = f"{scheme}://{_bracketed(where.host)}:{port}"
    entry = f"{address}/login?token={quote(token, safe='')}"
    with _Alone(root, address):
        say(entry)
        if is_opened:
            webbrowser.open(entry)
        config = uvicorn.Config(
            make_app(root, gate), log_level="warning", access_log=False, server_header=False, date_header=False,
            ssl_certfile=where.cert or None, ssl_keyfile=where.key or None, timeout_keep_alive=30,
            timeout_graceful_shutdown=3, limit_concurrency=500, ws="none",
        )  # fmt: skip
        uvicorn.Server(config).run(sockets=[ear])


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _names(where: Listening) -> tuple[str, ...]:
    return (
        "localhost",
        "127.0.0.1",
        "[::1]",
        _bracketed(where.host.lower()),
        *(name.lower() for name in where.allow_hosts),
    )


def _listen(where: Listening) -> socket.socket:
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((where.host, where.port))
    except OSError as problem:
        made.close()
        raise ConfigError(
            "E301",
            phrase("port {port} cannot be taken: {strerror}", port=where.port, strerror=problem.strerror),
            where="--port",
            why="another program listens there",
            fix="take another:  lifelong serve --port 0  finds a free one",
        ) from None
    made.listen(128)
    made.set_inheritable(False)
    return made


class _Alone:
    """One server a project: a note with its process and address, which a second one reads."""

    def __init__(self, root: Path, address: str) -> None:
        self._note = root / "serving.json"
        self._address = address

    def __enter__(self) -> None:
        try:
            told = json.loads(self._note.read_text())
            if told["pid"] != os.getpid() and is_alive(told["pid"]):
                raise AccessError(
                    "E508",
                    phrase("this project is served already, at {address}", address=told["address"]),
                    where=phrase("process {pid}", pid=told["pid"]),
                    why="two servers would work on one project at once",
                    fix="open that address, or stop that process first",
                )
        except (OSError, ValueError, KeyError, TypeError, OverflowError):  # no note, or none of ours
            pass
        self._note.write_text(json.dumps({"pid": os.getpid(), "address": self._address}))

    def __exit__(self, *_: object) -> None:
        self._note.unlink(missing_ok=True)
