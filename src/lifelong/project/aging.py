"""The verb that follows cohorts as they age, at any level of value. Nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.definitions import DEFINITIONS, Valuation
from lifelong.errors import ConfigError, DataError, did_you_mean
from lifelong.money import levels
from lifelong.money.intervals import skewed_mean, wilson
from lifelong.money.margin import VariableCosts, variable_costs
from lifelong.phrases import phrase
from lifelong.project import asked, costing, knowing
from lifelong.project.typed import amount, typed_share
from lifelong.schema import UNKNOWN
from lifelong.tables import cohort_matrix
from lifelong.tables.cohorts import DAYS, cohort_start, label
from lifelong.units import date_of, minor_digits, share
from lifelong.values import CohortMatrix, Finding
from lifelong.values.cohorts import ALL, SHARES, Comparison

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.config import Config
    from lifelong.definitions.valuation import Level
    from lifelong.project.folder import Folder
    from lifelong.tables.cohort_matrix import Matrix, What

    Ints = NDArray[np.int64]

TIMES = ("month", "quarter", "week")
MONEY: dict[str, Level] = {"revenue": "revenue", "margin": "gross margin", "contribution": "contribution"}
MEASURES = (*SHARES, "orders", *MONEY)
MOST = 40  # cohorts of a name of their own; smaller ones stand together
OTHERS = "(others)"
FEWEST = 20  # customers of a cohort below which no comparison is made


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of cohorts; texts or numbers, as the user types them.

    Attributes:
        by: month, quarter or week of the first order; channel or product of it; or a kept column.
        measure: one of :data:`MEASURES`.
        age: month (30 days), quarter (91), week, or a number of days.
        cumulative: add up from the first order day.
        margin: gross margin as a share of revenue; by default the project's, else from costs.
        variable: costs beside those of goods that grow with revenue, a share of it.
        order: such costs of each order, in major units.
        compare: two cohorts.
        at: the age at which; by default the oldest that all of both have ended.
        until: the last day to look at.
    """

    by: str = "month"
    measure: str = "retention"
    age: str | int = "month"
    cumulative: bool = False
    margin: str | float = ""
    variable: str | float = ""
    order: str | float = ""
    compare: tuple[str, ...] = ()
    at: int | None = None
    until: str = ""

    @property
    def days(self) -> int:
        """How long one age is."""
        told = str(self.age).strip().removesuffix("d")
        if told in DAYS:
            return DAYS[told]
        if told.isdecimal() and 0 < int(told) <= 3660:
            return int(told)
        raise ConfigError(
            "E301", phrase("{age!r} is not an age", age=self.age), where="--age", why="an age is a stretch of days",
            fix="write week, month, quarter or a number of days such as 14d",
        )  # fmt: skip


def cohorts(folder: Folder, told: Asked, out: str | Path = "") -> CohortMatrix:
    """Cohorts by age.

    Raises:
        ConfigError: E301, E302 where a word is not understood; E443 where two cohorts cannot be compared.
        DataError: E442, where the level of value is not known; E181, where a column is not kept.
    """
    with folder.writing("cohorts"):
        answer = followed(folder, asked.base(folder, told.until), told)
    return replace(answer, path=str(_written(answer, Path(out)))) if out else answer


def followed(folder: Folder, at: asked.Base, told: Asked) -> CohortMatrix:
    """Cohorts of a base, by age; the folder's lock is held. Errors are those of :func:`cohorts`."""
    _check(told)
    config = folder.config()
    folder.progress("following cohorts", 0, len(at.summary))
    money, how, findings = _amounts(folder, at, told)
    who, first = _people(at)
    group, names, more = _groups(folder, at, told.by)
    orders = at.orders
    rows = cohort_matrix.Rows(
        who,
        _whole(orders["day"]),
        orders["is_order"].to_numpy() == 1,
        money if money is not None else np.zeros_like(who),
    )
    what: What = "amount" if told.measure in MONEY else told.measure  # type: ignore[assignment] # checked above
    made = cohort_matrix.matrix(rows, group, first, (at.until, told.days), what, is_running=told.cumulative)
    currency = folder.currency if told.measure in MONEY else ""
    digits = minor_digits(currency) if currency else 0
    table = _table(made, names, told.measure, 10**digits)
    valuation = _valuation(told, how, currency)
    starts = [
        Finding(
            "F444", "the data begin midway (starts_midway): a first order here is the first that was seen", "warning"
        )
    ]
    return CohortMatrix(
        measure=told.measure,
        by=told.by,
        age=_stretch(told.days),
        age_days=told.days,
        is_cumulative=told.cumulative,
        as_of=date_of(at.until).isoformat(),
        definition=_definition(told, valuation),
        valuation=valuation,
        currency=currency,
        digits=digits,
        customers=len(at.summary),
        table=table,
        comparison=_compared(table, told) if told.compare else None,
        findings=(*findings, *more, *(starts if config.starts_midway else [])),
    )


