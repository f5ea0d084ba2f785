"""Texts to integers: amounts against Decimal, days against the calendar, zones against zoneinfo."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.errors import ConfigError
from lifelong.tables import clean, clean_numbers, clean_time
from lifelong.tables.clean import Rules

EPOCH = date(1970, 1, 1)
DAY = 86_400


def lines(rules: Rules, **columns: list[str | None]) -> dict[str, list[Any]]:
    """Clean some texts; the other needed columns are filled in."""
    n = len(next(iter(columns.values())))
    full = {"customer_id": ["c"] * n, "ordered_at": ["2025-01-02"] * n, **columns}
    frame = pl.DataFrame({"row": list(range(1, n + 1)), **full}, schema_overrides=dict.fromkeys(full, pl.String))
    return clean.lines(frame, rules).sort("row").to_dict(as_series=False)


def rules(*columns: str, **settings: Any) -> Rules:
    return Rules(columns=("customer_id", "ordered_at", *columns), today=30_000, **{"currency": "EUR", **settings})


AMOUNTS = {
    ".": {
        "12.50": 1250, "-12.50": -1250, "12": 1200, "12.5": 1250, "0.07": 7, ".5": 50, "1,234.56": 123_456,
        "1,234,567.89": 123_456_789, "€12.50": 1250, "12.50 EUR": 1250, "EUR 12.50": 1250, "(12.50)": -1250,
        "−12.50": -1250, "12.50-": -1250, "1 234.56": 123_456, "1'234.56": 123_456, " 12.50 ": 1250, "+3.00": 300,
        "-€4.00": -400, "€-4.00": -400, "12.345": 1234, "12.355": 1236, "12.3450001": 1235, "1.005": 100, "1.015": 102,
        "00012.50": 1250, "\u00a012.50\u202f": 1250,
    },
    ",": {
        "12,50": 1250, "1.234,56": 123_456, "1 234,56": 123_456, "1\u202f234,56": 123_456, "1\u00a0234,56 €": 123_456,
        "-1.234.567,89": -123_456_789, "12": 1200, "1.234": 123_400, "12,5": 1250, "12,50 EUR": 1250, "(1,00)": -100,
        "12,345": 1234,
    },
}  # fmt: skip


@pytest.mark.parametrize("decimal", AMOUNTS)
def test_amounts_as_shops_write_them(decimal: str) -> None:
    texts = list(AMOUNTS[decimal])
    told = lines(rules("revenue", decimal=decimal), revenue=texts)
    assert dict(zip(texts, told["revenue"], strict=True)) == AMOUNTS[decimal]
    assert set(told["reason"]) == {None}


def test_what_is_no_amount() -> None:
    texts = ["abc", "1.2.3", "12,50", "1,23", "1,2345.00", "12 €5", "--5", "5..", "1e5", "5%", "٣", "."]
    told = lines(rules("revenue"), revenue=texts)
    assert dict(zip(texts, told["reason"], strict=True)) == dict.fromkeys(texts, "invalid amount")
    assert set(told["revenue"]) == {None}


@given(
    st.lists(st.decimals(-(10**9), 10**9, places=4), min_size=1, max_size=20), st.sampled_from(["JPY", "EUR", "KWD"])
)
@settings(max_examples=12, deadline=None)
def test_amounts_are_decimals_rounded_half_to_even(numbers: list[Decimal], currency: str) -> None:
    digits = {"JPY": 0, "EUR": 2, "KWD": 3}[currency]
    told = lines(rules("revenue", currency=currency), revenue=[format(n, "f") for n in numbers])
    exact = [n.scaleb(digits) for n in numbers]
    assert told["revenue"] == [int(n.to_integral_value(ROUND_HALF_EVEN)) for n in exact]
    assert told["is_rounded"] == [n != n.to_integral_value() for n in exact]


@given(
    st.lists(st.tuples(st.decimals(-5000, 5000, places=3), st.decimals(0, 90_000, places=5)), min_size=1, max_size=20)
)
@settings(max_examples=12, deadline=None)
def test_quantity_times_price_is_exact(pairs: list[tuple[Decimal, Decimal]]) -> None:
    texts = {"quantity": [format(q, "f") for q, _ in pairs], "unit_price": [format(p, "f") for _, p in pairs]}
    told = lines(rules("quantity", "unit_price"), **texts)
    assert told["revenue"] == [int((q * p * 100).to_integral_value(ROUND_HALF_EVEN)) for q, p in pairs]
    assert told["quantity"] == [int(q * 1000) for q, _ in pairs]


def test_products_that_no_order_can_have_are_refused() -> None:
    told = lines(rules("quantity", "unit_price"), quantity=["9999999999", "2"], unit_price=["9999999", "99999999999"])
    assert told["reason"] == ["amount too large"] * 2


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=20), st.decimals("0.00000001", "99999", places=8))
@settings(max_examples=12, deadline=None)
def test_exchange_is_exact(amounts: list[int], rate: Decimal) -> None:
    frame = nw.from_native(pl.DataFrame({"a": amounts}))
    told = clean_numbers.exchanged(frame, "a", format(rate, "f"), 2)["a_there"].to_list()
    assert told == [int((Decimal(a) * rate / 100).to_integral_value(ROUND_HALF_EVEN)) for a in amounts]


def test_currencies_with_rates() -> None:
    told = lines(
        rules("revenue", "currency", currency="JPY", rates=(("EUR", "160"), ("USD", "150.5"))),
        revenue=["12.50", "100", "2", "7", "$3"],
        currency=["EUR", "JPY", "usd", "CHF", None],
    )
    assert told["revenue"] == [2000, 100, 301, None, 452]  # 451.5 is rounded to even
    assert told["reason"] == [None, None, None, "foreign currency", None]
    assert told["is_rounded"] == [False] * 5


def test_a_dollar_is_the_home_dollar() -> None:
    told = lines(rules("revenue", currency="CAD"), revenue=["$5", "US5", "5 USD"])
    assert told["reason"] == [None, "invalid amount", "foreign currency"]


DATES = {
    "ymd": ["2025-03-07", "2025-3-7", "2025/03/07", "2025.03.07", "20250307", "2025-03-07T00:00:00", "2025/3/7 0:00"],
    "dmy": ["07.03.2025", "7.3.2025", "07/03/2025", "7-3-25", "07.03.25", "7/3/2025, 00:00"],
    "mdy": ["03/07/2025", "3/7/2025", "3/7/25", "03-07-2025 12:00 AM", "3/7/2025 12:00:00 am"],
    "s": ["1741305600", "1741305600.5"],
    "ms": ["1741305600000", "1741305600123"],
}


@pytest.mark.parametrize("order", DATES)
def test_dates_as_shops_write_them(order: str) -> None:
    texts = DATES[order]
    told = lines(rules(dates=order), ordered_at=texts)
    assert dict(zip(texts, told["day"], strict=True)) == dict.fromkeys(texts, (date(2025, 3, 7) - EPOCH).days)
    assert set(told["second"]) == {0}


TIMES = {
    "9:05": 32_700,
    "09:05:30": 32_730,
    "23:59:59.999": 86_399,
    "9:05 PM": 75_900,
    "12:05 am": 300,
    "12:00 p.m.": 43_200,
}


def test_times_of_day() -> None:
    told = lines(rules(), ordered_at=[f"2025-03-07 {text}" for text in TIMES])
    assert dict(zip(TIMES, told["second"], strict=True)) == TIMES


ODD = [
    "2025-02-29",
    "2025-13-01",
    "2025-00-10",
    "2025-04-31",
    "250-01-01",
    "2025-01-01 24:00:00",
    "2025-01-01x",
    "1/2/3/4",
]


@pytest.mark.parametrize("order", ["ymd", "dmy"])
def test_what_is_no_date(order: str) -> None:
    told = lines(rules(dates=order), ordered_at=ODD)
    assert dict(zip(ODD, told["reason"], strict=True)) == dict.fromkeys(ODD, "invalid date")
    assert set(told["day"]) == {None}


def test_every_day_of_the_calendar() -> None:
    days = [date(1, 1, 1) + timedelta(days=i) for i in range(0, 3_652_000, 11)]
    frame = nw.from_native(
        pl.DataFrame({"y": [d.year for d in days], "m": [d.month for d in days], "d": [d.day for d in days]})
    )
    columns = (nw.col("y"), nw.col("m"), nw.col("d"))
    told = frame.select(day=clean_time.civil(*columns), is_there=clean_time.exists(*columns))
    assert told["day"].to_list() == [(d - EPOCH).days for d in days]
    assert told["is_there"].all()


@pytest.mark.parametrize(
    "zone", ["Europe/Warsaw", "America/New_York", "Asia/Kolkata", "Africa/Casablanca", "Australia/Lord_Howe", "UTC"]
)
def test_zones_agree_with_zoneinfo(zone: str) -> None:
    """Each hour about every change of the clocks, and days between, from 1970 to 2100."""
    start, changes = clean_time.transitions(zone)
    moments = {*range(0, 4_102_444_800, 36_500_000), *(at + k for at, _ in changes for k in (-3601, -1, 0, 1, 3600))}
    seconds = sorted(moments)
    frame = nw.from_native(pl.DataFrame({"s": seconds}))
    told = frame.select(t=clean_time.zoned(nw.col("s"), zone))["t"].to_list()
    tz, begin = ZoneInfo(zone), datetime(1970, 1, 1, tzinfo=UTC)
    want = [s + int((begin + timedelta(seconds=s)).astimezone(tz).utcoffset().total_seconds()) for s in seconds]
    assert told == want
    assert start == int(begin.astimezone(tz).utcoffset().total_seconds())


def test_a_day_belongs_to_the_projects_zone() -> None:
    texts = [
        "2025-03-29T23:30:00Z",
        "2025-03-30 00:59:59 UTC",
        "2025-03-30 03:30:00 +0200",
        "2025-03-29 18:00:00-05",
        "2025-03-29 23:30:00",
    ]
    told = lines(rules(timezone="Europe/Warsaw"), ordered_at=texts)
    at = [(d - (date(2025, 3, 29) - EPOCH).days) * DAY + s for d, s in zip(told["day"], told["second"], strict=True)]
    assert at == [DAY + 1800, DAY + 7199, DAY + 3 * 3600 + 1800, DAY, 23 * 3600 + 1800]


def test_a_files_utc_times_move_to_the_projects_zone() -> None:
    told = lines(rules(timezone="Asia/Tokyo", source_zone="UTC"), ordered_at=["2025-01-01 20:00:00", "2025-01-01"])
    assert [d - (date(2025, 1, 1) - EPOCH).days for d in told["day"]] == [1, 0]


def test_unknown_zone() -> None:
    with pytest.raises(ConfigError, match="Europa/Warschau"):
        clean_time.zone_of("Europa/Warschau")


def test_rules_are_json_and_back() -> None:
    told = rules("revenue", rates=(("USD", "0.9"),), cancel_prefix="C", decimal=",")
    assert Rules.from_dict(told.as_dict()) == told
    with pytest.raises(ConfigError, match="no rule 'colour'"):
        Rules.from_dict({"colour": "red"})
    with pytest.raises(ConfigError, match="dates cannot be"):
        Rules(dates="ydm")
