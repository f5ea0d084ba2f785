"""What ``auto`` tests: the usual models, the likeliest of the regular ones, and the winner in the firm's own calendar.

How regularly customers order is a matter of their gaps, of which there are many: likelihood tells it, and a back-test need
not. So of the MBG/CNBD-k one k alone is tested. A calendar costs some ten times the fit of the model itself, and changes
little of who is better than whom: it is tested for one model, the winner.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lifelong import plugins
from lifelong.models.cnbd_k import fit_regular
from lifelong.models.in_calendar import SUFFIX
from lifelong.models.operational import refusal
from lifelong.phrases import phrase
from lifelong.tables import patterns
from lifelong.tables.gaps import log_gaps
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifelong.judge.origin import Seen


LEAST_GAPS = 100  # fewer do not tell a rhythm from chance


def steady(orders: Any, seen: Seen, prior: str) -> tuple[str, ...]:
    """The usual models, and the MBG/CNBD-k whose k is the likeliest as of an origin (k = 1 is MBG/NBD)."""
    if int(seen.summary["x"].to_numpy().sum()) < LEAST_GAPS:
        return plugins.usual()
    told = replace(patterns.to_patterns(patterns.patterns(seen.summary)), log_gaps=log_gaps(orders, seen.day))
    return tuple(sorted({*plugins.usual(), fit_regular(told, prior=prior).model}))


def in_calendar(name: str, seen: Sequence[Seen]) -> tuple[str, tuple[Finding, ...]]:
    """The model's name in the firm's own calendar; where an origin sees too little for it, none, and a finding."""
    days = min(int(one.summary["T"].to_numpy().max()) for one in seen)
    problem = refusal(plugins.load("models", name)(), days)
    if problem is None:
        return name + SUFFIX, ()
    text = phrase("the firm's own calendar was not tried: {what}", what=problem.what)
    return "", (Finding("F257", text, "info", {"days": days}),)
