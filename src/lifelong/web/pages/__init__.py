"""One module a page, each with a tuple ``ROUTES``. A page asks for answers and draws them; it computes nothing."""

from lifelong.web.pages import budget, calculator, channels, cohorts, equity, forecast, jobs, overview, today, trust

ROUTES = (
    *today.ROUTES,
    *overview.ROUTES,
    *calculator.ROUTES,
    *channels.ROUTES,
    *budget.ROUTES,
    *cohorts.ROUTES,
    *forecast.ROUTES,
    *equity.ROUTES,
    *trust.ROUTES,
    *jobs.ROUTES,
)
