"""LibreOffice computes a workbook anew, so that its formulas are held to what Python says."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def program() -> str:
    """LibreOffice's program; where it is absent the test says so, and fails where everything is tested."""
    found = shutil.which("soffice")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("CI must have LibreOffice: apt-get install libreoffice-calc")
    if found is None:
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-calc)")
    return found


def recomputed(path: Path, typed: dict[str, float | None] | None = None, sheet: int = 1) -> list[list[str]]:
    """A sheet's cells as LibreOffice computes them, after other inputs are typed into the first; stored results are thrown away."""
    office, bare = program(), path.with_name("bare.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bare, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                text = re.sub(r"(</f>)<v>[^<]*</v>", r"\1", content.decode())
                for cell, number in (typed or {}).items() if name.endswith("sheet1.xml") else ():
                    told = "" if number is None else f"<v>{number}</v>"
                    text, found = re.subn(rf'(<c r="{cell}"[^>/]*)(?:/>|><v>[^<]*</v></c>)', rf"\1>{told}</c>", text)
                    assert found == 1
                content = text.encode()
            new.writestr(name, content)
    command = [office, f"-env:UserInstallation=file://{path.parent}/office", "--headless", "--convert-to"]
    shape = f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,{sheet}"
    done = subprocess.run(
        [*command, shape, "--outdir", str(path.parent), str(bare)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (made,) = path.parent.glob("bare*.csv")
    with made.open(encoding="utf-8") as file:
        cells = list(csv.reader(file))
    made.unlink()
    return cells
