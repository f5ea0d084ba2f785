"""Jobs over REST: look, follow, cancel."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import StreamingResponse

from lifelong import i18n
from lifelong.errors import AccessError
from lifelong.web.api.shapes import FAILURES, ID, TOKEN, Jobs, Work

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from lifelong.jobs import Job

router = APIRouter(prefix="/api/v1", tags=["jobs"], responses=FAILURES, dependencies=TOKEN)
JobId = Annotated[str, Path(pattern=ID, description="The id of a job.")]
#: Seconds between two looks at a job that is followed.
PACE = 0.2


@router.get("/jobs")
def jobs(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200, description="So many at a time.")] = 50,
    cursor: Annotated[str, Query(pattern=ID, description="`next` of the page before.")] = "",
) -> Jobs:
    """The jobs, the youngest first."""
    every = request.app.state.desk.queue.records.all()
    begin = next((n + 1 for n, job in enumerate(every) if job.id == cursor), None) if cursor else 0
    if begin is None:
        raise stale()
    page = every[begin : begin + limit]
    further = page[-1].id if begin + limit < len(every) else None
    return Jobs.model_validate({"jobs": [job.as_dict() for job in page], "next": further})


def stale() -> AccessError:
    """The failure of a cursor that points into a list which is no more."""
    return AccessError(
        "E543",
        "the cursor is of another list",
        where="cursor",
        why="what it pointed at has changed since; going on would show some rows twice and others never",
        fix="begin again without a cursor",
    )


@router.get("/jobs/{job}")
def one(request: Request, job: JobId) -> Work:
    """One job, as it is now."""
    return Work.model_validate(request.app.state.desk.queue.records.get(job).as_dict())


@router.post("/jobs/{job}/cancel")
def cancel(request: Request, job: JobId) -> Work:
    """Stop a job; what it had not finished is not kept. One that is over stays as it ended."""
    return Work.model_validate(request.app.state.desk.queue.cancel(job).as_dict())


@router.get(
    "/jobs/{job}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Its progress."}},
)
async def events(request: Request, job: JobId) -> StreamingResponse:
    """Follow a job by server-sent events, until it is over."""
    desk = request.app.state.desk
    desk.queue.records.get(job)  # a wrong id is said before the stream begins

    async def stream() -> AsyncIterator[str]:
        last = ""
        while True:
            now = desk.queue.records.get(job)
            told = json.dumps(_progress(now), ensure_ascii=False)
            if told != last:
                yield f"data: {told}\n\n"
                last = told
            if now.is_over or await request.is_disconnected():
                return
            await asyncio.sleep(PACE)

    return StreamingResponse(stream(), media_type="text/event-stream")


def _progress(job: Job) -> dict[str, Any]:
    left = job.left
    told = i18n.message("about {seconds} s left").format(seconds=i18n.number(left)) if left else ""
    return {
        "state": job.state,
        "step": job.step,
        "done": job.done,
        "total": job.total,
        "left": told,
        "is_over": job.is_over,
    }
