"""The verbs that part customers: by value, by an attribute, by what they will bring."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifelong.project.folder import Folder
    from lifelong.values import Customer, GroupValues, Migration, Potential, SavedRules, Segment, Shortfall, Tiers
    from lifelong.values.segment import SavedRule


class GroupVerbs:
    """The part of :class:`lifelong.Project` that parts customers."""

    _folder: Folder

    def tiers(self, *, by: str = "value", cuts: str = "", horizon: str = "", out: str | Path = "") -> Tiers:
        """Each customer's tier of value by the latest scores; from run to run one moves only where that is sure.

        Args:
            by: ``value``, cuts are shares of all value; or ``customers``, the best so many percent of customers.
            cuts: ``"50/30/15/5"`` or ``"1/5/10/25/50"``, which are the defaults.
            horizon: of the runs; by default that of the latest.
            out: a .csv, .parquet or .xlsx to write the rows to.

        Raises:
            ConfigError: E421 where the cuts part nothing.
            DataError: E106 where nothing has been scored.
            FitError: E422 where no value is above 0.
        """
        from lifelong.decide.tiers import Cuts
        from lifelong.project.tiering import tiers

        return tiers(self._folder, Cuts.parse(by, cuts), horizon, Path(out) if out else None)

    def migration(self, *, by: str = "value", cuts: str = "", horizon: str = "", discount: str = "") -> Migration:
        """How customers go from tier to tier over the stored scoring runs, and what a customer of each tier is worth.

        Args:
            by: as in :meth:`tiers`.
            cuts: as there.
            horizon: as there.
            discount: ``"10%/year"``; by default that of the scores.

        Raises:
            DataError: E425 where scores of one day only are kept, E426 where they hold no amounts.
        """
        from lifelong.decide.tiers import Cuts
        from lifelong.project.tiering import migration

        return migration(self._folder, Cuts.parse(by, cuts), horizon, discount)

    def groups(self, by: str, *, measure: str = "total", horizon: str = "", out: str | Path = "") -> GroupValues:
        """What groups of customers are worth by the latest scores, with a guard against chance.

        Args:
            by: what was known at the first order: ``channel``, ``product``, ``month``, ``spend``, ``year``, or a column
                that :meth:`ingest` was told to ``keep``.
            measure: ``total``, ``value`` (to come) or ``historic``.
            horizon: of the scores; by default that of the latest.
            out: a .csv, .parquet or .xlsx to write the groups to.

        Raises:
            ConfigError: E302 for another measure, E424 where nothing is known by that name.
            DataError: E424 where all customers are alike, E426 where the scores hold no amounts.
        """
        from lifelong.project.grouping import groups

        return groups(self._folder, by, measure, horizon, Path(out) if out else None)

    def potential(self, *, share: str | float = "20%", horizon: str = "", out: str | Path = "") -> Potential:
        """Who has brought little and will bring much, and what lifts them.

        Args:
            share: of customers who count as high, by what they have brought and by what they will.
            horizon: of the scores; by default that of the latest.
            out: a .csv, .parquet or .xlsx to write those customers to.

        Raises:
            ConfigError: E421 where the share parts nothing.
            DataError: E426 where the scores hold no amounts.
        """
        from lifelong.project.grouping import potential

        return potential(self._folder, share, horizon, Path(out) if out else None)

    def why(self, group: str, *, against: str = "", horizon: str = "26w", like: str = "") -> Shortfall:
        """Why customers of a group bring less, or more, than others: retention, frequency, basket, margin or mix.

        Args:
            group: ``"channel=ads"``, by the names of :meth:`groups`.
            against: another one, such as an earlier ``"year=2025"``; by default everybody else.
            horizon: how long each customer is followed from the first order day.
            like: what both sides are made alike in first; by default the first year, ``"nothing"`` for nothing.

        Raises:
            ConfigError: E424, E427 where a side is not understood or has too few customers.
            DataError: E426 where the orders hold no amounts.
        """
        from lifelong.project.grouping import why

        return why(self._folder, group, against, horizon, like)

    def segment(
        self, rule: str = "", *, name: str = "", version: int = 0, save: str = "", out: str | Path = ""
    ) -> Segment:
        """Who a rule chooses by the latest scores, and what they hold.

        Args:
            rule: such as ``"value >= 100 and (silent_days > 90 or channel = ads)"``; see :mod:`lifelong.decide.rules`.
            name: of a kept rule, instead.
            version: of it; by default the newest.
            save: a name to keep the rule under, as a new version where one is kept.
            out: a .csv, .parquet or .xlsx to write those customers to.

        Raises:
            ConfigError: E531, E532, E533 where the rule is not understood; E535 where the name cannot be one.
            AccessError: E534 where no such rule is kept.
            DataError: E106 where nothing has been scored.
        """
        from lifelong.project import segmenting

        made = segmenting.segment(self._folder, rule, name=name, version=version, save=save)
        return segmenting.written(self._folder, made, Path(out)) if out else made

    def keep_rule(self, rule: str, name: str) -> SavedRule:
        """Keep a rule under a name, as a new version where another one is kept there; nobody is counted.

        Raises:
            ConfigError: E531 where it is no rule, E535 where the name cannot be one.
        """
        from lifelong.decide.rules import parse
        from lifelong.project.segmenting import keep

        return keep(self._folder, name, parse(rule))

    def segments(self) -> SavedRules:
        """The rules that are kept, by name, the newest version first."""
        from lifelong.project.segmenting import saved

        return saved(self._folder)

    def customer(self, customer: str) -> Customer:
        """One customer: what was counted, what is expected, how that changed, and what it goes with.

        Args:
            customer: the id.

        Raises:
            AccessError: E501 where the latest scores do not hold the customer.
            DataError: E106 where nothing has been scored.
        """
        from lifelong.project.looking_up import customer as look

        return look(self._folder, customer)
