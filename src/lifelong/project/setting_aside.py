"""The verb `quarantine`: rows that could not be used, by reason, with their money, and as they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong.project import enrolling, spending, touching
from lifelong.values.quarantine import Quarantine, SetAside
from lifelong.values.spend_report import SpendReport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lifelong.project.folder import Folder
    from lifelong.values import ImportReport

#: Rows that one answer tells at most.
MOST = 500


def quarantine(folder: Folder, reason: str, start: int, most: int) -> Quarantine:
    """The reasons of all files, and a page of rows; quarantine/ is made again where it is missing."""
    folder.require()
    reports: list[ImportReport | SpendReport] = [
        *(enrolling.reports(folder) if folder.landing.read().every else ()),
        *touching.reports(folder),
        *spending.reports(folder),
    ]
    reasons = sorted(_reasons(reports), key=lambda one: (-one.rows, one.source, one.reason))
    money = [_money(report) for report in reports if report.quarantined]
    known = [one for one in money if one is not None]
    of, columns, rows = _rows(folder, reason, max(start, 0), min(max(most, 0), MOST))
    return Quarantine(
        reasons=tuple(reasons),
        currency=folder.currency,
        all_rows=sum(report.quarantined for report in reports),
        money=sum(known) if known else None,
        reason=reason,
        of=of,
        start=max(start, 0),
        columns=columns,
        rows=rows,
    )


def _reasons(reports: Iterable[ImportReport | SpendReport]) -> Iterable[SetAside]:
    for report in reports:
        kind = "spend" if isinstance(report, SpendReport) else report.kind
        found = {name: told for name, told in report.details.get("reasons", {}).items() if name != "total row"}
        for name, told in found.items():  # of orders each reason has its money; of others the file, if it has any
            whole = _money(report) if len(found) == 1 else None
            rows, money = (told["rows"], told["money"]) if isinstance(told, dict) else (told, whole)
            yield SetAside(report.source, kind, name, int(rows), None if _money(report) is None else money)


def _money(report: ImportReport | SpendReport) -> int | None:
    return report.cost["quarantined"] if isinstance(report, SpendReport) else report.money_quarantined


def _rows(
    folder: Folder, reason: str, start: int, most: int
) -> tuple[int, tuple[str, ...], tuple[dict[str, Any], ...]]:
    """How many rows have the reason, their columns, and some of them; files are read one after another."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    names = {batch.id: batch.source for batch in folder.landing.read().every}
    columns: dict[str, None] = {}
    rows: list[dict[str, Any]] = []
    passed = 0
    for path in sorted((folder.root / "quarantine").glob("*.parquet")):
        table = pq.read_table(path)
        if reason:
            table = table.filter(pc.equal(table["reason"], reason))
        here = table.slice(max(start - passed, 0), most - len(rows))
        told = [{"file": names.get(path.stem, path.stem), **row} for row in here.to_pylist()]
        for row in told:
            columns |= dict.fromkeys(name for name, cell in row.items() if cell is not None)
        rows += [
            {name: cell if isinstance(cell, int) else str(cell or "") for name, cell in row.items()} for row in told
        ]
        passed += len(table)
    first = [name for name in ("file", "row", "reason") if name in columns]
    return passed, (*first, *(name for name in columns if name not in first)), tuple(rows)
