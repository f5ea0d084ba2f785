"""The verb of cash to come: revenue and margin by month, of the customers there are and of those to come."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import ConfigError, DataError, did_you_mean
from lifelong.money.cash import Course, swings
from lifelong.project import asked, costing, knowing, renewing, valuing
from lifelong.project.asked import Question
from lifelong.project.typed import amount, wrong
from lifelong.store import fits
from lifelong.units import Horizon, Rate, apportion, date_of, minor_digits
from lifelong.values import Finding
from lifelong.values.cash import CashForecast, CountedMonth, Month, Swing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.money.cash import Flows
    from lifelong.project.asked import Base
    from lifelong.project.folder import Folder
    from lifelong.values import Fit

    Floats = np.ndarray[Any, np.dtype[np.float64]]

LEVERS = ("acquisition", "orders", "basket", "margin")
#: The lever that is no plain factor of money: it changes how long customers stay.
RETENTION = "retention"
#: Months of first orders that the rate of coming ones is taken from.
RECENT = 12
MOST_MONTHS = 120
DRAWS = 400


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a forecast.

    Attributes:
        months: how many, 1 to 120.
        new_customers: a month; empty takes the rate of the last twelve months, and its doubt.
        plan: a file of new customers by month, in place of a number.
        scenario: name of one in lifelong.toml.
        what_if: over those of the scenario, the factor of each lever: acquisition, orders, basket, margin, and retention a year.
        margin: share of revenue.
        draws: worlds behind the intervals.
    """

    months: int = 12
    new_customers: str | float = ""
    plan: str | Path = ""
    scenario: str = ""
    what_if: Mapping[str, str | float] = field(default_factory=dict)
    margin: str | float = ""
    draws: int = DRAWS


def forecast(folder: Folder, wanted: Wanted, out: Path | None = None, xlsx: Path | None = None) -> CashForecast:
    """Revenue, margin and orders by month, of the customers there are and of those to come."""
    from lifelong.export import cash_workbook, writers

    factors = levers_of(folder, wanted)
    with folder.writing("forecast"):
        made, at = latest(folder, "forecast")
        said, course, _ = forecast_of(folder, made, at, wanted, factors)
        if xlsx:
            cash_workbook.workbook(course, said, xlsx)
        if out:
            writers.write(said.to_arrow(), out, beside={"as_of": said.as_of, "definition": said.definition})
    return said


def levers_of(folder: Folder, wanted: Wanted) -> dict[str, float]:
    """The factor of each lever that is moved; what is asked is refused where it cannot be forecast."""
    if not 1 <= wanted.months <= MOST_MONTHS:
        raise ConfigError(
            "E411", f"{wanted.months} months cannot be forecast", where="--months",
            why=f"it is 1 to {MOST_MONTHS}: what is later hangs on the model alone", fix="write --months 12",
        )  # fmt: skip
    told = scenario(folder.config().scenarios, wanted.scenario) if wanted.scenario else {}
    return factors_of({**told, **wanted.what_if})


def forecast_of(
    folder: Folder, made: Fit, at: Base, wanted: Wanted, factors: dict[str, float]
) -> tuple[CashForecast, Course, list[Flows]]:
    """The answer, what is expected behind it, and the drawn worlds of the customers there are and of those to come."""
    from lifelong.score import ModelError, Terms, cash
    from lifelong.score.levers import Stream
    from lifelong.score.scores import prepare

    folder.progress("money of the coming months", 0, len(at.summary))
    question = Question.of(folder.config(), margin=wanted.margin)
    at, own, level = costing.at_level(folder, at, question)
    days = [round(m * cash.MONTH) for m in range(wanted.months + 1)]
    error = valuing.error_of(folder, made, at) or ModelError()
    terms = Terms(Horizon.parse(f"{days[-1]}d"), own, Rate.parse("0"), folder.currency, error, level=level)
    summary = knowing.seen_by(folder, made, at).summary
    ahead, has_cost = prepare(made, summary, terms, 0)
    group = np.zeros(len(ahead.base), np.int64)
    here = cash.existing(ahead, group, wanted.months, wanted.draws)
    arrivals, found = _arrivals(at, wanted, [at.until + 1 + day for day in days])
    first = first_order(at, 10.0 ** minor_digits(folder.currency))
    typical = ahead.observed if ahead.observed > 0 else first, summary
    to_come = cash.coming(made, terms, arrivals * factors.get("acquisition", 1.0), first, typical, wanted.draws)
    leave = Stream.of(ahead).leaving(factors[RETENTION]) if factors.get(RETENTION, 1.0) != 1.0 else 1.0
    courses = [
        Course(
            np.stack([part[0] for part in cash.expected(ahead, group, wanted.months, each)]),
            cash.newcomer(made, terms, wanted.months, first, typical, each), np.mean(arrivals, axis=1), ahead.margin,
        )
        for each in ((1.0, leave) if leave != 1.0 else (1.0,))
    ]  # fmt: skip
    course = courses[-1]
    lift = factors.get("orders", 1.0)
    parts = [cash.missed(one, terms).scaled(lift, lift * factors.get("basket", 1.0)) for one in (here, to_come)]
    parts = [part.scaled(*by) for part, by in zip(parts, _longer(courses), strict=True)]
    middle = [float(m) * factors.get("acquisition", 1.0) for m in course.arrivals]
    means, share = course.means(factors)
    digits = minor_digits(folder.currency)
    months, total = _told(means, parts, share, digits, [date_of(at.until + 1 + day).isoformat() for day in days])
    base = "costs" if has_cost and own is None else "the margin told"
    words = "revenue is what orders bring, not discounted; margin " + (
        f"is {share:.1%} of it, by {base}" if share < 1.0 else "is all of it: no margin is known"
    )
    said = CashForecast(
        as_of=date_of(at.until).isoformat(), currency=folder.currency, digits=digits, model=made.name,
        definition=f"{words}; months of 30.4 days; intervals hold doubt about parameters, chance, and the model's own error",
        new_customers=tuple(middle), factors=factors, months=months, total=total,
        counted=_counted(at), swings=_swings(course, factors, digits), findings=tuple(found),
    )  # fmt: skip
    return said, course, parts


