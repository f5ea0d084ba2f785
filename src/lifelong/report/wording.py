"""Messages inside templates: ``_("...")`` is looked up in the language spoken now, when the template is rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from lifelong import i18n

if TYPE_CHECKING:
    from jinja2 import Environment


def teach(environment: Environment) -> Environment:
    """The environment, made with the extension ``jinja2.ext.i18n``, with messages and plurals."""
    environment.install_gettext_callables(i18n.message, i18n.plural, newstyle=True)  # type: ignore[attr-defined] # by the extension
    environment.globals["_"] = message
    return environment


def message(text: str, **slots: Any) -> str:
    """A message; a per cent sign in one without slots is only a sign, and what fills a slot is escaped."""
    told = i18n.message(text)
    return Markup(told) % slots if slots else told  # noqa: S704 - a message is this program's own words
