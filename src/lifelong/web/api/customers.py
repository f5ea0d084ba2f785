"""Customers over REST: the latest scores, sorted and filtered, a page at a time, as JSON, CSV or an Arrow stream."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.responses import JSONResponse, Response

from lifelong import schema
from lifelong.errors import AccessError
from lifelong.phrases import phrase
from lifelong.project.exporting import csv_text
from lifelong.web.api.jobs import stale
from lifelong.web.api.shapes import FAILURES, TEXT, TOKEN

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.web.desk import Desk
    from lifelong.web.shelf import Shelf

router = APIRouter(prefix="/api/v1", tags=["customers"], responses=FAILURES, dependencies=TOKEN)
ARROW = "application/vnd.apache.arrow.stream"
CSV = "text/csv"
JSON = "application/json"
_PYTHON: dict[str, Any] = {"text": str, "int32": int | None, "int64": int | None, "float64": float | None}
_FIELDS: dict[str, Any] = {c.name: (_PYTHON[c.kind], Field(description=c.meaning)) for c in schema.SCORES}
Customer = create_model("Customer", __doc__="The scores of one customer.", **_FIELDS)


class Customers(BaseModel):
    """A page of customers."""

    scores: str = Field(description="The scoring run that they are of.")
    total: int = Field(description="So many customers pass the filters.")
    customers: list[Customer]  # type: ignore[valid-type] # a model made from the schema of scores
    next: str | None = Field(description="The cursor of the next page, or null on the last.")


_Share = Annotated[float | None, Field(ge=0, le=1, allow_inf_nan=False)]
_Money = Annotated[float | None, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
_Days = Annotated[int | None, Field(ge=0, le=100_000)]


class Wanted(BaseModel):
    """Which customers, in which order."""

    model_config = ConfigDict(extra="forbid")

    sort: Literal["value", "alive", "orders", "historic", "total", "at_risk", "silent_days", "customer_id"] = "value"
    order: Literal["desc", "asc"] = Field("desc", description="Largest first; ids from A to Z under `desc` too.")
    limit: int = Field(100, ge=1, le=1000)
    cursor: str = Field("", pattern="^[A-Za-z0-9_-]{0,200}$", description="`next` of the page before.")
    find: str = Field("", max_length=100, pattern=TEXT, description="A part of the id.")
    alive_from: _Share = None
    alive_to: _Share = None
    value_from: _Money = None
    value_to: _Money = None
    silent_from: _Days = None
    silent_to: _Days = None

    def asked(self, run: str) -> str:
        """The list that is asked for, whatever the page: its run, its order and its filters, in twelve digits."""
        told = json.dumps([run, self.model_dump(exclude={"limit", "cursor"})], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def begin(self, run: str) -> int:
        """Where the page begins; E543 where the cursor is of another list."""
        if not self.cursor:
            return 0
        try:
            name, _, number = base64.urlsafe_b64decode(self.cursor + "=" * (-len(self.cursor) % 4)).partition(b".")
            begin = int(number[:12])
        except ValueError:
            raise stale() from None
        if name.decode("latin-1") != self.asked(run) or begin < 0:
            raise stale()
        return begin

    def after(self, run: str, begin: int) -> str:
        """The cursor of the page that begins there."""
        return base64.urlsafe_b64encode(f"{self.asked(run)}.{begin}".encode()).decode().rstrip("=")

    def picked(self, shelf: Shelf) -> NDArray[np.int64]:
        """The rows that pass, in order."""
        import numpy as np
        import pyarrow.compute as pc

        order = shelf.order(self.sort)
        order = order[::-1] if self.order == "asc" else order
        passes = np.ones(len(shelf), bool)
        bounds = (("alive", self.alive_from, self.alive_to), ("value", self.value_from, self.value_to),
                  ("silent_days", self.silent_from, self.silent_to))  # fmt: skip
        for name, low, high in bounds:
            if low is not None or high is not None:
                column = shelf.rows[name].to_numpy()
                passes &= (column >= (-math.inf if low is None else low)) & (
                    column <= (math.inf if high is None else high)
                )
        if self.find:
            found = pc.match_substring(shelf.rows["customer_id"], self.find, ignore_case=True)
            passes &= found.to_numpy().astype(bool)
        return order if passes.all() else order[passes[order]]


def _shelf(desk: Desk) -> Shelf:
    found = desk.shelf()
    if found is None:
        raise AccessError(
            "E503",
            "nobody was scored yet",
            where="customers",
            why="a customer's value comes from scores",
            fix="POST /api/v1/value, or lifelong run FILE",
        )
    return found


def best_type(accept: str) -> str:
    """The first of our types that an Accept header names, by its weights; JSON where it names none.

    >>> best_type("text/csv;q=0.5, application/json;q=0.1")
    'text/csv'
    """
    told = []
    for number, part in enumerate(accept.split(",")):
        kind, _, rest = part.strip().partition(";")
        weight = next((p.strip()[2:] for p in rest.split(";") if p.strip().startswith("q=")), "1")
        try:
            told.append((-float(weight), number, kind.strip().lower()))
        except ValueError:
            continue
    return next((kind for weight, _, kind in sorted(told) if kind in (JSON, CSV, ARROW) and weight < 0), JSON)


@router.get(
    "/customers",
    response_model=Customers,
    responses={
        200: {
            "description": "A page; as CSV and Arrow the cursor of the next stands in the header Next-Cursor.",
            "content": {
                CSV: {"schema": {"type": "string"}},
                ARROW: {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
def customers(request: Request, wanted: Annotated[Wanted, Query()]) -> Response:
    """The latest scores, sorted and filtered. Pages under one cursor are of one scoring run and overlap nowhere."""
    shelf = _shelf(request.app.state.desk)
    begin, rows = wanted.begin(shelf.name), wanted.picked(shelf)
    end = begin + wanted.limit
    page = shelf.scores.take(rows[begin:end])
    further = wanted.after(shelf.name, end) if end < len(rows) else None
    kind = best_type(request.headers.get("accept", ""))
    headers = {"vary": "Accept", **({"next-cursor": further} if further else {})}
    if kind == CSV:
        return Response(csv_text(page), media_type="text/csv; charset=utf-8", headers=headers)
    if kind == ARROW:
        return Response(_stream(page), media_type=ARROW, headers=headers)
    told = {"scores": shelf.name, "total": len(rows), "customers": _plain(page), "next": further}
    return JSONResponse(told, headers=headers)


def _stream(page: pa.Table) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, page.schema) as out:
        out.write_table(page)
    return bytes(sink.getvalue())


def _plain(page: pa.Table) -> list[dict[str, Any]]:
    return [
        {name: None if isinstance(cell, float) and not math.isfinite(cell) else cell for name, cell in row.items()}
        for row in page.to_pylist()
    ]


@router.get("/customers/{customer:path}", response_model=Customer)
def one(
    request: Request,
    customer: Annotated[str, Path(min_length=1, max_length=200, pattern=TEXT, description="The id, as in the orders.")],
) -> Response:
    """The latest scores of one customer."""
    shelf = _shelf(request.app.state.desk)
    row = shelf.place(customer)
    if row is None:
        raise AccessError(
            "E501",
            "there is no such customer among the latest scores",
            where=phrase("customer {customer!r}", customer=customer[:40]),
            why="the id is written otherwise, or the customer came after the scores were made",
            fix="write the id exactly as the orders have it, or score again",
        )
    return JSONResponse(_plain(shelf.scores.slice(row, 1))[0])
