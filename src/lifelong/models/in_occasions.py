r"""BG/BB by the calendar of a project: days are told in occasions of a fixed length, and what is ahead in weeks again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from lifelong.errors import FitError
from lifelong.models.bg_bb import BGBB
from lifelong.models.optimise import PlainObjective, fit_model
from lifelong.phrases import phrase
from lifelong.values import Patterns

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.base import Parameter
    from lifelong.values import Fit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class InOccasions:
    r"""BG/BB for customers who can order once in each stretch of so many days, and whose time is told in weeks.

    **Story.** As ``models.bg_bb``: an occasion is a stretch of L weeks; the last one ends on the last day seen, and the one
    of the first order is no occasion to come again. In which part of an occasion the order comes says nothing.

    **Formula.** With :math:`E_K` the orders of ``BGBB`` on K occasions, discounted by :math:`d = e^{\delta L} - 1` at the end of
    each, K whole occasions and a part f of one more in the horizon, and orders evenly spread within an occasion:

    .. math:: E[X] = \frac{e^{\delta L} - 1}{\delta L} E_K
              + \frac{e^{\delta L}(1 - e^{-\delta L f})}{\delta L}\,(E_{K+1} - E_K) .

    Without a discount the factors are 1 and f.

    **Symbols.** x: occasions with an order; t_x, T: weeks, whole numbers of occasions, as ``tables.occasions`` makes them.

    **Source.** Fader, Hardie and Shang (2010), as in ``models.bg_bb``. The spread within an occasion is ours: a horizon in
    weeks need not be whole occasions.

    **Check.** A donor of six gifts in six years, over the next five years and over half a year:

    >>> theta = np.array([1.204, 0.750, 0.657, 2.783])
    >>> six = 6 * 365 / 7
    >>> [round(float(BGBB1Y().expect(theta, 6, six, six, h * 365 / 7)), 2) for h in (5, 0.5)]
    [3.75, 0.42]
    """

    name: ClassVar[str]
    days: ClassVar[int]
    is_discrete: ClassVar[bool] = True
    is_regular: ClassVar[bool] = False
    params: ClassVar[tuple[Parameter, ...]] = BGBB.params

    @property
    def length(self) -> float:
        """Weeks of an occasion."""
        return self.days / 7.0

    def fit(self, patterns: Any, *, prior: str = "auto", seed: int = 0) -> Fit:
        """Fit to patterns that were counted by occasions; see ``optimise.fit_model``.

        Raises:
            FitError: E463 where they were not.
        """
        return fit_model(self, getattr(patterns, "patterns", patterns), prior=prior, seed=seed)

    def objective(self, patterns: Patterns) -> PlainObjective:
        """The likelihood of ``BGBB`` of the histories in occasions."""
        return PlainObjective(BGBB(), self._told(patterns))

    def loglik(self, theta: Floats, patterns: Patterns) -> float:
        """Log-likelihood of all customers."""
        return BGBB().loglik(theta, self._told(patterns))

    def loglik_gradient(self, theta: Floats, patterns: Patterns) -> tuple[float, Floats]:
        """Log-likelihood and its exact gradient in theta, in one pass."""
        return BGBB().loglik_gradient(theta, self._told(patterns))

    def loglik_each(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Log-likelihood of each history; t_x, T in weeks."""
        return BGBB().loglik_each(theta, x, self._whole(t_x), self._whole(T))

    def alive(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """P(still there on the last occasion | history)."""
        return BGBB().alive(theta, x, self._whole(t_x), self._whole(T))

    def expect(
        self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, horizon: float, discount: float = 0.0
    ) -> Floats:
        """Expected occasions with an order in (T, T + horizon] weeks; ``discount`` is the continuous rate a week."""
        return self.alive(theta, x, t_x, T) * self.expect_if_alive(theta, x, T, horizon, discount)

    def expect_if_alive(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        discount: float = 0.0,
        t_x: ArrayLike | None = None,  # noqa: ARG002 - the silence says nothing more of a living customer
    ) -> Floats:
        """As :meth:`expect`, given that the customer is there at T; ``t_x`` says no more."""
        n, force = self._whole(T), discount * self.length
        rate = float(np.expm1(force))
        lift = rate / force if force > 0 else 1.0
        if np.isinf(horizon):
            return lift * BGBB().expect_if_alive(theta, x, n, horizon, rate)
        whole, part = divmod(horizon / self.length + 1e-9, 1.0)  # 26 weeks are half of 52, whatever the last digit says
        made = lift * BGBB().expect_if_alive(theta, x, n, whole, rate)
        if part < 1e-8:
            return made
        begun = np.exp(force) * -np.expm1(-force * part) / force if force > 0 else part
        two = (BGBB().expect_if_alive(theta, x, n, size, rate) for size in (whole + 1.0, whole))
        return np.asarray(made + begun * np.subtract(*two))

    def expect_new(self, theta: Floats, t: ArrayLike) -> Floats:
        """Expected occasions with an order of a new customer within t weeks."""
        ahead, place = np.unique(np.asarray(t, np.float64), return_inverse=True)
        each = np.array([float(self.expect_if_alive(theta, 0, 0.0, h)) for h in ahead.tolist()])
        return np.asarray(each[place].reshape(np.shape(t)))

    def pmf_new(self, theta: Floats, n: ArrayLike, t: ArrayLike) -> Floats:
        """P(a new customer orders on exactly n of the occasions that t weeks hold)."""
        return BGBB().pmf_new(theta, n, self._whole(t))

    def simulate(self, theta: Floats, T: ArrayLike, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
        """Histories of new customers, one for each T (weeks): x, t_x (weeks) and the end of the last occasion there."""
        x, t_x, last = BGBB().simulate(theta, self._whole(T), rng)
        return x, np.asarray(t_x * self.length), np.asarray(last * self.length)

    def draw_orders(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        rng: np.random.Generator,
        t_x: ArrayLike | None = None,  # noqa: ARG002 - as above
    ) -> tuple[Ints, Floats]:
        """One future for each (x, T), given there at T; ``theta`` is (k,) or (k, len(x)). Owner and weeks after T of each."""
        alpha, beta, gamma, delta = theta
        n, x_ = self._whole(T), np.asarray(x, np.int64)
        chance = rng.beta(alpha + x_, beta + np.maximum(n - x_, 0))
        stays = rng.geometric(np.clip(rng.beta(gamma, delta + n), 1e-15, 1.0)) - 1
        owners, times = [np.empty(0, np.int64)], [np.empty(0)]
        for one in range(int(np.ceil(horizon / self.length - 1e-9))):
            there = np.flatnonzero(stays > one)
            buys = there[rng.random(len(there)) < chance[there]]
            owners.append(buys)
            times.append((one + rng.random(len(buys))) * self.length)
        owner, when = np.concatenate(owners), np.concatenate(times)
        seen = when < horizon
        return owner[seen], when[seen]

    def _whole(self, weeks: ArrayLike) -> Ints:
        return np.rint(np.asarray(weeks, np.float64) / self.length).astype(np.int64)

    def _told(self, patterns: Patterns) -> Patterns:
        """The histories in occasions."""
        t_x, T = patterns.t_x // self.days, patterns.T // self.days
        if (patterns.x > t_x).any():
            raise FitError(
                "E463",
                phrase("a customer has more order days than occasions of {days} days", days=self.days),
                where="the histories",
                why=phrase("{name} knows one order on an occasion", name=self.name),
                fix=phrase("count by occasions first:  lifelong fit --model {name}", name=self.name),
            )
        return Patterns.grouped(patterns.x, t_x, T, patterns.count)


class BGBB1W(InOccasions):
    """BG/BB with an occasion a week."""

    name, days = "bg_bb_1w", 7


class BGBB2W(InOccasions):
    """BG/BB with an occasion every two weeks."""

    name, days = "bg_bb_2w", 14


class BGBB4W(InOccasions):
    """BG/BB with an occasion every four weeks."""

    name, days = "bg_bb_4w", 28


class BGBB13W(InOccasions):
    """BG/BB with an occasion a quarter of 13 weeks."""

    name, days = "bg_bb_13w", 91


class BGBB26W(InOccasions):
    """BG/BB with an occasion every half-year of 26 weeks."""

    name, days = "bg_bb_26w", 182


class BGBB1Y(InOccasions):
    """BG/BB with an occasion a year of 365 days."""

    name, days = "bg_bb_1y", 365
