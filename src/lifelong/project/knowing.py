"""What a project knows of customers beside their orders: covariates, and a first order before the data begin."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import ConfigError, DataError, did_you_mean
from lifelong.phrases import phrase
from lifelong.units import date_of, day_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.judge.older import Older
    from lifelong.judge.traits import Traits
    from lifelong.project.asked import Base
    from lifelong.project.folder import Folder
    from lifelong.values import Fit

#: What the orders themselves say of a customer: by the first one.
OF_ORDERS = ("channel", "product")


@dataclass(frozen=True, slots=True)
class Known:
    """What the user says is known of customers.

    Attributes:
        covariates: columns that move a model's rates.
        penalty: what a customer's mean log-likelihood loses for each squared coefficient.
        since: the column with the day of the first order, which may lie before the data begin.
    """

    covariates: tuple[str, ...] = ()
    penalty: float = 0.0
    since: str = ""

    @classmethod
    def of(cls, covariates: Sequence[str] = (), penalty: str | float = 0.0, since: str = "") -> Known:
        """From the user's words.

        Raises:
            ConfigError: E301, E182.
        """
        try:
            size = float(penalty or 0.0)
        except ValueError:
            size = -1.0
        if (covariates and isinstance(covariates, str)) or not (0.0 <= size < np.inf):
            raise ConfigError(
                "E301",
                phrase("a penalty of {penalty} is not understood", penalty=penalty)
                if not isinstance(covariates, str)
                else phrase("{covariates!r} for a list of names is not understood", covariates=covariates),
                where="--covariates, --l2",
                fix="--l2 takes 0 or more; covariates are names",
            )
        if covariates and since:
            raise apart("covariates", "a first order before the data begin")
        return cls(tuple(dict.fromkeys(covariates)), size, since)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file that must be kept for it."""
        return tuple(name for name in (*self.covariates, self.since) if name and name not in OF_ORDERS)

    @property
    def is_something(self) -> bool:
        """Whether anything is known."""
        return bool(self.covariates or self.since)


def apart(one: str, other: str) -> ConfigError:
    """The error where two ways to change a model are asked for at once."""
    return ConfigError(
        "E182",
        phrase("{one} and {other} do not go together", one=one, other=other),
        where="what was asked for",
        why="each is a likelihood of its own, and nobody has put these two into one",
        fix="ask for one of them",
    )


def traits(folder: Folder, at: Base, known: Known) -> Traits | None:
    """The covariates of a base's customers, as their first order day says; None where none is asked for.

    Raises:
        DataError: E181 where the project keeps no such column.
    """
    from lifelong.judge.traits import Traits

    if not known.covariates:
        return None
    told = first_texts(folder, at, known.covariates)
    columns = {name: _column(told[name]) for name in known.covariates}
    table = at.summary.select(["customer_id"])
    for name, values in columns.items():
        table = table.append_column(name, [values])
    return Traits(known.covariates, table, known.penalty)


def digest(told: str, columns: Sequence[pa.ChunkedArray]) -> str:
    """A hash of the patterns' own and of further columns."""
    made = hashlib.sha256(told.encode())
    for column in columns:
        made.update("\x1f".join(map(str, column.to_pylist())).encode())
    return made.hexdigest()[:16]


def seen_by(folder: Folder, made: Fit, at: Base) -> Base:
    """The base as a fit needs it: with its covariates beside the summary, with customers who are older than the data, or counted by occasions.

    Raises:
        DataError: E181 where the project no longer keeps a column that the fit was made with.
    """
    from lifelong.judge.fitting import counted

    if "covariates" in made.info:
        found = traits(folder, at, Known(made.covariates))
        return at if found is None else replace(at, summary=found.beside(at.summary))
    if "before" in made.info and "before" not in at.summary.column_names:
        return older(folder, at, str(made.info["before"].get("column", "")))
    return replace(at, summary=counted(made.model, at.orders, at.summary, at.until))


