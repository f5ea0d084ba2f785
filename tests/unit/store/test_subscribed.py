"""The table of subscriptions in the store: a cache by the landing's state, beside the orders' and not in their way."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from lifelong import Project, schema
from lifelong.errors import StoreError
from lifelong.store import subscribed
from lifelong.store.landing import Batch, Landing, Manifest

if TYPE_CHECKING:
    from pathlib import Path


def _silent(step: str, done: int, total: int | None) -> None:
    """Nobody watches."""


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    made = Project(tmp_path / "shop", settings={"currency": "EUR"})
    (tmp_path / "subs.csv").write_text("customer,start,price,period\na,2025-01-01,9,month\nb,2025-02-30,9,month\n")
    made.ingest_subscriptions(tmp_path / "subs.csv", bad_share="60%")
    return made


def test_files_of_both_kinds_have_a_place_each(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    landing.create()
    order, sub = (
        Batch(name, f"{name}.csv", f"{name}.parquet", "0", 1, {"rules": {}}) for name in ("o", "subscriptions-o")
    )
    both = Manifest().with_batch(order).with_subscriptions(sub)
    landing.commit(both)
    assert landing.read() == both
    assert [b.id for b in both.every] == ["o", "subscriptions-o"]
    assert both.batch("subscriptions-o") == both.subscriptions[0]
    assert both.state == Manifest().with_batch(order).state  # the orders' tables do not hang on it
    assert both.subscribed != Manifest().subscribed == ""
    again = both.with_subscriptions(sub)
    assert again.subscriptions == both.subscriptions


def test_the_table_is_a_cache_and_is_the_same_again(shop: Project) -> None:
    landing = Landing(shop.path)
    manifest = landing.read()
    found = subscribed.find(shop.path, manifest)
    assert found is not None
    assert pq.read_schema(found.rows).names == list(schema.names(schema.SUBSCRIPTIONS))
    held, report = found.rows.read_bytes(), found.reports()[manifest.subscriptions[0].id]
    assert (report.kept, report.quarantined) == (1, 1)
    shutil.rmtree(shop.path / "cache")
    shutil.rmtree(shop.path / "quarantine")
    assert subscribed.find(shop.path, manifest) is None
    made = subscribed.build(shop.path, landing, manifest, _silent)
    assert made.rows.read_bytes() == held
    assert subscribed.build(shop.path, landing, manifest, _silent) == made
    assert len(list((shop.path / "quarantine").glob("subscriptions-*.parquet"))) == 1
    assert subscribed.find(shop.path, Manifest()) is None


def test_a_damaged_file_builds_nothing(shop: Project) -> None:
    shutil.rmtree(shop.path / "cache")
    landing = Landing(shop.path)
    (data,) = landing.folder.glob("*.parquet")
    data.write_bytes(data.read_bytes()[:-1])
    with pytest.raises(StoreError):
        subscribed.build(shop.path, landing, landing.read(), _silent)
    assert not list((shop.path / "cache").iterdir())
