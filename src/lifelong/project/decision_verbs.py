"""The verbs that say what moves value and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifelong.project.folder import Folder
    from lifelong.score.retention import RetentionEffect
    from lifelong.values import (
        CohortMatrix,
        Drivers,
        Fit,
        FormulaValue,
        Opportunities,
        ReferralValues,
        Stages,
        Trend,
    )


class DecisionVerbs:
    """The part of :class:`lifelong.Project` that turns values into decisions."""

    _folder: Folder

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

        return retention(
            self._folder, fit, Question.of(self._folder.config(), horizon, margin, discount), points / 100.0
        )

    def drivers(self, *, horizon: str = "26w", until: str = "") -> Drivers:
        """What was known of customers at their first order, ranked by how later spend goes with it: association, not cause.

        The first order's channel, product, month and spend, and every column that :meth:`ingest` was told to ``keep``.

        Args:
            horizon: how long each customer is followed from the first order day.
            until: the last day to look at.
        """
        from lifelong.project.driving import drivers

        return drivers(self._folder, horizon, until)

    def cohorts(self, *, out: str | Path = "", **asked: Any) -> CohortMatrix:
        """Cohorts as they age: who came back, and what they brought, at any level of value; nothing is stored.

        Args:
            out: a .csv, .parquet or .xlsx to write a row a cohort and age to.
            asked: ``by``, ``measure``, ``age``, ``cumulative``, ``margin``, ``variable``, ``order``, ``compare``, ``at`` and
                ``until``: see :class:`lifelong.project.aging.Asked`.

        Raises:
            ConfigError: E301, E302, E351 where a word or number is not understood; E443 where two cohorts cannot be compared.
            DataError: E442, where the level of value is not known; E181, where a column is not kept.
        """
        from lifelong.project.aging import Asked, cohorts

        return cohorts(self._folder, Asked(**asked), out)

    def referrals(self, file: str | Path, *, out: str | Path = "", **asked: Any) -> ReferralValues:
        """What recommendations are worth, beside the customers' own value and never within it; nothing is stored.

        Args:
            file: CSV, TSV, Parquet, JSON Lines or Excel; a row a referral: referrer, referred customer, date where known.
            out: a .csv, .parquet or .xlsx to write a row a referrer to.
            asked: ``columns``; ``incremental``, the share who would not have come otherwise, and ``unsure``, its standard
                deviation; ``cac`` saved and ``reward`` paid for each; ``depth`` of chains, ``decay`` of credit along them.

        Raises:
            DataError: E451, where the table cannot be used; where nothing has been scored.
            ConfigError: E351, where a number is not what it should be.
        """
        from lifelong.project.referring import Asked, referrals

        return referrals(self._folder, file, Asked(**asked), out)

    def formula(
        self,
        *,
        horizon: str = "",
        margin: str | float = "",
        discount: str = "",
        level: str = "",
        cac: str | float = 0.0,
    ) -> FormulaValue:
        """What a new customer brings by the textbook formula, beside the latest fit's number, with elasticities.

        Args:
            horizon: as in :meth:`score`.
            margin: as there.
            discount: as there.
            level: as there.
            cac: cost of winning one, taken off both.

        Raises:
            DataError: E461, where the orders do not hold two windows with amounts.
            FitError: E204, where the fit is for subscriptions.
        """
        from lifelong.project.asked import Question
        from lifelong.project.formulating import formula

        return formula(self._folder, Question.of(self._folder.config(), horizon, margin, discount, level), cac)

    def opportunities(self, *, out: str | Path = "") -> Opportunities:
        """Where money is to be won or lost, ranked, each with its evidence, effort, confidence and the next command.

        Looks wherever the project holds data; what it cannot look at is in ``unseen`` with the command that mends it.

        Args:
            out: a .csv, .parquet or .xlsx to write the rows to.

        Raises:
            DataError: E413 where the orders hold no amounts.
        """
        from lifelong.project.seeking import opportunities

        return opportunities(self._folder, Path(out) if out else None)
