"""The verb that says when customers order next. Nothing is kept in the folder: a date is for the day of asking."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lifelong.project import asked, renewing
from lifelong.project.knowing import seen_by
from lifelong.store import fits
from lifelong.units import Horizon

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.project.folder import Folder
    from lifelong.values import Fit, NextOrders


def next_orders(folder: Folder, fitted: Fit | None, horizon: str, out: Path | None) -> NextOrders:
    """Each customer's next order date by a fit, written to a file where one is named."""
    from lifelong.judge.fitting import not_by_occasions, occasion
    from lifelong.score import next_orders as compute
    from lifelong.tables.gaps import gaps

    ahead = Horizon.parse(horizon)
    with folder.writing("next-orders"):
        made = fitted or fits.load(folder.root / "fits")
        if renewing.is_contract(made.model):
            raise renewing.refused("a next order date")
        if occasion(made.model):
            raise not_by_occasions(made.model, "when the next order comes")
        at = asked.base(folder, made.origin.until)
        folder.progress("dating every customer's next order", 0, len(at.summary))
        answer = compute(made, seen_by(folder, made, at).summary, gaps(at.orders, at.until), ahead)
    return replace(answer, path=str(_written(answer, out))) if out else answer


def _written(answer: NextOrders, out: Path) -> Path:
    """The rows with days as dates, and what they mean beside each."""
    from lifelong import export

    told = {"as_of": answer.as_of, "horizon": answer.horizon, "definition": answer.definition}
    return export.write(answer.to_arrow(), out, beside=told | {"model_version": answer.model})
