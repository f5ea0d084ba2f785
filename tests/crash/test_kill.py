"""kill -9 at random moments: the project always reopens, nothing acknowledged is lost, nothing is half there."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from lifelong import Project

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 200
VERBS = ("ingest", "fit", "rebuild", "forget")
VICTIM = "victim-4711"

# One process does one verb and says so on standard output once the verb has returned: that is the acknowledgement.
WORKER = """
import sys
from lifelong import Project
verb, folder, argument = sys.argv[1:4]
print("begin", flush=True)
shop = Project(folder, create=False)
if verb == "ingest": shop.ingest(argument)
elif verb == "fit": shop.fit("bg_nbd")
elif verb == "rebuild": shop.rebuild()
elif verb == "forget": shop.forget(argument)
elif verb == "ingest_subscriptions": shop.ingest_subscriptions(argument)
print("done", flush=True)
"""


def _orders(path: Path, first: int, customers: int) -> Path:
    rng = random.Random(first)
    lines = ["order_id,customer_id,date,total"]
    for customer in range(first, first + customers):
        name = VICTIM if customer == first + 3 else f"c{customer}"
        for _ in range(rng.randint(1, 5)):
            day = time.strftime("%Y-%m-%d", time.gmtime(86400 * (18000 + rng.randint(0, 700))))
            lines.append(f"o{len(lines)}-{first},{name},{day},{rng.randint(100, 9900) / 100:.2f}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    """A project with one file in it, a second file to come, and what status says before and after each verb."""
    base = tmp_path_factory.mktemp("crash")
    first, second = _orders(base / "first.csv", 0, 400), _orders(base / "second.csv", 10_000, 400)
    shop = Project(base / "shop")
    shop.ingest(first)
    before = _content(shop)
    told = {"before": before}
    for name, act in (("ingest", lambda p: p.ingest(second)), ("forget", lambda p: p.forget(VICTIM))):
        copy = base / f"after-{name}"
        shutil.copytree(base / "shop", copy)
        changed = Project(copy, create=False)
        act(changed)
        told[name] = _content(changed)
        shutil.rmtree(copy)
    return base, second, told


def _content(shop: Project) -> str:
    return str(shop.status().facts["content"])


def _run(verb: str, folder: Path, argument: str, after: float) -> tuple[bool, float]:
    """Start a worker, kill it so many seconds after it began; returns whether it had acknowledged, and its time."""
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, verb, str(folder), argument], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "begin\n"
    began = time.monotonic()
    try:
        worker.wait(timeout=after)
    except subprocess.TimeoutExpired:
        os.kill(worker.pid, signal.SIGKILL)
    with worker.stdout as pipe:
        told = pipe.read()
    worker.wait()
    return told == "done\n", time.monotonic() - began


@pytest.mark.slow
def test_two_hundred_kills(template: tuple[Path, Path, dict[str, Any]], tmp_path: Path) -> None:
    base, second, told = template
    rng = random.Random(20261123)
    arguments = {"ingest": str(second), "fit": "", "rebuild": "", "forget": VICTIM}
    spans: dict[str, float] = {}
    for verb in VERBS:
        folder = tmp_path / "whole"
        shutil.copytree(base / "shop", folder)
        acknowledged, spans[verb] = _run(verb, folder, arguments[verb], after=120)
        assert acknowledged
        shutil.rmtree(folder)
    torn = 0
    for number in range(KILLS):
        verb = VERBS[number % len(VERBS)]
        folder = tmp_path / f"kill-{number}"
        shutil.copytree(base / "shop", folder)
        acknowledged, _ = _run(verb, folder, arguments[verb], after=rng.uniform(0.0, 1.1) * spans[verb])
        torn += not acknowledged
        _is_whole(folder, verb, told, acknowledged=acknowledged)
        shutil.rmtree(folder)
    assert torn > KILLS // 3, "most kills must have struck in the midst of the work"


def _is_whole(folder: Path, verb: str, told: dict[str, Any], *, acknowledged: bool) -> None:
    shop = Project(folder, create=False)
    assert shop.check().errors == 0
    content = _content(shop)
    if acknowledged and verb in told:
        assert content == told[verb]
    else:
        assert content in {told["before"], told.get(verb, told["before"])}
    left = list(folder.rglob(".tmp-*"))
    assert not left, f"leftovers after the next verb: {left}"
    if verb == "forget" and content == told["forget"]:
        assert not _holds(folder, VICTIM), "forgotten, yet still in a file"
    if verb == "fit":
        shop.fit("bg_nbd")
        assert json.loads(next((folder / "fits").glob("*.json")).read_text())["payload"]["model"] == "bg_nbd"


def _holds(folder: Path, word: str) -> bool:
    """Whether any file of the project holds the word, in its bytes or in its decompressed rows."""
    import pyarrow.parquet as pq

    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode("latin-1")
            if path.suffix == ".parquet":
                text += str(pq.read_table(path).to_pydict()) + str(pq.ParquetFile(path).metadata.to_dict())
            if word in text:
                return True
    return False


def _subscriptions(path: Path, first: int, customers: int) -> Path:
    lines = ["customer,subscription id,start,end,price,period"]
    for i in range(first, first + customers):
        name = VICTIM if i == 3 else f"c{i}"
        lines.append(f"{name},s{i},2024-{1 + i % 12:02d}-{1 + i % 28:02d},,{i % 40 + 1}.50,month")
    path.write_text("\n".join(lines) + "\n")
    return path


def _both(shop: Project) -> tuple[str, str]:
    facts = shop.rebuild().facts
    return str(facts["content"]), str(facts["subscribed"])


@pytest.mark.slow
def test_kills_of_verbs_that_touch_subscriptions(tmp_path: Path) -> None:
    """An export that tells most of an earlier one again, and a person in orders and subscriptions: before, or after."""
    shop = Project(tmp_path / "shop", settings={"currency": "EUR"})
    shop.ingest(_orders(tmp_path / "orders.csv", 0, 200))
    shop.ingest_subscriptions(_subscriptions(tmp_path / "june.csv", 0, 300))
    later = _subscriptions(tmp_path / "july.csv", 0, 400)
    before, rng, torn, kills = _both(shop), random.Random(20261128), 0, 40
    for verb, argument in (("ingest_subscriptions", str(later)), ("forget", VICTIM)):
        whole = tmp_path / verb
        shutil.copytree(shop.path, whole)
        acknowledged, span = _run(verb, whole, argument, after=120)
        assert acknowledged
        after = _both(Project(whole, create=False))
        assert after != before
        for number in range(kills // 2):
            folder = tmp_path / f"{verb}-{number}"
            shutil.copytree(shop.path, folder)
            acknowledged, _ = _run(verb, folder, argument, after=rng.uniform(0.0, 1.1) * span)
            torn += not acknowledged
            again = Project(folder, create=False)
            assert again.check().errors == 0
            now = _both(again)
            assert now == after or (now == before and not acknowledged)
            assert not list(folder.rglob(".tmp-*"))
            assert verb != "forget" or now == before or not _holds(folder, VICTIM)
            shutil.rmtree(folder)
    assert torn > kills // 4, "many kills must have struck in the midst of the work"
