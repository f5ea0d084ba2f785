"""The likelihood of customers who were there before the data begin, with the exact gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from lifelong.models.encoding import cells
from lifelong.models.optimise import hessian_by_differences
from lifelong.values import Patterns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.ageing import Ageing
    from lifelong.models.climb import Objective

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Seen = Literal["all", "buyers"]
#: With so many ages at most, a coarser likeness is not worth its while.
AGES = 52


@dataclass(frozen=True, slots=True)
class Part:
    """The customers of one age, and of one time in view where they are older than the data.

    Attributes:
        age: weeks from the first order to the begin of the data; 0 for those who came since.
        buyers: the likelihood of those of them who ordered in view (at age 0 of all); None where there is none.
        some, none: how many older ones ordered in view, and how many did not.
        silence: the likelihood of one who did not; None at age 0.
    """

    age: float
    buyers: Objective | None
    some: int
    none: int
    silence: Objective | None


class TruncatedObjective:
    """See ``LeftTruncated`` for the formula.

    Args:
        model: the model whose customers they are.
        histories: a row a customer, in days of view.
        before: the age in days at which each of them came into view.
        seen: which of the older ones the data hold.
    """

    def __init__(self, model: Ageing, histories: Patterns, before: Ints, seen: Seen) -> None:
        self.model, self.histories, self.before, self.seen = model, histories, before, seen
        self.parts = list(self._parts())
        self.size = sum(part.buyers.size if part.buyers else 0 for part in self.parts)

    def _parts(self) -> list[Part]:
        is_older = self.before > 0
        key = np.stack([self.before, np.where(is_older, self.histories.T, 0)], axis=1).astype(np.float64)
        distinct, cell = cells(key)
        order = np.argsort(cell, kind="stable")
        groups = np.split(order, np.cumsum(np.bincount(cell))[:-1])
        made = []
        for (age, span), rows in zip(distinct, groups, strict=True):
            kept = rows[self.histories.x[rows] > 0] if age else rows
            buyers = self.model.objective(self._grouped(kept)) if len(kept) else None
            blank = self.model.objective(Patterns.of([0], [0], [int(span)])) if age else None
            made.append(Part(age / 7.0, buyers, len(kept) if age else 0, len(rows) - len(kept), blank))
        return made

    def _grouped(self, rows: Ints) -> Patterns:
        known = self.histories
        return Patterns.grouped(known.x[rows], known.t_x[rows], known.T[rows])

    def starts(self) -> list[Floats]:
        """Those of the model, as if everybody were new."""
        return self.model.objective(self._grouped(np.arange(len(self.before)))).starts()

    def value(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and its gradient in theta."""
        total, slope = 0.0, np.zeros(len(theta))
        with np.errstate(all="ignore"):  # far from the optimum a part may overflow; that step is then refused
            for part in self.parts:
                aged = self.model.aged(theta, part.age)
                value, by_theta = part.buyers.value(aged.theta) if part.buyers else (0.0, np.zeros(len(theta)))
                by_here = 0.0
                if part.silence:
                    quiet, by_quiet = part.silence.value(aged.theta)
                    more, share, by_here = self._older(part, aged.log_here, quiet)
                    value, by_theta = value + more, by_theta + share * by_quiet
                total += value
                slope += aged.jacobian.T @ by_theta + by_here * aged.slope
        return total, slope

    def _older(self, part: Part, here: float, quiet: float) -> tuple[float, float, float]:
        """What older customers add, and its derivatives in the log-likelihood of silence and in log P(still there)."""
        if self.seen == "buyers":
            bought = -np.expm1(min(quiet, -1e-16))
            return -part.some * float(np.log(bought)), part.some * float(np.exp(quiet) / bought), 0.0
        if not part.none:
            return part.some * here, 0.0, float(part.some)
        silent = float(np.logaddexp(np.log(-np.expm1(here)), here + quiet))
        share = float(np.exp(here + quiet - silent))
        by_here = part.some + part.none * (share - float(np.exp(here - silent)))
        return part.some * here + part.none * silent, part.none * share, by_here

    def hessian(self, theta: Floats) -> Floats:
        """Second derivatives in theta, by differences of the exact gradient."""
        return hessian_by_differences(self, theta)

    def coarser(self) -> list[TruncatedObjective]:
        """The same customers with their ages in some 26 bins, where there are many ages: quick, to begin with."""
        if len(self.parts) <= AGES:
            return []
        width = int(self.before.max()) // 26 + 1
        middle = np.where(self.before > 0, self.before // width * width + width // 2 + 1, 0)
        made = TruncatedObjective(self.model, self.histories, middle, self.seen)
        return [made] if len(made.parts) <= AGES else []
