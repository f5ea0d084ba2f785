r"""What cutting advertising costs: customers who are not won, and what they would have been worth, against the money saved.

**Story.** The saving is there at once; what is lost comes later, payment by payment, from customers who never came. So a cut
looks good first, and may turn.

**Formula.** A month's cut from spend s to u saves s - u and loses :math:`\Delta A = A(s) - A(u)` customers of value V. Where
customers stay L months in the mean, a customer's value comes as :math:`V/L\,(1 - 1/L)^t` in its months t = 0, 1, ...; by the
end of month n there is lost

.. math:: V\,\Delta A \sum_{j=1}^{n} \left(1 - (1 - 1/L)^j\right),

and all of :math:`n V \Delta A` in the end.

**Source.** The stream of a constant rate of leaving, as in :mod:`lifelong.money.calculator`; nothing is discounted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.decide.budget import interval, present, worth_of
from lifelong.decide.curves import fit_curves
from lifelong.decide.identified import check
from lifelong.errors import ConfigError, FitError
from lifelong.phrases import joined, phrase
from lifelong.units import minor_digits
from lifelong.values.cut import Cut, Quarter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lifelong.decide.curves import Curves
    from lifelong.values.spending import SpendHistory

    Floats = NDArray[np.float64]

#: Shares of the cut at which its break-even is looked for.
STEPS = 200


def cut(
    history: SpendHistory, shares: Mapping[str, float], *, lifetime: float = 1.0, quarters: int = 8, seed: int = 0
) -> Cut:
    """What it costs to spend less, quarter by quarter.

    Args:
        history: what was spent and won.
        shares: of each channel's present spend that is cut, in (0, 1].
        lifetime: mean months that a customer stays, 1 or more; at 1 a customer's value is there in the month of winning.
        quarters: how far to look, 1 to 40.
        seed: of the draws.

    Raises:
        ConfigError: E397 where a share, a channel, the lifetime or the quarters cannot be.
        FitError: E397 where a channel's history does not tell what a cut loses; E395 where a channel has too few months.
    """
    _check(history, shares, lifetime, quarters)
    held, findings = check(history)
    unknown = sorted(set(held) & set(shares))
    if unknown:
        raise FitError(
            "E397",
            phrase("what a cut would lose is not known of {unknown}", unknown=", ".join(unknown)),
            where="--cut",
            why=joined([phrase("{name}: {reason}", name=name, reason=held[name]) for name in unknown], "; "),
            fix="move its spend by 15 % up and down by turns, and look again:  lifelong budget FILE",
        )
    curves = fit_curves(history, silent=held, seed=seed)
    worth, now = worth_of(history, len(curves.slope), seed), present(history).astype(np.float64)
    share = np.array([shares.get(name, 0.0) for name in history.channels])
    saved, lost = round(float((share * now).sum())), curves.customers(now) - curves.customers((1.0 - share) * now)
    value = (worth * lost).sum(axis=1)
    rows = tuple(_quarter(q, saved, lost.sum(axis=1), value, lifetime) for q in range(1, quarters + 1))
    turns = next((row.quarter for row in rows if row.net < 0), None)
    return Cut(
        channels=tuple(sorted(shares)),
        shares=tuple(shares[name] for name in sorted(shares)),
        currency=history.currency,
        digits=minor_digits(history.currency),
        saved=saved,
        customers=float(lost.sum(axis=1).mean()),
        value=interval(value),
        worse=float((value > saved).mean()),
        lifetime=lifetime,
        quarters=rows,
        turns=turns,
        break_even=break_even(curves, worth, now, share),
        findings=tuple(findings),
    )


def break_even(curves: Curves, worth: Floats, now: Floats, share: Floats) -> float | None:
    """The share of the cut up to which its saving is more than its loss in the end, by the mean; None: all of it is."""
    for step in range(1, STEPS + 1):
        part = step / STEPS
        lost = curves.customers(now) - curves.customers((1.0 - part * share) * now)
        if (worth * lost).sum(axis=1).mean() > part * float((share * now).sum()):
            return (step - 1) / STEPS
    return None


def arrived(months: int, lifetime: float) -> float:
    """Months' worth of new customers' value that has come by the end of a month, where customers come in each.

    >>> arrived(3, 1.0), round(arrived(3, 20.0), 6)
    (3.0, 0.290125)
    """
    left = 1.0 - 1.0 / lifetime
    return float(sum(1.0 - left**j for j in range(1, months + 1)))


def _quarter(quarter: int, saved: int, lost: Floats, value: Floats, lifetime: float) -> Quarter:
    months = 3 * quarter
    gone = round(float(value.mean()) * arrived(months, lifetime))
    return Quarter(quarter, saved * months, float(lost.mean()) * months, gone, saved * months - gone)


def _check(history: SpendHistory, shares: Mapping[str, float], lifetime: float, quarters: int) -> None:
    for name, share in shares.items():
        if name not in history.channels:
            raise _wrong(
                phrase("there is no channel {name!r}", name=name),
                phrase("the history has {channels}", channels=", ".join(history.channels)),
            )
        if not 0.0 < share <= 1.0:
            raise _wrong(
                phrase("a cut of {share:.0%} of {name} is none", share=share, name=name),
                "it is a share of the present spend",
            )
    if not shares:
        raise _wrong("nothing is cut", "a channel and a share are needed")
    if not 1.0 <= lifetime < 1200.0 or not 1 <= quarters <= 40:
        raise _wrong(
            phrase("{lifetime:g} months and {quarters} quarters cannot be used", lifetime=lifetime, quarters=quarters),
            "customers stay a month at least; 40 quarters at most",
        )


def _wrong(what: str, why: str) -> ConfigError:
    return ConfigError("E397", what, where="--cut", why=why, fix="write --cut channel=50% --lifetime 20m")
