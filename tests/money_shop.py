"""A small shop with everything that tables of money are made of: channels, costs, refunds, spend, touches, two scorings."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import Project
from lifelong.units import date_of, day_of, minor_digits

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import Scores

CURRENCIES = ("EUR", "JPY")  # two decimals and none
CHANNELS = ("ads", "mail", "shop", "")
DAYS, CUSTOMERS = 420, 160
SETTINGS = {
    "payment_rate": "2.9%", "shipping": "3", "service": "1", "fixed_costs": "997", "bad_debt": "0.7%",
}  # fmt: skip


def money_shop(folder: Path, seed: int) -> tuple[Project, Scores]:
    """A project whose numbers come from a seed, and its last scores; the currency changes with the seed."""
    rng, currency = np.random.default_rng(seed), CURRENCIES[seed % len(CURRENCIES)]
    digits = minor_digits(currency)
    rows = sorted(_orders(rng, digits), key=lambda row: row[2])
    middle = date_of(day_of("2024-01-01") + DAYS * 6 // 10).isoformat()
    head = ["order_id", "customer_id", "ordered_at", "revenue", "cost", "channel", "campaign"]
    parts = {"a": [r for r in rows if r[2] <= middle], "b": [r for r in rows if r[2] > middle]}
    shop = Project(folder / "shop", settings={"currency": currency} | SETTINGS)
    for name, model in (("a", "bg_nbd"), ("b", "pareto_nbd")):
        shop.ingest(written(folder / f"{name}.csv", [head, *parts[name]]), keep=["campaign"])
        shop.fit(model)
        scores = shop.score(horizon="52w", discount="10%/year")
    shop.spend(written(folder / "spend.csv", _spend(rng, digits)))
    shop.touches(written(folder / "touches.csv", _touches(rng, rows)))
    return shop, scores


def written(path: Path, rows: list[list[Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return path


def _orders(rng: np.random.Generator, digits: int) -> list[list[Any]]:
    first = day_of("2024-01-01")
    made: list[list[Any]] = []
    for c in range(CUSTOMERS):
        born, channel = int(rng.integers(0, DAYS - 60)), CHANNELS[int(rng.integers(0, 4))]
        stop, rate = born + rng.exponential(200), rng.gamma(0.8, 1 / 40)
        days = [born, *(d for d in (born + np.cumsum(rng.exponential(1 / rate, 12))) if d < min(stop, DAYS))]
        for day in days:
            revenue = float(rng.gamma(3, 20)) + 1
            cost = "" if rng.random() < 0.1 else f"{revenue * rng.uniform(0.3, 0.7):.{digits}f}"
            told = (date_of(first + int(day)).isoformat(), f"{revenue:.{digits}f}", cost, channel, f"k{c % 3}")
            made.append([f"o{len(made)}", f"c{c:03d}", *told])
            if rng.random() < 0.04:
                made.append([f"o{len(made)}", f"c{c:03d}", told[0], f"-{revenue / 3:.{digits}f}", *told[2:]])
    return made


def _spend(rng: np.random.Generator, digits: int) -> list[list[Any]]:
    first, rows = day_of("2024-01-01"), [["day", "channel", "campaign", "purpose", "cost"]]
    for day in range(0, DAYS, 3):
        for channel, purpose in (("ads", "acquisition"), ("mail", "retention"), ("poster", "brand"), ("rent", "fixed")):
            told = (date_of(first + day).isoformat(), channel, f"k{day % 3}", purpose)
            rows.append([*told, f"{rng.uniform(1, 40):.{digits}f}"])
    return rows


def _touches(rng: np.random.Generator, orders: list[list[Any]]) -> list[list[Any]]:
    came: dict[str, str] = {}
    for row in orders:
        came.setdefault(row[1], row[2])
    came |= {f"n{i}": date_of(day_of("2024-03-01") + i).isoformat() for i in range(40)}  # never order
    rows: list[list[Any]] = [["customer_id", "touched_at", "channel"]]
    for who, day in came.items():
        for _ in range(int(rng.poisson(1.6))):
            seen = date_of(day_of(day) - int(rng.integers(0, 50))).isoformat()
            rows.append([who, f"{seen}T0{rng.integers(0, 10)}:00:00", CHANNELS[int(rng.integers(0, 3))]])
    return rows
