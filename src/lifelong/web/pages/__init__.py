"""One module a page, each with a tuple ``ROUTES``. A page asks for answers and draws them; it computes nothing."""

from lifelong.web.pages import calculator, channels, cohorts, customer, customers, jobs, overview, segments, trust

ROUTES = (
    *overview.ROUTES,
    *calculator.ROUTES,
    *channels.ROUTES,
    *customers.ROUTES,
    *customer.ROUTES,
    *segments.ROUTES,
    *cohorts.ROUTES,
    *trust.ROUTES,
    *jobs.ROUTES,
)
