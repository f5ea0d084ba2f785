"""Files of spend: headers in several languages, numbers as people write them, and faults that are named by their row."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lifelong.errors import LifelongError
from lifelong.sources.spend_history import read
from lifelong.values.spending import month_text

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, text: str) -> Path:
    path = folder / "history.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read_to_the_cent_and_its_last_line_too(tmp_path: Path) -> None:
    text = "month,channel,spend,new_customers,value,value_sd\n2025-11,ads,1000.25,10,150,15\n2025-12,ads,2000,12.5,160.50,16\n2026-01,mail,5,1,9,"
    made = read(written(tmp_path, text), currency="EUR")
    assert made.channels == ("ads", "mail")
    assert [month_text(int(m)) for m in made.months] == ["2025-11", "2025-12", "2026-01"]
    assert made.spend.tolist() == [[100_025, 0], [200_000, 0], [0, 500]]
    assert made.customers[:2, 0].tolist() == [10.0, 12.5]
    assert np.isnan(made.customers[2, 0])
    assert made.value.tolist() == [16_050.0, 900.0]  # the last month's word counts
    assert made.value_sd[0] == 1_600.0
    assert np.isnan(made.value_sd[1])


def test_a_german_file_with_commas_is_understood(tmp_path: Path) -> None:
    text = "Monat;Kampagne;Kosten (EUR);Neukunden\n2025-01;Suche;1.234,50;10\n2025-02;Suche;2.000,00;12\n"
    made = read(written(tmp_path, text), values={"": Decimal(120)})
    assert made.spend[:, 0].tolist() == [123_450, 200_000]
    assert made.currency == "EUR"
    assert made.value.tolist() == [12_000.0]


def test_columns_months_and_values_can_be_said(tmp_path: Path) -> None:
    text = "nr,where,out,in,what for\n1,a,10,2,retention\n2,a,12,3,retention\n1,b,10,2,acquisition\n"
    ours = {"month": "nr", "channel": "where", "spend": "out", "new_customers": "in", "purpose": "what for"}
    made = read(written(tmp_path, text), columns=ours, values={"": Decimal(5), "b": Decimal("7.5")}, currency="JPY")
    assert made.months.tolist() == [0, 1]
    assert made.purposes == ("retention", "acquisition")
    assert made.value.tolist() == [5.0, 8.0]  # yen have no decimals: half to even
    assert month_text(int(made.months[0])) == "1"


def test_a_sign_that_can_be_read_in_two_ways_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "month;channel;cost;customers;value\n2025-01;a;1,234;1;5\n2025-02;a;2,000;1;5\n")
    with pytest.raises(LifelongError) as caught:
        read(path)
    assert caught.value.code == "E108"
    assert read(path, columns={"spend": "cost:,"}).spend[:, 0].tolist() == [123, 200]
    assert read(path, columns={"spend": "cost:."}).spend[:, 0].tolist() == [123_400, 200_000]


def test_parquet_is_read_as_text_is(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet as pq

    columns = {
        "month": ["2025-01", "2025-02"],
        "channel": ["a", "a"],
        "spend": [10.5, 12.0],
        "new_customers": [2, 3],
        "value": [4.0, 4.0],
    }
    pq.write_table(pa.table(columns), tmp_path / "history.parquet")
    made = read(tmp_path / "history.parquet")
    assert made.spend[:, 0].tolist() == [1_050, 1_200]


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("month,channel,cost\n2025-01,a,1\n2025-02,a,2\n", "E391", "new_customers"),
        ("month,channel,cost,customers,value\n2025-13,a,1,1,1\n", "E391", "month"),
        ("month,channel,cost,customers,value\nJanuary,a,1,1,1\n", "E391", "month"),
        ("month,channel,cost,customers,value\n2025-01,a,much,1,1\n", "E391", "spend"),
        ("month,channel,cost,customers,value\n2025-01,,5,1,1\n", "E391", "channel"),
        ("month,channel,cost,customers,value\n2025-01,a,5,,1\n", "E391", "new_customers"),
        (
            "month,channel,cost,customers,value\n2025-01,a,5,1,1\n2025-02,a,5\n2025-03,a,6,1,1\n",
            "E391",
            "cannot be read",
        ),
        ("month,channel,cost,customers\n2025-01,a,5,1\n", "E392", "a customer of a"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, text: str, code: str, where: str) -> None:
    with pytest.raises(LifelongError, match=where) as caught:
        read(written(tmp_path, text))
    assert caught.value.code == code
    assert caught.value.fix
