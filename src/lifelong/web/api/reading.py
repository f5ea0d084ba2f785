"""What is there: kept answers, what numbers mean, the state of the project; and files that come in."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse, Response

from lifelong.definitions import DEFINITIONS, SHOWN
from lifelong.jobs.uploads import ENDINGS, Uploads
from lifelong.web.answering import status_of
from lifelong.web.api.shapes import FAILURES, TOKEN, Meanings, Upload, Work
from lifelong.web.api.verbs import answered

router = APIRouter(prefix="/api/v1", tags=["reading"], responses=FAILURES, dependencies=TOKEN)
#: A file's own name: no folder, no control sign, and an ending that is read.
_ENDINGS = "|".join(ending[1:] for ending in (*ENDINGS, *(ending.upper() for ending in ENDINGS)))
FILE_NAME = rf"^[^/\\\u0000-\u0020.\u007f-\u00a0][^/\\\u0000-\u001f\u007f-\u009f]{{0,90}}\.({_ENDINGS})$"
_RAW = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/answers/{name}", response_model=dict[str, Any])
def answer(request: Request, name: Annotated[str, Path(pattern="^[0-9a-f]{16}-[0-9a-f]{16}$")]) -> Response:
    """A kept answer, or the failure that was the answer."""
    kept = request.app.state.desk.answers.named(name)
    if kept.error:
        return JSONResponse({"error": dict(kept.error)}, status_of(kept.error["code"]))
    return JSONResponse(dict(kept.value))


@router.get("/definitions", response_model=Meanings)
def definitions() -> Response:
    """What every number means."""
    return Response(_definitions(), media_type="application/json")


@cache  # of this program's own registry
def _definitions() -> str:
    told = [
        {**asdict(one), "key": key, "verbs": [verb for verb, keys in SHOWN.items() if key in keys.split()]}
        for key, one in DEFINITIONS.items()
    ]
    return Meanings.model_validate({"definitions": told}).model_dump_json()


@router.get(
    "/status",
    response_model=dict[str, Any],
    responses={202: {"model": Work, "description": "A job that makes it: look at Location."}},
)
async def status(request: Request) -> Response:
    """What the project holds: the verb `status`, waited for."""
    return await answered(request.app.state.desk, "status", {}, "", "wait=30")


@router.post("/uploads", status_code=201, openapi_extra=_RAW)
async def upload(
    request: Request,
    name: Annotated[str, Query(pattern=FILE_NAME, description="The file's own name, whose ending says its format.")],
) -> Upload:
    """Send a file as the raw body. Its id is what a verb's argument `file` takes; it is kept for a day, or until read."""
    limit = request.app.state.gate.upload
    taken = await Uploads(request.app.state.desk.root).take(name, request.stream(), limit)
    return Upload(upload=taken)
