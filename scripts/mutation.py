"""The mutation score: how many small faults in src/lifelong/models the quick tests notice. Run by `make mutation`.

A random sample of fixed seed is drawn, spread over the files by the number of their faults. Each fault goes into a copy
of the project, never into the work tree, and a fresh process runs the tests that pass through its line, the likeliest
first. A fault is killed where a test fails or takes five times as long. Faults that cannot change a result are listed with their
reason in scripts/mutation.toml: they are run too, and counted apart only as long as they do survive.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutation"]
KEPT = ROOT / "mutants" / "last.json"
KILLED, SURVIVED, TIMEOUT, EQUIVALENT = "killed", "survived", "timeout", "equivalent"
#: CPU seconds that a process needs before its first test, and bytes that it may take.
BEFORE, MEMORY = 5.0, 6 * 2**30

Index = dict[str, dict[str, list[str]]]


def sample(found: dict[str, list[Mutant]], size: int, seed: int) -> list[Mutant]:
    """About ``size`` faults, by file in proportion to what it holds and at least one; a larger sample holds a smaller."""
    every = sum(map(len, found.values()))
    taken = []
    for file, here in sorted(found.items()):
        rng = random.Random(f"{seed} {file}")  # noqa: S311 - a draw, no secret
        mixed = rng.sample(here, len(here))
        taken += mixed[: max(1, round(size * len(here) / every))] if size < every else mixed
    random.Random(seed).shuffle(taken)  # noqa: S311 - a draw, no secret
    return taken


def wilson(killed: int, all_: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson's, which holds near 0 and 1 too)."""
    if not all_:
        return 0.0, 1.0
    z, p = 1.959964, killed / all_
    middle, half = p + z * z / (2 * all_), z * math.sqrt(p * (1 - p) / all_ + z * z / (4 * all_ * all_))
    return max(0.0, (middle - half) / (1 + z * z / all_)), min(1.0, (middle + half) / (1 + z * z / all_))


def copy_project(to: Path) -> None:
    """Sources and tests; the real data sets beside the checkout are found beside the copy."""
    for name in ("src", "tests"):
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", to)
    data = ROOT.parent / "shared"
    if data.is_dir():
        (to.parent / "shared").symlink_to(data)


class Witness:
    """A plugin of pytest: which test passes through which line, and how long it takes."""

    def __init__(self, cover: Any) -> None:
        self.cover, self.seconds = cover, defaultdict[str, float](float)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self.cover.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A part of a test is over."""
        self.seconds[report.nodeid] += report.duration


def run_tests(copy: Path, tests: list[str], limit: float = math.inf, notes: Path | None = None) -> int:
    """Run tests in a fresh process on the copy: pytest's exit code, or -1 where it took longer than the limit."""
    child = os.fork()
    if not child:
        _be_child(copy, tests, limit, notes)
    until = time.monotonic() + 4 * limit + 60  # the CPU's limit strikes first, unless the machine is very busy
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return -1


def _be_child(copy: Path, tests: list[str], limit: float, notes: Path | None) -> None:
    code = 3
    try:
        os.chdir(copy)
        sys.path[0] = str(copy / "src")
        sys.dont_write_bytecode = notes is None
        silence = os.open(copy / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if limit < math.inf:
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(limit),) * 2)
        import pytest

        arguments = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov", "--hypothesis-seed=0"]
        arguments += ["-m", "not slow and not spark", *tests]
        code = _watched(copy, arguments, notes) if notes else int(pytest.main(arguments))
        sys.stdout.flush()
    finally:
        os._exit(code)


def _watched(copy: Path, arguments: list[str], notes: Path) -> int:
    import coverage
    import pytest

    cover = coverage.Coverage(data_file=None, config_file=False, include=[f"{copy}/{SETTINGS['source']}/*"])
    cover.start()
    witness = Witness(cover)
    code = int(pytest.main(arguments, plugins=[witness]))
    cover.stop()
    data = cover.get_data()
    lines = {Path(f).name: data.contexts_by_lineno(f) for f in data.measured_files()}
    notes.write_text(json.dumps({"seconds": witness.seconds, "lines": lines}), encoding="utf-8")
    return code


def in_order(names: set[str], file: str, seconds: dict[str, float]) -> list[str]:
    """Tests of the file's own name first, then in the order of the settings, the quick ones first."""
    groups = SETTINGS["tests"]

    def place(name: str) -> tuple[bool, int, float, str]:
        group = next((i for i, g in enumerate(groups) if name.startswith(g)), len(groups))
        return Path(file).stem not in name, group, seconds.get(name, 0.0), name

    return sorted(names, key=place)


