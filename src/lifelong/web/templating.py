"""Templates: Jinja with every word escaped, the messages and measures of the language, and the pieces of the report."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from lifelong import i18n
from lifelong.definitions import DEFINITIONS
from lifelong.errors import CODES
from lifelong.report import wording
from lifelong.web import assets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment
    from starlette.types import Scope

_SPACED = re.compile(r"(?<=\d) %")


@cache  # templates are files of this package, which do not change while it runs
def environment() -> Environment:
    """The one environment of all pages."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

    made = Environment(
        loader=ChoiceLoader(
            [PackageLoader("lifelong.web"), PrefixLoader({"report": PackageLoader("lifelong.report")})]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        lstrip_blocks=True,
        finalize=_unbroken,
        extensions=["jinja2.ext.i18n"],
    )
    made.globals |= {"say": i18n}
    return wording.teach(made)


def _unbroken(value: Any) -> Any:
    """A number and its per cent sign stay on one line."""
    return _SPACED.sub(f"{i18n.NBSP}%", value) if type(value) is str else value


def page(scope: Scope, name: str, /, **seen: Any) -> str:
    """A page of the language of the request."""
    return environment().get_template(name).render({**frame(scope), **seen})


def frame(scope: Scope) -> Mapping[str, Any]:
    """What every page knows: its language, its path, and the others' addresses."""
    query = scope.get("query_string", b"").decode("latin-1")
    code = scope.get("language", "en")
    prefix = f"/{code}" if scope.get("is_named") else ""
    return {
        "lang": code,
        "languages": i18n.SPOKEN,
        "path": scope["path"],
        "query": f"?{query}" if query else "",
        "root": prefix,
        "error": None,
        "codes": CODES,
        "definitions": DEFINITIONS,
        "terms": {},
        "asset_version": assets.version(),
    }
