"""Files that are whole or absent."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lifelong.errors import StoreError
from lifelong.store import files

if TYPE_CHECKING:
    from pathlib import Path


def test_a_write_replaces_the_whole_file_and_leaves_no_other(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    files.write_bytes(target, b"one")
    files.write_bytes(target, b"two")
    assert target.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.bin"
    files.write_bytes(target, b"old")

    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(files, "sync", full)
    with pytest.raises(StoreError) as caught, files.disk_errors(tmp_path):
        files.write_bytes(target, b"new")
    assert caught.value.code == "E403"
    assert "full" in caught.value.what
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_sealed_json_comes_back_as_it_was(tmp_path: Path) -> None:
    payload = {"name": "żółć", "numbers": [1, 2.5, None], "inner": {"a": True}}
    files.write_sealed(tmp_path / "v.json", "kind/1", payload)
    assert files.read_sealed(tmp_path / "v.json", "kind/1") == payload


def test_every_single_flipped_byte_of_sealed_json_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "v.json"
    files.write_sealed(path, "kind/1", {"value": 12.25, "name": "abc"})
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        with pytest.raises(StoreError) as caught:
            files.read_sealed(path, "kind/1")
        assert caught.value.code in {"E401", "E404"}


def test_another_kind_is_told_apart_from_damage(tmp_path: Path) -> None:
    files.write_sealed(tmp_path / "v.json", "kind/2", {})
    with pytest.raises(StoreError, match="kind/2") as caught:
        files.read_sealed(tmp_path / "v.json", "kind/1")
    assert caught.value.code == "E404"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"{}", b"\xff\xfe", b'{"kind": 1, "sha256": 2, "payload": 3}']
)
def test_what_we_did_not_write_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "v.json").write_bytes(content)
    with pytest.raises(StoreError):
        files.read_sealed(tmp_path / "v.json", "kind/1")


def test_a_second_writer_is_told_who_holds_the_project(tmp_path: Path) -> None:
    with files.Lock(tmp_path, "rebuild"):
        code = (
            "import sys; from pathlib import Path; from lifelong.store import files\n"
            "from lifelong.errors import StoreError\n"
            "try:\n"
            "    with files.Lock(Path(sys.argv[1]), 'fit'): print('entered')\n"
            "except StoreError as e: print(e.as_dict())"
        )
        told = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
        ).stdout
    assert "E402" in told
    assert str(os.getpid()) in told
    assert "rebuild" in told


def test_a_lock_is_free_again_after_its_holder_and_survives_a_torn_note(tmp_path: Path) -> None:
    with files.Lock(tmp_path, "fit"):
        (tmp_path / ".lock").write_text("{torn")
        with pytest.raises(StoreError, match="another process"), files.Lock(tmp_path, "score"):
            pass
    with files.Lock(tmp_path, "score"):
        assert json.loads((tmp_path / ".lock").read_text())["verb"] == "score"


def test_leftovers_of_a_killed_process_are_swept(tmp_path: Path) -> None:
    (tmp_path / ".tmp-1-x").mkdir()
    (tmp_path / ".tmp-1-x" / "deep").mkdir()
    (tmp_path / ".tmp-1-x" / "deep" / "file").write_text("x")
    (tmp_path / ".tmp-2-y.parquet").write_text("x")
    (tmp_path / "kept").write_text("x")
    files.sweep(tmp_path)
    assert os.listdir(tmp_path) == ["kept"]


@pytest.mark.parametrize(
    ("number", "word"),
    [(errno.EROFS, "read-only"), (errno.EACCES, "permissions"), (errno.ENOTDIR, "stands"), (errno.EIO, "refused")],
)
def test_every_refusal_of_the_disk_has_a_code_and_a_fix(tmp_path: Path, number: int, word: str) -> None:
    with pytest.raises(StoreError) as caught, files.disk_errors(tmp_path):
        raise OSError(number, os.strerror(number), str(tmp_path / "f"))
    assert caught.value.code == "E403"
    assert word in str(caught.value)
    assert caught.value.fix


def test_other_failures_pass_through(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mine"), files.disk_errors(tmp_path):
        raise ValueError("mine")
