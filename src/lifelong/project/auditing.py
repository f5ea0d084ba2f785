"""The verb `audit`: conversions that a platform claims, against the orders."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lifelong.decide.claims import VERDICTS, Claim, Known, judged
from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.project import asked
from lifelong.project.typed import amount, wrong
from lifelong.units import minor_digits
from lifelong.values import Finding
from lifelong.values.audit import Audit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from lifelong.decide.claims import Judged
    from lifelong.project.folder import Folder
    from lifelong.sources.small_tables import Floats, SmallTable

#: Names of each column, best first; compared without case, blanks and signs.
NAMES = {
    "order_id": "order id, order, order number, transaction id, transaction, invoice, numer zamówienia, номер заказа, commande, bestellnummer",
    "customer_id": "customer id, customer, client, user id, klient, клиент, kunde, kundennummer",
    "date": "date, conversion date, conversion time, time, day, converted at, data, дата, datum",
    "clicked_at": "click time, click date, clicked at, kliknięcie, клик, klick",
    "amount": "amount, value, conversion value, revenue, kwota, сумма, montant, betrag",
    "platform": "platform, source, network, channel, platforma, платформа, plateforme, plattform",
}
#: A part of the claims that tells an amount or a day otherwise in one and the same way is a habit, not chance.
HABIT = 0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, as far as the user says.

    Attributes:
        columns: our name of a column to the file's.
        window: days that may lie between a click and its order.
        cost: what the platforms were paid, major units.
        out: a .csv, .parquet or .xlsx to write the claims with their verdicts to.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    window: str | int = 30
    cost: str | float = ""
    out: str | Path = ""

    def days(self) -> int:
        """The window."""
        text = str(self.window).strip().removesuffix("d")
        if text.isdigit() and int(text) <= 365:
            return int(text)
        raise wrong(
            "--window",
            phrase("{window!r} is no number of days up to 365", window=self.window),
            "a platform counts orders so long after a click",
            "30",
        )


def audit(folder: Folder, file: Path, told: Asked) -> Audit:
    """Each claimed conversion with its verdict; nothing is stored.

    Raises:
        DataError: E388, where the table cannot be used; E101, E103, E106 to E108 as for orders.
        ConfigError: E351, where a number is not what it should be; E302 for a column that is not known.
    """
    from lifelong.sources.small_tables import SmallTable

    digits = minor_digits(folder.currency)
    cost = None if told.cost == "" else round(amount(told.cost, "--cost", "2000", is_zero_allowed=True) * 10**digits)
    window = told.days()
    table = SmallTable.read(file, NAMES, _unusable, told.columns)
    if "order_id" not in table and "customer_id" not in table:
        raise table.missing("order_id", "no column says which order or which customer a conversion is")
    claims = _claims(table, 10**digits)
    if not claims:
        raise _unusable("the table has no rows", "order_id", file.name)
    at = asked.base(folder)
    orders = _orders(at.orders)
    found = judged(claims, orders, window)
    rows = _rows(claims, found)
    path = ""
    if told.out:
        from lifelong import export

        path = str(export.write(rows, Path(told.out)))
    platforms = {claim.platform: dict.fromkeys(VERDICTS, 0) for claim in claims}
    for claim, each in zip(claims, found, strict=True):
        platforms[claim.platform][each.verdict] += 1
    counts = {verdict: sum(by[verdict] for by in platforms.values()) for verdict in VERDICTS}
    new = counts["new customer"]
    return Audit(
        source=file.name,
        currency=folder.currency,
        digits=digits,
        claims=len(claims),
        verdicts=counts,
        platforms=platforms,
        unclaimed=_unclaimed(claims, found, orders),
        cost=cost,
        claimed_cpa=None if cost is None else cost / len(claims),
        cac=cost / new if cost is not None and new else None,
        table=rows,
        findings=_findings(found),
        path=path,
    )


def _claims(table: SmallTable, unit: int) -> list[Claim]:
    blank = [""] * len(table)
    texts = {n: table.cells(n) if n in table else blank for n in ("order_id", "customer_id", "platform")}
    days, clicked = (_whole(table.days(n)) if n in table else [None] * len(table) for n in ("date", "clicked_at"))
    money = _whole(np.round(table.amounts("amount") * unit)) if "amount" in table else [None] * len(table)
    return [
        Claim(
            texts["order_id"][i].removeprefix("#"),
            texts["customer_id"][i],
            texts["platform"][i] or "platform",
            days[i],
            clicked[i],
            money[i],
        )
        for i in range(len(table))
    ]


def _whole(numbers: Floats) -> list[int | None]:
    return [None if np.isnan(number) else int(number) for number in numbers]


def _orders(orders: pa.Table) -> dict[str, Known]:
    """Every order, with the id of its customer's first one that was not cancelled."""
    rows = orders.select(["order_id", "customer_id", "day", "revenue", "is_order"]).to_pylist()
    first: dict[str, tuple[int, str]] = {}
    for row in rows:
        if row["is_order"]:
            first[row["customer_id"]] = min(
                first.get(row["customer_id"], (row["day"], row["order_id"])), (row["day"], row["order_id"])
            )
    return {
        row["order_id"]: Known(
            row["customer_id"],
            row["day"],
            row["revenue"],
            bool(row["is_order"]),
            first.get(row["customer_id"], (0, ""))[1],
        )
        for row in rows
    }


