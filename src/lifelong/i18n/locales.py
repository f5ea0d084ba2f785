"""The languages that are spoken, and the one that is spoken now.

The formatting functions read a :class:`Locale` and nothing else.
"""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING

from lifelong.errors import ConfigError, did_you_mean
from lifelong.i18n.language import MINUS, NBSP, Locale
from lifelong.i18n.languages import EN, FR, PL, RU
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LOCALES", "MINUS", "NBSP", "SPOKEN", "Locale", "language", "locale", "speaking"]

LOCALES: dict[str, Locale] = {one.code: one for one in (EN, PL, RU, FR)}


#: Languages whose catalogue of messages is complete: the app offers these. Numbers and dates are known in all of LOCALES.
SPOKEN: tuple[str, ...] = ("en", "pl", "ru", "fr")

_NOW: ContextVar[str] = ContextVar("language", default=EN.code)


def language() -> str:
    """The language that is spoken now: English, or what :func:`speaking` set."""
    return _NOW.get()


@contextlib.contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language within the block: of one thread or task, as a page or a report is written."""
    token = _NOW.set(locale(code).code)
    try:
        yield
    finally:
        _NOW.reset(token)


def locale(code: str = "") -> Locale:
    """The locale of a language tag, by default of the language spoken now; E302 with the closest where there is none."""
    code = code or _NOW.get()
    found = LOCALES.get(code)
    if found is None:
        raise ConfigError(
            "E302",
            phrase("there is no language {code!r}", code=code),
            why=did_you_mean(code, LOCALES),
            fix="take a language that is there",
        )
    return found
