"""The glossary: every number with its formula, unit and what changes it; and the codes of failures and findings."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from lifelong import i18n
from lifelong.definitions import DEFINITIONS, SHOWN
from lifelong.errors import CODES
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import HTMLResponse


def glossary(visit: Visit) -> HTMLResponse:
    """The page of definitions, all or those that hold what is looked for."""
    looked = visit.query.get("q", "").strip()[:60]
    shown = {key: [verb for verb, keys in SHOWN.items() if key in keys.split()] for key in DEFINITIONS}
    entries = [
        {
            "key": d.key,
            "title": i18n.message(d.title),
            "text": i18n.message(d.text),
            "formula": d.formula,
            "unit": d.unit,
            "changes": i18n.message(d.changes) if d.changes else "",
            "verbs": shown[d.key],
        }
        for d in DEFINITIONS.values()
    ]
    found = [entry for entry in entries if holds(entry, looked, ("title", "text", "formula", "key"))]
    found.sort(key=lambda entry: str(entry["title"]).casefold())
    return visit.page("glossary.html.j2", entries=found, looked=looked, total=len(entries))


def codes(visit: Visit) -> HTMLResponse:
    """The page of codes."""
    looked = visit.query.get("q", "").strip()[:60]
    errors = [{"code": code, "text": i18n.message(text)} for code, text in CODES.items()]
    return visit.page(
        "codes.html.j2",
        looked=looked,
        errors=[one for one in errors if holds(one, looked, ("code", "text"))],
        findings=[one for one in all_findings() if holds(one, looked, ("code", "text"))],
    )


def holds(entry: dict[str, Any], looked: str, names: Sequence[str]) -> bool:
    """Whether one of these texts holds what is looked for; everything holds nothing."""
    return not looked or any(looked.casefold() in str(entry[name]).casefold() for name in names)


@cache  # a file of this package, made from its sources by `make docs`
def all_findings() -> tuple[dict[str, str], ...]:
    """Every finding: code, severity, and its words with dots for what is filled in."""
    text = resources.files("lifelong.definitions").joinpath("findings.json").read_text(encoding="utf-8")
    return tuple(json.loads(text))


ROUTES = (Route("/glossary", handler(glossary, is_kept=True)), Route("/glossary/errors", handler(codes, is_kept=True)))
