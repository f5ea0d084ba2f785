"""What a project holds, as a page asks it: small files are looked at, no table is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong.project import rostering, runs, valuing

if TYPE_CHECKING:
    from lifelong.project.folder import Folder
    from lifelong.values import Leaderboard


def holds(folder: Folder) -> tuple[str, ...]:
    """Which kinds of data and results are there."""
    manifest, root = folder.landing.read(), folder.root
    there = {
        "orders": bool(manifest.batches),
        "subscriptions": bool(manifest.subscriptions),
        "spend": bool(manifest.spend),
        "touches": bool(manifest.touches),
        "fits": (root / "fits" / "latest").is_file(),
        "scores": (root / "scores" / "latest").is_file(),
        "roster": (root / "scores" / "latest").is_file() and rostering.found(folder) is not None,
        "backtests": any((root / "backtests").glob("*.json")),
    }
    return tuple(name for name, is_there in there.items() if is_there)


def tested(folder: Folder) -> Leaderboard | None:
    """The back-test of the latest scores' day; None where nothing was scored or tested."""
    if not (folder.root / "scores" / "latest").is_file():
        return None
    day = runs.last(folder).told["as_of"]
    found = sorted((folder.root / "backtests").glob(f"{day}-*.json"), key=lambda path: path.stat().st_mtime)
    return valuing.kept_backtest(found[-1]) if found else None
