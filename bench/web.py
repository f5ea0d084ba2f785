"""The web app: what a user waits for in Chromium, and what fifty who read at once wait for."""

from __future__ import annotations

import os
import statistics
from typing import TYPE_CHECKING, Any

from bench import painted, served, shop
from bench.measure import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

PAINT, INTERACTION, P95 = 300.0, 100.0, 200.0  # milliseconds
CONTEXTS = 5
SECONDS = 60.0
#: A user's project, and the large one; a size below the usual one cuts both.
USUAL, LARGE = 100_000, 1_000_000


def web(size: int, rounds: int) -> Iterator[Line]:
    """13. The web app: first paint and interaction at 100,000 customers; reads at a million by 50 connections for 60 s.

    Warm: every page was opened until none of its numbers was still computed, so that answers are kept; browsers are fresh.
    """
    yield from _seen(min(size, USUAL), rounds)
    yield from _read(min(size, LARGE))


def _seen(count: int, rounds: int) -> Iterator[Line]:
    """Chromium at a user's size."""
    project = shop.tested(count)
    with served.serving(project) as server:  # answers come to be kept; the next server is the one that is measured
        for path in (*served.PAGES.values(), "/customers/77"):
            served.visit(server, path)
    with served.serving(project) as server, painted.chromium() as browser:
        for name in ("Today", "Overview"):
            first, _ = served.visit(server, served.PAGES[name])
            yield Line(
                f"{name}, first visit after the start", f"{1000 * first:.0f} ms", _busy(), 1000 * first, None, "ms"
            )
        for path in served.PAGES.values():
            served.visit(server, path)
        for name, times in painted.painted(browser, server, CONTEXTS).items():
            what = f"first contentful paint of {name}, {count:,} customers"
            yield Line(what, painted.middle(times), _busy(), statistics.median(times), PAINT, "ms")
        for name, times in painted.interactions(browser, server, max(rounds, CONTEXTS)).items():
            yield Line(name, painted.middle(times), _busy(), statistics.median(times), INTERACTION, "ms")


def _read(count: int) -> Iterator[Line]:
    """Fifty connections at the large size."""
    with served.serving(shop.tested(count)) as server:
        for path in served.PAGES.values():
            served.visit(server, path)
        names = served.ids(server)
        served.visit(server, f"/customers/{names[0]}")
        kinds = served.mix(server, names)
        served.loaded(server, kinds, SECONDS / 12)  # the first sort by each column
        got = served.loaded(server, kinds, SECONDS)
        memory = server.memory()
    for name, told in got["kinds"].items():
        yield Line(name, _times(told), _busy(), told["p95"], None, "ms")
    everything = got["all"]
    rate = everything["count"] / got["seconds"]
    shares = f"server {got['server_cpu'] / got['seconds']:.0%}, client {got['cpu'] / got['seconds']:.0%} of one core"
    what = f"p95 of all reads, {count:,} customers, 50 connections, {SECONDS:.0f} s"
    yield Line(what, _times(everything), f"{rate:.0f} a second; {shares}; {_busy()}", everything["p95"], P95, "ms")
    failed = everything["wrong"] + len(got["broken"])
    yield Line("answers that are not 200", f"{failed}", f"of {everything['count']:,}", float(failed), 0.0, "")
    yield Line("memory of the server", f"{memory:.2f} GB", f"{count:,} customers", memory, None, "GB")


def _times(told: dict[str, Any]) -> str:
    return f"p50 {told['p50']:.0f}, p95 {told['p95']:.0f}, p99 {told['p99']:.0f} ms of {told['count']:,}"


def _busy() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
