"""Stripe's own subscription objects, as its API lists them, told as a table: one row a subscription.

Read from the documented object: times are seconds since 1970, amounts are in minor units, and what is paid stands in the
subscription's items, of which it may have several. A file holds one list, several pages of it, one to a line, or an
object a line. What is decided here:

- the price is what the items cost together; discounts are not taken off, and prices by use or in tiers are not known;
- ``canceled_at`` is the day of the notice, ``ended_at`` or ``cancel_at`` that of the end;
- ``paused`` is said where a trial is over and nobody has paid yet, so that it waits for a first payment; collection that
  is paused leaves Stripe's status as it is, and is a pause.
"""

from __future__ import annotations

import json
import lzma
import re
import zlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lifelong.sources import encodings
from lifelong.units import minor_digits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MARK = re.compile(r'"object"\s*:\s*"subscription"')


def is_export(path: Path) -> bool:
    """Whether a file begins as a list of Stripe's subscriptions does."""
    if not path.is_file():
        return False
    packed = encodings.compression(encodings.head(path, "", 8))
    sample = encodings.head(path, packed)
    text = encodings.text_of(sample, encodings.encoding_of(sample)).lstrip("\ufeff \t\r\n")
    return text.startswith(("{", "[")) and _MARK.search(text) is not None


def told(path: Path, out: Path) -> Path:
    """Write an export as JSON Lines under the names of ``schema.SUBSCRIPTION_SOURCE``; what is no object stays as it is.

    Raises:
        DataError: E101, where the file cannot be read.
    """
    try:
        with out.open("w", encoding="utf-8") as target:
            for found in _objects(path):
                target.write(_line(found) + "\n")
    except (EOFError, zlib.error, lzma.LZMAError, OSError) as problem:
        raise encodings.unreadable(path, problem) from None
    return out


def _objects(path: Path) -> Iterator[dict[str, Any] | str]:
    """Subscriptions of a file, and lines that are none."""
    packed = encodings.compression(encodings.head(path, "", 8))
    encoding = encodings.encoding_of(encodings.head(path, packed))
    with encodings.opened(path, packed) as stream, encodings.lines_of(stream, encoding) as decoded:
        text = decoded.read()
    try:
        yield from _of(json.loads(text.lstrip("\ufeff")))
    except (ValueError, RecursionError):
        for line in text.lstrip("\ufeff").splitlines():
            try:
                yield from _of(json.loads(line)) if line.strip() else ()
            except (ValueError, RecursionError):
                yield line


def _of(value: Any) -> Iterator[dict[str, Any] | str]:
    """The subscriptions of an object, a list, or a page of one."""
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        value = value["data"]
    for one in value if isinstance(value, list) else [value]:
        yield one if isinstance(one, dict) else json.dumps(one)


def _line(found: dict[str, Any] | str) -> str:
    """A subscription's line; one that is not built as Stripe's are is a text, which the reader sets aside as it stands."""
    if isinstance(found, str):
        return found
    try:
        return json.dumps(_row(found))
    except (AttributeError, TypeError, ValueError):
        return json.dumps(json.dumps(found))


def _row(one: dict[str, Any]) -> dict[str, Any]:
    """One subscription as texts; what it does not say is empty."""
    items = [item for item in _field(one, "items", "data") or [] if isinstance(item, dict)] or [one]
    plans = [item.get("price") or item.get("plan") or {} for item in items]
    currency = str(one.get("currency") or next((p.get("currency") for p in plans if p.get("currency")), "")).upper()
    period_end = one.get("current_period_end") or max((i.get("current_period_end") or 0 for i in items), default=0)
    customer = one.get("customer")
    row = {
        "customer_id": customer.get("id") if isinstance(customer, dict) else customer,
        "subscription_id": one.get("id"),
        "started_at": one.get("start_date") or one.get("start") or one.get("created"),
        "ended_at": one.get("ended_at") or one.get("cancel_at"),
        "cancelled_at": one.get("canceled_at"),
        "period_ends_at": period_end,
        "ends_with_period": "yes" if one.get("cancel_at_period_end") else "",
        "trial_ended_at": one.get("trial_end"),
        "status": _status(one, items),
        "plan": " + ".join(dict.fromkeys(str(p.get("nickname") or p.get("id") or "") for p in plans)),
        "price": _price(items, plans, currency),
        "period": _period(plans),
        "currency": currency,
    }
    return {name: "" if not value else str(value) for name, value in row.items()}


def _status(one: dict[str, Any], items: list[dict[str, Any]]) -> str:
    """Stripe's word; ``paused`` only where payments had begun."""
    status, trial = str(one.get("status") or ""), one.get("trial_end")
    if status == "paused":
        began = one.get("current_period_start") or max((i.get("current_period_start") or 0 for i in items), default=0)
        return "incomplete" if trial and began <= trial else status
    return "paused" if status == "active" and one.get("pause_collection") else status


def _price(items: list[dict[str, Any]], plans: list[dict[str, Any]], currency: str) -> str:
    """What all items cost a period, in major units; empty where one has no fixed price."""
    total = Decimal(0)
    for item, plan in zip(items, plans, strict=True):
        amounts = (plan.get(name) for name in ("unit_amount_decimal", "unit_amount", "amount_decimal", "amount"))
        amount = next((a for a in amounts if a is not None), None)
        quantity = item.get("quantity")
        try:
            total += Decimal(str(amount)) * Decimal(str(1 if quantity is None else quantity))
        except ArithmeticError:
            return ""
    return str(total.scaleb(-minor_digits(currency)))


def _period(plans: list[dict[str, Any]]) -> str:
    """What the price pays for, in words; empty where items differ."""
    spans = {_span(plan.get("recurring") or plan) for plan in plans}
    return spans.pop() if len(spans) == 1 else ""


def _span(recurring: dict[str, Any]) -> str:
    count, name = recurring.get("interval_count") or 1, str(recurring.get("interval") or "")
    return name if count == 1 else f"{count} {name}s"


def _field(value: Any, *names: str) -> Any:
    """What stands deep within objects, or None."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
