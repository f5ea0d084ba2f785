"""The language of the terminal, as gettext takes it from the environment."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
ENGLISH = {"en", "C", "POSIX"}


def wanted(environment: Mapping[str, str]) -> str:
    """The first language of the environment that lifelong speaks; English where none is named.

    >>> wanted({"LANGUAGE": "eo:fr", "LANG": "ru_RU.UTF-8"}), wanted({"LANG": "C"})
    ('fr', 'en')
    """
    for name in VARIABLES:
        for told in environment.get(name, "").split(":"):
            code = told.partition(".")[0].partition("@")[0].partition("_")[0]
            if code in ENGLISH:
                return "en"
            if code and _is_spoken(code):
                return code
    return "en"


def speech() -> AbstractContextManager[None]:
    """Within it, what is printed is in the terminal's language; for English no catalogue is loaded."""
    code = wanted(os.environ)
    if code == "en":
        return contextlib.nullcontext()
    from lifelong import i18n

    return i18n.aloud(code)


def _is_spoken(code: str) -> bool:
    from lifelong.i18n import SPOKEN

    return code in SPOKEN
