r"""What purchase histories say of the firm's calendar, and a model fitted in its time.

**Formula.** A customer's history in operational time (``models.calendar``) is as likely as the stationary model says, times
the factor of the period of each order. With t and w the operational time to the last order and since it,

.. math:: \ell(\theta, g) = \sum_i \log L(\theta; x_i, t_i, t_i + w_i) + \sum_j N_j g_j
          + (k - 1) \sum_{\mathrm{waits}} \log(\text{operational wait}),

N_j the repeat orders in period j; the last sum is that of the regular models. g and the histories meet in
:math:`\partial \log t / \partial g_j = p_j`, the share of t within period j, and :math:`\partial^2 \log t = \mathrm{diag}(p) -
p p^\top`. The information of g is that of the joint likelihood with :math:`\theta` profiled out, so that a decline which the
model's own dropout explains as well is no evidence of a calendar.

**Numerics.** Derivatives in log t, log w and log theta by central differences of the likelihood of each history, which is exact
to 1e-13: 31 evaluations for four parameters, however many periods there are.

**Source.** The time change is exact; the profile information is that of Barndorff-Nielsen and Cox (1994), *Inference and
Asymptotics*, 3.4.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lifelong.errors import FitError
from lifelong.models.calendar import PERIOD, Calendar, smoothed
from lifelong.models.optimise import fit_model
from lifelong.models.special import weigh
from lifelong.phrases import phrase
from lifelong.values import Patterns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.base import PurchaseModel
    from lifelong.values import Fit, Waits

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

STEP = 1e-3  # of a logarithm: second differences are exact to about 1e-6
LEAST_HISTORY = 6 * PERIOD  # days: six periods
ROUNDS = 8  # of estimating the calendar and fitting the model in it, at most
CLOSE = 0.05  # the rounds are those of Newton: once one moves no factor by more than this, the next would by some 1e-3
FARTHEST = 0.7  # a round moves no factor's logarithm by more: farther off, the normal likelihood holds no longer
PIECE = 16_384  # waits at once: bounds the memory of their shares of the periods
MOST = 32_768  # histories that the evidence is drawn from: so many tell a factor to about a hundredth


def fit_in_calendar(
    model: PurchaseModel, patterns: Patterns, waits: Waits, *, prior: str = "auto"
) -> tuple[Fit, Calendar]:
    """Estimate the calendar and the model in operational time, each given the other.

    Args:
        model: what to fit.
        patterns: distinct histories that all end on the last day seen.
        waits: the waits between their orders.
        prior: as in ``optimise.fit_model``.

    Returns:
        The stationary model's fit in operational time (to the day), its likelihood that of the orders in calendar time; the
        calendar.

    Raises:
        FitError: E216, as :func:`refusal` says.
    """
    days = int(patterns.T.max(initial=0))
    if problem := refusal(model, days):
        raise problem
    calendar = Calendar.level(days // PERIOD + 1)
    fit = fit_model(model, patterns, prior=prior)
    for _ in range(ROUNDS):
        before, calendar = calendar, _toward(calendar, smoothed(*evidence(model, fit, patterns, waits, calendar)))
        log_gaps = waits_in(waits, calendar)[1]
        fit = fit_model(model, replace(in_operation(patterns, calendar), log_gaps=log_gaps), prior=prior)
        if np.abs(np.log(calendar.seen / before.seen)).max() < CLOSE:
            break
    orders = np.bincount(waits.ended // PERIOD, weights=waits.count, minlength=len(calendar.seen))
    each = model.loglik_each(fit.theta, patterns.x, *calendar.past(patterns.t_x / 7.0, patterns.T / 7.0))
    exact = weigh(each, patterns.count.astype(np.float64)) + (regularity(model) - 1) * log_gaps
    return replace(fit, loglik=float(exact + orders @ np.log(calendar.seen))), calendar


def _toward(before: Calendar, aim: Calendar) -> Calendar:
    """The aim, or as far toward it as a round may go."""
    way = np.clip(np.log(aim.seen / before.seen), -FARTHEST, FARTHEST)
    return replace(aim, seen=before.seen * np.exp(way))


def refusal(model: PurchaseModel, days: int) -> FitError | None:
    """Why a model cannot be fitted in the firm's own calendar to a history of so many days; None where it can."""
    if getattr(model, "is_discrete", False) or (getattr(model, "is_regular", False) and not hasattr(model, "k")):
        return FitError(
            "E216",
            phrase("{name} cannot be fitted in the firm's own calendar", name=model.name),
            where="the model's name",
            why="the likelihood of the calendar needs waits that are exponential or Erlang-k, with k known",
            fix=phrase("take {name} by itself, or a model such as mbg_cnbd_3+calendar", name=model.name),
        )
    if days < LEAST_HISTORY:
        return FitError(
            "E216",
            phrase("{days:.0f} weeks of orders are too few for the firm's own calendar", days=days / 7.0),
            where="the first and the last order",
            why=phrase(
                "with less than {least_history} weeks a trend is not told from customers who leave",
                least_history=LEAST_HISTORY // 7,
            ),
            fix=phrase("take {name} by itself until there is more", name=model.name),
        )
    return None


