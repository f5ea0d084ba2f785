"""A small shop's order export, made by the simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lifelong.sources.simulate import simulate_shop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def orders_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 400 customers of a simulated shop: order_id, customer_id, ordered_at, revenue."""
    path = tmp_path_factory.mktemp("orders") / "orders.csv"
    path.write_text(simulate_shop(400, seed=3).orders_csv())
    return path


@pytest.fixture(scope="session")
def halves(orders_csv: Path) -> tuple[Path, Path]:
    """The same orders as two exports that overlap by a fifth."""
    head, *rows = orders_csv.read_text().splitlines()
    a, b = orders_csv.with_name("a.csv"), orders_csv.with_name("b.csv")
    a.write_text("\n".join([head, *rows[: len(rows) * 6 // 10]]) + "\n")
    b.write_text("\n".join([head, *rows[len(rows) * 4 // 10 :]]) + "\n")
    return a, b
