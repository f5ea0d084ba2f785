"""Days, horizons, rates, shares and money: read strictly, kept exactly."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.errors import ConfigError, LifelongError
from lifelong.units import (
    Horizon,
    Money,
    Rate,
    date_of,
    day_of,
    minor_digits,
    share,
    to_minor,
)

ANY_TEXT = st.text(max_size=25) | st.from_regex(r"[0-9.,%]{1,9}/?[a-z]{0,6}", fullmatch=True)


@given(st.dates())
def test_days_and_dates_are_one_another(when: date) -> None:
    assert date_of(day_of(when)) == when
    assert day_of(when.isoformat()) == day_of(when)


def test_a_time_belongs_to_its_day() -> None:
    assert day_of("1997-09-30T23:59:59") == day_of(date(1997, 9, 30)) == 10134
    assert day_of("1997-09-30 23:59:59+02:00") == 10134
    assert day_of(datetime(1997, 9, 30, 12, tzinfo=UTC)) == 10134


@pytest.mark.parametrize("text", ["", "30.09.1997", "1997-13-01", "1997-09-30garbage", "1997-09-31", "yesterday"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        day_of(text)
    assert caught.value.code == "E301"
    assert "1997-09-30" in caught.value.fix


@pytest.mark.parametrize(
    ("text", "days", "said"),
    [
        ("39w", 273, "39w"),
        ("90d", 90, "90d"),
        ("2y", 730, "2y"),
        ("1 week", 7, "1w"),
        ("10 DAYS", 10, "10d"),
        ("3years", 1095, "3y"),
        ("lifetime", math.inf, "lifetime"),
        ("inf", math.inf, "lifetime"),
    ],
)
def test_horizons(text: str, days: float, said: str) -> None:
    horizon = Horizon.parse(text)
    assert (horizon.days, str(horizon)) == (days, said)
    assert horizon.weeks == days / 7
    assert horizon.is_lifetime is math.isinf(days)
    assert Horizon.parse(str(horizon)) == horizon
    assert Horizon.parse(horizon) is horizon


@pytest.mark.parametrize("text", ["12", "12m", "0w", "-3w", "1.5y", "w", "", "100000w", "soon"])
def test_what_is_no_horizon_is_refused(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Horizon.parse(text)
    assert caught.value.code == "E301"
    assert ("months differ" in caught.value.why) is (text == "12m")


def test_rates_compound() -> None:
    """A3: 10 % a year is 0.7974 % a month, not 0.8333 %."""
    rate = Rate.parse("10%/year")
    assert rate.per_year == pytest.approx(0.10, rel=1e-15)
    assert rate.per_month * 100 == pytest.approx(0.7974, abs=5e-5)
    assert math.exp(-rate.force_per_day * 365.25) == pytest.approx(1 / 1.1, rel=1e-14)
    assert rate.force_per_week == pytest.approx(7 * rate.force_per_day)


@pytest.mark.parametrize(
    ("text", "per_year"),
    [
        ("0", 0.0),
        ("0%", 0.0),
        ("0%/year", 0.0),
        ("1%/month", 1.01**12 - 1),
        ("0,5 % / month", 1.005**12 - 1),
        ("0.1%/week", 1.001 ** (365.25 / 7) - 1),
        ("0.01%/day", 1.0001**365.25 - 1),
        ("12%/y", 0.12),
    ],
)
def test_each_rate_has_its_period(text: str, per_year: float) -> None:
    assert Rate.parse(text).per_year == pytest.approx(per_year, rel=1e-12)


@pytest.mark.parametrize("text", ["10%", "0.1", "0.1/year", "ten", "-1%/year", "10%/decade", ""])
def test_a_rate_without_period_or_percent_is_refused(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Rate.parse(text)
    assert caught.value.code == "E301"


def test_an_absurd_rate_is_refused_and_does_not_overflow() -> None:
    with pytest.raises(ConfigError, match="more than 10000% a year"):
        Rate.parse("1000000%/day")


@given(st.integers(0, 10_000_000))
def test_a_rate_is_read_back_from_what_it_prints(parts: int) -> None:
    rate = Rate(parts / 1e8)
    assert Rate.parse(str(rate)).per_year == pytest.approx(rate.per_year, abs=1e-14)
    assert Rate.parse(rate) is rate


def test_rates_print_plainly() -> None:
    assert [str(Rate(r)) for r in (0.0, 0.1, 0.00001, 1.0, 0.125)] == [
        "0%/year",
        "10%/year",
        "0.001%/year",
        "100%/year",
        "12.5%/year",
    ]


@pytest.mark.parametrize(
    ("value", "number"), [("35%", 0.35), (0.35, 0.35), ("0,35", 0.35), (1, 1.0), ("0", 0.0), (1e-7, 1e-7)]
)
def test_shares(value: str | float, number: float) -> None:
    assert share(value, flag="--margin") == pytest.approx(number, rel=1e-9)


@pytest.mark.parametrize("value", ["35", 1.01, -0.1, "a third", "", float("nan"), float("inf"), "101%"])
def test_what_is_no_share_is_refused_with_its_flag(value: str | float) -> None:
    with pytest.raises(ConfigError) as caught:
        share(value, flag="--margin")
    assert caught.value.where == "--margin"


@given(ANY_TEXT)
def test_no_text_is_anything_but_read_or_refused(text: str) -> None:
    for read in (Horizon.parse, Rate.parse, day_of, lambda t: share(t, flag="--x")):
        try:
            read(text)
        except LifelongError as error:
            assert error.fix  # noqa: PT017 - either outcome is right, a traceback is not


@given(st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "JPY", "KWD", "pln"]))
def test_money_is_exact(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert to_minor(money.amount, currency) == minor
    assert Decimal(str(money).split()[0].replace(",", "")) == money.amount


def test_minor_units_round_half_to_even() -> None:
    assert [to_minor(a, "EUR") for a in ("0.005", "0.015", "-0.005", "1.1")] == [0, 2, 0, 110]
    assert to_minor("12.5", "JPY") == 12
    assert minor_digits("kwd") == 3
    assert str(Money(-1234567, "EUR")) == "-12,345.67 EUR"
    assert str(Money(1234567, "JPY")) == "1,234,567 JPY"
