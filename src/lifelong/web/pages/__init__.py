"""One module a page, each with a tuple ``ROUTES``. A page asks for answers and draws them; it computes nothing."""

from lifelong.web.pages import (
    budget,
    calculator,
    channels,
    cohorts,
    customer,
    customers,
    equity,
    exports,
    forecast,
    glossary,
    jobs,
    overview,
    reports,
    segments,
    today,
    trust,
)

ROUTES = (
    *today.ROUTES,
    *overview.ROUTES,
    *calculator.ROUTES,
    *channels.ROUTES,
    *budget.ROUTES,
    *customers.ROUTES,
    *customer.ROUTES,
    *segments.ROUTES,
    *cohorts.ROUTES,
    *forecast.ROUTES,
    *equity.ROUTES,
    *trust.ROUTES,
    *reports.ROUTES,
    *exports.ROUTES,
    *glossary.ROUTES,
    *jobs.ROUTES,
)
