"""ArviZ, the optional part that judges chains and keeps draws, without the notice that it gives once a day."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

from lifelong.errors import missing_extra


def arviz(purpose: str) -> Any:
    """The module.

    Its first import of a day warns of a change to come in its own interface, which no user of this program can mend.

    Raises:
        ConfigError: E303 where it is not installed; ``purpose`` says what needs it.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "\nArviZ is undergoing a major refactor", FutureWarning)
            return import_module("arviz")
    except ImportError as problem:
        raise missing_extra("arviz", "bayes", purpose) from problem
