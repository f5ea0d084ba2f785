"""What a project holds, as a page asks it: small files are looked at, no table is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong.project import rostering, runs, valuing
from lifelong.project.kinds import kinds

if TYPE_CHECKING:
    from lifelong.project.folder import Folder
    from lifelong.values import Leaderboard


def holds(folder: Folder) -> tuple[str, ...]:
    """Which kinds of data and results are there; among them the roster of customers."""
    there = kinds(folder)
    has_roster = "scores" in there and rostering.found(folder) is not None
    return (*there, *(("roster",) if has_roster else ()))


def tested(folder: Folder) -> Leaderboard | None:
    """The back-test of the latest scores' day; None where nothing was scored or tested."""
    if not (folder.root / "scores" / "latest").is_file():
        return None
    day = runs.last(folder).told["as_of"]
    found = sorted((folder.root / "backtests").glob(f"{day}-*.json"), key=lambda path: path.stat().st_mtime)
    return valuing.kept_backtest(found[-1]) if found else None
