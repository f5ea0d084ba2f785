"""``python -m bench``: print each bar as a ratio, and say which hold."""

from __future__ import annotations

import argparse
import platform
import time

from bench.bars import BARS, FULL
from bench.measure import FailedWorkError, Line


def main() -> int:
    """Measure what was asked for; 1 where a bar does not hold or a work failed."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "--size", type=lambda t: int(float(t)), default=FULL, help="rows, and customers, of the large cases"
    )
    parser.add_argument("--only", action="append", choices=list(BARS), help="measure this bar only; may be repeated")
    parser.add_argument("--rounds", type=int, default=3, help="medians over so many rounds")
    asked = parser.parse_args()
    print(
        f"{platform.machine()}, Python {platform.python_version()}, size {asked.size:,}, {asked.rounds} rounds",
        flush=True,
    )
    failed = 0
    for name, bar in BARS.items():
        if asked.only and name not in asked.only:
            continue
        print(f"\n{(bar.__doc__ or name).strip()}", flush=True)
        start = time.perf_counter()
        try:
            for line in bar(asked.size, asked.rounds):
                failed += line.holds is False
                print(_told(line), flush=True)
        except FailedWorkError as problem:
            failed += 1
            print(f"  FAILED  {problem}", flush=True)
        print(f"  ({time.perf_counter() - start:.0f} s)", flush=True)
    print(f"\n{failed} missed or failed" if failed else "\nall that was measured holds", flush=True)
    return int(failed > 0)


def _told(line: Line) -> str:
    word = {True: "holds ", False: "MISSED", None: "      "}[line.holds]
    ratio = "not measured" if line.ratio is None else f"{line.ratio:,.3g} {line.unit}"
    limit = "" if line.limit is None else f"{'at least' if line.is_least else 'at most'} {line.limit:,.3g}"
    return f"  {word}  {ratio:>14}  {limit:<14}  {line.what}: {line.ours}  |  {line.against}"


if __name__ == "__main__":
    raise SystemExit(main())
