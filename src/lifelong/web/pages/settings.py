"""Settings: the lines of lifelong.toml with their meaning, and a form that changes those that may be changed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse
from starlette.routing import Route

from lifelong.errors import LifelongError
from lifelong.i18n import N_
from lifelong.jobs import VERBS
from lifelong.web import files, templating
from lifelong.web.answering import refusal
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, Response

    from lifelong.values.settings import Setting

#: Settings by what they are about, each with its name for people.
PARTS = {
    N_("What value means"): {
        "margin": N_("Gross margin"),
        "level": N_("What a value is"),
        "discount": N_("Discount"),
        "horizon": N_("Horizon"),
        "starts_midway": N_("The data begin midway"),
    },
    N_("Costs"): {
        "product_costs": N_("Costs of products"),
        "payment_rate": N_("Payment, share of revenue"),
        "payment_fixed": N_("Payment, each order"),
        "shipping": N_("Shipping of an order"),
        "service": N_("Serving an order"),
        "bad_debt": N_("Bad debt"),
        "fixed_costs": N_("Fixed costs a month"),
        "allocate": N_("Who bears fixed costs"),
    },
    N_("Models and plans"): {"model": N_("Model"), "prior": N_("Prior"), "scenarios": N_("Scenarios")},
    N_("How files are read"): {
        "currency": N_("Currency"),
        "timezone": N_("Time zone"),
        "bad_share": N_("Share of bad rows allowed"),
        "keep": N_("Further columns to keep"),
        "aliases": N_("Aliases"),
        "pseudonyms": N_("Pseudonyms"),
    },
    N_("Reports"): {"name": N_("Name of the firm"), "best_share": N_("The best customers")},
}
TITLES = {name: title for part in PARTS.values() for name, title in part.items()}
#: Words of choices, for people.
WORDS = {
    "": N_("as costs are known"),
    "revenue": N_("revenue"),
    "gross": N_("gross margin"),
    "contribution": N_("contribution margin"),
    "auto": N_("by itself"),
    "on": N_("on"),
    "off": N_("off"),
    "orders": N_("orders"),
    "customers": N_("customers"),
}
#: Why a setting cannot be changed: what the verb says, as a message; and of those that no page may change.
_WHY = (
    N_("the amounts that are stored are in the currency of their files; another name would not convert them"),
    N_("days of the stored orders were cut in this zone; those of later files would be cut in another"),
    N_("what is stored was stored so; the same customer would stand under two names"),
)
_ELSEWHERE = N_("it names a file of this machine: write it into lifelong.toml, or by lifelong settings")


def settings(visit: Visit) -> HTMLResponse:
    """The page."""
    told = visit.desk.project().settings()
    rows = {row.name: row for row in told.rows}
    job = files.following(visit, "settings")
    templating.environment().filters.setdefault("title_of", _title)
    return visit.page(
        "settings.html.j2",
        parts=[(title, [_shown(rows[name]) for name in names]) for title, names in PARTS.items()],
        titles=TITLES,
        words=WORDS,
        job=job,
        typed=dict(job.args) if job and job.error else {},
        changed=visit.desk.answers.named(job.answer).value if job and job.state == "done" else None,
    )


def _title(name: str) -> str:
    from lifelong import i18n

    return i18n.message(TITLES[name])


def _shown(row: Setting) -> dict[str, Any]:
    fixed = row.locked or ("" if row.name in _open() else _ELSEWHERE)
    names = ("name", "kind", "value", "default", "say", "used_by", "choices")
    return {name: getattr(row, name) for name in names} | {"fixed": fixed}


def _open() -> frozenset[str]:
    """The settings that a page may change."""
    return frozenset(param.name for param in VERBS["settings"].params)


async def change(request: Request) -> Response:
    """Queue the changes of what differs from what stands in lifelong.toml, and follow them."""
    desk = request.app.state.desk
    try:
        async with request.form(max_files=0, max_fields=len(TITLES)) as form:
            told = {key: value for key, value in form.items() if isinstance(value, str)}
        before = {row.name: row for row in (await run_in_threadpool(desk.project().settings)).rows}
        changes = {name: _told(before[name], text) for name, text in told.items() if name in _open() and name in before}
        differs = {name: value for name, value in changes.items() if value != _plain(before[name].value)}
        job = await run_in_threadpool(desk.queue.submit, "settings", differs)
    except LifelongError as error:
        return refusal(request.scope, error)
    root = f"/{request.scope['language']}" if request.scope.get("is_named") else ""
    return RedirectResponse(f"{root}/settings?job={job.id}", 303)


def _told(row: Setting, text: str) -> Any:
    if row.kind == "list":
        return [line.strip() for line in text.splitlines() if line.strip()]
    return text == "true" if row.kind == "flag" else text.strip()


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


ROUTES = (Route("/settings", handler(settings)), Route("/settings", change, methods=["POST"]))
