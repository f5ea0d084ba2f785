"""The verb next_orders, from the orders to the file."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

import lifelong as ll
from lifelong.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def shop(orders_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    made = ll.Project(tmp_path_factory.mktemp("dated") / "shop", settings={"currency": "EUR"})
    made.ingest(orders_csv)
    made.fit("pareto_nbd")
    return made


def test_every_customer_gets_a_date_after_the_last_day_or_none(shop: ll.Project) -> None:
    dated = shop.next_orders()
    scores = shop.score(horizon="26w")
    assert (dated.customers, dated.as_of, dated.horizon) == (scores.customers, scores.as_of, "26w")
    assert dated.table["customer_id"].equals(scores.table["customer_id"])
    assert dated.table["alive"].equals(scores.table["alive"])
    assert 0 < dated.likely < dated.customers
    low = dated.to_arrow()["low90"].drop_null().to_pylist()
    assert len(low) == dated.likely
    assert min(low) > dt.date.fromisoformat(dated.as_of)


def test_the_file_holds_all_rows_with_dates_and_their_meaning(shop: ll.Project, tmp_path: Path) -> None:
    dated = shop.next_orders(horizon="13w", out=tmp_path / "dates.csv")
    assert dated.path == str(tmp_path / "dates.csv")
    assert dated.path in str(dated)
    with (tmp_path / "dates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == dated.customers
    assert sum(row["date"] != "" for row in rows) == dated.likely
    first = dated.rows(1)[0]
    assert next(row["date"] for row in rows if row["customer_id"] == first["customer_id"]) == first["date"]
    assert {(row["as_of"], row["horizon"], row["model_version"]) for row in rows} == {
        (dated.as_of, "13w", "pareto_nbd")
    }
    shop.next_orders(horizon="13w", out=tmp_path / "dates.parquet")
    assert pq.read_table(tmp_path / "dates.parquet").select(dated.to_arrow().column_names).equals(dated.to_arrow())


def test_an_earlier_fit_dates_as_of_its_own_day(shop: ll.Project) -> None:
    until = "2025-06-30" if shop.next_orders().as_of > "2025-06-30" else "2024-06-30"
    fit = shop.fit("bg_nbd", until=until)
    dated = shop.next_orders(fit)
    assert (dated.as_of, dated.model) == (until, "bg_nbd")
    shop.fit("pareto_nbd")


def test_nothing_is_kept_in_the_folder(shop: ll.Project) -> None:
    before = {p.relative_to(shop.path) for p in shop.path.rglob("*")}
    shop.next_orders()
    assert {p.relative_to(shop.path) for p in shop.path.rglob("*")} == before


def test_a_horizon_without_an_end_is_refused(shop: ll.Project) -> None:
    with pytest.raises(ConfigError) as caught:
        shop.next_orders(horizon="lifetime")
    assert caught.value.code == "E202"
