r"""Response curves: how many customers a month's spend wins in each channel, with less and less for each further unit.

**Story.** A channel's first customers come cheap and the next cost more. A history of months in which spend moved says how
fast. One firm has few such months, so channels learn from each other, and a prior says what is usual; season moves all of
them together and is told apart. Where experiments were run, what they found counts as much as their precision allows.

**Formula.** For month t and channel c, with spend s and customers A,

.. math:: \log A_{ct} = a_c + g_c (\log s_{ct} - m_c) + \sum_k \beta_k h_k(t) + e_{ct}, \quad e_{ct} \sim N(0, \sigma_c^2),

.. math:: g_c \sim N(\mu, \tau^2) \text{ on } (.02, .98), \quad \mu \sim N(.65, .1^2), \quad \tau \sim N^+(0, .2^2),

m the mean log spend, h sine and cosine of the year. A lift test says :math:`A(s + ds) - A(s) \sim N(lift, se^2)`.

**Numerics.** Gibbs sampling. Levels, slopes and season are normal given the rest (slopes truncated); tau is drawn on a grid;
a channel with lift tests moves by slices. Spend carried over from month to month (adstock) is scaled so that a
steady spend stays what it is.

**Source.** Gelman, A. et al. (2013), Bayesian Data Analysis, 3rd ed., sections 11.6 and 15.4; the power curve: Little, J. D. C.
(1979), Aggregate advertising models: the state of the art, *Operations Research* 27(4), 629-667.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.decide.sampling import YEAR, Panel, average, harmonics, sample

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import ArrayLike, NDArray

    from lifelong.decide.sampling import Lift
    from lifelong.values.spending import SpendHistory

    Floats = NDArray[np.float64]

#: Shares of a month's effect that are left in the next one, of which the likeliest is taken.
CARRY = (0.0, 0.3, 0.5)


@dataclass(frozen=True, slots=True)
class Curves:
    """Draws of power curves, of a month of average season.

    Attributes:
        level: log customers where log spend is ``centre``, shape (draws, channels).
        slope: the elasticity g, same shape, in (0, 1).
        centre: log minor units, shape (channels,).
        carry: the share of a month's effect that is left in the next one.
    """

    level: Floats
    slope: Floats
    centre: Floats
    carry: float = 0.0

    def customers(self, spend: ArrayLike) -> Floats:
        """Customers a month at a steady spend, shape (draws, channels); none where nothing is spent.

        >>> one = Curves(np.log([[100.0]]), np.array([[0.5]]), np.log([1000.0]))
        >>> one.customers([4000.0]).round(6).tolist()
        [[200.0]]
        """
        money = np.asarray(spend, np.float64)
        with np.errstate(divide="ignore"):
            made: Floats = np.exp(self.level + self.slope * (np.log(money) - self.centre))
        return np.where(money > 0.0, made, 0.0)

    def marginal(self, spend: ArrayLike) -> Floats:
        """Further customers by a further minor unit, g A / s, same shape; the spend above 0."""
        made: Floats = self.slope * self.customers(spend) / np.asarray(spend, np.float64)
        return made

    def spend_at(self, worth: Floats, price: ArrayLike) -> Floats:
        r"""The spend at which the next unit brings its price: :math:`(V g e^a / p)^{1 / (1 - g)}`.

        Args:
            worth: value of a customer V, shape (draws, channels) or what goes with it.
            price: p, what the next unit must bring; 1 where it must bring itself.

        >>> one = Curves(np.log([[100.0]]), np.array([[0.5]]), np.log([1000.0]))
        >>> spend = one.spend_at(np.array([[40.0]]), 1.0)
        >>> spend.round(6).tolist(), (40.0 * one.marginal(spend)).round(6).tolist()
        ([[4000.0]], [[1.0]])
        """
        with np.errstate(divide="ignore", over="ignore"):
            log = (
                np.log(np.maximum(worth, 0.0) * self.slope / np.asarray(price)) + self.level - self.slope * self.centre
            )
            made: Floats = np.exp(log / (1.0 - self.slope))
        return made


def fit_curves(
    history: SpendHistory,
    lifts: Sequence[Lift] = (),
    carry: Sequence[float] = (0.0,),
    silent: Collection[str] = (),
    draws: int = 1000,
    seed: int = 0,
) -> Curves:
    """Draw the curves of all channels together; see the module's text.

    Every channel needs a month with spend in which customers are known: :func:`lifelong.decide.identified.check` says so.

    Args:
        history: what was spent and won.
        lifts: results of experiments.
        carry: shares that may be left of a month's effect, of which the likeliest is taken.
        silent: channels whose months say nothing of the slope: theirs is what the others and the prior say.
        draws: how many.
        seed: equal seeds give equal draws.
    """
    panels = [panel_of(history, share) for share in carry]
    best = max(range(len(panels)), key=lambda i: _fits(panels[i]))
    panels[best].x[:, np.isin(history.channels, list(silent))] = 0.0
    drawn = sample(panels[best], lifts, draws, np.random.default_rng(seed))
    level = drawn.level + average(drawn.season)[:, None] + 0.5 * drawn.noise**2
    return Curves(level, drawn.slope, panels[best].centre, carry[best])


def panel_of(history: SpendHistory, carry: float = 0.0) -> Panel:
    r"""A history in logarithms, its spend carried over: :math:`(1 - c) \sum_k c^k s_{t-k}`, as if the first month had gone before.

    A month in which money won nobody counts as half a customer, since log 0 is none.
    """
    spend = history.spend.astype(np.float64)
    carried = spend.copy()
    for t in range(1, len(spend)):
        carried[t] = (1.0 - carry) * spend[t] + carry * carried[t - 1]
    used = history.used
    weight = used / np.maximum(used.sum(axis=0), 1)
    log_spend = np.log(np.where(carried > 0.0, carried, 1.0))
    centre = (weight * log_spend).sum(axis=0)
    won = np.where(used, np.maximum(history.customers, 0.5), 1.0)
    count = 2 if len(spend) >= 2 * YEAR else 1
    return Panel(np.log(won), log_spend - centre, used, harmonics(history.months, count), centre)


def _fits(panel: Panel) -> float:
    """How well a panel is explained: minus the summed logarithms of what least squares leaves, channel by channel."""
    total = 0.0
    for c in range(panel.y.shape[1]):
        rows = panel.used[:, c]
        terms = np.column_stack([np.ones(rows.sum()), panel.x[rows, c], panel.season[rows]])
        left = panel.y[rows, c] - terms @ np.linalg.lstsq(terms, panel.y[rows, c], rcond=None)[0]
        total -= float(rows.sum()) * float(np.log(left @ left + 1e-12))
    return total
