"""The verb `scorecard`: one page of what the other verbs say, beside what they said last time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lifelong.decide import worth
from lifelong.definitions import Valued, set_against
from lifelong.errors import LifelongError
from lifelong.money.acquiring import Z
from lifelong.money.concentration import top_share
from lifelong.phrases import phrase
from lifelong.project import asked, cashing, channelling, enrolling, equity, valuing
from lifelong.project.asked import Question
from lifelong.store import files
from lifelong.units import day_of, minor_digits
from lifelong.values import Finding
from lifelong.values.scorecard import Entry, Scorecard

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.money.cash import Firm
    from lifelong.project.asked import Base
    from lifelong.project.folder import Folder
    from lifelong.project.runs import Run
    from lifelong.values.cash import CashForecast, CustomerEquity
    from lifelong.values.channels import Channels, Verdict

KIND = "lifelong-scorecard/1"
#: A back-test holds where the total missed by no more, and so many customers fell into their 80 % intervals.
BIAS, HELD = 0.10, (0.70, 0.90)
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Told:
    """What is told: empty takes what the project holds.

    Attributes:
        cac: cost of winning a customer; by default the fully loaded one of the project's spend.
        wacc, months, new_customers, margin: as in :class:`lifelong.project.equity.Told`.
    """

    cac: str | float = ""
    wacc: str = equity.RATE
    months: int = 0
    new_customers: str | float = ""
    margin: str | float = ""


def scorecard(folder: Folder, told: Told, html: Path | None = None) -> Scorecard:
    """The page, kept for the next one to compare with, and written where that is asked for."""
    folder.require()
    spent = _spent(folder, told)
    terms = equity.Told(
        new_customers=told.new_customers, months=told.months, cac=_cac(folder, told, spent), wacc=told.wacc, margin=told.margin
    )  # fmt: skip
    worth_of, run, firm = equity.equity_of(folder, terms)
    wanted = cashing.Wanted(months=MONTHS, new_customers=told.new_customers, margin=told.margin)
    year = cashing.forecast(folder, wanted)
    at = None if enrolling.is_alone(folder) else asked.base(folder, worth_of.as_of)
    entries = (*_equity(worth_of, firm), *_customers(worth_of, run, at), *_winning(spent, told, worth_of), *_year(year))
    tested, judged = _tested(folder, at) if at else _hidden(run)
    made = Scorecard(
        name=folder.config().name or folder.root.resolve().name, as_of=worth_of.as_of, currency=worth_of.currency,
        digits=worth_of.digits, model=worth_of.model, since="", definition=worth_of.definition,
        cost_definition="" if isinstance(spent, LifelongError) else spent.new_definition, entries=(*entries, *judged),
        bridge=worth_of.change, no_bridge=worth_of.no_change, tested=tested, findings=worth_of.findings,
    )  # fmt: skip
    with folder.writing("scorecard"):
        state = at.state if at else folder.landing.read().subscribed
        made = _kept(folder, asked.stamp(day_of(made.as_of), state), told, made)
    if not html:
        return made
    from lifelong.report import scorecard as page

    return replace(made, path=str(page.write(made, html)))


def _spent(folder: Folder, told: Told) -> Channels | LifelongError:
    """What customers cost and are worth by channel; or why that is not known."""
    try:
        return channelling.channels(folder, channelling.Asked(), Question.of(folder.config(), margin=told.margin))
    except LifelongError as problem:
        return problem


def _cac(folder: Folder, told: Told, spent: Channels | LifelongError) -> str | float:
    """The cost of winning that is told, or the fully loaded one of the spend; 0 where neither is."""
    if told.cac != "" or isinstance(spent, LifelongError) or spent.cac.whole.fully is None:
        return told.cac or 0.0
    return spent.cac.whole.fully / 10.0 ** minor_digits(folder.currency)


def _equity(said: CustomerEquity, firm: Firm) -> list[Entry]:
    """Customer equity and its parts. Coming customers are as unsure as those there are, and miss the same way."""
    unit = 10.0**said.digits
    low, high = ((end / said.rlv - 1.0 if said.rlv > 0 else 0.0) for end in (said.rlv_low80, said.rlv_high80))
    gross = firm.new_customers * firm.clv * firm.annuity
    rows = (
        ("equity", "customer_equity", "customer equity", said.equity, said.rlv + gross),
        ("rlv", "rlv", "  customers there are", said.rlv, said.rlv),
        ("future", "future_equity", "  to come, net", said.future, gross),
    )
    return [
        Entry(name, key, title, "money", value * unit, (value + low * by) * unit, (value + high * by) * unit)
        for name, key, title, value, by in rows
    ]


def _customers(said: CustomerEquity, run: Run, at: Base | None) -> list[Entry]:
    """Value a customer, who comes back, who is still there, and how uneven they are."""
    from lifelong.tables.loyalty import loyalty

    rows, unit, many = run.rows(), 10.0**said.digits, said.customers
    value, alive = (rows[name].to_numpy() for name in ("value", "alive"))
    low, high = ((end / said.rlv if said.rlv > 0 else 1.0) for end in (said.rlv_low80, said.rlv_high80))
    mean, median = said.rlv / many * unit, float(np.median(value)) * unit
    rate = (loyalty(at.orders, at.until)["repeat_rate"] or 0.0) if at else None
    top = top_share(value)
    return [
        Entry("mean", "value", "value a customer, mean", "money", mean, mean * low, mean * high),
        Entry("median", "median", "  median", "money", median, median * low, median * high),
        Entry("repeat_rate", "repeat_rate", "repeat rate", "share", None, why="subscribers renew: there are no orders to repeat")
        if rate is None else _share("repeat_rate", "repeat_rate", "repeat rate", rate, (rate * (1.0 - rate) / many) ** 0.5),
        _chance("active", "active_base", "active customers", float(alive.sum()), float((alive * (1.0 - alive)).sum()) ** 0.5),
        Entry("top", "best_fifth", "share of the best 20 %", "share", None, why="no value is expected of anybody")
        if top is None else _share("top", "best_fifth", "share of the best 20 %", *top),
    ]  # fmt: skip


def _share(name: str, key: str, title: str, value: float, sd: float) -> Entry:
    half = Z[80] * sd
    return Entry(name, key, title, "share", value, max(value - half, 0.0), min(value + half, 1.0))


def _chance(name: str, key: str, title: str, value: float, sd: float) -> Entry:
    return Entry(name, key, title, "count", value, max(value - Z[80] * sd, 0.0), value + Z[80] * sd)


def _winning(spent: Channels | LifelongError, told: Told, said: CustomerEquity) -> list[Entry]:
    """Cost of winning, value to cost, and payback, of all customers won in the months with spend."""
    names = (
        ("cac", "cac_loaded", "cost of winning (CAC)", "money"),
        ("ratio", "ratio_fieller", "value to cost", "ratio"),
        ("payback", "payback_seen", "payback, months", "months"),
    )
    cac = None if told.cac == "" else said.cac * 10.0**said.digits
    if isinstance(spent, LifelongError):
        why = f"{spent.what} ({spent.code})"
        return [Entry(*one, value=cac if one[0] == "cac" else None, why=why) for one in names]
    fully, won = spent.cac.whole.fully if cac is None else cac, spent.cac.whole.customers
    new = _newcomer(spent)
    ratio = None
    if fully and new and spent.verdict:
        below = Valued(fully, set_against(spent.valuation, spent.cac.currency))
        ratio = worth.ratio(Valued(new[0], spent.valuation), new[1], below, won)
    seen = spent.verdict if cac is None else None
    no_ratio = "no margin is known, or the cost of winning is 0 or too unsure"
    return [
        Entry(*names[0], value=fully, why="nobody was won in the months with spend"),
        Entry(*names[1], value=ratio.mean if ratio else None, low80=ratio.low80 if ratio else None,
              high80=ratio.high80 if ratio else None, why="" if ratio else no_ratio),
        Entry(*names[2], value=None if seen is None or seen.payback is None else float(seen.payback),
              why=_unpaid(seen, is_told=cac is not None)),
    ]  # fmt: skip


def _newcomer(spent: Channels) -> tuple[float, float] | None:
    """What a new customer is worth with its standard deviation, minor units, as those of each channel came; None where none did."""
    rows = [(row.customers, row.new_value) for row in spent.rows if row.new_value and row.customers > 0]
    many = sum(n for n, _ in rows)
    if not many:
        return None
    # Channels' values rest on one fit: their doubts are added, as if they missed together.
    wide = sum(n * (one.high80 - one.low80) for n, one in rows) / many
    return sum(n * one.mean for n, one in rows) / many, wide / (2.0 * Z[80])


def _unpaid(seen: Verdict | None, *, is_told: bool) -> str:
    """Why no payback is known."""
    if is_told:
        return "it is seen by the project's spend, and another cost was told"
    return f"not within {seen.within} months" if seen else "no margin is known, or no cost of winning"


def _year(said: CashForecast) -> list[Entry]:
    total = said.total
    return [
        Entry("forecast", "month_revenue", "revenue in 12 months", "money", total.revenue, total.low80, total.high80)
    ]


def _tested(folder: Folder, at: Base) -> tuple[str, list[Entry]]:
    """The verdict of the back-test of these orders, and what it rests on."""
    board = valuing.saved_backtest(folder, at)
    if board is None:
        return "not done on these orders:  lifelong backtest", []
    own = [row for row in board.rows if row["model"] == board.chosen]
    bias, held = (
        float(np.mean([row[name] for row in own if row.get(name) is not None])) for name in ("bias", "coverage80")
    )
    is_good = abs(bias) <= BIAS and HELD[0] <= held <= HELD[1]
    words = f"{board.chosen} {'holds' if is_good else 'is in doubt'}: its total missed by {bias:+.1%}, its 80 % intervals held {held:.1%}"
    return words, [
        Entry("bias", "bias", "back-test: missed by", "share", bias),
        Entry("held", "coverage80", "  80 % intervals held", "share", held),
    ]


def _hidden(run: Run) -> tuple[str, list[Entry]]:
    """What the test on hidden renewals said of the commonest period's model."""
    return str(run.made_by().info.get("tested", "too few were lost to hide renewals")), []


