"""Calls to a server: one question at a time, its answer waited for, its failures raised as they were there."""

from __future__ import annotations

import json
import time
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from lifelong.errors import CODES, AccessError, ConfigError, DataError, FitError, LifelongError, StoreError
from lifelong.phrases import phrase, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The class of a failure by the begin of its code; where codes of one begin have several classes, the common one.
_CLASSES: Mapping[str, type[LifelongError]] = {
    "E1": DataError, "E2": FitError, "E3": ConfigError, "E40": StoreError, "E5": AccessError,
}  # fmt: skip
#: Seconds that the server is asked to wait for an answer, and between two looks at a job after that.
WAIT, PACE = 20, 0.5


class _NoRedirect(HTTPRedirectHandler):
    """The server redirects nothing of its API; a token is carried nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        """No request."""


class Caller:
    """A server and its token.

    Args:
        address: what ``lifelong serve`` printed, with or without ``/login?token=...``.
        token: the token, where the address holds none.
        patience: seconds after which a job is no longer waited for; it goes on at the server.

    Raises:
        ConfigError: E301, where the address is none of a server, or no token is told.
    """

    def __init__(self, address: str, token: str = "", *, patience: float = 3600.0) -> None:
        base, _, told = address.partition("/login?token=")
        self.base, self.patience = base.rstrip("/"), patience
        self._token = token or told
        parts = urlsplit(self.base)
        if parts.scheme not in ("http", "https") or not parts.hostname or not self._token:
            raise ConfigError(
                "E301",
                phrase("this is no address of a server with its token: {base!r}", base=self.base[:60]),
                where="Client",
                why="it begins with http:// or https://, and the token lets in",
                fix='write Client("http://127.0.0.1:8765", token="...") as lifelong serve printed it',
            )
        self._opener = build_opener(ProxyHandler({}), _NoRedirect)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.base}>"

    def ask(self, verb: str, told: Mapping[str, Any], key: str = "") -> dict[str, Any]:
        """What a verb answers, waited for; the same as ``--json`` prints.

        Args:
            verb: its name, such as ``"next-orders"``.
            told: its arguments.
            key: an idempotency key: the same call under the same key starts nothing twice.

        Raises:
            LifelongError: what the verb raised at the server; E544 where its job was stopped; E545 where the server is
                not reached, or the job is not over when patience is.
        """
        headers = {"prefer": f"wait={WAIT}", **({"idempotency-key": key} if key else {})}
        status, _, body = self.call("POST", f"/{verb}", json.dumps(dict(told)).encode(), headers)
        made: dict[str, Any] = json.loads(body)
        return self.finished(made) if status == 202 else made

    def finished(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a job, once it is over; raises as :meth:`ask` does."""
        end = time.monotonic() + self.patience
        while job["state"] in ("queued", "running"):
            if time.monotonic() > end:
                raise _unreached(
                    phrase("job {id} is not over after {patience:.0f} s", id=job["id"], patience=self.patience),
                    "ask for the job again later",
                )
            time.sleep(PACE)
            job = self.json("GET", f"/jobs/{job['id']}")
        if job["state"] == "done":
            return self.json("GET", f"/answers/{job['answer']}")
        if job["error"]:
            raise raised(job["error"])
        raise AccessError(
            "E544",
            phrase("the job was {state}", state=job["state"]),
            where=phrase("job {id}", id=job["id"]),
            fix="ask again",
        )

    def send(self, path: str | Path) -> str:
        """Send a file, and return the id that verbs take as ``file``."""
        path = Path(path)
        with path.open("rb") as file:
            query = urlencode({"name": path.name})
            headers = {"content-type": "application/octet-stream", "content-length": str(path.stat().st_size)}
            return str(json.loads(self.call("POST", f"/uploads?{query}", file, headers)[2])["upload"])

    def json(self, method: str, path: str, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What a route answers as JSON."""
        told: dict[str, Any] = json.loads(self.call(method, path + asked(query or {}))[2])
        return told

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """The status, headers and body of an answer under ``/api/v1``; a failure is raised."""
        told = {"authorization": f"Bearer {self._token}", "content-type": "application/json", **(headers or {})}
        request = Request(f"{self.base}/api/v1{path}", data=body, headers=told, method=method)  # noqa: S310 - http or https, as was seen
        try:
            with self._opener.open(request, timeout=WAIT + 40) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except HTTPError as refused:
            with refused:
                raise raised(_error(refused)) from None
        except (URLError, HTTPException, OSError) as problem:
            raise _unreached(
                phrase("{base} does not answer: {problem}", base=self.base, problem=problem),
                "lifelong serve --project FOLDER",
            ) from None


def asked(query: Mapping[str, Any]) -> str:
    """A query as it stands in an address; what is None is left out."""
    told = {name: value for name, value in query.items() if value is not None}
    return f"?{urlencode(told)}" if told else ""


def quoted(name: str) -> str:
    """A name as a part of an address."""
    return quote(name, safe="")


def raised(error: Mapping[str, Any]) -> LifelongError:
    """The failure that a server told, as it is raised in Python."""
    code = error["code"]
    kind = _CLASSES.get(code[:2]) or _CLASSES.get(code[:3], LifelongError)
    if code not in CODES:  # a younger server's
        return AccessError(
            "E545", phrase("{code}: {why}", code=code, why=error["why"]), where=error["where"], fix=error["fix"]
        )
    said = error.get("said") or {"what": error["why"], "where": error["where"], "fix": error["fix"]}
    told = {name: unpacked(said.get(name)) for name in ("what", "where", "why", "fix")}
    return kind(code, **told)


def _error(refused: HTTPError) -> Mapping[str, Any]:
    try:
        told: Mapping[str, Any] = json.loads(refused.read())["error"]
    except (ValueError, KeyError, TypeError):
        told = {"code": "E545", "where": refused.url, "why": f"status {refused.code} without a reason: another program?",
                "fix": "look at the address"}  # fmt: skip
    return told


def _unreached(what: str, fix: str) -> AccessError:
    return AccessError("E545", what, where="Client", why="nothing was answered", fix=fix)
