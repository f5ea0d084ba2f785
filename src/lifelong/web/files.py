"""Files to take away: a form makes one as a job, the page follows it and lists what is there, a route hands it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, RedirectResponse, Response

from lifelong.errors import LifelongError
from lifelong.web.answering import refusal
from lifelong.web.desk import PATIENCE, Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from lifelong.jobs import Job
    from lifelong.web.visiting import Visit

_KINDS = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


def making(
    verb: str, names: tuple[str, ...], back: str, *, said: tuple[str, ...] | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """A route that queues a verb with what a form says, and goes back to its page, which follows the job.

    The page's address then holds what was said, or of that only the names in ``said``.
    """
    repeated = names if said is None else said

    async def make(request: Request) -> Response:
        form = await request.form()
        told = {name: str(form[name]) for name in names if form.get(name)}
        try:
            job = await run_in_threadpool(request.app.state.desk.queue.submit, verb, told)
        except LifelongError as error:
            return refusal(request.scope, error)
        prefix = f"/{request.scope['language']}" if request.scope.get("is_named") else ""
        state = "&".join(
            f"{name}={told[name]}" for name in repeated if name in told and told[name].replace("-", "").isalnum()
        )
        return RedirectResponse(f"{prefix}{back}?job={job.id}{'&' if state else ''}{state}", 303)

    return make


def taking(place: str) -> Callable[[Request], Response]:
    """A route that hands out a file of a folder. Its name is looked up in the folder's listing."""

    def take(request: Request) -> Response:
        try:
            path = request.app.state.desk.project().kept_file(place, request.path_params["name"])
        except LifelongError as error:
            return refusal(request.scope, error)
        kind = _KINDS.get(path.suffix.lower().lstrip("."), "application/octet-stream")
        return FileResponse(path, media_type=kind, filename=path.name, content_disposition_type="attachment")

    return take


def followed(visit: Visit, verb: str) -> Mapping[str, Any]:
    """The job that the page's address names: at work, done or failed; and the name of the file that it made."""
    job = begun(visit, verb)
    made = visit.desk.answers.named(job.answer).value["name"] if job and job.state == "done" else ""
    return {"job": job, "made": made}


def begun(visit: Visit, verb: str) -> Job | None:
    """The job of that verb which the page's address names, after a moment's wait; None where it names none."""
    name = visit.query.get("job", "")
    job = visit.desk.queue.wait(name, PATIENCE) if name else None
    return job if job and job.verb == verb else None


def following(visit: Visit, verb: str) -> Job | None:
    """As :func:`begun`; while it is at work the page says so."""
    job = begun(visit, verb)
    if job and not job.is_over:
        visit.asked.append(Reply(None, False, job, None, job.verb, {}))
    return job
