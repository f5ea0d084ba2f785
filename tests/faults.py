"""A planter of faults: a clean file of orders, and thirty-two ways to spoil k of its rows, each with what must be said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = ("order_id", "customer_id", "email", "ordered_at", "total", "currency", "status", "city")
TODAY = 20_500  # 2026-02-16


@dataclass(frozen=True)
class Row:
    """One order as the file says it."""

    order_id: str
    customer_id: str
    email: str
    ordered_at: str
    total: str
    currency: str = "EUR"
    status: str = "paid"
    city: str = "Łódź"

    def line(self) -> str:
        return ",".join(getattr(self, name) for name in HEADER)


@dataclass(frozen=True)
class Fault:
    """A way to spoil a row, and where the report must count it: a reason, a kind of repetition, or a finding."""

    name: str
    where: str  # "reason", "repeats" or "finding"
    key: str
    spoil: Callable[[Row], str | bytes]
    adds: bool = False  # the spoilt line stands beside the good one


def clean_rows(n: int) -> list[Row]:
    """Orders without any fault, written in more than one sound way."""
    rows = []
    for i in range(n):
        day = f"2025-{1 + i % 12:02d}-{1 + i % 28:02d}"
        rows.append(
            Row(
                f"A{1000 + i}",
                str(1 + i % (n // 3)),
                f"kunde{1 + i % (n // 3)}@laden.pl",
                day if i % 2 else f"{day} {i % 24:02d}:15:00",
                f"{5 + i % 90}.{i % 100:02d}",
            )
        )
    return rows


def _with(**changes: str) -> Callable[[Row], str]:
    return lambda row: replace(row, **changes).line()


def _customer(text: str) -> Callable[[Row], str]:
    return _with(customer_id=text, email="")


FAULTS = (
    Fault("no customer", "reason", "no customer", _customer("")),
    Fault("customer 0", "reason", "no customer", _customer("0")),
    Fault("customer NULL", "reason", "no customer", _customer("NULL")),
    Fault("customer guest", "reason", "no customer", _customer("guest")),
    Fault("customer rounded by a spreadsheet", "reason", "damaged customer", _customer("1.20253E+17")),
    Fault("no date", "reason", "no date", _with(ordered_at="")),
    Fault("30 February", "reason", "invalid date", _with(ordered_at="2025-02-30")),
    Fault("29 February 2025", "reason", "invalid date", _with(ordered_at="2025-02-29 10:00:00")),
    Fault("no date at all", "reason", "invalid date", _with(ordered_at="yesterday")),
    Fault("a date the other way round", "reason", "invalid date", _with(ordered_at="31.12.2025")),
    Fault("hour 25", "reason", "invalid date", _with(ordered_at="2025-03-01 25:00:00")),
    Fault("date of zeros", "reason", "invalid date", _with(ordered_at="0000-00-00")),
    Fault("future", "reason", "date in the future", _with(ordered_at="2999-01-01")),
    Fault("a spreadsheet's 1900", "reason", "date before 1970", _with(ordered_at="1900-01-01")),
    Fault("no amount", "reason", "no amount", _with(total="")),
    Fault("amount NaN", "reason", "no amount", _with(total="NaN")),
    Fault("amount of letters", "reason", "invalid amount", _with(total="abc")),
    Fault("mixed decimals", "reason", "invalid amount", _with(total='"12,50"')),
    Fault("two points", "reason", "invalid amount", _with(total="1.2.3")),
    Fault("amount too large", "reason", "amount too large", _with(total="99999999999999")),
    Fault("foreign currency", "reason", "foreign currency", _with(currency="USD")),
    Fault("foreign sign at the amount", "reason", "foreign currency", _with(total="$12.00", currency="")),
    Fault("test by status", "reason", "test order", _with(status="test")),
    Fault("test by number", "reason", "test order", lambda row: replace(row, order_id=f"TEST-{row.order_id}").line()),
    Fault("not paid", "reason", "not paid", _with(status="failed")),
    Fault("total line", "reason", "total line", lambda row: f"Total,,,,{row.total},,,", adds=True),
    Fault("too few cells", "reason", "unreadable row", lambda row: ",".join(row.line().split(",")[:5])),
    Fault("too many cells", "reason", "unreadable row", lambda row: row.line() + ",more"),
    Fault("wrong quotes", "reason", "unreadable row", lambda row: row.line().replace("EUR", '"EU"R')),
    Fault("open quote", "reason", "unreadable row", lambda row: row.line().replace("EUR", '"EUR')),
    Fault("broken bytes", "reason", "unreadable row", lambda row: row.line().encode().replace(b"EUR", b"E\xffR")),
    Fault("the same order again", "repeats", "repeated", lambda row: row.line(), adds=True),
    Fault("fractions of a cent", "finding", "D113", _with(total="12.345")),
    Fault("nothing to pay", "finding", "D119", _with(total="0.00")),
)


def file_of(rows: list[Row], fault: Fault | None = None, at: tuple[int, ...] = ()) -> bytes:
    """The file's bytes, with the fault planted at these rows."""
    lines: list[bytes] = [",".join(HEADER).encode()]
    for i, row in enumerate(rows):
        spoilt = fault.spoil(row) if fault is not None and i in at else None
        if spoilt is None or (fault is not None and fault.adds):
            lines.append(row.line().encode())
        if spoilt is not None:
            lines.append(spoilt if isinstance(spoilt, bytes) else spoilt.encode())
    return b"\n".join(lines) + b"\n"
