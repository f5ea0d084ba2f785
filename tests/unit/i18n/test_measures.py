"""Numbers, money, shares, intervals and dates as the design page has them."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong import i18n
from lifelong.errors import ConfigError
from lifelong.units import Horizon, Money

N = "\u00a0"


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 0, "0"),
        (1234567, 0, "1,234,567"),
        (-1234.5, 1, "−1,234.5"),
        (2.5, 0, "2"),
        (3.5, 0, "4"),
        (-2.5, 0, "−2"),
        (2.675, 2, "2.68"),
        (2.665, 2, "2.66"),
        (-0.4, 0, "0"),
        (1250, -2, "1,200"),
        (1e300, 0, "1" + ",000" * 100),
        (np.float64(0.1), 2, "0.10"),
        (np.int32(12), 0, "12"),
        (Decimal("0.125"), 2, "0.12"),
        (2**63 - 1, 0, "9,223,372,036,854,775,807"),
        (None, 0, "not known"),
        (math.nan, 2, "not known"),
        (-math.inf, 2, "−∞"),
        (math.inf, 2, "∞"),
    ],
)
def test_number(value, digits, text):
    assert i18n.number(value, digits) == text


def test_signed_numbers_carry_a_plus_but_zero_does_not():
    assert i18n.number(3, signed=True) == "+3"
    assert i18n.number(-3, signed=True) == "−3"
    assert i18n.number(0.2, signed=True) == "0"


@pytest.mark.parametrize(
    ("value", "currency", "digits", "text"),
    [
        (1234.5, "USD", None, "$1,234.50"),
        (-0.5, "GBP", None, "−£0.50"),
        (276126.4, "USD", 0, "$276,126"),
        (1234.5, "JPY", None, "¥1,234"),
        (1.2345, "KWD", None, f"KWD{N}1.234"),
        (12, "PLN", None, f"PLN{N}12.00"),
        (12, "eur", 0, "€12"),
        (12, "", None, "12.00"),
        (None, "USD", None, "not known"),
        (math.inf, "USD", None, "∞"),
    ],
)
def test_money(value, currency, digits, text):
    assert i18n.money(value, currency, digits) == text


def test_ledger_is_exact_beyond_floats():
    assert i18n.ledger(Money(9_007_199_254_740_993_01, "USD")) == "$9,007,199,254,740,993.01"
    assert i18n.ledger(Money(250031563, "USD")) == "$2,500,315.63"


def test_percent_and_points():
    assert i18n.percent(0.079) == f"7.9{N}%"
    assert i18n.percent(-0.079, signed=True) == f"−7.9{N}%"
    assert i18n.percent(0.145, 0) == f"14{N}%"  # 14.5 to even, not 14.499999999999998
    assert i18n.percent(0.155, 0) == f"16{N}%"
    assert i18n.percent(None) == "not known"
    assert i18n.points(0.012) == f"+1.2{N}points"
    assert i18n.points(0.01) == f"+1.0{N}point"
    assert i18n.points(-0.016) == f"−1.6{N}points"
    assert i18n.points(math.nan) == "not known"


def test_quantity_takes_the_right_plural():
    assert i18n.quantity(1, "week") == f"1{N}week"
    assert i18n.quantity(0, "customer") == f"0{N}customers"
    assert i18n.quantity(23570, "customer") == f"23,570{N}customers"
    assert i18n.quantity(1.0, "day", 1) == f"1.0{N}days"
    assert i18n.quantity(None, "day") == "not known"
    with pytest.raises(KeyError):
        i18n.quantity(2, "parrot")


@given(st.floats(-1e12, 1e12), st.floats(1e-9, 1e12))
def test_precision_leaves_at_least_two_units_and_no_finer_than_needed(low, width):
    high = low + width
    gap = Decimal(high - low)
    digits = i18n.precision(low, high)
    if gap == 0:
        assert digits == 0
        return
    near = Decimal("1e-12")  # log10 rounds: equality at a power of ten may fall either way
    assert gap * (1 + near) >= 2 * Decimal(10) ** -digits
    assert gap * (1 - near) < 2 * Decimal(10) ** (1 - digits)


@pytest.mark.parametrize(
    ("low", "high", "digits"),
    [
        (0, 2, 0),
        (0, 20, -1),
        (0, 0.2, 1),
        (0, 0.02, 2),
        (0, 19.99, 0),
        (0, 1.99, 1),
        (0, 2000, -3),
        (5, 3, 0),
        (1, math.inf, 0),
    ],
)
def test_precision_at_the_powers_of_ten(low, high, digits):
    assert i18n.precision(low, high) == digits


def test_intervals_as_the_design_page_prints_them():
    assert i18n.interval(269_938, 281_846, "USD") == "$269,938 to $281,846"
    assert i18n.interval(11.45, 11.96, "USD") == "$11.45 to $11.96"
    assert i18n.interval(11.45, 11.96, "USD", 0) == "$11 to $12"
    assert i18n.interval(1, 1.5, "JPY") == "¥1 to ¥2"
    assert i18n.number_interval(6542, 6698) == "6,542 to 6,698"
    assert i18n.number_interval(0.75, 1.1) == "0.8 to 1.1"
    assert i18n.percent_interval(0.794, 0.807) == f"79.4 to 80.7{N}%"
    assert i18n.percent_interval(0.25, 0.75) == f"25 to 75{N}%"
    assert i18n.percent_interval(-0.02, 0.03, 1) == f"−2.0 to 3.0{N}%"


def test_a_number_is_as_precise_as_its_interval():
    assert i18n.money_within(276126.39, 269938, 281846, "USD") == "$276,126"
    assert i18n.money_within(11.724, 11.45, 11.96, "USD") == "$11.72"
    assert i18n.number_within(0.819, 0.75, 0.89) == "0.82"
    assert i18n.number_within(6619.4, 6542, 6698) == "6,619"


def test_a_change_whose_interval_holds_zero_is_no_clear_change():
    assert i18n.change(-0.079, -0.10, -0.05) == f"−7.9{N}%"
    assert i18n.change(0.5, 0.2, 0.8) == f"+50.0{N}%"
    assert i18n.change(0.01, -0.02, 0.03) == "no clear change"


def test_dates():
    assert i18n.date("1998-06-30") == "30 June 1998"
    assert i18n.date("1998-06-30T11:00:00") == "30 June 1998"
    assert i18n.date(dt.date(1997, 1, 1)) == "1 January 1997"
    assert i18n.date(10134) == "30 September 1997"
    assert i18n.date(np.int32(10134)) == "30 September 1997"
    assert i18n.short_date("1998-06-03") == "3 Jun 1998"
    assert i18n.month("1997-01-15") == "Jan 97"
    assert i18n.month("2005-01-15") == "Jan 05"


def test_horizons_in_words():
    assert i18n.horizon("39w") == f"39{N}weeks"
    assert i18n.horizon("1y") == f"1{N}year"
    assert i18n.horizon(Horizon.parse("90d")) == f"90{N}days"
    assert i18n.horizon("lifetime") == "the rest of life"


def test_words_for_what_is_not_there():
    assert i18n.unknown() == "not known"
    assert i18n.not_estimated() == "not estimated"


def test_an_unknown_language_is_told_with_the_known_ones():
    with pytest.raises(ConfigError) as problem:
        i18n.number(1, lang="xq")
    assert problem.value.code == "E302"
    assert "en" in problem.value.why


def test_every_locale_is_whole():
    for code, words in i18n.LOCALES.items():
        assert words.code == code
        assert len(words.months) == len(words.months_short) == 12
        assert set(words.words) == set(i18n.LOCALES["en"].words)
        assert set(words.units) == set(i18n.LOCALES["en"].units)


@given(st.integers(-(10**15), 10**15))
def test_a_printed_amount_reads_back_to_the_same_coin(minor):
    text = i18n.ledger(Money(minor, "EUR"))
    back = Decimal(text.replace("€", "").replace(",", "").replace("−", "-"))
    assert back == Decimal(minor).scaleb(-2)
