"""Every example that a page marks with the word `run` runs, in the order of the pages, on a simulated shop."""

from __future__ import annotations

import csv
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lifelong.sources.simulate import Calendar, simulate_shop
from lifelong.units import day_of

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w+) run\n(.*?)^```$", re.M | re.S)
# Pages that go on from one another's project, and the header of the orders that they begin with.
TRAILS = {
    "plain": (
        ("order_id", "customer_id", "ordered_at", "revenue"),
        (
            "docs/how-to/own-file.md",
            "docs/how-to/choose-a-model.md",
            "docs/how-to/own-model.md",
            "docs/how-to/small-firms.md",
            "docs/how-to/next-order-date.md",
            "docs/how-to/life-stages.md",
            "docs/how-to/drivers.md",
            "docs/how-to/covariates.md",
            "docs/how-to/trend.md",
            "docs/how-to/cash.md",
            "docs/how-to/plan.md",
            "docs/how-to/cohorts.md",
            "docs/how-to/groups.md",
            "docs/how-to/leads.md",
            "docs/how-to/referrals.md",
            "docs/how-to/calculator.md",
            "docs/how-to/channels.md",
            "docs/how-to/budget.md",
            "docs/how-to/attribution.md",
            "docs/how-to/time-varying-covariates.md",
            "docs/how-to/ad-spend.md",
            "docs/how-to/costs.md",
            "docs/how-to/export.md",
            "docs/explanation/identity.md",
            "docs/how-to/forget-a-customer.md",
        ),
    ),
    "renamed": (("order", "client", "date", "total"), ("docs/tutorial/first-report.md", "README.md")),
    "german": (("Bestellnummer", "Kundennr", "Bestelldatum", "Betrag"), ("docs/how-to/columns-and-formats.md",)),
}


def write_orders(folder: Path, header: tuple[str, ...]) -> None:
    """A shop of two years whose customers are numbered from 17,000; whole, and as two overlapping exports."""
    shop = simulate_shop(1000, seed=1, calendar=Calendar(opens=day_of("2025-01-01")))
    rows = [[r[0], str(17_000 + int(r[1][1:])), *r[2:]] for r in list(csv.reader(shop.orders_csv().splitlines()))[1:]]
    parts = {
        "orders.csv": rows,
        "orders-2025.csv": [r for r in rows if r[2] < "2026-01-01"],
        "orders-2026.csv": [r for r in rows if r[2] >= "2025-12-01"],
    }
    for name, part in parts.items():
        with (folder / name).open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([header, *part])


def run(command: list[str], folder: Path) -> None:
    environment = {**os.environ, "NO_COLOR": "1", "LIFELONG_KEYS": str(folder / "keys")}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("trail", TRAILS)
def test_examples_run(trail: str, tmp_path: Path) -> None:
    header, pages = TRAILS[trail]
    write_orders(tmp_path, header)
    ran = 0
    for page in pages:
        for language, code in FENCE.findall((ROOT / page).read_text(encoding="utf-8")):
            if language == "python":
                run([sys.executable, "-W", "error", "-c", code], tmp_path)
                ran += 1
                continue
            for line in code.splitlines():
                words = shlex.split(line, comments=True)
                assert words[0] == "lifelong", f"{page}: only lifelong runs here, not {line}"
                yes = ["--yes"] if words[1] == "forget" and "--yes" not in words else []
                run([sys.executable, "-c", "from lifelong.cli import main; main()", *words[1:], *yes], tmp_path)
                ran += 1
    assert ran


def test_every_page_with_an_example_to_run_is_on_a_trail() -> None:
    walked = {page for _, pages in TRAILS.values() for page in pages}
    marked = {
        p.relative_to(ROOT).as_posix()
        for p in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        if FENCE.search(p.read_text(encoding="utf-8"))
    }
    assert marked == walked
