"""A fit of a file is the fit of a project that ingested it, with the same refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from lifelong import Project
from lifelong.errors import LifelongError
from lifelong.project import fit_file, plain
from lifelong.sources.simulate import simulate_shop

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import Fit


def _changed(text: str, kind: str) -> str:
    head, *rows = text.splitlines()
    if kind == "repeated orders":
        rows += rows[:40]
    elif kind == "refunds":
        rows += [f"R{i},{row.split(',')[1]},2099-01-01,-1" for i, row in enumerate(rows[:30])]
        last = max(row.split(",")[2] for row in rows[:-30])
        rows = [row.replace("2099-01-01", last) for row in rows]
    elif kind == "few bad rows":
        rows += ["X1,,2020-01-01,5.00", "X2,c2,not a day,5.00"]
    elif kind == "no order numbers":
        head, rows = head.partition(",")[2], [row.partition(",")[2] for row in rows]
        rows += rows[:25]  # two orders of one customer on one day
    elif kind == "no amounts":
        head, rows = head.rpartition(",")[0], [row.rpartition(",")[0] for row in rows]
    elif kind == "quoted":
        rows = [",".join(f'"{cell}"' for cell in row.split(",")) for row in rows]
    return "\n".join([head, *rows]) + "\n"


def _told(fit: Fit) -> dict[str, Any]:
    """All of a fit but how long it took and from which orders it says to be."""
    told = fit.as_dict()
    told["info"].pop("seconds")
    if told["spend"]:
        told["spend"]["info"].pop("seconds")
    return told


@pytest.mark.parametrize(
    ("kind", "is_short"),
    [
        ("plain", True), ("repeated orders", True), ("refunds", True), ("few bad rows", True),
        ("no order numbers", True), ("no amounts", True), ("quoted", False),
    ],
)  # fmt: skip
def test_a_file_is_fitted_as_a_project_is(
    kind: str, is_short: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(_changed(simulate_shop(600, seed=11).orders_csv(), kind))
    found = plain._at_once(path, plain.Reading({}, currency="EUR"))
    assert (found is not None) == is_short
    made = fit_file(path, model="bg_nbd", currency="EUR")
    monkeypatch.setattr(plain, "_at_once", lambda *_: None)
    long = fit_file(path, model="bg_nbd", currency="EUR")
    assert _told(made) == _told(long)
    shop = Project(tmp_path / "shop")
    shop.ingest(path, currency="EUR")
    assert np.array_equal(made.theta, shop.fit("bg_nbd").theta)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (",2020-01-02,5.00\n" * 9, "E104"),  # nobody ordered
        ("a,2020-01-02,5.00\nb,2020-02-20,-5.00\n" + ",2020-01-02,5.00\n" * 9, "E104"),
        ("test,2020-01-22,5.00\ntest,2020-01-23,5.00\n", "E106"),  # nothing but test orders
    ],
)
def test_the_refusals_are_an_ingest_s(rows: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,date,revenue\n" + rows)
    with pytest.raises(LifelongError) as short:
        fit_file(path, model="bg_nbd", currency="EUR")
    monkeypatch.setattr(plain, "_at_once", lambda *_: None)
    with pytest.raises(LifelongError) as long:
        fit_file(path, model="bg_nbd", currency="EUR")
    assert short.value.code == code
    assert str(short.value) == str(long.value)


def test_bad_rows_may_be_allowed(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(_changed(simulate_shop(20, seed=1).orders_csv(), "plain") + "X1,,2020-01-01,5.00\n" * 3)
    with pytest.raises(LifelongError, match="E104"):
        fit_file(path, model="bg_nbd", currency="EUR")
    assert fit_file(path, model="bg_nbd", currency="EUR", bad_share="50%").origin.customers > 0


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LifelongError, match="E101"):
        fit_file(tmp_path / "nothing.csv", model="bg_nbd")
