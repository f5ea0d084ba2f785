"""Scores: what each customer, and any group of them, will be worth, with intervals."""

from __future__ import annotations

from lifelong.score.dates import next_orders
from lifelong.score.scores import again, group_total, score
from lifelong.score.stream import to_parquet
from lifelong.score.terms import ModelError, Terms

__all__ = ["ModelError", "Terms", "again", "group_total", "next_orders", "score", "to_parquet"]
