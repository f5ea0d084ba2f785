"""A route for each verb, made from the table of verbs, so that OpenAPI says exactly what each may be told."""

from __future__ import annotations

import asyncio
import time
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from lifelong.errors import AccessError
from lifelong.jobs import VERBS, Job, Param, Verb, arguments
from lifelong.jobs.params import LONGEST, MANY
from lifelong.phrases import phrase
from lifelong.web.answering import status_of
from lifelong.web.api.shapes import FAILURES, ID, TEXT, TOKEN, Key, Prefer, Told, Verbs, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lifelong.web.desk import Desk

router = APIRouter(prefix="/api/v1", tags=["verbs"], responses=FAILURES, dependencies=TOKEN)
#: Seconds between two looks at a job that is waited for.
PACE = 0.05
_Text = Annotated[str, Field(max_length=LONGEST, pattern=TEXT)]
_KINDS: Mapping[str, Any] = {
    "text": _Text,
    "number": Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)],
    "flag": bool,
    "map": Annotated[dict[_Text, _Text], Field(max_length=MANY)],
    "list": Annotated[list[_Text], Field(max_length=MANY)],
    "upload": Annotated[str, Field(pattern=ID)],
}


def question(verb: Verb) -> type[BaseModel]:
    """The model of what a verb may be told."""
    fields: dict[str, Any] = {param.name: (_kind(param), _field(param)) for param in verb.params}
    name = "".join(part.title() for part in verb.name.split("-"))
    return create_model(name, __config__=ConfigDict(strict=True, extra="forbid"), __doc__=verb.say, **fields)


def _kind(param: Param) -> Any:
    return Literal[param.choices] if param.kind == "choice" else _KINDS[param.kind]


def _field(param: Param) -> Any:
    if param.is_needed:
        return Field(description=param.say)
    # what is not told is left to the verb; a default is shown only where it is one that could be told
    shown = {"default": param.default} if param.default not in ("", None) else {}
    return Field(default_factory=lambda: None, description=param.say, json_schema_extra=shown)


@router.get("/verbs", response_model=Verbs)
def verbs() -> Response:
    """What there is to ask, with its arguments."""
    return Response(_verbs(), media_type="application/json")


@cache  # of this program's own table
def _verbs() -> str:
    return Verbs.model_validate({"verbs": [_told(verb) for verb in VERBS.values()]}).model_dump_json()


def _told(verb: Verb) -> Told:
    told = [{**_plain(param), "choices": list(param.choices)} for param in verb.params]
    return Told.model_validate({"name": verb.name, "say": verb.say, "writes": verb.writes, "arguments": told})


def _plain(param: Param) -> dict[str, Any]:
    return {name: getattr(param, name) for name in ("name", "kind", "say", "default", "is_needed")}


async def answered(desk: Desk, name: str, told: Mapping[str, Any], key: str, prefer: str) -> Response:
    """The answer where it is kept or comes in time, a failure in the one shape, or 202 with the job."""
    args, verb = arguments(name, told), VERBS[name]
    if verb.is_instant:
        reply = await run_in_threadpool(desk.ask, name, args)
        return _failure(reply.error) if reply.error else JSONResponse(reply.value)
    if not verb.writes and not key:
        kept = await run_in_threadpool(desk.answers.get, name, args)
        if kept is not None:
            return _failure(kept.error) if kept.error else _answer(kept.name, kept.value)
    job = await run_in_threadpool(desk.queue.submit, name, args, key)
    end = time.monotonic() + int(prefer.partition("=")[2] or 0)
    while not (job := desk.queue.records.get(job.id)).is_over and time.monotonic() < end:
        await asyncio.sleep(PACE)  # no thread is held, so that those who wait stop nobody else
    return await run_in_threadpool(_outcome, desk, job)


def _outcome(desk: Desk, job: Job) -> Response:
    if job.state == "done":
        return _answer(job.answer, desk.answers.named(job.answer).value)
    if job.error is not None:
        return _failure(job.error)
    if job.is_over:
        raise AccessError(
            "E544",
            phrase("the job was {state}", state=job.state),
            where=phrase("job {id}", id=job.id),
            why="it was stopped, or its program ended while it ran; the project is as it was before",
            fix="ask again, under a new Idempotency-Key",
        )
    headers = {"location": f"/api/v1/jobs/{job.id}", "retry-after": "1"}
    return JSONResponse(Work.model_validate(job.as_dict()).model_dump(), 202, headers=headers)


def _answer(name: str, value: Mapping[str, Any]) -> Response:
    return JSONResponse(dict(value), headers={"content-location": f"/api/v1/answers/{name}"})


def _failure(error: Mapping[str, str]) -> Response:
    return JSONResponse({"error": dict(error)}, status_of(error["code"]))


def _route(verb: Verb) -> Callable[..., Any]:
    model = question(verb)

    async def ask(request: Request, asked: Any, prefer: Prefer = "", key: Key = "") -> Response:
        told = asked.model_dump(exclude_unset=True)
        return await answered(request.app.state.desk, verb.name, told, key, prefer)

    is_open = not any(param.is_needed for param in verb.params)
    ask.__annotations__["asked"] = Annotated[model, Body()]
    ask.__name__ = verb.name.replace("-", "_")
    ask.__doc__ = verb.say
    if is_open:  # nothing need be told, so that there may be no body at all
        ask.__defaults__ = (model(), "", "")
    return ask


for _verb in VERBS.values():
    router.post(
        f"/{_verb.name}",
        response_model=dict[str, Any],
        responses={
            200: {"description": "The answer, as the command prints it with --json."},
            202: {"model": Work, "description": "A job that makes it: look at Location."},
        },
    )(_route(_verb))
