"""The budget plan: curves, their check, the best split, and what is told of each channel."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lifelong.decide.curves import CARRY, fit_curves
from lifelong.decide.identified import check
from lifelong.decide.optimum import Problem, best, information
from lifelong.errors import ConfigError
from lifelong.phrases import phrase
from lifelong.units import apportion, minor_digits
from lifelong.values.budget import (
    Budget,
    CurveMonth,
    CurvePoint,
    Interval,
    Move,
    PurposeShare,
    ResponseCurve,
    TrialMove,
)
from lifelong.values.findings import Finding
from lifelong.values.spending import UNSURE, month_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lifelong.decide.sampling import Lift
    from lifelong.values.spending import SpendHistory

    Floats = NDArray[np.float64]

#: The present spend is the mean of so many last months.
RECENT = 3
#: How far a month's test moves from the present spend.
TEST = 0.15
#: Points of a curve that is drawn.
DRAWN = 31


@dataclass(frozen=True, slots=True)
class Wish:
    """How a budget is to be planned.

    Attributes:
        total: a month, minor units; None: what is spent now. ``is_free``: whatever pays.
        trust: how far a channel may move from its present spend, as a share: farther the curves were not tried.
        bounds: a channel's least and most, minor units; where given they come on top of ``trust``.
        risk: standard deviations of the gain that are taken off its mean.
        hurdle: what a unit must bring beyond itself where the total is free.
        lifts: results of experiments.
        carries: whether a month's spend may act in later months, as the data say.
        seed: equal seeds give equal plans.
    """

    total: int | None = None
    is_free: bool = False
    trust: float = 0.3
    bounds: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    risk: float = 1.0
    hurdle: float = 0.0
    lifts: tuple[Lift, ...] = ()
    carries: bool = False
    seed: int = 0


def plan(history: SpendHistory, wish: Wish | None = None) -> Budget:
    """The best split of a month's spend, with what it brings and how sure that is.

    Args:
        history: what was spent and won.
        wish: how to plan; the present total within 30 % of each channel where none is given.

    Raises:
        ConfigError: E393 where no plan keeps budget and bounds, E394 where a bound names no channel.
        FitError: E395 where a channel has too few months.
    """
    wish = wish or Wish()
    held, findings = check(history)
    low, high, total = limits_of(history, wish, held)
    curves = fit_curves(history, wish.lifts, CARRY if wish.carries else (0.0,), held, seed=wish.seed)
    worth, now = worth_of(history, len(curves.slope), wish.seed), present(history).astype(np.float64)
    limits = low.astype(np.float64), high.astype(np.float64)
    problem = Problem(curves, worth, now, *limits, total, wish.risk, wish.hurdle)
    spend, price = best(problem)
    planned = _whole(problem, spend)
    told = information(problem)
    moves = _moves(history, problem, planned, price, told, held)
    parts, ratio = _purposes(history, moves)
    gain = problem.gain(planned.astype(np.float64))
    is_moved, is_refused = bool((planned != problem.now).any()), bool(_staying(history, held, wish).all())
    return Budget(
        first_month=month_text(int(history.months[0])),
        last_month=month_text(int(history.months[-1])),
        currency=history.currency,
        digits=minor_digits(history.currency),
        definition=f"gain: value of customers won less spend, beyond the present spend (mean of the last {RECENT} months)",
        now=int(problem.now.sum()),
        total=int(planned.sum()),
        is_free=wish.is_free,
        risk=wish.risk,
        trust=wish.trust,
        hurdle=wish.hurdle,
        gain=interval(gain),
        better=float((gain > 0.0).mean()) if is_moved else None,
        moves=moves,
        experiment=history.channels[int(told.argmax())] if told.max() > 0 and not is_refused else "",
        tests=tuple(_test(history, problem, name) for name in held),
        purposes=parts,
        keep_to_win=ratio,
        curves=_curves(history, problem),
        is_refused=is_refused,
        findings=(*findings, *_remarks(history, moves)),
    )


def present(history: SpendHistory) -> NDArray[np.int64]:
    """What is spent a month at present in each channel: the mean of the last three months, whole minor units."""
    mean: NDArray[np.int64] = np.rint(history.spend[-RECENT:].mean(axis=0)).astype(np.int64)
    return mean


def worth_of(history: SpendHistory, draws: int, seed: int = 0) -> Floats:
    """Draws of the value of a customer of each channel, normal, shape (draws, channels)."""
    sd = np.where(np.isnan(history.value_sd), UNSURE * np.abs(history.value), history.value_sd)
    noise = np.random.default_rng([seed, 1]).standard_normal((draws, len(sd)))
    drawn: Floats = history.value + sd * (noise - noise.mean(axis=0)) / noise.std(axis=0)
    return drawn


def limits_of(
    history: SpendHistory, wish: Wish, held: Mapping[str, str]
) -> tuple[NDArray[np.int64], NDArray[np.int64], int | None]:
    """Each channel's least and most, and the total (None: free); channels that are held have no room.

    Raises:
        ConfigError: E393 where no plan keeps budget and bounds, E394 where a bound names no channel.
    """
    now = present(history)
    low = np.array([math.ceil(max(1.0 - wish.trust, 0.0) * s) for s in now], np.int64)
    high = np.array([math.floor((1.0 + wish.trust) * s) for s in now], np.int64)
    for name, (least, most) in wish.bounds.items():
        if name not in history.channels:
            raise ConfigError(
                "E394",
                phrase("there is no channel {name!r}", name=name),
                where="--bounds",
                why=phrase("the history has {channels}", channels=", ".join(history.channels)),
                fix="write a channel as the history does",
            )
        at = history.channels.index(name)
        low[at], high[at] = max(low[at], least), min(high[at], most)
        if low[at] > high[at]:
            raise _infeasible(
                phrase("the bounds of {name} leave no room", name=name),
                "its own bounds lie outside of --trust",
                history,
            )
    stays = _staying(history, held, wish) & (low <= now) & (now <= high)
    low, high = np.where(stays, now, low), np.where(stays, now, high)
    total = None if wish.is_free else int(now.sum()) if wish.total is None else wish.total
    if total is not None and not low.sum() <= total <= high.sum():
        raise _infeasible(
            phrase(
                "a total of {total} cannot be spent: the bounds leave {low} to {high}",
                total=_major(total, history),
                low=_major(low.sum(), history),
                high=_major(high.sum(), history),
            ),
            phrase("channels may move by {trust:.0%}; {held} stay", trust=wish.trust, held=", ".join(held))
            if held
            else phrase("channels may move by {trust:.0%}", trust=wish.trust),
            history,
        )
    return low, high, total


def _staying(history: SpendHistory, held: Mapping[str, str], wish: Wish) -> NDArray[np.bool_]:
    """Which channels keep their present spend: those that tell nothing, and all where too few are left to move money between."""
    stays = np.isin(history.channels, list(held))
    return stays if (~stays).sum() >= (1 if wish.is_free else 2) or not held else np.ones(len(stays), dtype=bool)


def _remarks(history: SpendHistory, moves: tuple[Move, ...]) -> list[Finding]:
    """What to know of the values and of the bounds."""
    found = []
    if np.isnan(history.value_sd).any():
        text = phrase(
            "the uncertainty of the value is not known: a standard deviation of {unsure:.0%} is taken"
            " (column value_sd)",
            unsure=UNSURE,
        )
        found.append(Finding("F394", text, "info", {"share": UNSURE}))
    pinned = [m.channel for m in moves if m.plan != m.now and m.plan in (m.low, m.high)]
    if pinned:
        text = phrase(
            "the plan goes to the bounds of {pinned}: take this step, and plan anew with what it shows",
            pinned=", ".join(pinned),
        )
        found.append(Finding("F396", text, "info", {"channels": pinned}))
    return found


def interval(draws: Floats) -> Interval:
    """A mean with its 80 and 90 % intervals."""
    low90, low80, high80, high90 = np.quantile(draws, (0.05, 0.1, 0.9, 0.95))
    return Interval(float(draws.mean()), float(low80), float(high80), float(low90), float(high90))


def _infeasible(what: str, why: str, history: SpendHistory) -> ConfigError:
    fix = phrase(
        "choose another total (now {now}), or wider bounds: --trust 50%",
        now=_major(present(history).sum(), history),
    )
    return ConfigError("E393", what, where="--total, --bounds, --trust", why=why, fix=fix)


def _major(minor: float, history: SpendHistory) -> str:
    return phrase("{amount:,.2f}", amount=minor / 10 ** minor_digits(history.currency))


def _whole(problem: Problem, spend: Floats) -> NDArray[np.int64]:
    """Whole minor units within the bounds, their sum the total."""
    if problem.total is None:
        return np.rint(spend).astype(np.int64)
    return (
        np.array(apportion(int(problem.total), list(spend)), np.int64)
        if problem.total
        else np.zeros(len(spend), np.int64)
    )


def _moves(
    history: SpendHistory,
    problem: Problem,
    planned: NDArray[np.int64],
    price: float,
    told: Floats,
    held: Mapping[str, str],
) -> tuple[Move, ...]:
    """A row a channel."""
    curves, spend, now = problem.curves, planned.astype(np.float64), problem.now
    before, after = curves.customers(now), curves.customers(spend)
    at_now, at_plan = problem.returns(now), problem.returns(spend)
    limits = curves.spend_at(problem.worth, 1.0)
    pays = problem.worth * (after - before) > price * (spend - now)
    most = 2.0 * history.spend.max(axis=0)
    rows = []
    for c, name in enumerate(history.channels):
        low, middle = np.quantile(limits[:, c], (0.1, 0.5))
        rows.append(
            Move(
                channel=name,
                purpose=history.purposes[c],
                now=int(now[c]),
                plan=int(planned[c]),
                low=int(problem.low[c]),
                high=int(problem.high[c]),
                customers_now=float(before[:, c].mean()),
                customers_plan=float(after[:, c].mean()),
                elasticity=interval(curves.slope[:, c]),
                marginal=interval(at_now[:, c]),
                marginal_plan=interval(at_plan[:, c]),
                marginal_cost=float(np.median(problem.worth[:, c] / at_now[:, c])),
                better=float(pays[:, c].mean()) if planned[c] != now[c] else None,
                limit=int(middle) if middle <= most[c] else None,
                limit_low80=int(low) if low <= most[c] else None,
                information=round(float(told[c])),
                held=held.get(name, ""),
            )
        )
    return tuple(rows)


def _curves(history: SpendHistory, problem: Problem) -> tuple[ResponseCurve, ...]:
    """Each channel's curve from nothing to half as much again as was ever tried, and the months that it was learned from."""
    used, made = history.used, []
    ends = np.maximum(history.spend.max(axis=0), problem.now) * 1.5
    grid = np.rint(np.linspace(0.0, 1.0, DRAWN)[:, None] * ends)
    at = np.stack([problem.curves.customers(row) for row in grid])
    low, high = np.quantile(at, (0.1, 0.9), axis=1)
    for c, name in enumerate(history.channels):
        tried = history.spend[used[:, c], c]
        points = zip(grid[:, c], at[:, :, c].mean(axis=1), low[:, c], high[:, c], strict=True)
        months = zip(tried, history.customers[used[:, c], c], strict=True)
        made.append(ResponseCurve(
            name, int(tried.min()), int(tried.max()), tuple(CurvePoint(int(s), *map(float, rest)) for s, *rest in points),
            tuple(CurveMonth(int(s), float(n)) for s, n in months),
        ))  # fmt: skip
    return tuple(made)


def _test(history: SpendHistory, problem: Problem, name: str) -> TrialMove:
    now = int(problem.now[history.channels.index(name)])
    return TrialMove(name, now, math.ceil((1.0 - TEST) * now), math.floor((1.0 + TEST) * now))


def _purposes(history: SpendHistory, moves: tuple[Move, ...]) -> tuple[tuple[PurposeShare, ...], float | None]:
    """Acquisition against retention, and the cost of keeping a customer by that of winning one."""
    if len(set(history.purposes)) < 2:
        return (), None
    parts = []
    for purpose in ("acquisition", "retention"):
        some = [move for move in moves if move.purpose == purpose]
        now, plan = sum(m.now for m in some), sum(m.plan for m in some)
        customers = sum(m.customers_now for m in some)
        marginal, later = (
            sum(getattr(m, key).mean * getattr(m, at) for m in some) / max(sum(getattr(m, at) for m in some), 1)
            for key, at in (("marginal", "now"), ("marginal_plan", "plan"))
        )
        parts.append(PurposeShare(purpose, now, plan, now / customers if customers else math.nan, marginal, later))
    return tuple(parts), parts[1].cost / parts[0].cost
