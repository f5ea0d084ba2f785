"""Plain tables of what was spent and of who was won, by month; long (a row a month and channel) or wide (a column a channel)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from lifelong.errors import DataError, did_you_mean
from lifelong.phrases import phrase
from lifelong.schema import UNKNOWN
from lifelong.sources import numbers
from lifelong.sources.small_tables import SmallTable
from lifelong.units import apportion, minor_digits
from lifelong.values.winning import PURPOSES, Cost, Won

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Names of each column, best first; compared without case, blanks and signs.
NAMES = {
    "month": "month, date, day, period, miesiąc, data, месяц, дата, mois, monat, datum",
    "channel": "channel, source, kanał, канал, canal, kanal",
    "campaign": "campaign, campaign name, kampania, кампания, campagne, kampagne",
    "purpose": "purpose, cel, цель, objectif, zweck",
    "cost": "cost, spend, amount spent, amount, costs, koszt, wydatki, расход, расходы, coût, dépenses, kosten, ausgaben",
    "customers": "customers, new customers, acquisitions, klienci, nowi klienci, клиенты, новые клиенты, clients, neukunden, kunden",
    "clicks": "clicks, link clicks, kliknięcia, клики, clics, klicks",
    "actions": "conversions, actions, konwersje, конверсии, conversionen",
}
_BLANK = str.maketrans("", "", " \u00a0\u202f\u2009'’€$£")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d*)?([eE][-+]?\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Names:
    """What the user says of a table's words.

    Attributes:
        columns: our name of a column to the file's.
        purposes: by channel, what its money is for, where the file does not say it.
        same: a channel of this table to its name elsewhere.
    """

    columns: Mapping[str, str]
    purposes: Mapping[str, str]
    same: Mapping[str, str]

    def check(self, where: str, channels: set[str]) -> None:
        """Refuse words that the table does not have.

        Raises:
            DataError: E381.
        """
        for name in (*self.purposes, *self.same):
            if name not in channels:
                raise _unusable(
                    phrase("there is no channel {name!r}", name=name), where, did_you_mean(name, sorted(channels))
                )
        for purpose in self.purposes.values():
            if purpose not in PURPOSES:
                raise _unusable(
                    phrase("{purpose!r} is no purpose", purpose=purpose),
                    where,
                    phrase("known: {purposes}", purposes=", ".join(PURPOSES)),
                )


def costs(path: Path, names: Names, currency: str = "") -> list[Cost]:
    """Read a table of costs; amounts are whole minor units that sum to the file's sum, to the minor unit.

    Raises:
        DataError: E381 where it cannot be used; E101, E103, E106 to E108 as for orders.
        ConfigError: E302 for a column that is not known.
    """
    rows = _rows(path, names, "cost")
    found = {row.channel for row in rows}
    names.check(path.name, found)
    cents = _cents([row.amount for row in rows], 10 ** minor_digits(currency or "XXX"))
    made = []
    for row, minor in zip(rows, cents, strict=True):
        purpose = names.purposes.get(row.channel) or row.purpose or "acquisition"
        if purpose not in PURPOSES:
            raise _unusable(
                phrase("{purpose!r} is no purpose", purpose=purpose),
                path.name,
                phrase("known: {purposes}", purposes=", ".join(PURPOSES)),
            )
        made.append(
            Cost(
                row.month,
                names.same.get(row.channel, row.channel),
                row.campaign,
                purpose,
                minor,
                row.actions,
                row.clicks,
            )
        )
    return made


def customers(path: Path, names: Names) -> list[Won]:
    """Read a table of new customers by month and channel; they may be fractions, such as thousands.

    Raises:
        DataError: E381 where it cannot be used; E101, E103, E106 to E108 as for orders.
        ConfigError: E302 for a column that is not known.
    """
    made = []
    for row in _rows(path, names, "customers"):
        if row.amount < 0:
            raise _unusable(
                phrase("{amount} customers of {channel}", amount=row.amount, channel=row.channel),
                path.name,
                "customers cannot be fewer than none",
            )
        made.append(Won(row.month, row.channel, row.campaign, float(row.amount)))
    return made


@dataclass(frozen=True, slots=True)
class _Row:
    month: int
    channel: str
    campaign: str
    purpose: str
    amount: Decimal
    actions: float | None
    clicks: float | None


def _rows(path: Path, names: Names, what: str) -> list[_Row]:
    """The rows of a long table, or the cells of a wide one."""
    told = SmallTable.read(path, NAMES, _fault, names.columns)
    if "month" not in told:
        raise told.missing("month", "no column says the month")
    months = [_month(text, path.name, at) for at, text in enumerate(told.cells("month"))]
    if what not in told:
        if "channel" in told:
            raise told.missing(what, f"no column says {what}")
        wide = [name for name in told.texts if name != told.columns["month"]]
        return [
            _Row(month, name, "", "", amount, None, None)
            for name in wide
            for month, amount in zip(months, _amounts(told.texts[name], name, path.name), strict=True)
            if amount is not None
        ]
    blank = [""] * len(months)
    texts = {n: told.cells(n) if n in told else blank for n in ("channel", "campaign", "purpose", "actions", "clicks")}
    amounts = _amounts(told.cells(what), told.columns[what], path.name)
    actions, clicks = (_counts(texts[n], n, path.name) for n in ("actions", "clicks"))
    return [
        _Row(
            month, texts["channel"][i] or UNKNOWN, texts["campaign"][i], texts["purpose"][i].lower(), amount, actions[i], clicks[i],
        )
        for i, (month, amount) in enumerate(zip(months, amounts, strict=True))
        if amount is not None
    ]  # fmt: skip


def _amounts(texts: list[str], column: str, where: str) -> list[Decimal | None]:
    """Exact amounts; None for blanks."""
    sign = numbers.decimal_of(texts, column, where, "cost") if any(texts) else "."
    made: list[Decimal | None] = []
    for at, text in enumerate(texts):
        plain = text.translate(_BLANK).replace("," if sign == "." else ".", "").replace(",", ".")
        if plain and not _NUMBER.fullmatch(plain):
            raise _unusable(
                phrase("{text!r} is no number", text=text),
                phrase("{where}, row {at}, column {column}", where=where, at=at + 1, column=column),
                "costs and customers are added up",
            )
        made.append(Decimal(plain) if plain else None)
    return made


def _counts(texts: list[str], column: str, where: str) -> list[float | None]:
    return [None if number is None else float(number) for number in _amounts(texts, column, where)]


def _cents(amounts: list[Decimal], unit: int) -> list[int]:
    """Whole minor units; where amounts are finer, dealt by the largest remainder, so that they sum to the file's sum."""
    exact = [amount * unit for amount in amounts]
    if all(amount == amount.to_integral_value() for amount in exact) or min(exact) < 0:
        return [round(amount) for amount in exact]
    total = sum(exact, Decimal(0))
    return apportion(round(total), [float(amount) for amount in exact]) if total else [0] * len(exact)


def _month(text: str, where: str, at: int) -> int:
    dated = re.match(r"(\d{4})[-/.](\d{1,2})(?:\D|$)", text)
    if dated and 1 <= int(dated[2]) <= 12:
        return int(dated[1]) * 12 + int(dated[2]) - 1
    if re.fullmatch(r"\d{1,3}(\.0+)?", text) and float(text) >= 1:
        return int(float(text)) - 1
    raise _unusable(
        phrase("{text!r} is no month", text=text),
        phrase("{where}, row {at}", where=where, at=at + 1),
        "write months as 2025-01 or days as 2025-01-31, or number months from 1",
    )


def _fault(what: str, name: str, where: str) -> DataError:
    return DataError(
        "E381", what, where=where, why="costs and customers meet by month and channel",
        fix=phrase("name the column, such as --column {name}=NAME, or correct the file", name=name),
    )  # fmt: skip


def _unusable(what: str, where: str, why: str) -> DataError:
    return DataError("E381", what, where=where, why=why, fix="correct the file or the word")
