"""The verbs: ingest, check, backtest, fit, score, subscriptions, report, card, export, forget, rebuild, run and others.

Python, the command line and, later, REST call these and nothing behind them, so that they all tell the same numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifelong.config import Config
from lifelong.project.alone import demo, run, subscriptions, together
from lifelong.project.folder import Folder, silent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.project.answers import Check, Merges, Receipt, Run, Status
    from lifelong.project.folder import Progress
    from lifelong.project.subscribing import Subscriptions
    from lifelong.score.retention import RetentionEffect
    from lifelong.values import (
        Course,
        Drivers,
        Fit,
        ImportReport,
        Leaderboard,
        NextOrders,
        Scores,
        Stages,
        Timelines,
        Trend,
    )

__all__ = [
    "Project",
    "demo",
    "fit_file",
    "follow",
    "foresee",
    "predict",
    "run",
    "subscriptions",
    "summarise",
    "together",
]


class Project:
    """A folder with a firm's orders and all that is computed from them.

    Args:
        path: the folder.
        create: make it where it is absent; otherwise that is an error.
        settings: settings for a new project, by the names of ``lifelong.toml``.
        progress: told of long work as ``progress(step, done, total)``.

    Raises:
        ConfigError: E304, there is no project and ``create`` is false.
    """

    def __init__(
        self,
        path: str | Path = ".",
        *,
        create: bool = True,
        settings: Mapping[str, Any] | None = None,
        progress: Progress = silent,
    ) -> None:
        self._folder = Folder(Path(path), progress)
        if create and not self._folder.exists:
            self._folder.create(Config(**{"name": Path(path).resolve().name, **(settings or {})}))
        self._folder.require()

    @property
    def path(self) -> Path:
        """The project's folder."""
        return self._folder.root

    @property
    def config(self) -> Config:
        """The settings, as lifelong.toml has them now."""
        return self._folder.config()

    def configure(self, **settings: Any) -> None:
        """Change settings in lifelong.toml."""
        self._folder.set_config(**settings)

    # -- data -----------------------------------------------------------------------------------------------------

    def ingest(
        self,
        file: str | Path,
        *,
        columns: Mapping[str, str] | None = None,
        currency: str = "",
        rates: Mapping[str, str] | None = None,
        timezone: str = "",
        keep: Sequence[str] = (),
        bad_share: str = "",
    ) -> ImportReport:
        """Read an export of orders. The report reconciles to the file to the cent, or nothing is stored.

        Args:
            file: CSV, TSV, Parquet, JSON Lines or Excel, gzipped or not.
            columns: our names (``schema.SOURCE``) to the file's, where they are not recognised.
            currency: ISO 4217 code of the amounts, where the file does not say.
            rates: what one unit of another currency is worth in the project's.
            timezone: the zone that a day belongs to.
            keep: further columns to store.
            bad_share: above this share of bad rows the file is refused whole.
        """
        from lifelong.project.ingesting import Reading, ingest

        reading = Reading(columns or {}, currency, rates, timezone, keep, bad_share)
        return ingest(self._folder, Path(file), reading)

    def ingest_subscriptions(self, file: str | Path, **reading: Any) -> ImportReport:
        """Read a table of subscriptions, as orders are read: it reconciles to the file, or nothing is stored.

        Of a subscription that several files tell of, the last file's rows count.

        Args:
            file: CSV, TSV, Parquet, JSON Lines or Excel, gzipped or not; or subscriptions as Stripe's API lists them.
            reading: ``columns`` (our names are those of ``schema.SUBSCRIPTION_SOURCE``), ``currency``, ``timezone``,
                ``bad_share`` as in :meth:`ingest`; ``period`` that a price pays for, where no column says it.
        """
        from lifelong.project.enrolling import ingest
        from lifelong.project.subscribing import Asked

        return ingest(self._folder, Path(file), Asked(**reading))

    def check(self) -> Check:
        """All findings about the data; every stored byte is held against its hash."""
        from lifelong.project.looking import check

        return check(self._folder)

    def status(self) -> Status:
        """What the project holds."""
        from lifelong.project.looking import status

        return status(self._folder)

    def merges(self) -> Merges:
        """Which customers were joined, and by which rule."""
        from lifelong.project.looking import merges

        return merges(self._folder)

    def undo_merge(self, alias: str) -> Merges:
        """Take a customer out of the one that it was joined to."""
        from lifelong.project.looking import undo_merge

        return undo_merge(self._folder, alias)

    def rebuild(self) -> Status:
        """Make everything but the landing again."""
        from lifelong.project.looking import rebuild

        return rebuild(self._folder)

    def forget(self, customer: str) -> Receipt:
        """Take a customer, by id or e-mail, out of every file of the project."""
        from lifelong.project.answers import Receipt
        from lifelong.project.forgetting import forget

        return Receipt(forget(self._folder, customer))

    # -- value ----------------------------------------------------------------------------------------------------

    def backtest(
        self, models: Sequence[str] = (), *, holdout: str = "", until: str = "", margin: str = ""
    ) -> Leaderboard:
        """Hide the recent past, forecast it with every model and both baselines, and compare.

        Args:
            models: names of models; all built-in ones by default.
            holdout: how much of the past to hide, such as ``"26w"``; by default as fits the history.
            until: the last day to look at.
            margin: as in :meth:`score`.
        """
        from lifelong.project.valuing import backtest

        return backtest(self._folder, models, holdout=holdout, until=until, margin=margin)

    def fit(self, model: str = "", *, until: str = "", prior: str = "") -> Fit:
        """Fit a purchase model, and the spend model where there are amounts. ``"auto"`` takes the back-test's winner."""
        from lifelong.project.valuing import fit

        return fit(self._folder, model, until=until, prior=prior)

    def score(
        self, fit: Fit | None = None, *, horizon: str = "", margin: str | float = "", discount: str = ""
    ) -> Scores:
        """Value every customer with 80 % and 90 % intervals.

        Args:
            fit: by default the latest one.
            horizon: ``"52w"``, ``"90d"``, ``"2y"`` or ``"lifetime"``.
            margin: gross margin as a share of revenue, such as ``"35%"`` or 0.35; without it costs, where the data
                hold them, else value is revenue.
            discount: such as ``"10%/year"``; each order is discounted at its own time.
        """
        from lifelong.project.asked import Question
        from lifelong.project.valuing import score

        return score(self._folder, fit, Question.of(self.config, horizon, margin, discount))

    def next_orders(self, fit: Fit | None = None, *, horizon: str = "26w", out: str | Path = "") -> NextOrders:
        """When each customer orders next, given how long they have been silent; or that an order is unlikely.

        Args:
            fit: by default the latest one; it says whether a customer is still one.
            horizon: a date is named where an order within it is at least as likely as not.
            out: a .csv, .parquet or .xlsx to write the rows to.
        """
        from lifelong.project.dating import next_orders

        return next_orders(self._folder, fit, horizon, Path(out) if out else None)

    def stages(self, *, until: str = "", since: str = "", out: str | Path = "") -> Stages:
        """Which stage of life each customer is in by the own rhythm: new, active, reactivated, cooling or lapsed.

        Args:
            until: the last day to look at; by default the last order's.
            since: an earlier day; then also who moved from which stage to which.
            out: a .csv, .parquet or .xlsx to write the rows to.
        """
        from lifelong.project.staging import stages

        return stages(self._folder, until, since, Path(out) if out else None)

    def trend(self, horizon: str = "") -> Trend:
        """The total value over the stored scoring runs, each change split into new customers, behaviour and model.

        Args:
            horizon: of the runs; by default that of the latest. All of them have asked the same question.
        """
        from lifelong.project.trending import trend

        return trend(self._folder, horizon)

    def retention(
        self,
        points: float = 1.0,
        fit: Fit | None = None,
        *,
        horizon: str = "",
        margin: str | float = "",
        discount: str = "",
    ) -> RetentionEffect:
        """What a point of retention is worth where customers are subscribers, and what a programme for it may cost.

        Args:
            points: percentage points by which mean retention changes at every renewal to come; below 0 it falls.
            fit: a contractual one; by default the latest.
            horizon: as in :meth:`score`.
            margin: as there.
            discount: as there.
        """
        from lifelong.project.asked import Question
        from lifelong.project.valuing import retention

        return retention(self._folder, fit, Question.of(self.config, horizon, margin, discount), points / 100.0)

    def subscriptions(
        self,
        file: str | Path = "",
        *,
        horizon: str = "",
        margin: str | float = "",
        discount: str = "",
        out: str | Path = "",
        **asked: Any,
    ) -> Subscriptions:
        """Value the project's subscribers: curves, everybody's value, what a point of retention is worth.

        Args:
            file: a table to value instead, of which nothing is stored: see :func:`lifelong.project.subscriptions`.
            horizon: as in :meth:`score`.
            margin: as there.
            discount: as there.
            out: a .csv, .parquet or .xlsx to write a row a customer to.
            asked: ``until``, the last day seen; ``model``, a contractual one; with a file also how it is read.
        """
        from lifelong.project import enrolling, subscribing
        from lifelong.project.asked import Question

        question = Question.of(self.config, horizon, margin, discount)
        told, place = subscribing.Asked(**asked), Path(out) if out else None
        if file:
            return subscribing.subscriptions(Path(file), told, question, place, self._folder.progress)
        return enrolling.subscriptions(self._folder, told, question, place)

    def drivers(self, *, horizon: str = "26w", until: str = "") -> Drivers:
        """What was known of customers at their first order, ranked by how later spend goes with it: association, not cause.

        The first order's channel, product, month and spend, and every column that :meth:`ingest` was told to ``keep``.

        Args:
            horizon: how long each customer is followed from the first order day.
            until: the last day to look at.
        """
        from lifelong.project.driving import drivers

        return drivers(self._folder, horizon, until)

    def report(self, path: str | Path = "", *, horizon: str = "", margin: str | float = "", discount: str = "") -> Path:
        """Write the report: one HTML file that needs no network."""
        from lifelong.project.asked import Question
        from lifelong.project.reporting import report

        return report(self._folder, Path(path) if path else None, Question.of(self.config, horizon, margin, discount))

    def card(self, path: str | Path = "", *, horizon: str = "", margin: str | float = "", discount: str = "") -> Path:
        """Write the model card of the latest fit, as .md or .html: data, definition, back-test, calibration, limits."""
        from lifelong.project.asked import Question
        from lifelong.project.reporting import card

        return card(self._folder, Path(path) if path else None, Question.of(self.config, horizon, margin, discount))

    def export(self, path: str | Path, *, what: str = "scores", is_european: bool = False) -> Path:
        """Write ``scores``, ``orders``, ``subscriptions`` or ``quarantine`` as .csv (formula-safe), .parquet or .xlsx."""
        from lifelong.project.reporting import export

        return export(self._folder, Path(path), what=what, is_european=is_european)

    def run(
        self,
        file: str | Path = "",
        *,
        until: str = "",
        horizon: str = "",
        margin: str | float = "",
        discount: str = "",
        model: str = "",
        holdout: str = "",
        **reading: Any,
    ) -> Run:
        """Do everything: ingest the file, if one is named, then back-test, fit, score and report on what is there."""
        from lifelong.project.asked import Question
        from lifelong.project.reporting import Choice, run

        question = Question.of(self.config, horizon, margin, discount)
        report = self.ingest(file, **reading) if file else None
        return run(self._folder, report, question, Choice(until, model, holdout))


