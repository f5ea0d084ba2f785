"""Exports: tables to take away, what their columns mean, their first rows, and the files that were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from lifelong.i18n import N_
from lifelong.web import files, nav
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from starlette.responses import HTMLResponse

#: Tables: name, what it is, and what the project must hold for it.
TABLES = {
    "scores": (N_("Customers with their value"), "scores"),
    "segments": (N_("Customers with their tier"), "scores"),
    "orders": (N_("Orders"), "orders"),
    "subscriptions": (N_("Subscriptions"), "subscriptions"),
    "spend": (N_("Advertising spend"), "spend"),
    "quarantine": (N_("Rows that could not be used"), "orders"),
}
FORMATS = {
    "csv": N_("CSV, commas and decimal points"),
    "csv-european": N_("CSV, semicolons and decimal commas"),
    "xlsx": N_("Workbook (XLSX)"),
    "parquet": N_("Parquet"),
}


def exports(visit: Visit) -> HTMLResponse:
    """The page."""
    there = nav.held(visit.desk)
    tables = {name: title for name, (title, needs) in TABLES.items() if needs in there}
    if not tables:
        return visit.page("start.html.j2")
    what, form = visit.choice("what", *tables), visit.choice("format", *FORMATS)
    return visit.page(
        "exports.html.j2",
        tables=tables,
        formats=FORMATS,
        what=what,
        format=form,
        reply=(reply := visit.ask("preview", what=what)),
        preview=reply.value,
        files=visit.desk.project().kept("exports"),
        **files.followed(visit, "export"),
    )


ROUTES = (
    Route("/exports", handler(exports)),
    Route("/exports/make", files.making("export", ("what", "format"), "/exports"), methods=["POST"]),
    Route("/exports/{name}", files.taking("exports")),
)
