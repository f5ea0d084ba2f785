"""The verbs that compare groups of customers, find those with potential, and say why a group is worth less."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import ConfigError, DataError, did_you_mean
from lifelong.models.levels import named
from lifelong.phrases import phrase
from lifelong.project import asked, runs
from lifelong.project.driving import attributes, known_at_once, own_levels
from lifelong.project.tiering import no_money, places
from lifelong.project.trending import latest_of
from lifelong.units import Horizon, dealt, minor_digits, share
from lifelong.values.findings import Finding
from lifelong.values.groups import Group, GroupValues, Part, Place, Potential, Shortfall

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.models.levels import Levels
    from lifelong.project.folder import Folder

    Flags = NDArray[np.bool_]

MEASURES = ("total", "value", "historic")
FEWEST = 20  # customers of each side below which nothing is told
SIDE = re.compile(r"\s*(.+?)\s*=\s*(.+?)\s*")


def groups(folder: Folder, by: str, measure: str, horizon: str, out: Path | None) -> GroupValues:
    """Groups by an attribute that was known at the first order, with a guard against chance."""
    from lifelong.decide import profitable

    if measure not in MEASURES:
        raise ConfigError(
            "E302", phrase("there is no measure {measure!r}", measure=measure), where="--measure", why=did_you_mean(measure, MEASURES),
            fix="write total, value or historic",
        )  # fmt: skip
    with folder.writing("groups"):
        run = latest_of(folder, runs.kept(folder), horizon)
        rows = _with_money(run.rows())
        people = people_of(folder, asked.base(folder, run.told["as_of"]))
    level = _level(people, by, rows)
    value = rows[measure].to_numpy()
    digits = minor_digits(run.told["currency"])
    found = profitable.groups(value, level.code, digits)
    figures = ("mean", "low80", "high80", "low90", "high90", "drawn", "chance")
    made = [
        Group(
            name,
            customers=int(found.customers[i]),
            total=found.total[i],
            found=bool(found.is_found[i]),
            **{figure: float(getattr(found, figure)[i]) for figure in figures},
        )
        for i, name in enumerate(level.names)
    ]
    answer = GroupValues(
        run.told["as_of"], level.name, measure, run.told["currency"], run.told["definition"], digits, len(value),
        sum(found.total), float(value.mean()), tuple(sorted(made, key=lambda g: (-g.drawn, -g.mean, g.name))),
        _said(any(g.found for g in made)),
    )  # fmt: skip
    if not out:
        return answer
    from lifelong import export

    beside = {name: getattr(answer, name) for name in ("as_of", "by", "measure", "currency", "definition")}
    return replace(answer, path=str(export.write(answer.frame(), out, beside=beside)))


def potential(folder: Folder, top: str | float, horizon: str, out: Path | None) -> Potential:
    """Realised by future value, and the list of who is low now and high later."""
    from lifelong.decide.potential import CELLS, RISING, WHY, standing
    from lifelong.decide.profitable import shares

    part = share(top, flag="--share")
    if not 0.0 < part < 1.0:
        raise ConfigError(
            "E421", phrase("the best {part:.0%} part nothing", part=part), where="--share", why="some are high and some are low",
            fix="write 20%",
        )  # fmt: skip
    with folder.writing("potential"):
        run = latest_of(folder, runs.kept(folder), horizon)
        rows = _with_money(run.rows())
    realised, future, alive, orders = (rows[n].to_numpy() for n in ("historic", "value", "alive", "orders"))
    rate = np.where(alive > 0, orders / np.where(alive > 0, alive, 1.0), 0.0)
    each = np.where(orders > 0, future / np.where(orders > 0, orders, 1.0), 0.0)
    found = standing(realised, future, np.stack([alive, rate, each]), rows["customer_id"].combine_chunks(), part)
    digits = minor_digits(run.told["currency"])
    size = len(CELLS)
    sums = [shares(x, found.cell, size, digits) for x in (realised, future)]
    count = np.bincount(found.cell, minlength=size)
    chosen = np.flatnonzero(found.cell == RISING)
    chosen = chosen[np.lexsort((chosen, -future[chosen]))]
    import pyarrow as pa

    words = np.array(WHY)[found.why[chosen]]
    names = rows["customer_id"].take(pa.array(chosen))
    table = pa.table({
        "customer_id": names, "historic": realised[chosen], "value": future[chosen], "alive": alive[chosen],
        "orders": rate[chosen], "each": each[chosen], "why": pa.array(words.tolist(), pa.string()), "lift": found.lift[chosen],
    })  # fmt: skip
    told = run.told
    answer = Potential(
        told["as_of"], part, told["currency"], told["definition"], digits,
        tuple(Place(name, int(count[i]), sums[0][i], sums[1][i]) for i, name in enumerate(CELLS)), table,
        {name: int((words == name).sum()) for name in WHY},
    )  # fmt: skip
    if not out:
        return answer
    from lifelong import export

    beside = {name: getattr(answer, name) for name in ("as_of", "currency", "definition")}
    return replace(answer, path=str(export.write(table, out, beside=beside)))


def why(folder: Folder, group: str, against: str, horizon: str, like: str) -> Shortfall:
    """Split what a group's customers bring less than others' after the first order day."""
    from lifelong.decide import shortfall
    from lifelong.tables.followed import followed

    ahead = Horizon.parse(horizon)
    if ahead.is_lifetime:
        raise _unclear("customers cannot be followed for the rest of life", "write --horizon 26w")
    with folder.writing("why"):
        at = asked.base(folder)
        if not at.has_money:
            raise no_money()
        people = people_of(folder, at)
        seen = followed(at.orders, at.until, int(ahead.days))
    if not len(seen):
        raise _unclear(
            phrase("nobody was followed for {ahead} from the first order", ahead=ahead),
            "follow them for a shorter time: --horizon 8w",
        )
    first = [level.of(places(seen, people[0])) for level in people[1]]
    is_group, by = _side(first, group)
    is_other = _side(first, against)[0] & ~is_group if against else ~is_group
    for side, name in ((is_group, group), (is_other, against or "everybody else")):
        if side.sum() < FEWEST:
            raise _unclear(
                phrase(
                    "{name}: {side} customers were followed for {ahead}; {fewest} are needed",
                    name=name,
                    side=int(side.sum()),
                    ahead=ahead,
                    fewest=FEWEST,
                ),
                "name a larger group, or follow them for a shorter time: --horizon 8w",
            )
    alike = _alike(first, like, {by, _side(first, against)[1] if against else by})
    unit = 10.0 ** minor_digits(folder.currency)
    revenue = seen["revenue"].cast("float64").to_numpy() / unit
    kept, notes = _kept(folder, at.orders, seen, revenue, unit)
    told = shortfall.Followed(seen["days"].cast("float64").to_numpy(), revenue, kept)
    code = alike.code if alike else np.zeros(len(seen), np.int64)
    made = shortfall.split(told, is_group, is_other, code)
    return _told(made, kept, is_group, is_other, {
        "group": group, "against": against or "everybody else", "horizon": str(ahead), "currency": folder.currency,
        "like": alike.name if alike else "", "findings": tuple(notes),
    })  # fmt: skip


def _told(made: Any, kept: Any, is_group: Flags, is_other: Flags, words: dict[str, Any]) -> Shortfall:
    """The answer, with totals that sum to the minor unit."""
    from lifelong.decide.shortfall import FACTORS

    digits = minor_digits(words["currency"])
    many = int(is_group.sum())
    each = [made.mix, *made.parts]
    exact = [part * many * 10.0**digits for part in each]
    totals = dealt(round(math.fsum(exact)), exact)
    figures = [(None, None), *zip(made.of_group, made.of_others, strict=True)]
    parts = tuple(
        Part(name, each[i], totals[i], *figures[i]) for i, name in enumerate(("mix", *FACTORS))
    )  # fmt: skip
    error = float(np.sqrt(kept[is_group].var() / many + kept[is_other].var() / is_other.sum()))
    low80, high80, low90, high90 = (made.difference + z * error for z in (-1.2816, 1.2816, -1.6449, 1.6449))
    notes = list(words["findings"])
    if low90 <= 0.0 <= high90:
        text = "the difference is no larger than chance makes it (its 90 % interval holds 0): its parts mean little"
        notes.append(Finding("F427", text, "warning"))
    return Shortfall(
        customers=many, customers_against=int(is_other.sum()), brings=made.group, brings_against=made.others, digits=digits,
        difference=made.difference, low80=low80, high80=high80, low90=low90, high90=high90, total=sum(totals), parts=parts,
        **(words | {"findings": tuple(notes)}),
    )  # fmt: skip


def people_of(folder: Folder, at: asked.Base) -> tuple[pa.Table, list[Levels]]:
    """Every customer, and everything that was known at the first order as levels."""
    from lifelong.tables.firsts import firsts

    people = firsts(at.orders, at.until, 0)
    kept, _ = attributes(folder, people)
    years = people["first_day"].cast("float64").to_numpy().astype("datetime64[D]").astype("datetime64[Y]")
    at_once = known_at_once(people, 10.0 ** minor_digits(folder.currency)) if at.has_money else []
    return people, [*at_once, named("first year", years.astype(str).tolist()), *own_levels(people, kept)]


def _find(levels: list[Levels], name: str) -> Levels:
    """An attribute by its name, or by the word behind ``first``."""
    for level in levels:
        if name in {level.name, level.name.removeprefix("first ")}:
            return level
    known = [level.name for level in levels]
    raise ConfigError(
        "E424", phrase("nothing called {name!r} is known of customers", name=name), where="--by, --group, --like",
        why=did_you_mean(name, known), fix=phrase("write one of {known}; or keep a column:  lifelong ingest FILE --keep COLUMN", known=", ".join(known)),
    )  # fmt: skip


def _level(people: tuple[pa.Table, list[Levels]], by: str, rows: pa.Table) -> Levels:
    """The level of each customer of the scores; of whom the orders know nothing, it is missing."""
    level = _find(people[1], by)
    place = places(rows, people[0])
    if (place < 0).any():
        names = [*level.names, ""]
        told = [names[i] for i in np.where(place >= 0, level.code[place], len(level.names)).tolist()]
        level = named(level.name, told)
    else:
        level = level.of(place)
    used, code = np.unique(level.code, return_inverse=True)
    if len(used) < 2:
        raise DataError(
            "E424", phrase("all customers have the same {name}", name=level.name), where="--by", why="one group cannot be compared",
            fix="choose another attribute",
        )  # fmt: skip
    return replace(level, names=tuple(level.names[i] for i in used), code=code.astype(np.int64))


def _side(levels: list[Levels], told: str) -> tuple[Flags, str]:
    """Who is meant by ``channel=ads``, and by which attribute."""
    found = SIDE.fullmatch(told)
    if not found:
        raise _unclear(phrase("{told!r} names no group", told=told), "write --group channel=ads")
    level = _find(levels, found[1])
    if found[2] not in level.names:
        raise ConfigError(
            "E427", phrase("no group of {name} is called {found!r}", name=level.name, found=found[2]), where="--group, --against",
            why=did_you_mean(found[2], level.names), fix=phrase("write one of {names}", names=", ".join(level.names)),
        )  # fmt: skip
    return level.code == level.names.index(found[2]), level.name


def _alike(levels: list[Levels], like: str, used: set[str]) -> Levels | None:
    """What both sides are made alike in: as told, or the first year, where the groups are not by it."""
    if like == "nothing":
        return None
    name = like or "first year"
    level = _find(levels, name)
    if level.name not in used:
        return level
    if like:
        raise _unclear(
            phrase("the groups are by {name} themselves", name=level.name), "write another --like, or --like nothing"
        )
    return None


def _kept(folder: Folder, orders: pa.Table, seen: pa.Table, revenue: Any, unit: float) -> tuple[Any, list[Finding]]:
    """What the firm keeps of each customer's revenue: by the orders' costs, or by the project's margin."""
    if "cost" in seen.column_names and orders["cost"].null_count == 0:
        return revenue - seen["cost"].cast("float64").to_numpy() / unit, []
    told = folder.config().margin
    text = "the orders have no costs (or not all of them), so margin is the same for all and adds nothing"
    return revenue * (share(told, flag="margin") if told != "" else 1.0), [Finding("F426", text, "info")]


def _with_money(rows: pa.Table) -> pa.Table:
    if rows["value"].null_count == len(rows) or rows["historic"].null_count == len(rows):
        raise no_money()
    return rows


def _said(is_any: bool) -> tuple[Finding, ...]:
    told = [
        Finding(
            "F422",
            "groups differ for many reasons: that one is worth more does not say that more money for it brings more",
            "info",
        )
    ]
    if not is_any:
        told.append(Finding("F424", "no group differs by more than chance: do not act on their order", "warning"))
    return tuple(told)


def _unclear(what: str, fix: str) -> ConfigError:
    return ConfigError(
        "E427", what, where="what was asked for", why="two sides with enough customers are compared", fix=fix
    )
