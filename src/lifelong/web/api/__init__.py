"""The REST API, version 1: one router a topic."""

from lifelong.web.api import jobs

ROUTERS = (jobs.router,)
