"""Every planted fault is found: k planted are k found, and none on the clean file."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from lifelong.sources import files
from lifelong.store.engine import InMemory
from lifelong.tables import clean, quality

if TYPE_CHECKING:
    from types import ModuleType

    from lifelong.values import ImportReport


def _planter() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "faults.py"
    spec = importlib.util.spec_from_file_location("faults", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["faults"] = module
    spec.loader.exec_module(module)
    return module


planter = _planter()
ROWS = planter.clean_rows(120)
AT = (3, 17, 40, 41, 99)


def _report(folder: Path, content: bytes) -> ImportReport:
    path = folder / "orders.csv"
    path.write_bytes(content)
    plan = files.plan(path, currency="EUR", today=planter.TODAY)
    files.extract(plan, folder / "landing.parquet")
    lines = clean.lines(pl.from_arrow(InMemory().raw(folder / "landing.parquet")), plan.rules)
    marked = clean.duplicates(lines.with_columns(batch=pl.lit("b")))
    return quality.report(marked, plan.rules, source=path.name, batch="b")


def _counts(report: ImportReport) -> dict[tuple[str, str], Any]:
    told = {("reason", r): c["rows"] for r, c in report.details["reasons"].items()}
    told |= {("repeats", r): c["rows"] for r, c in report.details["repeats"].items()}
    return told | {("finding", f.code): f.facts.get("rows") for f in report.findings if f.code in {"D113", "D119"}}


def test_the_clean_file_has_no_fault(tmp_path: Path) -> None:
    report = _report(tmp_path, planter.file_of(ROWS))
    assert _counts(report) == {}
    assert report.findings == ()
    assert (report.rows_in, report.kept, report.orders) == (120, 120, 120)
    quality.too_bad(report, 0.0)


def test_there_are_thirty_kinds_and_more() -> None:
    assert len({fault.name for fault in planter.FAULTS}) == len(planter.FAULTS) >= 30


@pytest.mark.parametrize("fault", planter.FAULTS, ids=lambda fault: fault.name)
def test_as_many_are_found_as_were_planted(tmp_path: Path, fault: Any) -> None:
    report = _report(tmp_path, planter.file_of(ROWS, fault, AT))
    assert _counts(report) == {(fault.where, fault.key): len(AT)}
    assert report.rows_in == 120 + (len(AT) if fault.adds else 0)
    assert report.kept == 120 - (len(AT) if fault.where == "reason" and not fault.adds else 0)


def test_all_faults_at_once_are_told_apart(tmp_path: Path) -> None:
    """One row of each kind, in one file."""
    rows = planter.clean_rows(len(planter.FAULTS) * 3)
    lines = planter.file_of(rows).splitlines()
    for i, fault in enumerate(planter.FAULTS):
        spoilt = fault.spoil(rows[3 * i])
        spoilt = spoilt if isinstance(spoilt, bytes) else spoilt.encode()
        lines[1 + 3 * i] = lines[1 + 3 * i] + b"\n" + spoilt if fault.adds else spoilt
    counts = _counts(_report(tmp_path, b"\n".join(lines) + b"\n"))
    want: dict[tuple[str, str], int] = {}
    for fault in planter.FAULTS:
        want[fault.where, fault.key] = want.get((fault.where, fault.key), 0) + 1
    assert counts == want
