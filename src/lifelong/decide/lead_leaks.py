"""Columns of leads that were filled after conversion: they know what they seem to foretell."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

#: So many of those that did not convert hold one and the same cell in a column that is filled later ...
SAME = 0.99
#: ... and another cell is so many times as common among converts.
TIMES = 50.0
#: Fewer rows with another cell prove nothing.
FEWEST = 10


def leaks(features: Mapping[str, Any], converted: NDArray[np.bool_]) -> tuple[str, ...]:
    """Names of columns that only converts have filled: blank, 0 or one word for (almost) all others.

    >>> import numpy as np
    >>> won = np.arange(100) < 40
    >>> leaks({"first order": np.where(won, 20.0, np.nan), "employees": np.arange(100.0) % 7}, won)
    ('first order',)
    """
    return tuple(name for name, values in features.items() if _leaks(values, converted))


def _leaks(values: Any, converted: NDArray[np.bool_]) -> bool:
    cells = ["" if v != v else v for v in values.tolist()]
    others = Counter(c for c, won in zip(cells, converted, strict=True) if not won)
    if not others:
        return False
    usual, count = others.most_common(1)[0]
    lost = others.total()
    won = int(converted.sum())
    filled = sum(c != usual for c, is_won in zip(cells, converted, strict=True) if is_won)
    left = lost - count
    if count < SAME * lost or filled < FEWEST:
        return False
    return bool(filled / won >= TIMES * (left + 0.5) / (lost + 1))
