"""Today, the budget lab, forecast and plan, and customer equity: each page shows the numbers of its verbs, and refuses in words."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from starlette.testclient import TestClient
from tests.web import serving

from lifelong import Project, i18n
from lifelong.web.app import make_app
from lifelong.web.security import Gate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


BEGIN, DAYS = dt.date(2024, 1, 10), 500
#: Channels: source, medium, cost and customers a day, and how fast spend moves over the months.
CHANNELS = {
    "paid search": ("google", "cpc", 20.0, 0.9, 2.0),
    "paid social": ("facebook", "paid-social", 15.0, 0.6, 2.9),
    "email": ("newsletter", "email", 0.5, 0.5, 0.0),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scored shop: spend of two channels moves and customers follow, that of the third never moves."""
    folder, rng = tmp_path_factory.mktemp("plans"), np.random.default_rng(2)
    orders, spend = [], []
    for day in range(DAYS):
        when = BEGIN + dt.timedelta(days=day)
        for name, (source, medium, cost, won, pace) in CHANNELS.items():
            lift = 1.0 + 0.4 * np.cos(when.month * pace) if pace else 1.0
            spend.append((str(when), source, medium, f"{name} A", f"{cost * lift:.2f}", "EUR"))
            for one in range(rng.poisson(won * lift**0.6)):
                days = np.cumsum([day, *rng.exponential(50.0, rng.poisson(1.5))]).astype(int)
                times = [str(BEGIN + dt.timedelta(days=int(d))) for d in days if d < DAYS]
                orders += [(f"{name}{day}-{one}", time_, f"{rng.gamma(5, 16):.2f}", name) for time_ in times]
    _write(folder / "orders.csv", ("customer_id", "date", "total", "channel"), orders)
    _write(folder / "spend.csv", ("date", "source", "medium", "campaign", "cost", "currency"), spend)
    shop = Project(folder / "shop", settings={"currency": "EUR", "margin": "40%"})
    shop.ingest(folder / "orders.csv")
    shop.spend(folder / "spend.csv")
    shop.fit("pareto_nbd")
    shop.score()
    return folder / "shop"


def _write(path: Path, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])


@pytest.fixture(scope="module")
def client(project: Path) -> Iterator[TestClient]:
    gate = Gate("t" * 32)
    with TestClient(make_app(project, gate), base_url="http://127.0.0.1") as one:
        one.headers["authorization"] = f"Bearer {gate.token}"
        yield one


def settled(client: TestClient, path: str) -> str:
    """The page when nothing of it is computed any more."""
    for _ in range(300):
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        if "data-job=" not in answer.text:
            return answer.text
        time.sleep(0.2)
    raise AssertionError(f"{path} does not come to an end")


def test_today_shows_the_ranked_actions_and_a_quiet_week(client: TestClient, project: Path) -> None:
    text, shop = settled(client, "/today"), Project(project)
    todo, alerts = shop.opportunities(), shop.alerts()
    assert todo.rows
    for row in todo.rows[:7]:
        assert i18n.money_within(row.money / 100, row.low80 / 100, row.high80 / 100, "EUR") in text
    assert text.count('<tr><th scope="row" class="full">') == min(len(todo.rows), 7)
    assert ("Nothing changed beyond chance" in text) == (not alerts.sounding)
    assert "first run of this question" in text
    assert 'href="/budget"' in text
    assert client.get("/en/today").status_code == 200


def test_the_forecast_moves_with_its_levers_and_is_kept_as_the_plan(client: TestClient, project: Path) -> None:
    assert "No plan is kept yet" in settled(client, "/forecast?months=3")
    text = settled(client, "/forecast?months=3&basket=1.2&new_customers=20")
    told = Project(project).forecast(months=3, new_customers="20", what_if={"basket": "1.2"})
    assert i18n.money(told.total.revenue / 100, "EUR") in text
    assert i18n.money(told.counted[0].revenue / 100, "EUR") in text
    book = client.get("/forecast/forecast.xlsx?months=3&basket=1.2&new_customers=20")
    assert b"<f>" in zipfile.ZipFile(io.BytesIO(book.content)).read("xl/worksheets/sheet2.xml")
    kept = client.post("/forecast/keep?months=3&basket=1.2&new_customers=20", headers={"origin": "http://127.0.0.1"})
    assert kept.status_code == 200
    assert "This is kept as the plan" in kept.text
    plans = list((project / "plans").glob("*.json"))
    assert len(plans) == 1
    assert json.loads(plans[0].read_bytes())["payload"]["total"]["revenue"] == told.total.revenue
    assert "A plan is kept. No month of it is over yet" in settled(client, "/forecast?months=3")


