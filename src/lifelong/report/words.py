"""How this report says things: amounts in its own unit, names of models, silence and rhythm in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong import i18n
from lifelong.definitions import DEFINITIONS
from lifelong.i18n import N_, NBSP, message
from lifelong.report.meaning import meaning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lifelong.report.inputs import ReportData
    from lifelong.values import Totals

#: Names of models; those that are no proper names are messages.
MODELS = {
    "bg_nbd": "BG/NBD",
    "mbg_nbd": "MBG/NBD",
    "pareto_nbd": "Pareto/NBD",
    **{f"{kind}_cnbd_{k}": f"{kind.upper()}/CNBD-{k}" for kind in ("bg", "mbg") for k in range(2, 7)},
    "ggompertz_nbd": "GGompertz/NBD",
    "gamma_gamma": "gamma-gamma",
    "gamma_gamma_dependent": N_("gamma-gamma given the orders"),
    "sbg": "shifted-beta-geometric",
    "bdw": "beta-discrete-Weibull",
    "discrete_weibull": "discrete Weibull",
    "two_segments": N_("two segments"),
    "constant_churn": N_("constant churn"),
    "last_period": N_("Last period again"),
    "cell_means": N_("Earlier customers alike"),
}

#: Endings of models' names, and how people write them.
ENDINGS = {
    "+calendar": N_("{model} with calendar"),
    "+covariates": N_("{model} with covariates"),
    "+blend": N_("{model} blended with learned forecasts"),
}

_KEYS = re.compile(rf"\b({'|'.join(MODELS)})(\+\w+)?")

#: The key of the days to the second order, once the registry holds it; a number without an entry has no link.
SECOND = "second" if "second" in DEFINITIONS else ""


def named(text: str) -> str:
    """A sentence with models' names as people write them, and a space before per cent."""
    text = _KEYS.sub(lambda found: model_name(found[0]), text)
    return re.sub(r"(?<=\d)%(?!/)", f"{NBSP}%", text)


def model_name(key: str) -> str:
    """A model's name as people write it."""
    plain, sign, ending = key.partition("+")
    name = message(MODELS.get(plain, plain.replace("_", " ")))
    return message(ENDINGS[sign + ending]).format(model=name) if sign + ending in ENDINGS else name


@dataclass(frozen=True, slots=True)
class Range:
    """A number with its 80 % interval."""

    value: float
    low: float
    high: float

    def each(self, count: int) -> Range:
        """The same a head."""
        n = max(count, 1)
        return Range(self.value / n, self.low / n, self.high / n)

    @property
    def reach(self) -> float:
        """The farther end's distance from the number, relative to it; 0 where there is no such thing."""
        if not self.value or not np.isfinite([self.value, self.low, self.high]).all():
            return 0.0
        return max(self.high - self.value, self.value - self.low) / abs(self.value)


