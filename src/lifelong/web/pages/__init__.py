"""One module a page, each with a tuple ``ROUTES``. A page asks for answers and draws them; it computes nothing."""

from lifelong.web.pages import calculator, channels, cohorts, exports, glossary, jobs, overview, reports, trust

ROUTES = (
    *overview.ROUTES,
    *calculator.ROUTES,
    *channels.ROUTES,
    *cohorts.ROUTES,
    *trust.ROUTES,
    *reports.ROUTES,
    *exports.ROUTES,
    *glossary.ROUTES,
    *jobs.ROUTES,
)
