"""The REST API, version 1: one router a topic. What has a name of its own goes before the routes of verbs."""

from lifelong.web.api import customers, jobs, reading, verbs

ROUTERS = (jobs.router, reading.router, customers.router, verbs.router)