def newcomers(folder: Folder, made: Fit, at: Base, count: int) -> pa.Table:
    """A summary of customers seen on the last day for the first time; their covariates are shared out as those of the customers there are.

    Raises:
        DataError: as :func:`seen_by`.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    summary = seen_by(folder, made, at).summary
    names = made.covariates
    rows = pc.sort_indices(summary, sort_keys=[(name, "ascending") for name in names]) if names else pa.array([0])
    taken = rows.take(pa.array(((np.arange(count) + 0.5) * len(rows) / count).astype(np.int64)))

    def column(name: str) -> pa.Array | pa.ChunkedArray:
        kind = summary.schema.field(name).type
        if name in names:
            return summary[name].take(taken)
        if name == "customer_id":
            return pa.array([f"new {i}" for i in range(count)], kind)
        return pa.array([at.until if name == "first_day" else 1 if name == "orders" else 0] * count, kind)

    return pa.table({name: column(name) for name in summary.column_names if name != "cost"})


def older(folder: Folder, at: Base, name: str) -> Base:
    """The base with its customers' age when the data begin, by the column with the day of the first order.

    Raises:
        DataError: E181 where the project keeps no such column; E183 where it holds no days, or none before the data begin.
    """
    return aged(at, at.summary["customer_id"].to_pylist(), first_texts(folder, at, (name,))[name], name)


def aged(at: Base, ids: Sequence[Any], texts: Sequence[str | None], name: str) -> Base:
    """The base with ``before`` beside the summary, and the older customers' histories counted from the begin of the data.

    An older customer's first order in view is no first order: it counts as all others do, from the last day without
    data on, which stands in the place of the first order day. Who has none in view has a row too.

    Args:
        at: the orders in view.
        ids: customers, each once.
        texts: the day of the first order of each; empty where it is not known.
        name: what the days are called.

    Raises:
        DataError: E183.
    """
    from lifelong.project.asked import base_of

    known = olds(at, ids, texts, name)
    made = base_of(known.started(at.orders), date_of(at.until).isoformat(), at.state)
    return replace(at, summary=known.beside(made.summary))


def older_of(folder: Folder, at: Base, known: Known) -> Older | None:
    """Who is older than the data, for a back-test; None where it is not asked. Raises as :func:`older`."""
    if not known.since:
        return None
    texts = first_texts(folder, at, (known.since,))[known.since]
    return olds(at, at.summary["customer_id"].to_pylist(), texts, known.since)


def olds(at: Base, ids: Sequence[Any], texts: Sequence[str | None], name: str) -> Older:
    """Who is older than the data; arguments and errors as of :func:`aged`."""
    import pyarrow as pa

    from lifelong.judge.older import Older

    begin = int(at.summary["first_day"].to_numpy().min()) - 1
    days = _days(name, texts)
    is_older = days <= begin
    if not is_older.any():
        raise DataError(
            "E183",
            phrase(
                "no customer's {name} lies before the first order of all, on {begin}",
                name=name,
                begin=date_of(begin + 1),
            ),
            where=phrase("column {name}", name=name),
            why="where everybody came since the data begin, nothing was cut off",
            fix="fit without it",
        )
    who = pa.array([one for one, is_one in zip(ids, is_older, strict=True) if is_one], at.summary["customer_id"].type)
    return Older(name, begin, who, pa.array(begin - days[is_older], pa.int32()))


def kept_lines(folder: Folder) -> pa.Table | None:
    """Every kept row's customer, day and kept columns, of all files; None where no column was kept."""
    import narwhals as nw
    import pyarrow as pa
    import pyarrow.parquet as pq

    from lifelong.tables import clean
    from lifelong.tables.clean_orders import known_as

    manifest, tables = folder.tables()
    merges = pq.read_table(tables.merges)
    parts = []
    for batch in manifest.batches:
        names = list(batch.plan["keep"])
        if not names:
            continue
        work = folder.engine(batch.rows)
        raw = work.raw(folder.landing.path(batch))
        lines = nw.from_native(clean.lines(raw, clean.Rules.from_dict(batch.plan["rules"])))
        lines = lines.filter(nw.col("reason").is_null()).select("row", "customer_id", "day")
        made = lines.join(nw.from_native(raw).select("row", *names), on="row", how="left").drop("row")
        parts.append(made.lazy().collect(backend="pyarrow").to_native())
        work.close()
    if not parts:
        return None
    return known_as(pa.concat_tables(parts, promote_options="default"), merges)


def first_texts(
    folder: Folder, at: Base, names: Sequence[str], where: str = "--covariates, --known-since"
) -> dict[str, list[str | None]]:
    """What each customer's first order day says under these names, in the order of the summary."""
    import narwhals as nw
    import pyarrow.compute as pc

    from lifelong.tables.firsts import carried
    from lifelong.tables.loyalty import first_names

    people = at.summary.select(["customer_id", "first_day"])
    there = [n for n in OF_ORDERS if n in at.orders.column_names and at.orders[n].null_count < len(at.orders)]
    kept = [name for name in names if name not in there]
    lines = kept_lines(folder) if kept else None
    known = sorted({*there, *(lines.column_names if lines is not None else ())} - {"customer_id", "day"})
    for name in names:
        if name not in known:
            raise DataError(
                "E181",
                phrase("the project keeps no column {name!r} of its customers", name=name),
                where=where,
                why=did_you_mean(name, known),
                fix=phrase("keep it:  lifelong ingest FILE --keep {name}", name=name),
            )
    found = {
        n: nw.to_native(nw.from_native(first_names(at.orders, n, at.until, at.summary)).lazy().collect("pyarrow"))
        for n in names
        if n in there
    }
    if lines is not None:
        own = carried(lines, people, kept)
        found |= dict.fromkeys(kept, own)
    made = {}
    for name, rows in found.items():
        place = pc.index_in(people["customer_id"], value_set=rows["customer_id"].combine_chunks())
        made[name] = rows[name].take(place).to_pylist()
    return made


def _column(texts: list[str | None]) -> pa.Array:
    """Numbers where every text is one and there are many different ones; else words, with one for those that are empty."""
    import pyarrow as pa

    from lifelong.models.levels import SEVERAL
    from lifelong.schema import UNKNOWN

    told = [(text or "").strip() for text in texts]
    words = pa.array([text or UNKNOWN for text in told])
    if len(set(told)) <= SEVERAL:
        return words
    try:
        numbers = np.array([float(text) for text in told])
    except ValueError:
        return words
    return pa.array(numbers) if np.isfinite(numbers).all() else words


def _days(name: str, texts: Sequence[str | None]) -> NDArray[np.int64]:
    """Days of texts; where one is empty, a day that nobody sees."""
    never = np.iinfo(np.int64).max
    day: dict[str, int] = {"": never}
    odd = []
    for text in {(text or "").strip() for text in texts} - {""}:
        try:
            day[text] = day_of(text)
        except ConfigError:
            odd.append(text)
    if odd:
        raise DataError(
            "E183",
            phrase("{odd} values of {name} are no dates, such as {min!r}", odd=len(odd), name=name, min=min(odd)),
            where=phrase("column {name}", name=name),
            why="a customer's age when the data begin is counted from that day",
            fix="write dates as 1997-09-30, and leave the cell empty where the day is not known",
        )
    return np.array([day[(text or "").strip()] for text in texts])
