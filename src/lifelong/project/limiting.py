"""The verb `limits`: what winning one customer may cost, by channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong.decide import worth
from lifelong.errors import DataError
from lifelong.money.acquiring import Z, cash_limit
from lifelong.phrases import phrase
from lifelong.project.channelling import know
from lifelong.project.typed import whole
from lifelong.units import date_of
from lifelong.values import Finding
from lifelong.values.limits import Limit, Limits

if TYPE_CHECKING:
    from lifelong.project.asked import Question
    from lifelong.project.channelling import Asked, Known
    from lifelong.project.folder import Folder


def limits(folder: Folder, asked: Asked, question: Question) -> Limits:
    """What winning one customer may cost: the least of what value, payback and cash allow, by the lower bound of each.

    Raises:
        DataError: E386, where value is revenue; E381, E384.
        ConfigError: E351, E382; E387, where the months of payback cannot be seen.
        FitError: E383.
    """
    made = know(folder, asked, question)
    if made.people.margin is None:
        raise DataError(
            "E386", "no margin is known: a limit from revenue would spend the cost of goods on advertising",
            where="--margin", why="what may be spent to win a customer comes out of what the customer leaves",
            fix="say it:  --margin 40%  (or ingest orders with their costs)",
        )  # fmt: skip
    target, currency = asked.ratio(), made.cac.currency
    months = None if asked.payback == "" else whole(asked.payback, "--payback", 1, worth.MOST)
    cash = asked.minor("cash", currency)
    rows = [_limit(made, i, target, months, cash) for i in range(len(made.people.followed.names))]
    rows.sort(key=lambda row: (not row.is_over, row.name))
    over = [row.name for row in rows if row.is_over]
    found = made.findings
    if over:
        found += (
            Finding("F389", phrase("over the limit now: {over}", over=", ".join(over)), "warning", {"channels": over}),
        )
    return Limits(date_of(made.people.at.until).isoformat(), currency, made.cac.digits, made.new_definition, made.cac.by, target, months, cash, tuple(rows), found, made.people.origin)  # fmt: skip


def _limit(made: Known, i: int, target: float, months: int | None, cash: int | None) -> Limit:
    people, name, (mean, sd) = made.people.followed, made.people.followed.names[i], made.new[i]
    low = max(mean - Z[80] * sd, 0.0)
    cost = next((row for row in made.cac.channels if row.name == name), None)
    a_month = cost.customers / len(made.cac.months) if cost else 0.0
    allowed = {"value": low / target}
    if months is not None:
        allowed["payback"] = _paid_back(made, i, months)
    if cash is not None and a_month > 0:
        share = cost.customers / made.cac.whole.customers if cost else 0.0
        allowed["cash"] = max(cash_limit(_lower(made, i, people.curve(made.age)), cash * share, a_month), 0.0)
    binding = min(allowed, key=lambda each: allowed[each])
    limit = int(allowed[binding])
    cac = cost.cac if cost else None
    rate = cost.customers / cost.actions if cost and cost.actions else None
    marginal = cost.marginal if cost else None
    return Limit(
        name=name,
        value=mean,
        value_low=low,
        by_ratio=allowed["value"],
        by_payback=allowed.get("payback"),
        by_cash=allowed.get("cash"),
        limit=limit,
        binding=binding,
        budget=round(limit * a_month),
        cac=cac,
        marginal=marginal,
        is_over=max(cac or 0.0, marginal or 0.0) > limit,
        cpa=limit * rate if rate else None,
    )


def _paid_back(made: Known, i: int, months: int) -> float:
    """The lower bound of what a channel's customer brings within some months, drawn to all customers where the channel has few."""
    people, age = made.people.followed, months * worth.MONTH
    people.equal_age(age)
    seen = people.at(age)
    sd = float(seen.std(ddof=1)) / len(seen) ** 0.5
    mean, spread = worth.new_values(people, age, worth.New(float(seen.mean()), sd))[i]
    return max(mean - Z[80] * spread, 0.0)


def _lower(made: Known, i: int, curve: worth.Floats) -> worth.Floats:
    """All customers' curve, or the channel's where it has enough, brought down to the lower bound of its value."""
    mean, sd = made.new[i]
    whole = made.people.followed.curve(made.age) if not len(curve) else curve
    return whole * max(1.0 - Z[80] * sd / mean, 0.0) if mean > 0 else whole * 0.0
