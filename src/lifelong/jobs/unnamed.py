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


def kept_error(name: str, args: Mapping[str, Any], error: Mapping[str, str] | None) -> dict[str, str] | None:
    """A failure as a record may keep it: where an argument names a customer, the name is left out."""
    if error is None:
        return None
    names = [str(args[key]) for key in (VERBS[name].personal if name in VERBS else ()) if args.get(key)]
    told = dict(error)
    for one in names:
        told = {key: re.sub(re.escape(one), "…", text, flags=re.IGNORECASE) for key, text in told.items()}
    return told
