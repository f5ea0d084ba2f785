"""Scoring runs as they are kept: the rows, the words that define them, and the fit that they were made by.

A run is named for its orders, its day, its question and its fit, so that the same run is kept once and no other goes
over it. With the orders of the landing it can be computed again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from lifelong.errors import DataError
from lifelong.project.asked import Question, base_from
from lifelong.store import files, fits
from lifelong.store.landing import Manifest
from lifelong.units import Horizon, Rate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

    from lifelong.project.asked import Base
    from lifelong.project.folder import Folder
    from lifelong.values import Fit, Scores

KIND = "lifelong-scores/1"
#: What two runs must share to be compared.
QUESTION = ("horizon", "currency", "definition")


@dataclass(frozen=True, slots=True)
class Run:
    """One kept run.

    Attributes:
        path: its rows.
        told: the scores' own words.
        number: its place in the order of scoring.
        state: the state of the landing that it was made from; empty where an earlier version kept it.
        fit: the name of its fit, with the fit's content in eight digits behind it.
        margin, per_year: what was asked.
        subscribed: the state of the table of subscriptions that is part of it; empty where none is.
        level: of value, where one was named.
    """

    path: Path
    told: dict[str, Any]
    number: int = 0
    state: str = ""
    fit: str = ""
    margin: float | None = None
    per_year: float = 0.0
    subscribed: str = ""
    level: str = ""

    @property
    def question(self) -> Question:
        """What was asked."""
        return Question(Horizon.parse(self.told["horizon"]), self.margin, Rate(self.per_year), self.level)

    @property
    def asked(self) -> tuple[str, ...]:
        """What two runs must share to be compared."""
        return tuple(self.told[name] for name in QUESTION)

    def rows(self) -> pa.Table:
        """A row a customer."""
        import pyarrow.parquet as pq

        return pq.read_table(self.path)

    def scores(self) -> Scores:
        """The run as the value that scoring returned."""
        from lifelong.values import Finding, Scores
        from lifelong.values.scores import Totals

        told = dict(self.told)
        told["totals"] = Totals(**told["totals"])
        told["groups"] = {name: Totals(**total) for name, total in told["groups"].items()}
        told["findings"] = tuple(Finding.from_dict(finding) for finding in told["findings"])
        return Scores(**told, table=self.rows())

    def made_by(self) -> Fit:
        """The fit that made it."""
        return fits.read(_fit(self.path))

    @property
    def has_fit(self) -> bool:
        """Whether the fit that made it is still beside it."""
        return _fit(self.path).exists()

    def base(self, folder: Folder) -> Base | None:
        """The orders that it was made from, as of its day; None where the landing no longer holds them as they were."""
        now = folder.landing.read()
        for size in range(len(now.batches), 0, -1):
            then = Manifest(now.batches[:size], now.undone)
            if then.state == self.state:
                return base_from(folder, then, folder.builder.build(then), self.told["as_of"])
        return None


class Stamped(Protocol):
    """What names a run: the day and the state of what it was made from."""

    @property
    def state(self) -> str:
        """The state of the landing."""

    @property
    def stamp(self) -> str:
        """The day and the state in short."""


def keep(
    folder: Folder, at: Stamped, scores: Scores, made: Fit, question: Question, *, is_latest: bool = True
) -> Scores:
    """Write scores beside the words that define them and the fit that made them; ``is_latest`` for others to read."""
    import pyarrow.parquet as pq

    place = folder.root / "scores"
    place.mkdir(exist_ok=True)
    told = {"fit": f"{fits.name_of(made)}-{fits.digest(made)}", "margin": question.margin}
    told["per_year"] = question.discount.per_year
    if question.level:
        told["level"] = question.level
    if subscribed := folder.landing.read().subscribed:
        told["subscribed"] = subscribed
    name = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]
    path = place / f"{at.stamp}-{scores.horizon}-{name}.parquet"
    temporary = files.temporary_beside(path)
    pq.write_table(scores.table, temporary, compression="zstd")
    files.put(temporary, path)
    fits.write(made, _fit(path))
    scores = replace(scores, path=str(path))
    number = read(path).number if path.with_suffix(".json").exists() else len(_words(place)) + 1
    files.write_sealed(path.with_suffix(".json"), KIND, scores.as_dict() | told | {"state": at.state, "number": number})
    if is_latest:
        files.write_bytes(place / "latest", path.stem.encode())
    return scores


def kept(folder: Folder) -> list[Run]:
    """All runs, by the day that they are of, and of one day in the order of scoring."""
    runs = [read(path.with_suffix(".parquet")) for path in _words(folder.root / "scores")]
    return sorted(runs, key=lambda run: (run.told["as_of"], run.number, run.path.name))


def last(folder: Folder) -> Run:
    """The run that was made last."""
    pointer = folder.root / "scores" / "latest"
    if not pointer.exists():
        raise none("nothing has been scored yet", "lifelong score")
    return read(pointer.with_name(pointer.read_text(encoding="utf-8") + ".parquet"))


def exported(folder: Folder) -> tuple[pa.Table, Mapping[str, Any]]:
    """The latest scores, with what defines them on each row."""
    run = last(folder)
    beside = {name: run.told[name] for name in ("as_of", "horizon", "currency", "definition")}
    return run.rows(), beside | {"model_version": run.told["model"]}


def none(what: str, fix: str) -> DataError:
    """The error where no run is there."""
    return DataError("E106", what, where="scores/ in the project", why="scores are read here, not computed", fix=fix)


def latest(folder: Folder, at: Base) -> Run | None:
    """The run that was made last, where it is of this base."""
    pointer = folder.root / "scores" / "latest"
    is_there = pointer.exists() and pointer.read_text(encoding="utf-8").startswith(at.stamp)
    return last(folder) if is_there else None


def read(path: Path) -> Run:
    """A run by its file of rows."""
    told = files.read_sealed(path.with_suffix(".json"), KIND)
    own = {
        name: told.pop(name)
        for name in ("number", "state", "fit", "margin", "per_year", "subscribed", "level")
        if name in told
    }
    return Run(path, told, **own)


def _words(place: Path) -> list[Path]:
    """The files that say what each run means."""
    return [path for path in place.glob("*.json") if not path.name.endswith(".fit.json")]


def _fit(path: Path) -> Path:
    return path.with_suffix(".fit.json")