def _counted(at: Base) -> tuple[CountedMonth, ...]:
    """Revenue of the last months that the orders cover whole, the oldest first."""
    from lifelong.score import cash

    day = at.orders["day"].to_numpy().astype(np.int64)
    revenue = at.orders["revenue"].cast("float64").fill_null(0.0).to_numpy()
    begins = [at.until + 1 - round(m * cash.MONTH) for m in range(RECENT + 1)]
    spans = [(begin, end - 1) for begin, end in zip(begins[1:], begins[:-1], strict=True) if begin >= day.min()]
    return tuple(
        CountedMonth(
            date_of(a).isoformat(), date_of(b).isoformat(), round(float(revenue[(day >= a) & (day <= b)].sum()))
        )
        for a, b in reversed(spans)
    )


def _longer(courses: list[Course]) -> Floats:
    """By what each month's money of each world changes, since customers stay longer: (who, orders or revenue, 1, months, 1)."""
    now, then = (course.means({})[0] for course in (courses[0], courses[-1]))
    made: Floats = np.where(now > 0, then / np.where(now > 0, now, 1.0), 1.0)
    return made[:, :, None, :, None]


def _told(
    means: Floats, parts: list[Flows], share: float, digits: int, days: list[str]
) -> tuple[tuple[Month, ...], Month]:
    """Months and their total in whole minor units that sum; ``means`` is (who, orders or revenue, months)."""
    unit = 10**digits
    money = np.maximum(means[:, 1], 0.0)
    whole = round(float(money.sum()) * unit)
    flat = apportion(whole, money.ravel().tolist()) if whole else [0] * money.size
    existing, future = flat[: money.shape[1]], flat[money.shape[1] :]
    by_month = [a + b for a, b in zip(existing, future, strict=True)]
    margin = apportion(round(whole * share), by_month) if whole else [0] * len(by_month)
    worlds = sum(part.revenue[0] for part in parts) * unit
    orders = means[:, 0].sum(axis=0)
    made = [
        Month(begin, _day_before(end), float(n), a, b, a + b, m, *_band(world))
        for begin, end, n, a, b, m, world in zip(
            days[:-1], days[1:], orders, existing, future, margin, worlds, strict=True
        )
    ]
    ends, sums = made[-1].ends, (sum(existing), sum(future), whole, sum(margin))
    return tuple(made), Month(days[0], ends, float(orders.sum()), *sums, *_band(np.sum(worlds, axis=0)))


def _band(worlds: Floats) -> tuple[int, int, int, int]:
    """Ends of the 80 % and the 90 % interval, minor units."""
    low80, high80, low90, high90 = (round(float(q)) for q in np.quantile(worlds, [0.1, 0.9, 0.05, 0.95]))
    return low80, high80, low90, high90


def _day_before(day: str) -> str:
    from lifelong.units import day_of

    return date_of(day_of(day) - 1).isoformat()


def factors_of(told: Mapping[str, str | float]) -> dict[str, float]:
    """The scenario's factors."""
    for lever in told:
        if lever not in (*LEVERS, RETENTION):
            raise ConfigError(
                "E412", f"there is no lever {lever!r}", where="--what-if", why=did_you_mean(lever, (*LEVERS, RETENTION)),
                fix=f"one of {', '.join((*LEVERS, RETENTION))}, such as --what-if basket=1.1",
            )  # fmt: skip
    return {lever: amount(number, f"--what-if {lever}=", "1.1", is_zero_allowed=True) for lever, number in told.items()}


