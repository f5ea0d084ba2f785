r"""A test of a channel that has no history: how much to spend, when to stop, and when the value of its customers can be read.

**Story.** Whether customers of a new channel cost less than they are worth is shown by counting them. Enough must be spent that
a good channel is told from one that just fails; one that brings nobody is stopped long before.

**Formula.** Spending S at a cost C each wins :math:`N \sim \mathrm{Poisson}(S / C)`. With the limit L (what one may cost) and
the hoped-for cost :math:`C_1 < L`, the channel is good where :math:`N \ge k`, with the largest S such that
:math:`P(N \ge k \mid S / L) = \alpha`. The smallest k is taken for which :math:`P(N \ge k \mid S / C_1)` is the power. After
n customers the test stops as failed once spend exceeds

.. math:: S_n = \frac{n \ln(L / C_1) + \ln((1 - \alpha) / \beta)}{1 / C_1 - 1 / L},

which stops a good channel with a chance of :math:`\beta / (1 - \alpha)` at most, however often one looks. A mean value is read
to a share p either way (90 %) from :math:`(1.645\,cv / p)^2` customers, cv their standard deviation by their mean.

**Source.** Garwood, F. (1936), Fiducial limits for the Poisson distribution, *Biometrika* 28, 437-442; Wald, A. (1945), Sequential
tests of statistical hypotheses, *Annals of Mathematical Statistics* 16(2), 117-186.

**Check.** Where a customer may cost twice what is hoped:

>>> made = plan_test(Trial(limit=100.0, hoped=50.0, monthly=1000.0))
>>> made.customers, round(made.spend), round(made.power, 2)
(19, 1244, 0.9)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifelong.errors import ConfigError
from lifelong.phrases import phrase
from lifelong.values.channel_test import ChannelTest, PowerRow, StopRow

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The 95th percentile of the standard normal: a 90 % interval reaches so many standard errors.
NINETY = 1.6448536269514722
#: Chance of stopping a good channel by the stop-loss alone.
STOP = 0.05
MOST = 100_000  # customers: a test of more would not tell two costs apart that anybody calls different
SHARES = (0.5, 0.75, 1.0, 1.25, 1.5)


@dataclass(frozen=True, slots=True)
class Trial:
    """What is known before a test; money in any one unit.

    Attributes:
        limit: what a customer may cost at most: the value, or less.
        hoped: what one is hoped to cost, below the limit.
        monthly: what can be spent a month.
        alpha: chance of taking a channel at the limit for a good one.
        power: chance of seeing that a channel at the hoped-for cost is good.
        spread: standard deviation of customers' value by its mean.
        precision: how exactly the mean value is to be read, as a share of it.
        window: months until a customer's early value is seen.
    """

    limit: float
    hoped: float
    monthly: float
    alpha: float = 0.05
    power: float = 0.9
    spread: float = 1.5
    precision: float = 0.25
    window: float = 3.0


def plan_test(trial: Trial) -> ChannelTest:
    """The test of a new channel.

    Raises:
        ConfigError: E396 where numbers are none that can be, or two costs cannot be told apart.
    """
    from scipy.special import gammainc, gammaincinv

    _check(trial)
    needed = next(
        (k for k in _counts() if gammainc(k, gammaincinv(k, trial.alpha) * trial.limit / trial.hoped) >= trial.power),
        None,
    )
    if needed is None:
        raise _wrong(
            "the hoped-for cost is too near to the limit",
            phrase("{most:,} customers would not tell them apart", most=MOST),
        )
    exact = _least(trial, needed)
    spend = float(gammaincinv(exact, trial.alpha)) * trial.limit
    power = float(gammainc(exact, spend / trial.hoped))
    readers = math.ceil((NINETY * trial.spread / trial.precision) ** 2)
    return ChannelTest(
        limit=trial.limit,
        hoped=trial.hoped,
        monthly=trial.monthly,
        alpha=trial.alpha,
        customers=exact,
        spend=spend,
        months=spend / trial.monthly,
        power=power,
        powers=tuple(_power(trial, share * spend) for share in SHARES),
        stops=tuple(StopRow(n, stop_spend(trial, n)) for n in range(exact) if stop_spend(trial, n) < spend),
        readers=readers,
        reading=readers * trial.hoped / trial.monthly + trial.window,
        reading_spend=readers * trial.hoped,
        precision=trial.precision,
    )


def stop_spend(trial: Trial, customers: int) -> float:
    """Spend at which the test has failed where it has won no more than so many customers."""
    gap = 1.0 / trial.hoped - 1.0 / trial.limit
    return (customers * math.log(trial.limit / trial.hoped) + math.log((1.0 - trial.alpha) / STOP)) / gap


def _counts() -> Sequence[int]:
    """Counts that grow by a tenth: the first that suffices is then sought below."""
    counts, k = [], 1
    while k < MOST:
        counts.append(k)
        k = max(k + 1, int(k * 1.1))
    return counts


def _least(trial: Trial, enough: int) -> int:
    """The smallest count whose power suffices: power rises with it, the spend being set for each."""
    from scipy.special import gammainc, gammaincinv

    low, high = 0, enough
    while high - low > 1:
        middle = (low + high) // 2
        is_enough = gammainc(middle, gammaincinv(middle, trial.alpha) * trial.limit / trial.hoped) >= trial.power
        low, high = (low, middle) if is_enough else (middle, high)
    return high


def _power(trial: Trial, spend: float) -> PowerRow:
    """The count that a spend asks for, and the chances that a good channel and one at the limit reach it."""
    from scipy.special import gammainc

    count = next(k for k in range(1, 2 * MOST) if gammainc(k, spend / trial.limit) <= trial.alpha * (1.0 + 1e-9))
    return PowerRow(
        spend, count, float(gammainc(count, spend / trial.hoped)), float(gammainc(count, spend / trial.limit))
    )


def _check(trial: Trial) -> None:
    numbers = (trial.limit, trial.hoped, trial.monthly, trial.spread, trial.precision)
    if not all(math.isfinite(n) and n > 0 for n in numbers) or not 0 <= trial.window < 600:
        raise _wrong("a number is not above 0", "costs, spend, spread and precision are sizes")
    if not 0 < trial.alpha < 0.5 or not 0.5 <= trial.power < 1:
        raise _wrong("the chances of error cannot be used", "alpha lies between 0 and 50 %, power between 50 and 100 %")
    if trial.hoped >= trial.limit:
        raise _wrong(
            phrase(
                "a hoped-for cost of {hoped:g} is not below the limit of {limit:g}",
                hoped=trial.hoped,
                limit=trial.limit,
            ),
            "such a channel would not pay even where it does as hoped",
        )


def _wrong(what: str, why: str) -> ConfigError:
    return ConfigError(
        "E396", what, where="lifelong try-channel", why=why, fix="write --value 120 --hoped-cac 60 --monthly 2000"
    )
