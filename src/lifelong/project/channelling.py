"""The verbs `channels`, `campaigns` and `limits`: what customers cost, what they are worth, and what they may cost."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lifelong import definitions
from lifelong.decide import worth
from lifelong.decide.channels import Terms, cost_of_winning
from lifelong.definitions import Valuation, Valued, set_against
from lifelong.errors import FitError, LifelongError
from lifelong.money.acquiring import Z, dispersion, payback
from lifelong.phrases import phrase
from lifelong.project import naming, winning
from lifelong.project.typed import amount, typed_share, wrong
from lifelong.units import Horizon, date_of, minor_digits
from lifelong.values import Finding
from lifelong.values.channels import Channels, Worth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.definitions.valuation import Level
    from lifelong.project.asked import Question
    from lifelong.project.folder import Folder
    from lifelong.project.winning import People
    from lifelong.values.channels import Break, Verdict
    from lifelong.values.winning import Cac, Cost, Won

#: Sure new customers whose forecast total is the value of one: so many that chance between people no longer counts.
MANY = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, as far as the user says; texts or numbers, amounts in major units.

    Attributes:
        tables: where costs and customers are.
        by: ``channel``, ``campaign`` or a kept column.
        rule: how touches name the channel of a customer, one of ``decide.attribution.RULES``, or ``orders``, as the first order says;
            empty: ``first`` where the project holds touches.
        window: how long before the first order touches count.
        lags: by channel, months by which its cost comes after the customers whom it won.
        incremental: by channel, the share of its customers who would not have come otherwise.
        overhead: of a month.
        deal: how costs that belong to no channel are dealt: ``customers``, ``cost`` or ``evenly``.
        age: at which all are compared, such as ``180d``; by default as the history allows.
        target: value to cost that is wanted.
        since: a month such as ``2025-06``: what changed then.
        cash: that may be out at once; with ``burn``, what is spent of it a month, it says how long it lasts.
        burn: of a month.
        payback: months within which a customer must have paid back; for limits.
    """

    tables: winning.Tables = field(default_factory=winning.Tables)
    by: str = "channel"
    rule: str = ""
    window: str = "90d"
    lags: Mapping[str, str | int] = field(default_factory=dict)
    incremental: Mapping[str, str | float] = field(default_factory=dict)
    overhead: str | float = 0.0
    deal: str = "customers"
    age: str = ""
    target: str | float = 3.0
    since: str = ""
    cash: str | float = ""
    burn: str | float = ""
    payback: str | int = ""

    def terms(self, currency: str) -> Terms:
        """How costs meet customers.

        Raises:
            ConfigError: E351, where a number is not what it should be.
        """
        digits = minor_digits(currency or "XXX")
        return Terms(
            lags={name: _lag(text) for name, text in self.lags.items()},
            overhead=round(amount(self.overhead, "--overhead", "2000", is_zero_allowed=True) * 10**digits),
            rule=self.deal,
            incremental={n: typed_share(v, "--incremental", "search=60%") for n, v in self.incremental.items()},
            by="channel" if self.by == "channel" else "campaign",
            currency=currency,
            digits=digits,
        )

    def ratio(self) -> float:
        """The value to cost that is wanted."""
        return amount(self.target, "--target", "3")

    def minor(self, name: str, currency: str) -> int | None:
        """An amount in minor units; None where it was not told."""
        text: str | float = getattr(self, name)
        if text == "":
            return None
        unit: int = 10 ** minor_digits(currency or "XXX")
        return round(amount(text, f"--{name}", "50000", is_zero_allowed=True) * unit)


def cost_alone(asked: Asked) -> Cac:
    """The cost of winning a customer by two tables, without a project."""
    terms = asked.terms(asked.tables.currency)
    return _cost(asked.tables.costs(terms.currency), asked.tables.won(), terms)


def _cost(costs: list[Cost], won: list[Won], terms: Terms, span: tuple[int, int] | None = None) -> Cac:
    from lifelong.decide.marginal import marginal_costs

    nexts = marginal_costs(costs, won, terms.lags) if terms.by == "channel" else {}
    return cost_of_winning(costs, won, terms, nexts, span)


@dataclass(frozen=True, eq=False)
class Known:
    """All that the three verbs need: customers, the cost of winning them, their worth, and what to say of it."""

    people: People
    cac: Cac
    won: list[Won]
    age: int
    new: list[tuple[float, float]]
    new_definition: str
    valuation: Valuation
    scatter: dict[str, float]
    findings: tuple[Finding, ...]


