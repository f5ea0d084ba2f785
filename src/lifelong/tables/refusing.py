"""What refusals of a table have in common: which rows, and how to go on without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong.phrases import N_, Phrase, joined, phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

MEND = N_("mend the rows")


def rows_of(where: str, first: Sequence[int], all_rows: int = 0) -> Phrase:
    """Where bad rows stand: the file and the first of them, and how many more there are."""
    shown, more = joined([phrase("{row:,}", row=row) for row in first]), all_rows - len(first)
    if more > 0:
        return phrase("{where}, rows {rows} and {more:,} more", where=where, rows=shown, more=more)
    return phrase("{where}, rows {rows}", where=where, rows=shown)


def leave_out(bad: int, total: int) -> Phrase:
    """The flag that takes a table without its bad rows, as the end of a sentence."""
    return phrase("; or leave them out:  --bad-share {share}%", share=int(bad / total * 100) + 1)