def regularity(model: PurchaseModel) -> int:
    """The k of waits that are Erlang-k distributed; 1 for models that have no such thing."""
    return int(getattr(model, "k", 1))


def in_operation(patterns: Patterns, calendar: Calendar) -> Patterns:
    """The histories with t_x and T in operational days, to the day."""
    t, T = calendar.past(patterns.t_x / 7.0, patterns.T / 7.0)
    t_x = np.where(patterns.x > 0, np.maximum(np.rint(7.0 * t), 1.0), 0.0).astype(np.int64)
    return Patterns.grouped(patterns.x, t_x, np.maximum(np.rint(7.0 * T).astype(np.int64), t_x), patterns.count)


def waits_in(waits: Waits, calendar: Calendar) -> tuple[Floats, float]:
    """Operational weeks of each wait, and the sum of the logarithms of all."""
    each = calendar.since(waits.began / 7.0) - calendar.since(waits.ended / 7.0)
    return each, float(weigh(np.log(each), waits.count.astype(np.float64)))


def evidence(
    model: PurchaseModel, fit: Fit, patterns: Patterns, waits: Waits, calendar: Calendar
) -> tuple[Floats, Floats]:
    """The normal likelihood of g = log s about a calendar: (pull, information), as ``calendar.smoothed`` takes them."""
    sums = _Sums(calendar.seen, len(fit.theta))
    some, count = _sample(patterns)
    sums.histories(model, fit.theta, patterns.x[some], (patterns.T[some], (patterns.T - patterns.t_x)[some]), count)
    sums.slope += np.bincount(waits.ended // PERIOD, weights=waits.count, minlength=len(calendar.seen))
    more = regularity(model) - 1
    for start in range(0, len(waits.count) if more else 0, PIECE):
        part = slice(start, start + PIECE)
        sums.bent(sums.shares(waits.began[part], waits.ended[part])[0], more * waits.count[part].astype(np.float64))
    profiled = _centred(_centred(-(sums.bend + sums.mixed.T @ fit.covariance @ sums.mixed)).T)
    values, vectors = np.linalg.eigh((profiled + profiled.T) / 2.0)
    information = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return _centred(sums.slope) + information @ np.log(calendar.seen), information


def _sample(patterns: Patterns) -> tuple[Ints, Floats]:
    """Places of some histories, and the customers whom each stands for: all where they are few.

    A systematic sample in the order of x, t_x and T, each taken in proportion to its order days: of neighbours, which are
    alike, one stands for all, and one who orders a lot for nobody else.
    """
    count = patterns.count.astype(np.float64)
    if len(patterns) <= MOST:
        return np.arange(len(patterns)), count
    order = np.lexsort((patterns.T, patterns.t_x, patterns.x))
    due = (count * (patterns.x + 1.0))[order]
    due *= MOST / due.sum()
    taken = np.diff(np.floor(np.cumsum(due) + 0.5), prepend=0.0)
    some = np.flatnonzero(taken)
    return order[some], count[order[some]] * taken[some] / due[some]


def _centred(by_period: Floats) -> Floats:
    """Without the mean over the periods: a constant g is the model's own scale, of which nothing may be learned here.

    In exact arithmetic there is nothing; in a sum of thousands of histories whose days are whole, one in a thousand is left,
    and that is enough to let the scale run off where a model does not fit.
    """
    return np.asarray(by_period - by_period.mean(axis=0))


class _Sums:
    """Slope and bend of the joint log-likelihood in g, and its mixed bend in log theta and g, added up in pieces."""

    def __init__(self, factors: Floats, parameters: int) -> None:
        periods = len(factors)
        self.factors = factors
        self.slope, self.bend = np.zeros(periods), np.zeros((periods, periods))
        self.mixed = np.zeros((parameters, periods))

    def shares(self, far: Ints, near: Ints) -> tuple[Floats, Floats]:
        """Shares of the periods in each stretch of operational time, shape (stretches, periods), and its weeks."""
        edges = PERIOD * np.arange(len(self.factors) + 1)
        inside = np.clip(far[:, None], edges[:-1], edges[1:]) - np.clip(near[:, None], edges[:-1], edges[1:])
        made = inside / 7.0 * self.factors
        weeks = made.sum(axis=1)
        return made / np.maximum(weeks, 1e-300)[:, None], weeks

    def bent(self, shares: Floats, slope: Floats) -> None:
        """Add functions of log t by their slopes: what the bend of log t itself brings."""
        total = slope @ shares
        self.slope += total
        self.bend += np.diag(total) - (shares * slope[:, None]).T @ shares

    def histories(self, model: PurchaseModel, theta: Floats, x: Ints, days: tuple[Ints, Ints], count: Floats) -> None:
        """Add histories; ``days`` are those before the origin of the first and of the last order."""
        far, last = days
        before, t = self.shares(far, last)
        since, w = self.shares(last, np.zeros_like(last))
        slope, bend, cross = derivatives(model, theta, x.astype(np.float64), t, w)
        for shares, by, mixed in ((before, slope[0], cross[0]), (since, slope[1], cross[1])):
            self.bent(shares, count * by)
            self.mixed += (mixed * count) @ shares
        both = (before * (count * bend[1])[:, None]).T @ since
        self.bend += (before * (count * bend[0])[:, None]).T @ before + both + both.T
        self.bend += (since * (count * bend[2])[:, None]).T @ since


def derivatives(model: PurchaseModel, theta: Floats, x: Floats, t: Floats, w: Floats) -> tuple[Floats, Floats, Floats]:
    """Of each log-likelihood, by log t and log w: slopes (2, n), bends tt, tw, ww (3, n), and with log theta (2, k, n)."""

    def at(*moved: tuple[int, float]) -> Floats:
        z = np.zeros(2 + len(theta))
        for i, step in moved:
            z[i] += step
        before, since = t * np.exp(z[0]), w * np.exp(z[1])
        return model.loglik_each(theta * np.exp(z[2:]), x, before, before + since)

    here = at()
    up, down = ([at((i, step)) for i in range(2 + len(theta))] for step in (STEP, -STEP))

    def bend(i: int, j: int) -> Floats:
        both = at((i, STEP), (j, STEP)) + at((i, -STEP), (j, -STEP))
        return (both - up[i] - down[i] - up[j] - down[j] + 2.0 * here) / (2.0 * STEP**2)

    slope = np.array([(up[a] - down[a]) / (2.0 * STEP) for a in range(2)])
    own = [(up[a] + down[a] - 2.0 * here) / STEP**2 for a in range(2)]
    cross = np.array([[bend(a, 2 + i) for i in range(len(theta))] for a in range(2)])
    return slope, np.array([own[0], bend(0, 1), own[1]]), cross
