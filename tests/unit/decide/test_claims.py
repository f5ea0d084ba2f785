"""Planted faults among claimed conversions are found exactly."""

from __future__ import annotations

from lifelong.decide.claims import Claim, Known, judged

ORDERS = {
    "1": Known("ann", 100, 5000, is_order=True, first="1"),
    "2": Known("ann", 120, 3000, is_order=True, first="1"),
    "3": Known("bob", 110, 4000, is_order=False, first="4"),
    "4": Known("bob", 115, 4000, is_order=True, first="4"),
}


def words(*claims: Claim) -> list[str]:
    return [each.verdict for each in judged(claims, ORDERS, 30)]


def test_each_claim_has_its_verdict() -> None:
    assert words(
        Claim("1", "", "search", 100),
        Claim("1", "", "social", 100),
        Claim("2", "", "search", 120),
        Claim("3", "", "search", 110),
        Claim("9", "", "search", 110),
        Claim("4", "", "search", 115, clicked=60),
    ) == ["new customer", "duplicate", "returning customer", "cancelled", "no such order", "outside the window"]


def test_a_customer_is_found_by_day_and_beside_it() -> None:
    assert words(
        Claim("", "ann", "x", 101), Claim("", "ann", "x", 120), Claim("", "ann", "x", 130), Claim("", "eve", "x")
    ) == [
        "new customer",
        "returning customer",
        "no such order",
        "no such order",
    ]


def test_days_and_amounts_that_are_told_otherwise_are_told() -> None:
    near, same, unknown = judged(
        [Claim("1", "", "x", 101, None, 5500), Claim("4", "", "x", 115, 110, 4000), Claim("2", "", "x")], ORDERS, 30
    )
    assert (near.shift, near.factor) == (1, 1.1)
    assert (same.shift, same.factor) == (0, 1.0)
    assert (unknown.shift, unknown.factor) == (None, None)
