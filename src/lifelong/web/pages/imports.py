"""Data: a file is sent, looked at, mapped and read; and what the project holds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse
from starlette.routing import Route

from lifelong import i18n
from lifelong.errors import AccessError, ConfigError, LifelongError
from lifelong.jobs import Uploads
from lifelong.units import Money
from lifelong.web.answering import refusal
from lifelong.web.desk import Reply
from lifelong.web.visiting import Visit, handler
from lifelong.web.words import N_

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.datastructures import UploadFile
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, Response

    from lifelong.jobs import Job

#: Kinds of files, the verb that reads each, and how each is called.
KINDS = {
    "orders": ("ingest", N_("Orders")),
    "spend": ("spend", N_("Advertising spend")),
    "touches": ("touches", N_("Visits and clicks")),
    "subscriptions": ("ingest-subscriptions", N_("Subscriptions")),
}
_READERS = {verb: kind for kind, (verb, _) in KINDS.items()}
#: What may be told beside the columns, where the verb takes it.
_SAID = ("currency", "timezone")
CHUNK = 1 << 20
#: Columns and jobs that a page shows.
MOST_COLUMNS, MOST_JOBS = 200, 20


def data(visit: Visit) -> HTMLResponse:
    """What the project holds, and the place to bring more."""
    there = visit.desk.present().holds
    read = [job for job in visit.desk.queue.records.all() if job.verb in _READERS][:MOST_JOBS]
    return visit.page(
        "data.html.j2",
        status=visit.ask("status") if there else None,
        check=visit.ask("check") if there else None,
        imports=[(job, _report(visit, job)) for job in read],
        kinds=KINDS,
        readers=_READERS,
    )


async def upload(request: Request) -> Response:
    """Take a file of a form, a piece at a time, and go on to its columns."""
    try:
        async with request.form(max_files=1, max_fields=5) as form:
            file = form.get("file")
            if file is None or isinstance(file, str) or not file.filename:
                raise AccessError(
                    "E521", "no file was chosen", where="the form", why="there is nothing to read",
                    fix="choose a file, or drop it on the field",
                )  # fmt: skip
            most = request.app.state.gate.upload
            name = await Uploads(request.app.state.desk.root).take(file.filename, _pieces(file), most)
    except LifelongError as error:
        return refusal(request.scope, error)
    return RedirectResponse(f"/import/columns?{urlencode({'upload': name})}", 303)


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(CHUNK):
        yield piece


def columns(visit: Visit) -> HTMLResponse:
    """How the file would be read, to be changed by hand, before anything is stored."""
    query = visit.query
    name, kind = query.get("upload", ""), query.get("kind", "")
    file = Uploads(visit.desk.root).path(name)
    given, said = _given(query), {key: query.get(key, "").strip()[:40] for key in _SAID}
    seen = visit.desk.project().look(file, kind=kind if kind in KINDS else "", columns=given, **said).as_dict()
    ours = {theirs: name for name, theirs in seen["columns"].items()}
    return visit.page(
        "columns.html.j2",
        seen=seen,
        upload=name,
        kinds=KINDS,
        said=said,
        rows=[
            (number, theirs, ours.get(theirs, ""), [row[number] for row in seen["sample"]])
            for number, theirs in enumerate(seen["header"][:MOST_COLUMNS])
        ],
        can_map=seen["kind"] != "spend",
    )


def _given(told: Mapping[str, str]) -> dict[str, str]:
    """Our names of columns to the file's, as chosen: ``name-3`` is the file's fourth column, ``as-3`` what it is."""
    given: dict[str, str] = {}
    for key in told:
        ours = told[key] if key.startswith("as-") else ""
        if ours in given:
            raise ConfigError(
                "E523", f"two columns are read as {ours}", where=told.get(f"name-{key[3:]}", key),
                why="a row has one of each", fix="choose one of the two",
            )  # fmt: skip
        if ours:
            given[ours] = told.get(f"name-{key[3:]}", "")
    return given


async def read(request: Request) -> Response:
    """Start reading a file as it was mapped."""
    try:
        async with request.form(max_files=0, max_fields=3 * MOST_COLUMNS) as form:
            told = {key: value for key, value in form.items() if isinstance(value, str)}
        verb, _ = KINDS.get(told.get("kind", ""), KINDS["orders"])
        args: dict[str, Any] = {"file": told.get("upload", "")}
        if verb != "spend":
            args["columns"] = _given(told)
        takes = {"currency"} if verb == "spend" else {"timezone"} if verb == "touches" else set(_SAID)
        args |= {key: told[key].strip() for key in takes if told.get(key, "").strip()}
        Uploads(request.app.state.desk.root).path(args["file"])
        job = await asyncio.to_thread(request.app.state.desk.queue.submit, verb, args)
    except LifelongError as error:
        return refusal(request.scope, error)
    return RedirectResponse(f"/import/{job.id}", 303)


def outcome(visit: Visit) -> HTMLResponse:
    """One import: at work, its report, or why it failed, with the way back to the columns."""
    job = visit.desk.queue.records.get(visit.request.path_params["job"])
    if not job.is_over:
        visit.asked.append(Reply(None, False, job, None, job.verb, job.args))
    report = _report(visit, job) if job.verb in _READERS else None
    return visit.page(
        "import.html.j2",
        job=job,
        report=report,
        lines=lines(report) if report else [],
        error=job.error or (_lost(job) if job.state == "lost" else None),
        again=_again(visit, job) if job.verb in _READERS else "",
        kind=_READERS.get(job.verb, ""),
        has_orders="orders" in visit.desk.project().holds(),
    )


def lines(report: Mapping[str, Any]) -> list[tuple[str, int, str | None]]:
    """The reconciliation: what it is, rows, and money as people read it; the first line is the sum of the others."""
    if "cost_in" in report:
        told = [("in", report["rows_in"], report["cost_in"])]
        told += [(name, rows, report["cost"].get(name, 0)) for name, rows in report["rows"].items()]
    else:
        told = [("in", report["rows_in"], report["money_in"])]
        told += [(name, report[name], report[f"money_{name}"]) for name in ("kept", "quarantined", "duplicates")]
    code = report["currency"]
    return [(name, rows, None if cents is None else _exact(cents, code)) for name, rows, cents in told]


def _exact(cents: int, code: str) -> str:
    return i18n.ledger(Money(cents, code or "XXX"))


def _lost(job: Job) -> Mapping[str, str]:
    return AccessError(
        "E507",
        f"the server ended while {job.verb!r} was at work",
        where=f"job {job.id}",
        why="it was stopped or killed; of what it had not finished nothing is kept",
        fix="start it again",
    ).as_dict()["error"]


def _report(visit: Visit, job: Job) -> Mapping[str, Any] | None:
    """The kept report of an import; None where it failed, or the report made room for younger ones."""
    if job.state != "done":
        return None
    try:
        return visit.desk.answers.named(job.answer).value
    except LifelongError:
        return None


def _again(visit: Visit, job: Job) -> str:
    """The address of the mapping as it was chosen; empty where the file is no longer there."""
    try:
        Uploads(visit.desk.root).path(str(job.args.get("file", "")))
    except LifelongError:
        return ""
    told = {"upload": job.args["file"], "kind": _READERS[job.verb]}
    told |= {key: job.args[key] for key in _SAID if key in job.args}
    for number, (ours, theirs) in enumerate(dict(job.args.get("columns") or {}).items()):
        told |= {f"as-{number}": ours, f"name-{number}": theirs}
    return f"/import/columns?{urlencode(told)}"


def start(verb: str) -> Any:
    """The route that starts a verb without arguments, and follows it."""

    def begin(request: Request) -> Response:
        try:
            job = request.app.state.desk.queue.submit(verb, {})
        except LifelongError as error:
            return refusal(request.scope, error)
        return RedirectResponse(f"/import/{job.id}", 303)

    return begin


ROUTES = (
    Route("/import", handler(data)),
    Route("/import/file", upload, methods=["POST"]),
    Route("/import/columns", handler(columns)),
    Route("/import/read", read, methods=["POST"]),
    Route("/import/value", start("value"), methods=["POST"]),
    Route("/import/demo", start("demo"), methods=["POST"]),
    Route("/import/{job}", handler(outcome)),
)
