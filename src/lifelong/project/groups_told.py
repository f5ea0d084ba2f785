"""Groups of customers who bring less than the others, beyond chance: how much, and which part of it is the largest."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from lifelong.decide.opportunities import EFFORT
from lifelong.errors import LifelongError
from lifelong.phrases import N_, phrase
from lifelong.project import asked, grouping, runs
from lifelong.values.opportunities import Opportunity
from lifelong.values.winning import amount

if TYPE_CHECKING:
    from lifelong.project.sought import Place
    from lifelong.values import Shortfall

#: Attributes by which nobody can be won or kept otherwise.
OF_TIME = {"first month", "first spend", "first year"}
#: How long each customer is followed from the first order day, the longest that the history allows.
HORIZONS = ("26w", "13w", "8w")
#: Of one attribute, so many groups at most: those that are the furthest below the mean in all.
MOST = 3
ACTION = {
    N_("mix"): phrase("look at whom it brings: they are of other times or kinds than the rest"),
    N_("retention"): phrase("find out why they do not come back after the first order, and test one change"),
    N_("frequency"): phrase("test what brings them back sooner, with a part left as it is"),
    N_("basket"): phrase("compare what they buy with what others buy, and what they are offered"),
    N_("margin"): phrase("look at discounts and at the goods they buy: less is kept of their revenue"),
}


def shortfalls(place: Place) -> list[Opportunity]:
    """Each group of a channel, a product or a kept column that differs by more than chance, and brings less when followed.

    Raises:
        DataError: E106 where nothing has been scored.
    """
    run = runs.last(place.folder)
    _, levels = grouping.people_of(place.folder, asked.base(place.folder, run.told["as_of"]))
    found: list[Opportunity] = []
    for name in (level.name for level in levels if level.name not in OF_TIME and len(level.names) > 1):
        told = grouping.groups(place.folder, name, "total", run.told["horizon"], None)
        low = [group for group in told.groups if group.found and group.mean < told.mean]
        missing = {group.name: (told.mean - group.mean) * group.customers for group in low}
        for group in sorted(missing, key=missing.__getitem__, reverse=True)[:MOST]:
            found += _explained(place, f"{name.removeprefix('first ')}={group}")
    return found


def _explained(place: Place, group: str) -> list[Opportunity]:
    """The shortfall of a group, where its interval leaves out 0; nothing where it cannot be followed."""
    for horizon in HORIZONS:
        try:
            told = grouping.why(place.folder, group, "", horizon, "")
        except LifelongError as problem:
            if problem.code != "E427":
                raise
            continue
        return [_opportunity(place, told)] if told.high80 < 0 else []
    return []


def _opportunity(place: Place, told: Shortfall) -> Opportunity:
    part = min(told.parts, key=lambda one: one.each)
    each = [amount(round(money * place.unit), told.digits) for money in (-told.difference, -part.each)]
    low, high = (round(-end * told.customers * place.unit) for end in (told.high80, told.low80))
    return Opportunity(
        kind="group", what=phrase("{group} brings less than others", group=told.group), money=-told.total, low80=low, high80=high,
        over=phrase("of those followed, in {horizon} after the first order day", horizon=told.horizon), effort=EFFORT[part.name], grounds="goes with",
        evidence=phrase(
            "{customers:,} customers bring {less} less each than {others:,} others; most of it goes with {part}: {amount}",
            customers=told.customers, less=each[0], others=told.customers_against, part=phrase(part.name), amount=each[1],
        ),
        action=ACTION[part.name],
        command=f"lifelong why {place.flag} --group {shlex.quote(told.group)} --horizon {told.horizon}",
        customers=told.customers, is_weak_spot=True,
    )  # fmt: skip
