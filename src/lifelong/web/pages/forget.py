"""Erase a customer: what it rewrites is said, the id is typed again, a job does it, and a receipt stays without the id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse
from starlette.routing import Route

from lifelong.errors import AccessError, LifelongError
from lifelong.i18n import N_
from lifelong.web import files
from lifelong.web.answering import refusal
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, Response

#: What goes with a customer, by its folder.
RESULTS = {
    "cache": N_("Tables"),
    "quarantine": N_("Rows that were set aside"),
    "fits": N_("Fits"),
    "scores": N_("Scores"),
    "reports": N_("Reports"),
    "exports": N_("Exports"),
    "backtests": N_("Back-tests"),
    "answers": N_("Kept answers"),
    "jobs": N_("List of what was done"),
    "uploads": N_("Files that were sent and not read"),
}


def forget(visit: Visit) -> HTMLResponse:
    """The page."""
    job = files.following(visit, "forget")
    error = job.as_dict()["error"] if job else None  # which does not repeat the id
    return visit.page(
        "forget.html.j2",
        job=job and {"id": job.id, "is_over": job.is_over, "state": job.state, "error": error},
        receipt=visit.desk.answers.named(job.answer).value if job and job.state == "done" else None,
        ahead=visit.desk.project().before_forgetting(),
        results=RESULTS,
        customer=visit.query.get("customer", "").strip()[:200],
    )


async def erase(request: Request) -> Response:
    """Begin, where what was typed twice is the same."""
    try:
        async with request.form(max_files=0, max_fields=2) as form:
            customer, again = (str(form.get(key, "")).strip() for key in ("customer", "again"))
        if not customer or customer != again:
            raise AccessError(
                "E524", "the id was not confirmed", where="the form",
                why="nothing was changed: what was typed to confirm is not the id", fix="type the id exactly as it stands there",
            )  # fmt: skip
        desk = request.app.state.desk
        job = await run_in_threadpool(desk.queue.submit, "forget", {"customer": customer})
    except LifelongError as error:
        return refusal(request.scope, error)
    root = f"/{request.scope['language']}" if request.scope.get("is_named") else ""
    return RedirectResponse(f"{root}/forget?job={job.id}", 303)


ROUTES = (Route("/forget", handler(forget)), Route("/forget", erase, methods=["POST"]))
