"""The verb `identity`: customers that were joined, by which rule, and the e-mails that speak for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong.values.joined import Join, Joined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lifelong.project.folder import Folder

#: Joins that one answer tells at most.
MOST = 500


def joined(folder: Folder, start: int, most: int) -> Joined:
    """A page of the joins, by customer and alias, each with its evidence.

    Raises:
        DataError: E106, where the project holds no orders.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    folder.require()
    manifest, tables = folder.tables()
    every = pq.read_table(tables.merges).sort_by([("customer_id", "ascending"), ("alias", "ascending")])
    some = every.slice(max(start, 0), min(max(most, 0), MOST)).to_pylist()
    wanted = {row["customer_id"] for row in some}
    parts = every.filter(pc.is_in(every["customer_id"], value_set=_texts(sorted(wanted)))).to_pylist()
    whole: dict[str, set[str]] = {customer: {customer} for customer in wanted}
    for row in parts:
        whole[row["customer_id"]].add(row["alias"])
    seen = _emails(folder, {one for part in whole.values() for one in part})
    customers = len(pc.unique(pq.read_table(tables.orders, columns=["customer_id"])["customer_id"]))
    return Joined(
        len(every), max(start, 0), tuple(_join(row, whole[row["customer_id"]], seen) for row in some), manifest.undone, customers
    )  # fmt: skip


def _texts(words: list[str]) -> Any:
    import pyarrow as pa

    return pa.array(words, pa.string())


def _join(row: dict[str, str], part: Iterable[str], seen: dict[str, dict[str, int]]) -> Join:
    """The join, with the e-mails that its alias shares with others of the same customer."""
    alias = row["alias"]
    own = seen.get(alias, {})
    others = {email for one in part if one != alias for email in seen.get(one, {})}
    shared = sorted({email for email in own if email and email in others})
    return Join(alias, row["customer_id"], row["rule"], tuple(shared), sum(own.values()))


def _emails(folder: Folder, ids: set[str]) -> dict[str, dict[str, int]]:
    """By id, the e-mails of its rows with how many rows each has; a guest's id is the e-mail."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    lower, known = {one.lower(): one for one in ids}, _texts(sorted({one.lower() for one in ids}))
    found: dict[str, dict[str, int]] = {}
    for batch in folder.landing.read().batches:
        file = pq.ParquetFile(folder.landing.path(batch))
        names = [name for name in ("customer_id", "email") if name in file.schema_arrow.names]
        for rows in file.iter_batches(122_880, columns=names):
            email = _told(rows, "email")
            who = pc.coalesce(_told(rows, "customer_id"), email)
            mask = pc.fill_null(pc.is_in(who, value_set=known), False)
            for one, address in zip(who.filter(mask).to_pylist(), email.filter(mask).to_pylist(), strict=True):
                of = found.setdefault(lower[one], {})
                of[address or ""] = of.get(address or "", 0) + 1
    return found


def _told(rows: Any, name: str) -> Any:
    """A column of a batch trimmed and in small letters; nothing where it is absent or empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if name not in rows.schema.names:
        return pa.nulls(len(rows), pa.string())
    text = pc.utf8_lower(pc.utf8_trim_whitespace(rows.column(name).cast(pa.string())))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
