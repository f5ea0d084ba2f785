"""The workbook to take away: its formulas, computed anew by LibreOffice, say what Python says."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from lifelong import calculate
from lifelong.export.workbook import ANSWERS, workbook

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import Calculation

FIVE: dict[str, Any] = {"churn": "5%", "lifetime": "20m", "invoice": 500, "new_customers": 10, "spend": 8000}


@pytest.fixture(scope="module")
def office() -> str:
    """LibreOffice's program; where it is absent the test says so, and fails where everything is tested."""
    found = shutil.which("soffice")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("CI must have LibreOffice: apt-get install libreoffice-calc")
    if found is None:
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-calc)")
    return found


def recomputed(office: str, path: Path, typed: dict[str, float | None] | None = None) -> list[list[str]]:
    """The first sheet's cells as LibreOffice computes them, after other inputs are typed; what was stored is thrown away."""
    bare = path.with_name("bare.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bare, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                sheet = re.sub(r"(</f>)<v>[^<]*</v>", r"\1", text.decode())
                for cell, number in (typed or {}).items():
                    told = "" if number is None else f"<v>{number}</v>"
                    sheet, found = re.subn(rf'(<c r="{cell}"[^>/]*)(?:/>|><v>[^<]*</v></c>)', rf"\1>{told}</c>", sheet)
                    assert found == 1
                text = sheet.encode()
            new.writestr(name, text)
    command = [office, f"-env:UserInstallation=file://{path.parent}/office", "--headless", "--convert-to"]
    done = subprocess.run(
        [*command, "csv", "--outdir", str(path.parent), str(bare)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with path.with_name("bare.csv").open(encoding="utf-8") as file:
        return list(csv.reader(file))


def agree(cells: list[list[str]], made: Calculation) -> None:
    told = {row[0]: row for row in cells if row}
    for key, label, shape, _ in ANSWERS:
        number, shown = getattr(made, key), told[label][1].replace(",", "")
        if number is None:
            assert shown in {"", "never", "nothing is spent"}, label
            continue
        digits = len(shape.partition(".")[2])
        assert float(shown) == pytest.approx(number, abs=0.5 * 10**-digits + 1e-9), label
    labels = {driver.name: driver for driver in made.drivers}
    start = next(i for i, row in enumerate(cells) if row and row[0].startswith("Value less cost of winning, where"))
    rows = cells[start + 1 : start + 1 + len(labels)]
    for driver, row in zip(made.drivers, rows, strict=True):
        assert [float(cell.replace(",", "")) for cell in row[1:3]] == pytest.approx(
            [driver.low, driver.high], abs=0.0051
        )


@pytest.mark.parametrize(
    "told",
    [
        FIVE,
        {**FIVE, "margin": "40%"},
        {**FIVE, "margin": "40%", "discount": "10%/year"},
        {**FIVE, "churn": "", "margin": "40%", "discount": "12%/year", "timing": "mid", "overhead": 500},
        {**FIVE, "spend": 0, "lifetime": ""},
        {**FIVE, "margin": "1%", "spend": 90_000},
        {**FIVE, "churn": "", "lifetime": 1.05},
    ],
)
def test_the_formulas_say_what_python_says(told: dict[str, Any], office: str, tmp_path: Path) -> None:
    made = calculate(**told, xlsx=tmp_path / "value.xlsx")
    agree(recomputed(office, tmp_path / "value.xlsx"), made)


def test_what_is_typed_into_the_workbook_is_computed(office: str, tmp_path: Path) -> None:
    calculate(**FIVE, xlsx=tmp_path / "value.xlsx")
    cells = recomputed(office, tmp_path / "value.xlsx", {"B9": 0.4, "B10": 0.1})
    told = {row[0]: row[1] for row in cells if row}
    assert float(told["Value of a new customer"].replace(",", "")) == pytest.approx(3477.32, abs=0.005)
    assert float(told["Payback, months"]) == pytest.approx(4.0)


def test_the_same_numbers_give_the_same_bytes(tmp_path: Path) -> None:
    made = calculate(**FIVE)
    files = [workbook(made, tmp_path / name).read_bytes() for name in ("a.xlsx", "b.xlsx")]
    assert files[0] == files[1]
