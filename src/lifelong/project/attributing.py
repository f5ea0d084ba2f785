"""The verb `attribution`: touches, first orders and scores in; customers and value by channel and rule out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lifelong.decide.attribution import RULES, WHAT, How, attribute
from lifelong.errors import DataError, did_you_mean
from lifelong.phrases import phrase
from lifelong.project import asked as asking
from lifelong.project import naming, runs, touching
from lifelong.project.folder import NO_CURRENCY
from lifelong.schema import UNKNOWN
from lifelong.units import date_of, day_of, minor_digits
from lifelong.values import Finding
from lifelong.values.attribution import Attribution, ChannelCredit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.decide.attribution import Credit
    from lifelong.decide.paths import Paths
    from lifelong.project.folder import Folder

#: Above this share of new customers without a known channel a finding says so.
DARK = 0.05
WORTH = ("total", "predicted", "historic")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is dealt out, and how.

    Attributes:
        rule: one of ``decide.attribution.RULES``; empty for all.
        what: ``value`` or ``customers``.
        worth: which value of the scores: ``total`` (historic and predicted), ``predicted`` or ``historic``.
        window: how long before the first order touches count.
        since, until: days of first orders; by default the time in which touches are known.
        order: channels that a state of the Markov chain remembers, 1 to 3.
        half_life: by which the rule ``decay`` halves a touch's weight.
        seed: of the bootstrap.
    """

    rule: str = ""
    what: str = "value"
    worth: str = "total"
    window: str = "90d"
    since: str = ""
    until: str = ""
    order: int = 1
    half_life: str = "7d"
    seed: int = 0

    @property
    def how(self) -> How:
        """The wish as :func:`lifelong.decide.attribution.attribute` takes it."""
        for name, told, known in (("what", self.what, WHAT), ("worth", self.worth, WORTH)):
            _among(told, known, name)
        if self.rule:
            _among(self.rule, RULES, "rule")
        if self.order not in {1, 2, 3}:
            raise naming.unclear(
                f"there is no order {self.order}", "--order", "a chain remembers 1 to 3 touches", "--order 2"
            )
        rules = (self.rule,) if self.rule else RULES
        return How(rules, self.order, half_life=naming.days(self.half_life, "--half-life", "7d"), seed=self.seed)


@dataclass(frozen=True, slots=True)
class _Value:
    """What each customer is worth in minor units, and what that means; nothing where customers are counted."""

    customers: pa.Array | None = None
    minor: NDArray[np.int64] | None = None
    definition: str = ""
    as_of: int | None = None


def attribution(folder: Folder, asked: Asked) -> Attribution:
    """Deal out the new customers, or their value, over the channels that touched them before their first order."""
    from lifelong.tables.journeys import journeys

    how, window = asked.how, math.floor(naming.days(asked.window, "--window", "90d"))
    with folder.writing("attribution"):
        base = asking.base(folder, asked.until)
        touches, people = touching.touches_table(folder), naming.came(base, folder)
        worth = _value(folder, asked)
    since, until = _time(touches, people, asked, min(base.until, worth.as_of or base.until))
    ways = journeys(touches, people, window, since, until)
    if not len(ways) or not ways["is_won"].to_numpy().any():
        raise _nobody(since, until)
    if not len(touches) and set(ways["channel"].to_pylist()) == {UNKNOWN}:
        raise _blind(folder)
    paths = _paths(ways, worth)
    credits_ = attribute(paths, how)
    found = _findings(touches, people, paths, since)
    is_value, currency = asked.what == "value", folder.currency
    at = WHAT.index(asked.what)
    return Attribution(
        what=asked.what, definition=worth.definition, since=date_of(since).isoformat(), until=date_of(until).isoformat(),
        window=window, customers=int(paths.won.sum()), others=int((~paths.won).sum()),
        total=int((paths.value if is_value else paths.won).sum()), currency=currency if currency != NO_CURRENCY else "",
        digits=minor_digits(currency), touches=_counts(paths), rows=_rows(credits_, paths.channels, at), order=asked.order,
        findings=found,
    )  # fmt: skip


def _value(folder: Folder, asked: Asked) -> _Value:
    """Of the scores that were made last.

    Raises:
        DataError: E106, where nothing has been scored.
    """
    if asked.what != "value":
        return _Value()
    if not (folder.root / "scores" / "latest").exists():
        raise runs.none(
            "nothing has been scored yet", "lifelong fit, then lifelong score; or deal out customers:  --what customers"
        )
    run = runs.last(folder)
    rows, unit = run.rows(), 10 ** minor_digits(folder.currency)
    column = "value" if asked.worth == "predicted" else asked.worth
    minor = np.round(rows[column].to_numpy() * unit).astype(np.int64)
    told = str(run.told["definition"])
    meant = {
        "total": f"historic, and predicted: {told}",
        "predicted": f"predicted: {told}",
        "historic": f"historic: {told.split(', ')[0]}, not discounted",
    }
    return _Value(
        rows["customer_id"].combine_chunks(),
        minor,
        f"{meant[asked.worth]}; before the cost of winning",
        day_of(run.told["as_of"]),
    )