def _kept(folder: Folder, stamp: str, told: Told, made: Scorecard) -> Scorecard:
    """Beside the last one of these terms, and kept for the next; the same orders are kept once."""
    terms = hashlib.sha256(
        json.dumps({k: str(v) for k, v in asdict(told).items()}, sort_keys=True).encode()
    ).hexdigest()[:8]
    home = folder.root / "scorecards"
    home.mkdir(exist_ok=True)
    path = home / f"{stamp}-{terms}.json"
    known = [(files.read_sealed(one, KIND), one) for one in home.glob(f"*-{terms}.json")]
    number = next((card["number"] for card, one in known if one == path), len(known) + 1)
    earlier = [card for card, one in known if one != path and (card["as_of"], card["number"]) < (made.as_of, number)]
    if earlier:
        before = max(earlier, key=lambda card: (card["as_of"], card["number"]))
        made = _beside(made, Scorecard.of({k: v for k, v in before.items() if k != "number"}))
    else:
        made = replace(made, findings=(*made.findings, Finding("F482", "no earlier scorecard of these terms is kept; the next one has this", "info")))  # fmt: skip
    files.write_sealed(path, KIND, made.as_dict() | {"number": number})
    return made


def _beside(made: Scorecard, before: Scorecard) -> Scorecard:
    """With the last run's figures, and a word where another model stands behind them."""
    old = {entry.name: entry for entry in before.entries}
    entries = tuple(entry.since(old[entry.name]) if entry.name in old else entry for entry in made.entries)
    found = made.findings
    if before.model != made.model:
        text = phrase(
            "{model} stands behind these figures, {before_model} stood behind the last: a part of "
            "each change is the model's",
            model=made.model,
            before_model=before.model,
        )
        found += (Finding("F483", text, "info"),)
    return replace(made, since=before.as_of, entries=entries, findings=found)
