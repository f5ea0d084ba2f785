"""What a point of retention is worth: the change of every subscriber's value, and what a programme may cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import plugins
from lifelong.errors import ConfigError, FitError
from lifelong.money.subscription import period_rate
from lifelong.phrases import phrase
from lifelong.score.subscriptions import Plan
from lifelong.values.findings import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lifelong.models.contract import Contract
    from lifelong.score.book import Book
    from lifelong.score.terms import Terms
    from lifelong.values import Fit

    Floats = NDArray[np.float64]

#: Standard errors of an 80 % interval, on each side.
Z80 = 1.2815515655446004
#: Step in a log parameter by which the change is differentiated: rounding and curvature both stay below 1e-4 of it.
STEP = 1e-3


@dataclass(frozen=True, slots=True)
class RetentionEffect:
    """What changes where retention changes by ``points`` at every renewal to come. Money is at present value.

    Attributes:
        points: change of the base's mean retention, as a share: 0.01 is one point.
        retention: the mean retention at the next renewal now, over all who are there.
        subscribers: those who are there.
        equity: the value of the base now, at the fitted parameters.
        change: how much the value of the base changes.
        low80, high80: its interval, which holds doubt about the parameters.
        each: the change a subscriber: below it a programme that is paid once for each pays off.
        each_renewal: the same for one that is paid at each renewal that comes, by those who then renew.
    """

    points: float
    retention: float
    subscribers: int
    equity: float
    change: float
    low80: float
    high80: float
    each: float
    each_renewal: float

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name."""
        return {name: plain(value) for name, value in asdict(self).items()}

    def __str__(self) -> str:
        sign, share = ("+" if self.points > 0 else "-"), self.change / self.equity if self.equity else 0.0
        return (
            f"{sign}{abs(self.points) * 100:g} point(s) of retention (now {self.retention:.1%}): value {self.change:+,.2f} "
            f"({share:+.1%}; 80 %: {self.low80:,.2f} to {self.high80:,.2f})\n"
            f"  break-even: {abs(self.each):,.2f} once for each subscriber, or {abs(self.each_renewal):,.2f} at each renewal"
        )


def retention_effect(fits: Mapping[str, Fit], book: Book, terms: Terms, points: float = 0.01) -> RetentionEffect:
    r"""Change of value where the mean retention of the base changes by so many points, by all renewals to come.

    **Story.** Subscribers differ, and those who would leave soon gain most from a programme. Each subscriber's own chance
    to leave is multiplied by one factor, such that the mean over those who are there falls by ``points``; the value
    is then summed anew. A formula with one constant retention overstates this about twofold where subscribers differ.

    **Formula.** With :math:`\bar c` the mean chance to leave at the next renewal and :math:`f = 1 - points/\bar c`,

    .. math:: \Delta V = \sum_i p_i m \left[DERL_f(n_i) - DERL_1(n_i)\right]

    Where all are alike, with a constant retention r, it is the textbook's

    .. math:: p\,m\,(1+d)\left[\frac{r'}{1+d-r'} - \frac{r}{1+d-r}\right], \qquad r' = r + points.

    **Symbols.** p: price; m: margin; d: effective rate of a period; DERL_f: with chances multiplied by f.

    **Numerics.** The interval is the delta method's, on log parameters, each period's fit by itself.

    **Source.** Fader, P. S. and Hardie, B. G. S. (2010), *Marketing Science* 29(1), 85-93 (retention elasticity with
    subscribers that differ); Gupta, S., Lehmann, D. R. and Stuart, J. A. (2004), *JMR* 41(1), 7-18.

    Args:
        fits: a contractual fit for each period of those who are there.
        book: the subscribers.
        terms: horizon, margin, discount.
        points: change of retention in each period's group, as a share; below 0 it is lost.

    Raises:
        ConfigError: E301, where so many points are not to be had: nobody would leave, or all.
        FitError: E201, where nobody is there.
    """
    if not book.periods:
        raise FitError("E201", "no subscriber is left", where="the book", why="retention is of those who are there")
    now, change, variance, renewals, kept, people = 0.0, 0.0, 0.0, 0.0, 0.0, 0
    for period in book.periods:
        group = _Group(fits[period], book, terms, period)
        factor = group.factor(points)
        theta = fits[period].theta
        before, after = group.sums(theta, 1.0), group.sums(theta, factor)
        slope = np.array([(group.change(t, points) - group.change(b, points)) / (2 * STEP) for t, b in _steps(theta)])
        now, change = now + before[0], change + after[0] - before[0]
        variance += float(slope @ fits[period].covariance @ slope)
        renewals += after[1]
        kept += group.retention * group.size
        people += group.size
    half, each = Z80 * float(np.sqrt(variance)), change / renewals if renewals else 0.0
    return RetentionEffect(
        points, kept / people, people, now, change, change - half, change + half, change / people, each
    )


def _steps(theta: Floats) -> list[tuple[Floats, Floats]]:
    """The parameters with each in turn a little above and below."""
    return [(theta * np.exp(STEP * e), theta * np.exp(-STEP * e)) for e in np.eye(len(theta))]


class _Group:
    """Those who are there and pay by one period: renewals due, how many stand before each, and their prices' sum; those who are late count by their chance."""

    def __init__(self, fit: Fit, book: Book, terms: Terms, period: str) -> None:
        due = list(book.due(period))
        self.n = np.array([n for n, _, _ in due])
        self.count = np.array([chance * len(at) for _, chance, at in due])
        margin = 1.0 if terms.margin is None else terms.margin
        self.money = margin * np.array([chance * book.price[at].sum() for _, chance, at in due])
        plan = Plan(1.0, period)
        self.model: Contract = plugins.load("contracts", fit.model)()
        self.d = period_rate(terms.discount.force_per_day, plan.days)
        self.horizon, self.period, self.theta = plan.renewals(terms), period, fit.theta
        self.size = sum(len(at) for _, _, at in due)

    @property
    def retention(self) -> float:
        """Mean retention at the next renewal, at the fitted parameters."""
        return float(1.0 - self._churn(self.theta))

    def _churn(self, theta: Floats) -> float:
        return float(self.count @ self.model.hazard(theta, self.n) / self.count.sum())

    def factor(self, points: float, theta: Floats | None = None) -> float:
        """By what each chance to leave is multiplied."""
        churn = self._churn(self.theta if theta is None else theta)
        if not 0.0 < churn - points < 1.0:
            raise ConfigError(
                "E301",
                phrase(
                    "{points:+g} points of retention are not to be had of {churn:.1%} a {period}",
                    points=points * 100,
                    churn=1 - churn,
                    period=self.period,
                ),
                where="points",
                why="retention lies between 0 and 100 %",
                fix=phrase("take less than {churn:.3g} points", churn=churn * 100),
            )
        return 1.0 - points / churn

    def sums(self, theta: Floats, factor: float) -> tuple[float, float]:
        """Value, and discounted renewals, of the group."""
        derl = self.model.derl(theta, self.n, self.d, self.horizon, factor - 1.0)
        return float(self.money @ derl), float(self.count @ derl)

    def change(self, theta: Floats, points: float) -> float:
        """How much value changes under these parameters."""
        return self.sums(theta, self.factor(points, theta))[0] - self.sums(theta, 1.0)[0]
