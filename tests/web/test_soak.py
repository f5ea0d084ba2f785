"""Twenty minutes of mixed traffic on one server: its memory and its open files stay, and nothing fails.

LIFELONG_SOAK_MINUTES makes it shorter. Run by `make slow`.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.web import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="memory and open files are read from /proc"),
]

MINUTES = float(os.environ.get("LIFELONG_SOAK_MINUTES", "20"))
#: Jobs are stopped in the first quarter; the last is compared with the third; so much may memory have grown by then.
WARM, GROWTH = 0.25, 0.05
READERS = 4
PAGES = (
    "/today", "/", "/customers", "/segments", "/cohorts", "/channels", "/budget", "/calculator", "/forecast", "/equity",
    "/models", "/glossary", "/import", "/exports", "/reports", "/fr/today", "/ru/customers?by=alive", "/fr/cohorts",
    "/static/app.css", "/api/v1/status", "/api/v1/verbs", "/api/v1/definitions", "/api/v1/jobs", "/api/v1/openapi.json",
)  # fmt: skip
#: Where an answer may be on the way (202), or an import may hold the project at that moment (409).
ALSO = {"/api/v1/status": (202,), "/import": (409,)}
#: What is wrong, and what it is answered; somebody whom nobody knows is looked for by a job after each import.
WRONG = (
    ("GET", "/nowhere", b"", (404,)), ("GET", "/customers/nobody", b"", (404, 200)), ("GET", "/api/v1/customers?cursor=abcd", b"", (409,)),
    ("GET", "/cohorts?measure=nonsense", b"", (404,)), ("POST", "/api/v1/cohorts", b'{"by": 3}', (422,)),
    ("POST", "/api/v1/cohorts", b"{", (422,)), ("DELETE", "/today", b"", (405,)), ("POST", "/login", b"x" * 5000, (413,)),
)  # fmt: skip


@dataclass
class Traffic:
    """What was asked so far, and what was not answered as it should be."""

    asked: int = 0
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, what: str, status: int, *wanted: int) -> None:
        """Count one answer."""
        with self.lock:
            self.asked += 1
            if status not in wanted:
                self.wrong.append(f"{what}: {status}")


class Caller:
    """One connection that stays open, with the token."""

    def __init__(self, server: Any) -> None:
        self.token = server.token
        self.line = http.client.HTTPConnection("127.0.0.1", int(server.base.rpartition(":")[2]), timeout=120)

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> tuple[int, bytes, str]:
        """Status, body and location of the answer."""
        headers = {"authorization": f"Bearer {self.token}", "content-type": kind, "accept-encoding": "gzip"}
        headers["accept"] = "application/json" if path.startswith("/api/") else "text/html"
        self.line.request(method, path, body or None, headers)
        answer = self.line.getresponse()
        told = answer.read()
        return answer.status, told, answer.getheader("location") or ""


def read(server: Any, seed: int, end: float, traffic: Traffic) -> None:
    """Pages, single customers, lists, the calculator with other numbers, and requests that are wrong."""
    rng, caller = random.Random(seed), Caller(server)
    while time.monotonic() < end:
        kind = rng.randrange(10)
        if kind == 0:
            method, path, body, wanted = rng.choice(WRONG)
            traffic.tell(f"{method} {path}", caller.ask(method, path, body)[0], *wanted)
            continue
        path = rng.choice(PAGES)
        if kind in (1, 2, 3):
            path = f"/customers/K{rng.randrange(300):04d}"
        elif kind in (4, 5):
            path = (
                f"/customers?{urlencode({'by': rng.choice(('value', 'alive', 'orders')), 'page': rng.randint(1, 12)})}"
            )
        elif kind == 6:
            path = f"/calculator?{urlencode({'churn': f'{rng.uniform(1, 20):.2f}%', 'invoice': 90, 'new_customers': 9, 'spend': 700})}"
        traffic.tell(f"GET {path}", caller.ask("GET", path)[0], 200, *ALSO.get(path, ()))
        time.sleep(0.02)
    caller.line.close()


def work(server: Any, end: float, traffic: Traffic) -> None:
    """Jobs and imports, one after another: questions by REST, files by the page and by REST, jobs that are stopped."""
    caller = Caller(server)
    for number in itertools.count():
        if time.monotonic() > end:
            caller.line.close()
            return
        for verb, told in (
            ("cohorts", {"by": ("month", "quarter")[number % 2]}), ("segment", {"rule": f"value > {number % 50}"}),
            ("forecast", {"months": 1 + number % 12}), ("tiers", {}), ("opportunities", {}), ("alerts", {}),
        ):  # fmt: skip
            status, _, _ = caller.ask("POST", f"/api/v1/{verb}", json.dumps(told).encode())
            traffic.tell(f"POST {verb}", status, 200, 202)
        if time.monotonic() < end - 60 * MINUTES * (
            1 - WARM
        ):  # a stopped job ends the worker, and a new one begins small
            _stop(caller, traffic)
        spend = f"date,source,medium,campaign,cost,currency\n2026-07-{1 + number % 28:02d},x,cpc,c{number % 5},{number % 90}.50,EUR\n"
        _send(caller, "spend.csv", spend.encode(), "spend", traffic)
        _send(caller, "wrong.csv", b"what,is,this\n1,2,3\n" * 50, "ingest", traffic)
        if number % 4 == 3:
            traffic.tell(
                "POST value", _over(caller, *caller.ask("POST", "/api/v1/value", b'{"horizon": "26w"}')[:2]), 200
            )
        _form(caller, number, traffic)


def _stop(caller: Caller, traffic: Traffic) -> None:
    """A job that is stopped."""
    status, told, _ = caller.ask("POST", "/api/v1/drivers", b"{}")
    if status == 202:
        job = json.loads(told)["id"]
        traffic.tell("stop a job", caller.ask("POST", f"/api/v1/jobs/{job}/cancel", b"")[0], 200)


def _send(caller: Caller, name: str, data: bytes, verb: str, traffic: Traffic) -> None:
    """A file by REST, and then the verb that reads it, waited for."""
    status, told, _ = caller.ask("POST", f"/api/v1/uploads?name={name}", data, "application/octet-stream")
    traffic.tell("upload", status, 201)
    asked = {"file": json.loads(told)["upload"]}
    status, told, _ = caller.ask("POST", f"/api/v1/{verb}", json.dumps(asked).encode())
    traffic.tell(f"POST {verb}", _over(caller, status, told), 200, 422)


def _over(caller: Caller, status: int, told: bytes) -> int:
    """The status of what became of a job."""
    if status != 202:
        return status
    job = json.loads(told)["id"]
    while True:
        now = json.loads(caller.ask("GET", f"/api/v1/jobs/{job}")[1])
        if now["state"] == "done":
            return 200
        if now["state"] not in ("queued", "running"):
            return 422 if now["error"] and not now["error"]["code"].startswith("E9") else 500
        time.sleep(0.1)


def _form(caller: Caller, number: int, traffic: Traffic) -> None:
    """A file by the page's form: sent, looked at, read."""
    rows = "".join(f"S{number}-{i},2026-06-{1 + i % 28:02d},{10 + i}.00\n" for i in range(20))
    head = '--b\r\ncontent-disposition: form-data; name="file"; filename="more.csv"\r\n\r\n'
    body = f"{head}customer_id,date,total\n{rows}\r\n--b--\r\n".encode()
    status, _, place = caller.ask("POST", "/import/file", body, "multipart/form-data; boundary=b")
    traffic.tell("POST /import/file", status, 303)
    traffic.tell("GET columns", caller.ask("GET", place)[0], 200)
    upload = parse_qs(urlsplit(place).query)["upload"][0]
    told = {
        "upload": upload, "kind": "orders", "name-0": "customer_id", "as-0": "customer_id", "name-1": "date",
        "as-1": "ordered_at", "name-2": "total", "as-2": "revenue",
    }  # fmt: skip
    form = "application/x-www-form-urlencoded"
    status, _, place = caller.ask("POST", "/import/read", urlencode(told).encode(), form)
    traffic.tell("POST /import/read", status, 303)
    traffic.tell("GET job", caller.ask("GET", place)[0], 200)


