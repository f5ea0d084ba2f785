"""The calculator: what a customer is worth by a few typed numbers, at once; and to take away as a workbook or a page."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from lifelong.i18n import N_
from lifelong.jobs import VERBS, arguments
from lifelong.web import drawing
from lifelong.web.answering import refusal
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import HTMLResponse

#: What stands in the form before anything is typed.
EXAMPLE = {"churn": "5%", "lifetime": "", "invoice": "500", "new_customers": "10", "spend": "8000"}
#: Inputs: name, label, hint.
FIELDS = (
    ("churn", N_("Customers lost a month (churn)"), N_("such as 5%; or give the lifetime instead")),
    ("lifetime", N_("How long a customer stays"), N_("months, such as 20m, or 2y")),
    ("invoice", N_("Median invoice"), N_("what a customer pays at a time")),
    ("new_customers", N_("New customers a month"), ""),
    ("spend", N_("Marketing and sales a month"), ""),
    ("margin", N_("Gross margin"), N_("such as 40%; without it value is revenue")),
    ("discount", N_("Money later is worth less by"), N_("such as 10%/year")),
    ("invoices_a_month", N_("Invoices a month"), N_("of one customer; 1 where it is left out")),
    ("overhead", N_("Overhead a month"), N_("that new customers are to bear")),
)
#: Names of the inputs in the tornado.
INPUTS = {
    "churn": N_("Churn"),
    "lifetime": N_("Lifetime"),
    "invoice": N_("Invoice"),
    "invoices_a_month": N_("Invoices a month"),
    "margin": N_("Margin"),
    "discount": N_("Discount"),
    "new_customers": N_("New customers"),
    "spend": N_("Spend"),
    "overhead": N_("Overhead"),
}
_KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
}


def typed(query: Mapping[str, str]) -> dict[str, str]:
    """What was typed; the example where nothing was."""
    names = [param.name for param in VERBS["calculator"].params]
    told = {name: query[name].strip() for name in names if query.get(name, "").strip()}
    return told or {name: value for name, value in EXAMPLE.items() if value}


def calculator(visit: Visit) -> HTMLResponse:
    """The page: a form, and what follows from it."""
    told = typed(visit.query)
    reply = visit.ask("calculator", **told)
    return visit.page(
        "calculator.html.j2",
        fields=FIELDS,
        typed=told,
        names=INPUTS,
        is_example=not any(visit.query.get(name) for name, _, _ in FIELDS),
        made=reply.value,
        reply=reply,
        rows=_tornado(reply.value) if reply.value else [],
    )


def _tornado(made: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], drawing.Swing]]:
    """Inputs by how far they move the value less its cost, the furthest first; those that move nothing are left out."""
    rows = [d for d in made["drivers"] if abs(d["high"] - d["low"]) > 0]
    rows.sort(key=lambda d: -abs(d["high"] - d["low"]))
    swings = drawing.swings([(d["low"], d["high"]) for d in rows], made["net_value"])
    return list(zip(rows, swings, strict=True))


def download(request: Request) -> Response:
    """The same as a workbook with live formulas, or as one page that computes by itself."""
    from lifelong.errors import LifelongError
    from lifelong.project import calculate

    kind = request.url.path.rpartition(".")[2]
    try:
        told: dict[str, Any] = arguments("calculator", typed(request.query_params))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"calculator.{kind}"
            calculate(**told, **{kind: path})
            data = path.read_bytes()
    except LifelongError as error:
        return refusal(request.scope, error)
    told_as = {"content-disposition": f'attachment; filename="calculator.{kind}"'}
    return Response(data, media_type=_KINDS[kind], headers=told_as)


ROUTES = (
    Route("/calculator", handler(calculator, is_kept=True)),
    *(Route(f"/calculator/calculator.{kind}", download) for kind in _KINDS),
)