def _check(told: Asked) -> None:
    if told.measure not in MEASURES:
        raise ConfigError(
            "E302", phrase("there is no measure {measure!r}", measure=told.measure), where="--measure",
            why=did_you_mean(told.measure, MEASURES), fix=phrase("take one of {measures}", measures=", ".join(MEASURES)),
        )  # fmt: skip
    if len(told.compare) not in {0, 2}:
        raise ConfigError(
            "E301", phrase("{compare} cohorts cannot be compared", compare=len(told.compare)), where="--compare", why="two are set side by side",
            fix="write two cohorts as the table names them",
        )  # fmt: skip
    if told.cumulative and told.measure in SHARES:
        raise ConfigError(
            "E301", phrase("{measure} does not add up over ages", measure=told.measure), where="--cumulative",
            why="a customer who comes back twice is one who came back",
            fix="take --measure repeat (who came back by each age), or orders or money with --cumulative",
        )  # fmt: skip


def _amounts(folder: Folder, at: asked.Base, told: Asked) -> tuple[Ints | None, str, list[Finding]]:
    """What each order brought at the level asked, how that was come by, and what to know; None where no money is asked."""
    if told.measure not in MONEY:
        return None, "", []
    config, currency = folder.config(), folder.currency
    if not at.has_money:
        raise _unknown(
            "the orders hold no amounts", "ingest an export with amounts:  lifelong ingest FILE --column revenue=NAME"
        )
    blank = at.orders["revenue"].null_count
    notes = (
        [
            Finding(
                "F442",
                phrase("{blank:,} orders have no amount and bring nothing here", blank=blank),
                "info",
                {"orders": blank},
            )
        ]
        if blank
        else []
    )
    revenue = _whole(at.orders["revenue"].fill_null(0))
    if told.measure == "revenue":
        return revenue, "refunds taken off", notes
    gross, how, partly = _gross(folder, at, told, revenue)
    notes += partly
    if told.measure == "margin":
        return gross, how, notes
    costs, less = _beside(told, config, currency)
    taken = variable_costs(revenue, at.orders["is_order"].to_numpy(), costs)
    return gross - sum(taken.values()), f"{how}; less {less}", notes


def _beside(told: Asked, config: Config, currency: str) -> tuple[VariableCosts, str]:
    """The costs beside those of goods, as typed, else as the project has them; and in words."""
    if told.variable == "" and told.order == "":
        costs = costing.told(config, currency)
        if costs.is_nothing:
            raise _unknown(
                "costs beside those of goods are not known",
                "set them in lifelong.toml (payment_rate, shipping ...), or say them, 0 where there are none:  "
                "--variable-cost 3% --order-cost 4.50",
            )
        return costs, costing.beside(costs, currency)
    variable = typed_share(told.variable, "--variable-cost", "3%") if told.variable != "" else 0.0
    each = amount(told.order, "--order-cost", "4.50", is_zero_allowed=True) if told.order != "" else 0.0
    costs = VariableCosts(payment_rate=variable, shipping=round(each * 10 ** minor_digits(currency)))
    return costs, f"{variable * 100:g} % of revenue and {each:g} {currency} an order"


