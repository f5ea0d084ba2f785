"""The verbs of tiers: who belongs to which, and how customers go from one to another over the stored runs.

Everybody's tier is kept beside the run, since the next run must know it: what has been told of a customer stays told.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.project import asked, runs
from lifelong.project.trending import latest_of
from lifelong.units import Rate, day_of, minor_digits
from lifelong.values.findings import Finding
from lifelong.values.tiers import Migration, Tier, Tiers

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.decide.tiers import Cuts
    from lifelong.project.folder import Folder
    from lifelong.project.runs import Run

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

YEAR = 365.25
UNEVEN = 1.5  # a period so much longer than the shortest is told


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A run with everybody's tier in it, and the tier before in the same order."""

    run: Run
    rows: pa.Table
    tier: Ints
    before: Ints


def tiers(folder: Folder, cuts: Cuts, horizon: str, out: Path | None) -> Tiers:
    """Everybody's tier by the latest run, and who moved since the run of an earlier day."""
    import pyarrow as pa

    from lifelong.decide import tiers as decide
    from lifelong.decide.profitable import shares
    from lifelong.score.trend import worth

    with folder.writing("tiers"):
        placed, at = _placed(folder, cuts, horizon)
        now, told = placed[-1], placed[-1].run.told
        value = worth(now.rows)
        made = decide.tiered(value, _order(now.rows), _days(at, now), now.before, cuts)
    names, size = cuts.names, len(cuts.names)
    digits = minor_digits(told["currency"])
    sums = np.asarray(np.bincount(now.tier, value, size), np.float64)
    chance = made.chance[np.arange(len(value)), now.tier]
    count = np.bincount(now.tier, minlength=size)
    alone = np.bincount(made.by_cut, minlength=size)
    sure = np.bincount(now.tier, chance, size) / np.maximum(count, 1)
    rows = [
        Tier(name, int(count[i]), int(alone[i]), minor, float(sums[i] / sums.sum()), float(sure[i]))
        for i, (name, minor) in enumerate(zip(names, shares(value, now.tier, size, digits), strict=True))
    ]
    has_before = len(placed) > 1
    labels = np.array([*names, ""])
    table = pa.table({
        "customer_id": now.rows["customer_id"], "tier": pa.array(now.tier + 1, pa.int32()), "name": labels[now.tier],
        "before": labels[now.before], "by_cut": pa.array(made.by_cut + 1, pa.int32()), "chance": chance, "value": value,
    })  # fmt: skip
    by_cut = _by_cut(placed[-2], cuts) if has_before else now.before
    moved = decide.moves(now.before, now.tier, size).tolist() if has_before else []
    answer = Tiers(
        told["as_of"], placed[-2].run.told["as_of"] if has_before else "", told["currency"], told["definition"], digits,
        tuple(rows), tuple(tuple(row) for row in moved), decide.churn(now.before, now.tier),
        decide.churn(_aligned(placed[-2], now.rows, by_cut), made.by_cut) if has_before else 0.0, table,
        () if has_before else (_alone(told["as_of"]),),
    )  # fmt: skip
    return replace(answer, path=str(_written(answer, out))) if out else answer


def migration(folder: Folder, cuts: Cuts, horizon: str, discount: str) -> Migration:
    """Chances of moves over all stored runs of one question, what they lead to, and what each tier is worth."""
    from lifelong.decide import migration as moves
    from lifelong.decide import tiers as decide

    with folder.writing("migration"):
        placed, _ = _placed(folder, cuts, horizon)
    if len(placed) < 2:
        raise DataError(
            "E425", "scores of one day only are kept", where="scores/ in the project",
            why="a move is from an earlier day to a later one",
            fix="score again when later orders are in:  lifelong ingest FILE, lifelong score, lifelong migration",
        )  # fmt: skip
    size, told = len(cuts.names), placed[-1].run.told
    counts = [decide.moves(p.before, p.tier, size)[:-1] for p in placed[1:]]
    days = np.diff([day_of(p.run.told["as_of"]) for p in placed])
    every = float(np.median(days))
    rate = Rate.parse(discount) if discount else placed[-1].run.question.discount
    each = (1.0 + rate.per_year) ** (every / YEAR) - 1.0
    pooled = np.sum(counts, axis=0)
    chances, brings = moves.matrix(pooled), _brought(placed, size)
    low80, high80 = moves.interval(pooled, 0.8)
    low90, high90 = moves.interval(pooled, 0.9)
    return Migration(
        tuple(p.run.told["as_of"] for p in placed), every, told["currency"], told["definition"], cuts.names,
        _rows(pooled), _rows(chances), _rows(low80), _rows(high80), _rows(low90), _rows(high90),
        moves.drift(np.sum(counts[:-1], axis=0), counts[-1])[2] if len(counts) > 1 else None,
        tuple(moves.mix(chances).tolist()),
        tuple((np.bincount(placed[-1].tier, minlength=size) / len(placed[-1].tier)).tolist()),
        tuple(brings.tolist()), tuple(moves.long_run(chances, brings, each).tolist()) if each > 0 else None, each,
        (*_uneven(days), *([] if each > 0 else [_no_bound()])),
    )  # fmt: skip


def latest_tiers(folder: Folder, cuts: Cuts) -> tuple[pa.Table, Ints]:
    """The rows of the latest run, and each customer's tier in their order; the caller holds the folder."""
    now = _placed(folder, cuts, "")[0][-1]
    return now.rows, now.tier


