r"""Customers who are older than the data, as a modifier of any model whose customers leave by age alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import ConfigError, DataError, FitError
from lifelong.models.ageing import Ageing
from lifelong.models.encoding import column
from lifelong.models.findings import finding, pattern_findings
from lifelong.models.kinds import Kinds
from lifelong.models.optimise import FEW, freeze, solve
from lifelong.models.truncated_objective import TruncatedObjective
from lifelong.phrases import phrase
from lifelong.values import Origin, Patterns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.ageing import Aged
    from lifelong.models.base import PurchaseModel
    from lifelong.models.truncated_objective import Seen
    from lifelong.values import Finding, Fit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LeftTruncated:
    r"""A model for data that begin after some customers did.

    **Story.** A customer's first order is known, from the customer file, but orders only since the data begin. Taken for
    a new customer of that day, who is known to be there, an old one says that few leave; and of those who left before
    there is no row at all, or one without an order. Both are taken into account, so that nobody need be thrown away.

    **Formula.** Be :math:`S` the age at which the data begin, and x, t_x, T counted from there. Where leaving hangs on
    the age alone, those still there are like new customers with other parameters :math:`\theta_S` (for Pareto/NBD
    :math:`\beta + S` in the place of :math:`\beta`), and with :math:`\psi_S` the chance of being still there

    .. math:: L_{all} = \psi_S\, L(x, t_x, T; \theta_S) + [x = 0]\, (1 - \psi_S), \qquad
              L_{buyers} = \frac{L(x, t_x, T; \theta_S)}{1 - L(0, 0, T; \theta_S)},

    the first where every customer has a row (``seen="all"``), the second where only those have one who ordered since the
    data begin (``"buyers"``): having ordered then is given, and P(still there) cancels. S = 0 leaves the model as it is.

    **Symbols.** A table gives ``before``: days from the first order to the begin of the data, 0 for those who came
    since; x: order days in view (for the older ones none is a first order); t_x, T: days, from the begin of the data or the
    first order, whichever is later. The data begin on the last day without data, so that an order is on day 1 at least.

    **Numerics.** Each age is a cell with the model's own likelihood and gradient; the Hessian is by differences.

    **Source.** Klein, J. P. and Moeschberger, M. L. (2003), *Survival Analysis*, 2nd ed., sections 3.4 and 3.5, for
    truncation from the left. That gamma mixtures age into gamma mixtures is as in the models' own papers.

    **Check.** An old customer without an order in a year may have left before the data began:

    >>> from lifelong.models.pareto_nbd import ParetoNBD
    >>> theta, table = np.array([0.6, 10.0, 0.6, 12.0]), {"x": [0, 0], "t_x": [0, 0], "T": [364, 364], "before": [0, 728]}
    >>> LeftTruncated(ParetoNBD()).alive(theta, table).round(3).tolist()
    [0.228, 0.082]

    Args:
        base: the model; it must offer ``aged``: Pareto/NBD, GGompertz/NBD and NBD do.
        seen: ``"all"`` or ``"buyers"``.
    """

    base: PurchaseModel
    seen: Seen = "all"

    def __post_init__(self) -> None:
        """What the model can take.

        Raises:
            FitError: E204 where customers leave by what they order.
            ConfigError: E301.
        """
        if not isinstance(self.base, Ageing):
            raise FitError(
                "E204",
                phrase("{name} cannot be fitted to customers older than the data", name=self.base.name),
                where="model",
                why="under it customers leave by the orders they made, and those before the data begin are not seen",
                fix="take Pareto/NBD, or leave out the customers who came before",
            )
        if self.seen not in ("all", "buyers"):
            raise ConfigError(
                "E301",
                phrase("{seen!r} does not say who is seen", seen=self.seen),
                where="seen",
                why="it decides what a customer without an order means",
                fix="take all or buyers",
            )

    def fit(self, table: Any, *, prior: str = "auto", seed: int = 0) -> Fit:
        """Fit to a table of customers, a row each: x, t_x, T and before, in order days and days.

        Returns:
            A Fit of the base model, whose parameters are those of new customers: it scores all who came since the data
            begin as ever, and the older ones by this class.

        Raises:
            DataError: E205 where the ages are no ages, or a customer without an order is said to be seen by one.
            FitError: E201 where there is no customer.
        """
        histories, before = self._read(table)
        if not len(before):
            raise FitError("E201", "there is no customer to learn from", fix="look at the table that was given")
        objective = TruncatedObjective(self.base, histories, before, self.seen)  # type: ignore[arg-type]  # ``Ageing`` was checked
        params, customers = self.base.params, len(before)
        solved = solve(objective, params, np.zeros(len(params)), prior, customers)
        origin = Origin(customers=customers, patterns=objective.size, seed=seed)
        made = freeze(self.base, solved, origin, self._findings(histories, before, solved.prior_on))
        told = {"older": int((before > 0).sum()), "seen": self.seen, "ages": len(objective.parts)}
        return replace(made, info={**made.info, "before": told})

    def alive(self, theta: Floats, table: Any) -> Floats:
        """P(still a customer), of each customer of a table."""
        (kinds, kind), (histories, _) = self.kinds(table), self._read(table)
        return kinds.alive(theta, kind, histories.x, histories.t_x / 7.0, histories.T / 7.0)

    def expect(self, theta: Floats, table: Any, horizon: float, discount: float = 0.0) -> Floats:
        """Expected orders within the horizon (weeks), of each customer of a table; see ``base.PurchaseModel``."""
        (kinds, kind), (histories, _) = self.kinds(table), self._read(table)
        past = histories.x, histories.T / 7.0, histories.t_x / 7.0
        return self.alive(theta, table) * kinds.expect_if_alive(theta, kind, past, horizon, discount)

    def kinds(self, table: Any) -> tuple[Kinds, Ints]:
        """The ages of a table's customers as kinds, the youngest first; and each one's."""
        _, before = self._read(table)
        ages, kind = np.unique(before, return_inverse=True)
        base: Any = self.base  # ``Ageing`` was checked

        def at(theta: Floats, number: int) -> Floats:
            made: Floats = base.older(theta, ages[number] / 7.0)
            return made

        def silent(theta: Floats, number: int, t_x: Floats, T: Floats) -> Floats:
            """P(still there when the data began), given no order since."""
            aged: Aged = base.aged(theta, ages[number] / 7.0)
            here = aged.log_here + self.base.loglik_each(aged.theta, np.zeros(len(T)), t_x, T)
            return np.asarray(np.exp(here - np.logaddexp(np.log(max(-np.expm1(aged.log_here), 1e-300)), here)))

        return Kinds(self.base, self.base.name, tuple(self.base.params), len(ages), at, silent), kind

    def _read(self, table: Any) -> tuple[Patterns, Ints]:
        """The customers' histories in view and their ages."""
        try:
            before = column(table, "before").astype(np.float64)
        except (DataError, ValueError) as problem:
            raise _no(
                "there is no age for every customer", "give days from the first order to the begin of the data"
            ) from problem
        histories = Patterns.of(*(column(table, name) for name in ("x", "t_x", "T")))
        odd = int(((before < 0) | (before != np.floor(before))).sum())
        if odd:
            raise _no(
                phrase("{odd:,} customers have an age that is no number of days, 0 or more", odd=odd),
                "count whole days",
            )
        unseen = int(((before > 0) & (histories.x == 0)).sum())
        if self.seen == "buyers" and unseen:
            raise _no(
                phrase(
                    "{unseen:,} older customers have no order in view, though only buyers are said to be seen",
                    unseen=unseen,
                ),
                "take seen='all' where every older customer has a row",
            )
        return histories, before.astype(np.int64)

    def _findings(self, histories: Patterns, before: Ints, prior_on: bool) -> list[Finding]:
        """As for any histories; but ages differ where the time in view does not."""
        found = pattern_findings(histories, prior_on, FEW)
        if len(np.unique(before + histories.T)) > 1:
            found = [f for f in found if f.code != "F206"]
        older = before > 0
        if self.seen == "all" and older.any() and (histories.x[older] > 0).all():
            found.append(finding("F247", older=int(older.sum())))
        return found


def _no(what: str, fix: str) -> DataError:
    return DataError(
        "E205", what, where="column before", why="how many left before the data begin follows from the ages", fix=fix
    )
