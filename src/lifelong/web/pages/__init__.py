"""One module a page, each with a tuple ``ROUTES``. A page asks for answers and draws them; it computes nothing."""

from lifelong.web.pages import calculator, channels, cohorts, imports, jobs, overview, trust

ROUTES = (
    *overview.ROUTES,
    *calculator.ROUTES,
    *channels.ROUTES,
    *cohorts.ROUTES,
    *imports.ROUTES,
    *trust.ROUTES,
    *jobs.ROUTES,
)
