r"""When the next order comes: the customer's own rhythm, drawn to that of all customers, given the silence so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.errors import FitError
from lifelong.models.findings import finding
from lifelong.models.special import tally
from lifelong.values import Estimate, Finding

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: What is known beforehand, worth four gaps: the variance within a customer and its ratio to that between them. Four
#: real shops (records, groceries twice, gifts) had 0.50 to 1.28 and ratios of 0.26 to 1.08.
PRIOR_GAPS, PRIOR_VARIANCE = 4.0, 0.75
PRIOR_RATIO, PRIOR_SPREAD = 0.6, 1.0
#: Range of the log ratio that is searched.
LOW, HIGH = -10.0, 6.0
#: Below so many gaps a finding says that the spread rests on other shops.
FEW = 50
#: A day is a span: a gap of g days lies in (g - 1/2, g + 1/2).
HALF = 0.5
#: The furthest day after the last order that is told: some 2,700 years, so that a date stays one.
FURTHEST = 1_000_000
#: Half the width of a 95 % interval, in standard errors.
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """What is needed of each customer's gaps between order days; arrays of shape (customers,).

    Attributes:
        n: gaps.
        total: sum of their logarithms (of days).
        square: sum of the squares of their logarithms.
    """

    n: Ints
    total: Floats
    square: Floats

    @classmethod
    def of(cls, owner: Ints, gap: Ints, count: Ints, customers: int) -> Gaps:
        """From counted gaps: the customer's number (0 to customers - 1), days >= 1, how often."""
        log, often = np.log(np.maximum(gap, 1).astype(np.float64)), np.asarray(count, np.float64)
        n = np.rint(tally(owner, often, customers)).astype(np.int64)
        return cls(n, tally(owner, often * log, customers), tally(owner, often * log * log, customers))


@dataclass(frozen=True, slots=True, eq=False)
class Rhythm:
    r"""How customers' orders follow on one another: a fitted value, and the next order date by it.

    **Story.** A customer's gaps between order days scatter about the own typical gap; typical gaps differ between
    customers. Few own gaps say little: the estimate is drawn to that of all customers. A customer who has been silent
    for a while cannot order in the past: what is left of the distribution counts.

    **Formula.** Log gaps are :math:`N(m_i, \sigma^2)`, and :math:`m_i \sim N(\mu, \tau^2)`. For n gaps of mean log
    :math:`\bar y` the next log gap is normal with

    .. math:: w = \frac{n\tau^2}{n\tau^2 + \sigma^2}, \quad \text{mean } w\bar y + (1-w)\mu, \quad
              v = \sigma^2 + \frac{\tau^2\sigma^2}{n\tau^2 + \sigma^2} + (1-w)^2\, \mathrm{se}(\mu)^2

    After a silence of e days with distribution function F, the u quantile of the next gap is
    :math:`F^{-1}\{F(e) + u\,(1 - F(e))\}`; the date is u = 1/2, the 90 % band u = .05 and .95.

    **Symbols.** mu: log days; s2 :math:`= \sigma^2`, tau2 :math:`= \tau^2`: squared log days; n: gaps; silence: days.

    **Numerics.** All in logarithms of the upper tail, which do not round to zero after long silences. Days are spans:
    e is taken half a day longer, and a date is never before the day after e.

    **Source.** Normal-normal empirical Bayes (Efron and Morris 1975, JASA 70(350), section 2; Searle, Casella and
    McCulloch 1992, Variance Components, section 3.7 for unequal n). The conditioning is Bayes' rule.

    **Check.** Nothing own and mu = log 20: the median is 20 days. After 20 days without an order it is later; the
    figure is :math:`20\exp(\sqrt{v}\,\Phi^{-1}(1 - S/2))` with S the chance that a gap outlasts 20.5 days:

    >>> made = Rhythm.known(mu=np.log(20.0), s2=0.75, tau2=0.25)
    >>> made.days(Gaps.of([], [], [], 2), [0, 20], 0.5).tolist()
    [20, 40]

    Attributes:
        params: mu, s2, tau2 with standard errors and 95 % intervals.
        customers: those with a gap.
        gaps: how many there are.
        findings: what a reader should know.
    """

    params: tuple[Estimate, ...]
    customers: int = 0
    gaps: int = 0
    findings: tuple[Finding, ...] = ()

    @classmethod
    def known(cls, mu: float, s2: float, tau2: float) -> Rhythm:
        """Of given parameters, taken to be exact."""
        told = (("mu", mu, "log days"), ("s2", s2, "log days squared"), ("tau2", tau2, "log days squared"))
        return cls(tuple(Estimate(name, float(v), 0.0, float(v), float(v), unit) for name, v, unit in told))

    def __getitem__(self, name: str) -> float:
        return next(p.estimate for p in self.params if p.name == name)

    @property
    def typical_gap(self) -> float:
        """The gap of the customer in the middle."""
        return float(np.exp(self["mu"]))

    def next_log_gap(self, gaps: Gaps) -> tuple[Floats, Floats]:
        """Mean and standard deviation of each customer's next log gap, before any silence."""
        mu, s2, tau2 = self["mu"], self["s2"], self["tau2"]
        se = self.params[0].se
        below = gaps.n * tau2 + s2
        free = s2 / below  # 1 - w
        mean = (tau2 * gaps.total + s2 * mu) / below
        return mean, np.sqrt(s2 + tau2 * free + (free * se) ** 2)

    def overdue(self, gaps: Gaps, silence: ArrayLike) -> Floats:
        """F(e): the share of such customers' gaps that would have ended by now."""
        mean, sd = self.next_log_gap(gaps)
        return np.asarray(-np.expm1(_log_tail(mean, sd, silence)))

    def within(self, gaps: Gaps, silence: ArrayLike, horizon: float) -> Floats:
        """P(the gap ends within the horizon, days, given the silence), for a customer who is still one."""
        mean, sd = self.next_log_gap(gaps)
        now = _log_tail(mean, sd, silence)
        return np.asarray(-np.expm1(_log_tail(mean, sd, np.asarray(silence, np.float64) + horizon) - now))

    def days(self, gaps: Gaps, silence: ArrayLike, level: float) -> Ints:
        """The quantile of the next gap given the silence, whole days after the last order; at least silence + 1."""
        from scipy.special import ndtri_exp

        mean, sd = self.next_log_gap(gaps)
        tail = _log_tail(mean, sd, silence) + np.log1p(-level)
        log = np.minimum(mean - sd * ndtri_exp(tail), np.log(FURTHEST))
        whole = np.rint(np.exp(log)).astype(np.int64)
        return np.asarray(np.maximum(whole, np.asarray(silence, np.int64) + 1))


