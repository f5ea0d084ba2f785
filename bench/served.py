"""A real ``lifelong serve`` over a project of a simulated shop, its pages warmed, and what reads from it."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import ROOT, FailedWorkError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Pages that a user opens: name and address. One customer is another in each visit.
PAGES = {
    "Today": "/today",
    "Overview": "/",
    "Customers": "/customers",
    "Segments": "/segments",
    "Cohorts": "/cohorts",
    "Channels": "/channels",
    "Budget lab": "/budget",
    "Calculator": "/calculator",
    "Forecast": "/forecast",
    "Customer equity": "/equity",
    "Models": "/models",
    "Reports": "/reports",
    "Exports": "/exports",
    "Data": "/import",
    "Glossary": "/glossary",
}
#: Seconds after which an answer that is still computed is given up.
PATIENCE = 600.0


@dataclass(frozen=True)
class Server:
    """A running server: its process, its port, its token."""

    process: subprocess.Popen[str]
    port: int
    token: str

    @property
    def entry(self) -> str:
        """The address by which a browser logs in."""
        return f"http://127.0.0.1:{self.port}/login?token={self.token}"

    def get(self, path: str) -> str:
        """What a GET answers, as text."""
        accept = "application/json" if path.startswith("/api/") else "text/html"
        headers = {"authorization": f"Bearer {self.token}", "accept": accept, "accept-encoding": "gzip"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            told = answer.read()
            return (gzip.decompress(told) if answer.headers.get("content-encoding") == "gzip" else told).decode()

    def cpu(self) -> float:
        """Processor seconds of the server so far, its worker not among them."""
        told = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Resident memory of the server in GB."""
        told = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(told.partition("VmRSS:")[2].split()[0]) / 1e6


@contextmanager
def serving(project: Path) -> Iterator[Server]:
    """A server on a free port."""
    program = str(Path(sys.executable).with_name("lifelong"))
    command = [program, "serve", "--project", str(project), "--port", "0", "--json", "--no-open"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        base, _, token = json.loads(process.stdout.readline())["address"].partition("/login?token=")
        yield Server(process, int(base.rpartition(":")[2]), token)
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()


def visit(server: Server, path: str) -> tuple[float, float]:
    """Seconds until a page is there, and until no number of it is still computed."""
    began = time.perf_counter()
    page = server.get(path)
    first = time.perf_counter() - began
    while "data-job=" in page:
        if time.perf_counter() - began > PATIENCE:
            raise FailedWorkError(f"{path} is not done after {PATIENCE:.0f} s")
        time.sleep(0.1)
        page = server.get(path)
    return first, time.perf_counter() - began


def ids(server: Server, count: int = 20_000) -> list[str]:
    """Ids of customers from all over the list."""
    told = json.loads(server.get("/api/v1/customers?limit=1"))
    rng, found = random.Random(7), set()
    while len(found) < min(count, told["total"]):
        found.add(str(rng.randrange(told["total"])))
    return sorted(found)


def mix(server: Server, names: list[str]) -> dict[str, Any]:
    """Kinds of addresses, with their weights: each page, and three times as often lists and single customers."""
    rng = random.Random(8)
    told = json.loads(server.get("/api/v1/customers?limit=1"))
    pages = max(1, told["total"] // 25)
    sorts = ("value", "alive", "orders", "historic", "total", "at_risk", "silent_days", "customer_id")
    lists = [f"/customers?by={rng.choice(sorts)}&page={rng.randint(1, pages)}" for _ in range(20_000)]
    rest = [
        f"/api/v1/customers?sort={sort}&limit={limit}&order={order}"
        for sort in sorts for limit in (25, 100) for order in ("desc", "asc")
    ]  # fmt: skip
    kinds = {f"page {name}": ([path], 1) for name, path in PAGES.items()}
    kinds |= {
        "page Customers, any page of the list": (lists, 3),
        "page of one customer": ([f"/customers/{name}" for name in names], 3),
        "REST customers": (rest, 3),
        "REST one customer": ([f"/api/v1/customers/{name}" for name in names], 3),
        "REST status": (["/api/v1/status"], 1),
        "REST verbs, definitions": (["/api/v1/verbs", "/api/v1/definitions"], 1),
        "REST jobs": (["/api/v1/jobs?limit=20"], 1),
    }
    return {name: {"paths": paths, "weight": weight} for name, (paths, weight) in kinds.items()}


def loaded(server: Server, kinds: dict[str, Any], seconds: float, connections: int = 50) -> dict[str, Any]:
    """What so many connections met for so long (see bench.load); with the processor seconds of the server."""
    task = {
        "port": server.port, "token": server.token, "kinds": kinds, "seconds": seconds, "connections": connections,
    }  # fmt: skip
    before = server.cpu()
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise FailedWorkError(f"the load: {done.stderr[-300:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told | {"server_cpu": server.cpu() - before}
