"""The shell of every page: the pages by group, and the bar that says what every number means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifelong.errors import LifelongError
from lifelong.i18n import N_
from lifelong.report.meaning import meaning
from lifelong.report.words import model_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifelong.web.desk import Desk


@dataclass(frozen=True, slots=True)
class Entry:
    """One page in the navigation: its path, its name (a message), and what must be there for it to be shown."""

    path: str
    title: str
    needs: str = "orders"


#: Pages in five groups. ``needs``: "" always, "orders", "scores", "spend", "touches".
GROUPS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (N_("Now"), (Entry("/today", N_("Today"), "scores"), Entry("/", N_("Overview"), ""))),
    (
        N_("Customers"),
        (
            Entry("/customers", N_("Customers"), "scores"),
            Entry("/segments", N_("Segments"), "scores"),
            Entry("/cohorts", N_("Cohorts"), "orders"),
        ),
    ),
    (
        N_("Growth"),
        (
            Entry("/channels", N_("Channels and campaigns"), "spend"),
            Entry("/budget", N_("Budget lab"), "spend"),
            Entry("/calculator", N_("Calculator"), ""),
        ),
    ),
    (
        N_("Money"),
        (
            Entry("/forecast", N_("Forecast and plan"), "scores"),
            Entry("/equity", N_("Customer equity"), "scores"),
            Entry("/reports", N_("Reports"), "fits"),
        ),
    ),
    (
        N_("This program"),
        (
            Entry("/models", N_("Models and trust"), "scores"),
            Entry("/import", N_("Data"), ""),
            Entry("/exports", N_("Exports"), "orders"),
            Entry("/settings", N_("Settings"), ""),
            Entry("/glossary", N_("Glossary"), ""),
        ),
    ),
)


def shell(desk: Desk, path: str) -> Mapping[str, Any]:
    """What the frame of a page shows."""
    there, bar = held(desk), definitions(desk)
    groups = [(title, [entry for entry in entries if entry.needs in there]) for title, entries in GROUPS]
    return {
        "groups": [(title, entries) for title, entries in groups if entries],
        "here": path,
        "bar": bar,
        "there": there,
    }


def held(desk: Desk) -> frozenset[str]:
    """What the project holds, in the words of :data:`GROUPS`."""
    try:
        return frozenset({"", *desk.present().holds})
    except LifelongError:
        return frozenset({""})


def definitions(desk: Desk) -> Mapping[str, Any] | None:
    """What every number of the app means: of the latest scores; None before there are any."""
    found = desk.shelf()
    if found is None:
        return None
    told = found.told
    names = ("as_of", "currency", "definition", "horizon", "model", "customers")
    said = {"model_name": model_name(told["model"]), "definition": meaning(told)}
    return {name: told.get(name, "") for name in names} | said
