"""The grammar of rules: what is read, what is refused, and who is chosen."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from lifelong.decide.rules import DEEPEST, LONGEST, MOST, parse
from lifelong.errors import ConfigError

TABLE = pa.table({
    "customer_id": ["a", "b", "c", "d", "e"],
    "value": [10.0, 200.0, 30.0, None, 200.0],
    "silent_days": pa.array([5, 100, 91, 400, 2], pa.int32()),
    "channel": ["ads", "Paid Search", None, "ADS", "mail"],
    "first_day": pa.array([dt.date(2025, 1, d) for d in (1, 2, 3, 4, 5)]),
    "empty": pa.array([None] * 5, pa.string()),
})  # fmt: skip


def who(rule: str) -> str:
    ids = np.array(TABLE["customer_id"].to_pylist())
    return "".join(ids[parse(rule).mask(TABLE)])


@pytest.mark.parametrize(
    ("rule", "chosen"),
    [
        ("value >= 30", "bce"),
        ("value > 30", "be"),
        ("value<30", "a"),
        ("value <= 1e1", "a"),
        ("value = 200 and silent_days > 90", "b"),
        ("value = 10 or channel = mail and silent_days < 3", "ae"),
        ("(value = 10 or channel = mail) and silent_days < 3", "e"),
        ("channel = ads", "ad"),
        ('channel = "paid search"', "b"),
        ("channel != ads", "be"),  # who is not known meets no condition
        ("not channel = ads", "bce"),
        ("NOT not channel = ads", "ad"),
        ("channel is unknown", "c"),
        ("channel IS known AND value is known", "abe"),
        ("channel in (ads, mail)", "ade"),
        ('channel in ("paid search")', "b"),
        ("first_day >= 2025-01-04", "de"),
        ("first_day = 2025-01-02", "b"),
        ("silent_days in (5, 2)", "ae"),
        ("value > 3000%", "be"),
        ("best 20%", "b"),  # of equal value the first by id
        ("best 0.4", "be"),
        ("best 21% by silent_days", "bd"),
        ("best 100%", "abcde"),
        ("empty is known", ""),
        ("empty = x or value >= 200", "be"),
    ],
)
def test_a_rule_chooses(rule: str, chosen: str) -> None:
    assert who(rule) == chosen
    again = str(parse(rule))
    assert str(parse(again)) == again
    assert who(again) == chosen


def test_a_rule_knows_its_columns() -> None:
    assert parse("best 5% by total and not (a = 1 or b is known)").names == {"total", "a", "b"}
    assert parse("best 5%").names == {"value"}


def test_nobody_to_choose_from() -> None:
    assert not parse("best 20% or value > 1").mask(TABLE.slice(0, 0)).any()


@pytest.mark.parametrize(
    "rule",
    [
        "", "   ", "value", "value >=", "value 3", "value >= 3 and", "(value >= 3", "value >= 3)", "value >= 3 4", "and", "best",
        "best 20% by", "channel in ads", "channel in (ads", "channel in (ads mail)", "channel is there", "not", 'channel = "ads',
        "value >= 3; drop table", "or = 3", "value = (3)", "x" * (LONGEST + 1), "(" * (DEEPEST + 1) + "a = 1" + ")" * (DEEPEST + 1),
        " or ".join(["a = 1"] * (MOST + 1)), "__import__('os')", "value >= 3 -- x", "value == 3",
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_its_place(rule: str) -> None:
    with pytest.raises(ConfigError) as told:
        parse(rule)
    assert told.value.code == "E531"
    assert told.value.where.startswith("the rule")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("vlaue >= 3", "E532"),
        ("customer_id = a", "E532"),  # a kept rule names nobody
        ("best 20% by vlaue", "E532"),
        ("value >= much", "E533"),
        ("value >= nan", "E533"),
        ("value >= 1_0", "E533"),
        ("silent_days = inf", "E533"),
        ("first_day >= 3", "E533"),
        ("first_day >= 2025-02-31", "E533"),
        ("channel > ads", "E533"),
        ("best much", "E533"),
        ("best 0%", "E533"),
        ("best 120%", "E533"),
        ("best 20% by channel", "E533"),
    ],
)
def test_a_rule_must_fit_what_is_known(rule: str, code: str) -> None:
    with pytest.raises(ConfigError) as told:
        parse(rule).mask(TABLE)
    assert told.value.code == code


def test_a_close_name_is_suggested() -> None:
    with pytest.raises(ConfigError, match="value"):
        parse("vlaue >= 3").mask(TABLE)
