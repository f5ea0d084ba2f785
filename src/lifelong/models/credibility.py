r"""Credibility: how far a group's own record counts against its parent's, down a ladder of groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a ladder.

    Attributes:
        rows: how many rows it was learned from.
        actual, expected: sums of outcomes, and of what the parent would have brought.
        k: expected outcomes that the parent's mean counts for; infinite where groups do not differ.
        factor: the shrunken ratio to the parent.
        product: that of the whole path.
    """

    rows: int
    actual: float
    expected: float
    k: float
    factor: float
    product: float

    @property
    def own(self) -> float:
        """The weight of the group's own record, 0 to 1."""
        return 0.0 if np.isinf(self.k) else self.expected / (self.expected + self.k)


@dataclass(frozen=True, eq=False)
class Ladder:
    """Groups by path, and the spread of each rung (0 where its groups do not differ)."""

    groups: Mapping[Path, Group]
    spread: tuple[float, ...]

    def at(self, paths: Sequence[Path]) -> tuple[Floats, Floats, Ints]:
        """Each path's factor, its relative variance, and how many of its rungs are known.

        From the first unknown rung on, the parent's factor stands, and the rung's whole spread is in the variance.
        """
        made = {path: self._one(path) for path in set(paths)}
        rows = np.array([made[path] for path in paths], float).reshape(-1, 3)
        return rows[:, 0], rows[:, 1], rows[:, 2].astype(np.int64)

    def _one(self, path: Path) -> tuple[float, float, int]:
        factor, variance = 1.0, 0.0
        for depth, spread in enumerate(self.spread):
            group = self.groups.get(path[: depth + 1])
            if group is None:
                return factor, variance + sum(self.spread[depth:]), depth
            factor = group.product
            variance += 1.0 / (group.actual + group.k) if spread else 0.0
        return factor, variance, len(self.spread)


def ladder(paths: Sequence[Path], actual: Floats, expected: Floats, within: float | None = None) -> Ladder:
    r"""Ratios of outcomes to expectation, shrunken rung by rung toward the parent.

    **Story.** A small campaign's good record is mostly luck, a large one's is mostly the campaign. Credibility weighs
    the own record against that of the channel by how many outcomes there are and how much campaigns differ.

    **Formula.** With outcomes A_g, exposure E_g (what the parent would have brought), variance s^2 of an outcome by unit
    of exposure and variance tau^2 between groups,

    .. math:: f_g = \frac{A_g + k}{E_g + k}, \qquad k = s^2 / \tau^2,

    which is the shrunken mean (n y + k m) / (n + k) where exposure is counted in outcomes of the parent's mean m = 1.

    **Numerics.** tau^2 by moments, at least 0; at 0, and for a lone group, f = 1. Exposure is meant to be balanced: all
    outcomes together are near all exposure, so that a rung moves groups against each other and hardly their sum.

    **Source.** Bühlmann, H. and Straub, E. (1970), Glaubwürdigkeit für Schadensätze, Mitteilungen der VSVM 70, 111-133;
    for counts, the posterior mean of a gamma frailty.

    **Check.** Two large groups keep their own ratios almost whole; a path that was never seen is at 1:

    >>> made = ladder([("a",)] * 500 + [("b",)] * 500, np.repeat([1.5, 0.5], 500), np.ones(1000), within=1.0)
    >>> made.at([("a",), ("b",), ("c",)])[0].round(3).tolist()
    [1.498, 0.502, 1.0]

    Args:
        paths: of each row, all of one length (n).
        actual: outcomes (n), 0 or more.
        expected: exposure (n), 0 or more.
        within: s^2; by default estimated from the scatter within groups.
    """
    groups: dict[Path, Group] = {}
    spreads: list[float] = []
    exposure = np.asarray(expected, float)
    for depth in range(len(paths[0]) if len(paths) else 0):
        cut = [path[: depth + 1] for path in paths]
        names = sorted(set(cut))
        place = {name: i for i, name in enumerate(names)}
        code = np.fromiter(map(place.__getitem__, cut), np.intp, len(cut))
        sums = [np.bincount(code, v, len(names)) for v in (np.ones(len(code)), actual, exposure)]
        tau2, s2 = _variances(code, actual, exposure, within)
        k = s2 / tau2 if tau2 > 0 else np.inf
        factors = np.ones(len(names)) if np.isinf(k) else (sums[1] + k) / (sums[2] + k)
        spreads.append(tau2)
        for i, name in enumerate(names):
            above = groups[name[:-1]].product if depth else 1.0
            rows, got, due = (float(s[i]) for s in sums)
            groups[name] = Group(int(rows), got, due, k, float(factors[i]), float(above * factors[i]))
        exposure = exposure * factors[code]
    return Ladder(groups, tuple(spreads))


def _variances(code: Ints, actual: Floats, exposure: Floats, within: float | None) -> tuple[float, float]:
    """Between and within groups, by unit of exposure (moments of Bühlmann and Straub)."""
    weight, got = np.bincount(code, exposure), np.bincount(code, actual)
    some = weight > 0
    groups, total = int(some.sum()), float(weight.sum())
    if groups < 2 or got.sum() <= 0:
        return 0.0, 1.0
    ratio = np.divide(got, weight, out=np.zeros(len(got)), where=some)
    if within is None:
        rows = exposure > 0
        left = (actual[rows] - ratio[code[rows]] * exposure[rows]) ** 2 / exposure[rows]
        within = float(left.sum() / max(int(rows.sum()) - groups, 1))
    mean = float(got.sum() / total)
    between = float(weight @ (ratio - mean) ** 2 - (groups - 1) * within)
    return max(between / (total - float(weight @ weight) / total), 0.0), max(within, 1e-12)