@dataclass(frozen=True)
class Sample:
    """One look at the server: minutes since the begin, memory of it and of its worker in MB, and its open files."""

    minute: float
    server: float
    worker: float
    files: int


def sampled(pid: int, began: float) -> Sample:
    """What /proc says now; sockets are callers', not files."""
    links = []
    for one in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(str(one.readlink()))
        except FileNotFoundError:  # closed between the list and the look
            continue
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    threads = [Path(f"/proc/{pid}/task/{task.name}/children") for task in Path(f"/proc/{pid}/task").iterdir()]
    for path in threads:  # a process is the child of the thread that began it
        try:
            children += path.read_text().split()
        except FileNotFoundError:
            continue
    worker = sum(_memory(int(child)) for child in set(children))
    files = sum(link.startswith(("/", "pipe:")) for link in links)
    return Sample((time.monotonic() - began) / 60, _memory(pid), worker, files)


def _memory(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1000
    except (FileNotFoundError, IndexError):  # it has just ended
        return 0.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Any]:
    with serving.serving(serving.rich_project(tmp_path / "soak", 300)) as one:
        yield one


def test_memory_and_files_stay_and_nothing_fails(server: Any) -> None:
    traffic, began = Traffic(), time.monotonic()
    end = began + 60 * MINUTES
    threads = [threading.Thread(target=read, args=(server, seed, end, traffic)) for seed in range(READERS)]
    threads.append(threading.Thread(target=work, args=(server, end, traffic)))
    for thread in threads:
        thread.start()
    samples = []
    while time.monotonic() < end:
        time.sleep(max(1.0, MINUTES * 60 / 240))
        samples.append(sampled(server.process.pid, began))
    for thread in threads:
        thread.join(300)
    assert not any(thread.is_alive() for thread in threads)
    early = [one for one in samples if 2 * WARM <= one.minute / MINUTES < 3 * WARM]
    late = [one for one in samples if one.minute / MINUTES >= 1 - WARM]

    def middle(rows: list[Sample], what: str) -> float:
        return float(sorted(getattr(one, what) for one in rows if getattr(one, what))[len(rows) // 2 - 1])

    told = {what: (middle(early, what), middle(late, what)) for what in ("server", "worker")}
    files = [min(one.files for one in rows) for rows in (early, late)]  # what is open for a moment is above it
    print(f"\n{traffic.asked:,} requests in {MINUTES:g} minutes; {told}, files {files}", flush=True)
    for one in samples[:: max(1, len(samples) // 20)]:
        print(f"{one.minute:6.1f} min  server {one.server:7.1f} MB  worker {one.worker:7.1f} MB  {one.files} files")
    assert not traffic.wrong, (len(traffic.wrong), traffic.wrong[:20])
    assert traffic.asked > 100 * MINUTES
    for what in ("server", "worker"):
        assert told[what][1] <= told[what][0] * (1 + GROWTH), told
    assert files[0] == files[1], samples
