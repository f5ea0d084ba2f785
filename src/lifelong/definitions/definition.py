"""What a number means, as one record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """What a number means.

    Attributes:
        key: the name in JSON and tables.
        title: the name for people.
        text: the meaning in one or two plain sentences.
        formula: how it is computed, in text.
        unit: money, orders, share, days ...
        changes: what would change this number.
    """

    key: str
    title: str
    text: str
    formula: str
    unit: str
    changes: str = ""
