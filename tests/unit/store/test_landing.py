"""The landing: one atomic manifest over immutable files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lifelong.errors import StoreError
from lifelong.store.landing import Batch, Landing, Manifest

if TYPE_CHECKING:
    from pathlib import Path


def _land(landing: Landing, content: bytes, batch_id: str) -> Batch:
    temporary = landing.folder / f".tmp-{batch_id}"
    temporary.write_bytes(content)
    name, digest = landing.adopt(temporary)
    return Batch(batch_id, f"{batch_id}.csv", name, digest, 1, {"rules": {}})


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    made = Landing(tmp_path)
    made.create()
    return made


def test_a_batch_counts_once_the_manifest_names_it(landing: Landing) -> None:
    batch = _land(landing, b"rows", "b1")
    assert landing.read() == Manifest()
    landing.commit(landing.read().with_batch(batch))
    assert [b.file for b in landing.read().batches] == [batch.file]
    assert landing.path(batch).read_bytes() == b"rows"


def test_what_no_manifest_names_is_swept(landing: Landing) -> None:
    _land(landing, b"orphan", "b0")
    kept = _land(landing, b"kept", "b1")
    landing.commit(Manifest((kept,)))
    assert sorted(os.listdir(landing.folder)) == sorted([kept.file, "manifest.json"])


def test_batches_stand_in_the_order_of_ingest(landing: Landing) -> None:
    a, b = _land(landing, b"a", "ba"), _land(landing, b"b", "bb")
    one = Manifest().with_batch(b).with_batch(a)
    assert [(batch.id, batch.label) for batch in one.batches] == [("bb", "000001"), ("ba", "000002")]
    assert one.state != Manifest().with_batch(b).state
    assert one.state != Manifest(one.batches, undone=("x",)).state


def test_a_batch_of_the_same_id_takes_the_place_of_the_old_one(landing: Landing) -> None:
    old, other, new = _land(landing, b"old", "b1"), _land(landing, b"x", "b2"), _land(landing, b"new", "b1")
    manifest = Manifest().with_batch(old).with_batch(other).with_batch(new)
    assert [batch.file for batch in manifest.batches] == [new.file, other.file]
    assert [batch.sequence for batch in manifest.batches] == [1, 2]
    assert manifest.batch("b1") == manifest.batches[0]
    assert manifest.batch("nobody") is None


def test_a_changed_or_missing_file_is_noticed(landing: Landing) -> None:
    batch = _land(landing, b"rows", "b1")
    landing.commit(Manifest((batch,)))
    (landing.folder / batch.file).write_bytes(b"rowt")
    with pytest.raises(StoreError) as caught:
        landing.path(batch)
    assert caught.value.code == "E401"
    (landing.folder / batch.file).unlink()
    with pytest.raises(StoreError):
        landing.path(batch)


def test_no_manifest_is_an_empty_landing(tmp_path: Path) -> None:
    assert Landing(tmp_path).read() == Manifest()