def summarise(orders: Any, *, until: str, currency: str = "XXX") -> Any:
    """The summary of a frame of canonical orders, without a project: see :func:`lifelong.project.plain.summarise`."""
    from lifelong.project.plain import summarise as implementation

    return implementation(orders, until=until, currency=currency)


def predict(fit: Fit, summary: Any, *, horizon: str, margin: str | float | None = None, discount: str = "0") -> Scores:
    """Scores of a summary by a fit, without a project: see :func:`lifelong.project.plain.predict`."""
    from lifelong.project.plain import predict as implementation

    return implementation(fit, summary, horizon=horizon, margin=margin, discount=discount)


def follow(orders: Any, covariates: Any, *, until: str, period: str | int = "week") -> Timelines:
    """Customers one by one in changing circumstances: see :func:`lifelong.project.plain.follow`."""
    from lifelong.project.plain import follow as implementation

    return implementation(orders, covariates, until=until, period=period)


def foresee(customers: Any, covariates: Any, *, after: str, until: str, **told: Any) -> Course:
    """The covariates of customers in a future: see :func:`lifelong.project.plain.foresee`."""
    from lifelong.project.plain import foresee as implementation

    return implementation(customers, covariates, after=after, until=until, **told)


def fit_file(file: str | Path, *, model: str = "bg_nbd", until: str = "", prior: str = "auto", **reading: Any) -> Fit:
    """Fit a model to the orders of one file, storing nothing."""
    from lifelong.project.plain import fit_file as implementation

    return implementation(Path(file), model=model, until=until, prior=prior, **reading)
