"""The verb that ranks what later spend goes together with: association, not cause."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError, DataError, FitError
from lifelong.models import association
from lifelong.models.levels import RARE, Levels, banded, named, read
from lifelong.phrases import phrase
from lifelong.project import asked
from lifelong.project.knowing import kept_lines
from lifelong.units import Horizon, date_of, minor_digits
from lifelong.values import Drivers, Finding

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.project.folder import Folder

FEWEST = 100  # customers below which nothing is ranked
MANY = 100_000  # customers beyond which a random sample of so many is compared
LEAK = 0.6  # an attribute that cuts customers apart by spend this well was made from it, most likely
TOGETHER = 0.7  # drivers as like as this are told to be one
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def drivers(folder: Folder, horizon: str, until: str) -> Drivers:
    """Rank everything that was known at the first order by how later spend goes with it."""
    from lifelong.tables.firsts import firsts

    ahead = _finite(Horizon.parse(horizon))
    with folder.writing("drivers"):
        at = asked.base(folder, until)
        _with_money(at)
        people = firsts(at.orders, at.until, int(ahead.days))
        _enough(people, ahead)
        kept, changing = attributes(folder, people)
    compared = _sampled(people)
    unit = 10.0 ** minor_digits(folder.currency)
    spend, everything = (_numbers(compared[name].fill_null(0)) / unit for name in ("later", "all"))
    folder.progress("comparing customers", 0, len(compared))
    built, own = known_at_once(compared, unit), own_levels(compared, kept)
    told = [driver for driver in (*built, *own) if driver.tells]
    if not told:
        raise FitError(
            "E236", phrase("no driver has two levels of {rare} customers each", rare=RARE), where="the orders",
            why="only customers who differ can be compared", fix="keep further columns:  lifelong ingest FILE --keep COLUMN",
        )  # fmt: skip
    leaks = {d.name: _leak(d, spend, everything) for d in own if d.tells}
    ranked = tuple(replace(d, suspect=leaks.get(d.name, 0.0) >= LEAK) for d in association.ranking(spend, told))
    left = [d.name for d in (*built, *own) if not d.tells]
    findings = (*_leaking(leaks), *_alike(told), *_fixed([n for n in leaks if n not in changing]), *_left_out(left))
    return Drivers(
        str(ahead), date_of(at.until).isoformat(), len(people), len(compared), float(spend.mean()), folder.currency,
        ranked, findings,
    )  # fmt: skip


def known_at_once(people: pa.Table, unit: float) -> list[Levels]:
    """What the first order itself tells."""
    months = _numbers(people["first_day"]).astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    there = [n for n in ("channel", "product") if n in people.column_names and people[n].null_count < len(people)]
    made = [named(f"first {name}", people[name].to_pylist()) for name in there]
    made.append(named("first month", [MONTHS[month] for month in months]))
    return [*made, banded("first spend", _numbers(people["first_spend"]) / unit)]


def own_levels(people: pa.Table, kept: pa.Table | None) -> list[Levels]:
    """The firm's own attributes, in the order of the customers."""
    import pyarrow.compute as pc

    if kept is None:
        return []
    place = pc.index_in(people["customer_id"], value_set=kept["customer_id"].combine_chunks())
    rows = kept.take(place)
    return [read(n, rows[n].to_pylist()) for n in rows.column_names if n != "customer_id"]


def attributes(folder: Folder, people: pa.Table) -> tuple[pa.Table | None, set[str]]:
    """Columns that were kept, as of each first order day, and which of them ever change within a customer."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from lifelong.tables.firsts import carried

    lines = kept_lines(folder)
    if lines is None:
        return None, set()
    names = [name for name in lines.column_names if name not in {"customer_id", "day"}]
    ours = people.select(["customer_id", "first_day"])
    made = carried(lines, ours, names)
    changing = {n for n in names if (pc.sum(made[f"changes:{n}"]).as_py() or 0) > 0}
    return pa.table({n: made[n] for n in ("customer_id", *names)}), changing


def _leak(driver: Levels, spend: NDArray[np.float64], everything: NDArray[np.float64]) -> float:
    """How well it cuts customers apart by later spend, or by all spend up to the last day seen."""
    return max(association.separation(outcome, driver) for outcome in (spend, everything))


def _leaking(leaks: dict[str, float]) -> list[Finding]:
    return [
        Finding(
            "F295",
            phrase(
                "{name} cuts customers apart by spend almost as if it were made from spend ({share:.0%} "
                "of a perfect cut): if it was set after the first order it knows what it seems to tell, "
                "and its rank means nothing",
                name=name,
                share=share,
            ),
            "warning",
            {"drivers": [name], "separation": share},
        )
        for name, share in leaks.items()
        if share >= LEAK
    ]


def _alike(told: list[Levels]) -> list[Finding]:
    """Drivers that move together, each with its like in one group."""
    groups = [{driver.name} for driver in told]
    for one, other in combinations(told, 2):
        if association.likeness(one, other) >= TOGETHER:
            pair = [g for g in groups if one.name in g or other.name in g]
            groups = [g for g in groups if g not in pair] + [set().union(*pair)]
    joint = [[d.name for d in told if d.name in group] for group in groups if len(group) > 1]
    return [
        Finding(
            "F296",
            phrase(
                "{names} move together (Cramér's V {together:g} or more): read them as one, for little "
                "tells them apart",
                names=", ".join(names),
                together=TOGETHER,
            ),
            "info",
            {"drivers": names},
        )
        for names in joint
    ]


def _fixed(names: list[str]) -> list[Finding]:
    if not names:
        return []
    text = phrase(
        "{names}: no customer's orders ever differ in it; was it known at the first order, or "
        "does the export write today's state beside old orders?",
        names=", ".join(names),
    )
    return [Finding("F297", text, "info", {"drivers": names})]


def _left_out(names: list[str]) -> list[Finding]:
    if not names:
        return []
    text = phrase(
        "{names}: left out, for fewer than two levels have {rare} customers", names=", ".join(names), rare=RARE
    )
    return [Finding("F298", text, "info", {"drivers": names})]


def _finite(horizon: Horizon) -> Horizon:
    if horizon.is_lifetime:
        raise ConfigError(
            "E301", "customers cannot be followed for the rest of life", where="--horizon",
            why="each is followed equally long, within the data", fix="write 26w or 180d",
        )  # fmt: skip
    return horizon


def _with_money(at: asked.Base) -> None:
    if not at.has_money:
        raise DataError(
            "E235", "the orders hold no amounts", where="the orders", why="drivers of spend need spend",
            fix="ingest an export with amounts:  lifelong ingest FILE --column revenue=NAME",
        )  # fmt: skip


def _enough(people: pa.Table, horizon: Horizon) -> None:
    if len(people) < FEWEST:
        raise FitError(
            "E234", phrase("{people:,} customers were followed for {horizon} from their first order; {fewest} are "
"needed", people=len(people), horizon=horizon, fewest=FEWEST),
            where="--horizon", why="fewer show nothing but chance",
            fix="follow them for a shorter time:  lifelong drivers --horizon 8w",
        )  # fmt: skip


def _sampled(people: pa.Table) -> pa.Table:
    import numpy as np

    if len(people) <= MANY:
        return people
    chosen = np.random.default_rng(1).choice(len(people), MANY, replace=False)
    return people.take(np.sort(chosen))


def _numbers(column: Any) -> Any:
    return column.cast("float64").to_numpy()
