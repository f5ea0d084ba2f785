"""The shapes of the API's answers, as OpenAPI tells them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field

from lifelong.errors import ConfigError, did_you_mean
from lifelong.phrases import phrase

#: The pattern of a text: no control signs, no line ends, nothing that turns the direction of reading.
TEXT = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]*$"
ID = "^[0-9a-f]{16}$"


def known_alone(request: Request) -> None:
    """Refuse an argument of the address that the route does not have: a typing mistake is no wish that is passed over.

    Raises:
        ConfigError: E302.
    """
    told = request.scope["route"].dependant.query_params
    known = {name for param in told for name in getattr(param.field_info.annotation, "model_fields", {param.alias: 0})}
    for name in request.query_params:
        if name not in known:
            raise ConfigError(
                "E302",
                phrase("there is no argument {name!r}", name=name[:40]),
                where=request.url.path[:100],
                why=did_you_mean(name[:40], known),
                fix="the arguments of every route stand in /api/v1/openapi.json",
            )


#: Every route asks for the token; the guard before all of them looks at it.
TOKEN = [
    Security(HTTPBearer(auto_error=False, description="The token that `lifelong serve` printed.")),
    Depends(known_alone),
]

Prefer = Annotated[
    str,
    Header(
        alias="Prefer",
        pattern="^wait=[0-9]{1,2}$",
        description="`wait=N`: seconds to wait for the answer before a job is told.",
    ),
]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern="^[!-~]{1,100}$",
        description="A call repeated under the same key starts nothing twice.",
    ),
]


class Problem(BaseModel):
    """A failure."""

    code: str = Field(description="Stable, as in the list of errors.", pattern="^E[0-9]{3}$")
    where: str = Field(description="What it is about.")
    why: str = Field(description="What happened, and why it matters.")
    fix: str = Field(description="How to mend it.")
    said: dict[str, Any] = Field(
        default_factory=dict,
        description="what, where, why and fix, each a text, or a text with its message and slots for other languages.",
    )


class Failure(BaseModel):
    """The one shape of every failure."""

    error: Problem


class Work(BaseModel):
    """A job: one verb at work."""

    id: str = Field(pattern=ID)
    verb: str
    args: dict[str, Any]
    state: Literal["queued", "running", "done", "failed", "cancelled", "lost"]
    made: float = Field(description="Seconds since 1970.")
    began: float
    ended: float
    step: str = Field(description="What it is doing.")
    done: int = Field(description="How much of the step is done, out of total.")
    total: int | None
    answer: str = Field(description="The name of its answer, once done: GET /api/v1/answers/{name}.")
    error: Problem | None
    key: str


class Jobs(BaseModel):
    """A page of jobs, the youngest first."""

    jobs: list[Work]
    next: str | None = Field(description="The cursor of the next page, or null on the last.")


class Argument(BaseModel):
    """One argument of a verb."""

    name: str
    kind: Literal["text", "number", "flag", "choice", "map", "list", "upload"]
    say: str
    choices: list[str]
    default: Any = None
    is_needed: bool


class Told(BaseModel):
    """A verb."""

    name: str
    say: str
    writes: bool = Field(description="Whether it changes the project.")
    arguments: list[Argument]


class Verbs(BaseModel):
    """What there is to ask."""

    verbs: list[Told]


class Upload(BaseModel):
    """A file that was sent."""

    upload: str = Field(pattern=ID, description="What a verb's argument `file` takes.")


class Meaning(BaseModel):
    """What a number is."""

    key: str
    title: str
    text: str
    formula: str
    unit: str
    changes: str
    verbs: list[str] = Field(description="The verbs that show it.")


class Meanings(BaseModel):
    """The registry of numbers."""

    definitions: list[Meaning]


_FAILURES = {
    400: "A header is said twice, or the body is cut off.",
    401: "The token is missing or wrong.",
    403: "Another host or another site asks.",
    404: "There is nothing of that name.",
    405: "The method is not one of this address.",
    408: "The body came too slowly.",
    409: "It does not go with what is there.",
    413: "The body is too large.",
    422: "The question or the data are at fault.",
    429: "Too many wrong tokens.",
    500: "A fault of lifelong.",
    503: "Too much is waiting.",
    507: "The disk refused.",
}
#: The failures that every route may tell.
FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": Failure, "description": text} for status, text in _FAILURES.items()
}
