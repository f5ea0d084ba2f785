"""The verb `demo`: the main job on real data, or on a simulated shop whose truth stands beside the forecast."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from lifelong.config import Config
from lifelong.errors import ConfigError, DataError
from lifelong.phrases import phrase
from lifelong.project import ingesting
from lifelong.project.asked import Question
from lifelong.project.folder import Folder
from lifelong.project.reporting import Choice, run
from lifelong.sources import demo as source
from lifelong.sources.simulate import Calendar
from lifelong.store import files
from lifelong.units import date_of

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.project.answers import Run
    from lifelong.project.folder import Progress
    from lifelong.values import Scores

_SETTINGS: dict[str, dict[str, Any]] = {
    "cdnow": {"name": "CDNOW", "currency": "USD", "margin": "35%"},
    "grocer": {"name": "the grocer", "currency": "USD", "margin": "25%", "horizon": "13w", "starts_midway": True},
    "simulated": {"name": "the simulated shop", "currency": "EUR", "margin": "100%", "discount": "0"},
}
_COLUMNS = {
    "cdnow": {"quantity": "cds"},
    "grocer": {
        "customer_id": "household_id",
        "order_id": "basket_id",
        "product": "product_id",
        "revenue": "sales_value",
        "ordered_at": "transaction_timestamp",
    },
}


def demo(which: str, path: Path, progress: Progress) -> Run:
    """Fetch a demonstration's data, make its project anew, and run everything on it."""
    progress(phrase("fetching the data of {which}", which=which), 0, None)
    truth, until = None, ""
    if which == "simulated":
        orders, truth = source.simulated(progress=progress)
        until = date_of(Calendar().until).isoformat()
    else:
        orders = (source.cdnow if which == "cdnow" else source.grocer)(progress=progress)
    folder = Folder(path, progress)
    if folder.exists and folder.root.joinpath("project.json").exists():
        with files.disk_errors(path):
            files.remove(path)
    folder.create(Config(**_SETTINGS[which]))
    ingested = ingesting.ingest(folder, orders, ingesting.Reading(_COLUMNS.get(which, {})))
    question = Question.of(folder.config())
    return run(
        folder,
        ingested,
        question,
        Choice(until=until),
        truth=(lambda scores: _beside(scores, truth)) if truth else None,
    )


def into(folder: Folder) -> Run:
    """Bring sample orders into a project that holds none, and run everything on them.

    The project keeps its own settings; the sample brings its currency and its margin along.
    """
    if folder.landing.read().batches:
        raise ConfigError(
            "E522", "the project holds orders already", where=str(folder.root),
            why="sample data would be added to them", fix="take an empty project for sample data",
        )  # fmt: skip
    which = "cdnow"
    folder.progress("fetching sample data", 0, None)
    try:
        orders = source.cdnow(progress=folder.progress)
    except DataError:  # the network is not there; our own shop needs none
        which = "simulated"
        orders, _ = source.simulated(progress=folder.progress)
    told = _SETTINGS[which]
    reading = ingesting.Reading(_COLUMNS.get(which, {}), told["currency"])
    ingested = ingesting.ingest(folder, orders, reading)
    until = date_of(Calendar().until).isoformat() if which == "simulated" else ""
    question = Question.of(folder.config(), margin=told["margin"])
    return run(folder, ingested, question, Choice(until=until))


def _beside(scores: Scores, truth: Path) -> list[dict[str, Any]]:
    """Predicted beside true: totals, the best fifth, and how often the intervals held."""
    with truth.open(encoding="utf-8", newline="") as file:
        came = {row["customer_id"]: row for row in csv.DictReader(file)}
    rows = [row | came[row["customer_id"]] for row in scores.table.to_pylist()]
    totals = scores.totals
    best = sorted(rows, key=lambda row: (-row["value"], row["customer_id"]))[: -(-len(rows) // 5)]
    share = sum(row["value"] for row in best) / totals.value
    value = [float(row["next_value"]) for row in rows]
    held = {
        level: sum(row[f"low{level}"] <= v <= row[f"high{level}"] for row, v in zip(rows, value, strict=True))
        / len(rows)
        for level in (80, 90)
    }
    return [
        _row("Value of all customers", "money", totals.value, sum(value), totals.low80, totals.high80),
        _row(
            "Orders of all customers",
            "orders",
            totals.orders,
            sum(int(r["next_orders"]) for r in rows),
            totals.orders_low80,
            totals.orders_high80,
        ),
        _row("Still customers", "customers", totals.alive, sum(int(r["is_alive"]) for r in rows)),
        _row("Share of value in the best 20 %", "share", share, sum(float(r["next_value"]) for r in best) / sum(value)),
        _row("Customers inside their 80 % interval", "share", 0.8, held[80]),
        _row("Customers inside their 90 % interval", "share", 0.9, held[90]),
    ]


def _row(
    name: str, unit: str, predicted: float, true: float, low: float | None = None, high: float | None = None
) -> dict[str, Any]:
    return {"name": name, "unit": unit, "predicted": predicted, "low": low, "high": high, "true": true}
