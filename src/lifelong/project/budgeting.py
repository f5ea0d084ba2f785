"""The verbs about spend, which need no project: a file of months and channels in, a plan out; nothing is stored."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from lifelong.errors import ConfigError
from lifelong.phrases import phrase
from lifelong.units import share, to_minor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lifelong.decide.sampling import Lift
    from lifelong.values import Budget, ChannelTest, Cut
    from lifelong.values.spending import SpendHistory


@dataclass(frozen=True, slots=True)
class Source:
    """Where the history of spend is, and what it does not say itself.

    Attributes:
        file: month, channel, spend, new customers, and value, value_sd, purpose where known.
        columns: our name of a column to the file's.
        currency: of the amounts.
        value: a customer's value, by channel or ``""`` for all, in major units.
    """

    file: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    value: Mapping[str, str] = field(default_factory=dict)

    def read(self) -> SpendHistory:
        """The history."""
        from lifelong.sources.spend_history import read

        values = {name: _amount(text, "--value") for name, text in self.value.items()}
        return read(self.file, columns=self.columns, currency=self.currency, values=values)


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish as it is typed: see :class:`lifelong.decide.budget.Wish`.

    Attributes:
        total: a month, major units; empty: what is spent now; ``"free"``: whatever pays.
        bounds: a channel's least and most a month, ``"1000-5000"``.
        trust: how far a channel may move, ``"30%"``.
        risk: standard deviations that are taken off the gain.
        hurdle: what money must bring beyond itself where the total is free, ``"20%"``.
        lifts: results of experiments: ``"channel:before:extra:customers:se"``.
        carries: whether spend may act in later months.
        seed: of the draws.
    """

    total: str | float = ""
    bounds: Mapping[str, str] = field(default_factory=dict)
    trust: str = "30%"
    risk: str | float = "1"
    hurdle: str = "0%"
    lifts: Sequence[str] = ()
    carries: bool = False
    seed: int = 0


def plan_budget(source: Source, asked: Asked) -> Budget:
    """The best split of a month's spend over the channels of a file.

    Raises:
        ConfigError: E393 where no plan keeps budget and bounds, E394 where a wish is not understood.
        DataError: E391, E392 where the file cannot be used.
        FitError: E395 where a channel has too few months.
    """
    return plan_of(source.read(), asked)


def plan_of(history: SpendHistory, asked: Asked) -> Budget:
    """As :func:`plan_budget`, of a history that was read."""
    from lifelong.decide.budget import Wish, plan

    is_free = str(asked.total).strip().lower() == "free"
    given = None if is_free or asked.total == "" else to_minor(_amount(asked.total, "--total"), history.currency)
    risk = float(_amount(asked.risk, "--risk"))
    wish = Wish(
        total=given,
        is_free=is_free,
        trust=share(asked.trust, flag="--trust"),
        bounds={name: _bounds(text, history.currency) for name, text in asked.bounds.items()},
        risk=risk,
        hurdle=share(asked.hurdle, flag="--hurdle"),
        lifts=tuple(_lift(text, history) for text in asked.lifts),
        carries=asked.carries,
        seed=asked.seed,
    )
    return plan(history, wish)


def cut_spend(
    source: Source, cuts: Mapping[str, str], *, lifetime: str | float = "", quarters: int = 8, seed: int = 0
) -> Cut:
    """What it would cost to spend less in some channels, quarter by quarter.

    Raises:
        ConfigError: E397 where a cut cannot be.
        FitError: E397 where a channel's history does not tell what a cut loses, E395 where it is too short.
        DataError: E391, E392 where the file cannot be used.
    """
    return cut_of(source.read(), cuts, lifetime=lifetime, quarters=quarters, seed=seed)


def cut_of(
    history: SpendHistory, cuts: Mapping[str, str], *, lifetime: str | float = "", quarters: int = 8, seed: int = 0
) -> Cut:
    """As :func:`cut_spend`, of a history that was read."""
    from lifelong.decide.cutting import cut

    shares = {name: share(text, flag="--cut") for name, text in cuts.items()}
    return cut(history, shares, lifetime=_months(lifetime), quarters=quarters, seed=seed)


def plan_channel_test(
    *, value: str | float, hoped_cac: str | float, monthly: str | float, **told: str | float
) -> ChannelTest:
    """How much to spend on a test of a new channel, when to stop, and when its customers' value can be read.

    Args:
        value: what a customer may cost at most.
        hoped_cac: what one is hoped to cost.
        monthly: what can be spent a month.
        told: ``power``, ``alpha``, ``spread``, ``precision`` and ``window`` of :class:`lifelong.decide.new_channel.Trial`.

    Raises:
        ConfigError: E396 where a number cannot be used.
    """
    from lifelong.decide.new_channel import Trial, plan_test

    named = {"limit": value, "hoped": hoped_cac, "monthly": monthly} | told
    shares = {"power", "alpha", "precision"}
    numbers = {
        name: share(text, flag=f"--{name}") if name in shares else float(_amount(text, f"--{name}"))
        for name, text in named.items()
        if text != ""
    }
    return plan_test(Trial(**numbers))


def _amount(text: str | float | Decimal, flag: str) -> Decimal:
    try:
        number = Decimal(str(text).strip().replace(" ", "").replace(",", "."))
    except InvalidOperation:
        number = Decimal("nan")
    if number.is_finite() and number >= 0:
        return number
    raise _unclear(phrase("{text!r} is not a number of 0 or more", text=text), flag, phrase("{flag} 5000", flag=flag))


def _bounds(text: str, currency: str) -> tuple[int, int]:
    found = re.fullmatch(r"([\d.,]+)-([\d.,]+)", text.replace(" ", ""))
    if found:
        low, high = (to_minor(_amount(part, "--bounds"), currency) for part in found.groups())
        if low <= high:
            return low, high
    raise _unclear(phrase("{text!r} are no bounds", text=text), "--bounds", "--bounds search=1000-5000")


def _lift(text: str, history: SpendHistory) -> Lift:
    from lifelong.decide.sampling import Lift

    parts = text.rsplit(":", 4)
    try:
        before, extra, customers, se = (float(part) for part in parts[1:])
        at = history.channels.index(parts[0])
    except ValueError:
        before = extra = customers = se = math.nan
    if not (before > 0 and extra != 0 and before + extra > 0 and se > 0 and math.isfinite(customers)):
        raise _unclear(
            phrase("{text!r} is no result of an experiment on a channel of the file", text=text),
            "--lift",
            "--lift search:10000:2500:30:8",
        )
    money = [float(to_minor(Decimal(str(amount)), history.currency)) for amount in (before, extra)]
    return Lift(at, money[0], money[1], customers, se)


def _months(text: str | float) -> float:
    """A mean lifetime in months, at least 1; where none is given, value counts at once."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(m|y|)", str(text or "1").lower().replace(" ", ""))
    number = float(found[1]) * (12.0 if found[2] == "y" else 1.0) if found else 0.0
    if number >= 1.0:
        return number
    raise _unclear(phrase("{text!r} is not a lifetime of a month or more", text=text), "--lifetime", "--lifetime 20m")


def _unclear(what: str, where: str, example: str) -> ConfigError:
    return ConfigError(
        "E394",
        what,
        where=where,
        why="a plan is made for what was meant",
        fix=phrase("write {example}", example=example),
    )
