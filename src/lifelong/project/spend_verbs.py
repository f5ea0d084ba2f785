"""The verbs about what winning and serving customers costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    import pyarrow as pa

    from lifelong.project.folder import Folder
    from lifelong.values import SpendReport, SpendTotals, Waterfall


class SpendVerbs:
    """The part of :class:`lifelong.Project` that holds costs."""

    _folder: Folder

    @overload
    def spend(self, file: str | Path, **reading: Any) -> SpendReport: ...
    @overload
    def spend(self, *, first: str = "", last: str = "") -> SpendTotals: ...

    def spend(self, file: str | Path = "", **told: Any) -> SpendReport | SpendTotals:
        """Read a report of advertising spend; or, without a file, say what was spent in each channel.

        The report reconciles to the file to the cent, or nothing is stored. Of a campaign's day that several files tell of,
        the last one counts.

        Args:
            file: of Google Ads, Meta Ads Manager, TikTok Ads, a cost import as GA4 has it, or a table with a day and a cost:
                CSV, TSV, Parquet, JSON Lines or Excel.
            told: with a file :class:`lifelong.sources.ads.Reading`'s ``columns``, ``currency``, ``rates``, ``timezone``,
                ``channel``, ``purpose``, ``spread``, ``first``, ``last``, ``bad_share``; without one, ``first`` and ``last``
                day to look at.

        Raises:
            DataError: E361 to E366 where the file cannot be used, E105 where rates are missing; E367 where there is no spend.
        """
        from lifelong.project import spending

        if not file:
            return spending.overview(self._folder, **{"first": "", "last": ""} | told)
        from lifelong.sources.ads import Reading

        return spending.ingest(self._folder, Path(file), Reading(**told))

    def costs(self, **told: Any) -> Waterfall:
        """What is taken off revenue, one cost after another, down to what is left after fixed costs; and by channel.

        Args:
            told: ``first`` and ``last`` day, by default the last year of the orders; ``margin``, gross, by default the
                project's, else the orders' own costs; ``allocate``, the rule by which fixed costs are dealt.

        Raises:
            DataError: E368 where the cost of goods is not known, or no order lies in these days.
        """
        from lifelong.project.costing import Asked, costs

        return costs(self._folder, Asked(**told))

    def spend_table(self) -> pa.Table:
        """All spend as ``schema.SPEND``: a row a day, channel and campaign, costs in the project's minor units."""
        from lifelong.project.spending import spend_table

        return spend_table(self._folder)
