"""The verb that looks one customer up. It reads that customer's orders and row, and computes nothing of anybody else."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
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

    import duckdb
    from numpy.typing import NDArray

    from lifelong.project.folder import Folder
    from lifelong.project.runs import Run
    from lifelong.values import Fit

    Ints = NDArray[np.int64]

#: So many of the newest orders are told.
ORDERS = 500
#: Days at which the curve is told, beside the order days.
POINTS = 104
_COUNTED = ("first_day", "age_days", "order_days", "revenue")
_NEXT = {"next_date": "date", "next_low80": "low80", "next_high80": "high80", "within_26w": "within"}
_APART = 0.25  # how far a silence may be from another to be like it
_ORDERS = """
    SELECT day, revenue, is_order FROM read_parquet($orders) WHERE customer_id = $id AND day <= $until ORDER BY day, order_id
"""
_ROW = "SELECT * FROM read_parquet($roster) WHERE customer_id = $id"
_SIMILAR = """
    SELECT count(*), sum(value), sum(alive) FROM read_parquet($roster)
    WHERE order_days = $days AND silent_days BETWEEN $low AND $high
"""


def customer(folder: Folder, name: str) -> Customer:
    """One customer by the latest scores; the roster is made where it is missing."""
    folder.require()
    run, path = rostering.roster(folder)
    roster, until = str(path.resolve()), day_of(run.told["as_of"])
    with closing(folder.connect()) as connection:
        row = _row(connection, roster, name)
        orders = _orders(folder, connection, name, until)
        similar = _similar(connection, roster, row)
    told = run.told
    score = {column.name: row.get(column.name) for column in SCORES if column.name != "customer_id"}
    mean, parts = _parts(score, told["totals"])
    curve, notes = _curve(run, orders, until, score["alive"])
    after = {name: row.pop(name) for name in list(row) if name in _NEXT}
    days = {_NEXT[key]: _iso(value) for key, value in after.items()}
    counted = {key: _iso(row[key]) for key in _COUNTED if row.get(key) is not None}
    own = {*score, *_COUNTED, "customer_id", "stage", "overdue", "tier"}
    if folder.landing.read().state != run.state:
        notes.append(
            Finding(
                "F534",
                phrase("orders have come in or changed since the scores of {as_of}", as_of=told["as_of"]),
                "warning",
            )
        )
    return Customer(
        name, told["as_of"], told["horizon"], told["currency"], told["definition"], told["model"], score, counted,
        row.get("stage"), row.get("overdue"), row.get("tier"), days if days.get("within") is not None else None,
        {key: _iso(value) for key, value in row.items() if key not in own and value is not None},
        _told(orders[-ORDERS:], folder.currency), len(orders), curve, mean, parts, similar, tuple(notes),
    )  # fmt: skip


def _row(connection: duckdb.DuckDBPyConnection, roster: str, name: str) -> dict[str, Any]:
    found = connection.execute(_ROW, {"roster": roster, "id": name})
    names = [column[0] for column in found.description or ()]
    row = found.fetchone()
    if row is None:
        raise AccessError(
            "E501", phrase("no customer {name!r} is in the latest scores", name=name[:100]), where="scores/ in the project",
            why="the id is another one, or the customer came after the scores",
            fix="write the id exactly as the file has it, or score again:  lifelong score",
        )  # fmt: skip
    return dict(zip(names, row, strict=True))


def _orders(
    folder: Folder, connection: duckdb.DuckDBPyConnection, name: str, until: int
) -> list[tuple[int, int | None, int]]:
    if not folder.landing.read().batches:
        return []
    path = folder.tables()[1].orders
    told = {"orders": str(path.resolve()), "id": name, "until": until}
    return connection.execute(_ORDERS, told).fetchall()


def _similar(connection: duckdb.DuckDBPyConnection, roster: str, row: Mapping[str, Any]) -> Similar | None:
    if row.get("order_days") is None or row.get("silent_days") is None:
        return None
    silent = row["silent_days"]
    told = {"days": row["order_days"], "low": silent * (1 - _APART), "high": silent * (1 + _APART)}
    many, value, alive = connection.execute(_SIMILAR, told | {"roster": roster}).fetchone() or (1, None, 0.0)
    if many < 2:
        return None
    # the customer is among them: taking that one off is quicker than reading a million ids
    others = many - 1
    return Similar(others, None if value is None else (value - row["value"]) / others, (alive - row["alive"]) / others)


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


def _curve(
    run: Run, orders: list[tuple[int, int | None, int]], until: int, alive: Any
) -> tuple[tuple[Point, ...], list[Finding]]:
    """The chance at earlier days, by the fit of the scores on the history as of each day."""
    visits = np.unique(np.array([day for day, _, counts in orders if counts], np.int64))
    made = run.made_by() if run.has_fit else None
    why_not = _unseen(made) if made else phrase("the fit of the scores is not kept")
    if why_not or not len(visits) or made is None:
        text = why_not or phrase("the orders do not know the customer")
        return (), [Finding("F533", phrase("the chance over time is not told: {text}", text=text), "info")]
    days = _days(visits, until)
    chance = _alive(made, visits, days)
    told = tuple(
        Point(date_of(int(d)).isoformat(), float(a)) for d, a in zip(days, chance, strict=True) if np.isfinite(a)
    )
    is_same = bool(told) and abs(told[-1].alive - alive) < 1e-6
    return told, [] if is_same else [
        Finding("F535", "the curve ends elsewhere than the score, which looks at more", "info")
    ]


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
