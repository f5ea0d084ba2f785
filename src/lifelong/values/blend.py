"""A learned blend as it is kept beside a fit: texts and numbers, from which the same forecasts are made again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: What a model's name ends with where its values are blended with learned ones.
SUFFIX = "+blend"
#: The members, in the order of the weights: the statistical model, its product with a learned factor, and two parts.
MEMBERS = ("statistical", "offset", "hurdle")


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """What was learned of a firm's customers over one horizon.

    Attributes:
        horizon: how far ahead, such as ``13w``; it says nothing of another.
        trees: LightGBM's own text of ``factor``, ``whether`` and ``amount``.
        floor: the least statistical prediction that a factor is put on, in major units of revenue.
        weights: of the members, in the order of ``MEMBERS``.
        factor: on all of the blend, from totals of earlier origins.
        edges: the least forecast of each bin of customers but the first, rising.
        multiples: of the forecast, at each whole per cent from 1 to 99, shape (bins, 99).
        origins: the days whose outcomes it was taught by, in ISO form, the latest first.
    """

    horizon: str
    trees: Mapping[str, str]
    floor: float
    weights: Floats
    factor: float
    edges: Floats
    multiples: Floats
    origins: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """What it is, without the trees themselves: of those the hashes."""
        return {
            "horizon": self.horizon,
            "weights": dict(zip(MEMBERS, self.weights.tolist(), strict=True)),
            "factor": self.factor,
            "origins": list(self.origins),
            "trees": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in self.trees.items()},
        }

    def as_stored(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "horizon": self.horizon,
            "trees": dict(self.trees),
            "floor": self.floor,
            "weights": self.weights.tolist(),
            "factor": self.factor,
            "edges": self.edges.tolist(),
            "multiples": self.multiples.tolist(),
            "origins": list(self.origins),
        }

    @classmethod
    def from_stored(cls, told: Mapping[str, Any]) -> Blend:
        """What :meth:`as_stored` told."""
        arrays = {name: np.array(told[name], np.float64) for name in ("weights", "edges", "multiples")}
        return cls(**{**told, **arrays, "origins": tuple(told["origins"])})

    def __str__(self) -> str:
        shares = ", ".join(f"{name} {share:.2f}" for name, share in zip(MEMBERS, self.weights, strict=True))
        return (
            f"learned blend, {self.horizon} ahead: weights {shares}; factor on the total {self.factor:.3f}; "
            f"taught by what came after {', '.join(self.origins)}"
        )
