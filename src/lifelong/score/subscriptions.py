"""Subscribers' values in the same table as buyers' values: a row a customer, totals with intervals, one set of words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import plugins
from lifelong.definitions import value_definition
from lifelong.errors import ConfigError, DataError
from lifelong.money.subscription import period_rate, value_new, value_renewing
from lifelong.phrases import phrase
from lifelong.schema import SCORES
from lifelong.units import DAYS_A_WEEK, DAYS_A_YEAR
from lifelong.values import Finding, Scores, Totals

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.models.contract import Contract
    from lifelong.score.terms import Terms
    from lifelong.values import Fit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Days of a period of the contract.
PERIODS = {
    "week": float(DAYS_A_WEEK), "fortnight": 2.0 * DAYS_A_WEEK, "month": DAYS_A_YEAR / 12, "quarter": DAYS_A_YEAR / 4,
    "half-year": DAYS_A_YEAR / 2, "year": DAYS_A_YEAR,
}  # fmt: skip
#: Parameter draws behind an interval.
DRAWS = 400
#: The rest of life is followed until a payment is worth e^-LEFT of today's.
LEFT = 25.0
#: Quantiles of a customer's value, by column.
LEVELS = {"median": 0.50, "low80": 0.10, "high80": 0.90, "low90": 0.05, "high90": 0.95}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a subscription brings: the price of a period, in major units, and the period's name."""

    price: float
    period: str = "month"

    def __post_init__(self) -> None:
        if self.period not in PERIODS or not (math.isfinite(self.price) and self.price >= 0):
            raise ConfigError(
                "E301",
                phrase("a price of {price} a {period} is not understood", price=self.price, period=self.period),
                where="price, period",
                why="a subscription has a price and a period",
                fix=phrase("take a price of at least 0 and one of {periods}", periods=", ".join(PERIODS)),
            )

    @property
    def days(self) -> float:
        """Days of a period."""
        return PERIODS[self.period]

    def renewals(self, terms: Terms) -> float:
        """Renewals within the horizon; a year of 365 days has twelve months, though they are a little longer."""
        return math.inf if terms.horizon.is_lifetime else float(math.floor(terms.horizon.days / self.days + 0.1))


def new_subscriber(fit: Fit, plan: Plan, terms: Terms) -> dict[str, float]:
    """Value of one new subscriber on joining, with intervals: the columns of ``schema.SCORES`` that hold numbers.

    The first period is paid for now and counts; renewals within the horizon count, discounted to now.
    """
    made = Ahead(fit, plan, terms).row(1)
    after = 1.0 / (1.0 + made.d)
    unit = plan.price * made.margin
    row = {name: unit + after * made.row[name] for name in ("value", *LEVELS)}
    row["value"] = float(value_new(plan.price, made.margin, made.residual, made.d))
    orders = 1.0 + (after if terms.horizon.is_lifetime else 1.0) * made.row["orders"]
    return {"alive": 1.0, "orders": orders, **row, "historic": 0.0, "total": row["value"], "at_risk": 0.0}


def renewing_subscriber(fit: Fit, plan: Plan, terms: Terms, renewals: int) -> dict[str, float]:
    """Value of one subscriber who has renewed so many times, just before the next renewal: as :func:`new_subscriber`."""
    return Ahead(fit, plan, terms).row(renewals + 1).row


def subscription_scores(
    fit: Fit, customer_id: Sequence[str], renewals: Any, plan: Plan, terms: Terms, *, as_of: str = ""
) -> Scores:
    """Every present subscriber's value within the horizon, just before the next renewal, in the table of all scores.

    Args:
        fit: of a contractual model.
        customer_id: those who are still there; who is lost has no value left and is not in.
        renewals: how many times each has renewed, 0 or more.
        plan: price and period.
        terms: horizon, margin, discount, currency, model error, seed; a margin of None means revenue.
        as_of: the day, in ISO form.

    Returns:
        ``schema.SCORES``: orders are payments (at present value over the rest of life), value is price x margin x DERL
        at the fitted parameters, quantiles hold doubt about parameters and chance. The model's own error is in totals.
    """
    n = _whole(renewals, len(customer_id))
    due, place = np.unique(n + 1, return_inverse=True)
    ahead = Ahead(fit, plan, terms)
    made = [ahead.row(int(i)) for i in due]
    columns: dict[str, Any] = {name: np.array([m.row[name] for m in made])[place] for name in made[0].row}
    columns |= {"customer_id": list(customer_id), "silent_days": None, "rhythm_days": np.full(len(n), plan.days)}
    total = ahead.total(np.bincount(place).astype(np.float64), made)
    words = value_definition(
        str(terms.horizon), ahead.margin, str(terms.discount), has_cost=False, has_money=True, level=terms.level
    )
    told = "the model was not back-tested on these subscribers; the band of totals holds a usual error"
    return Scores(
        as_of,
        str(terms.horizon),
        terms.currency,
        words,
        len(n),
        total,
        table_of(columns, len(n)),
        {"all": total},
        (Finding("S390", told, "warning"),),
        fit.model,
    )


def _whole(renewals: Any, size: int) -> Ints:
    n = np.asarray(renewals)
    if n.dtype.kind not in "iu" or n.shape != (size,) or not len(n) or n.min() < 0:
        raise DataError(
            "E103" if size else "E201",
            "each subscriber needs a whole number of renewals, 0 or more",
            where="renewals",
            why="the value hangs on how long somebody has stayed",
            fix="give one number a customer",
        )
    return n.astype(np.int64)


