"""The verbs about what winning customers costs, what they are worth, and what they may cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifelong.project.folder import Folder
    from lifelong.values import Audit, Budget, Channels, Cut, Limits

_TABLES = ("acquired", "columns", "purposes", "same", "currency")


class EconVerbs:
    """The part of :class:`lifelong.Project` that sets customers against the cost of winning them."""

    _folder: Folder

    def channels(self, spend: str | Path = "", *, out: str | Path = "", **asked: Any) -> Channels:
        """What each channel costs and what its customers are worth, at equal age and as new ones.

        Args:
            spend: a table of costs: month or day, channel, campaign, purpose, cost; by default what :meth:`spend` has read.
            out: a .csv, .parquet or .xlsx to write a row a customer to.
            asked: ``margin``, ``horizon``, ``discount``, ``level`` as in :meth:`score`; those of
                :class:`lifelong.project.channelling.Asked` and of :class:`lifelong.project.winning.Tables`.

        Raises:
            DataError: E381 where costs cannot be used, E384 where amounts or campaigns are not known.
            ConfigError: E351, E382, E385 where a wish is not understood.
            FitError: E383 where the history is too short.
        """
        from lifelong.project.channelling import channels

        return channels(self._folder, *_asked(self._folder, spend, asked), out)

    def campaigns(self, spend: str | Path = "", *, out: str | Path = "", **asked: Any) -> Channels:
        """The scorecard of campaigns: conversion, cost, value after 30, 90 and 365 days and to come, payback, what to do.

        Args:
            spend: as in :meth:`channels`.
            out: as there.
            asked: as there; ``by``, the kept column that names the campaign, or ``channel``.
        """
        from lifelong.project.channelling import channels

        told = {"by": "campaign"} | asked
        return channels(self._folder, *_asked(self._folder, spend, told), out, is_scorecard=True)

    def limits(self, spend: str | Path = "", **asked: Any) -> Limits:
        """What winning one customer may cost in each channel: by value, payback and cash, each by its lower bound.

        Args:
            spend: as in :meth:`channels`.
            asked: as there; ``target``, ``payback``, ``cash``.

        Raises:
            DataError: E386, where value is revenue.
        """
        from lifelong.project.limiting import limits

        return limits(self._folder, *_asked(self._folder, spend, asked))

    def budget(self, **asked: Any) -> Budget:
        """The best split of a month's spend over the project's own channels, with what it brings and how sure that is.

        Args:
            asked: ``margin``, ``horizon``, ``discount``, ``level`` as in :meth:`score`; those of
                :class:`lifelong.project.budgeting.Asked`.

        Raises:
            DataError: E552 where no margin or no spend is known; as :meth:`channels`.
            ConfigError: E393 where no plan keeps budget and bounds, E394 where a wish is not understood.
            FitError: E395 where a channel has too few months.
        """
        from lifelong.project.budgeting import Asked
        from lifelong.project.own_budget import budget

        terms, rest = _terms(asked)
        return budget(self._folder, self._question(terms), Asked(**rest))

    def cut(self, cuts: Mapping[str, str], **asked: Any) -> Cut:
        """What it would cost to spend less in some of the project's own channels, quarter by quarter.

        Args:
            cuts: by channel, the share of its present spend, such as ``50%``.
            asked: as in :meth:`budget`; ``lifetime``, ``quarters``, ``seed`` of :func:`lifelong.cut`.

        Raises:
            DataError: E552 where no margin or no spend is known.
            ConfigError, FitError: E397 where a cut cannot be, or the history does not tell what it loses.
        """
        from lifelong.project.own_budget import cut

        terms, rest = _terms(asked)
        return cut(self._folder, self._question(terms), cuts, **rest)

    def _question(self, terms: Mapping[str, Any]) -> Any:
        from lifelong.project.asked import Question

        return Question.of(self._folder.config(), **terms)

    def audit(self, file: str | Path, **asked: Any) -> Audit:
        """Conversions that a platform claims, against the orders: which are new customers, and what is wrong with the others.

        Args:
            file: a row a claimed conversion: order or customer, time, amount, currency, platform.
            asked: ``columns``; ``window`` in days; ``cost`` that the platform was paid.

        Raises:
            DataError: E388, where the table cannot be used.
        """
        from lifelong.project.auditing import Asked, audit

        return audit(self._folder, Path(file), Asked(**asked))


def _asked(folder: Folder, spend: str | Path, told: Mapping[str, Any]) -> tuple[Any, Any]:
    """What is asked, and the terms of a value."""
    from lifelong.project.asked import Question
    from lifelong.project.channelling import Asked
    from lifelong.project.winning import Tables

    terms, told = _terms(told)
    tables = Tables(spend, **{n: told[n] for n in _TABLES if n in told})
    rest = {n: v for n, v in told.items() if n not in _TABLES}
    return Asked(tables=tables, **rest), Question.of(folder.config(), **terms)


def _terms(told: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The terms of a value, and the rest."""
    names = ("horizon", "margin", "discount", "level")
    return {n: told[n] for n in names if n in told}, {n: v for n, v in told.items() if n not in names}