def _time(touches: pa.Table, people: pa.Table, asked: Asked, last: int) -> tuple[int, int]:
    """First and last day of the first orders that count: those asked for, else those in which touches are known."""
    import pyarrow.compute as pc

    days = touches["day"] if len(touches) else people["first_day"]
    known = pc.min_max(days).as_py()
    since = day_of(asked.since) if asked.since else int(known["min"])
    until = last if asked.until or not len(touches) else min(last, int(known["max"]))
    return since, until


def _paths(ways: pa.Table, worth: _Value) -> Paths:
    """The ways as arrays with what each customer is worth; where no value is asked, each counts as one."""
    _, names, paths = naming.laid(ways)
    return replace(paths, value=_of_each(names, paths.won, worth))


def _of_each(names: pa.Array, won: NDArray[np.bool_], worth: _Value) -> NDArray[np.int64]:
    import pyarrow.compute as pc

    if worth.customers is None or worth.minor is None:
        return won.astype(np.int64)
    place = pc.index_in(names, value_set=worth.customers).fill_null(-1).to_numpy()
    return np.where(won & (place >= 0), worth.minor[place], 0)


def _counts(paths: Paths) -> dict[str, int]:
    counted = np.bincount(paths.channel, minlength=len(paths.channels))
    return dict(zip(paths.channels, counted.tolist(), strict=True))


def _rows(told: Sequence[Credit], channels: Sequence[str], at: int) -> tuple[ChannelCredit, ...]:
    """Channels by the mean share over the rules, unknown last; the same order under each rule."""
    mean = np.mean([credit.share[:, at] for credit in told], axis=0)
    order = sorted(range(len(channels)), key=lambda c: (channels[c] == UNKNOWN, -mean[c], channels[c]))
    return tuple(
        ChannelCredit(
            credit.rule, channels[c], int(credit.dealt[c, at]), float(credit.share[c, at]),
            *(float(credit.bounds[i, c, at]) for i in (1, 2, 0, 3)),
        )
        for credit in told
        for c in order
    )  # fmt: skip


def _findings(touches: pa.Table, people: pa.Table, paths: Paths, since: int) -> tuple[Finding, ...]:
    """What to know before channels are compared."""
    import pyarrow.compute as pc

    if not len(touches):
        text = "no touches were ingested: the first order's own channel stands for the way, and all rules say the same"
        return (Finding("F371", text, "warning"),)
    found = []
    early = int(pc.sum(pc.less(people["first_day"], since)).as_py() or 0)
    if early:
        text = phrase(
            "{early:,} customers came before {since}, when touches begin; they are left out",
            early=early,
            since=date_of(since).isoformat(),
        )
        found.append(Finding("F372", text, "info", {"customers": early}))
    if paths.won.all():
        text = "the touches tell of customers alone: how often a channel leads to no order is not known, so that Markov credits mere frequency"
        found.append(Finding("F373", text, "warning"))
    dark, ways = _dark(paths), int(paths.won.sum())
    if dark > DARK * ways:
        text = phrase(
            "{dark:,} of {ways:,} new customers have no touch that says where they came from; they "
            "stand under {unknown}",
            dark=dark,
            ways=ways,
            unknown=UNKNOWN,
        )
        found.append(Finding("F374", text, "warning", {"customers": dark}))
    return tuple(found)


def _dark(paths: Paths) -> int:
    """Customers all of whose touches are of no known channel."""
    named = np.array([name != UNKNOWN for name in paths.channels])
    seen = np.bincount(paths.path, weights=named[paths.channel], minlength=len(paths))
    return int((paths.won & (seen == 0)).sum())


def _among(told: str, known: Sequence[str], name: str) -> None:
    if told not in known:
        why = did_you_mean(told, known)
        raise naming.unclear(
            f"there is no {name} {told!r}", f"--{name}", why, f"--{name} with one of {', '.join(known)}"
        )


def _nobody(since: int, until: int) -> DataError:
    return DataError(
        "E373", "nobody became a customer in the time that is looked at",
        where=phrase("{since} to {until}", since=date_of(since).isoformat(), until=date_of(until).isoformat()),
        why="credit is dealt out for new customers; by default for those who came while touches are known",
        fix="ingest touches of the time before first orders, or name the time:  --since DATE --until DATE",
    )  # fmt: skip


def _blind(folder: Folder) -> DataError:
    return DataError(
        "E373", "nothing says how customers came", where=str(folder.root),
        why="no touches were ingested, and the orders name no channel",
        fix="lifelong touches FILE; or ingest the orders with --column channel=NAME",
    )  # fmt: skip
