"""What one row is, an order or a line of one, and how a file tells that an order was cancelled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.sources.look import Look

_REPEATED = 0.02  # a higher share of rows that repeat an order's number makes rows lines
_CANCELLED = re.compile(r"^C[0-9]{3,}$")


def of(texts: Mapping[str, Sequence[str]]) -> str:
    """``line`` where numbers of orders repeat (or, without numbers, customers at one time), else ``order``."""
    numbers = texts.get("order_id")
    if numbers:
        named = [n for n in numbers if n.strip()]
        repeated = len(named) - len(set(named))
        whole = list(zip(*(texts[name] for name in sorted(texts)), strict=True))
        same = len(whole) - len(set(whole))  # equal rows are repetitions, not lines
        return "line" if named and repeated - same > _REPEATED * len(named) else "order"
    if "product" not in texts and "unit_price" not in texts:
        return "order"
    visits = list(zip(texts["customer_id"], texts["ordered_at"], strict=True))
    return "line" if visits and len(visits) - len(set(visits)) > _REPEATED * len(visits) else "order"


def cancel_prefix(texts: Mapping[str, Sequence[str]]) -> str:
    """``C`` where most numbers are bare figures, some have a C before them, and those do not show by a minus.

    Where cancelled invoices are below zero already, their amounts are taken as they stand.
    """
    numbers = [n.strip() for n in texts.get("order_id", ())]
    cancelled = [i for i, n in enumerate(numbers) if _CANCELLED.match(n)]
    bare = sum(n.isdigit() for n in numbers)
    if not cancelled or bare <= 2 * len(cancelled):
        return ""
    amounts = [texts[name] for name in ("quantity", "revenue", "unit_price") if name in texts]
    below = sum(any("-" in told[i] or "(" in told[i] for told in amounts) for i in cancelled)
    return "" if 2 * below > len(cancelled) else "C"


def is_continued(seen: Look, found: Mapping[str, str]) -> bool:
    """Later rows of an order leave date (and customer) empty, as some shops' exports of lines do."""
    if "order_id" not in found:
        return False
    numbers, times = seen.texts(found["order_id"]), seen.texts(found["ordered_at"])
    dated = {n for n, t in zip(numbers, times, strict=True) if n.strip() and t.strip()}
    follows = sum(not t.strip() and n in dated for n, t in zip(numbers, times, strict=True))
    return follows > 0
