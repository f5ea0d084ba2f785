"""One small made shop for the test of the four doors: orders, spend, touches, costs, two scoring runs, and the files that verbs read."""

from __future__ import annotations

import csv
import random
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import Project
from lifelong.sources.simulate import Calendar, simulate_shop
from lifelong.units import date_of, day_of

if TYPE_CHECKING:
    from pathlib import Path

CHANNELS = {"paid search": (1.2, 12), "paid social": (0.6, 20), "": (1.0, 0)}
TAGS = {"paid search": ("google", "cpc"), "paid social": ("fb", "paid-social"), "": ("nl", "email")}
COSTS = {"payment_rate": "2%", "payment_fixed": "0.30", "shipping": "2.00", "fixed_costs": "500"}


def made(place: Path) -> Path:
    """The shop's files and its project, fitted and scored twice; the folder of both."""
    draw = random.Random(2)
    shop = simulate_shop(500, seed=1, calendar=Calendar(opens=day_of("2025-01-01")))
    who: dict[str, str] = {}
    first: dict[str, str] = {}
    orders = []
    for order, customer, day, revenue in list(csv.reader(shop.orders_csv().splitlines()))[1:]:
        channel = who.setdefault(customer, draw.choices(list(CHANNELS), [3, 3, 2])[0])
        first[customer] = min(first.get(customer, day), day)
        orders.append(
            [order, customer, day, f"{float(revenue) * CHANNELS[channel][0]:.2f}", channel, channel[-6:] + " spring"]
        )
    _write(place / "orders.csv", ["order_id", "customer_id", "ordered_at", "revenue", "channel", "campaign"], orders)
    _spend(place, who, first)
    _touches(place, who, first)
    _small(place, orders, draw)
    project = Project(place / "shop", settings={"currency": "EUR", "margin": "40%", "horizon": "52w", **COSTS})
    project.ingest(place / "orders.csv", keep=["campaign"])
    project.spend(place / "spend.csv")
    project.touches(place / "touches.csv")
    for name in ("other", "firm"):  # what is fitted there changes no answer here
        shutil.copytree(place / "shop", place / name)
    Project(place / "firm", create=False).fit("mbg_nbd")
    for until in ("2025-12-31", "2026-03-31", ""):
        project.score(project.fit("mbg_nbd", until=until))
        if until == "2026-03-31":
            project.equity(cac="15", months=12)  # what moved since then is told later
    project.backtest(["mbg_nbd"])  # before any answer: intervals know of it
    return place


def _write(path: Path, header: list[str], rows: list[list[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])


def _spend(place: Path, who: dict[str, str], first: dict[str, str]) -> None:
    won = Counter((first[customer][:7], who[customer]) for customer in first)
    rows = [
        [f"{month}-01", channel, f"{channel[-6:]} spring", "acquisition", round(CHANNELS[channel][1] * n**1.5 / 4, 2), 30 * n, n + 2]
        for (month, channel), n in sorted(won.items()) if channel
    ]  # fmt: skip
    rows += [[f"2025-{m:02d}-01", "letters", "", "retention", 150, "", ""] for m in range(1, 13)]
    _write(place / "spend.csv", ["date", "channel", "campaign", "purpose", "cost", "clicks", "conversions"], rows)


def _touches(place: Path, who: dict[str, str], first: dict[str, str]) -> None:
    rows = []
    for at, (customer, channel) in enumerate(who.items()):
        day = day_of(first[customer])
        for back, name in enumerate((channel, list(TAGS)[at % 3])):
            rows.append([customer, f"{date_of(day - back)} 0{8 - back}:00:00", *TAGS[name]])
    _write(place / "touches.csv", ["customer_id", "touched_at", "utm_source", "utm_medium"], rows)


def _small(place: Path, orders: list[list[Any]], draw: random.Random) -> None:
    """A history of spend, leads, referrals, a platform's claims and a table of subscriptions."""
    rng = np.random.default_rng(1)
    months = [f"{2023 + m // 12}-{m % 12 + 1:02d}" for m in range(30)]
    rows = []
    for month in months:
        for channel, scale in (("search", 3.0), ("social", 2.0)):
            cost = float(rng.uniform(500, 4000))
            rows.append([month, channel, "acquisition", round(cost, 2), int(rng.poisson(scale * cost**0.5)), 45, 4])
        rows.append(
            [month, "letters", "retention", round(float(rng.uniform(100, 400)), 2), int(rng.poisson(60)), 20, 2]
        )
    _write(place / "history.csv", ["month", "channel", "purpose", "spend", "new_customers", "value", "value_sd"], rows)
    rows = []
    for i in range(400):
        came, size = int(rng.integers(0, 300)), int(rng.integers(1, 200))
        won = rng.random() < 0.4 and came < 280
        day = day_of("2026-01-01") + came
        rows.append(
            [
                f"L{i}",
                date_of(day),
                ("search", "fair")[i % 2],
                size,
                date_of(day + 10) if won else "",
                size * 30 if won else "",
            ]
        )
    _write(place / "leads.csv", ["lead_id", "created_at", "channel", "employees", "converted_at", "value"], rows)
    people = list(dict.fromkeys(row[1] for row in orders))
    _write(place / "referrals.csv", ["referrer", "referred"], [[people[i], people[100 + i]] for i in range(40)])
    claimed = draw.sample(orders, 60)
    _write(place / "claims.csv", ["order_id", "date", "amount"], [[row[0], row[2], row[3]] for row in claimed])
    rows = []
    for i in range(300):
        begin = day_of("2024-01-01") + int(rng.integers(0, 500))
        end = begin + 30 * int(rng.geometric(0.08))
        rows.append([f"s{i}", date_of(begin), date_of(end) if end < day_of("2026-01-01") else "", 20, "month"])
    _write(place / "subs.csv", ["customer_id", "started_at", "ended_at", "price", "period"], rows)
