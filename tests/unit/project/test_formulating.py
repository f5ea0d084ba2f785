"""The textbook formula from orders: drivers counted by hand, the closed form, and the model's number beside it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from click.testing import CliRunner

from lifelong import DataError, FitError, Project
from lifelong.cli.commands import lifelong
from lifelong.money.formula import Terms, elasticities, value_of
from lifelong.sources.simulate import simulate_shop
from lifelong.tables.two_windows import two_windows
from lifelong.values import to_json

if TYPE_CHECKING:
    from pathlib import Path

TERMS = Terms(50.0, 3.0, 0.6, 0.4, 1.0, 3.0, 0.1)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("formula")
    (folder / "orders.csv").write_text(simulate_shop(500, seed=5).orders_csv(), encoding="utf-8")
    shop = Project(folder / "shop")
    shop.ingest(folder / "orders.csv")
    shop.fit("mbg_nbd")
    return shop


def orders(rows: list[tuple[str, int, int | None]]) -> pa.Table:
    ids, days, money = zip(*rows, strict=True)
    return pa.table({"customer_id": ids, "day": pa.array(days, pa.int32()), "revenue": pa.array(money, pa.int64()), "is_order": [1] * len(rows)})  # fmt: skip


def test_two_windows_are_counted_by_hand() -> None:
    """Windows of ten days up to day 20. a is in both, b in the earlier only, c is new in the later one, d is too old."""
    made = two_windows(orders([("a", 1, 100), ("a", 15, 300), ("a", 16, 50), ("a", 17, None), ("b", 3, 70), ("c", 20, 40), ("d", 0, 9), ("c", 21, 5)]), 20, 10)  # fmt: skip
    assert (made.before, made.stayed, made.customers, made.orders, made.priced, made.revenue) == (2, 1, 2, 4, 3, 390)
    assert (made.newcomers, made.first_revenue) == (3, 210)  # a, b and c


def test_the_sum_is_that_of_its_windows() -> None:
    by_hand = sum(50 * 3 * 0.4 * 0.6**t * 1.1 ** -(t + 0.5) for t in range(3))
    assert value_of(TERMS) == pytest.approx(by_hand)
    half = value_of(replace(TERMS, horizon=2.5))
    assert half == pytest.approx(by_hand - 0.5 * 50 * 3 * 0.4 * 0.6**2 * 1.1**-2.5)
    assert value_of(replace(TERMS, horizon=math.inf)) == pytest.approx(sum(50 * 3 * 0.4 * 0.6**t * 1.1 ** -(t + 0.5) for t in range(200)))  # fmt: skip
    assert value_of(replace(TERMS, kept=1.0, per_year=0.0)) == pytest.approx(3 * 60.0)
    assert math.isinf(value_of(replace(TERMS, kept=1.0, per_year=0.0, horizon=math.inf)))


def test_one_per_cent_more_moves_the_value_as_told() -> None:
    moved = elasticities(TERMS)
    for name in ("order_value", "orders", "margin"):
        assert moved[name] == pytest.approx(1.0)
    grown = value_of(replace(TERMS, kept=0.606))
    assert moved["kept"] == pytest.approx(100 * (grown / value_of(TERMS) - 1))


def test_the_formula_and_the_model_stand_side_by_side(fitted: Project) -> None:
    made = fitted.formula(horizon="2y", margin="40%", discount="0", cac=5)
    number = {one.name: one.number for one in made.drivers}
    told = Terms(*(number[n] for n in ("order_value", "orders", "kept", "margin")), made.window_days / 365.25, 728 / 365.25 if made.horizon == "104w" else 730.5 / 365.25)  # fmt: skip
    assert made.value == pytest.approx(value_of(told), rel=2e-3)
    assert made.net == pytest.approx(made.value - 5)
    assert made.model_low80 < made.model_value < made.model_high80
    assert made.first_order < made.model_value
    assert made.model_net == pytest.approx(made.model_value - 5)
    assert "gross margin (40 % of revenue)" in made.definition
    assert max(map(len, str(made).splitlines())) <= 80
    assert json.loads(to_json(made.as_dict()))["window_days"] == made.window_days


def test_the_model_values_a_newcomer_as_one_who_has_just_come(fitted: Project) -> None:
    """Doubling the newcomers changes the interval and not the mean, which is linear in the margin."""
    whole, half = (fitted.formula(horizon="52w", margin=margin) for margin in ("80%", "40%"))
    assert whole.model_value == pytest.approx(2 * half.model_value)
    assert whole.first_order == pytest.approx(2 * half.first_order)


def test_the_command_prints_and_tells_json(fitted: Project) -> None:
    call = ["formula", "--project", str(fitted.path), "--horizon", "52w"]
    done = CliRunner().invoke(lifelong, call)
    assert done.exit_code == 0, done.output
    assert "by the formula" in done.output
    assert "by the model" in done.output
    assert json.loads(CliRunner().invoke(lifelong, [*call, "--json"]).stdout)["drivers"][0]["name"] == "order_value"


def write(folder: Path, lines: list[str], head: str = "customer_id,ordered_at,revenue") -> Project:
    (folder / "orders.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    shop = Project(folder / "shop")
    shop.ingest(folder / "orders.csv")
    shop.fit("mbg_nbd")
    return shop


def test_a_history_that_is_too_short_is_told(tmp_path: Path) -> None:
    shop = write(tmp_path, [f"c{i % 60},2025-01-{1 + (i + 9 * (i // 60)) % 28:02d},{10 + i % 7}" for i in range(200)])
    with pytest.raises(DataError, match="too short") as caught:
        shop.formula()
    assert caught.value.code == "E461"


def test_orders_without_amounts_are_told(tmp_path: Path) -> None:
    shop = write(
        tmp_path, [f"c{i % 60},2025-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(400)], "customer_id,ordered_at"
    )
    with pytest.raises(DataError, match="no orders with amounts"):
        shop.formula()


def test_nobody_lost_and_nobody_new_are_told(tmp_path: Path) -> None:
    """Sixty customers who all came in 2021 and order each half year since."""
    lines = [f"c{i},{year}-{month:02d}-{1 + i % 28:02d},{20 + i % 9}" for i in range(60) for year in range(2021, 2026) for month in (2 + i % 3, 8 + i % 4)]  # fmt: skip
    made = write(tmp_path, lines).formula(horizon="lifetime")
    assert {"F462", "F463"} <= {found.code for found in made.findings}
    assert made.lifetime_years is None
    assert "nobody was lost" in str(made)


def test_subscriptions_have_another_formula(tmp_path: Path, fitted: Project) -> None:
    lines = [f"c{i},{2024 + m // 12}-{1 + m % 12:02d}-05,10" for i in range(80) for m in range(6 + (i * 7) % 18)]
    (tmp_path / "orders.csv").write_text("customer_id,ordered_at,revenue\n" + "\n".join(lines) + "\n", encoding="utf-8")
    shop = Project(tmp_path / "shop")
    shop.ingest(tmp_path / "orders.csv")
    shop.fit("sbg")
    with pytest.raises(FitError) as caught:
        shop.formula()
    assert caught.value.code == "E204"
