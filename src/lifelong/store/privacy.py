"""Pseudonyms and forgetting. Keys live outside the project's folder; without its key a pseudonym matches nothing."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lifelong.errors import AccessError
from lifelong.store import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa

PERSONAL = ("customer_id", "email", "phone")
#: Figures of a report of spend, which name nobody, whatever number they are.
FIGURES = (
    "date",
    "starts",
    "ends",
    "month",
    "cost",
    "impressions",
    "clicks",
    "conversions",
    "conversion_value",
    "results",
)


def key_folder() -> Path:
    """Where this user's keys lie: LIFELONG_KEYS, or the platform's folder for a program's data."""
    told = os.environ.get("LIFELONG_KEYS")
    if told:
        return Path(told)
    if sys.platform == "win32":  # pragma: no cover - the same choice on another system
        return Path(os.environ.get("APPDATA", str(Path.home()))) / "lifelong" / "keys"
    return Path(os.environ.get("XDG_DATA_HOME", str(Path.home() / ".local" / "share"))) / "lifelong" / "keys"


def new_key(project_id: str) -> None:
    """Make the project's key, readable by its owner only, unless it is there."""
    path = key_folder() / f"{project_id}.key"
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(32).encode())


def read_key(project_id: str) -> bytes:
    """The project's key; where it is missing, the error says where it should lie."""
    path = key_folder() / f"{project_id}.key"
    try:
        return path.read_bytes()
    except OSError:
        raise AccessError(
            "E502",
            "the key of this project's pseudonyms is not there",
            where=str(path),
            why="customers are stored under a keyed hash, and only its key ties an id to it",
            fix="put the key file back, or set LIFELONG_KEYS to the folder that holds it",
        ) from None


def pseudonym(value: str, key: bytes) -> str:
    """HMAC-SHA-256 of a trimmed, lower-cased id, as 32 hexadecimal digits.

    An e-mail's pseudonym still has the form of one, so that a guest finds the account.
    """
    told = value.strip().lower()
    digits = hmac.new(key, told.encode(), hashlib.sha256).hexdigest()[:32]
    return f"{digits}@hidden.invalid" if "@" in told else digits


def hide(path: Path, key: bytes) -> None:
    """Replace the personal columns of a landing file by pseudonyms, in place, before it is adopted."""
    import pyarrow.parquet as pq

    source = pq.ParquetFile(path)
    temporary = files.temporary_beside(path)
    with pq.ParquetWriter(temporary, source.schema_arrow, compression="zstd") as writer:
        for batch in source.iter_batches(122_880):
            writer.write_batch(_hidden(batch, key))
    temporary.replace(path)


def _hidden(batch: pa.RecordBatch, key: bytes) -> pa.RecordBatch:
    import pyarrow as pa
    import pyarrow.compute as pc

    for name in (*PERSONAL, "raw"):
        at = batch.schema.get_field_index(name)
        if at < 0:
            continue
        column = batch.column(at)
        if name == "raw":  # an unreadable line may hold anyone's name: its reason is kept, its text is not
            replacement = pa.nulls(len(batch), column.type)
        else:
            codes = pc.dictionary_encode(column)
            words = [None if not v or not v.strip() else pseudonym(v, key) for v in codes.dictionary.to_pylist()]
            replacement = pa.array(words, column.type).take(codes.indices)
        batch = batch.set_column(at, batch.schema.field(at), replacement)
    return batch


@dataclass(frozen=True, slots=True)
class Person:
    """All by which somebody is known, trimmed and lower-cased: customer ids, and e-mails and numbers."""

    ids: frozenset[str]
    contacts: frozenset[str]


def find_person(paths: Sequence[Path], told: str, aliases: Mapping[str, str]) -> Person:
    """The person that an id or an e-mail stands for.

    ``aliases`` maps a merged id to the customer it was joined to (both lower-cased). A contact that others share
    does not make them the same person: only rows without an id of their own follow a contact.
    """
    told = told.strip().lower()
    ids = {told}
    for path in paths:
        ids |= _column_where(path, "customer_id", ("email", "phone"), {told})
    joined = {aliases[i] for i in ids if i in aliases} | ids
    ids = joined | {alias for alias, target in aliases.items() if target in joined}
    contacts = {told}
    for path in paths:
        for name in ("email", "phone"):
            contacts |= _column_where(path, name, ("customer_id",), ids)
    return Person(frozenset(ids - {""}), frozenset(contacts - {""}))