def table_of(columns: dict[str, Any], size: int) -> pa.Table:
    """The columns of ``schema.SCORES``, in order."""
    import pyarrow as pa

    kinds = {"text": pa.string(), "float64": pa.float64(), "int32": pa.int32()}
    arrays = {
        c.name: pa.nulls(size, kinds[c.kind]) if columns[c.name] is None else pa.array(columns[c.name], kinds[c.kind])
        for c in SCORES
    }
    return pa.table(arrays)


@dataclass(frozen=True, slots=True)
class Row:
    """One history's numbers: the row, DERL, rate, margin; per parameter draw, mean and variance of payments and value."""

    row: dict[str, float]
    residual: float
    d: float
    margin: float
    drawn: Floats  # (4, draws): mean and variance of orders, mean and variance of value


class Ahead:
    """The payments ahead under draws of the parameters."""

    def __init__(self, fit: Fit, plan: Plan, terms: Terms) -> None:
        self.fit, self.plan, self.terms = fit, plan, terms
        self.model: Contract = plugins.load("contracts", fit.model)()
        self.margin = 1.0 if terms.margin is None else terms.margin
        force = terms.discount.force_per_day
        self.d = period_rate(force, plan.days)
        self.horizon = plan.renewals(terms)
        self.steps = int(min(self.horizon, math.ceil(LEFT / (force * plan.days)) if force > 0 else self.horizon))
        self.rng = np.random.default_rng(terms.seed)
        self.thetas = fit.draws(DRAWS, self.rng)
        self.factor = (1.0 + self.d) ** -np.arange(self.steps, dtype=np.float64)

    def row(self, n: int, chance: float = 1.0) -> Row:
        """The row of a subscriber with n periods paid for, before renewal n, still there by this chance."""
        t = np.arange(n - 1.0, n + self.steps)
        logs = np.array([self.model.log_curve(theta, t)[0] for theta in self.thetas])
        stay = chance * np.exp(logs[:, 1:] - logs[:, :1])  # P(payment k comes), k = 1, 2, ...
        unit = self.plan.price * self.margin
        # Orders at present value over the rest of life, as all scores count them; else one each.
        each = self.factor if self.terms.horizon.is_lifetime else np.ones(self.steps)
        drawn = np.concatenate([_moments(stay, each), _moments(stay, unit * self.factor)])
        residual = chance * float(self.model.derl(self.fit.theta, n, self.d, self.horizon))
        plain = residual
        if not self.terms.horizon.is_lifetime:
            plain = chance * float(self.model.derl(self.fit.theta, n, 0.0, self.horizon))
        value = float(value_renewing(self.plan.price, self.margin, residual))
        # P(at most k payments), doubt about the parameters averaged in; value grows with payments.
        most = 1.0 - np.append(stay.mean(axis=0), 0.0)
        worth = np.concatenate([[0.0], np.cumsum(unit * self.factor)])
        quantiles = {name: float(worth[np.searchsorted(most, level - 1e-12)]) for name, level in LEVELS.items()}
        historic = unit * n
        row = {"alive": chance, "orders": plain, "value": value, **quantiles}
        row |= {"historic": historic, "total": historic + value, "at_risk": 0.0}
        return Row(row, residual, self.d, self.margin, drawn)

    def total(self, count: Floats, made: Sequence[Row]) -> Totals:
        """The total of subscribers of one plan, ``count`` of each row."""
        drawn = np.einsum("i,ijk->jk", count, np.array([m.drawn for m in made]))
        sums = [float(count @ np.array([m.row[name] for m in made])) for name in ("alive", "orders", "value")]
        return spread(drawn, sums, int(count.sum()), self.terms, self.rng)


def spread(drawn: Floats, sums: Sequence[float], customers: int, terms: Terms, rng: np.random.Generator) -> Totals:
    """The intervals of a sum: chance is near normal, parameters and the model's error are shared.

    Args:
        drawn: mean and variance of orders, mean and variance of value, a column a draw of the parameters.
        sums: expected customers still there, orders and value.
        customers: how many are summed.
        terms: with the model's error.
        rng: for chance and error.
    """
    noise = rng.standard_normal((2, DRAWS))
    orders, value = (np.maximum(drawn[i] + np.sqrt(drawn[i + 1]) * noise[i // 2], 0.0) for i in (0, 2))
    shock, error = rng.standard_t(terms.error.df, DRAWS), terms.error
    levels, wide = (0.10, 0.90, 0.05, 0.95), {}
    for what, sample in (("orders", orders), ("value", value)):
        miss = np.exp(np.clip(error.scale(what, terms.horizon.days) * shock, -3.0, 3.0))
        wide[what] = np.quantile(sample * miss, levels)
    low, high = np.quantile(value, levels[:2])
    width = wide["value"][1] - wide["value"][0]
    part = float(max(1.0 - (high - low) / width, 0.0)) if width > 0 else 0.0
    v, o = wide["value"].tolist(), wide["orders"].tolist()
    alive, orders_, value_ = sums
    return Totals(customers, alive, orders_, value_, v[0], v[1], v[2], v[3], o[0], o[1], o[2], o[3], part)


def _moments(stay: Floats, each: Floats) -> Floats:
    """Mean and variance of the sum of payments, for each draw: a payment comes only if the one before it came."""
    summed = np.cumsum(each)
    mean = stay @ each
    square = stay @ (summed**2 - (summed - each) ** 2)
    return np.stack([mean, np.maximum(square - mean**2, 0.0)])
