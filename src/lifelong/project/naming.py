"""Which channel and campaign each customer came by: from the touches by a rule, or as the first order says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.decide.attribution import RULES, How, parts_of
from lifelong.decide.paths import Paths
from lifelong.errors import ConfigError, DataError, did_you_mean
from lifelong.phrases import phrase
from lifelong.project import touching
from lifelong.schema import UNKNOWN
from lifelong.tables.medium_rules import ALIASES
from lifelong.units import Horizon

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.project.asked import Base
    from lifelong.project.folder import Folder

#: The channel that won a customer is the first that touched them, where no rule is told.
DEFAULT = "first"
#: As the first order itself says, whatever the touches.
ORDERS = "orders"
COLUMNS = ("channel", "campaign")


@dataclass(frozen=True, eq=False)
class Named:
    """Names of n customers in m parts, those of one customer one after another.

    Attributes:
        owner: whose part it is, 0 to n - 1, rising, shape (m,).
        credit: how much of the customer it is; those of one sum to 1, same shape.
        names: channel and campaign, m each; ``unknown`` where nothing tells.
        origin: who named them, in words.
        common: other names of channels to the common ones that these are; None where names are as the orders have them.
    """

    owner: NDArray[np.int64]
    credit: NDArray[np.float64]
    names: dict[str, list[str]]
    origin: str
    common: Mapping[str, str] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nobody is shared."""
        return len(self.owner) == 0 or len(self.owner) == int(self.owner[-1]) + 1


@dataclass(frozen=True, slots=True)
class Rule:
    """How customers are named: a rule of ``decide.attribution.RULES``, ``orders``, or empty; and how long touches count."""

    name: str = ""
    window: str = "90d"

    def check(self) -> None:
        """Refuse what is no rule.

        Raises:
            ConfigError: E375.
        """
        rules = (*RULES, ORDERS)
        if self.name and self.name not in rules:
            raise unclear(
                phrase("there is no rule {name!r}", name=self.name),
                "--rule",
                did_you_mean(self.name, rules),
                phrase("--rule {default}", default=DEFAULT),
            )


def named(folder: Folder, at: Base, told: pa.Table, by: str, rule: Rule) -> Named:
    """Names of the customers of ``told`` (``customer_id``, ``first_day``), in the order of its rows.

    Where the project holds touches, the rule names the channels of those before the first order; of whom no touch tells, the
    first order does. Without touches, or by another column than these, the first order tells of everybody.

    Raises:
        DataError: E384 where the column was not kept; E491 where a rule needs touches that are not there.
        ConfigError: E374, E375 where the rule is not understood.
    """
    rule.check()
    touches = touching.touches_table(folder) if by in COLUMNS and rule.name != ORDERS else None
    usable = touches is not None and _tells(touches, by)
    if rule.name not in {"", ORDERS} and not usable:
        raise _no_touches(folder, rule.name, by)
    if touches is None or not usable:
        return _by_orders(folder, at, told, by)
    return _by_touches(folder, at, (told, touches), by, rule)


def came(at: Base, folder: Folder) -> pa.Table:
    """A row a customer: ``customer_id``, ``first_day``, ``channel`` of the first order under its common name, or null."""
    import narwhals as nw
    import pyarrow as pa
    import pyarrow.compute as pc

    from lifelong.tables.loyalty import first_names

    people = at.summary.select(["customer_id", "first_day"])
    if "channel" not in at.orders.column_names or at.orders["channel"].null_count == len(at.orders):
        return people.append_column("channel", pa.nulls(len(people), pa.string()))
    told = nw.to_native(first_names(at.orders, "channel", at.until, people))
    aliases = known(folder)
    place = pc.index_in(people["customer_id"].combine_chunks(), value_set=told["customer_id"].combine_chunks())
    codes = pc.dictionary_encode(told["channel"].cast(pa.string()).combine_chunks().take(place))
    names = [name.strip().lower() for name in codes.dictionary.to_pylist()]
    common = pa.array([aliases.get(name, name) or None for name in names], pa.string())
    return people.append_column("channel", common.take(codes.indices))


def known(folder: Folder) -> dict[str, str]:
    """Other names of channels, in small letters, to the common ones: ours and the project's own."""
    return ALIASES | touching.parsed(folder.config().aliases)


def laid(ways: pa.Table, player: str = "channel") -> tuple[pa.Table, pa.Array, Paths]:
    """Ways of ``tables.journeys`` in the order of their touches, whose they are, and the same as arrays.

    Args:
        ways: as :func:`lifelong.tables.journeys.journeys` makes them.
        player: what is credited: ``channel`` or ``campaign``. The value of each customer won is 1.
    """
    import pyarrow.compute as pc

    told = ways.sort_by(
        [("customer_id", "ascending"), ("age", "descending"), ("second", "ascending"), ("channel", "ascending"), ("campaign", "ascending")]
    )  # fmt: skip
    who, name = (
        pc.dictionary_encode(column.combine_chunks())
        for column in (told["customer_id"], pc.fill_null(told[player], ""))
    )
    path = who.indices.to_numpy().astype(np.int64)
    names = sorted(name.dictionary.to_pylist())
    rank = {text: i for i, text in enumerate(names)}
    code = np.array([rank[text] for text in name.dictionary.to_pylist()], np.int64)[name.indices.to_numpy()]
    won = told["is_won"].to_numpy()[np.flatnonzero(np.diff(path, prepend=-1))].astype(bool)
    paths = Paths(tuple(names), path, code, told["age"].to_numpy().astype(float), won, won.astype(np.int64))
    return told, who.dictionary, paths


