"""Many who read at once: so many connections that stay open, each asking for the next page as soon as the last has come.

``python -m bench.load`` reads one JSON from its standard input (the server's port and token, the addresses with their
weights, connections, seconds) and prints one JSON: times by kind of address, failures, and its own processor time.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import time
from typing import Any


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, int]:
    """Send one request and read the whole answer: its status and its length in bytes."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    told = dict(line.split(": ", 1) for line in head[1:] if line)
    if told.get("transfer-encoding") != "chunked":
        length = int(told.get("content-length", "0"))
        await reader.readexactly(length)
        return int(head[0].split()[1]), length
    length = 0
    while size := int(await reader.readline(), 16):
        length += len(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return int(head[0].split()[1]), length


def written(task: dict[str, Any], path: str) -> bytes:
    """A request as a browser or a program sends it, with the token."""
    accept = "application/json" if path.startswith("/api/") else "text/html"
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{task['port']}\r\nAuthorization: Bearer {task['token']}\r\n"
        f"Accept: {accept}\r\nAccept-Encoding: gzip\r\n\r\n"
    ).encode()


async def one(task: dict[str, Any], number: int, end: float, told: list[tuple[str, float, int, int]]) -> None:
    """One connection until the end: kinds are drawn by weight, then an address of the kind."""
    rng = random.Random(number)
    kinds, weights = list(task["kinds"]), [kind["weight"] for kind in task["kinds"].values()]
    reader, writer = await asyncio.open_connection("127.0.0.1", task["port"])
    while time.perf_counter() < end:
        kind = rng.choices(kinds, weights)[0]
        request = written(task, rng.choice(task["kinds"][kind]["paths"]))
        began = time.perf_counter()
        status, length = await ask(reader, writer, request)
        told.append((kind, time.perf_counter() - began, status, length))
    writer.close()


async def load(task: dict[str, Any]) -> dict[str, Any]:
    """All connections at once, for so many seconds."""
    told: list[tuple[str, float, int, int]] = []
    began = time.perf_counter()
    end = began + task["seconds"]
    done = await asyncio.gather(
        *(one(task, number, end, told) for number in range(task["connections"])), return_exceptions=True
    )
    broken = [repr(one) for one in done if one is not None]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "kinds": {kind: _summed([row for row in told if row[0] == kind]) for kind in task["kinds"]},
        "all": _summed(told),
        "broken": broken,
        "seconds": time.perf_counter() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
    }


def _summed(rows: list[tuple[str, float, int, int]]) -> dict[str, Any]:
    times = sorted(row[1] for row in rows)

    def share(part: float) -> float:
        return 1000 * times[min(len(times) - 1, int(part * len(times)))] if times else 0.0

    wrong = [row[2] for row in rows if row[2] != 200]
    return {
        "count": len(rows),
        "p50": share(0.5),
        "p95": share(0.95),
        "p99": share(0.99),
        "kilobytes": sum(row[3] for row in rows) / max(len(rows), 1) / 1000,
        "wrong": len(wrong),
        "broken": sum(status >= 500 for status in wrong),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(load(json.load(sys.stdin)))))
