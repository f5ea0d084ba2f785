"""What was known of each customer on the first order day, and what came after it. Pure narwhals.

Each customer's own first order day is the origin: what stands before the later spend is of that day alone, and everybody
is followed for equally long. Whoever could not be followed for so long is left out, whatever they bought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.tables.clean_frame import entered, names_of, returned
from lifelong.tables.cohorts import joined, since_first
from lifelong.tables.loyalty import first_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.typing import IntoFrame

NAMES = ("channel", "product")


def firsts(orders: IntoFrame, until: int, days: int) -> Any:
    """A row a customer who was followed ``days`` from the first order day, up to ``until``.

    Args:
        orders: ``schema.ORDERS``; channel, product and refund may be absent.
        until: the last day seen.
        days: how long each is followed.

    Returns:
        The same kind of frame, eager ones sorted by customer: ``customer_id``, ``first_day``, ``first_spend`` (what the
        first order day brought, before anything was paid back, which came later), ``later`` (revenue in the days after
        it, null where none of the customer's amounts is known), ``all`` (all revenue up to ``until``), ``channel`` and
        ``product`` of the first order where the orders have them.
    """
    frame = entered(orders)
    ordered = since_first(frame, until)
    since = nw.col("day") - nw.col("first_day")
    ordered = ordered.filter(nw.col("first_day") + days <= until)
    is_later = (since > 0) & (since <= days)
    counted = nw.col("priced") if "priced" in names_of(ordered) else nw.lit(1)
    told = ordered.with_columns(later=nw.when(is_later).then(nw.col("revenue")).otherwise(0), known=counted)
    people = told.group_by("customer_id").agg(
        nw.col("first_day").min(), nw.col("later").sum(), nw.col("revenue").sum().alias("all"), nw.col("known").sum()
    )
    people = joined(people, _first_spend(frame, people))
    for name in NAMES:
        if name in names_of(frame):
            people = joined(people, first_names(frame.to_native(), name, until, people.to_native()), "left")
    is_known = nw.col("known") > 0
    people = people.with_columns(nw.when(is_known).then(nw.col(c)).cast(nw.Int64) for c in ("later", "all")).drop(
        "known"
    )
    return returned(people.sort("customer_id") if isinstance(people, nw.DataFrame) else people, orders)


def carried(lines: IntoFrame, people: IntoFrame, names: Sequence[str]) -> Any:
    """Attributes that the rows of a customer's first order day carry; of several values the first in the alphabet.

    Args:
        lines: ``customer_id``, ``day`` and the attributes as texts.
        people: ``customer_id`` and ``first_day``.
        names: the attributes.

    Returns:
        The same kind of frame: ``customer_id`` and, for each attribute, the value (null where no row has one) and, as
        ``changes:NAME``, how many other values the customer's later rows have.
    """
    rows = joined(entered(lines), entered(people).select("customer_id", "first_day"))
    texts = {n: nw.col(n).cast(nw.String).str.strip_chars() for n in names}
    rows = rows.with_columns(**{n: nw.when(text != "").then(text) for n, text in texts.items()})
    at_first = rows.filter(nw.col("day") == nw.col("first_day"))
    made = at_first.group_by("customer_id").agg(*(nw.col(n).min() for n in names))
    for name in names:
        values = rows.select("customer_id", name).unique().filter(~nw.col(name).is_null())
        seen = values.group_by("customer_id").agg(nw.len().alias("values"))
        changes = (nw.col("values").cast(nw.Int64) - 1).alias(f"changes:{name}")
        made = joined(made, seen.select("customer_id", changes), "left")
    return returned(made, people)


def _first_spend(frame: Any, people: Any) -> Any:
    """What each first order day brought, as it stood on that day."""
    back = nw.col("refund").fill_null(0) if "refund" in names_of(frame) else nw.lit(0)
    rows = frame.select("customer_id", "day", paid=nw.col("revenue").cast(nw.Int64) + back)
    rows = joined(rows, people.select("customer_id", "first_day")).filter(nw.col("day") == nw.col("first_day"))
    paid = rows.group_by("customer_id").agg(nw.col("paid").sum())
    return paid.select("customer_id", nw.col("paid").cast(nw.Int64).alias("first_spend"))
