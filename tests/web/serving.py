"""A project with orders, spend and touches, and a real server over it, for the tests of pages."""

from __future__ import annotations

import csv
import datetime as dt
import json
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lifelong.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN = dt.date(2024, 10, 1)
DAYS = 640
#: Channels: share of customers, how often and how much they order against the mean, spend a day.
CHANNELS = {
    "paid search": (0.3, 1.0, 60, 22, "google", "cpc"),
    "paid social": (0.25, 0.6, 45, 18, "facebook", "paid-social"),
    "email": (0.25, 1.5, 70, 2, "newsletter", "email"),
    "organic search": (0.2, 1.2, 65, 0, "google", "organic"),
}
#: A text that would do harm in a page that did not escape it.
HOSTILE = "<img src=x onerror=alert(1)>"


def rich_project(folder: Path, customers: int = 700, *, is_hostile: bool = False) -> Path:
    """A scored project of a made shop; where it is hostile, ids and names hold markup."""
    folder.mkdir(parents=True, exist_ok=True)
    rng, names = np.random.default_rng(11), list(CHANNELS)
    shares = np.array([CHANNELS[name][0] for name in names])
    orders, touches = [], []
    for number in range(customers):
        name = str(rng.choice(names, p=shares))
        _, often, much, _, source, medium = CHANNELS[name]
        who = f"{HOSTILE}{number:04d}" if is_hostile else f"K{number:04d}"
        day = first = int(DAYS * rng.beta(1.1, 1))
        end, gap = first + rng.exponential(400), 50 / (rng.gamma(1.2) * often + 0.05)
        touches.append((who, str(BEGIN + dt.timedelta(days=first)), source, medium))
        while day < min(DAYS, end):
            product = f"{HOSTILE} lamp" if is_hostile else str(rng.choice(["lamp", "mug", "rug"]))
            amount = f"{much * rng.gamma(5, 0.2) + 1:.2f}"
            orders.append((who, str(BEGIN + dt.timedelta(days=int(day))), amount, name, product))
            day = day + max(1, int(rng.exponential(gap)))
    spend = [
        (str(BEGIN + dt.timedelta(days=day)), source, medium, f"{name} A", f"{cost * rng.gamma(20, 0.05):.2f}", "EUR")
        for name, (_, _, _, cost, source, medium) in CHANNELS.items()
        for day in range(0, DAYS, 7)
        if cost
    ]
    _write(folder / "orders.csv", ("customer_id", "date", "total", "channel", "product"), orders)
    _write(folder / "touches.csv", ("customer_id", "time", "utm_source", "utm_medium"), touches)
    _write(folder / "spend.csv", ("date", "source", "medium", "campaign", "cost", "currency"), spend)
    shop = Project(folder / "shop", settings={"currency": "EUR", "margin": "40%", "name": "Made shop"})
    shop.ingest(folder / "orders.csv")
    shop.spend(folder / "spend.csv")
    shop.touches(folder / "touches.csv")
    shop.run()
    return folder / "shop"


def _write(path: Path, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])


class Server:
    """A running server: its address, and a way to ask it as a program does."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self.base, _, self.token = address.partition("/login?token=")
        self.entry = address

    def get(self, path: str, accept: str = "application/json") -> bytes:
        """What a GET with the token answers."""
        headers = {"authorization": f"Bearer {self.token}", "accept": accept}
        with urllib.request.urlopen(urllib.request.Request(self.base + path, headers=headers), timeout=60) as answer:
            return answer.read()


def settle(project: Path) -> None:
    """Wait until no job of the project is at work."""
    for _ in range(1200):
        notes = (path for path in (project / "jobs").glob("*.json") if not path.name.startswith("."))
        kept = [json.loads(path.read_bytes())["payload"] for path in notes]
        if not any(job["state"] in ("queued", "running") for job in kept):
            return
        time.sleep(0.1)
    raise AssertionError("jobs do not come to an end")


@contextmanager
def serving(project: Path, *flags: str) -> Iterator[Server]:
    """A real ``lifelong serve`` on a free port."""
    program = Path(sys.executable).with_name("lifelong")
    command = [str(program), "serve", "--project", str(project), "--port", "0", "--json", *flags]
    process = subprocess.Popen([*command, "--no-open"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Server(process, json.loads(process.stdout.readline())["address"])
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
