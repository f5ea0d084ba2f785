"""Which kinds of data and results a project's folder holds: small files are looked at, no table is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifelong.project.folder import Folder


def kinds(folder: Folder) -> tuple[str, ...]:
    """Of orders, subscriptions, spend, touches, fits, scores and backtests those that are there."""
    manifest, root = folder.landing.read(), folder.root
    there = {
        "orders": bool(manifest.batches),
        "subscriptions": bool(manifest.subscriptions),
        "spend": bool(manifest.spend),
        "touches": bool(manifest.touches),
        "fits": (root / "fits" / "latest").is_file(),
        "scores": (root / "scores" / "latest").is_file(),
        "backtests": any((root / "backtests").glob("*.json")),
    }
    return tuple(name for name, is_there in there.items() if is_there)
