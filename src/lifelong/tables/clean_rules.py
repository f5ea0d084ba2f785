"""What cleaning needs to know of a file: currency, decimals, dates, zone, grain, refunds. JSON-able, and nothing else.

A rebuild from the landing needs these rules and no source file, so that it gives the same orders on any later day.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError, did_you_mean
from lifelong.phrases import phrase
from lifelong.units import minor_digits

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row is set aside.

    Attributes:
        text: what stands in reports, after "n rows ...".
        is_fault: it counts towards the share of bad rows; a test order or a total line does not.
    """

    text: str
    is_fault: bool = True


# The quarantine table: every reason that a row can have, in the order in which they are tried.
REASONS: dict[str, Reason] = {
    "unreadable row": Reason("could not be read as rows of this file"),
    "total line": Reason("are totals, not orders", is_fault=False),
    "test order": Reason("are test orders", is_fault=False),
    "not paid": Reason("were never paid: failed, pending or draft", is_fault=False),
    "no customer": Reason("have no customer"),
    "damaged customer": Reason("have a customer number that a spreadsheet has rounded"),
    "no date": Reason("have no date"),
    "invalid date": Reason("have a date that does not exist or is not written as the others"),
    "date before 1970": Reason("have a date before 1970"),
    "date in the future": Reason("have a date in the future"),
    "no amount": Reason("have no amount"),
    "invalid amount": Reason("have an amount that is not written as the others"),
    "amount too large": Reason("have an amount that no order can have"),
    "foreign currency": Reason("are in another currency, for which no rate is given"),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """How the texts of one file become integers.

    Attributes:
        columns: the canonical columns that the file has.
        currency: the project's currency, in whose minor units amounts are kept (may be empty: two decimals).
        rates: (currency, rate) pairs: one unit of it in the project's currency, as exact decimal text.
        decimal: ``.`` or ``,``.
        dates: ``ymd``, ``dmy`` or ``mdy``; ``s`` or ``ms`` for seconds or milliseconds since 1970.
        timezone: a day belongs to this zone.
        source_zone: ``UTC`` where the file says so; empty where times without an offset are the zone's own.
        grain: ``order`` or ``line``: what one row is.
        cancel_prefix: a cancelled invoice's number begins with this letter.
        continued: an order's later rows leave its customer and date empty.
        today: the last day that is not in the future (days since 1970-01-01).
    """

    columns: tuple[str, ...] = ("customer_id", "ordered_at", "revenue")
    currency: str = ""
    rates: tuple[tuple[str, str], ...] = ()
    decimal: str = "."
    dates: str = "ymd"
    timezone: str = "UTC"
    source_zone: str = ""
    grain: str = "order"
    cancel_prefix: str = ""
    continued: bool = False
    today: int = 2_932_896

    def __post_init__(self) -> None:
        for name, allowed in _ALLOWED.items():
            if getattr(self, name) not in allowed:
                raise ConfigError(
                    "E301",
                    phrase("{name} cannot be {value!r}", name=name, value=getattr(self, name)),
                    why=phrase("known: {allowed}", allowed=", ".join(allowed)),
                )

    @property
    def digits(self) -> int:
        """Decimals of the project's minor unit."""
        return minor_digits(self.currency)

    @property
    def has_amount(self) -> bool:
        """The file says what a row brought in."""
        return "revenue" in self.columns or "unit_price" in self.columns

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        told = asdict(self)
        return told | {"columns": list(self.columns), "rates": [list(pair) for pair in self.rates]}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Rules:
        """The rules that :meth:`as_dict` told."""
        known = {f.name for f in fields(cls)}
        for name in told:
            if name not in known:
                raise ConfigError("E302", phrase("there is no rule {name!r}", name=name), why=did_you_mean(name, known))
        lists = {
            "columns": tuple(told.get("columns", cls.__dataclass_fields__["columns"].default)),
            "rates": tuple((str(code), str(rate)) for code, rate in told.get("rates", ())),
        }
        return cls(**{**told, **lists})


_ALLOWED = {
    "decimal": (".", ","),
    "dates": ("ymd", "dmy", "mdy", "s", "ms"),
    "source_zone": ("", "UTC"),
    "grain": ("order", "line"),
}
