"""What records of jobs and answers keep of a question: nothing that names a customer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lifelong.jobs.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Mapping


def kept_args(name: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as a record may keep them: without those that name a customer."""
    personal = VERBS[name].personal if name in VERBS else frozenset()
    return {key: value for key, value in args.items() if key not in personal}


def kept_error(name: str, args: Mapping[str, Any], error: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A failure as a record may keep it: where an argument names a customer, the name is left out."""
    if error is None:
        return None
    names = [str(args[key]) for key in (VERBS[name].personal if name in VERBS else ()) if args.get(key)]
    told = dict(error)
    for one in names:
        told = _without(told, re.compile(re.escape(one), re.IGNORECASE))
    return told


def _without(told: Any, name: re.Pattern[str]) -> Any:
    """What was told, with every text in it, however deep, rid of the name."""
    if isinstance(told, dict):
        return {key: _without(value, name) for key, value in told.items()}
    if isinstance(told, list):
        return [_without(value, name) for value in told]
    return name.sub("…", told) if isinstance(told, str) else told
