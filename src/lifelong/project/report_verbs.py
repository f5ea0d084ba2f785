"""The verbs that make files to take away: reports by reader, exports, and how a timer makes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifelong.project.folder import Folder
    from lifelong.values.made import Made, Schedule


class ReportVerbs:
    """The part of :class:`lifelong.Project` that writes for others."""

    _folder: Folder

    def report(
        self,
        path: str | Path = "",
        *,
        kind: str = "full",
        format: str = "",  # noqa: A002 - the flag's own name
        lang: str = "",
        **question: Any,
    ) -> Path:
        """Write a report: one file that needs no network.

        Args:
            path: where to; by default reports/ in the project, under a name that says kind, day and language.
            kind: for whom: ``full``, ``founder`` (one page), ``marketing``, ``finance`` or ``data`` (quality).
            format: ``html``, ``pdf`` or ``xlsx``; by default as the path ends, else HTML.
            lang: the language, such as ``en``.
            question: ``horizon``, ``margin``, ``discount``, ``level`` as in :meth:`score`.

        Raises:
            ConfigError: E302 for a kind, format or language that is not known, E562 for an ending that is not the format's,
                E303 where PDF or XLSX is not installed, E561 where a PDF cannot be set.
        """
        return Path(self.make_report(path, kind=kind, format=format, lang=lang, **question).path)

    def make_report(
        self,
        path: str | Path = "",
        *,
        kind: str = "full",
        format: str = "",  # noqa: A002 - the flag's own name
        lang: str = "",
        **question: Any,
    ) -> Made:
        """As :meth:`report`; the answer says what the file is, besides where it lies."""
        from lifelong.project.asked import Question
        from lifelong.project.papering import Wanted, write

        asked = Question.of(self._folder.config(), **question)
        return write(self._folder, Path(path) if path else None, asked, Wanted(kind, format, lang))

    def schedule(self, *, every: str = "monday", at: str = "07:00", **wanted: str) -> Schedule:
        """Lines for cron and systemd that make a report again and again; nothing is installed.

        Args:
            every: ``day``, ``monday`` to ``sunday``, or ``month``.
            at: the time of the day, such as ``07:00``.
            wanted: ``kind``, ``format``, ``lang`` as in :meth:`report`.

        Raises:
            ConfigError: E302, E563 for a word or a time that is not understood.
        """
        from lifelong.project.papering import Wanted
        from lifelong.project.scheduling import schedule

        self._folder.require()
        return schedule(self._folder.root, Wanted(**wanted), every, at)

    def export(self, path: str | Path, *, what: str = "scores", is_european: bool = False, rule: str = "") -> Path:
        """Write a table as .csv (formula-safe), .parquet or .xlsx.

        Args:
            path: where to.
            what: ``scores``, ``orders``, ``subscriptions``, ``spend``, ``segments`` (tiers of value) or ``quarantine``.
            is_european: CSV with semicolons and decimal commas.
            rule: leaves only the scores of customers whom it chooses, such as ``"best 20%"``: see :meth:`segment`.
        """
        from lifelong.project.exporting import export

        return export(self._folder, Path(path), what=what, is_european=is_european, rule=rule)

    def make_export(self, *, what: str = "scores", format: str = "csv") -> Made:  # noqa: A002 - as above
        """Write an export into exports/ of the project; ``format``: csv, csv-european, parquet or xlsx."""
        from lifelong.project.exporting import make

        return make(self._folder, what, format)

    def preview(self, *, what: str = "scores") -> dict[str, Any]:
        """The first rows of an export, its columns with their meaning, and how many rows there are."""
        from lifelong.project.exporting import preview

        return preview(self._folder, what)

    def kept(self, place: str) -> list[dict[str, Any]]:
        """The files of ``reports`` or ``exports``, the youngest first: name, size, and when each was made."""
        from lifelong.project.exporting import kept

        return kept(self._folder, place)

    def kept_file(self, place: str, name: str) -> Path:
        """Where one of these files lies; E503 for any other name."""
        from lifelong.project.exporting import kept_file

        return kept_file(self._folder, place, name)
