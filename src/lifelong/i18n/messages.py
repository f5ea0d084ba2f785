"""Messages in the language spoken now, from gettext catalogues; the English message is its own key.

A catalogue lies in ``catalogues/LANGUAGE/LC_MESSAGES/lifelong.po`` and, compiled, beside it (``scripts/catalogues.py``).
"""

from __future__ import annotations

import gettext
from functools import cache
from importlib.resources import files

from lifelong.i18n.locales import language
from lifelong.phrases import N_

__all__ = ["DOMAIN", "N_", "message", "plural"]

DOMAIN = "lifelong"


@cache  # of files of this package, which do not change while it runs
def _catalogue(code: str) -> gettext.NullTranslations:
    place = files("lifelong.i18n") / "catalogues"
    return gettext.translation(DOMAIN, str(place), languages=[code], fallback=True)


def message(text: str) -> str:
    """The message in the language spoken now, or as it is where the catalogue has none."""
    return _catalogue(language()).gettext(text) if text else ""


def plural(one: str, many: str, count: int) -> str:
    """The message for so many, by the language's own rule."""
    return _catalogue(language()).ngettext(one, many, count)