def without_person(source: Path, target: Path, person: Person) -> int:
    """Copy a landing file without a person: their rows go, and cells of others that name them are emptied.

    The rows that stay keep the source's numbers: where these were told by the rows' places, ``row`` stores them now.

    Returns the rows taken out.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    reader = pq.ParquetFile(source)
    taken = seen = 0
    schema = reader.schema_arrow
    if "row" not in schema.names:
        schema = schema.insert(0, pa.field("row", pa.int64()))
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for found in reader.iter_batches(122_880):
            batch = _numbered(found, seen)
            seen += len(batch)
            kept = batch.filter(pc.invert(_belongs(batch, person)))
            taken += len(batch) - len(kept)
            writer.write_batch(_unnamed(kept, person))
    return taken


def _numbered(batch: pa.RecordBatch, before: int) -> pa.RecordBatch:
    """Rows with ``row``, which is made from their places where it is not stored."""
    import numpy as np
    import pyarrow as pa

    if "row" in batch.schema.names:
        return batch
    return batch.add_column(0, "row", pa.array(np.arange(before + 1, before + len(batch) + 1, dtype=np.int64)))


def _belongs(batch: pa.RecordBatch, person: Person) -> pa.Array:
    """Rows of the person: by id, by contact where the row has no other id, or as an unreadable line that names them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    known = set(batch.schema.names)
    nothing = pa.array([False] * len(batch))
    by_id = _is_one_of(batch.column("customer_id"), person.ids | person.contacts) if "customer_id" in known else nothing
    nameless = pc.invert(_is_filled(batch.column("customer_id"))) if "customer_id" in known else pc.invert(nothing)
    gone = by_id
    for name in ("email", "phone"):
        if name in known:
            gone = pc.or_(gone, pc.and_(nameless, _is_one_of(batch.column(name), person.contacts)))
    if "raw" in known:
        gone = pc.or_(gone, _holds_a_word(batch.column("raw"), person.ids | person.contacts))
    return gone


def _unnamed(batch: pa.RecordBatch, person: Person) -> pa.RecordBatch:
    """The rows of others, with the cells emptied that name the person."""
    import pyarrow as pa
    import pyarrow.compute as pc

    long = {word for word in person.ids | person.contacts if len(word) > 5}
    for at, column_field in enumerate(batch.schema):
        if not pa.types.is_string(column_field.type) or column_field.name in {"customer_id", *FIGURES}:
            continue
        column = batch.column(at)
        named = _holds_a_word(column, long)
        if column_field.name in PERSONAL:
            named = pc.or_(named, _is_one_of(column, person.contacts))
        if pc.any(named).as_py():
            batch = batch.set_column(at, column_field, pc.if_else(named, pa.scalar(None, column_field.type), column))
    return batch


def _column_where(path: Path, wanted: str, keys: tuple[str, ...], words: set[str]) -> set[str]:
    """Distinct values (lower-cased) of a column on the rows where one of the key columns is one of the words."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    reader = pq.ParquetFile(path)
    present = [name for name in keys if name in reader.schema_arrow.names]
    found: set[str] = set()
    if wanted not in reader.schema_arrow.names:
        return found
    for name in present:
        for batch in reader.iter_batches(122_880, columns=[wanted, name]):
            hits = batch.filter(_is_one_of(batch.column(name), words)).column(wanted)
            found |= {value.strip().lower() for value in pc.unique(hits).to_pylist() if value}
    return found


def _is_filled(column: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    return pc.fill_null(pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(column)), 0), False)


def _is_one_of(column: pa.Array, words: Iterable[str]) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pc.utf8_lower(pc.utf8_trim_whitespace(column))
    return pc.fill_null(pc.is_in(text, value_set=pa.array(sorted(words), text.type)), False)


def _holds_a_word(column: pa.Array, words: Iterable[str]) -> pa.Array:
    """Where a text holds one of the words, not as a part of a longer word."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pa.array([False] * len(column))
    for word in sorted(words):
        pattern = rf"(^|[^0-9\pL]){re.escape(word)}($|[^0-9\pL])"
        found = pc.or_(found, pc.fill_null(pc.match_substring_regex(column, pattern, ignore_case=True), False))
    return found
