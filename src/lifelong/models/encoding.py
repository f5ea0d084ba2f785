"""Covariates as numbers: columns of a table by name, words as levels, and the distinct rows as cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import DataError, did_you_mean
from lifelong.models.pairs import compact
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How named covariates become columns of numbers.

    Numbers and true or false stay as they are; words give a column of 0 and 1 for each level but the first in sorted
    order, with which the others are compared.

    Attributes:
        levels: each covariate's name and its levels; no levels where it is a number.
    """

    levels: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def learn(cls, table: Any, names: Sequence[str]) -> Encoding:
        """From a table: anything that gives a column for a name.

        Raises:
            DataError: E211 where a column is absent, or has an empty cell.

        >>> Encoding.learn({"age": [30, 41], "channel": ["web", "shop"]}, ["age", "channel"]).columns
        ('age', 'channel=web')
        """
        found = []
        for name in names:
            values = column(table, name)
            found.append((name, () if values.dtype == np.float64 else tuple(sorted(set(values.tolist())))))
        return cls(tuple(found))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns' names, in order: ``age``, or ``channel=web``."""
        return tuple(c for name, levels in self.levels for c in ([f"{name}={v}" for v in levels[1:]] or [name]))

    @property
    def owners(self) -> tuple[str, ...]:
        """The covariate of each column."""
        return tuple(name for name, levels in self.levels for _ in (levels[1:] or [name]))

    def design(self, table: Any) -> Floats:
        """Rows of numbers, shape (customers, columns).

        Raises:
            DataError: E211 as above; E212 where a level is new.
        """
        made: list[Floats] = []
        for name, levels in self.levels:
            values = column(table, name)
            if not levels:
                if values.dtype != np.float64:
                    raise _odd(name, f"{values[0]!r} is no number, as it was when the model was fitted")
                made.append(values)
                continue
            place = {level: i for i, level in enumerate(levels)}
            words = [str(v) for v in values.tolist()] if values.dtype == np.float64 else values.tolist()
            strange = sorted(set(words) - place.keys())
            if strange:
                raise DataError(
                    "E212",
                    phrase(
                        "{name} is {strange!r}, which no customer was when the model was fitted",
                        name=name,
                        strange=strange[0],
                    ),
                    where=phrase("column {name}, {strange} such value(s)", name=name, strange=len(strange)),
                    why=did_you_mean(strange[0], levels),
                    fix="fit again with customers of that kind, or put them into a known one",
                )
            index = np.fromiter(map(place.__getitem__, words), np.intp, len(words))
            # A lone level leaves one column, of zeros: it is the same for everybody.
            made += [(index == i).astype(np.float64) for i in range(1, max(len(levels), 2))]
        return np.stack(made, axis=1)


def column(table: Any, name: str) -> Any:
    """A column as float64, or as objects where it holds words.

    Raises:
        DataError: E211.
    """
    try:
        values = np.asarray(table[name])
    except (KeyError, IndexError, ValueError, TypeError):
        raise _odd(name, "there is no such column") from None
    if values.ndim != 1:
        raise _odd(name, "a column must be one-dimensional")
    if values.dtype.kind in "iufb":
        numbers = values.astype(np.float64)
        if not np.isfinite(numbers).all():
            raise _odd(name, f"{int((~np.isfinite(numbers)).sum()):,} customers have none")
        return numbers
    words = values.astype(object)
    if set(map(type, words.tolist())) == {str}:  # the usual case, without another look at every word
        return words
    empty = sum(v is None or v != v for v in words.tolist())
    if empty:
        raise _odd(name, f"{empty:,} customers have none")
    words[:] = [str(v) for v in words.tolist()]
    return words


def cells(design: Floats) -> tuple[Floats, Ints]:
    """The distinct rows, and each row's own."""
    code = np.zeros(len(design), np.int64)
    for values in design.T:
        distinct, place = compact(values)
        _, code = compact(code * len(distinct) + place)
    first = np.full(int(code.max(initial=-1)) + 1, -1, np.int64)
    first[code[::-1]] = np.arange(len(code))[::-1]
    return design[first], code


def _odd(name: str, what: str) -> DataError:
    return DataError(
        "E211",
        phrase("covariate {name!r}: {what}", name=name, what=what),
        where=phrase("column {name}", name=name),
        why="each customer's rates are moved by the own covariates",
        fix="give every customer a number or a word there; a gap may be a word of its own, such as 'unknown'",
    )