@dataclass(frozen=True, slots=True)
class Unit:
    """What the report's values are counted in: a currency, or orders where the data hold no amounts."""

    currency: str
    horizon: str
    definition: str

    @property
    def noun(self) -> str:
        """What a sum of value is called: contribution, margin, revenue or orders."""
        return message(self.kind)

    @property
    def title(self) -> str:
        """The same where it begins a sentence."""
        return self.noun[:1].upper() + self.noun[1:]

    @property
    def kind(self) -> str:
        """The key of the noun."""
        if not self.currency:
            return N_("orders")
        kinds = (N_("contribution"), N_("margin"), N_("revenue"))
        return next((word for word in kinds[:2] if word in self.definition), kinds[2])

    @property
    def symbol(self) -> str:
        """The currency's sign, or "orders"."""
        return i18n.money(0, self.currency, 0).replace("0", "").strip() if self.currency else message("orders")

    @property
    def ahead(self) -> str:
        """The horizon inside a sentence."""
        if self.horizon == "lifetime":
            return message("the rest of their lives")
        return message("the next {horizon}").format(horizon=i18n.horizon(self.horizon))

    @property
    def meaning(self) -> str:
        """The definition of value with its measures written out."""
        return meaning({"definition": self.definition, "horizon": self.horizon})

    @property
    def column(self) -> str:
        """The column of the scores that holds the value."""
        return "value" if self.currency else "orders"

    def total(self, t: Totals) -> Range:
        """A group's total in this unit, with its 80 % interval."""
        if self.currency:
            return Range(t.value, t.low80, t.high80)
        return Range(t.orders, t.orders_low80, t.orders_high80)

    def total90(self, t: Totals) -> Range:
        """A group's total with its 90 % interval."""
        if self.currency:
            return Range(t.value, t.low90, t.high90)
        return Range(t.orders, t.orders_low90, t.orders_high90)

    def say(self, r: Range) -> str:
        """The number, as precise as its interval allows."""
        if self.currency:
            return i18n.money_within(r.value, r.low, r.high, self.currency)
        return i18n.number_within(r.value, r.low, r.high)

    def spread(self, r: Range) -> str:
        """Its interval in words."""
        return i18n.interval(r.low, r.high, self.currency) if self.currency else i18n.number_interval(r.low, r.high)

    def ends(self, r: Range) -> tuple[str, str]:
        """The two ends of its interval."""
        if self.currency:
            places = i18n.money_digits(r.low, r.high, self.currency)
            return i18n.money(r.low, self.currency, places), i18n.money(r.high, self.currency, places)
        places = i18n.number_digits(r.low, r.high)
        return i18n.number(r.low, places), i18n.number(r.high, places)

    def plain(self, value: float | None) -> str:
        """A number without interval: money to the cent below a thousand, orders to two decimals below ten."""
        if value is None or not np.isfinite(value):
            return i18n.unknown()
        if self.currency:
            return i18n.money(value, self.currency, None if abs(value) < 1000 else 0)
        return i18n.number(value, 2 if abs(value) < 10 else 0)


def unit_of(data: ReportData) -> Unit:
    """The unit of a report's values."""
    return Unit(data.currency, data.scores.horizon, data.scores.definition)


def values_of(data: ReportData, column: str) -> NDArray[np.float64]:
    """A column of the scores as numbers, empty cells as nan."""
    return np.asarray(data.scores.table.column(column).to_numpy(zero_copy_only=False), dtype=np.float64)


def share(value: float) -> str:
    """A share for labels: whole per cents, and "< 1 %" rather than a false 0."""
    if 0 < value < 0.005:
        return f"<{NBSP}1{NBSP}%"
    return i18n.percent(value, 0)


def whole(count: float) -> str:
    """A whole number with its thousands grouped."""
    return i18n.number(count, 0)


def people(count: int) -> str:
    """A count of customers with the right word."""
    return i18n.quantity(count, "customer")


def with_interval(number: str, spread: str) -> str:
    """A number and its interval, for those who cannot see the bar."""
    return message("{number}, 80 % interval {range}").format(number=number, range=spread)


def listed(names: Sequence[str]) -> str:
    """Names in a row, with "and" before the last."""
    if len(names) == 1:
        return names[0]
    return message("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1])


def duration(days: float) -> str:
    r"""Days in the unit that one would say: days below three weeks, else weeks.

    >>> duration(9), duration(105)
    ('9\xa0days', '15\xa0weeks')
    """
    if days < 21:
        return i18n.quantity(max(round(days), 1), "day")
    return i18n.quantity(round(days / 7), "week")


def rhythm(days: float) -> str:
    """How often someone orders."""
    return message("every day or two") if days < 2 else message("every {duration}").format(duration=duration(days))


def one_in(value: float) -> str:
    r"""A share as a frequency in words, for the shares that have one; else per cents.

    >>> one_in(0.5), one_in(0.81)
    ('half', '81\xa0%')
    """
    named = {
        0.5: message("half"),
        1 / 3: message("a third"),
        0.25: message("a quarter"),
        0.2: message("a fifth"),
        2 / 3: message("two thirds"),
        0.75: message("three quarters"),
    }
    for at, word in named.items():
        if abs(value - at) < 0.01:
            return word
    return share(value)


def digits_of(value: float) -> int:
    """How many of at most three decimals a round number needs: the labels of an axis.

    >>> digits_of(12.0), digits_of(0.25)
    (0, 2)
    """
    return len(f"{value:.3f}".rstrip("0").partition(".")[2])