def scenario(known: Sequence[str], name: str) -> dict[str, str]:
    """The factors of a scenario of lifelong.toml.

    Raises:
        ConfigError: E415 where it is not there, or not of the form ``name: lever=factor, lever=factor``.
    """
    named = {title.strip(): rest for title, _, rest in (text.partition(":") for text in known)}
    levers = [one.partition("=") for one in named.get(name, "").split(",")]
    if not all(lever.strip() and sign for lever, sign, _ in levers):
        raise ConfigError(
            "E415", f"there is no scenario {name!r}" if name not in named else f"the scenario {name!r} cannot be read",
            where="scenarios in lifelong.toml", why=did_you_mean(name, named) if name not in named else named[name],
            fix=f'write scenarios = ["{name}: acquisition=0.8, basket=0.95"]',
        )  # fmt: skip
    return {lever.strip(): factor.strip() for lever, _, factor in levers}


def _swings(course: Course, factors: dict[str, float], digits: int) -> tuple[Swing, ...]:
    """What each lever moves; margin where one is known."""

    def margin(by: Mapping[str, float]) -> float:
        means, share = course.means(by)
        return share * float(np.maximum(means[:, 1], 0.0).sum()) * 10.0**digits

    levers = [lever for lever in LEVERS if lever != "margin" or course.margin < 1.0]
    return tuple(Swing(lever, round(low), round(high)) for lever, low, high in swings(margin, levers, factors))


def latest(folder: Folder, verb: str) -> tuple[Fit, Base]:
    """The latest fit, of customers who buy freely and for money, and its orders."""
    folder.tables()
    made = fits.load(folder.root / "fits")
    if renewing.is_contract(made.model):
        raise renewing.refused(verb)
    if made.spend is None:
        raise DataError(
            "E413", f"{verb} needs amounts, and the orders hold none", where=str(folder.root),
            why="it is of money", fix="ingest orders with a column of amounts:  --column revenue=NAME",
        )  # fmt: skip
    return made, asked.base(folder, made.origin.until)


def _arrivals(at: Base, wanted: Wanted, days: list[int]) -> tuple[Floats, list[Finding]]:
    """First orders of coming months, shape (months, draws), and what to say of them."""
    shape = wanted.months, wanted.draws
    if wanted.plan:
        from lifelong.sources.acquisition_plan import read

        if wanted.new_customers != "":
            raise wrong(
                "--plan", "a plan and a number of new customers are told", "one says what the other says", "new.csv"
            )
        return np.repeat(read(Path(wanted.plan), days)[:, None], wanted.draws, axis=1), []
    if wanted.new_customers != "":
        return np.full(shape, amount(wanted.new_customers, "--new-customers", "120", is_zero_allowed=True)), []
    seen = recent(at)
    mean = float(seen.mean())
    if mean == 0:
        text = "nobody placed a first order in the last months, so none are expected: --new-customers says otherwise"
        return np.zeros(shape), [Finding("F411", text, "warning")]
    spread = max(float(seen.var(ddof=1)), mean) if len(seen) > 1 else mean + mean**2
    rng = np.random.default_rng([0, 14])
    # The rate is known from so many months alone; about it, months differ as they did.
    rate = rng.gamma(len(seen) * mean**2 / spread, spread / (len(seen) * mean), wanted.draws)
    size = mean**2 / max(spread - mean, 1e-6 * mean)
    each = rng.poisson(rate * rng.gamma(size, 1.0 / size, shape))
    text = f"new customers go on as in the last {len(seen)} months, {mean:,.1f} a month; no season is in it"
    return each * (mean / np.maximum(each.mean(axis=1, keepdims=True), 1e-12)), [
        Finding("F412", text, "info", {"months": len(seen), "mean": mean})
    ]


def recent(at: Base) -> Floats:
    """First orders of each of the last months, at most twelve."""
    from lifelong.score.cash import MONTH

    age = at.until - at.summary["first_day"].to_numpy()
    span = max(min(RECENT, int((age.max() + 1) / MONTH)), 1)
    counted = np.bincount((age / MONTH).astype(np.int64), minlength=span)[:span]
    return counted.astype(np.float64)


def first_order(at: Base, unit: float) -> float:
    """What a first order day brings, on the average of those that had an amount, major units."""
    import pyarrow.compute as pc

    first = at.orders.join(at.summary.select(["customer_id", "first_day"]), "customer_id", join_type="inner")
    first = first.filter(pc.equal(first["day"], first["first_day"]))
    paid = first.group_by("customer_id").aggregate([("revenue", "sum")])["revenue_sum"]
    return float(pc.mean(paid).as_py() or 0.0) / unit
