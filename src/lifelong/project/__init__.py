"""The verbs: ingest, check, backtest, fit, score, subscriptions, report, card, export, forget, rebuild, run and others.

Python, the command line and, later, REST call these and nothing behind them, so that they all tell the same numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifelong import config
from lifelong.project.alone import (
    demo,
    fit_file,
    follow,
    foresee,
    look,
    predict,
    run,
    subscriptions,
    summarise,
    together,
)
from lifelong.project.cash_verbs import CashVerbs
from lifelong.project.data_verbs import DataVerbs
from lifelong.project.deciding import book, budget, business_case, calculate, cost_of_winning, cut, leads, try_channel
from lifelong.project.decision_verbs import DecisionVerbs
from lifelong.project.econ_verbs import EconVerbs
from lifelong.project.folder import Folder, silent
from lifelong.project.groups_verbs import GroupVerbs
from lifelong.project.report_verbs import ReportVerbs
from lifelong.project.served_verbs import ServedVerbs
from lifelong.project.spend_verbs import SpendVerbs
from lifelong.project.touch_verbs import TouchVerbs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.config import Config
    from lifelong.project.answers import Run
    from lifelong.project.folder import Progress
    from lifelong.project.subscribing import Subscriptions
    from lifelong.values import Fit, Leaderboard, NextOrders, Pooled, Posterior, Scores

__all__ = [
    "Project",
    "book",
    "budget",
    "business_case",
    "calculate",
    "cost_of_winning",
    "cut",
    "demo",
    "fit_file",
    "follow",
    "foresee",
    "leads",
    "look",
    "predict",
    "run",
    "subscriptions",
    "summarise",
    "together",
    "try_channel",
]


class Project(
    CashVerbs, DataVerbs, DecisionVerbs, EconVerbs, GroupVerbs, ReportVerbs, ServedVerbs, SpendVerbs, TouchVerbs
):
    """A folder with a firm's orders and all that is computed from them.

    Args:
        path: the folder.
        create: make it where it is absent; otherwise that is an error.
        settings: settings for a new project, by the names of ``lifelong.toml``.
        progress: told of long work as ``progress(step, done, total)``.

    Raises:
        ConfigError: E304, there is no project and ``create`` is false; E301, E302 for settings that there are not.
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
            self._folder.create(config.of({"name": Path(path).resolve().name, **(settings or {})}, "settings"))
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

    # -- value ----------------------------------------------------------------------------------------------------

    def backtest(
        self,
        models: Sequence[str] = (),
        *,
        holdout: str = "",
        until: str = "",
        margin: str = "",
        covariates: Sequence[str] = (),
        l2: str | float = 0.0,
        known_since: str = "",
    ) -> Leaderboard:
        """Hide the recent past, forecast it with every model and both baselines, and compare.

        Args:
            models: names of models; all built-in ones by default.
            holdout: how much of the past to hide, such as ``"26w"``; by default as fits the history.
            until: the last day to look at.
            margin: as in :meth:`score`.
            covariates: as in :meth:`fit`: each model named, or the best of them, is tested with and without.
            l2: as there.
            known_since: as there: each model named, or Pareto/NBD, is tested with it.
        """
        from lifelong.project.knowing import Known
        from lifelong.project.valuing import backtest

        known = Known.of(covariates, l2, known_since)
        return backtest(self._folder, models, known, holdout=holdout, until=until, margin=margin)

    def fit(
        self,
        model: str = "",
        *,
        until: str = "",
        prior: str = "",
        covariates: Sequence[str] = (),
        l2: str | float = 0.0,
        known_since: str = "",
    ) -> Fit:
        """Fit a purchase model, and the spend model where there are amounts. ``"auto"`` takes the back-test's winner.

        Args:
            model: its name; by default the project's.
            until: the last day to look at.
            prior: ``auto``, ``on`` or ``off``.
            covariates: what was known of customers at the first order and moves how often they order and how soon they
                leave: ``channel``, ``product``, and columns that :meth:`ingest` was told to ``keep``.
            l2: what a customer's mean log-likelihood loses for each squared coefficient.
            known_since: the kept column with the day of each customer's first order, where the data begin later.

        Raises:
            DataError: E181 where no such column is kept, E183 where it holds no days before the data.
            ConfigError: E182 where two of these exclude each other, E213 where no covariate could move the model.
            FitError: E204 where the model's customers leave by the orders that are not in the data.
        """
        from lifelong.project.knowing import Known
        from lifelong.project.valuing import fit

        return fit(self._folder, model, Known.of(covariates, l2, known_since), until=until, prior=prior)

    def posterior(self, model: str = "", *, until: str = "", out: str | Path = "", **draw: Any) -> Posterior | Pooled:
        """Draw from the posterior of a model's parameters: what the orders and a stated prior leave open.

        Args:
            model: a purchase model's name; by default the project's, for ``auto`` the last back-test's winner.
            until: the last day to look at.
            out: a .nc to write the draws to, for ArviZ; needs the extra ``bayes``.
            draw: ``by``, a column whose groups learn from each other (needs ``bayes``); ``how``, ``laplace`` or ``nuts``
                (needs ``bayes``); ``draws``; ``seed``; ``keep``, to score by it from now on.

        Raises:
            ConfigError: E303 where the extra is not installed, E182, E301.
            DataError: E181 where no such column is kept.
            FitError: E201, E204, E222 where groups cannot be pooled.
        """
        from lifelong.project.inferring import Draw, posterior

        return posterior(self._folder, model, until, Draw(**draw), Path(out) if out else None)

    def score(
        self,
        fit: Fit | None = None,
        *,
        horizon: str = "",
        margin: str | float = "",
        discount: str = "",
        level: str = "",
    ) -> Scores:
        """Value every customer with 80 % and 90 % intervals.

        Args:
            fit: by default the latest one.
            horizon: ``"52w"``, ``"90d"``, ``"2y"`` or ``"lifetime"``.
            margin: gross margin as a share of revenue, such as ``"35%"`` or 0.35; without it costs, where the data
                hold them, else value is revenue.
            discount: such as ``"10%/year"``; each order is discounted at its own time.
            level: ``revenue``, ``gross`` or ``contribution``, which also takes off the variable costs of lifelong.toml;
                by default the project's. ``margin="contribution"`` says the same.

        Raises:
            DataError: E368, where the costs that the level takes off are not known.
        """
        from lifelong.project.asked import Question
        from lifelong.project.valuing import score

        return score(self._folder, fit, Question.of(self.config, horizon, margin, discount, level))

    def next_orders(self, fit: Fit | None = None, *, horizon: str = "26w", out: str | Path = "") -> NextOrders:
        """When each customer orders next, given how long they have been silent; or that an order is unlikely.

        Args:
            fit: by default the latest one; it says whether a customer is still one.
            horizon: a date is named where an order within it is at least as likely as not.
            out: a .csv, .parquet or .xlsx to write the rows to.
        """
        from lifelong.project.dating import next_orders

        return next_orders(self._folder, fit, horizon, Path(out) if out else None)

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

    def card(
        self,
        path: str | Path = "",
        *,
        horizon: str = "",
        margin: str | float = "",
        discount: str = "",
        level: str = "",
    ) -> Path:
        """Write the model card of the latest fit, as .md or .html: data, definition, back-test, calibration, limits."""
        from lifelong.project.asked import Question
        from lifelong.project.reporting import card

        question = Question.of(self.config, horizon, margin, discount, level)
        return card(self._folder, Path(path) if path else None, question)

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
