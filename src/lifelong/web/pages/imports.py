"""Data: a file is sent, looked at, mapped and read; and what the project holds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse
from starlette.routing import Route

from lifelong import i18n
from lifelong.errors import AccessError, ConfigError, LifelongError
from lifelong.i18n import N_
from lifelong.jobs import VERBS, Uploads
from lifelong.phrases import phrase
from lifelong.units import Money
from lifelong.web.answering import refusal
from lifelong.web.desk import Reply
from lifelong.web.visiting import Visit, handler

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
_SAID = ("currency", "timezone", "bad_share")
#: Whose reports of spend are known, under the names that their owners gave them.
PLATFORMS = {
    "google_ads": "Google Ads", "meta_ads": "Meta Ads Manager", "tiktok_ads": "TikTok Ads", "ga4": "Google Analytics 4",
}  # fmt: skip
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
    project = visit.desk.project()
    told = {key: said[key] for key in ("currency", "timezone")}
    seen = project.look(file, kind=kind if kind in KINDS else "", columns=given, **told).as_dict()
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
        platform=PLATFORMS.get(seen["platform"], ""),
        takes=_takes(seen["kind"]),
        usual_share=project.config.bad_share,
    )


def _takes(kind: str) -> tuple[str, ...]:
    """What may be told of a kind of file beside its columns: what its verb takes."""
    known = {param.name for param in VERBS[KINDS[kind][0]].params}
    return tuple(name for name in _SAID if name in known)


def _given(told: Mapping[str, str]) -> dict[str, str]:
    """Our names of columns to the file's, as chosen: ``name-3`` is the file's fourth column, ``as-3`` what it is."""
    given: dict[str, str] = {}
    for key in told:
        ours = told[key] if key.startswith("as-") else ""
        if ours in given:
            raise ConfigError(
                "E523", phrase("two columns are read as {ours}", ours=ours), where=told.get(f"name-{key[3:]}", key),
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
        kind = told.get("kind", "") if told.get("kind", "") in KINDS else "orders"
        verb, _ = KINDS[kind]
        args: dict[str, Any] = {"file": told.get("upload", ""), "columns": _given(told)}
        args |= {key: told[key].strip() for key in _takes(kind) if told.get(key, "").strip()}
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
        platform=PLATFORMS.get(report.get("origin", ""), "") if report else "",
        rebuilt=_answer(visit, job) if job.verb == "rebuild" else None,
        lines=(told := lines(report) if report else []),
        has_aside=any(name == "quarantined" and rows for name, rows, _ in told),
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
        phrase("the server ended while {verb!r} was at work", verb=job.verb),
        where=phrase("job {id}", id=job.id),
        why="it was stopped or killed; of what it had not finished nothing is kept",
        fix="start it again",
    ).as_dict()["error"]


def _report(visit: Visit, job: Job) -> Mapping[str, Any] | None:
    """The kept report of an import; None where it failed, or the report made room for younger ones."""
    return _answer(visit, job)


def _answer(visit: Visit, job: Job) -> Mapping[str, Any] | None:
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
    Route("/import/rebuild", start("rebuild"), methods=["POST"]),
    Route("/import/{job}", handler(outcome)),
)