def _gross(folder: Folder, at: asked.Base, told: Asked, revenue: Ints) -> tuple[Ints, str, list[Finding]]:
    config = folder.config()
    typed = told.margin if told.margin != "" else config.margin
    cost = at.orders["cost"].cast("float64").to_numpy(zero_copy_only=False)
    if config.product_costs and typed == "":
        cost = costing.goods(folder, at.orders, None)
    if typed != "":
        margin = share(typed, flag="--margin")
        return levels.gross_margin(revenue, np.full(len(revenue), np.nan), margin), f"{margin * 100:g} % of revenue", []
    if not np.isfinite(cost).any():
        raise _unknown(
            "the orders hold no costs and no margin is given", "say it:  lifelong cohorts --measure margin --margin 35%"
        )
    unknown = int((~np.isfinite(cost)).sum())
    text = phrase(
        "{unknown:,} of {cost:,} orders have no cost: theirs is by the margin of all others",
        unknown=unknown,
        cost=len(cost),
    )
    notes = [Finding("F441", text, "warning", {"orders": unknown})] if unknown else []
    return levels.gross_margin(revenue, cost, None), "revenue less cost", notes


def _unknown(what: str, fix: str) -> DataError:
    return DataError(
        "E442",
        what,
        where="--measure",
        why="a level of value that is guessed at would look like one that is known",
        fix=fix,
    )


def _people(at: asked.Base) -> tuple[Ints, Ints]:
    """Each order's customer as a place in the summary (behind it: one without any visit), and first order days."""
    import pyarrow.compute as pc

    codes = at.orders["customer_id"].combine_chunks().dictionary_encode()
    place = pc.index_in(codes.dictionary, value_set=at.summary["customer_id"].combine_chunks())
    known = place.fill_null(len(at.summary)).to_numpy(zero_copy_only=False).astype(np.int64)
    first = np.r_[_whole(at.summary["first_day"]), np.iinfo(np.int64).max]
    return known[codes.indices.to_numpy(zero_copy_only=False)], first


def _groups(folder: Folder, at: asked.Base, by: str) -> tuple[Ints, list[str], list[Finding]]:
    """Each customer's cohort (-1 behind the last, for those without a visit), the cohorts' names, and what to know."""
    if by in TIMES:
        days, place = np.unique(_whole(at.summary["first_day"]), return_inverse=True)
        starts = [cohort_start(int(day), by) for day in days]
        order = sorted(set(starts))
        code = np.array([order.index(s) for s in starts], np.int64)
        return np.r_[code[place], -1], [label(s, by) for s in order], []
    column = by.removeprefix("first_") if by in {"first_product", "first_channel"} else by
    texts = [(t or "").strip() or UNKNOWN for t in knowing.first_texts(folder, at, [column], where="--by")[column]]
    names, place, count = np.unique(np.array(texts), return_inverse=True, return_counts=True)
    largest = np.argsort(-count, kind="stable")
    rank = np.argsort(largest)
    told = [str(names[i]) for i in largest[:MOST]]
    if len(names) <= MOST:
        return np.r_[rank[place], -1], told, []
    text = phrase(
        "{names:,} cohorts: the {most} largest are shown, the rest together as {others}",
        names=len(names),
        most=MOST,
        others=OTHERS,
    )
    note = Finding("F443", text, "info", {"cohorts": len(names)})
    return np.r_[np.minimum(rank[place], MOST), -1], [*told, OTHERS], [note]


