"""The verbs that need no project: a frame, a file or a table in, a value out, nothing stored; and the demonstrations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifelong.config import Config
from lifelong.project.folder import silent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifelong.project.answers import Run
    from lifelong.project.folder import Progress
    from lifelong.project.subscribing import Subscriptions
    from lifelong.values import Course, Fit, Scores, Timelines
    from lifelong.values.seen import Seen


def summarise(orders: Any, *, until: str, currency: str = "XXX", known_since: Mapping[Any, str] | None = None) -> Any:
    """The summary of a frame of canonical orders, without a project: see :func:`lifelong.project.plain.summarise`."""
    from lifelong.project.plain import summarise as implementation

    return implementation(orders, until=until, currency=currency, known_since=known_since)


def predict(
    fit: Fit,
    summary: Any,
    *,
    horizon: str,
    margin: str | float | None = None,
    discount: str = "0",
    **known: Any,
) -> Scores:
    """Scores of a summary by a fit, without a project.

    Args:
        fit: from a model's ``fit``, with ``spend`` for values in money.
        summary: from :func:`summarise`, or any frame with ``schema.SUMMARY``'s columns; with covariates, a column for
            each beside them; of ``LeftTruncated``, ``before``.
        horizon: as in :meth:`lifelong.Project.score`.
        margin: as there.
        discount: as there.
        known: of ``TimeVaryingParetoNBD`` ``timelines``, from :func:`follow`, of the same customers, and ``future``, from
            :func:`foresee`, over the horizon.

    Raises:
        DataError: E184 where timelines are needed or do not fit, E205, E211, E212 where a column is.
    """
    from lifelong.project.asked import Question
    from lifelong.project.plain import predict as implementation
    from lifelong.units import Horizon, Rate, share

    part = None if margin is None else share(margin, flag="margin")
    return implementation(fit, summary, Question(Horizon.parse(horizon), part, Rate.parse(discount)), **known)


def follow(orders: Any, covariates: Any, *, until: str, period: str | int = "week") -> Timelines:
    """Customers one by one in changing circumstances: see :func:`lifelong.project.plain.follow`."""
    from lifelong.project.plain import follow as implementation

    return implementation(orders, covariates, until=until, period=period)


def foresee(customers: Any, covariates: Any, *, after: str, until: str, **told: Any) -> Course:
    """The covariates of customers in a future: see :func:`lifelong.project.plain.foresee`."""
    from lifelong.project.plain import foresee as implementation

    return implementation(customers, covariates, after=after, until=until, **told)


def fit_file(file: str | Path, *, model: str = "", until: str = "", prior: str = "", **told: Any) -> Fit:
    """Fit a model (BG/NBD by default) to the orders of one file, storing nothing.

    Args:
        file: as in :meth:`Project.ingest`.
        model: as in :meth:`Project.fit`; not ``auto``.
        until: as there.
        prior: as there.
        told: ``covariates``, ``l2`` and ``known_since`` as there, whose columns need not be named to keep; the rest as
            in :meth:`Project.ingest`.
    """
    from lifelong.project.plain import fit_file as implementation

    return implementation(Path(file), model=model or "bg_nbd", until=until, prior=prior or "auto", **told)


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


def look(file: str | Path, *, kind: str = "", columns: Mapping[str, str] | None = None, currency: str = "") -> Seen:
    """How a file would be read, and its first rows, without a project; nothing is stored."""
    from lifelong.project.seeing import look as implementation

    return implementation(Path(file), kind, columns or {}, currency, "UTC")


def demo(which: str, path: Path, progress: Progress = silent) -> Run:
    """Fetch a demonstration's data and run everything on it."""
    from lifelong.project.demonstrating import demo as implementation

    return implementation(which, path, progress)
