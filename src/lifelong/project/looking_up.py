"""The verb that looks one customer up. It reads that customer's orders and row, and computes nothing of anybody else."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.decide.shortfall import shapley
from lifelong.errors import AccessError
from lifelong.phrases import phrase
from lifelong.project import renewing, rostering
from lifelong.schema import SCORES
from lifelong.units import date_of, day_of, minor_digits
from lifelong.values.customer import FACTORS, Customer, Order, Part, Point, Similar
from lifelong.values.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.project.folder import Folder
    from lifelong.values import Fit

    Ints = NDArray[np.int64]

#: So many of the newest orders are told.
ORDERS = 500
#: Days at which the curve is told, beside the order days.
POINTS = 104
_COUNTED = ("first_day", "age_days", "order_days", "revenue")
_NEXT = {"next_date": "date", "next_low80": "low80", "next_high80": "high80", "within_26w": "within"}
_LIKE = ("order_days", "silent_days", "alive", "value")
_APART = 0.25  # how far a silence may be from another to be like it


def customer(folder: Folder, name: str) -> Customer:
    """One customer by the latest scores; the roster is made where it is missing."""
    folder.require()
    return Register(folder).customer(name)


class Register:
    """The roster of the latest scores, open for one look after another.

    Args:
        folder: the project's.
        rows: the roster's rows, where they are in memory already; without them a look reads those that it needs.
    """

    def __init__(self, folder: Folder, rows: pa.Table | None = None) -> None:
        self.run, self._path = rostering.roster(folder)
        self.rows = rows
        self._roster = None if rows is not None else ById(self._path)
        self._visits = ById(rostering.visits(self._path))
        self._fit = self.run.made_by() if self.run.has_fit else None
        self._why_not = _unseen(self._fit) if self._fit else phrase("the fit of the scores is not kept")
        self._is_past = folder.landing.read().state != self.run.state
        self._currency = folder.currency

    def customer(self, customer: str) -> Customer:
        """One customer; E501 where the scores hold none of that id."""
        row, orders, told = self._row(customer), self._orders(customer), self.run.told
        similar = self._similar(row)
        score = {column.name: row.get(column.name) for column in SCORES if column.name != "customer_id"}
        mean, parts = _parts(score, told["totals"])
        curve, notes = self._curve(orders, score["alive"])
        after = {name: row.pop(name) for name in list(row) if name in _NEXT}
        days = {_NEXT[key]: _iso(value) for key, value in after.items()}
        counted = {key: _iso(row[key]) for key in _COUNTED if row.get(key) is not None}
        own = {*score, *_COUNTED, "customer_id", "stage", "overdue", "tier"}
        if self._is_past:
            text = phrase("orders have come in or changed since the scores of {as_of}", as_of=told["as_of"])
            notes.append(Finding("F534", text, "warning"))
        return Customer(
            customer, told["as_of"], told["horizon"], told["currency"], told["definition"], told["model"], score, counted,
            row.get("stage"), row.get("overdue"), row.get("tier"), days if days.get("within") is not None else None,
            {key: _iso(value) for key, value in row.items() if key not in own and value is not None},
            _told(orders[-ORDERS:], self._currency), len(orders), curve, mean, parts, similar, tuple(notes),
        )  # fmt: skip

    def _row(self, name: str) -> dict[str, Any]:
        if self.rows is None:
            assert self._roster is not None  # noqa: S101 - there is one where there are no rows
            found = self._roster.rows(name)
        else:
            at = rostering.row_of(self.rows["customer_id"], name)
            found = self.rows.slice(0 if at is None else at, 0 if at is None else 1)
        if not len(found):
            raise AccessError(
                "E501", phrase("no customer {name!r} is in the latest scores", name=name[:100]), where="scores/ in the project",
                why="the id is another one, or the customer came after the scores",
                fix="write the id exactly as the file has it, or score again:  lifelong score",
            )  # fmt: skip
        told: dict[str, Any] = found.to_pylist()[0]
        return told

    def _orders(self, name: str) -> list[tuple[int, int | None, int]]:
        found = self._visits.rows(name)
        columns = (found[column].to_pylist() for column in ("day", "revenue", "is_order"))
        return list(zip(*columns, strict=True))

    def _similar(self, row: Mapping[str, Any]) -> Similar | None:
        """Others who ordered on as many days and are silent about as long."""
        if row.get("order_days") is None or row.get("silent_days") is None:
            return None
        rows = self.rows if self.rows is not None else rostering.read(self._path, _LIKE)
        days, silent, alive, value = (rows[name].to_numpy(zero_copy_only=False) for name in _LIKE)
        low, high = (row["silent_days"] * (1 + apart) for apart in (-_APART, _APART))
        like = np.flatnonzero((days == row["order_days"]) & (silent >= low) & (silent <= high))
        others = len(like) - 1  # the customer is among them
        if others < 1:
            return None
        mean = None if row["value"] is None else float((value[like].sum() - row["value"]) / others)
        return Similar(others, mean, float((alive[like].sum() - row["alive"]) / others))

    def _curve(self, orders: list[tuple[int, int | None, int]], alive: Any) -> tuple[tuple[Point, ...], list[Finding]]:
        """The chance at earlier days, by the fit of the scores on the history as of each day."""
        visits = np.unique(np.array([day for day, _, counts in orders if counts], np.int64))
        if self._why_not or not len(visits) or self._fit is None:
            text = self._why_not or "the orders do not know the customer"
            return (), [Finding("F533", phrase("the chance over time is not told: {text}", text=text), "info")]
        days = _days(visits, day_of(self.run.told["as_of"]))
        chance = _alive(self._fit, visits, days)
        told = tuple(
            Point(date_of(int(d)).isoformat(), float(a)) for d, a in zip(days, chance, strict=True) if np.isfinite(a)
        )
        is_same = bool(told) and abs(told[-1].alive - alive) < 1e-6
        return told, [] if is_same else [
            Finding("F535", "the curve ends elsewhere than the score, which looks at more", "info")
        ]


class ById:
    """A Parquet file that is sorted by customer id: the rows of one are in a row group or two."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self._path, self._footer = path, pq.read_metadata(path)
        at = self._footer.schema.names.index("customer_id")
        told = [self._footer.row_group(n).column(at).statistics for n in range(self._footer.num_row_groups)]
        self._ends = [(one.min, one.max) if one is not None and one.has_min_max else None for one in told]

    def rows(self, name: str) -> pa.Table:
        """The rows of one customer, in the file's order."""
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        groups = [n for n, ends in enumerate(self._ends) if ends is None or ends[0] <= name <= ends[1]]
        with pq.ParquetFile(self._path, metadata=self._footer) as file:
            found = file.read_row_groups(groups, use_threads=False)
        return found.filter(pc.equal(found["customer_id"], name))


