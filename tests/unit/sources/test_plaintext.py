"""The short way into memory says what the landing says, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifelong.sources import files, plaintext
from lifelong.store.engine import InMemory

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "customer_id,date,revenue\n"
ROWS = "1,2024-01-05,10.00\n2,2024-01-25,7.50\n"

TAKEN = {
    "plain": HEAD + ROWS,
    "no end of line": HEAD + ROWS.rstrip("\n"),
    "empty cells": HEAD + ROWS + ",2024-01-26,\n3,,1.00\n",
    "words for nothing": HEAD + ROWS + "NULL,2024-01-26,NaN\nnull,2024-01-26,\\N\n",
    "blanks": HEAD + ROWS + " 3 , 2024-01-26 ,\t1.00 \n",
    "carriage returns": (HEAD + ROWS).replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + HEAD + ROWS,
    "lines before the header": "a shop's orders\nmade 2024-02-01\n" + HEAD + ROWS,
    "letters": HEAD + ROWS + "żółw,2024-01-26,1.00\n",
    "signs": HEAD + ROWS + "o'neil # 7,2024-01-26,1.00\n",
    "semicolons": (HEAD + ROWS).replace(",", ";"),
    "one column twice": HEAD.replace("customer_id", "email") + "a@b.pl,2024-01-05,1.00\nc@d.pl,2024-01-25,2.00\n",
}
LEFT = {
    "quotes": HEAD + ROWS + '"3",2024-01-26,1.00\n',
    "empty lines": HEAD + ROWS + "\n3,2024-01-26,1.00\n",
    "empty lines with carriage returns": (HEAD + ROWS + "\n3,2024-01-26,1.00\n").replace("\n", "\r\n"),
    "bare carriage return": HEAD + ROWS + "3\r,2024-01-26,1.00\n",
    "a short row": HEAD + ROWS + "3,2024-01-26\n",
    "a long row": HEAD + ROWS + "3,2024-01-26,1.00,4\n",
    "a zero byte": HEAD + ROWS + "3\x00,2024-01-26,1.00\n",
}


def _plan(folder: Path, content: bytes) -> files.ReadPlan:
    path = folder / "orders.csv"
    path.write_bytes(content)
    return files.plan(path, currency="EUR", today=20_000)


def _same(plan: files.ReadPlan, folder: Path) -> bool:
    out = folder / "landing.parquet"
    files.extract(plan, out)
    made = plaintext.table(plan)
    return made is not None and made.to_pydict() == InMemory().raw(out).to_pydict()


@pytest.mark.parametrize("content", TAKEN.values(), ids=TAKEN)
def test_what_is_plain_is_read_as_the_landing_reads_it(content: str, tmp_path: Path) -> None:
    assert _same(_plan(tmp_path, content.encode()), tmp_path)


@pytest.mark.parametrize("content", LEFT.values(), ids=LEFT)
def test_what_can_be_read_in_two_ways_is_left_to_the_landing(content: str, tmp_path: Path) -> None:
    assert plaintext.table(_plan(tmp_path, content.encode())) is None


def test_broken_utf8_and_other_encodings_are_left(tmp_path: Path) -> None:
    sound = HEAD + ROWS + "żółw,2024-01-26,1.00\n" * 20
    assert plaintext.table(_plan(tmp_path, sound.encode() + b"\xff\xfe3,2024-01-26,1.00\n")) is None
    assert plaintext.table(_plan(tmp_path, sound.encode("cp1250"))) is None


def test_large_files_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = _plan(tmp_path, (HEAD + ROWS).encode())
    monkeypatch.setattr(plaintext, "MOST_BYTES", 10)
    assert plaintext.table(plan) is None


_CELL = st.text(st.sampled_from("a1 .;|'#\\-\t,é\u00a0\ufeff"), max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(_CELL, _CELL), max_size=5))
def test_any_cells_are_read_as_the_landing_reads_them(cells: list[tuple[str, str]], tmp_path: Path) -> None:
    rows = ROWS * 3 + "".join(f"{who},2024-01-26,{amount}\n" for who, amount in cells)
    plan = _plan(tmp_path, (HEAD + rows).encode())
    assert plaintext.table(plan) is None or _same(plan, tmp_path)
