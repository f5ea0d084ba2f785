"""The verb that follows the total value over the stored runs and says what changed it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lifelong.errors import LifelongError
from lifelong.phrases import phrase
from lifelong.project import runs, valuing
from lifelong.units import Horizon, minor_digits
from lifelong.values.trend import Point, Trend

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from lifelong.project.folder import Folder
    from lifelong.project.runs import Run
    from lifelong.values.trend import Change


def trend(folder: Folder, horizon: str) -> Trend:
    """The runs that asked what the last one did, or the last one of a horizon, each with the change since the one before."""
    with folder.writing("trend"):
        known = runs.kept(folder)
        latest = latest_of(folder, known, horizon)
        same = [run for run in known if run.asked == latest.asked]
        digits = minor_digits(latest.told["currency"])
        points = [_point(folder, run, before, digits) for before, run in zip([None, *same], same, strict=False)]
    told = {name: latest.told[name] for name in runs.QUESTION}
    return Trend(**told, digits=digits, points=tuple(points), others=len(known) - len(same))


def latest_of(folder: Folder, known: Sequence[Run], horizon: str) -> Run:
    """The last run of a horizon, or of all where none is told."""
    if not horizon:
        return runs.last(folder)
    wanted = str(Horizon.parse(horizon))
    of_it = [run for run in known if run.told["horizon"] == wanted]
    if not of_it:
        raise runs.none(f"nothing has been scored over {wanted} yet", f"lifelong score --horizon {wanted}")
    return max(of_it, key=lambda run: run.number)


def _point(folder: Folder, run: Run, before: Run | None, digits: int) -> Point:
    from lifelong.score.trend import minor, worth

    rows = run.rows()
    told = {name: run.told[name] for name in ("as_of", "model", "customers")}
    made = Point(run=run.path.name, fit=run.fit, value=minor(worth(rows), digits), **told)
    return replace(made, change=since(folder, before, run, digits)) if before else made


def since(folder: Folder, before: Run, run: Run, digits: int) -> Change:
    """What changed the value from an earlier run of the same question to a later one."""
    from lifelong.score.trend import change

    new = run.rows()
    if before.fit and before.fit == run.fit:
        return change(before.rows(), new, new, digits)
    as_before, why = _as_before(folder, before, run)
    return replace(change(before.rows(), new, as_before, digits), why=why)


def _as_before(folder: Folder, before: Run, run: Run) -> tuple[pa.Table | None, str]:
    """The later run's customers by the earlier run's model; or None, and why not."""
    if not before.fit or not run.fit:
        return None, "an earlier version kept a run without its fit"
    if before.subscribed or run.subscribed:
        return None, "subscribers are part of it, whose table of then is not kept"
    if not before.has_fit:
        return None, "the earlier run's fit is no longer there"
    at = run.base(folder)
    if at is None:
        return None, "the landing no longer holds the orders as they were then"
    folder.progress(
        phrase(
            "the model of {as_of} on the orders of {as_of_2}", as_of=before.told["as_of"], as_of_2=run.told["as_of"]
        ),
        0,
        len(at.summary),
    )
    try:
        scores = valuing.scored(folder, before.made_by(), at, run.question)
    except LifelongError as problem:
        return None, f"the earlier model cannot be run there: {problem.code} {problem.what}"
    if scores.definition != run.told["definition"]:
        return None, "the costs in lifelong.toml have changed since"
    return scores.table, ""
