"""Jobs over REST: start, look, follow, cancel."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import StreamingResponse

from lifelong import i18n

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from lifelong.jobs import Job

router = APIRouter(prefix="/api/v1", tags=["jobs"])
JobId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="The id of a job.")]
#: Seconds between two looks at a job that is followed.
PACE = 0.2


@router.get("/jobs/{job}/events")
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
