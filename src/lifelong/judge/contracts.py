"""Which contractual model: by what each said of renewals that it had not seen, else by likelihood and size."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import plugins
from lifelong.values.findings import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifelong.models.contract import Contract
    from lifelong.values import Fit, Tenures

#: Fewer losses than these in the hidden part, or before it, and the hidden part says nothing.
LEAST_HIDDEN, LEAST_SEEN = 10, 20
#: Parameter draws behind the interval of what was foretold.
DRAWS = 400
#: A simpler model within so many units of log-likelihood is taken: that much is chance (Kass and Raftery 1995).
CLOSE = 1.0


@dataclass(frozen=True, slots=True)
class Judged:
    """One model: how well it fits, and the log-likelihood of the hidden renewals (None where nothing was hidden)."""

    model: str
    params: int
    loglik: float
    aic: float
    hidden: float | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values by name."""
        return {name: plain(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True, eq=False)
class Hidden:
    """The newest part of a history, hidden to test models.

    Attributes:
        past: the tenures that began before it, as they were then.
        then: the same, as they are now.
        renewals: how many periods were hidden.
        days: the same in days.
    """

    past: Tenures
    then: Tenures
    renewals: int
    days: float

    @property
    def losses(self) -> int:
        """How many were lost in it."""
        return _lost(self.then) - _lost(self.past)

    @property
    def came(self) -> int:
        """How many renewals came in it."""
        return int(self.then.count @ self.then.n - self.past.count @ self.past.n)

    @property
    def is_enough(self) -> bool:
        """Whether enough were lost, before and in it, to say anything."""
        return self.losses >= LEAST_HIDDEN and _lost(self.past) >= LEAST_SEEN


@dataclass(frozen=True, slots=True)
class Foretold:
    """What the chosen model, fitted to the past, said of the hidden renewals, and what came.

    Attributes:
        renewals, days: how much was hidden.
        forecast: payments expected of those who were there; low80 and high80 hold parameters and chance.
        came: payments that came.
        variance: of log(came / forecast), by parameters and chance alone.
    """

    renewals: int
    days: float
    forecast: float
    low80: float
    high80: float
    came: int
    variance: float

    @property
    def miss(self) -> float:
        """Log of what came over what was foretold; half a payment keeps it finite."""
        return math.log((self.came + 0.5) / (self.forecast + 0.5))

    def __str__(self) -> str:
        return (
            f"of the last {self.renewals} renewals, hidden from it, it foretold {self.forecast:,.0f} payments "
            f"(80 %: {self.low80:,.0f} to {self.high80:,.0f}), and {self.came:,} came"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The models side by side, best first, the one that was taken, why, and its test where there was one."""

    model: str
    why: str
    rows: tuple[Judged, ...]
    fit: Fit
    test: Foretold | None = None


def choose(seen: Tenures, hidden: Hidden | None = None, models: Sequence[str] = ()) -> Chosen:
    """Fit contractual models and take one.

    The newest part of the history is hidden, each model is fitted to what was before, and the log-likelihood of what
    then became of the same subscribers is compared: it is the sum of the logarithms of the chances that the model gave to
    each renewal and each loss. Where too few were lost for that, Akaike's criterion decides. Within one unit the
    model with fewer parameters is taken.

    Args:
        seen: all tenures, for the fit that is used.
        hidden: the newest part of the history.
        models: names; all known contractual models where not given.
    """
    names = tuple(models) or plugins.known("contracts")
    kinds: dict[str, Contract] = {name: plugins.load("contracts", name)() for name in names}
    fits = {name: kind.fit(seen) for name, kind in kinds.items()}
    before: dict[str, Fit] = {}
    said: dict[str, float] = {}
    if hidden and hidden.is_enough:
        before = {name: kind.fit(hidden.past) for name, kind in kinds.items()}
        said = {
            n: k.loglik(before[n].theta, hidden.then) - k.loglik(before[n].theta, hidden.past) for n, k in kinds.items()
        }
    rows = [
        Judged(name, len(f.params), f.loglik, 2.0 * len(f.params) - 2.0 * f.loglik, said.get(name))
        for name, f in fits.items()
    ]
    rows.sort(key=lambda row: (-_merit(row), row.params))
    best = min((r for r in rows if _merit(r) >= _merit(rows[0]) - CLOSE), key=lambda r: (r.params, -_merit(r)))
    test = foretold(kinds[best.model], before[best.model], hidden) if hidden and before else None
    return Chosen(best.model, _why(best, rows, hidden), tuple(rows), fits[best.model], test)


def foretold(model: Contract, fit: Fit, hidden: Hidden) -> Foretold:
    """The payments that a model, fitted before the hidden part, expects in it of those who were there."""
    rng, here = np.random.default_rng(fit.origin.seed), hidden.past.active
    times = np.arange(here.n.max(initial=0) + hidden.renewals + 1.0)
    ahead = here.n[:, None] + np.arange(1, hidden.renewals + 1)
    drawn = []
    for theta in (fit.theta, *fit.draws(DRAWS, rng)):
        logs = model.log_curve(theta, times)[0]
        stay = np.exp(logs[ahead] - logs[here.n][:, None])  # P(payment k comes), a row a history
        mean = stay.sum(axis=1)
        # A payment comes only if the one before it came: E[N^2] = sum of (2k - 1) P(N >= k).
        square = stay @ (2.0 * np.arange(hidden.renewals) + 1.0)
        drawn.append((here.count @ mean, here.count @ (square - mean**2)))
    (forecast, _), means, spreads = drawn[0], *np.array(drawn[1:]).T
    totals = np.maximum(means + np.sqrt(np.maximum(spreads, 0.0)) * rng.standard_normal(DRAWS), 0.0)
    low, high = np.quantile(totals, [0.1, 0.9])
    spread = float(np.var(np.log(totals + 0.5)))
    return Foretold(hidden.renewals, hidden.days, forecast, float(low), float(high), hidden.came, spread)


def _why(best: Judged, rows: Sequence[Judged], hidden: Hidden | None) -> str:
    """Why this one, in words."""
    if len(rows) == 1:
        return "it was named"
    if best.hidden is not None and hidden is not None:
        why = f"it foretold the {hidden.losses:,} losses of the hidden part, and who stayed, best"
    else:
        why = "too few were lost to hide a part of the history: the best likelihood for its size (Akaike's criterion)"
    if best is not rows[0]:
        why += f"; {rows[0].model} is better by less than chance and has more parameters"
    return why


def _merit(row: Judged) -> float:
    """Log-likelihood of the hidden part, or what Akaike's criterion makes of the whole; higher is better."""
    return row.hidden if row.hidden is not None else -row.aic / 2.0


def _lost(tenures: Tenures) -> int:
    return int(tenures.count[tenures.is_lost].sum())
