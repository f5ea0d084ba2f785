"""The verbs about touches and what they are credited with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifelong.project.folder import Folder
    from lifelong.values import Attribution, ImportReport


class TouchVerbs:
    """The part of :class:`lifelong.Project` that knows how customers came."""

    _folder: Folder

    def touches(self, file: str | Path, **reading: Any) -> ImportReport:
        """Read a table of touches: visits, clicks, opened messages. It reconciles to the file, or nothing is stored.

        Args:
            file: CSV, TSV, Parquet, JSON Lines or Excel, gzipped or not; a person, a time, and utm tags, a channel, a
                referrer or a click's number in each row.
            reading: ``columns`` (our names are those of ``schema.TOUCH_SOURCE``), ``timezone``, ``bad_share`` as in
                :meth:`ingest`; ``aliases``, other names of sources, media and channels, such as ``{"nl": "email"}``.

        Raises:
            DataError: E371 where a column is missing, E372 where too many rows are bad; E101, E103, E106, E107.
            ConfigError: E377 where an alias in lifelong.toml is not understood.
        """
        from lifelong.project.touching import Asked, ingest

        return ingest(self._folder, Path(file), Asked(**reading))

    def attribution(self, rule: str = "", **asked: Any) -> Attribution:
        """Which channels are credited with new customers and their value, by several rules side by side.

        Attribution deals out what came; it does not say what would have come without a channel.

        Args:
            rule: ``first``, ``last``, ``linear``, ``position``, ``decay``, ``markov`` or ``shapley``; by default all.
            asked: ``what`` (``value`` or ``customers``), ``worth`` (``total``, ``predicted`` or ``historic``), ``window``,
                ``since``, ``until``, ``order``, ``half_life``, ``seed``: see :class:`lifelong.project.attributing.Asked`.

        Raises:
            DataError: E373 where nothing says how customers came, E376 where no value is there; E106 without scores.
            ConfigError: E374 where paths of this order have too many states, E375 where a wish is not understood.
        """
        from lifelong.project.attributing import Asked, attribution

        return attribution(self._folder, Asked(rule=rule, **asked))
