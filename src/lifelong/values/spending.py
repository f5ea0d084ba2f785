"""What was spent a month in each channel and how many customers that won: what response curves are learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import DataError
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: What money may be spent for. Of retention, "customers" are those who stayed because of it.
PURPOSES = ("acquisition", "retention")
#: Where a value comes without its uncertainty, so much of it is taken as its standard deviation.
UNSURE = 0.2


@dataclass(frozen=True, slots=True)
class SpendHistory:
    """Months by channels.

    Attributes:
        channels: names, shape (channels,).
        purposes: of each, one of :data:`PURPOSES`.
        months: year x 12 + month - 1, without gaps, oldest first, shape (months,).
        spend: whole minor units, shape (months, channels); 0 where nothing was spent.
        customers: won (or kept), shape (months, channels); nan where no row says it.
        value: what such a customer is worth before the cost of winning, minor units, shape (channels,).
        value_sd: its standard deviation, same unit and shape; nan where it is not known.
        currency: of the amounts, empty where none is named.
    """

    channels: tuple[str, ...]
    purposes: tuple[str, ...]
    months: NDArray[np.int64]
    spend: NDArray[np.int64]
    customers: Floats
    value: Floats
    value_sd: Floats
    currency: str = ""

    @classmethod
    def of(
        cls, rows: Iterable[Mapping[str, Any]], values: Mapping[str, tuple[float, float]], currency: str = ""
    ) -> SpendHistory:
        """From a row a month and channel.

        Args:
            rows: each with ``month`` (as in ``months``), ``channel``, ``spend``, ``new_customers`` and, where it is not
                acquisition, ``purpose``.
            values: a channel's value and its standard deviation (nan: not known).
            currency: of the amounts.

        Raises:
            DataError: E391 where a row cannot be used, E392 where a channel's value is not known.
        """
        told = list(rows)
        if not told:
            raise _unusable("there is no row", "rows of month, channel, spend and new customers are needed")
        purposes: dict[str, str] = {}
        for row in told:
            _check(row)
            if purposes.setdefault(row["channel"], row.get("purpose", "acquisition")) != row.get(
                "purpose", "acquisition"
            ):
                raise _unusable(
                    phrase("{channel} has two purposes", channel=row["channel"]),
                    "a channel's money is spent for one thing",
                )
        channels = tuple(sorted(purposes))
        first = min(row["month"] for row in told)
        months = np.arange(first, max(row["month"] for row in told) + 1)
        spend = np.zeros((len(months), len(channels)), np.int64)
        customers = np.full(spend.shape, np.nan)
        for row in told:
            at = (row["month"] - first, channels.index(row["channel"]))
            if not np.isnan(customers[at]):
                raise _unusable(
                    phrase(
                        "{channel} has two rows for {month}", channel=row["channel"], month=month_text(row["month"])
                    ),
                    "one row a month and channel",
                )
            spend[at], customers[at] = row["spend"], row["new_customers"]
        worth = [_value(channel, values) for channel in channels]
        value, sd = np.array([v for v, _ in worth]), np.array([s for _, s in worth])
        return cls(channels, tuple(purposes[c] for c in channels), months, spend, customers, value, sd, currency)

    @property
    def used(self) -> NDArray[np.bool_]:
        """Where a curve can learn: money was spent and it is known how many customers came, shape (months, channels)."""
        return (self.spend > 0) & np.isfinite(self.customers)


def month_text(month: int) -> str:
    """A month for people; months that are only numbered stay numbers.

    >>> month_text(2025 * 12), month_text(3)
    ('2025-01', '4')
    """
    return f"{month // 12:04d}-{month % 12 + 1:02d}" if month >= 12_000 else str(month + 1)


def _check(row: Mapping[str, Any]) -> None:
    place = f"{row['channel']}, {month_text(row['month'])}"
    if row["spend"] < 0 or row["new_customers"] < 0 or not np.isfinite(row["new_customers"]):
        raise _unusable(
            phrase("{place}: spend or customers below 0, or no number", place=place), "neither can be negative"
        )
    if row.get("purpose", "acquisition") not in PURPOSES:
        raise _unusable(
            phrase("{place}: the purpose is {purpose!r}", place=place, purpose=row["purpose"]),
            phrase("known: {purposes}", purposes=", ".join(PURPOSES)),
        )


def _value(channel: str, values: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    if channel not in values or not np.isfinite(values[channel][0]):
        raise DataError(
            "E392",
            phrase("it is not known what a customer of {channel} is worth", channel=channel),
            where="column value",
            why="what a channel brings is customers times their value",
            fix=phrase("add the columns value and value_sd, or say it:  --value {channel}=120", channel=channel),
        )
    value, sd = values[channel]
    if sd < 0:
        raise _unusable(
            phrase("the standard deviation of the value of {channel} is below 0", channel=channel), "it is a distance"
        )
    return float(value), float(sd)


def _unusable(what: str, why: str) -> DataError:
    return DataError(
        "E391",
        what,
        where="the history of spend",
        why=why,
        fix="give one row a month and channel: month,channel,spend,new_customers,value,value_sd",
    )
