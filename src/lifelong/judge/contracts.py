"""Which contractual model: by what each said of renewals that it had not seen, else by likelihood and size."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lifelong import plugins
from lifelong.values.findings import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifelong.models.contract import Contract
    from lifelong.values import Fit, Tenures

#: Fewer losses than these in the hidden part, or before it, and the hidden part says nothing.
LEAST_HIDDEN, LEAST_SEEN = 10, 20
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
class Chosen:
    """The models side by side, best first, the one that was taken, and why."""

    model: str
    why: str
    rows: tuple[Judged, ...]
    fit: Fit


def choose(
    seen: Tenures, past: Tenures | None = None, then: Tenures | None = None, models: Sequence[str] = ()
) -> Chosen:
    """Fit contractual models and take one.

    The newest part of the history is hidden, each model is fitted to what was before, and the log-likelihood of what
    then became of the same subscribers is compared: it is the sum of the logarithms of the chances that the model gave to
    each renewal and each loss. Where too few were lost for that, Akaike's criterion decides. Within one unit the
    model with fewer parameters is taken.

    Args:
        seen: all tenures, for the fit that is used.
        past: those that began before the hidden part, as seen before it.
        then: the same, as they are now.
        models: names; all known contractual models where not given.
    """
    names = tuple(models) or plugins.known("contracts")
    kinds: dict[str, Contract] = {name: plugins.load("contracts", name)() for name in names}
    fits = {name: kind.fit(seen) for name, kind in kinds.items()}
    hidden: dict[str, float] = {}
    lost = _lost(then) - _lost(past) if past and then else 0
    if past and then and lost >= LEAST_HIDDEN and _lost(past) >= LEAST_SEEN:
        for name, kind in kinds.items():
            theta = kind.fit(past).theta
            hidden[name] = kind.loglik(theta, then) - kind.loglik(theta, past)
    rows = [
        Judged(name, len(f.params), f.loglik, 2.0 * len(f.params) - 2.0 * f.loglik, hidden.get(name))
        for name, f in fits.items()
    ]
    rows.sort(key=lambda row: (-_merit(row), row.params))
    best = min((r for r in rows if _merit(r) >= _merit(rows[0]) - CLOSE), key=lambda r: (r.params, -_merit(r)))
    if len(names) == 1:
        why = "it was named"
    elif hidden:
        why = f"it foretold the {lost:,} losses of the hidden part, and who stayed, best"
    else:
        why = "too few were lost to hide a part of the history: the best likelihood for its size (Akaike's criterion)"
    if best is not rows[0]:
        why += f"; {rows[0].model} is better by less than chance and has more parameters"
    return Chosen(best.model, why, tuple(rows), fits[best.model])


def _merit(row: Judged) -> float:
    """Log-likelihood of the hidden part, or what Akaike's criterion makes of the whole; higher is better."""
    return row.hidden if row.hidden is not None else -row.aic / 2.0


def _lost(tenures: Tenures) -> int:
    return int(tenures.count[tenures.is_lost].sum())
