"""The verb that sets the textbook formula of customer value beside the model's number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.errors import DataError
from lifelong.money.formula import DRIVERS, Terms, elasticities, value_of
from lifelong.money.margin import pooled_margin
from lifelong.phrases import phrase
from lifelong.project import asked, costing, knowing, renewing
from lifelong.project.typed import amount
from lifelong.store import fits
from lifelong.units import date_of, minor_digits
from lifelong.values import Finding, FormulaValue
from lifelong.values.formula import Branch

if TYPE_CHECKING:
    from lifelong.project.asked import Base, Question
    from lifelong.project.folder import Folder
    from lifelong.tables.two_windows import TwoWindows

YEAR = 365.25
#: The longest window, and the shortest that says anything.
LONGEST, SHORTEST = 365, 28
#: The formula and the model differ by more than this factor: it is told.
APART = 1.5


def formula(folder: Folder, question: Question, cac: str | float) -> FormulaValue:
    """What a new customer brings by the textbook formula, and by the latest fit."""
    from lifelong.score import Terms as ScoreTerms
    from lifelong.score import score
    from lifelong.tables.two_windows import two_windows

    with folder.writing("formula"):
        folder.tables()
        made = fits.load(folder.root / "fits")
        if renewing.is_contract(made.model):
            raise renewing.refused("formula")
        at, own, level = costing.at_level(folder, asked.base(folder, made.origin.until), question)
    days = _window(at)
    counted = two_windows(at.orders, at.until, days)
    _usable(counted, folder)
    unit, cost = 10.0 ** minor_digits(folder.currency), amount(cac, "--cac", "40", is_zero_allowed=True)
    margin = margin_of(at, own)
    told = Terms(
        order_value=counted.revenue / counted.priced / unit,
        orders=counted.orders / counted.customers,
        kept=counted.stayed / counted.before,
        margin=margin,
        years=days / YEAR,
        horizon=question.horizon.days / YEAR,
        per_year=question.discount.per_year,
    )
    newcomers = counted.newcomers or counted.customers
    terms = ScoreTerms(
        question.horizon,
        None if own is None and margin == 1.0 else margin,
        question.discount,
        folder.currency,
        level=level,
    )
    scores = score(made, knowing.newcomers(folder, made, at, newcomers), terms)
    first = margin * (counted.first_revenue / newcomers / unit if counted.newcomers else told.order_value)
    t, value, moved = scores.totals, value_of(told), elasticities(told)
    own, low, high = (first + total / newcomers for total in (t.value, t.low80, t.high80))
    return FormulaValue(
        as_of=date_of(at.until).isoformat(), horizon=str(question.horizon), currency=folder.currency,
        definition=f"{scores.definition}, before the cost of winning", window_days=days,
        drivers=tuple(Branch(name, getattr(told, name), moved[name]) for name in DRIVERS),
        lifetime_years=told.years / (1.0 - told.kept) if told.kept < 1.0 else None,
        value=value, cac=cost, net=value - cost, model=made.name, first_order=first, newcomers=newcomers,
        model_value=own, model_low80=low, model_high80=high, model_net=own - cost, findings=tuple(_findings(value, (low, high), counted)),
    )  # fmt: skip


def _window(at: Base) -> int:
    """A year, or half of a shorter history, in days."""
    history = at.until - int(np.min(at.summary["first_day"].to_numpy())) + 1
    days = min(LONGEST, history // 2)
    if days < SHORTEST:
        raise DataError(
            "E461", phrase("a history of {history} days is too short for two windows", history=history), where="the orders",
            why="who stays is seen from those of one window who order in the next", fix=phrase("wait until there are {shortest} days", shortest=2 * SHORTEST),
        )  # fmt: skip
    return days


def _usable(counted: TwoWindows, folder: Folder) -> None:
    """Someone ordered in both windows' time, for money."""
    if not counted.before or not counted.orders or counted.revenue <= 0:
        raise DataError(
            "E461", phrase("the last {days} days, or those before, hold no orders with amounts", days=counted.days), where=str(folder.root),
            why="the formula is made of order value, how often, and who stays", fix="ingest orders with amounts, up to date",
        )  # fmt: skip


def margin_of(at: Base, told: float | None) -> float:
    """As asked for; else from costs; else value is revenue."""
    if told is not None:
        return told
    cost = at.summary["cost"] if "cost" in at.summary.column_names else None
    if cost is None or cost.null_count == len(cost):
        return 1.0
    return pooled_margin(*(at.summary[name].to_numpy(zero_copy_only=False) for name in ("revenue", "cost")))


def _findings(value: float, model: tuple[float, float], counted: TwoWindows) -> list[Finding]:
    found = []
    low, high = model
    if value > APART * high or value < low / APART:
        text = "the formula and the model are far apart: it takes all customers for alike, and counts by a window as if nobody left within it"
        found.append(Finding("F461", text, "info", {"formula": value, "low": low, "high": high}))
    if not counted.newcomers:
        text = phrase(
            "nobody placed a first order in the last {days} days: the mean order stands in its place",
            days=2 * counted.days,
        )
        found.append(Finding("F463", text, "warning"))
    if counted.stayed == counted.before:
        text = "nobody was lost from one window to the next, so the formula lets customers stay for ever"
        found.append(Finding("F462", text, "warning"))
    return found