def fit_rhythm(gaps: Gaps) -> Rhythm:
    r"""Fit mu, s2 and tau2 by marginal likelihood, with a weak prior that a hundred gaps outweigh.

    With :math:`\rho = \tau^2/\sigma^2` and :math:`w_i = n_i/(1 + n_i\rho)`, mu and s2 have closed forms at each rho:

    .. math:: \mu = \frac{\sum w_i \bar y_i}{\sum w_i}, \qquad
              \sigma^2 = \frac{SS_w + \sum w_i (\bar y_i - \mu)^2 + \nu_0 \sigma_0^2}{\sum n_i + \nu_0}

    and what is left is a search in log rho alone. Customers of one n enter as three sums. Standard errors are from
    the expected information.

    Raises:
        FitError: E201 where no customer has ordered on two days.
    """
    from scipy.optimize import minimize_scalar

    some = gaps.n > 0
    if not some.any():
        raise FitError(
            "E201",
            "no customer has ordered on two days",
            why="the rhythm of customers is learned from the days between orders",
            fix="ingest more orders:  lifelong ingest FILE",
        )
    sums = _Sums.of(gaps.n[some], gaps.total[some], gaps.square[some])
    at = minimize_scalar(lambda z: sums.profile(z)[0], bounds=(LOW, HIGH), method="bounded").x
    _, mu, s2 = sums.profile(float(at))
    tau2 = s2 * float(np.exp(at))
    found = (finding("F216", gaps=int(sums.gaps)),) if sums.gaps < FEW else ()
    return Rhythm(_estimates(sums, mu, s2, tau2), int(some.sum()), int(sums.gaps), found)


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """What the likelihood needs: customers by number of gaps, with sums of their mean logs (taken from the middle)."""

    n: Floats
    customers: Floats
    mean: Floats
    square: Floats
    inner: float
    middle: float
    gaps: float

    @classmethod
    def of(cls, n: Ints, total: Floats, square: Floats) -> _Sums:
        size, at = np.unique(n, return_inverse=True)
        middle = float(total.sum() / n.sum())
        mean = total / n - middle
        inner = float(np.maximum(square - total * total / n, 0.0).sum())
        customers, means, squares = (tally(at, v, len(size)) for v in (np.ones(len(n)), mean, mean * mean))
        return cls(size.astype(np.float64), customers, means, squares, inner, middle, float(n.sum()))

    def profile(self, log_ratio: float) -> tuple[float, float, float]:
        """Minus twice the log-likelihood with the prior, up to a constant; and mu and s2 that go with the ratio."""
        grown = 1.0 + self.n * np.exp(log_ratio)
        weight = self.n / grown
        off = float((weight @ self.mean) / (weight @ self.customers))
        outer = float(weight @ (self.square - 2.0 * off * self.mean + off * off * self.customers))
        freedom = self.gaps + PRIOR_GAPS
        s2 = (self.inner + max(outer, 0.0) + PRIOR_GAPS * PRIOR_VARIANCE) / freedom
        prior = ((log_ratio - np.log(PRIOR_RATIO)) / PRIOR_SPREAD) ** 2
        return float(freedom * np.log(s2) + self.customers @ np.log(grown) + prior), self.middle + off, s2


def _estimates(sums: _Sums, mu: float, s2: float, tau2: float) -> tuple[Estimate, ...]:
    """The parameters with standard errors from the expected information, the prior's four gaps among it."""
    outer = s2 + sums.n * tau2  # a customer's n gaps: n - 1 directions of variance s2, one of s2 + n tau2
    each = sums.customers / outer**2
    ss = 0.5 * (float(sums.customers @ (sums.n - 1.0)) + PRIOR_GAPS) / s2**2 + 0.5 * float(each.sum())
    st, tt = 0.5 * float(each @ sums.n), 0.5 * float(each @ sums.n**2) + 1.0 / (PRIOR_SPREAD * tau2) ** 2
    room = ss * tt - st * st
    se_mu = float((sums.customers @ (sums.n / outer)) ** -0.5)
    made = [Estimate("mu", mu, se_mu, mu - Z95 * se_mu, mu + Z95 * se_mu, "log days")]
    for name, value, variance in (("s2", s2, tt / room), ("tau2", tau2, ss / room)):
        se = float(np.sqrt(variance))
        spread = np.exp(Z95 * se / value)
        made.append(Estimate(name, value, se, float(value / spread), float(value * spread), "log days squared"))
    return tuple(made)


def _log_tail(mean: Floats, sd: Floats, silence: ArrayLike) -> Floats:
    """Log of the chance that a gap outlasts the silence."""
    from scipy.special import log_ndtr

    return np.asarray(log_ndtr((mean - np.log(np.asarray(silence, np.float64) + HALF)) / sd))
