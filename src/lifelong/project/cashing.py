"""The verb of cash to come: revenue and margin by month, of the customers there are and of those to come."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import ConfigError, did_you_mean
from lifelong.money.cash import Course, Flows, swings
from lifelong.phrases import phrase
from lifelong.project import paying
from lifelong.project.asked import Question
from lifelong.project.paying import RECENT, RETENTION
from lifelong.project.typed import amount, wrong
from lifelong.units import apportion, date_of, minor_digits
from lifelong.values import Finding
from lifelong.values.cash import CashForecast, CountedMonth, Month, Swing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.project.asked import Base
    from lifelong.project.folder import Folder
    from lifelong.project.paying import Kind, Payers

    Floats = np.ndarray[Any, np.dtype[np.float64]]

LEVERS = ("acquisition", "orders", "basket", "margin")
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
        said, course, _ = forecast_of(folder, paying.payers(folder, "forecast"), wanted, factors)
        if xlsx:
            cash_workbook.workbook(course, said, xlsx)
        if out:
            writers.write(said.to_arrow(), out, beside={"as_of": said.as_of, "definition": said.definition})
    return said


def levers_of(folder: Folder, wanted: Wanted) -> dict[str, float]:
    """The factor of each lever that is moved; what is asked is refused where it cannot be forecast."""
    if not 1 <= wanted.months <= MOST_MONTHS:
        raise ConfigError(
            "E411", phrase("{months} months cannot be forecast", months=wanted.months), where="--months",
            why=phrase("it is 1 to {most_months}: what is later hangs on the model alone", most_months=MOST_MONTHS), fix="write --months 12",
        )  # fmt: skip
    told = scenario(folder.config().scenarios, wanted.scenario) if wanted.scenario else {}
    return factors_of({**told, **wanted.what_if})


def forecast_of(
    folder: Folder, who: Payers, wanted: Wanted, factors: dict[str, float]
) -> tuple[CashForecast, Course, list[Flows]]:
    """The answer, what is expected behind it, and the drawn worlds of the customers there are and of those to come."""
    from lifelong.score.cash import MONTH

    folder.progress("money of the coming months", 0, who.customers)
    made, has_cost = paying.kinds(folder, who, Question.of(folder.config(), margin=wanted.margin), wanted.months)
    days = [round(m * MONTH) for m in range(wanted.months + 1)]
    arrivals, found = _arrivals(made, wanted, [who.until + 1 + day for day in days])
    course, parts = _together(made, arrivals, factors, wanted.draws)
    lift = factors.get("orders", 1.0)
    parts = [part.scaled(lift, lift * factors.get("basket", 1.0)) for part in parts]
    means, share = course.means(factors)
    digits = minor_digits(folder.currency)
    months, total = _told(means, parts, share, digits, [date_of(who.until + 1 + day).isoformat() for day in days])
    said = CashForecast(
        as_of=date_of(who.until).isoformat(), currency=folder.currency, digits=digits, model=who.model,
        definition=_words(who, share, "costs" if has_cost else "the margin told"),
        new_customers=tuple(float(m) * factors.get("acquisition", 1.0) for m in course.arrivals), factors=factors,
        months=months, total=total, counted=_counted(who.at) if who.at and not who.has_table else (),
        swings=_swings(course, factors, digits), findings=tuple(found),
    )  # fmt: skip
    return said, course, parts


def _words(who: Payers, share: float, base: str) -> str:
    """What the money means."""
    orders = "orders bring" + (f", and {paying.PAYMENTS}" if who.has_table else "")
    brings = orders if who.at else f"{paying.PAYMENTS} bring"
    words = f"revenue is what {brings}, not discounted; margin " + (
        f"is {share:.1%} of it, by {base}" if share < 1.0 else "is all of it: no margin is known"
    )
    return f"{words}; months of 30.4 days; intervals hold doubt about parameters, chance, and the model's own error"


def _together(
    made: list[Kind], arrivals: list[Floats], factors: dict[str, float], draws: int
) -> tuple[Course, list[Flows]]:
    """What is expected of all kinds, and their worlds added: a newcomer is one of each kind by its share of newcomers."""
    whole = sum((each.mean(axis=1) for each in arrivals), start=np.zeros(len(arrivals[0])))
    everybody = float(whole.sum())
    courses, worlds, shares = [], [], []
    for kind, each in zip(made, arrivals, strict=True):
        own = kind.courses(each.mean(axis=1), factors)
        drawn = kind.worlds(each * factors.get("acquisition", 1.0), draws)
        worlds.append([part.scaled(*by) for part, by in zip(drawn, _longer(own), strict=True)])
        courses.append(own[-1])
        shares.append(float(each.mean(axis=1).sum()) / everybody if everybody else 1.0 / len(made))
    course = Course(
        sum((one.existing for one in courses[1:]), start=courses[0].existing),
        sum((share * one.newcomer for share, one in zip(shares[1:], courses[1:], strict=True)), start=shares[0] * courses[0].newcomer),
        whole, courses[0].margin,
    )  # fmt: skip
    return course, [_added(parts) for parts in zip(*worlds, strict=True)]


def _added(parts: Sequence[Flows]) -> Flows:
    """Flows of several kinds as one: their worlds are drawn by themselves."""
    return Flows(*(np.sum([getattr(part, name) for part in parts], axis=0) for name in ("orders", "revenue")))


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


def _longer(courses: Sequence[Course]) -> Floats:
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
                "E412", phrase("there is no lever {lever!r}", lever=lever), where="--what-if", why=did_you_mean(lever, (*LEVERS, RETENTION)),
                fix=phrase("one of {levers}, such as --what-if basket=1.1", levers=", ".join((*LEVERS, RETENTION))),
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
            "E415", phrase("there is no scenario {name!r}", name=name) if name not in named else phrase("the scenario {name!r} cannot be read", name=name),
            where="scenarios in lifelong.toml", why=did_you_mean(name, named) if name not in named else named[name],
            fix=phrase('write scenarios = ["{name}: acquisition=0.8, basket=0.95"]', name=name),
        )  # fmt: skip
    return {lever.strip(): factor.strip() for lever, _, factor in levers}


def _swings(course: Course, factors: dict[str, float], digits: int) -> tuple[Swing, ...]:
    """What each lever moves; margin where one is known."""

    def margin(by: Mapping[str, float]) -> float:
        means, share = course.means(by)
        return share * float(np.maximum(means[:, 1], 0.0).sum()) * 10.0**digits

    levers = [lever for lever in LEVERS if lever != "margin" or course.margin < 1.0]
    return tuple(Swing(lever, round(low), round(high)) for lever, low, high in swings(margin, levers, factors))


def _arrivals(made: list[Kind], wanted: Wanted, days: list[int]) -> tuple[list[Floats], list[Finding]]:
    """Newcomers of each kind in coming months, shape (months, draws) each, and what to say of them.

    What is told is of all kinds, and shared out as the newcomers of late were.
    """
    shape = wanted.months, wanted.draws
    if not wanted.plan and wanted.new_customers == "":
        own = [_as_of_late(kind, shape, place) for place, kind in enumerate(made)]
        return [each for each, _ in own], [found for _, found in own]
    if wanted.plan:
        from lifelong.sources.acquisition_plan import read

        if wanted.new_customers != "":
            raise wrong(
                "--plan", "a plan and a number of new customers are told", "one says what the other says", "new.csv"
            )
        told = np.repeat(read(Path(wanted.plan), days)[:, None], wanted.draws, axis=1)
    else:
        told = np.full(shape, amount(wanted.new_customers, "--new-customers", "120", is_zero_allowed=True))
    return [share * told for share in shares_of(made)], []


def shares_of(made: Sequence[Kind]) -> list[float]:
    """Each kind's part of the newcomers of late; the first has all where none came."""
    seen = np.array([float(kind.seen.mean()) for kind in made])
    whole = seen.sum()
    return (seen / whole).tolist() if whole > 0 else [1.0] + [0.0] * (len(made) - 1)