class Run:
    """The copy, and what is known of its tests."""

    def __init__(self, copy: Path) -> None:
        self.copy = copy
        notes = copy / "notes.json"
        if run_tests(copy, SETTINGS["tests"], notes=notes):
            raise SystemExit((copy / "output.txt").read_text()[-3000:] + "\nthe tests fail without any fault")
        known = json.loads(notes.read_text(encoding="utf-8"))
        self.seconds: dict[str, float] = known["seconds"]
        self.lines: Index = known["lines"]

    def tests(self, mutant: Mutant) -> list[str]:
        """The tests that pass through the statement; all of them where it runs at import, before any test."""
        names = set(self.lines.get(mutant.file, {}).get(str(mutant.statement), []))
        return in_order(set(self.seconds) if "" in names else names, mutant.file, self.seconds)

    def judge(self, mutant: Mutant) -> str:
        """Whether the tests notice this fault."""
        tests = self.tests(mutant)
        if not tests:
            return SURVIVED
        path = self.copy / SETTINGS["source"] / mutant.file
        source = path.read_bytes()
        for old in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            old.unlink()
        limit = BEFORE + 5.0 * sum(self.seconds[t] for t in tests)
        try:
            path.write_bytes(mutant.apply(source))
            code = run_tests(self.copy, tests, limit)
            if code in {4, 5}:  # the fault changed the names of the tests
                code = run_tests(self.copy, sorted({t.split("::")[0] for t in tests}), limit + 60)
        finally:
            path.write_bytes(source)
        return TIMEOUT if code == -1 else KILLED if code else SURVIVED


def equivalents() -> dict[tuple[Any, ...], str]:
    """Faults that cannot change a result, with the reason."""
    listed = tomllib.loads((ROOT / "scripts" / "mutation.toml").read_text(encoding="utf-8"))["equivalent"]
    return {(e["file"], e["text"], e["before"], e["after"], e.get("nth", 0)): e["reason"] for e in listed}


def table(results: list[tuple[Mutant, str]]) -> str:
    """Score by file and in all."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant, what in results:
        counts[mutant.file][what] += 1
        counts["in all"][what] += 1
    rows = [f"{'file':<18}{'killed':>8}{'survived':>10}{'equivalent':>12}   score  95 % interval"]
    for file in [*sorted(counts.keys() - {"in all"}), "in all"]:
        c = counts[file]
        killed = c[KILLED] + c[TIMEOUT]
        low, high = wilson(killed, killed + c[SURVIVED])
        score = killed / max(killed + c[SURVIVED], 1)
        rows.append(f"{file:<18}{killed:>8}{c[SURVIVED]:>10}{c[EQUIVALENT]:>12}{score:>8.1%}  {low:.1%} to {high:.1%}")
    return "\n".join([*rows, f"killed by the clock: {counts['in all'][TIMEOUT]}"])


def say(text: str) -> None:
    """A line for whoever waits."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def judge_all(run: Run, chosen: list[Mutant], before: dict[str, str]) -> list[tuple[Mutant, str]]:
    """What becomes of each fault; those that were killed before are not run again."""
    known, results, began = equivalents(), [], time.monotonic()
    KEPT.parent.mkdir(exist_ok=True)
    for i, mutant in enumerate(chosen, 1):
        what = before.get(repr(mutant.key), SURVIVED)
        if what == SURVIVED or (what == EQUIVALENT and mutant.key not in known):
            what = run.judge(mutant)
            if what != SURVIVED and mutant.key in known:
                say(f"listed as equivalent, but {what}: {mutant}")
            elif mutant.key in known:
                what = EQUIVALENT
            elif what == SURVIVED:
                say(f"{i:>4} {time.monotonic() - began:>5.0f} s  {mutant}")
        results.append((mutant, what))
        before[repr(mutant.key)] = what
        KEPT.write_text(json.dumps(list(before.items())), encoding="utf-8")
    return results


def main() -> None:
    """Draw, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=SETTINGS["sample"], help="how many faults")
    parser.add_argument("--seed", type=int, default=SETTINGS["seed"], help="another seed draws others")
    parser.add_argument("--again", action="store_true", help="run only those that were not killed the last time")
    asked = parser.parse_args()
    made = {p.name: mutants(p.name, p.read_bytes()) for p in sorted((ROOT / SETTINGS["source"]).glob("*.py"))}
    found = {file: here for file, (here, _) in made.items() if here}
    chosen = sample(found, asked.sample, asked.seed)
    before = dict(json.loads(KEPT.read_text(encoding="utf-8"))) if asked.again else {}
    sentences = sum(n for _, n in made.values())
    say(f"{len(chosen)} of {sum(map(len, found.values()))} faults; {sentences} sentences for people left out")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import mpmath  # noqa: F401 - these are loaded once, before the processes part
    import pytest  # noqa: F401 - likewise
    import scipy.special  # noqa: F401 - likewise

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve() / "lifelong"
        copy.mkdir()
        copy_project(copy)
        run = Run(copy)
        say(f"{len(run.seconds)} tests pass in {sum(run.seconds.values()):.0f} s")
        say(table(judge_all(run, chosen, before)))


if __name__ == "__main__":
    main()