def _unclaimed(claims: Sequence[Claim], found: Sequence[Judged], orders: Mapping[str, Known]) -> int | None:
    """New customers between the first and the last claimed day whom no claim names."""
    days = [claim.day for claim in claims if claim.day is not None]
    if not days:
        return None
    named = {each.order for each in found}
    return sum(
        min(days) <= known.day <= max(days) and order == known.first and order not in named
        for order, known in orders.items()
    )


def _rows(claims: Sequence[Claim], found: Sequence[Judged]) -> pa.Table:
    import pyarrow as pa

    return pa.table({
        "claim": pa.array(range(1, len(claims) + 1), pa.int32()),
        "platform": [claim.platform for claim in claims],
        "order_id": [each.order or claim.order for claim, each in zip(claims, found, strict=True)],
        "customer_id": [claim.customer for claim in claims],
        "verdict": [each.verdict for each in found],
        "days_off": pa.array([each.shift for each in found], pa.int32()),
        "amount_factor": pa.array([each.factor for each in found], pa.float64()),
    })  # fmt: skip


def _findings(found: Sequence[Judged]) -> tuple[Finding, ...]:
    """Days and amounts that are told otherwise than the orders have them."""
    made = []
    shifts = Counter(each.shift for each in found if each.shift is not None)
    moved = {shift: n for shift, n in shifts.items() if shift}
    near = sum(n for shift, n in moved.items() if abs(shift) == 1)
    if moved:
        text = phrase(
            "{values:,} claims are told for another day than their order, {near:,} of them for the "
            "day before or after: does the platform count in another time zone?",
            values=sum(moved.values()),
            near=near,
        )
        made.append(Finding("F382", text, "warning", {"claims": sum(moved.values()), "beside": near}))
    factors = [each.factor for each in found if each.factor is not None]
    other = Counter(round(factor, 2) for factor in factors if abs(factor - 1.0) > 0.005)
    if other:
        (often, n), whole = other.most_common(1)[0], other.total()
        text = phrase("{whole:,} claims tell another amount than their order", whole=whole)
        if n >= max(3, HABIT * whole):
            text = phrase(
                "{whole:,} claims tell another amount than their order; {n:,} of them by a factor of {often:.2f}: "
                "another currency, or with tax?",
                whole=whole,
                n=n,
                often=often,
            )
        made.append(Finding("F387", text, "warning", {"claims": whole, "factor": often}))
    return tuple(made)


def _unusable(what: str, name: str, where: str) -> DataError:
    return DataError(
        "E388", what, where=where, why="each claimed conversion is looked for among the orders",
        fix=phrase("name the column, such as --column {name}=NAME, or correct the file", name=name),
    )  # fmt: skip
