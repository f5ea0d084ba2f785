"""Reports: for whom, in which format, made as a job; those that were made; and the lines of a timer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from lifelong.i18n import N_
from lifelong.project.papering import LANGUAGES
from lifelong.web import files
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from starlette.responses import HTMLResponse

#: Kinds: name, for whom, what it holds.
KINDS = {
    "founder": (N_("One page for who leads the firm"), N_("Verdict, five numbers, where value sits, the test, and what to do.")),
    "marketing": (N_("Marketing"), N_("Who is worth what, what cohorts bring, who is going quiet, what each channel costs.")),
    "finance": (N_("Finance"), N_("Customer equity, revenue and margin by month, what is left of revenue, and the test.")),
    "data": (N_("Data quality"), N_("Every row and amount accounted for, file by file, with all findings and the fit.")),
    "full": (N_("Everything"), N_("All parts, for those who want to compute it again.")),
}  # fmt: skip
FORMATS = {"html": N_("Web page, one file"), "pdf": N_("PDF, A4"), "xlsx": N_("Workbook with formulas")}
EVERY = {
    "monday": N_("every Monday"),
    "day": N_("every day"),
    "friday": N_("every Friday"),
    "month": N_("on the first of each month"),
}


def reports(visit: Visit) -> HTMLResponse:
    """The page."""
    kind, form = visit.choice("kind", *KINDS), visit.choice("format", *FORMATS)
    every = visit.choice("every", *EVERY)
    shop = visit.desk.project()
    return visit.page(
        "reports.html.j2",
        kinds=KINDS,
        formats=FORMATS,
        everies=EVERY,
        kind=kind,
        format=form,
        every=every,
        written_in=LANGUAGES,
        files=shop.kept("reports"),
        schedule=shop.schedule(kind=kind, format=form, every=every),
        **files.followed(visit, "report"),
    )


ROUTES = (
    Route("/reports", handler(reports)),
    Route("/reports/make", files.making("report", ("kind", "format", "lang"), "/reports"), methods=["POST"]),
    Route("/reports/{name}", files.taking("reports")),
)
