"""How the tests of this folder read the report: its words without tags, and the same shop with other scores."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from lifelong.report import (
    verdict,
)

if TYPE_CHECKING:
    from lifelong.report.inputs import ReportData


def plain(text: str) -> str:
    """Words only: no tags, no entities, ordinary spaces."""
    body = text.partition("<body>")[2] or text
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\xa0", " "))


def said(data: ReportData) -> list[str]:
    return [plain(str(s)).strip() for s in verdict.sentences(data)]


def scored(data: ReportData, **columns: Any) -> ReportData:
    """The same data with columns of the scores replaced."""
    table = data.scores.table
    for name, column in columns.items():
        table = table.set_column(table.column_names.index(name), name, pa.array(column, from_pandas=True))
    return replace(data, scores=replace(data.scores, table=table))


def row(model: str, mae: float | None, origin_: str = "2025-01-31", **more: Any) -> dict[str, Any]:
    return {"model": model, "origin": origin_, "mae": mae, **more}
