"""Pseudonyms and forgetting, on the bytes."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lifelong.errors import AccessError
from lifelong.store import privacy

if TYPE_CHECKING:
    from pathlib import Path

TABLE = {
    "row": [1, 2, 3, 4, 5, 6],
    "customer_id": ["Anna-77", "anna-77 ", "bob-1", None, "", None],
    "email": ["anna@example.org", None, "Anna@Example.org", "ANNA@example.org", "eve@example.org", None],
    "product": ["tea", "for anna-77", "gift from anna@example.org", "tea", "tea", None],
    "raw": [None, None, None, None, None, 'broken,"anna-77,x'],
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table(TABLE), path)
    return path


def test_a_person_is_found_by_id_or_mail_with_all_that_was_joined(source: Path) -> None:
    by_id = privacy.find_person([source], " ANNA-77", {"anna-old": "anna-77"})
    assert by_id.ids == {"anna-77", "anna-old"}
    assert by_id.contacts == {"anna-77", "anna@example.org"}
    by_mail = privacy.find_person([source], "eve@example.org", {})
    assert by_mail.contacts == {"eve@example.org"}


def test_a_shared_contact_does_not_take_others_rows(source: Path, tmp_path: Path) -> None:
    person = privacy.find_person([source], "anna-77", {})
    target = tmp_path / "left.parquet"
    assert privacy.without_person(source, target, person) == 4
    left = pq.read_table(target).to_pylist()
    assert [row["row"] for row in left] == [3, 5]
    assert left[0] == {"row": 3, "customer_id": "bob-1", "email": None, "product": None, "raw": None}
    assert left[1]["email"] == "eve@example.org"


def test_no_byte_of_the_person_is_left(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "left.parquet"
    privacy.without_person(source, target, privacy.find_person([source], "anna-77", {}))
    everything = str(pq.read_table(target).to_pydict()).lower() + str(pq.ParquetFile(target).metadata.to_dict()).lower()
    assert "anna" not in everything
    assert b"anna" not in target.read_bytes().lower()


def test_a_short_number_takes_only_its_own_rows(tmp_path: Path) -> None:
    source, target = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(pa.table({"customer_id": ["7", "77", "8"], "product": ["7", "7", "item 7"]}), source)
    assert privacy.without_person(source, target, privacy.find_person([source], "7", {})) == 1
    assert pq.read_table(target).to_pylist() == [
        {"row": 2, "customer_id": "77", "product": "7"},
        {"row": 3, "customer_id": "8", "product": "item 7"},
    ]


def test_without_its_key_a_pseudonym_matches_no_dictionary(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIFELONG_KEYS", str(tmp_path / "keys"))
    privacy.new_key("p1")
    key = privacy.read_key("p1")
    privacy.hide(source, key)
    hidden = pq.read_table(source).to_pydict()
    assert hidden["customer_id"][0] == hidden["customer_id"][1] == privacy.pseudonym("anna-77", key)
    assert hidden["email"][0] == hidden["email"][2] == hidden["email"][3]
    assert hidden["customer_id"][3:] == [None, None, None]
    assert hidden["raw"] == [None] * 6
    assert hidden["product"] == TABLE["product"]
    words = {"anna-77", "bob-1", "anna@example.org", "eve@example.org"}
    guesses = {h(w.encode()).hexdigest()[:32] for w in words for h in (hashlib.sha256, hashlib.md5, hashlib.sha1)}
    stored = {v for name in ("customer_id", "email") for v in hidden[name] if v}
    assert not guesses & stored
    assert os.stat(tmp_path / "keys" / "p1.key").st_mode & 0o077 == 0


def test_the_key_is_made_once_and_missed_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFELONG_KEYS", str(tmp_path / "keys"))
    with pytest.raises(AccessError) as caught:
        privacy.read_key("p1")
    assert caught.value.code == "E502"
    privacy.new_key("p1")
    first = privacy.read_key("p1")
    privacy.new_key("p1")
    assert privacy.read_key("p1") == first
    monkeypatch.delenv("LIFELONG_KEYS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert privacy.key_folder() == tmp_path / "data" / "lifelong" / "keys"


def test_rows_keep_their_numbers_over_many_pieces_and_twice(tmp_path: Path) -> None:
    """Numbers told by places are stored once rows go, and stay when more go."""
    first, second, third = (tmp_path / f"{i}.parquet" for i in range(3))
    names = [f"n{i}" for i in range(1, 200_001)]
    pq.write_table(pa.table({"customer_id": names}), first)
    privacy.without_person(first, second, privacy.find_person([first], "n5", {}))
    privacy.without_person(second, third, privacy.find_person([second], "n150000", {}))
    left = pq.read_table(third)
    assert left.column_names == ["row", "customer_id"]
    assert len(left) == 199_998
    assert all(
        name == f"n{row}" for row, name in zip(left["row"].to_pylist(), left["customer_id"].to_pylist(), strict=True)
    )
