r"""Kaplan-Meier: the share still subscribed, with no model at all, to be laid beside the models' curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from lifelong.errors import ConfigError, FitError
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.values import Tenures

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Half the width of a 95 % interval, in standard errors.
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """One entry a renewal t = 1, 2, ...: who was due, who was lost, the share still there, and its 95 % interval."""

    t: Ints
    due: Ints
    lost: Ints
    survival: Floats
    se: Floats
    low: Floats
    high: Floats


def kaplan_meier(tenures: Tenures, interval: Literal["log-log", "plain"] = "log-log") -> KaplanMeier:
    r"""The product-limit estimate of the survival curve, with Greenwood's standard errors.

    **Story.** At each renewal, of those who came to it, some are lost. Who is not yet so old counts up to the last renewal
    that was seen and then leaves the sum without being taken for lost.

    **Formula.**

    .. math:: \hat S(t) = \prod_{i \le t} \left(1 - \frac{d_i}{n_i}\right), \qquad
              \widehat{se} = \hat S(t) \sqrt{\sum_{i \le t} \frac{d_i}{n_i (n_i - d_i)}}

    **Symbols.** d_i: lost at renewal i; n_i: due at it.

    **Numerics.** Counts are exact. Where all are lost the sum is infinite and the standard error 0, by convention. The
    log-log interval, symmetric in log(-log S), stays within 0 to 1; where S is 0 or 1 it has no width to tell, and is
    nan; the plain interval is cut off at 0 and 1.

    **Source.** Kaplan, E. L. and Meier, P. (1958), Nonparametric estimation from incomplete observations, *JASA* 53,
    457-481; Greenwood, M. (1926); Kalbfleisch, J. D. and Prentice, R. L. (1980), sec. 1.3 (log-log).

    **Check.** Four subscribers: lost at renewal 1; lost at 2; there after 1; there after 3 renewals:

    >>> from lifelong.values import Tenures
    >>> kaplan_meier(Tenures.of([0, 1, 1, 3], [True, True, False, False])).survival.round(4).tolist()
    [0.75, 0.375, 0.375]
    """
    if tenures.customers <= 0:
        raise FitError("E201", "there is no subscriber", why="a curve needs somebody to follow", fix="check the table")
    if interval not in {"log-log", "plain"}:
        raise ConfigError(
            "E301",
            phrase("{interval!r} is not an interval", interval=interval),
            where="interval",
            fix="take log-log or plain",
        )
    t = np.arange(1, tenures.longest + 1)
    there = np.bincount(tenures.n, tenures.count, len(t) + 1)[: len(t) + 1].astype(np.int64)
    lost = np.bincount(tenures.n[tenures.is_lost], tenures.count[tenures.is_lost], len(t))[: len(t)].astype(np.int64)
    # Due at t: all with t renewals or more, and those who are lost at t itself.
    due = np.cumsum(there[::-1])[::-1][1:] + lost
    left = due - lost
    survival: Floats = np.cumprod(left / due).astype(np.float64)
    some = left > 0
    spread = np.cumsum(np.where(some, lost / (due * np.where(some, left, 1)), 0.0))
    low, high = _interval(survival, np.sqrt(spread), interval)
    return KaplanMeier(t, due, lost, survival, survival * np.sqrt(spread), low, high)


def _interval(survival: Floats, relative: Floats, interval: str) -> tuple[Floats, Floats]:
    if interval == "plain":
        half = Z95 * survival * relative
        return np.maximum(survival - half, 0.0), np.minimum(survival + half, 1.0)
    inside = (survival > 0.0) & (survival < 1.0)
    log_s = np.log(np.where(inside, survival, 0.5))
    stretch = np.exp(Z95 * relative / log_s)  # log_s < 0: below 1
    low, high = np.exp(log_s / stretch), np.exp(log_s * stretch)
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)