def _table(made: Matrix, names: list[str], measure: str, unit: int) -> pa.Table:
    """The rows of ``schema.COHORTS``, everybody's last."""
    import pyarrow as pa

    def whole(values: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([values, values.sum(0, keepdims=True)])

    # All cohorts together are those that have begun an age: a running sum of the others would be in no row above.
    begun_total = np.where(made.begun > 0, made.total, 0)
    fields = (made.begun, made.seen, begun_total, made.among, made.square, made.cube)
    begun, seen, total, among, square, cube = (whole(f) for f in fields)
    customers = whole(made.customers)
    row, age = np.nonzero(begun)
    n, sums = seen[row, age], (among[row, age], square[row, age], cube[row, age])
    with np.errstate(divide="ignore", invalid="ignore"):
        bands: dict[str, Any] = {"value": sums[0] / n}
    for level in (80, 90):
        low, high = wilson(sums[0], n, level) if measure in SHARES else skewed_mean(n, sums, level)
        bands |= {f"low{level}": low, f"high{level}": high}
    told = np.array([*names, ALL], object)
    scaled = {k: pa.array(v / unit, pa.float64(), mask=~np.isfinite(v)) for k, v in bands.items()}
    return pa.table(
        {
            "cohort": pa.array(told[row], pa.string()),
            "customers": pa.array(customers[row], pa.int64()),
            "age": pa.array(age, pa.int32()),
            "seen": pa.array(n, pa.int64()),
            "complete": pa.array(n == customers[row], pa.int32()),
            "total": pa.array(total[row, age], pa.int64()),
            "among": pa.array(sums[0], pa.int64()),
            **scaled,
        }
    )


def _compared(table: pa.Table, told: Asked) -> Comparison:
    """Two cohorts at one age, difference and interval (Zou and Donner 2008, from the two single intervals)."""
    rows = {(r["cohort"], r["age"]): r for r in table.to_pylist()}
    known = {cohort for cohort, _ in rows}
    for name in told.compare:
        if name not in known:
            raise ConfigError(
                "E302", phrase("there is no cohort {name!r}", name=name), where="--compare", why=did_you_mean(name, known),
                fix="write two cohorts as the table names them",
            )  # fmt: skip
    one, two = told.compare
    is_time = told.by in TIMES
    ages = [
        a for c, a in rows
        if c == one and all(_ready(rows.get((name, a)), is_whole=is_time) for name in told.compare)
    ]  # fmt: skip
    at = told.at if told.at is not None else max(ages, default=-1)
    if at not in ages:
        raise ConfigError(
            "E443", phrase("{one} and {two} cannot be compared at any age", one=one, two=two) if told.at is None else phrase("{one} and {two} cannot be compared at age {at}", one=one, two=two, at=told.at), where="--compare, --at",
            why="that age must be over for all of both cohorts; else one had less time than the other" if is_time else phrase("that age must be over for {fewest} customers of each; else one had less time than the other", fewest=FEWEST),
            fix=phrase("take an age up to {ages}", ages=max(ages)) if ages else phrase("wait, or take cohorts of {fewest} customers and more", fewest=FEWEST),
        )  # fmt: skip
    a, b = rows[one, at], rows[two, at]
    far = b["value"] - a["value"]
    ends: dict[str, float] = {}
    for level in ("80", "90"):
        down = np.hypot(b["value"] - b[f"low{level}"], a[f"high{level}"] - a["value"])
        up = np.hypot(b[f"high{level}"] - b["value"], a["value"] - a[f"low{level}"])
        ends |= {f"low{level}": float(far - down), f"high{level}": float(far + up)}
    return Comparison(
        one, two, at, (a["seen"], b["seen"]), (a["value"], b["value"]), far, **ends,
        holds=ends["low90"] > 0 or ends["high90"] < 0,
    )  # fmt: skip


def _ready(row: dict[str, Any] | None, *, is_whole: bool) -> bool:
    return row is not None and row["seen"] >= FEWEST and (bool(row["complete"]) or not is_whole)


def _valuation(told: Asked, how: str, currency: str) -> Valuation | None:
    if told.measure in SHARES:
        return None
    when = "from the first order day to the end of each age" if told.cumulative else "within each age"
    return Valuation(MONEY.get(told.measure, "orders"), "historic", when, currency=currency, how=how)


def _definition(told: Asked, valuation: Valuation | None) -> str:
    if valuation is None:
        return DEFINITIONS[f"cohort_{told.measure}"].text.removesuffix(" Key: value.")
    return f"{valuation.label}; a mean over customers who were seen to the end of the age"


def _stretch(days: int) -> str:
    named = {length: name for name, length in DAYS.items()}
    return f"{named[days]}s of {days} days" if days in named else f"steps of {days} days"


def _whole(column: Any) -> Ints:
    made: Ints = column.cast("int64").to_numpy()
    return made


def _written(answer: CohortMatrix, out: Path) -> Path:
    from lifelong import export

    told = {k: getattr(answer, k) for k in ("measure", "by", "age_days", "as_of", "definition", "currency")}
    return export.write(answer.table, out, beside=told)
