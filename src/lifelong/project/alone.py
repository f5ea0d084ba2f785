"""Verbs that need no project, or make one for a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifelong.config import Config
from lifelong.project.folder import silent

if TYPE_CHECKING:
    from lifelong.project.answers import Run
    from lifelong.project.folder import Progress
    from lifelong.project.subscribing import Subscriptions
    from lifelong.values import Scores


def subscriptions(
    file: str | Path,
    *,
    horizon: str = "",
    margin: str | float = "",
    discount: str = "",
    out: str | Path = "",
    progress: Progress = silent,
    **asked: Any,
) -> Subscriptions:
    """Value the customers of a table of subscriptions, without a project; nothing is stored.

    Args:
        file: CSV, TSV, Parquet, JSON Lines or Excel with a row a subscription: customer, start, end, price, period.
        horizon: as in :meth:`Project.score`.
        margin: as there.
        discount: as there.
        out: a .csv, .parquet or .xlsx to write a row a customer to.
        progress: told of long work.
        asked: ``columns``, ``currency``, ``timezone``, ``bad_share`` as in :meth:`Project.ingest`; ``period`` that a
            price pays for, where no column says it; ``until``, the last day seen; ``model``, a contractual one.
    """
    from lifelong.project.asked import Question
    from lifelong.project.subscribing import Asked
    from lifelong.project.subscribing import subscriptions as implementation

    question = Question.of(Config(), horizon, margin, discount)
    return implementation(Path(file), Asked(**asked), question, Path(out) if out else None, progress)


def together(*parts: Scores) -> Scores:
    """Scores of free buyers and of subscribers as one table and one total: see :func:`lifelong.score.together.together`."""
    from lifelong.score.together import together as implementation

    return implementation(*parts)


def run(file: str | Path, path: str | Path, progress: Progress = silent, **told: Any) -> Run:
    """Do everything with one file, in a project that is made for it where there is none; or with what a project holds.

    A new project whose file cannot be ingested is removed again, so that a wrong file leaves nothing behind.
    """
    from lifelong.errors import LifelongError
    from lifelong.project import Project
    from lifelong.store.files import remove

    is_new = not Path(path).exists()
    shop = Project(path, create=bool(file), progress=progress)
    try:
        return shop.run(file, **told)
    except LifelongError:
        if is_new and not shop.status().facts["rows"]:
            remove(Path(path))
        raise


def demo(which: str, path: Path, progress: Progress = silent) -> Run:
    """Fetch a demonstration's data and run everything on it."""
    from lifelong.project.demonstrating import demo as implementation

    return implementation(which, path, progress)
