"""A project's folder: where things lie, its settings, its lock, and the tables that the verbs read."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lifelong import config as settings
from lifelong.errors import ConfigError, DataError
from lifelong.phrases import phrase
from lifelong.store import engine, files
from lifelong.store.build import Builder, Tables
from lifelong.store.landing import Landing, Manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import duckdb

    from lifelong.store.engine import Engine

    Progress = Callable[[str, int, int | None], None]

KIND = "lifelong-project/1"
#: ISO 4217's own code for "no currency": amounts are exact, their unit was never told.
NO_CURRENCY = "XXX"
# Folders into which verbs write single files; the landing and the caches are swept by those who know them.
_RESULTS = ("receipts", "fits", "scores", "reports", "exports", "backtests", "plans", "scorecards")


def silent(step: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


class Folder:
    """The project's files; every verb works through it, and only the verbs change it."""

    def __init__(self, root: Path, progress: Progress) -> None:
        self.root = root
        self.progress = progress
        self.landing = Landing(root)
        self.builder = Builder(root, self.landing, progress)

    # -- settings -------------------------------------------------------------------------------------------------

    @property
    def exists(self) -> bool:
        """Whether a project was made here."""
        return (self.root / settings.FILE_NAME).is_file()

    def create(self, config: settings.Config | None = None) -> None:
        """Make the folder, its settings and an empty landing; what is there stays."""
        with files.disk_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            with files.Lock(self.root, "init"):
                if not (self.root / "project.json").exists():
                    files.write_sealed(self.root / "project.json", KIND, {"id": secrets.token_hex(8), "currency": ""})
                self.landing.create()
                if not self.exists:
                    self.save_config(config or settings.Config(name=self.root.resolve().name))

    def config(self) -> settings.Config:
        """The settings as lifelong.toml has them now."""
        self.require()
        return settings.read(self.root / settings.FILE_NAME)

    def save_config(self, config: settings.Config) -> None:
        """Write lifelong.toml."""
        files.write_bytes(self.root / settings.FILE_NAME, settings.text(config).encode())

    def set_config(self, **changes: Any) -> None:
        """Change some settings."""
        self.save_config(replace(self.config(), **settings.checked(changes, "settings")))

    def require(self) -> None:
        """Refuse where there is no project."""
        if not self.exists:
            raise ConfigError(
                "E304",
                phrase("there is no project in {root}", root=self.root),
                where=str(self.root.resolve()),
                why=phrase("a project is a folder with {file_name}", file_name=settings.FILE_NAME),
                fix="lifelong run FILE makes one from an order export; lifelong init makes an empty one; --project DIR names another",
            )

    def identity(self) -> dict[str, Any]:
        """The project's id and currency."""
        return files.read_sealed(self.root / "project.json", KIND)

    def save_identity(self, identity: dict[str, Any]) -> None:
        """Write the project's id and currency."""
        files.write_sealed(self.root / "project.json", KIND, identity)

    @property
    def currency(self) -> str:
        """The currency of every amount in the project; XXX where no one has told it."""
        return str(self.identity()["currency"]) or NO_CURRENCY

    # -- one writer -----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def writing(self, verb: str) -> Iterator[None]:
        """Hold the lock, sweep what a killed process left, and tell disk failures plainly."""
        self.require()
        with files.disk_errors(self.root), files.Lock(self.root, verb):
            for place in (self.root, *(self.root / name for name in _RESULTS)):
                files.sweep(place)
            self.landing.sweep()
            self.builder.sweep(self.landing.read())
            yield

    # -- tables ---------------------------------------------------------------------------------------------------

    def tables(self) -> tuple[Manifest, Tables]:
        """The current manifest and its tables, made where they are missing."""
        manifest = self.landing.read()
        if not manifest.batches:
            raise DataError(
                "E106",
                "the project holds no orders yet",
                where=str(self.root),
                why="this is computed from orders"
                if manifest.subscriptions
                else "everything else is computed from orders",
                fix="lifelong ingest FILE; subscribers alone are valued by:  lifelong subscriptions"
                if manifest.subscriptions
                else "lifelong ingest FILE",
            )
        return manifest, self.builder.build(manifest)

    def engine(self, rows: int) -> Engine:
        """The engine for so many rows of this folder."""
        return engine.choose(self.root, rows)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A locked-down DuckDB for this folder."""
        return engine.connect(self.root)