def _placed(folder: Folder, cuts: Cuts, horizon: str) -> tuple[list[Placed], asked.Base]:
    """The runs of the latest one's question, one a day, each with everybody's tier."""
    known = runs.kept(folder)
    latest = latest_of(folder, known, horizon)
    same = {r.told["as_of"]: r for r in known if r.asked == latest.asked and r.told["as_of"] < latest.told["as_of"]}
    at = asked.base(folder)
    placed: list[Placed] = []
    for run in [*same.values(), latest]:
        placed.append(_place(run, at, cuts, placed[-1] if placed else None))
    return placed, at


def _place(run: Run, at: asked.Base, cuts: Cuts, last: Placed | None) -> Placed:
    """Everybody's tier in a run: as it was told, or from the run before."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from lifelong.decide import tiers as decide
    from lifelong.score.trend import worth
    from lifelong.store import files

    rows = run.rows()
    before = _aligned(last, rows, last.tier) if last else np.full(len(rows), decide.NEW)
    place = Placed(run, rows, before, before)
    path = run.path.with_suffix(f".tiers-{_tag(cuts)}.parquet")
    if path.exists():
        return replace(place, tier=np.asarray(pq.read_table(path)["tier"].to_numpy(), np.int64) - 1)
    made = decide.tiered(worth(rows), _order(rows), _days(at, place), before, cuts)
    temporary = files.temporary_beside(path)
    kept = pa.table({"customer_id": rows["customer_id"], "tier": pa.array(made.tier + 1, pa.int32())})
    pq.write_table(kept, temporary, compression="zstd")
    files.put(temporary, path)
    return replace(place, tier=made.tier)


def _tag(cuts: Cuts) -> str:
    return hashlib.sha256(repr((cuts.by, cuts.above)).encode()).hexdigest()[:8]


def _by_cut(placed: Placed, cuts: Cuts) -> Ints:
    """The tiers of a run by the cuts alone."""
    from lifelong.decide import tiers as decide
    from lifelong.score.trend import worth

    value = worth(placed.rows)
    return decide.tiered(value, _order(placed.rows), np.full(len(value), np.inf), placed.before, cuts).by_cut


def _aligned(last: Placed, rows: pa.Table, told: Ints) -> Ints:
    """What an earlier run told of each customer of a later one; ``NEW`` of whom it did not know."""
    from lifelong.decide.tiers import NEW

    place = places(rows, last.rows)
    return np.where(place >= 0, told[place], NEW)


def places(rows: pa.Table, among: pa.Table) -> Ints:
    """Where each customer of a table stands in another one; -1 where nowhere."""
    import pyarrow.compute as pc

    found = pc.index_in(rows["customer_id"], value_set=among["customer_id"].combine_chunks())
    return np.asarray(found.fill_null(-1).to_numpy(), np.int64)


def _order(rows: pa.Table) -> Ints:
    """Each customer's place by customer number."""
    import pyarrow.compute as pc

    ranks = np.empty(len(rows), np.int64)
    ranks[pc.sort_indices(rows["customer_id"].combine_chunks()).to_numpy()] = np.arange(len(rows))
    return ranks


def _days(at: asked.Base, placed: Placed) -> Floats:
    """Order days of each customer of a run up to its day; one where the orders do not know the customer."""
    as_of = placed.run.told["as_of"]
    then = at.summary if day_of(as_of) == at.until else asked.base_of(at.orders, as_of).summary
    place = places(placed.rows, then)
    return np.where(place >= 0, 1.0 + then["x"].to_numpy()[place], 1.0)


def _brought(placed: list[Placed], size: int) -> Floats:
    """What a customer of each tier brought from a run to the next, by the definition of the value."""
    total, many = np.zeros(size), np.zeros(size)
    for earlier, later in pairwise(placed):
        if earlier.rows["historic"].null_count == len(earlier.rows):
            raise no_money()
        place = places(earlier.rows, later.rows)
        is_there = place >= 0
        gain = later.rows["historic"].to_numpy()[place] - earlier.rows["historic"].to_numpy()
        total += np.bincount(earlier.tier[is_there], gain[is_there], size)
        many += np.bincount(earlier.tier[is_there], minlength=size)
    return np.asarray(total / np.maximum(many, 1.0), np.float64)


def no_money() -> DataError:
    """The error where the scores hold no amounts."""
    return DataError(
        "E426", "the scores hold no amounts", where="scores/ in the project", why="what customers bring is money",
        fix="ingest an export with amounts:  lifelong ingest FILE --column revenue=NAME",
    )  # fmt: skip


def _alone(as_of: str) -> Finding:
    text = phrase(
        "there are no scores of a day before {as_of}, so the cuts alone give each customer a "
        "tier; from the next scores on, one moves only where the posterior is sure",
        as_of=as_of,
    )
    return Finding("F421", text, "info")


def _uneven(days: Any) -> list[Finding]:
    if days.max() <= UNEVEN * days.min():
        return []
    text = phrase(
        "runs are {days} to {days_2} days apart: chances of a move are of the mixture; score at even times",
        days=days.min(),
        days_2=days.max(),
    )
    return [Finding("F423", text, "warning", {"shortest": int(days.min()), "longest": int(days.max())})]


def _no_bound() -> Finding:
    return Finding("F425", "without a discount, value over all time has no bound: --discount 10%/year tells it", "info")


def _rows(table: Any) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(row) for row in table.tolist())


def _written(made: Tiers, out: Path) -> Path:
    from lifelong import export

    beside = {name: getattr(made, name) for name in ("as_of", "currency", "definition")}
    return export.write(made.table, out, beside=beside)