def _told(orders: list[tuple[int, int | None, int]], currency: str) -> tuple[Order, ...]:
    unit = 10.0 ** minor_digits(currency)
    return tuple(
        Order(date_of(day).isoformat(), None if revenue is None else revenue / unit, bool(counts))
        for day, revenue, counts in orders
    )


def _parts(score: Mapping[str, Any], totals: Mapping[str, Any]) -> tuple[float, tuple[Part, ...]]:
    """Value as P(alive) x orders while still a customer x value of an order, against the same of the mean customer."""
    everybody = max(totals["customers"], 1)
    sums = [everybody, totals["alive"], totals["orders"]]
    own = [1.0, score["alive"], score["orders"]]
    if score["value"] is not None:
        sums.append(totals["value"])
        own.append(score["value"])
    means = tuple(_ratio(after, before, 0.0) for before, after in pairwise(sums))
    factors = tuple(_ratio(after, before, mean) for (before, after), mean in zip(pairwise(own), means, strict=True))
    parts = shapley(factors, means)
    made = tuple(Part(*told) for told in zip(FACTORS, factors, means, parts, strict=False))
    return float(np.prod(means)), made


def _ratio(above: float, below: float, instead: float) -> float:
    return above / below if below > 0 else instead


def _unseen(made: Fit) -> str:
    """Why a model's chance at an earlier day does not follow from order days alone; empty where it does."""
    if renewing.is_contract(made.model) or "periods" in made.info:
        return phrase("the model is of subscriptions")
    if "covariates" in made.info or "before" in made.info or "+" in made.model:
        return phrase("the model looks at more than a customer's own order days")
    return ""


def _days(visits: Ints, until: int) -> Ints:
    """Even days from the first order to the last day, with each order day and the day before it where these are few."""
    even = np.round(np.linspace(visits[0] + 1, max(until, int(visits[0]) + 1), POINTS)).astype(np.int64)
    some = visits[1:] if len(visits) <= POINTS else visits[:0]
    days = np.unique(np.concatenate([even, some, some - 1]))
    return np.asarray(days[(days > visits[0]) & (days <= until)]) if until > visits[0] else visits[:1]


def _alive(made: Fit, visits: Ints, days: Ints) -> NDArray[np.float64]:
    from lifelong.models.base import weeks
    from lifelong.score.engine import purchase_of

    seen = np.searchsorted(visits, days, side="right")
    last = visits[seen - 1] - visits[0]
    return np.asarray(
        purchase_of(made).alive(made.theta, (seen - 1).astype(np.float64), weeks(last), weeks(days - visits[0])),
        np.float64,
    )


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
