"""Customers: who holds the value, a list to sort and choose from, and what was chosen as a file."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from lifelong import i18n
from lifelong.errors import LifelongError
from lifelong.i18n import N_
from lifelong.project import segmenting
from lifelong.web.answering import refusal
from lifelong.web.shelf import SORTED_BY
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray
    from starlette.requests import Request

    from lifelong.web.shelf import Shelf

SIZE = 25
HEIGHT, POINTS = 196, 120
#: Languages whose office programs take semicolons and decimal commas.
EUROPEAN = ("pl", "fr", "ru")
HEADS = {
    "customer_id": N_("Customer"),
    "value": N_("Value"),
    "alive": N_("Still a customer"),
    "orders": N_("Orders to come"),
    "historic": N_("Brought so far"),
    "total": N_("In all"),
    "at_risk": N_("At risk"),
    "silent_days": N_("Days silent"),
}
STAGES = {
    "new": N_("new"),
    "active": N_("active"),
    "reactivated": N_("back again"),
    "cooling": N_("going quiet"),
    "lapsed": N_("silent for too long"),
}
PLACES = {
    "high now, high later": N_("Much so far, much to come"),
    "high now, low later": N_("Much so far, little to come"),
    "low now, high later": N_("Little so far, much to come"),
    "low now, low later": N_("Little so far, little to come"),
}
#: Fields of the page that choose customers: the column, and how it is compared.
FIELDS = {
    "alive_from": ("alive", ">="),
    "alive_to": ("alive", "<="),
    "value_from": ("value", ">="),
    "value_to": ("value", "<="),
    "stage": ("stage", "="),
}


def customers(visit: Visit) -> Response:
    """The page."""
    shelf = visit.desk.shelf()
    if shelf is None:
        return visit.page("start.html.j2")
    find = visit.query.get("find", "").strip()[:100]
    found = shelf.find(find) if find else []
    if len(found) == 1 or (found and found[0]["customer_id"] == find):
        root = f"/{visit.request.scope['language']}" if visit.request.scope.get("is_named") else ""
        return RedirectResponse(f"{root}/customers/{quote(found[0]['customer_id'], safe='')}", 303)
    top = visit.number("top", 20, 1, 99)
    held = visit.ask("segment", rule=f"best {top}%")
    text = rule_of(visit.query, top)
    return visit.page(
        "customers.html.j2",
        scores=shelf.told,
        find=find,
        top=top,
        held=held.value,
        error=held.error,
        curve=curve(shelf, top),
        potential=visit.ask("potential", share=f"{top}%"),
        listed=listed(visit, shelf, text, found if find else None),
        rule=text,
        heads=HEADS,
        stages=STAGES,
        places=PLACES,
        told={name: visit.query.get(name, "")[:40] for name in FIELDS} | {"rule": visit.query.get("rule", "")},
        is_european=visit.request.scope["language"] in EUROPEAN,
        address=lambda **changes: address(visit.query, changes),
    )


def rule_of(query: Mapping[str, str], top: int) -> str:
    """What the page's fields choose, as a rule; empty where they choose everybody."""
    told = [("best", "", f"{top}%")] if query.get("only") == "on" else []
    for field, (name, operator) in FIELDS.items():
        value = number(query.get(field, "").strip()[:40])
        if value:
            told.append((name, operator, f"{value}%" if name == "alive" and not value.endswith("%") else value))
    text = segmenting.composed((tuple(told),), is_any=True)
    whole = query.get("rule", "").strip()
    return " and ".join([f"({whole})", text] if whole and text else [whole or text])


def number(text: str) -> str:
    """A number as rules write it, of one with a decimal comma."""
    return text.replace(",", ".") if re.fullmatch(r"-?\d+,\d+%?", text) else text


def listed(visit: Visit, shelf: Shelf, text: str, found: list[dict[str, Any]] | None) -> dict[str, Any]:
    """A page of the list; where the rule fails or is not ready, what there is to say of that."""
    by, is_up = visit.choice("by", *SORTED_BY), visit.query.get("up") == "on"
    made: dict[str, Any] = {
        "by": by,
        "is_up": is_up,
        "rows": found or [],
        "of": len(found or []),
        "error": None,
        "waits": False,
    }
    if found is not None:
        return made | {"page": 1, "pages": 1}
    try:
        rule = segmenting.parse(text) if text else None
        if not shelf.can(rule):
            reply = visit.ask("segment", rule=text)  # which makes the roster
            shelf = visit.desk.shelf() or shelf
            if not shelf.can(rule) and (reply.error or reply.job):
                return made | {"error": reply.error, "waits": reply.error is None, "page": 1, "pages": 1}
        of = len(shelf.chosen(rule, by))
    except LifelongError as error:
        return made | {"error": error.as_dict()["error"], "page": 1, "pages": 1}
    pages = max(1, -(-of // SIZE))
    page = visit.number("page", 1, 1, pages)
    return made | {
        "rows": shelf.page(by, (page - 1) * SIZE, SIZE, is_up=is_up, rule=rule),
        "of": of,
        "page": page,
        "pages": pages,
    }


def address(query: Mapping[str, str], changes: Mapping[str, Any]) -> str:
    """The page's own address with some of its state changed; what is empty is left out."""
    told = {k: v for k, v in {**query, **changes}.items() if v not in ("", None)}
    return f"?{urlencode(told)}"


def curve(shelf: Shelf, top: int) -> dict[str, Any] | None:
    """How value is spread, the best customers first: what is to come, and what was brought."""
    spread = shelf.spread("value")
    if spread is None:
        return None
    # the best 20 % are the next whole number of customers, as everywhere
    share = float(spread[-(-top * len(shelf) // 100)])
    brought = shelf.spread("historic")
    paths = {"value": _path(spread), "historic": "" if brought is None else _path(brought)}
    return {"paths": paths, "share": share, "at": top, "y": round(_y(share), 1)}


def _path(spread: NDArray[np.float64]) -> str:
    """A path of some 120 points, more of them where the curve is steep."""
    n = len(spread) - 1
    kept = sorted({round(n * (i / POINTS) ** 2) for i in range(POINTS + 1)})
    return "M" + " ".join(f"{1000 * i / n:.1f},{_y(float(spread[i])):.1f}" for i in kept)


def _y(share: float) -> float:
    return HEIGHT - HEIGHT * min(max(share, 0.0), 1.0)


def export(request: Request) -> Response:
    """Who a rule chooses, as CSV by the verb; with semicolons and decimal commas where that is asked."""
    query = request.query_params
    folder = Path(tempfile.mkdtemp(prefix="lifelong-"))
    path = folder / "customers.csv"

    def away() -> None:
        path.unlink(missing_ok=True)
        folder.rmdir()

    try:
        is_european = query.get("european", "") == "on"
        request.app.state.desk.project().export(path, rule=query.get("rule", "")[:2_000], is_european=is_european)
    except LifelongError as error:
        away()
        return refusal(request.scope, error)
    name = f"customers-{i18n.language()}.csv" if is_european else "customers.csv"
    return FileResponse(path, media_type="text/csv", filename=name, background=BackgroundTask(away))


ROUTES = (Route("/customers", handler(customers, is_kept=True)), Route("/customers.csv", export))