def know(folder: Folder, asked: Asked, question: Question) -> Known:
    """Read costs and customers, and value them.

    Raises:
        DataError: E381 where costs cannot be used, E384 where amounts or campaigns are not known.
        ConfigError: E351, E382 where a wish is not understood.
        FitError: E383 where the history is too short.
    """
    currency = folder.currency
    terms = asked.terms(currency)
    costs = asked.tables.costs(currency, folder)
    people = winning.people(folder, question, asked.by, rule=naming.Rule(asked.rule, asked.window))
    costs = people.meeting(costs)
    won, span = winning.within(costs, people.won(), terms.lags, winning.month_of(people.at.until))
    cac = _cost(costs, won, terms, span)
    age = people.followed.equal_age(_days(asked.age, people.followed.ages))
    whole, told, valuation, findings = _newcomer(folder, people, question, age)
    if winning.is_cut_off(people.at) and span[1] == winning.month_of(people.at.until):
        text = phrase(
            "the orders end on {until}: customers of that month are not all there, its costs may be",
            until=date_of(people.at.until),
        )
        findings = (*findings, Finding("F384", text))
    new = worth.new_values(people.followed, age, whole)
    return Known(people, cac, won, age, new, told, valuation, _scatter(costs, won, terms, span), findings)


def channels(
    folder: Folder, asked: Asked, question: Question, out: str | Path = "", *, is_scorecard: bool = False
) -> Channels:
    """What each channel or campaign costs and what its customers are worth, at equal age and as new ones."""
    made = know(folder, asked, question)
    rows = [_worth(made, i, asked.ratio()) for i in range(len(made.people.followed.names))]
    rows.sort(key=lambda row: (-(row.at_age.mean if row.at_age else -1e300), row.name))
    answer = Channels(
        as_of=date_of(made.people.at.until).isoformat(),
        age=made.age,
        definition=f"{made.people.definition} up to the {made.age}th day after the first order, not discounted, before the cost of winning; "
        "only customers who were followed for so long",
        new_definition=made.new_definition,
        valuation=made.valuation,
        target=asked.ratio(),
        cac=made.cac,
        rows=tuple(rows),
        breaks=_breaks(made, asked),
        verdict=None if is_scorecard else _verdict(made, asked),
        findings=made.findings,
        is_scorecard=is_scorecard,
        origin=made.people.origin,
    )
    return replace(answer, path=str(_written(made, answer, Path(out)))) if out else answer


def _worth(made: Known, i: int, target: float) -> Worth:
    people, name = made.people.followed, made.people.followed.names[i]
    cost = next((row for row in made.cac.channels if row.name == name), None)
    at_age, parts = people.at(made.age, i), people.parts(made.age, i)
    cac = cost.cac if cost else None
    is_money = made.people.margin is not None
    ratio = roi = None
    if cost and cac and is_money:
        value = Valued(made.new[i][0], made.valuation)
        below = Valued(cac, set_against(made.valuation, made.cac.currency))
        ratio = worth.ratio(value, made.new[i][1], below, cost.customers, made.scatter.get(name, 1.0))
        roi = definitions.ratio(value, below) - 1.0
    each = {age: worth.measured(people.at(age, i), people.parts(age, i)) for age in worth.SHOWN}
    return Worth(
        name=name,
        customers=cost.customers if cost else 0.0,
        cost=cost.cost if cost else 0,
        cac=cac,
        followed=math.fsum(parts),
        at_age=worth.measured(at_age, parts),
        seen={age: told.mean if told else None for age, told in each.items()},
        new_value=worth.interval(*made.new[i]),
        ratio=ratio,
        payback=payback(people.curve(made.age, i), cac) if cac and ratio else None,
        roi=roi,
        conversion=cost.customers / cost.clicks if cost and cost.clicks else None,
        actions=cost.actions if cost else None,
        status=worth.status(ratio, cost.cost if cost else 0, math.fsum(parts), target) if is_money else "no margin",
    )


def _scatter(costs: Sequence[Cost], won: Sequence[Won], terms: Terms, span: tuple[int, int]) -> dict[str, float]:
    """How much more a name's customers differ from month to month than chance and spend explain."""
    found = {}
    for name in {getattr(row, terms.by) for row in won}:
        spent: Counter[int] = Counter()
        came: dict[int, float] = defaultdict(float)
        for cost in costs:
            if getattr(cost, terms.by) == name and cost.purpose == "acquisition":
                spent[cost.month - terms.lags.get(cost.channel, 0)] += cost.cost
        for row in won:
            if getattr(row, terms.by) == name:
                came[row.month] += row.customers
        months = range(span[0], span[1] + 1)
        found[name] = dispersion([spent[m] for m in months], [came[m] for m in months])
    return found


