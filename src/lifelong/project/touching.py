"""Touches that a project keeps: a file of them in, an import report out; and the table that attribution reads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lifelong import schema
from lifelong.errors import ConfigError
from lifelong.phrases import phrase
from lifelong.project import ingesting
from lifelong.store import files, touched
from lifelong.units import share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from lifelong.project.folder import Folder
    from lifelong.store.beside import Table
    from lifelong.store.landing import Manifest
    from lifelong.values import ImportReport


@dataclass(frozen=True, slots=True)
class Asked:
    """How a table of touches is read, as far as the user says.

    Attributes:
        columns: our names (``schema.TOUCH_SOURCE``) to the file's.
        timezone: the zone that a day belongs to.
        aliases: other names of sources, media and channels to what they mean; they come before the project's.
        bad_share: above this share of bad rows the file is refused whole.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    timezone: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    bad_share: str = ""


def ingest(folder: Folder, path: Path, asked: Asked) -> ImportReport:
    """Read a table of touches into the landing. The report reconciles to the file, or nothing is stored."""
    from lifelong.sources import touches
    from lifelong.tables import touch_report

    config = folder.config()
    with folder.writing("touches"):
        ingesting.there(path)
        folder.progress("looking at the file", 0, None)
        known = parsed(config.aliases) | _lowered(asked.aliases)
        plan = touches.plan(path, columns=asked.columns, timezone=asked.timezone or config.timezone)
        words = plan.as_dict() | {"aliases": dict(sorted(known.items()))}
        manifest, batch_id = folder.landing.read(), f"touches-{files.sha256(path)[:16]}"
        before = manifest.batch(batch_id)
        if before is not None and ingesting.lasting(before.plan) == ingesting.lasting(words):
            return ingesting.already(table(folder, manifest).reports()[batch_id])
        batch = replace(ingesting.land(folder, path, plan, batch_id, config), plan=words)
        richer = manifest.with_touches(batch)
        report = table(folder, richer).reports()[batch_id]
        touch_report.refuse(report, share(asked.bad_share or config.bad_share, flag="--bad-share"))
        folder.landing.commit(richer)
        folder.builder.sweep(richer)
        return replace(report, columns=dict(plan.columns), findings=(*plan.findings, *report.findings))


def table(folder: Folder, manifest: Manifest) -> Table[ImportReport]:
    """The manifest's table of touches, made where it is missing."""
    return touched.build(folder.root, folder.landing, manifest, folder.progress)


def reports(folder: Folder) -> list[ImportReport]:
    """The import reports of all files of touches."""
    manifest = folder.landing.read()
    return list(table(folder, manifest).reports().values()) if manifest.touches else []


def touches_table(folder: Folder) -> pa.Table:
    """The project's touches, ``schema.TOUCHES``, each person under the name that the orders' tables use; empty without any.

    An e-mail stands for the customer whose orders have it, and a customer that was joined to another for that one.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    manifest = folder.landing.read()
    if not manifest.touches:
        kinds = {"text": pa.string(), "int32": pa.int32()}
        return pa.table({c.name: pa.array([], kinds[c.kind]) for c in schema.TOUCHES})
    with pq.ParquetFile(table(folder, manifest).rows) as file:
        rows = file.read()
    names = _names(folder, manifest)
    if not names:
        return rows
    alias, customer = (pa.array(side, pa.string()) for side in (names.keys(), names.values()))
    place = pc.index_in(rows["customer_id"].cast(pa.string()), value_set=alias)
    told = pc.coalesce(pc.take(customer, place), rows["customer_id"].cast(pa.string()))
    return rows.set_column(rows.column_names.index("customer_id"), "customer_id", told)


def _names(folder: Folder, manifest: Manifest) -> dict[str, str]:
    """E-mails, and customers that were joined to others, to the customers of the orders' tables."""
    import pyarrow.parquet as pq

    from lifelong.tables.touches import owners

    if not manifest.batches:
        return {}
    rows = pq.read_table(folder.builder.build(manifest).merges)
    joined = dict(zip(rows["alias"].to_pylist(), rows["customer_id"].to_pylist(), strict=True))
    holders: dict[str, set[str]] = {}
    for batch in manifest.batches:
        with pq.ParquetFile(folder.landing.path(batch)) as file:
            if "email" not in file.schema_arrow.names:
                continue
            pairs = owners(file.read(columns=["customer_id", "email"]))
        for mail, who in zip(pairs["email"].to_list(), pairs["customer_id"].to_list(), strict=True):
            holders.setdefault(mail, set()).add(joined.get(who, who))
    return {mail: next(iter(who)) for mail, who in holders.items() if len(who) == 1} | joined


def parsed(told: Sequence[str]) -> dict[str, str]:
    """Aliases as lifelong.toml has them, ``"fb=facebook"``, in small letters.

    Raises:
        ConfigError: E377, where one is not of that form.
    """
    made = {}
    for text in told:
        name, sign, meaning = text.partition("=")
        if not sign or not name.strip() or not meaning.strip():
            raise ConfigError(
                "E377", phrase("{text!r} is no alias", text=text), where="aliases in lifelong.toml",
                why="an alias says which name stands for which", fix='write aliases = ["fb=facebook", "nl=email"]',
            )  # fmt: skip
        made[name] = meaning
    return _lowered(made)


def _lowered(told: Mapping[str, str]) -> dict[str, str]:
    return {name.strip().lower(): meaning.strip().lower() for name, meaning in told.items()}
