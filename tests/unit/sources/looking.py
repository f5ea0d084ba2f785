"""How the tests of this folder make a small file, look at it, and read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from lifelong.errors import LifelongError
from lifelong.sources import files
from lifelong.store.engine import InMemory
from lifelong.tables import clean

if TYPE_CHECKING:
    from pathlib import Path

#: 2026-02-16
TODAY = 20_500


def landing_of(plan: files.ReadPlan, folder: Path) -> pl.DataFrame:
    out = folder / "landing.parquet"
    rows = files.extract(plan, out)
    frame = pl.from_arrow(InMemory().raw(out))
    assert isinstance(frame, pl.DataFrame)
    assert frame["row"].to_list() == list(range(1, rows + 1))
    return frame


def lines(path: Path, **settings: Any) -> list[dict[str, Any]]:
    plan = files.plan(path, today=TODAY, **settings)
    assert files.ReadPlan.from_dict(plan.as_dict()).rules == plan.rules
    return clean.lines(landing_of(plan, path.parent), plan.rules).sort("row").to_dicts()


def a_file(folder: Path, *rows: str) -> Path:
    path = folder / "orders.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def code_of(path: Path, **settings: Any) -> tuple[str, LifelongError]:
    with pytest.raises(LifelongError) as told:
        files.plan(path, today=TODAY, **settings)
    return told.value.code, told.value
