"""The verb drivers, from an export with attributes to its text and JSON."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import lifelong as ll
from lifelong.errors import ConfigError, DataError, FitError
from lifelong.units import date_of, day_of
from lifelong.values import to_json
from lifelong.values.drivers import LABEL

if TYPE_CHECKING:
    from pathlib import Path

HEAD = ("order_id", "customer_id", "ordered_at", "revenue", "channel", "zone", "tier", "member", "code")


def _rows(customers: int = 600, seed: int = 1) -> list[list[Any]]:
    """A shop whose later spend goes with the first channel and nothing else; `tier` is made from all of it.

    `zone` is chance, `member` another name of the channel, `code` is each customer's own. A later order of everybody
    carries another zone, so that whoever reads it there has it wrong.
    """
    rng = np.random.default_rng(seed)
    start, rows = day_of("2025-01-01"), []
    for i in range(customers):
        way, first = int(rng.integers(0, 2)), start + int(rng.integers(0, 100))
        days = [first, *(first + 1 + rng.choice(150, int(rng.poisson(1 + 3 * way)), replace=False))]
        paid = rng.gamma(3.0, 10.0, len(days)).round(2)
        zone, tier = "NSEW"[int(rng.integers(0, 4))], "gold" if paid.sum() > 120 else "basic"
        for j, (day, money) in enumerate(zip(days, paid, strict=True)):
            where = zone if j == 0 else "web" if way else "shop"
            rows.append(
                [len(rows), f"c{i}", date_of(int(day)).isoformat(), money, ("shop", "web")[way], where, tier,
                 ("no", "yes")[way] if i % 10 else "", f"u{i}"]
            )  # fmt: skip
    return rows


def _project(folder: Path, rows: list[list[Any]], keep: tuple[str, ...] = HEAD[5:], **settings: Any) -> ll.Project:
    with (folder / "orders.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([HEAD, *rows])
    made = ll.Project(folder / "shop", settings={"currency": "EUR", **settings})
    made.ingest(folder / "orders.csv", keep=keep)
    return made


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    return _project(tmp_path_factory.mktemp("driven"), _rows())


@pytest.fixture(scope="module")
def found(shop: ll.Project) -> Any:
    return shop.drivers(horizon="20w", until="2025-08-31")


def test_the_driver_is_found_and_chance_is_not(found: Any) -> None:
    by_name = {driver.name: driver for driver in found.drivers}
    assert set(by_name) == {"first channel", "first month", "first spend", "zone", "tier", "member"}
    assert [d.name for d in found.drivers if d.found and not d.suspect] == ["first channel", "member"]
    assert not by_name["zone"].found
    assert {level.level for level in by_name["zone"].levels} == set("NSEW")
    assert found.customers == found.compared == 600
    top = next(level for level in by_name["first channel"].levels if level.level == "web")
    assert 60 < top.low < 90 < top.high < 120


def test_the_leak_is_warned_of_and_marked(found: Any) -> None:
    told = [f.facts["drivers"] for f in found.findings if f.code == "F295"]
    assert told == [["tier"]]
    assert {d.name for d in found.drivers if d.suspect} == {"tier"}
    assert "tier (leak?)" in str(found)


def test_other_findings_name_their_drivers(found: Any) -> None:
    told = {f.code: f.facts["drivers"] for f in found.findings if f.code != "F295"}
    assert set(told["F296"]) == {"first channel", "member"}
    assert told["F297"] == ["tier", "member"]
    assert told["F298"] == ["code"]


def test_missing_is_a_level(found: Any) -> None:
    member = next(driver for driver in found.drivers if driver.name == "member")
    assert {level.level: level.customers for level in member.levels}["unknown"] == 60


def test_every_output_says_association_not_cause(found: Any, shop: ll.Project) -> None:
    assert LABEL == "association, not cause"
    told = json.loads(to_json(found))
    assert told["label"] == LABEL
    assert LABEL in told["definition"]
    assert {driver["label"] for driver in told["drivers"]} == {LABEL}
    assert str(found).splitlines()[0].endswith(f"({LABEL})")
    from lifelong.definitions import DEFINITIONS

    for key in ("later_spend", "driver_strength", "driver_effect", "driver_stability"):
        assert LABEL in DEFINITIONS[key].text


def test_what_comes_later_changes_no_level(tmp_path: Path, found: Any) -> None:
    """Every row after the last day of following may say anything: counts of levels and known things stay."""
    rows = _rows()
    extra = [
        [100_000 + i, f"c{i}", "2025-09-15", 5000, "fax", "Q", "zzz", "maybe", "u"] for i in range(0, 600, 2)
    ]  # fmt: skip
    later = _project(tmp_path, [*rows, *extra]).drivers(horizon="20w", until="2025-08-31")
    assert later.drivers == found.drivers


def test_a_project_of_pseudonyms_tells_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Any) -> None:
    monkeypatch.setenv("LIFELONG_KEYS", str(tmp_path / "keys"))
    told = _project(tmp_path, _rows(), pseudonyms=True).drivers(horizon="20w", until="2025-08-31")
    assert {d.name: d.strength for d in told.drivers} == pytest.approx({d.name: d.strength for d in found.drivers})


def test_without_attributes_the_first_order_tells(tmp_path: Path) -> None:
    made = _project(tmp_path, _rows(150), keep=()).drivers(horizon="20w", until="2025-08-31")
    assert {d.name for d in made.drivers} == {"first channel", "first month", "first spend"}


def test_very_many_are_compared_by_a_sample(shop: ll.Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from lifelong.project import driving

    monkeypatch.setattr(driving, "MANY", 300)
    made = shop.drivers(horizon="20w", until="2025-08-31")
    assert (made.customers, made.compared) == (600, 300)


def test_what_cannot_be_asked_is_refused(shop: ll.Project, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        shop.drivers(horizon="lifetime")
    assert caught.value.code == "E301"
    with pytest.raises(FitError) as few:
        shop.drivers(horizon="52w")
    assert few.value.code == "E234"
    free = tmp_path / "free.csv"
    free.write_text("order_id,customer_id,ordered_at\n1,a,2025-01-01\n2,b,2025-02-01\n")
    made = ll.Project(tmp_path / "free")
    made.ingest(free)
    with pytest.raises(DataError) as unpaid:
        made.drivers()
    assert unpaid.value.code == "E235"


def test_customers_who_are_all_alike_cannot_be_compared(tmp_path: Path) -> None:
    path = tmp_path / "alike.csv"
    path.write_text(
        "order_id,customer_id,ordered_at,revenue\n"
        + "".join(f"{i},c{i},2025-01-01,10\n" for i in range(120))
        + "200,c0,2025-12-31,10\n"
    )
    made = ll.Project(tmp_path / "alike", settings={"currency": "EUR"})
    made.ingest(path)
    with pytest.raises(FitError) as caught:
        made.drivers()
    assert caught.value.code == "E236"


def test_the_engine_for_large_projects_tells_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Any
) -> None:
    from lifelong.project.folder import Folder
    from lifelong.store import engine

    made = _project(tmp_path, _rows())
    monkeypatch.setattr(Folder, "engine", lambda self, _: engine.Database(self.root))
    assert made.drivers(horizon="20w", until="2025-08-31").drivers == found.drivers


def test_a_guest_who_becomes_an_account_keeps_what_the_first_order_told(tmp_path: Path) -> None:
    """Everybody orders first as a guest, known by the e-mail; the account's later row says something else."""
    rows = ["order_id,customer_id,email,ordered_at,revenue,zone"]
    for i in range(120):
        mail = f"somebody{i}@example.org"
        rows.append(f"g{i},,{mail},2025-01-{1 + i % 28:02d},{10 + i},{'NS'[i % 2]}")
        rows.append(f"a{i},{i + 1},{mail},2025-02-{1 + i % 28:02d},{20 + i},Q")
    (tmp_path / "guests.csv").write_text("\n".join(rows) + "\n2000,x,,2025-12-31,1,Q\n")
    made = ll.Project(tmp_path / "guests", settings={"currency": "EUR"})
    made.ingest(tmp_path / "guests.csv", keep=["zone"])
    assert len(made.merges().rows) == 120
    told = made.drivers(horizon="13w")
    zone = next(driver for driver in told.drivers if driver.name == "zone")
    assert told.customers == 120
    assert {level.level: level.customers for level in zone.levels} == {"N": 60, "S": 60}
    assert "F297" not in {f.code for f in told.findings}