def _newcomer(
    folder: Folder, people: People, question: Question, age: int
) -> tuple[worth.New, str, Valuation, tuple[Finding, ...]]:
    """What a new customer of the firm is worth: the first order and what the latest fit expects after it; else what was seen."""
    level: Level = "contribution" if question.level == "contribution" else "gross margin"
    seen_by = Valuation(level if people.margin is not None else "revenue", "historic", f"up to day {age} after the first order",
                        currency=folder.currency)  # fmt: skip
    seen = people.followed.at(age)
    now = worth.New(float(seen.mean()), float(seen.std(ddof=1)) / len(seen) ** 0.5)
    words = f"{people.definition} up to the {age}th day after the first order, as seen, not discounted"
    if people.margin is None:
        return (
            now,
            words,
            seen_by,
            (
                Finding(
                    "F385", "no margin is known (--margin 40%): value is revenue, and revenue is set against no cost"
                ),
            ),
        )
    try:
        after, spread, fitted = _after_first(folder, question, people.margin)
    except LifelongError as problem:
        text = phrase(
            "no fit values a new customer ({what}): a new customer's value is what was seen up to day {age}",
            what=problem.what,
            age=age,
        )
        return now, words, seen_by, (Finding("F386", text, "info"),)
    first = people.followed.at(0)
    when = "the rest of life" if question.horizon.is_lifetime else f"the {question.horizon} after it"
    later = "not discounted" if question.discount.per_year <= 0 else f"discounted {question.discount}"
    told = f"{people.definition} of the first order and of {when}, {later}, before the cost of winning, by {fitted}"
    return (
        worth.New(float(first.mean()) + after, float(np.hypot(spread, first.std(ddof=1) / len(first) ** 0.5))),
        told,
        Valuation(level, "predicted", f"first order and {when}", "before acquisition cost", later,
                  "" if later == "not discounted" else "at the time of each order", folder.currency),
        (),
    )  # fmt: skip


def _after_first(folder: Folder, question: Question, margin: float) -> tuple[float, float, str]:
    """What the latest fit expects of a customer after the first order, with its standard deviation, minor units; and its model."""
    import pyarrow as pa

    from lifelong.project import renewing
    from lifelong.score import Terms as Worded
    from lifelong.score import score
    from lifelong.store import fits

    made = fits.load(folder.root / "fits")
    if renewing.is_contract(made.model) or made.blend is not None or "covariates" in made.info or made.spend is None:
        raise FitError("E383", phrase("{model} values customers by more than their orders", model=made.model))
    nothing = {n: pa.array(np.zeros(MANY, np.int32)) for n in ("x", "t_x", "T", "first_day", "orders", "spend_x")}
    money = {n: pa.array(np.zeros(MANY, np.int64)) for n in ("revenue", "cost", "spend")}
    ids = {"customer_id": pa.array([f"{i:06d}" for i in range(MANY)])}
    total = score(
        made, pa.table(ids | nothing | money), Worded(question.horizon, margin, question.discount, folder.currency)
    ).totals
    unit = 10.0 ** minor_digits(folder.currency) / MANY
    return total.value * unit, (total.high80 - total.low80) * unit / (2 * Z[80]), made.model


def _breaks(made: Known, asked: Asked) -> tuple[Break, ...]:
    """What changed at the month that was named: the share of customers whom nobody paid for, and the blended cost."""
    from lifelong.decide.sustain import change

    if not asked.since:
        return ()
    months = made.cac.months
    at = next((i for i, row in enumerate(months) if row.month == asked.since[:7]), None)
    if at is None:
        raise wrong(
            "--since",
            phrase("{since!r} is no month of the costs", since=asked.since),
            phrase("they go from {month} to {months_month}", month=months[0].month, months_month=months[-1].month),
            months[len(months) // 2].month,
        )
    if any(row.customers == 0 for row in months):
        raise wrong("--since", "a month won nobody", "its cost of winning has no number", "later")
    unpaid = [1.0 - row.paid / row.customers for row in months]
    blended = [float(row.blended or 0.0) for row in months]
    return change(unpaid, at, "unpaid share", asked.since), change(blended, at, "blended cost of winning", asked.since)


def _verdict(made: Known, asked: Asked) -> Verdict | None:
    """Whether winning customers sustains itself; None where value is revenue."""
    from lifelong.decide.sustain import cohort_trend, verdict

    currency = made.cac.currency
    cash, burn = asked.minor("cash", currency), asked.minor("burn", currency)
    if made.people.margin is None or made.cac.whole.fully is None:
        return None
    people = made.people.followed
    ripe = people.seen >= made.age
    months = (made.people.at.until - people.seen[ripe]).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    paid = payback(people.curve(made.age), made.cac.whole.fully)
    return verdict(
        paid,
        made.age // worth.MONTH,
        cash / burn if cash is not None and burn else None,
        cohort_trend(months, people.at(made.age)),
    )


def _written(made: Known, answer: Channels, out: Path) -> Path:
    """A row a customer: what stands behind each cell."""
    from lifelong import export

    beside = {
        "as_of": answer.as_of,
        "currency": answer.cac.currency,
        "definition": made.people.definition + ", minor units",
    }
    return export.write(made.people.table, out, beside=beside)


def _lag(text: str | int) -> int:
    try:
        return int(str(text))
    except ValueError:
        raise wrong(
            "--lag",
            phrase("{text!r} is no number of months", text=text),
            "it says how much later the cost comes",
            "onboarding=2",
        ) from None


def _days(text: str, ages: Sequence[int]) -> int:
    """The age that was asked for, one of those at which money was added up; 0: none."""
    if not text:
        return 0
    days = Horizon.parse(text).days
    if days in ages and days > 0:
        return int(days)
    raise wrong(
        "--age",
        phrase("{text!r} is no age that can be compared", text=text),
        "ages are months of 30 days, or 90 or 365 days, within the history",
        "90d",
    )