def days(text: str, flag: str, example: str) -> float:
    """A time of a day or more.

    Raises:
        ConfigError: E375.
    """
    try:
        told = float(Horizon.parse(text).days)
    except ConfigError:
        told = math.nan
    if math.isfinite(told) and told >= 1:
        return told
    raise unclear(
        phrase("{text!r} is no time of a day or more", text=text),
        flag,
        "touches beyond it do not count",
        phrase("{flag} {example}", flag=flag, example=example),
    )


def unclear(what: str, where: str, why: str, example: str) -> ConfigError:
    """The error of a wish that is not understood."""
    return ConfigError("E375", what, where=where, why=why, fix=phrase("write {example}", example=example))


def _by_touches(folder: Folder, at: Base, tables: tuple[pa.Table, pa.Table], by: str, rule: Rule) -> Named:
    """From the touches; from the first order, where there are none of a customer."""
    import pyarrow as pa

    from lifelong.tables.journeys import journeys

    told, touches = tables
    window, name = math.floor(days(rule.window, "--window", "90d")), rule.name or DEFAULT
    people = came(at, folder)
    begin = int(np.min(people["first_day"].to_numpy()))
    ways, _, paths = laid(journeys(touches, people, window, begin, at.until), by)
    part = pa.array(parts_of(paths, name, How((name,))))
    kept = ways.append_column("credit", part).filter(pa.array(paths.won[paths.path]))
    keys = ["customer_id", *COLUMNS]
    kept = kept.group_by(keys).aggregate([("credit", "sum")]).sort_by([(key, "ascending") for key in keys])
    kept = kept.filter(pa.array(kept["credit_sum"].to_numpy() > 0))
    place = {who: i for i, who in enumerate(told["customer_id"].to_pylist())}
    owner = np.array([place[who] for who in kept["customer_id"].to_pylist()], np.int64)
    order = np.argsort(owner, kind="stable")
    kept, owner = kept.take(pa.array(order)), owner[order]
    channel, campaign = (kept[column].to_pylist() for column in COLUMNS)
    alone = np.array([text is None for text in campaign])
    own = _carried(folder, told, "campaign") if alone.any() else {}
    ids = kept["customer_id"].to_pylist()
    campaign = [own.get(who) if text is None else text for who, text in zip(ids, campaign, strict=True)]
    names = {"channel": channel, "campaign": [text or UNKNOWN for text in campaign]}
    dark = alone & (np.array(names[by], object) == UNKNOWN)
    counts = len(told) - int(alone.sum()), int((alone & ~dark).sum()), int(dark.sum())
    origin = (
        f"from the touches of the {window} days before the first order, by the rule {name}, for {counts[0]:,} customers; from the "
        f"first order for {counts[1]:,}; nothing tells for {counts[2]:,}, who stand under {UNKNOWN}"
    )
    return Named(owner, kept["credit_sum"].to_numpy(), names, origin, known(folder))


def _by_orders(folder: Folder, at: Base, told: pa.Table, by: str) -> Named:
    """Channel and campaign of each customer's first order; unknown where nothing tells."""
    import narwhals as nw

    from lifelong.tables.loyalty import first_names

    own: dict[str, dict[str, Any]] = {}
    if "channel" in at.orders.column_names:
        rows = nw.to_native(first_names(at.orders, "channel", at.until))
        own["channel"] = dict(zip(rows["customer_id"].to_pylist(), rows["channel"].to_pylist(), strict=True))
    wanted = "campaign" if by == "channel" else by
    own["campaign"] = _carried(folder, told, wanted)
    if not own["campaign"] and by != "channel":
        raise DataError(
            "E384", phrase("it is not known by which {by} customers came", by=by), where="the orders",
            why="a first order says it, where the column was kept",
            fix=phrase("lifelong ingest FILE --keep {by}; or by channel:  --by channel", by=by),
        )  # fmt: skip
    ids = told["customer_id"].to_pylist()
    names = {n: [own.get(n, {}).get(c) or UNKNOWN for c in ids] for n in COLUMNS}
    dark = sum(text == UNKNOWN for text in names["channel" if by == "channel" else "campaign"])
    origin = f"from the first order's own {by} for {len(ids) - dark:,} customers; nothing tells for {dark:,}, who stand under {UNKNOWN}"
    return Named(np.arange(len(ids)), np.ones(len(ids)), names, origin)


def _carried(folder: Folder, told: pa.Table, column: str) -> dict[str, Any]:
    """What a kept column says of each customer's first order day; nothing where it was not kept."""
    from lifelong.project.knowing import kept_lines
    from lifelong.tables.firsts import carried

    lines = kept_lines(folder)
    if lines is None or column not in lines.column_names:
        return {}
    made = carried(lines.select(["customer_id", "day", column]), told.select(["customer_id", "first_day"]), [column])
    return dict(zip(made["customer_id"].to_pylist(), made[column].to_pylist(), strict=True))


def _tells(touches: pa.Table, by: str) -> bool:
    """Whether any touch has such a name."""
    import pyarrow.compute as pc

    return len(touches) > 0 and (by == "channel" or bool(pc.any(pc.not_equal(touches[by], "")).as_py()))


def _no_touches(folder: Folder, rule: str, by: str) -> DataError:
    return DataError(
        "E491", phrase("the rule {rule} needs touches that name a {by}, and the project holds none", rule=rule, by=by), where=str(folder.root),
        why="a rule chooses among the channels that touched a customer before the first order",
        fix=phrase("lifelong touches FILE; or take the first order's own:  --rule {orders}", orders=ORDERS),
    )  # fmt: skip
