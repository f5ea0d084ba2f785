"""Reports by reader, exports that are kept, and the lines of a timer: what a project hands out."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import openpyxl
import pytest
from click.testing import CliRunner

from lifelong import ConfigError, Project
from lifelong.cli.commands import lifelong
from lifelong.errors import AccessError
from lifelong.jobs import VERBS
from lifelong.jobs.worker import call
from lifelong.project.papering import Wanted
from lifelong.project.scheduling import schedule
from lifelong.sources.simulate import simulate_shop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("papers")
    (folder / "orders.csv").write_text(simulate_shop(300, seed=5).orders_csv(), encoding="utf-8")
    spend = "date,source,medium,campaign,cost,currency\n" + "".join(
        f"2024-{month:02d}-01,google,cpc,A,100.00,EUR\n" for month in range(1, 13)
    )
    (folder / "spend.csv").write_text(spend, encoding="utf-8")
    made = Project(folder / "shop", settings={"currency": "EUR", "margin": "40%"})
    made.ingest(folder / "orders.csv")
    made.spend(folder / "spend.csv")
    made.fit("bg_nbd")
    made.score()
    return made


@pytest.mark.parametrize(("kind", "format_"), [("founder", "pdf"), ("full", "html"), ("marketing", "html")])
def test_the_same_data_give_the_same_bytes_under_a_name_that_says_what_it_is(
    shop: Project, tmp_path: Path, kind: str, format_: str
) -> None:
    made = shop.make_report(kind=kind, format=format_)
    part = "" if kind == "full" else f"-{kind}"
    assert made.name == f"clv-report{part}_{made.as_of}_en.{format_}"
    again = shop.report(tmp_path / f"other.{format_}", kind=kind)
    assert again.read_bytes() == shop.kept_file("reports", made.name).read_bytes()
    assert made.size == again.stat().st_size
    assert {one["name"] for one in shop.kept("reports")} >= {made.name}


def test_the_workbook_of_finance_sums_to_the_forecast(shop: Project, tmp_path: Path) -> None:
    path = shop.report(tmp_path / "f.xlsx", kind="finance")
    assert shop.report(kind="finance", format="xlsx").read_bytes() == path.read_bytes()
    book = openpyxl.load_workbook(path)
    sheet, forecast = book["Forecast"], shop.forecast()
    months = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert months[-1][4] == f"=SUM(E3:E{len(months) + 1})"
    assert round(sum(100 * row[4] for row in months[:-1])) == forecast.total.revenue
    assert months[0][0].isoformat()[:10] == forecast.months[0].begins
    scores = shop.score()
    shown = [row for row in book["Summary"].iter_rows(values_only=True) if row[0] == "Value of all customers"]
    assert shown[0][1].startswith("=SUM('Customers'!")
    assert shown[0][2:] == (scores.totals.low80, scores.totals.high80)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"kind": "owner"}, "E302"),
        ({"format": "doc"}, "E302"),
        ({"lang": "xx"}, "E302"),
        ({"path": "r.txt"}, "E562"),
        ({"path": "r.html", "format": "pdf"}, "E562"),
    ],
)
def test_what_is_not_known_is_refused(shop: Project, told: dict[str, str], code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        shop.report(**told)
    assert caught.value.code == code


def test_a_timer_runs_the_report_that_was_asked_for(tmp_path: Path) -> None:
    root = tmp_path / "my shop 50% $x"
    root.mkdir()
    made = schedule(root, Wanted("founder", "pdf", "en"), "monday", "6:05")
    line = made.cron.replace(r"\%", "%")
    assert line.startswith("5 6 * * 1 ")
    words = shlex.split(line)[5:]
    assert words[1:] == ["report", "--project", str(root), "--kind", "founder", "--format", "pdf", "--lang", "en"]
    assert "OnCalendar=Mon *-*-* 06:05:00" in made.timer
    assert f'"{tmp_path}/my shop 50%% $$x"' in made.service
    assert made.name == "lifelong-founder-my-shop-50-x"
    assert schedule(root, Wanted(), "month").cron.startswith("0 7 1 * * ")
    assert schedule(root, Wanted(), "sunday").cron.startswith("0 7 * * 0 ")
    assert "OnCalendar=*-*-* 07:00:00" in schedule(root, Wanted(), "day").timer
    assert made.cron in str(made)
    for wrong in ({"every": "mondays"}, {"at": "25:00"}):
        with pytest.raises(ConfigError) as caught:
            schedule(root, Wanted(), **wrong)
        assert caught.value.code == "E563"


def test_the_command_prints_and_installs_nothing(shop: Project) -> None:
    before = sorted(path for path in shop.path.rglob("*"))
    told = CliRunner().invoke(lifelong, ["schedule", "--project", str(shop.path), "--kind", "founder", "--json"])
    assert json.loads(told.output)["every"] == "monday"
    assert sorted(path for path in shop.path.rglob("*")) == before
    made = CliRunner().invoke(lifelong, ["report", "--project", str(shop.path), "--kind", "data", "--json"])
    assert json.loads(made.output)["kind"] == "data"
    plain = CliRunner().invoke(lifelong, ["report", "--project", str(shop.path), "--kind", "data"])
    assert plain.output.splitlines()[0].endswith(".html")
    out = shop.path.parent / "tiers.csv"
    CliRunner().invoke(lifelong, ["export", str(out), "--project", str(shop.path), "--what", "segments"])
    assert out.read_text(encoding="utf-8").startswith("customer_id,tier,name")


def test_exports_are_kept_and_previewed(shop: Project) -> None:
    made = shop.make_export(what="scores", format="csv-european")
    rows = shop.kept_file("exports", made.name).read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("customer_id;")
    told = shop.preview(what="scores")
    assert told["rows"] == len(rows) - 1
    assert [column["name"] for column in told["columns"]] == rows[0].split(";")
    assert all(column["meaning"] for column in told["columns"])
    assert len(told["first"]) == 5
    for what in ("orders", "spend", "segments", "quarantine"):
        assert all(c["meaning"] for c in shop.preview(what=what)["columns"]), what
    with pytest.raises(ConfigError):
        shop.make_export(format="doc")
    with pytest.raises(ConfigError):
        shop.preview(what="secrets")


@pytest.mark.parametrize("name", ["../lifelong.toml", "/etc/passwd", "..", "", ".hidden", "nothing.csv"])
def test_no_path_is_taken_for_a_name(shop: Project, name: str) -> None:
    for place in ("exports", "reports", "landing", ".."):
        with pytest.raises(AccessError) as caught:
            shop.kept_file(place, name)
        assert caught.value.code == "E503"


def test_what_forecasts_cannot_say_stands_in_the_report(shop: Project, tmp_path: Path) -> None:
    shop.configure(margin="")
    try:
        page = shop.report(tmp_path / "f.html", kind="finance").read_text(encoding="utf-8")
    finally:
        shop.configure(margin="40%")
    assert "What is left of revenue cannot be said" in page


def test_verbs_of_the_server_make_the_files(shop: Project) -> None:
    made = call(shop.path, "report", {"kind": "founder"}, lambda *_: None)
    assert made.as_dict()["name"].startswith("clv-report-founder_")
    made = call(shop.path, "export", {"what": "orders", "format": "parquet"}, lambda *_: None)
    assert made.as_dict()["name"] == "orders.parquet"
    assert VERBS["report"].writes
    assert VERBS["export"].writes


def test_to_forget_somebody_removes_the_files_with_them(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(simulate_shop(30, seed=2).orders_csv(), encoding="utf-8")
    made = Project(tmp_path / "shop")
    made.ingest(tmp_path / "orders.csv")
    name = made.make_export(what="orders").name
    who = made.kept_file("exports", name).read_text(encoding="utf-8").splitlines()[1].split(",")[1]
    made.forget(who)
    assert made.kept("exports") == []


def test_subscribers_alone_have_reports_and_exports_too(tmp_path: Path) -> None:
    rows = ["customer_id,started_at,ended_at,price,period,currency"]
    for number in range(60):
        ended = f"2025-{1 + number % 9:02d}-15" if number % 3 == 0 else ""
        rows.append(f"S{number:03d},2024-{1 + number % 12:02d}-15,{ended},10.00,month,EUR")
    (tmp_path / "subs.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    made = Project(tmp_path / "shop")
    made.ingest_subscriptions(tmp_path / "subs.csv")
    page = made.report(kind="finance").read_text(encoding="utf-8")
    assert "Present subscribers" in page
    assert "Money to come" in page
    assert made.preview(what="subscriptions")["rows"] == 60
