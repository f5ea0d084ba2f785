"""Tables of costs and of customers won, long and wide, in several writings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lifelong import DataError
from lifelong.sources.winning import Names, costs, customers
from lifelong.values.winning import Cost, Won

if TYPE_CHECKING:
    from pathlib import Path

NOTHING = Names({}, {}, {})


def write(folder: Path, text: str) -> Path:
    path = folder / "spend.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_row_a_month_and_channel(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "date,channel,campaign,purpose,cost,conversions,clicks\n2025-03-09,search,spring,Brand,12.50,3,40\n2025-04-01,,,,7,,\n",
    )
    assert costs(file, NOTHING, "EUR") == [
        Cost(2025 * 12 + 2, "search", "spring", "brand", 1250, 3.0, 40.0),
        Cost(2025 * 12 + 3, "unknown", "", "acquisition", 700),
    ]


def test_a_column_a_channel_with_names_of_elsewhere(tmp_path: Path) -> None:
    file = write(tmp_path, "Monat;Suche;Miete\n1;1.234,50;10\n2;;10\n")
    told = costs(file, Names({}, {"Miete": "fixed"}, {"Suche": "search"}), "EUR")
    assert told == [
        Cost(0, "search", "", "acquisition", 123450),
        Cost(0, "Miete", "", "fixed", 1000),
        Cost(1, "Miete", "", "fixed", 1000),
    ]
    assert customers(file, NOTHING)[0] == Won(0, "Suche", "", 1234.5)


def test_amounts_finer_than_a_minor_unit_sum_to_the_files_sum(tmp_path: Path) -> None:
    file = write(tmp_path, "month,a,b,c\n1,0.333,0.333,0.334\n2,10.005,10.005,10.005\n")
    assert sum(row.cost for row in costs(file, NOTHING, "EUR")) == 3102  # 31.015 to the even cent
    small = write(tmp_path, "month,a,b\n1,0,0.000\n")
    assert [row.cost for row in costs(small, NOTHING, "EUR")] == [0, 0]
    credit = write(tmp_path, "month,a\n1,-0.339\n2,5\n")
    assert [row.cost for row in costs(credit, NOTHING, "EUR")] == [-34, 500]


@pytest.mark.parametrize(
    ("text", "names", "words"),
    [
        ("when,search\n1,5\n", NOTHING, "no column says the month"),
        ("month,channel\n1,search\n", NOTHING, "no column says cost"),
        ("month,channel,cost\nsoon,search,5\n", NOTHING, "'soon' is no month"),
        ("month,channel,cost\n1,search,much\n", NOTHING, "'much' is no number"),
        ("month,channel,purpose,cost\n1,search,fun,5\n", NOTHING, "'fun' is no purpose"),
        ("month,channel,cost\n1,search,5\n", Names({}, {"serch": "brand"}, {}), "no channel 'serch'"),
        ("month,channel,cost\n1,search,5\n", Names({}, {"search": "fun"}, {}), "'fun' is no purpose"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(tmp_path: Path, text: str, names: Names, words: str) -> None:
    with pytest.raises(DataError, match=words) as problem:
        costs(write(tmp_path, text), names)
    assert problem.value.code == "E381"
    assert "spend.csv" in problem.value.where


def test_fewer_customers_than_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="-2 customers of search"):
        customers(write(tmp_path, "month,channel,customers\n1,search,-2\n"), NOTHING)
