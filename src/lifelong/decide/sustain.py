"""Does winning customers sustain itself, and what changed since a month: two verdicts on monthly series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.errors import ConfigError
from lifelong.phrases import phrase
from lifelong.values.channels import Break, Verdict

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

#: Months on either side below which a change cannot be told from the trend.
SIDE = 6
#: Cohorts below which no trend is told.
COHORTS = 6


def change(series: ArrayLike, at: int, what: str, since: str) -> Break:
    r"""By how much a monthly series changed its level at a month, its trend kept: an interrupted series.

    Least squares of :math:`y_t = a + b t + c [t \ge k]`. Errors of months that follow one another are alike, so the standard error is
    that of Newey and West (Econometrica 55 (1987), equation 5) with a lag of two months and a correction for few months; the interval
    is Student's with n - 3 degrees.

    Args:
        series: shape (months,).
        at: place of the first month after the change.
        what: the name of the series.
        since: that month, as people write it.

    Raises:
        ConfigError: E385, where there are fewer than six months on either side.

    >>> change([1, 2, 3, 4, 5, 6, 17, 18, 19, 20, 21, 22], 6, "customers", "7").change
    10.0
    """
    y = np.asarray(series, np.float64)
    if at < SIDE or len(y) - at < SIDE:
        raise ConfigError(
            "E385", phrase("{at} months before {since} and {y} from it on", at=max(at, 0), since=since, y=max(len(y) - at, 0)), where="--since",
            why=phrase("a change is told from the trend by {side} months on either side", side=SIDE), fix="name another month, or wait",
        )  # fmt: skip
    from scipy import stats

    n = len(y)
    x = np.column_stack([np.ones(n), np.arange(n), np.arange(n) >= at]).astype(np.float64)
    bread = np.linalg.inv(x.T @ x)
    fitted = bread @ x.T @ y
    scores = x * (y - x @ fitted)[:, None]
    meat = scores.T @ scores
    for lag in (1, 2):
        moved = scores[lag:].T @ scores[:-lag]
        meat += (1.0 - lag / 3.0) * (moved + moved.T)
    se = float(np.sqrt(max((bread @ meat @ bread)[2, 2], 0.0) * n / (n - 3)))
    half = float(stats.t.ppf(0.95, n - 3)) * se
    step = round(float(fitted[2]), 9)
    return Break(what, since, float(y[:at].mean()), step, step - half, step + half)


def cohort_trend(month: ArrayLike, value: ArrayLike) -> tuple[float, float, float] | None:
    """By what share of the mean customers' value at equal age changes a year, from cohort to cohort, with its 90 % interval.

    Least squares over customers on their first month; the standard error allows for unequal scatter (White's). None below six cohorts.

    Args:
        month: of each customer's first order, counted in months, shape (customers,).
        value: by the equal age, same shape.
    """
    m, v = np.asarray(month, np.float64), np.asarray(value, np.float64)
    if len(np.unique(m)) < COHORTS or v.mean() <= 0:
        return None
    centred = m - m.mean()
    square = float(centred @ centred)
    slope = float(centred @ v) / square
    left = v - v.mean() - slope * centred
    se = float(np.sqrt(centred**2 @ left**2)) / square
    year = 12.0 / float(v.mean())
    return slope * year, (slope - 1.645 * se) * year, (slope + 1.645 * se) * year


def _in(payback: int) -> str:
    return (
        f"customers pay back their cost in {payback} months"
        if payback
        else "a customer's first order pays the cost of winning"
    )


def verdict(
    payback: int | None, within: int, runway: float | None, trend: tuple[float, float, float] | None
) -> Verdict:
    """Whether winning customers sustains itself.

    The rule: ``not sustainable`` where the cash is out before customers have paid for themselves, or where they have not within the
    months seen and each cohort is worth less than the one before; ``at risk`` where they have in time and cohorts still fall, or have not
    within the months seen; ``sustainable`` where they have in time and cohorts do not fall; ``not known`` where it is not told how long the
    cash lasts, unless the months seen decide. Cohorts fall where the whole 90 % interval of their trend lies below 0.

    Args:
        payback: months until all customers won together had brought the fully loaded cost; None: not within ``within``.
        within: months looked at.
        runway: months that the cash lasts; None: not told.
        trend: as :func:`cohort_trend` has it.
    """
    falls = trend is not None and trend[2] < 0.0
    paid = (
        f"customers pay back their cost in {payback} months"
        if payback is not None
        else f"customers have not paid back their cost within {within} months"
    )
    way = (
        "no trend of cohorts can be told"
        if trend is None
        else "later cohorts are worth less"
        if falls
        else "later cohorts are not worth less"
    )
    if runway is not None and (payback if payback is not None else within) > runway:
        word, cash = "not sustainable", f"the cash lasts {runway:.1f} months only"
    elif payback is None:
        word, cash = ("not sustainable" if falls else "at risk"), ""
    elif falls:
        word, cash = "at risk", "" if runway is None else f"the cash lasts {runway:.1f} months"
    elif runway is None:
        word, cash = "not known", "say how long the cash lasts (--cash, --burn)"
    else:
        word, cash = "sustainable", f"the cash lasts {runway:.1f} months"
    why = "; ".join(part for part in (paid, cash, way) if part)
    return Verdict(word, why, payback, within, runway, *(trend or (None, None, None)))
