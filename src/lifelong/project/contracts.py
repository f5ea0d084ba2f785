"""What the verbs make of tenures, whether a table of subscriptions or the orders' own rhythm gave them."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import plugins
from lifelong.errors import ConfigError, did_you_mean
from lifelong.phrases import phrase
from lifelong.tables.periods import earlier
from lifelong.units import date_of, minor_digits
from lifelong.values import Finding, Tenures
from lifelong.values.findings import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from lifelong.judge.contracts import Chosen
    from lifelong.models.contractual import Band, Tails
    from lifelong.models.kaplan_meier import KaplanMeier
    from lifelong.report.inputs import Kept
    from lifelong.score.book import Book
    from lifelong.score.payments import Subscribers
    from lifelong.score.terms import ModelError
    from lifelong.values import Fit

#: The tail is looked at where as many times the longest tenure have gone by.
AHEAD = 3
#: A part of the longest tenure that is hidden to choose a model.
HIDDEN = 4
#: Tails that differ by more than this factor are told: then the years unseen rest on the choice of model.
APART = 1.5
#: Fewer subscribers are told of.
FEW = 30
#: What a fit keeps of its test.
MEASURED = ("miss", "variance", "days")
#: Months of subscriptions begun that the rate of coming ones is taken from.
RECENT = 12
#: Rows of the curve that are printed.
SHOWN = 12


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Those who pay by one period: the curve as it was seen and as the model has it, and the tails of all models.

    Attributes:
        period: its name.
        tenures: how many began.
        lost: how many of them were lost.
        chosen: the model, why, and the others beside it.
        seen: Kaplan-Meier's curve, without a model.
        curve: the model's curve at the same renewals, with a 95 % interval.
        tails: all models, far beyond what was seen.
    """

    period: str
    tenures: int
    lost: int
    chosen: Chosen
    seen: KaplanMeier
    curve: Band
    tails: Tails

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What to know of this group."""
        found = few(self.period, self.tenures)
        still = [row.joined for row in self.tails.rows]
        # Models that say nothing of the years seen are no rivals there.
        rivals = [r.joined for r in self.tails.rows if r.aic <= min(row.aic for row in self.tails.rows) + 10.0]
        if max(rivals) > APART * max(min(rivals), 1.0):
            text = phrase(
                "models that fit the seen renewals almost alike leave {rivals:,.0f} to {max:,.0f} of "
                "{customers:,} at renewal {horizon}: what lies beyond rests on the model",
                rivals=min(rivals),
                max=max(rivals),
                customers=self.tails.customers,
                horizon=self.tails.horizon,
            )
            found.append(Finding("F288", text, "warning", {"least": min(still), "most": max(still)}))
        return (*found, *self.chosen.fit.findings)

    @property
    def kept(self) -> Kept:
        """For the report: the curve as it was counted and as the model has it."""
        from lifelong.charts import Renewal
        from lifelong.report.inputs import Kept

        s, c = self.seen, self.curve
        columns = zip(s.t, s.survival, c.middle, c.low, c.high, strict=True)
        renewals = tuple(Renewal(int(t), *map(float, shares)) for t, *shares in columns)
        return Kept(self.period, self.chosen.model, self.tenures, self.lost, renewals)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        s, c = self.seen, self.curve
        columns = (s.t, s.due, s.lost, s.survival, s.low, s.high, c.middle, c.low, c.high)
        names = ("renewal", "due", "lost", "seen", "seen_low", "seen_high", "model", "model_low", "model_high")
        return {
            "period": self.period,
            "tenures": self.tenures,
            "lost": self.lost,
            "model": self.chosen.model,
            "why": self.chosen.why,
            "models": [row.as_dict() for row in self.chosen.rows],
            "test": plain(asdict(self.chosen.test)) if self.chosen.test else None,
            "fit": self.chosen.fit.as_dict(),
            "curve": [dict(zip(names, map(plain, row), strict=True)) for row in zip(*columns, strict=True)],
            "tails": plain(self.tails.as_dict()),
        }

    def __str__(self) -> str:
        s, c = self.seen, self.curve
        lines = [
            f"paid by the {self.period}: {self.tenures:,} subscriptions, {self.lost:,} lost; {self.chosen.model}: {self.chosen.why}",
            *([f"  {self.chosen.test}"] if self.chosen.test else []),
            f"{'renewal':>8}{'due':>9}{'lost':>8}   still there (95 %)      {self.chosen.model} (95 %)",
        ]
        for i in sorted({*range(min(SHOWN, len(s.t))), *range(len(s.t))[-1:]}):
            seen, model = _share(s.survival[i], s.low[i], s.high[i]), _share(c.middle[i], c.low[i], c.high[i])
            lines.append(f"{s.t[i]:>8}{s.due[i]:>9,}{s.lost[i]:>8,}   {seen:<24}{model}")
        if not len(s.t):
            lines.append("nobody's renewal was due yet")
        return "\n".join([*lines, str(self.tails)])


def _share(middle: float, low: float, high: float) -> str:
    """A share with its interval, where it has one."""
    return f"{middle:6.1%}" + (f" ({low:.1%} to {high:.1%})" if math.isfinite(low + high) else "")


def few(period: str, tenures: int) -> list[Finding]:
    """A finding where so few pay by a period that their curve rests on little."""
    if tenures >= FEW:
        return []
    return [
        Finding(
            "F286",
            phrase(
                "only {tenures:,} subscriptions are paid by the {period}: their curve rests on little",
                tenures=tenures,
                period=period,
            ),
        )
    ]


def named(model: str) -> tuple[str, ...]:
    """The models to choose from: one that is named, or all; ``auto`` is all.

    Raises:
        ConfigError: E302 for a name that no contractual model has.
    """
    known = plugins.known("contracts")
    if model in {"", "auto"}:
        return known
    if model not in known:
        raise ConfigError(
            "E302", phrase("there is no contractual model {model!r}", model=model), where="--model", why=did_you_mean(model, known),
            fix=phrase("take one of {known}", known=", ".join(known)),
        )  # fmt: skip
    return (model,)


def learnt(
    period: str, now: pa.Table, at: Callable[[int], pa.Table], until: int, model: str = "", *, is_whole: bool = True
) -> tuple[Chosen, Tenures]:
    """A model for those who pay by a period, chosen by hidden renewals where there are enough.

    Args:
        period: its name.
        now: the tenures (``schema.TENURES``) as of the last day.
        at: the tenures as they were on an earlier day.
        until: the last day.
        model: a name, or nothing to choose.
        is_whole: whether customers are followed from their first period on.
    """
    from lifelong.judge.contracts import Hidden, choose

    names, now = named(model), _of(now, period)
    seen = tenures_of(now)
    renewals = max(1, seen.longest // HIDDEN)
    cut = earlier(until, renewals, period)
    past, then = _both(_of(at(cut), period), now)
    chosen = choose(seen, Hidden(past, then, renewals, float(until - cut)), names)
    origin = replace(chosen.fit.origin, until=date_of(until).isoformat())
    told = (_chosen(period, chosen), *chosen.fit.findings)
    if not is_whole:
        text = "customers were there before the data begin: their renewals are counted from the first one seen"
        told = (Finding("F283", text), *told)
    info: dict[str, Any] = {**chosen.fit.info, "period": period}
    if chosen.test is not None:
        info |= {name: getattr(chosen.test, name) for name in MEASURED} | {"tested": str(chosen.test)}
    return replace(chosen, fit=replace(chosen.fit, origin=origin, findings=told, info=info)), seen


def error_of(fit: Fit) -> ModelError:
    """How far the model missed the hidden renewals beyond chance; the usual error where nothing was hidden."""
    from lifelong.score.terms import ModelError

    if "miss" not in fit.info:
        return ModelError()
    miss, variance, days = (float(fit.info[name]) for name in MEASURED)
    return ModelError.measured([(miss, variance)], [], days)


def _chosen(period: str, chosen: Chosen) -> Finding:
    """Which model was taken, why, and how its test went."""
    tested = f"; {chosen.test}" if chosen.test else ""
    return Finding(
        "F282",
        phrase(
            "{model} was taken for those who pay by the {period}: {why}{tested}",
            model=chosen.model,
            period=period,
            why=chosen.why,
            tested=tested,
        ),
        "info",
    )


def group(period: str, chosen: Chosen, seen: Tenures) -> Group:
    """The curves and tails of those who pay by a period."""
    from lifelong.models.contractual import compare, survival_band
    from lifelong.models.kaplan_meier import kaplan_meier

    watched = kaplan_meier(seen)
    model = plugins.load("contracts", chosen.model)()
    curve = survival_band(model, chosen.fit, watched.t)
    lost = int(seen.count[seen.is_lost].sum())
    return Group(period, seen.customers, lost, chosen, watched, curve, compare(seen, AHEAD * max(seen.longest, 1)))


def periods_of(table: pa.Table) -> tuple[str, ...]:
    """The periods of all tenures, the commonest first."""
    names, counts = np.unique(np.array(table["period"].to_pylist()), return_counts=True)
    return tuple(str(names[i]) for i in np.lexsort((names, -counts)))


def tenures_of(table: pa.Table) -> Tenures:
    """The arrays that the models see: whoever is not lost is there, also in a pause, or with an end to come."""
    lost = np.array(table["state"].to_pylist(), dtype=object) == "lost"
    return Tenures.of(table["renewals"].to_numpy(), lost.astype(np.bool_))


def book_of(table: pa.Table, currency: str, *, has_money: bool = True) -> Book:
    """The customers of all tenures, each by the latest one; what was paid is that of all of them."""
    from lifelong.score.book import Book

    units = 10.0 ** minor_digits(currency)
    table = table.sort_by([("customer_id", "ascending"), ("start", "ascending")])
    who = np.array(table["customer_id"].to_pylist(), dtype=object)
    first = np.flatnonzero(np.append(True, who[1:] != who[:-1]))
    last = np.append(first[1:], len(who)) - 1
    latest = table.take(last)
    paid = np.add.reduceat(table["paid"].to_numpy().astype(np.float64), first) / units
    price = latest["price"].to_numpy() / units
    state = np.array(latest["state"].to_pylist(), dtype=object)
    return Book(
        latest["customer_id"].to_pylist(),
        latest["renewals"].to_numpy().astype(np.int64),
        price if has_money else np.ones(len(latest)),
        np.array(latest["period"].to_pylist()),
        ((state == "here") | (state == "paused")).astype(np.bool_),
        paid if has_money else np.zeros(len(latest)),
        begun=latest["start"].to_numpy().astype(np.int64),
    )


def subscribers(table: pa.Table, fits: Mapping[str, Fit], book: Book, until: int, currency: str) -> Subscribers:
    """Those of a book with the day of each one's next payment, and who joined of late: subscriptions begun in the last twelve months.

    Args:
        table: all tenures as of the last day.
        fits: a fit a period; of other periods nobody is expected to join.
        book: made of the same table.
        until: the last day.
        currency: of the prices.
    """
    from lifelong.score.cash import MONTH
    from lifelong.score.payments import Joined, Subscribers, waits

    age = until - table["start"].to_numpy().astype(np.int64)
    span = max(min(RECENT, int((age.max() + 1) / MONTH)), 1)
    month, period = (age / MONTH).astype(np.int64), np.array(table["period"].to_pylist())
    is_known = np.isin(period, list(fits))
    own = is_known & (month < span) if (is_known & (month < span)).any() else is_known
    recent = np.bincount(month[is_known], minlength=span)[:span].astype(np.float64)
    price = table["price"].to_numpy()[own] / 10.0 ** minor_digits(currency)
    begun = book.begun if book.begun is not None else np.zeros(len(book.renewals), np.int64)
    return Subscribers(fits, book, waits(begun, book.renewals, book.period, until), Joined(recent, period[own], price))


def fits_of(chosen: Sequence[tuple[str, Chosen]]) -> dict[str, Fit]:
    """The fit of each period."""
    return {period: one.fit for period, one in chosen}


def _of(table: pa.Table, period: str) -> pa.Table:
    import pyarrow.compute as pc

    return table.filter(pc.equal(table["period"], period))


def _both(past: pa.Table, now: pa.Table) -> tuple[Tenures, Tenures]:
    """The tenures that were there already, as they were and as they are."""
    keys = ["customer_id", "start"]
    known = past.select([*keys, "renewals", "state"]).join(
        now.select([*keys, "renewals", "state"]), keys, join_type="inner", right_suffix="_now"
    )
    now_too = known.select(["renewals_now", "state_now"]).rename_columns(["renewals", "state"])
    return tenures_of(known), tenures_of(now_too)
