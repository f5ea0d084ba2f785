"""What is asked, and of whom: the terms of a value, and the customer base as of a day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError, did_you_mean
from lifelong.phrases import phrase
from lifelong.units import Horizon, Rate, date_of, day_of, share

if TYPE_CHECKING:
    import pyarrow as pa

    from lifelong.config import Config
    from lifelong.project.folder import Folder
    from lifelong.store.build import Tables
    from lifelong.store.landing import Manifest


#: What a value may be a sum of.
LEVELS = ("revenue", "gross", "contribution")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a value: how far ahead, which part of revenue, what later money is worth, and at which level."""

    horizon: Horizon
    margin: float | None
    discount: Rate
    level: str = ""

    @classmethod
    def of(
        cls, config: Config, horizon: str = "", margin: str | float = "", discount: str = "", level: str = ""
    ) -> Question:
        """The user's words, and the project's settings where they say nothing.

        ``margin="contribution"`` says the level alone: goods then cost what the settings or the orders say.
        """
        if margin in LEVELS:
            margin, level = "", level or str(margin)
        told = margin if margin != "" else config.margin
        return cls(
            Horizon.parse(horizon or config.horizon),
            None if told == "" else share(told, flag="--margin"),
            Rate.parse(discount or config.discount),
            _level(level or config.level),
        )


def _level(told: str) -> str:
    if told and told not in LEVELS:
        raise ConfigError(
            "E302",
            phrase("there is no level {told!r} of value", told=told),
            where="--level",
            why=did_you_mean(told, LEVELS),
            fix=phrase("take one of {levels}", levels=", ".join(LEVELS)),
        )
    return told


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The customer base as of a day: the orders' file, and the summary of every customer."""

    orders: pa.Table
    summary: pa.Table
    until: int
    state: str

    @property
    def has_money(self) -> bool:
        """Whether any order has an amount."""
        return bool(self.summary["revenue"].null_count < len(self.summary))

    @property
    def stamp(self) -> str:
        """The name of a result: the as-of day and the state of the landing."""
        return stamp(self.until, self.state)


def stamp(until: int, state: str) -> str:
    """The as-of day, and a short hash of the state of the landing."""
    return f"{date_of(until).isoformat()}-{hashlib.sha256(state.encode()).hexdigest()[:8]}"


def base(folder: Folder, until: str = "") -> Base:
    """Orders and summary as of a day; by default the last order's."""
    manifest, tables = folder.tables()
    return base_from(folder, manifest, tables, until)


def base_from(folder: Folder, manifest: Manifest, tables: Tables, until: str = "") -> Base:
    """Orders and summary of the tables of a manifest, as of a day."""
    work = folder.engine(sum(batch.rows for batch in manifest.batches))
    try:
        return base_of(work.scan([tables.orders]), until, manifest.state)
    finally:
        work.close()


def base_of(orders: Any, until: str = "", state: str = "") -> Base:
    """The base of orders in any engine's frame, lazy or not."""
    import narwhals as nw
    import pyarrow.compute as pc

    from lifelong.tables import summary

    table = nw.from_native(orders).lazy().collect(backend="pyarrow").to_native()
    last = day_of(until) if until else int(pc.max(table["day"]).as_py())
    made = nw.from_native(summary.summary(orders, last))
    if isinstance(made, nw.DataFrame):  # sorted already
        return Base(table, made.to_native(), last, state)
    return Base(table, made.collect(backend="pyarrow").to_native().sort_by("customer_id"), last, state)
