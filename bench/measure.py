"""One work in one process of its own: seconds as the work itself counts them, and the memory's peak."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Measured:
    """Medians of seconds and of CPU seconds over the rounds, peak memory in GB, and what the work told (of the last round).

    ``seconds`` are those that the work counted itself, or the wall's; ``cpu`` are of the whole process, imports and all.
    """

    seconds: float
    cpu: float
    peak: float
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One ratio of a bar: what, ours, against what, the ratio, its limit; ``is_least`` for "at least so many times"."""

    what: str
    ours: str
    against: str
    ratio: float | None
    limit: float | None
    unit: str = "x"
    is_least: bool = False

    @property
    def holds(self) -> bool | None:
        """None where nothing was measured or nothing is demanded."""
        if self.ratio is None or self.limit is None:
            return None
        return self.ratio >= self.limit if self.is_least else self.ratio <= self.limit


class FailedWorkError(Exception):
    """The work ended with an error; the text holds its last words."""


def process(command: list[str], limit: float | None = None) -> tuple[float, float, float, str]:
    """Run a command to its end: wall and CPU seconds, peak memory in GB (of it and its children), what it printed."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=err, cwd=ROOT, env=_environment())
        try:
            _, status, usage = _wait(child, limit)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        seconds = time.perf_counter() - start
        out.seek(0)
        err.seek(0)
        if status:
            raise FailedWorkError(f"{' '.join(command[:4])} ...: {err.read().strip()[-400:]}")
        scale = 1e9 if sys.platform == "darwin" else 1e6
        return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale, out.read()


def _wait(child: subprocess.Popen[bytes], limit: float | None) -> tuple[int, int, Any]:
    """As os.wait4, with an end to patience."""
    start = time.monotonic()
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            return pid, child.returncode, usage
        if limit is not None and time.monotonic() - start > limit:
            raise FailedWorkError(f"stopped after {limit:.0f} s")
        time.sleep(0.002)


def _environment() -> dict[str, str]:
    # Installed packages have their bytecode, so ours must be let write its own: else it is compiled anew in each run.
    told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**told, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "MPLBACKEND": "agg"}


def jobs(works: dict[str, list[str]], rounds: int, limit: float | None = None) -> dict[str, Measured]:
    """Works by name, in turn, round by round, so that a busy minute falls on all of them."""
    told: dict[str, list[tuple[float, float, float, dict[str, Any]]]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, command in works.items():
            wall, cpu, peak, out = process(command, limit)
            facts = json.loads(out.strip().splitlines()[-1]) if out.strip().endswith("}") else {}
            told[name].append((float(facts.get("seconds", wall)), cpu, peak, facts))
    return {
        name: Measured(
            statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs), max(run[2] for run in runs),
            runs[-1][3],
        )
        for name, runs in told.items()
    }  # fmt: skip


def ours(work: str, *args: object) -> list[str]:
    """The command of one of our own works (see bench.work)."""
    return [sys.executable, "-m", "bench.work", work, *map(str, args)]
