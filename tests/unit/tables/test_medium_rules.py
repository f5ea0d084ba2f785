"""Spend and visits of the same tags are of the same channel, by one table."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pyarrow as pa
import pytest

from lifelong import schema
from lifelong.tables import spend_rows, touches
from lifelong.tables.clean_rules import Rules
from lifelong.units import day_of

RULES = Rules(columns=("date", "cost", "source", "medium"), currency="EUR", decimal=".", dates="ymd", today=day_of("2026-06-30"))  # fmt: skip
ALIASES = {"nl": "email", "blattwerk": "facebook"}
TAGS = [
    ("google", "cpc", "paid search"), ("AdWords", "PPC", "paid search"), ("fb", "CPC", "paid social"),
    ("facebook.com", "paid-social", "paid social"), ("yt", "cpc", "paid video"), ("idealo", "cpc", "paid shopping"),
    ("agency", "paid-influencer", "paid other"), ("agency", "Banner", "display"), ("crm", "E-Mail", "email"),
    ("crm", "newsletter-jan", "email"), ("partner", "affiliates", "affiliate"), ("x1", "sms", "sms"), ("app", "web-push", "push"),
    ("spotify", "podcast", "audio"), ("ig", "social", "social"), ("blog", "referral", "referral"), ("google", "organic", "organic search"),
    ("instagram", "", "social"), ("newsletter", "", "email"), ("Blattwerk", "cpc", "paid social"), ("x", "NL", "email"),
    ("podcast-17", "unheard", "unknown"), ("", "", "unknown"),
]  # fmt: skip


def spent(*tags: tuple[str, str]) -> list[str]:
    table = _raw(schema.SPEND_SOURCE, [{"date": "2026-01-02", "cost": "1", "source": s, "medium": m} for s, m in tags])
    made = spend_rows.cleaned(table, RULES, spend_rows.Told(aliases=ALIASES))
    return made["channel"].to_list()


def touched(*tags: tuple[str, str]) -> list[str]:
    rows = [{"customer_id": "a", "touched_at": "2026-01-02", "source": s, "medium": m} for s, m in tags]
    made: Any = nw.from_native(touches.rows(_raw(schema.TOUCH_SOURCE, rows), RULES, ALIASES))
    return made["channel"].to_list()


def _raw(columns: tuple[schema.Column, ...], rows: list[dict[str, str]]) -> pa.Table:
    texts = {name: pa.array([row.get(name) or None for row in rows], pa.string()) for name in schema.names(columns)}
    return pa.table({"row": pa.array(range(1, len(rows) + 1), pa.int64()), **texts})


@pytest.mark.parametrize("channels", [spent, touched])
def test_both_follow_the_one_table(channels: Any) -> None:
    assert channels(*((source, medium) for source, medium, _ in TAGS)) == [channel for _, _, channel in TAGS]


def test_what_a_search_engine_sold_without_a_medium_is_not_unpaid() -> None:
    assert (spent(("google", "")), touched(("google", ""))) == (["unknown"], ["organic search"])
