"""The short way of cleaning and the long one say the same; written numbers come back to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.tables import clean, clean_frame, clean_plain, quality
from lifelong.tables.clean import Rules

NOTHING = st.sampled_from([None, "", "NULL", " "])
IDS = st.one_of(
    st.from_regex(clean_plain._NAME, fullmatch=True),
    st.sampled_from(["0", "12.0", "'7", "guest", "test-1", "a@b.pl", "1.2E+17", "C536379", "N1", "no1", "Total"]),
    NOTHING,
)
DATES = st.one_of(
    st.dates().map(str),
    st.builds("{:04d}-{:02d}-{:02d}".format, st.integers(1960, 2060), st.integers(0, 13), st.integers(0, 32)),
    st.datetimes().map(lambda t: t.isoformat(sep=" ", timespec="seconds")),
    st.builds("{:02d}.{:02d}.{:04d}".format, st.integers(0, 32), st.integers(0, 13), st.integers(1960, 2060)),
    NOTHING,
)
MONEY = st.one_of(
    st.decimals(-(10**9) + 1, 10**9 - 1, places=2).map(str),
    st.decimals(-99, 99, places=1).map(lambda d: str(d).replace(".", ",")),
    st.from_regex(r"-?[0-9]{1,10}([.,][0-9]{1,3})?", fullmatch=True),
    NOTHING,
)
WORDS = st.one_of(
    st.sampled_from(["paid", "PAID", "refunded", "failed", "test", "x y", " p", "Ü", "completed"]), NOTHING
)
ROW = st.fixed_dictionaries(
    {
        "order_id": IDS, "customer_id": IDS, "email": st.one_of(st.sampled_from(["a@b.pl", "A@b.pl", "t@c.de", "test@b.pl"]), NOTHING),
        "ordered_at": DATES, "revenue": MONEY, "unit_price": MONEY, "quantity": st.one_of(st.integers(-99, 99).map(str), MONEY),
        "currency": st.sampled_from(["EUR", "eur", "USD", None]), "product": WORDS, "channel": WORDS, "status": WORDS,
    }
)  # fmt: skip


@given(
    st.lists(ROW, min_size=1, max_size=25),
    st.sets(st.sampled_from(["order_id", "email", "quantity", "currency", "product", "channel", "status", "revenue", "unit_price"])),
    st.fixed_dictionaries(
        {"decimal": st.sampled_from(".,"), "dates": st.sampled_from(["ymd", "dmy", "mdy"]), "grain": st.sampled_from(["order", "line"]),
         "cancel_prefix": st.sampled_from(["", "C"]), "currency": st.sampled_from(["", "EUR", "JPY", "KWD"]),
         "timezone": st.sampled_from(["UTC", "Europe/Warsaw"]), "source_zone": st.sampled_from(["", "UTC"])}
    ),
)  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_the_short_way_says_what_the_long_way_says(
    rows: list[dict[str, Any]], have: set[str], how: dict[str, Any]
) -> None:
    columns = tuple(name for name in ROW.wrapped_strategy.mapping if name in have | {"customer_id", "ordered_at"})
    rules = Rules(columns=columns, today=20_500, **how)
    raw = pl.DataFrame(
        {"row": range(len(rows)), **{n: pl.Series([r[n] for r in rows], dtype=pl.String) for n in columns}}
    )
    both = clean.lines(raw, rules).sort("row")
    long = clean._long(clean_frame.entered(raw), rules).to_native().sort("row")
    assert both.rows() == long.rows()
    assert both.schema == long.schema
    if clean.can_be_sound(rules, raw.columns):
        odd = clean.odd(raw, rules)
        sound = clean.sound(raw.join(odd, on="row", how="anti"), rules)
        assert pl.concat([sound, clean.lines(odd, rules)]).sort("row").rows() == long.rows()
        assert sound.schema == long.schema
        assert sound["reason"].null_count() == len(sound)


STYLES = {
    "plain": lambda n: f"{n:.2f}", "thousands": lambda n: f"{n:,.2f}", "signed": lambda n: f"€{n:,.2f}",
    "after": lambda n: f"{n:,.2f} EUR".replace(",", "\u00a0"), "brackets": lambda n: f"({-n:.2f})" if n < 0 else f"{n:.2f}",
}  # fmt: skip


@given(st.lists(st.tuples(st.integers(-(10**8), 10**8), st.sampled_from(sorted(STYLES))), min_size=1, max_size=30))
@settings(max_examples=20, deadline=None)
def test_money_reconciles_however_it_is_written(amounts: list[tuple[int, str]]) -> None:
    cents = [n for n, _ in amounts]
    raw = pl.DataFrame(
        {
            "row": range(1, len(cents) + 1),
            "customer_id": [str(i % 3) if i % 4 else None for i in range(len(cents))],
            "ordered_at": ["2025-01-02" if i % 5 else "x" for i in range(len(cents))],
            "revenue": [STYLES[style](Decimal(n) / 100) for n, style in amounts],
        },
        schema_overrides={"customer_id": pl.String},
    )
    rules = Rules(currency="EUR", today=20_500)
    marked = clean.duplicates(clean.lines(raw, rules).with_columns(batch=pl.lit("b")))
    report = quality.report(marked, rules, source="x", batch="b")
    assert report.money_in == sum(cents)
    assert report.rows_in == len(cents)
    assert report.money_kept == clean.orders(marked.filter(pl.col("reason").is_null()))["revenue"].sum()


@pytest.mark.parametrize("dates", ["ymd", "dmy", "mdy"])
def test_sound_dates_are_those_of_the_calendar_that_have_come(dates: str) -> None:
    """Every day and month from 1968 to 2101, and what is none; the rest of the row is plain."""
    written = {"ymd": "{y:04d}-{m:02d}-{d:02d}", "dmy": "{d:02d}.{m:02d}.{y:04d}", "mdy": "{m:02d}/{d:02d}/{y:04d}"}
    told = [(y, m, d) for y in range(1968, 2102) for m in range(14) for d in range(33)]
    texts = [written[dates].format(y=y, m=m, d=d) for y, m, d in told]
    raw = pl.DataFrame(
        {"row": range(len(told)), "order_id": "o1", "customer_id": "7", "ordered_at": texts, "revenue": "1"}
    )
    for today in (20_500, 47_481, 99_999):
        rules = Rules(columns=tuple(raw.columns[1:]), currency="EUR", dates=dates, today=today)
        lines = clean.lines(raw, rules).sort("row")
        odd = clean.odd(raw, rules)["row"].to_list()
        bad = lines.filter(pl.col("reason").is_not_null() | (pl.col("day") > 47_481))["row"].to_list()
        assert sorted(odd) == bad
        assert len(odd) < len(told)
        sound = clean.sound(raw.join(clean.odd(raw, rules), on="row", how="anti"), rules)
        assert sound.rows() == lines.filter(~pl.col("row").is_in(odd)).rows()


@pytest.mark.parametrize(
    ("name", "text", "is_odd"),
    [
        ("order_id", "o12", False), ("customer_id", "AB-7", False), ("revenue", "12.5", False),
        ("ordered_at", "2025-01-02 10:11:12", False), ("order_id", "0", True), ("order_id", None, True),
        ("customer_id", "0", True), ("customer_id", "guest", True), ("customer_id", "", True), ("revenue", "-1", True),
        ("revenue", "1,5", True), ("revenue", None, True), ("ordered_at", "2025-02-29", True),
        ("ordered_at", "2025-01-02 25:00:00", True), ("ordered_at", "2026-02-17", True),
        ("ordered_at", "2026-02-16 23:59:59", False), ("ordered_at", "1969-12-31", True), ("fault", "x", True),
    ],
)  # fmt: skip
def test_which_rows_are_sound(name: str, text: str | None, is_odd: bool) -> None:
    """Today is 2026-02-16."""
    row = {"order_id": "o1", "customer_id": "7", "ordered_at": "2025-01-02", "revenue": "1.00", "fault": None} | {
        name: text
    }
    raw = pl.DataFrame({"row": [5], **{n: pl.Series([t], dtype=pl.String) for n, t in row.items()}})
    rules = Rules(columns=("order_id", "customer_id", "ordered_at", "revenue"), currency="EUR", today=20_500)
    assert clean.odd(raw, rules)["row"].to_list() == ([5] if is_odd else [])


def test_files_of_lines_or_without_numbers_have_no_sound_rows() -> None:
    names = ["row", "order_id", "customer_id", "ordered_at"]
    assert clean.can_be_sound(Rules(), names)
    assert not clean.can_be_sound(Rules(grain="line"), names)
    assert not clean.can_be_sound(Rules(), [n for n in names if n != "order_id"])
    assert not clean.can_be_sound(Rules(dates="ms"), names)


def test_plain_rows_do_take_the_short_way() -> None:
    """Else the law above would compare the long way with itself."""
    raw = pl.DataFrame(
        {
            "row": [1, 2],
            "customer_id": ["17850", "guest"],
            "ordered_at": ["2025-01-02 10:00:00", "2025-01-02"],
            "revenue": ["1.5", "2"],
        }
    )
    rules = Rules(currency="EUR", today=20_500)
    told = clean_plain.told(clean_frame.entered(raw), rules, raw.columns)
    assert told["_is_plain"].to_list() == [True, False]
    assert clean_plain.applies(rules, raw.columns)
    assert not clean_plain.applies(Rules(dates="s"), raw.columns)