def test_a_forecast_that_cannot_be_is_refused_in_words(client: TestClient) -> None:
    assert "E411" in settled(client, "/forecast?months=400")
    assert "E411" in client.get("/forecast/forecast.xlsx?months=400").text
    assert client.post("/forecast/keep?months=x", headers={"origin": "http://127.0.0.1"}).status_code >= 400
    failed = client.post("/forecast/keep?months=400", headers={"origin": "http://127.0.0.1"})
    assert "kept as the plan" not in failed.text


def test_equity_adds_up_from_customers_to_the_firm(client: TestClient, project: Path) -> None:
    text = settled(client, "/equity?cac=40&months=24&fixed_costs=1000&tax=20%25")
    made = Project(project).valuation(cac="40", months=24, fixed_costs="1000", tax="20%")
    parts = (made.future, -made.fixed, -made.tax_due)
    assert round(made.rlv + sum(parts), 2) == made.value
    for amount in parts:
        assert i18n.money(amount, "EUR", signed=True) in text
    for amount in (made.rlv, made.equity, made.value):
        assert i18n.money(amount, "EUR") in text
    costs = Project(project).costs()
    assert i18n.money(costs.left / 100, "EUR") in text
    assert "E351" in settled(client, "/equity?cac=much")


def test_the_budget_lab_shows_plan_curves_and_cut_and_refuses_in_words(client: TestClient, project: Path) -> None:
    text, made = settled(client, "/budget?total=free&trust=20%25"), Project(project).budget(total="free", trust="20%")
    for move in made.moves:
        assert i18n.money(move.plan / 100, "EUR") in text
    assert text.count('class="field"') == len(made.curves)
    assert any(move.plan != move.now for move in made.moves)
    assert "its history does not tell" in text  # e-mail, whose spend never moved
    assert "by turns" in text
    impossible = settled(client, "/budget?total=1")
    assert "E393" in impossible
    assert 'name="bounds:' in impossible  # the fields stay, so that the wish can be changed
    cut = Project(project).cut({"paid search": "50%"})
    assert f"It saves {i18n.money(cut.saved / 100, 'EUR')} a month" in settled(client, "/budget?cut:paid search=50%25")
    assert "E397" in settled(client, "/budget?cut:email=50%25")


def test_where_no_channel_moves_the_page_says_that_it_cannot_tell(tmp_path: Path, project: Path) -> None:
    """The same shop, its spend spread evenly: no plan, and the tests that would teach it."""
    head, *rows = (project.parent / "spend.csv").read_text(encoding="utf-8").splitlines()
    flat = [re.sub(r"(?<=A,)[\d.]+", "10.00", row) for row in rows]
    (tmp_path / "flat.csv").write_text("\n".join([head, *flat]), encoding="utf-8")
    shop = Project(tmp_path / "shop", settings={"currency": "EUR", "margin": "40%"})
    shop.ingest(project.parent / "orders.csv")
    shop.spend(tmp_path / "flat.csv")
    gate = Gate("t" * 32)
    with TestClient(make_app(tmp_path / "shop", gate), base_url="http://127.0.0.1") as one:
        one.headers["authorization"] = f"Bearer {gate.token}"
        text = settled(one, "/budget")
        assert "The history cannot tell how to move money" in text
        assert "by turns" in text
        assert "Another split would bring" not in text
        for path in ("/today", "/forecast", "/equity"):  # nothing was scored: they say how to begin
            assert one.get(path).status_code == 200


@pytest.mark.browser
def test_a_changed_budget_ends_in_the_number_of_the_command_line(project: Path, browser: Browser) -> None:
    program = Path(sys.executable).with_name("lifelong")
    (project / "serving.json").unlink(missing_ok=True)
    words = [str(program), "budget", "--project", str(project), "--total", "free", "--trust", "10%", "--json"]
    told: dict[str, Any] = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    assert any(move["plan"] != move["now"] for move in told["moves"])  # else there would be nothing to see
    with serving.serving(project) as server:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(server.entry)
        page.goto(f"{server.base}/budget")
        page.get_by_label("Spend a month", exact=True).fill("free")
        page.get_by_label("How far a channel may move", exact=True).fill("10%")
        page.wait_for_url(re.compile(r"total=free&trust=10"))
        for move in told["moves"]:
            cell = page.locator(f'tr[data-channel="{move["channel"]}"] td[data-key]')
            cell.get_by_text(i18n.money(move["plan"] / 100, "EUR"), exact=True).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        context.close()