def _as_of_late(kind: Kind, shape: tuple[int, int], place: int) -> tuple[Floats, Finding]:
    """Newcomers at the rate of the last months, with its doubt, shape (months, draws)."""
    seen, draws = kind.seen, shape[1]
    mean = float(seen.mean())
    if mean == 0:
        text = "nobody placed a first order in the last months, so none are expected: --new-customers says otherwise"
        if kind.name == "subscribers":
            text = (
                "nobody subscribed in the last months, so no new subscriber is expected: --new-customers says otherwise"
            )
        return np.zeros(shape), Finding("F411", text, "warning")
    spread = max(float(seen.var(ddof=1)), mean) if len(seen) > 1 else mean + mean**2
    rng = np.random.default_rng([place, 14])
    # The rate is known from so many months alone; about it, months differ as they did.
    rate = rng.gamma(len(seen) * mean**2 / spread, spread / (len(seen) * mean), draws)
    size = mean**2 / max(spread - mean, 1e-6 * mean)
    each = rng.poisson(rate * rng.gamma(size, 1.0 / size, shape))
    text = phrase(
        "new {kind} go on as in the last {months} months, {mean:,.1f} a month; no season is in it",
        kind=phrase(kind.name), months=len(seen), mean=mean,
    )  # fmt: skip
    scaled = each * (mean / np.maximum(each.mean(axis=1, keepdims=True), 1e-12))
    return scaled, Finding("F412", text, "info", {"months": len(seen), "mean": mean})
