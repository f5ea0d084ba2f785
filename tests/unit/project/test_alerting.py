"""The verb alerts: weeks reconcile with the orders, noise is quiet, a planted fall sounds, and too little is refused."""

from __future__ import annotations

import csv
import datetime as dt
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from lifelong import DataError, Project
from lifelong.cli.commands import lifelong
from lifelong.values import to_json

if TYPE_CHECKING:
    from pathlib import Path

BEGIN, WEEKS = dt.date(2024, 1, 1), 70


def shop(folder: Path, *, fall: float = 1.0, weeks: int = WEEKS) -> Project:
    """A quiet shop whose customers come again in half of the cases; in the last week orders come ``fall`` times as often."""
    rng, rows = np.random.default_rng(4), []
    for week in range(weeks):
        rate = 40 * (fall if week == weeks - 1 else 1.0)
        for one in range(rng.poisson(rate)):
            day = week * 7 + int(rng.integers(0, 7))
            days = [day, day + int(rng.integers(5, 60))] if rng.random() < 0.5 else [day]
            rows += [
                (f"C{week}-{one}", str(BEGIN + dt.timedelta(days=d)), f"{rng.gamma(5, 8):.2f}")
                for d in days
                if d < weeks * 7
            ]
    rows.append(("last", str(BEGIN + dt.timedelta(days=weeks * 7 - 1)), "10.00"))
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "orders.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("customer_id", "date", "total"), *rows])
    made = Project(folder / "shop", settings={"currency": "EUR"})
    made.ingest(folder / "orders.csv")
    return made


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return shop(tmp_path_factory.mktemp("quiet"))


def test_weeks_reconcile_with_the_orders_and_noise_is_quiet(quiet: Project) -> None:
    told = quiet.alerts()
    by = {one.measure: one for one in told.measures}
    assert list(by) == ["orders", "revenue", "new_customers", "one_time"]
    assert told.sounding == ()
    with (quiet.path.parent / "orders.csv").open(encoding="utf-8") as file:
        rows = [(r["customer_id"], dt.date.fromisoformat(r["date"]), float(r["total"])) for r in csv.DictReader(file)]
    ends = dt.date.fromisoformat(told.as_of)
    last = [row for row in rows if ends - row[1] < dt.timedelta(days=7)]
    assert by["orders"].weeks[-1].value == len(last)
    assert by["revenue"].weeks[-1].value == pytest.approx(sum(row[2] for row in last))
    first: dict[str, dt.date] = {}
    for who, day, _ in sorted(rows, key=lambda row: row[1]):
        first.setdefault(who, day)
    assert by["new_customers"].weeks[-1].value == sum(ends - day < dt.timedelta(days=7) for day in first.values())
    of_then = {w for w, day in first.items() if 91 <= (ends - day).days < 98}
    came = {w for w, day, _ in rows if w in of_then and 0 < (day - first[w]).days <= 91}
    assert by["one_time"].weeks[-1].value == pytest.approx(1 - len(came) / len(of_then))
    assert all(one.judged > 0 for one in told.measures)


def test_a_planted_fall_sounds(tmp_path: Path) -> None:
    told = shop(tmp_path, fall=0.2).alerts()
    assert "new_customers" in told.sounding
    assert next(one for one in told.measures if one.measure == "new_customers").state == "below"
    assert "changed beyond chance" in str(told)


def test_too_few_weeks_are_refused_and_few_orders_have_no_limits(quiet: Project, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="E551"):
        quiet.alerts(until="2024-05-01")
    thin = tmp_path / "thin.csv"
    days = [BEGIN + dt.timedelta(days=7 * week) for week in range(60)]
    thin.write_text("customer_id,date\n" + "".join(f"T{i},{day}\n" for i, day in enumerate(days)), encoding="utf-8")
    made = Project(tmp_path / "thin")
    made.ingest(thin)
    told = made.alerts()
    assert [one.measure for one in told.measures] == ["orders", "new_customers", "one_time"]
    assert {one.state for one in told.measures} == {"too little"}
    assert [found.code for found in told.findings] == ["F551"]
    assert told.any_false_alarm == 0


def test_the_command_tells_the_same(quiet: Project) -> None:
    done = CliRunner().invoke(lifelong, ["alerts", "--project", str(quiet.path), "--json"])
    assert json.loads(done.output) == json.loads(to_json(quiet.alerts()))
    assert (
        "nothing changed beyond chance" in CliRunner().invoke(lifelong, ["alerts", "--project", str(quiet.path)]).output
    )
