"""Any answer as a workbook: where each figure stands, and names of sheets that a workbook may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from lifelong import ConfigError, book
from lifelong.definitions import DEFINITIONS
from lifelong.export.answer_workbook import workbook

if TYPE_CHECKING:
    from pathlib import Path


def test_single_figures_tables_and_meanings_have_their_sheets(tmp_path: Path) -> None:
    told = {
        "as_of": "2026-06-30", "whole": {"blended": 12.5, "paid": None}, "mix": [0.25, 0.75], "none": [],
        "rows": [{"name": "=1+1", "cac": 3, "ratio": {"mean": 2.0}, "seen": [1, 2]}, {"name": "b", "is_over": True}],
        "inner": {"rows": [{"month": 1}]},
    }  # fmt: skip
    made = openpyxl.load_workbook(workbook(told, ["cac_blended"], tmp_path / "a.xlsx"))
    assert made.sheetnames == ["Figures", "rows", "inner.rows", "Read me"]
    assert list(made["Figures"].values)[1:] == [
        ("as_of", "2026-06-30"), ("whole.blended", 12.5), ("whole.paid", None), ("mix.0", 0.25), ("mix.1", 0.75),
    ]  # fmt: skip
    head, first, second = made["rows"].values
    assert head == ("name", "cac", "ratio.mean", "seen.0", "seen.1", "is_over")
    assert first == ("=1+1", 3, 2.0, 1, 2, None)
    assert made["rows"]["A2"].data_type == "s"  # text, no formula
    assert second == ("b", None, None, None, None, True)
    assert list(made["Read me"].values)[1][0] == DEFINITIONS["cac_blended"].title


def test_names_that_a_sheet_may_not_have(tmp_path: Path) -> None:
    rows = [{"a": 1}]
    told = {"Figures": rows, "read me": rows, "w?y": rows, f"x{'y' * 40}": rows, f"z{'y' * 40}": rows}
    names = openpyxl.load_workbook(workbook(told, [], tmp_path / "a.xlsx")).sheetnames
    assert len({name.lower() for name in names}) == len(names) == 7
    assert max(map(len, names)) <= 31
    assert "w_y" in names


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        book({"a": 1}, tmp_path / "a.csv")
    assert refused.value.code == "E302"
