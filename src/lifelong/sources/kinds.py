"""Which kind of table a file is, by its columns: orders, spend, touches or subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong import schema
from lifelong.errors import LifelongError
from lifelong.sources import ads, columns, subscriptions, touches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

#: The columns that each kind may have.
COLUMNS = {
    "orders": schema.SOURCE,
    "spend": schema.SPEND_SOURCE,
    "touches": schema.TOUCH_SOURCE,
    "subscriptions": schema.SUBSCRIPTION_SOURCE,
}


def of(path: Path, header: Sequence[str]) -> str:
    """The likeliest kind of a file; orders where nothing speaks for another.

    Where customer and time are told, an amount or an order's number makes them orders, and a source without either
    makes them touches.
    """
    if subscriptions.is_one(path):
        return "subscriptions"
    found = columns.recognised(header, {}, path.name)
    if {"customer_id", "ordered_at"} <= set(found):
        is_bare = not {"revenue", "unit_price", "order_id"} & set(found)
        return "touches" if is_bare and _is_read(lambda: touches.plan(path)) else "orders"
    if _is_read(lambda: ads.plan(path, ads.Reading(), "", "UTC")):
        return "spend"
    return "touches" if _is_read(lambda: touches.plan(path)) else "orders"


def _is_read(plan: Callable[[], object]) -> bool:
    """Whether a reader takes the file."""
    try:
        plan()
    except LifelongError:
        return False
    return True
