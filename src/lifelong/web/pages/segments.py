"""Segments: rules over all that is known of customers, tiers of value, stages of life, groups by an attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse
from starlette.routing import Route

from lifelong.errors import LifelongError
from lifelong.i18n import N_
from lifelong.project import segmenting
from lifelong.web.answering import status_of
from lifelong.web.pages.customers import EUROPEAN, STAGES, number
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from lifelong.web.shelf import Shelf

#: What a builder offers first, in this order; kept columns follow under their own names.
NAMES = {
    "best": N_("Best share by value, %"),
    "value": N_("Value"),
    "alive": N_("Still a customer (share)"),
    "orders": N_("Orders to come"),
    "historic": N_("Brought so far"),
    "at_risk": N_("At risk"),
    "silent_days": N_("Days silent"),
    "rhythm_days": N_("Days between orders"),
    "order_days": N_("Days with orders"),
    "revenue": N_("Revenue so far"),
    "first_day": N_("First order day"),
    "age_days": N_("Days since the first order"),
    "stage": N_("Stage"),
    "tier": N_("Tier"),
    "within_26w": N_("Chance of an order within 26 weeks"),
    "next_date": N_("Next order day"),
    "channel": N_("Channel of the first order"),
    "product": N_("Product of the first order"),
}
OPERATORS = {
    ">=": N_("at least"),
    "<=": N_("at most"),
    ">": N_("more than"),
    "<": N_("less than"),
    "=": N_("is"),
    "!=": N_("is not"),
    "known": N_("is known"),
    "unknown": N_("is not known"),
}
BY = {
    "channel": N_("Channel"),
    "product": N_("First product"),
    "month": N_("First month"),
    "spend": N_("First spend"),
    "year": N_("First year"),
}
#: Columns that no rule of the page needs, since others say the same.
_LEFT_OUT = {
    "customer_id",
    "median",
    "low80",
    "high80",
    "low90",
    "high90",
    "next_low80",
    "next_high80",
    "total",
    "overdue",
}
#: Operators that need no value.
_BARE = ("known", "unknown")
#: Groups and rows that a page edits; longer rules are edited as text.
MOST = 8


def segments(visit: Visit) -> Response:
    """The page."""
    if visit.desk.shelf() is None:
        return visit.page("start.html.j2")
    if "roster" not in visit.desk.project().holds():
        visit.ask("segment", rule="stage is known")  # which makes the roster
    shelf = visit.desk.shelf()
    if shelf is None:  # an erasure took the scores meanwhile
        return visit.page("start.html.j2")
    edited = edit(visit, shelf)
    columns = [name for name in shelf.rows.column_names if name not in _LEFT_OUT and name not in NAMES]
    known = {name: title for name, title in NAMES.items() if name == "best" or name in shelf.rows.column_names}
    bys = {name: title for name, title in BY.items() if name not in ("channel", "product") or name in known}
    by = visit.choice("by", *bys, *columns)
    return visit.page(
        "segments.html.j2",
        scores=shelf.told,
        **edited,
        names=known,
        kept=columns,
        operators=OPERATORS,
        saved=visit.desk.project().segments().rules,
        just=visit.query.get("saved", "")[:60],
        is_european=visit.request.scope["language"] in EUROPEAN,
        tiers=visit.ask("tiers"),
        migration=visit.ask("migration"),
        stages=visit.ask("stages"),
        stage_names=STAGES,
        parted=visit.ask("groups", by=by),
        by=by,
        bys=bys,
    )


def edit(visit: Visit, shelf: Shelf) -> dict[str, Any]:
    """The rule that is edited: as text, as rows, and whom it chooses."""
    is_any = visit.choice("join", "any", "all") == "any"
    rows = _rows(visit)
    text = visit.query.get("rule", "").strip()[:2_000]
    made: dict[str, Any] = {"failed": None, "count": None, "reply": None, "waits": False}
    if rows:  # of which some may be half told yet: these stay as they are
        text = segmenting.composed(_whole(rows), is_any=is_any)
    try:
        rule = segmenting.parse(text) if text else None
        if rule is not None:
            text, parts = str(rule), segmenting.parted(rule)
            if parts and not rows:
                rows, is_any = parts
            made["waits"] = not shelf.can(rule) and "roster" not in visit.desk.project().holds()
            made["count"] = None if made["waits"] else len(shelf.chosen(rule))
            made["reply"] = visit.ask("segment", rule=text)
    except LifelongError as error:
        made["failed"] = error.as_dict()["error"]
    is_long = len(rows) >= MOST or any(len(group) >= MOST for group in rows)
    return made | {"rule": text, "rows": rows, "is_any": is_any, "by_rows": (bool(rows) or not text) and not is_long}


def _rows(visit: Visit) -> segmenting.Rows:
    """The builder's rows by their groups, as they were told; those in which nothing stands are left out.

    The page's address names each: ``f0.1`` is the column of the second row of the first group, ``o0.1`` the operator, ``v0.1``
    the value.
    """
    groups: list[tuple[tuple[str, str, str], ...]] = []
    for group in range(MOST + 1):
        told = [
            tuple(visit.query.get(f"{part}{group}.{row}", "").strip()[:200] for part in "fov")
            for row in range(MOST + 1)
        ]
        rows = tuple(
            (name, operator, value)
            for name, operator, value in told
            if operator in OPERATORS and (name or value or operator != ">=")  # with which a row begins
        )
        groups.append(rows)
    return tuple(rows for rows in groups if rows)


def _whole(groups: segmenting.Rows) -> segmenting.Rows:
    """The rows that say something: with a column, and with a value where one is needed."""
    return tuple(tuple(_row(*row) for row in rows if row[0] and (row[2] or row[1] in _BARE)) for rows in groups)


def _row(name: str, operator: str, value: str) -> tuple[str, str, str]:
    value = number(value)
    return name, operator, f"{value.rstrip('%')}%" if name == "best" else value


async def save(request: Request) -> Response:
    """Keep a rule under a name, and show it."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    rule, name = (form.get(key, [""])[0] for key in ("rule", "name"))
    desk = request.app.state.desk
    try:
        kept = await run_in_threadpool(lambda: desk.project().keep_rule(rule, name))
    except LifelongError as error:
        told = error
        return await run_in_threadpool(
            lambda: Visit(request, desk).page("refused.html.j2", status_of(told.code), error=told)
        )
    root = f"/{request.scope['language']}" if request.scope.get("is_named") else ""
    return RedirectResponse(f"{root}/segments?{urlencode({'rule': kept.rule, 'saved': kept.name})}", 303)


ROUTES = (Route("/segments", handler(segments, is_kept=True)), Route("/segments/save", save, methods=["POST"]))
