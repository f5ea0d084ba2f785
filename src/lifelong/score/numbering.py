"""Equal rows get equal numbers, in parts that a processor's cache holds: memory is filled once and read once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.score import cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Numbers = NDArray[np.int32]

ROOM = 20  # a table of codes may be this many times as long as the rows
FEW = 100_000  # rows that are hashed at once as fast as any table is made
PART = 1 << 16  # rows at once: some numbers of each stay in the cache
THREADS = 2
BITS, SHIFT = 16, 4  # of a word of the table, and their logarithm


def parts(rows: int, size: int = 0) -> Iterator[slice]:
    """Slices that cover so many rows; of a part each where no size is given."""
    size = size or PART
    return (slice(at, min(at + size, rows)) for at in range(0, rows, size))


def by_parts(work: Callable[[slice], None], rows: int) -> None:
    """Do a work on each slice of the rows, two at a time where they are many; each may write to its own rows only."""
    if rows <= 2 * PART:
        work(slice(0, rows))
        return
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(work, parts(rows)):
            pass


def distinct(*columns: Any) -> tuple[Numbers, Ints]:
    """Number equal rows of whole numbers >= 0 alike.

    Returns:
        The number of each row, shape (rows,), and a row of each number, shape (distinct rows,).
    """
    code, top = _joined(*columns)
    number, count = _numbered(code, top, is_spare=code is not columns[0])
    first = np.empty(count, np.int64)
    for part in parts(len(number)):
        first[number[part]] = np.arange(part.start, part.stop)
    return number, first


def _joined(*columns: Any) -> tuple[Any, int]:
    """One code for each row, and the largest; small numbers stand in for codes that would be too large for a table."""
    code, top = columns[0], int(columns[0].max(initial=0))
    for column in columns[1:]:
        other, size = column, int(column.max(initial=0)) + 1
        if size == 1:
            continue
        is_far = (top + 1) * size >= np.iinfo(np.int64).max
        if is_far or (len(code) > FEW and (top + 1) * size > ROOM * len(code)):
            code, count = _numbered(code, top)
            top = max(count - 1, 0)
        if is_far:
            other, size = _numbered(other, size - 1)
        top = (top + 1) * size - 1
        kind = np.int32 if top <= np.iinfo(np.int32).max else np.int64
        is_spare = code is not columns[0] and code.dtype == kind
        code = _times(code, size, other, code if is_spare else np.empty(len(code), kind))
    return code, top


def _times(code: Any, size: int, other: Any, made: Any) -> Any:
    """Codes times the size, plus another column; ``made`` takes them, and may be the codes' own memory."""

    def work(part: slice) -> None:
        np.multiply(code[part], size, out=made[part], dtype=made.dtype, casting="unsafe")
        np.add(made[part], other[part], out=made[part], dtype=made.dtype, casting="unsafe")

    by_parts(work, len(code))
    return made


def _numbered(code: Any, top: int, *, is_spare: bool = False) -> tuple[Numbers, int]:
    """Small numbers for codes, and how many there are: in the codes' order where a table can hold them all.

    Spare codes give their memory to the numbers: fresh memory costs more time than what is computed in it.
    """
    if top > ROOM * len(code):
        number = _hashed(code)
        return number, int(number.max(initial=-1)) + 1
    seen = np.zeros((top // BITS + 1) * BITS, np.bool_)

    def mark(part: slice) -> None:
        seen[code[part]] = True

    by_parts(mark, len(code))
    is_spare = is_spare and code.dtype == np.int32
    return _ranked(code, seen, code if is_spare else np.empty(len(code), np.int32))


def _ranked(code: Any, seen: NDArray[np.bool_], number: Numbers) -> tuple[Numbers, int]:
    """How many of the seen codes stand below each code: a count for each word, and of the bits below in its own.

    The table is a fortieth of one that holds a number for each code, and so most of it stays in the cache.
    """
    ones = _ones()
    words = np.packbits(seen, bitorder="little").view("<u2").astype(np.uint16)
    up_to = np.cumsum(ones[words], dtype=np.int32)
    below = up_to - ones[words]
    mask = ((1 << np.arange(BITS)) - 1).astype(np.uint16)

    def rank(part: slice) -> None:
        here = code[part]
        word = (here >> SHIFT).astype(np.intp)
        bits = words[word] & mask[here & (BITS - 1)]
        np.add(below[word], ones[bits], out=number[part])

    by_parts(rank, len(code))
    return number, int(up_to[-1])


def _ones() -> NDArray[np.uint8]:
    """How many bits of each word are set."""
    ones = np.zeros(1, np.uint8)
    for _ in range(BITS):
        ones = np.concatenate([ones, ones + 1])
    return ones


def _hashed(values: Any) -> Numbers:
    """Small numbers by Arrow's hash table: several times faster than sorting."""
    codes: Numbers = cells.numbers(cells.column(values).dictionary_encode().indices)
    return codes
