"""From a real shop's file, whose columns nobody knows, through the browser to the number that the command line tells."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from tests.web import serving

from lifelong import i18n
from lifelong.project import Project
from lifelong.units import Money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
PROGRAM = Path(sys.executable).with_name("lifelong")
#: Our names, and those under which the file has them here: none is one that a shop is known to use.
OURS = {
    "order_id": "beleg", "product": "what_it_was", "quantity": "how_many", "ordered_at": "when_it_was",
    "unit_price": "paid_for_one", "customer_id": "who",
}  # fmt: skip
THEIRS = {
    "order_id": "invoice", "product": "stock_code", "quantity": "quantity", "ordered_at": "invoice_datetime",
    "unit_price": "unit_price", "customer_id": "customer_id",
}  # fmt: skip
#: A fifth of the rows of the one year, and a quarter of those of the other, have no customer; of a quarter, a third.
ALLOWED = "40%"


def renamed(source: Path, folder: Path, until: dt.datetime | None) -> Path:
    """The file, or its beginning, with names of columns that have to be chosen by hand."""
    table = pq.read_table(source)
    table = table if until is None else table.filter(pc.less(table["invoice_datetime"], pa.scalar(until)))
    names = {theirs: OURS[ours] for ours, theirs in THEIRS.items()}
    path = folder / source.name
    pq.write_table(table.rename_columns([names.get(name, name) for name in table.column_names]), path)
    return path


def told(project: Path, *words: str) -> dict[str, Any]:
    """What a command prints with --json."""
    done = subprocess.run(
        [PROGRAM, *words, "--project", str(project), "--json"], capture_output=True, text=True, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def by_command(project: Path, files: Sequence[Path]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The reports of the files and the scores, as the command line tells them."""
    names = [word for ours, theirs in OURS.items() for word in ("--column", f"{ours}={theirs}")]
    told(project, "init", "--currency", "GBP")
    reports = [told(project, "ingest", str(path), *names, "--bad-share", ALLOWED) for path in files]
    return reports, told(project, "run")["scores"]


def by_hand(page: Page, path: Path) -> dict[str, str]:
    """Send a file, choose its columns, and read off what became of its rows and money."""
    page.get_by_label("Choose a file or drop it here").set_input_files(path)
    page.wait_for_url("**/import/columns?upload=*")
    assert page.get_by_text("E102").count() == 1
    page.get_by_label("description is read as").select_option("")  # it was taken for the product
    for ours, theirs in OURS.items():
        page.get_by_label(f"{theirs} is read as").select_option(ours)
    page.get_by_label("Share of bad rows allowed").fill(ALLOWED)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("heading", name=f"rows of {path.name} are in use").wait_for()
    cells = page.locator('[data-key^="rows-"], [data-key^="money-"]')
    return {
        str(cell.get_attribute("data-key")): cell.inner_text() for cell in (cells.nth(i) for i in range(cells.count()))
    }


def reconciled(report: dict[str, Any]) -> dict[str, str]:
    """The same of a command's report."""
    rows = {name: report[f"rows_{name}" if name == "in" else name] for name in ("in", *PARTS)}
    money = {name: report[f"money_{name}"] for name in ("in", *PARTS)}
    assert rows["in"] == sum(rows[name] for name in PARTS)
    assert money["in"] == sum(money[name] for name in PARTS)
    return {f"rows-{name}": i18n.number(n) for name, n in rows.items()} | {
        f"money-{name}": i18n.ledger(Money(cents, "GBP")) for name, cents in money.items()
    }


PARTS = ("kept", "quarantined", "duplicates")


# a year's back-tests, by the pages and by commands, take two minutes of a processor: the ordinary suite has a quarter
@pytest.mark.parametrize(
    ("years", "until"),
    [
        (("2010_2011",), dt.datetime(2011, 3, 1)),  # noqa: DTZ001 - the file's times have no zone
        pytest.param(("2010_2011",), None, marks=pytest.mark.slow),
        pytest.param(("2009_2010", "2010_2011"), None, marks=pytest.mark.slow),
    ],
    ids=["quarter", "one", "both"],
)
def test_a_real_shop_is_valued_as_the_command_line_values_it(
    years: Sequence[str], until: dt.datetime | None, shared_data: Path, tmp_path: Path, browser: Browser
) -> None:
    files = [
        renamed(shared_data / "online_retail" / f"online_retail_{year}.parquet", tmp_path, until) for year in years
    ]
    Project(tmp_path / "web", settings={"currency": "GBP"})
    with serving.serving(tmp_path / "web") as server, ThreadPoolExecutor(1) as beside:
        commands = beside.submit(by_command, tmp_path / "cli", files)
        page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en").new_page()
        page.set_default_timeout(600_000)  # of a machine that others use too
        page.goto(f"{server.base}/en{server.entry.removeprefix(server.base)}")
        seen = []
        for path in files:
            page.goto(f"{server.base}/en/import")
            seen.append(by_hand(page, path))
        page.get_by_role("button", name="Value your customers").click()
        page.get_by_role("heading", name="Your customers are valued").wait_for()
        reports, scores = commands.result()
        with i18n.speaking("en"):
            assert seen == [reconciled(report) for report in reports]
            t = scores["totals"]
            value = i18n.money_within(t["value"], t["low80"], t["high80"], "GBP")
            spread = i18n.interval(t["low80"], t["high80"], "GBP")
            page.get_by_role("link", name="To the overview").click()
            heading = page.get_by_role("heading", level=1)
            heading.filter(has_text="Your customers will bring").wait_for()
            assert f"will bring {value} in" in heading.inner_text()
            assert f"it will be {spread}" in heading.inner_text()
            assert page.locator('[data-key="equity"]').inner_text() == value
            orders = i18n.number_within(t["orders"], t["orders_low80"], t["orders_high80"])
            assert page.locator('[data-key="orders"]').inner_text() == orders
            page.goto(f"{server.base}/en/quarantine")
            aside = sum(report["quarantined"] for report in reports)
            page.get_by_role("heading", name=f"{i18n.number(aside)} rows are set aside").wait_for()
        page.context.close()
    one, other = (Project(tmp_path / name) for name in ("web", "cli"))
    assert one.status().facts["content"] == other.status().facts["content"]
    assert json.loads(json.dumps(one.scored().told["totals"])) == t
