"""Conversions that platforms claim, set against the orders: each claim gets one verdict, and what else does not fit is told beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Verdicts, in the order in which they are tried; the last is what a conversion should be.
VERDICTS = ("no such order", "duplicate", "cancelled", "outside the window", "returning customer", "new customer")
#: Days by which a time zone can move an order.
ZONE = 1


class Claim(NamedTuple):
    """A claimed conversion; days since 1970-01-01, amounts in minor units of whatever currency; None where the table has none."""

    order: str
    customer: str
    platform: str
    day: int | None = None
    clicked: int | None = None
    amount: int | None = None


class Known(NamedTuple):
    """An order; ``first`` is the order id of the customer's first one."""

    customer: str
    day: int
    revenue: int | None
    is_order: bool
    first: str


class Judged(NamedTuple):
    """What is true of a claim: its verdict, the order that it is of, and by how many days and what factor it is told otherwise."""

    verdict: str
    order: str
    shift: int | None
    factor: float | None


def judged(claims: Sequence[Claim], orders: Mapping[str, Known], window: int) -> list[Judged]:
    """A verdict for each claim, in their order.

    A claim is of the order that it names; where it names a customer only, of the customer's order of that day, or of a day beside it
    (time zones), the earliest of these. An order counts once: each further claim of it is a duplicate, of whatever platform. A customer is
    new by the first order alone; a cancelled order is nobody's.

    Args:
        claims: as the table has them.
        orders: by order id.
        window: days that may lie between the click and the order, where the click is known.
    """
    by_customer: dict[str, list[str]] = {}
    for order, known in sorted(orders.items(), key=lambda each: (each[1].day, each[0])):
        by_customer.setdefault(known.customer, []).append(order)
    seen: set[str] = set()
    made = []
    for claim in claims:
        order = _order(claim, orders, by_customer)
        if not order:
            made.append(Judged(VERDICTS[0], "", None, None))
            continue
        known = orders[order]
        verdict = _verdict(claim, order, known, window, is_seen=order in seen)
        seen.add(order)
        shift = None if claim.day is None else claim.day - known.day
        factor = claim.amount / known.revenue if claim.amount is not None and known.revenue else None
        made.append(Judged(verdict, order, shift, factor))
    return made


def _verdict(claim: Claim, order: str, known: Known, window: int, *, is_seen: bool) -> str:
    if is_seen:
        return VERDICTS[1]
    if not known.is_order:
        return VERDICTS[2]
    if claim.clicked is not None and not 0 <= known.day - claim.clicked <= window:
        return VERDICTS[3]
    return VERDICTS[5] if order == known.first else VERDICTS[4]


def _order(claim: Claim, orders: Mapping[str, Known], by_customer: Mapping[str, list[str]]) -> str:
    """The order that a claim is of; empty where there is none."""
    if claim.order:
        return claim.order if claim.order in orders else ""
    near = [
        o for o in by_customer.get(claim.customer, []) if claim.day is None or abs(orders[o].day - claim.day) <= ZONE
    ]
    exact = [o for o in near if orders[o].day == claim.day]
    return next(iter(exact or near), "")
