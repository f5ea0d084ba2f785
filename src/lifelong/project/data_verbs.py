"""The verbs that bring data into a project, look at what it holds, and take a person out of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.project.answers import Check, Merges, Receipt, Status
    from lifelong.project.folder import Folder
    from lifelong.values import ImportReport
    from lifelong.values.joined import Joined
    from lifelong.values.quarantine import Quarantine
    from lifelong.values.seen import Seen
    from lifelong.values.settings import Settings


class DataVerbs:
    """The part of :class:`lifelong.Project` that holds data."""

    _folder: Folder

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

    def look(
        self,
        file: str | Path,
        *,
        kind: str = "",
        columns: Mapping[str, str] | None = None,
        currency: str = "",
        timezone: str = "",
    ) -> Seen:
        """How a file would be read, and its first rows; nothing is stored.

        Args:
            file: as for :meth:`ingest`.
            kind: orders, spend, touches or subscriptions; by default the likeliest, by its columns.
            columns: our names to the file's, where they are not recognised.
            currency: of the amounts, where the file does not say.
            timezone: the zone that a day belongs to.
        """
        from lifelong.project.seeing import look

        config = self._folder.config()
        home = currency or config.currency or self._folder.identity()["currency"]
        return look(Path(file), kind, columns or {}, home, timezone or config.timezone)

    def check(self) -> Check:
        """All findings about the data; every stored byte is held against its hash."""
        from lifelong.project.looking import check

        return check(self._folder)

    def settings(self, **changes: Any) -> Settings:
        """The settings of lifelong.toml, what each means and which verbs read it; with ``changes``, as they are after them.

        Args:
            changes: settings by their names; either all are written, or none.

        Raises:
            ConfigError: E302, E301 for what is no setting or no value of one; E305 where stored rows were read by it.
        """
        from lifelong.project.configuring import settings

        return settings(self._folder, changes)

    def quarantine(self, reason: str = "", *, start: int = 0, most: int = 50) -> Quarantine:
        """Rows that were set aside: how many for which reason, with their money, and a page of them as they were sent."""
        from lifelong.project.setting_aside import quarantine

        return quarantine(self._folder, reason, start, most)

    def status(self) -> Status:
        """What the project holds."""
        from lifelong.project.looking import status

        return status(self._folder)

    def merges(self) -> Merges:
        """Which customers were joined, and by which rule."""
        from lifelong.project.looking import merges

        return merges(self._folder)

    def joined(self, *, start: int = 0, most: int = 50) -> Joined:
        """A page of the customers that were joined, each with the rule and with the e-mails that speak for it."""
        from lifelong.project.identifying import joined

        return joined(self._folder, start, most)

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
