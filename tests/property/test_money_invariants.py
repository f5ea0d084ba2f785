"""A unit of money, a tax and a refund change what they are, and nothing else: over the verbs that tell money."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import lifelong as ll
from lifelong.project.asked import base
from lifelong.units import date_of, day_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIRST, DAYS, CUSTOMERS = day_of("2024-01-01"), 400, 120
COSTS = {"shipping": 3, "service": 1, "fixed_costs": 900}
#: Each example is two shops, fitted and asked: few of them, and none is made smaller.
FEW = settings(
    max_examples=2, deadline=None, phases=[Phase.explicit, Phase.generate], database=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
#: Leaves that must move with the unit of money, by verb; every other leaf may only stay or move by it.
MONEY = {
    "score": ("totals.value", "totals.low80", "totals.high90"),
    "forecast": ("total.revenue", "total.low80", "total.margin", "total.existing", "total.future"),
    "equity": ("rlv", "rlv_low80", "clv", "equity", "cac"),
    "formula": ("value", "model_value", "first_order"),
    "costs": ("revenue", "fixed"),
    "subscribed": ("rlv", "clv", "equity"),
}
#: Leaves that must stay.
PLAIN = {
    "score": ("totals.alive", "totals.orders", "customers"),
    "forecast": ("total.orders",),
    "equity": ("new_customers", "customers", "elasticities.retention", "elasticities.margin"),
    "formula": ("drivers.1.number", "drivers.2.number"),
    "costs": ("orders",),
    "subscribed": ("new_customers", "customers"),
}


def orders(seed: int) -> list[tuple[str, str, str, int]]:
    """Order, customer, day and cents."""
    rng, made = np.random.default_rng(seed), []
    for c in range(CUSTOMERS):
        born, rate = int(rng.integers(0, DAYS - 80)), rng.gamma(0.9, 1 / 40)
        stop, level = born + rng.exponential(220), rng.gamma(4.0, 900.0)
        for day in (born, *(d for d in born + np.cumsum(rng.exponential(1 / rate, 15)) if d < min(stop, DAYS))):
            cents = 1 + round(float(rng.gamma(5.0, level / 5.0)))
            made.append((f"o{len(made)}", f"c{c:03d}", date_of(FIRST + int(day)).isoformat(), cents))
    return made


def shop(folder: Path, rows: list[tuple[str, str, str, int]], unit: int = 1) -> ll.Project:
    """A project of these orders, all that is of money times the unit."""
    folder.mkdir(parents=True)
    with (folder / "orders.csv").open("w", newline="") as stream:
        told = [(one, who, day, f"{cents * unit / 100:.2f}") for one, who, day, cents in rows]
        csv.writer(stream).writerows([("order_id", "customer_id", "ordered_at", "revenue"), *told])
    costs = {name: str(amount * unit) for name, amount in COSTS.items()}
    made = ll.Project(folder / "shop", settings={"currency": "EUR", "margin": "40%", **costs})
    made.ingest(folder / "orders.csv")
    made.fit("pareto_nbd")
    return made


def answers(made: ll.Project, unit: int) -> dict[str, Any]:
    return {
        "score": made.score(horizon="26w", discount="10%/year").as_dict(),
        "forecast": made.forecast(months=4, draws=40).as_dict(),
        "equity": made.equity(cac=3 * unit).as_dict(),
        "formula": made.formula(horizon="1y", cac=3 * unit).as_dict(),
        "costs": made.costs().as_dict(),
    }


def leaves(told: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number of an answer, by its place."""
    if isinstance(told, dict):
        for name, each in told.items():
            if name not in {"findings", "digits"}:
                yield from leaves(each, f"{path}.{name}" if path else name)
    elif isinstance(told, list | tuple):
        for place, each in enumerate(told):
            yield from leaves(each, f"{path}.{place}")
    elif isinstance(told, int | float) and not isinstance(told, bool):
        yield path, float(told)


def odd(verb: str, one: Any, other: Any, unit: int) -> list[str]:
    """Leaves of the scaled answer that neither stay nor move by the unit, or do the other of the two."""
    before, after, found = dict(leaves(one)), dict(leaves(other)), []
    if before.keys() != after.keys():
        found.append(f"{verb}: other leaves {before.keys() ^ after.keys()}")
    for name in before.keys() & after.keys():
        # Half a minor unit is rounded either way, before the unit multiplies it and after.
        stays = after[name] == pytest.approx(before[name], rel=2e-3, abs=1e-9)
        moves = after[name] == pytest.approx(unit * before[name], rel=2e-3, abs=0.6 * unit)
        is_right = moves if name in MONEY[verb] else stays if name in PLAIN[verb] else stays or moves
        if not is_right:
            found.append(f"{verb}.{name}: {before[name]} {after[name]}")
    missing = {*MONEY[verb], *PLAIN[verb]} - before.keys()
    return found + [f"{verb}: no {name}" for name in sorted(missing)]


@FEW
@given(seed=st.integers(0, 1_000), unit=st.sampled_from([3, 10, 250]))
def test_another_unit_of_money_scales_money_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, seed: int, unit: int
) -> None:
    folder, rows = tmp_path_factory.mktemp("unit"), orders(seed)
    one, other = answers(shop(folder / "a", rows), 1), answers(shop(folder / "b", rows, unit), unit)
    assert [each for verb in one for each in odd(verb, one[verb], other[verb], unit)] == []


@FEW
@given(seed=st.integers(0, 1_000), unit=st.sampled_from([3, 10, 250]))
def test_another_unit_scales_subscriptions_as_well(
    tmp_path_factory: pytest.TempPathFactory, seed: int, unit: int
) -> None:
    rng, folder = np.random.default_rng(seed), tmp_path_factory.mktemp("unit")
    rows = []
    for i in range(80):
        start = FIRST + int(rng.integers(0, 400))
        end = start + 31 * int(rng.geometric(0.1))
        rows.append(
            (f"k{i}", date_of(start), date_of(end) if end < FIRST + 450 else "", int(rng.integers(4, 9)), "month")
        )
    told = {}
    for factor in (1, unit):
        path = folder / f"{factor}.csv"
        with path.open("w", newline="") as stream:
            priced = [(*row[:3], row[3] * factor, row[4]) for row in rows]
            csv.writer(stream).writerows([("customer_id", "started_at", "ended_at", "price", "period"), *priced])
        made = ll.Project(folder / f"shop{factor}", settings={"currency": "EUR", "margin": "40%"})
        made.ingest_subscriptions(path)
        told[factor] = made.forecast(months=4, draws=40).as_dict(), made.equity(cac=3 * factor).as_dict()
    found = odd("forecast", told[1][0], told[unit][0], unit) + odd("subscribed", told[1][1], told[unit][1], unit)
    assert found == []


@FEW
@given(seed=st.integers(0, 1_000), rate=st.sampled_from([5, 20, 25]))
def test_amounts_with_tax_are_net_amounts_times_one_plus_the_rate(
    tmp_path_factory: pytest.TempPathFactory, seed: int, rate: int
) -> None:
    """Every net amount is a whole number of euros, so that no cent is rounded."""
    folder, net = tmp_path_factory.mktemp("tax"), [(*row[:3], 100 * row[3]) for row in orders(seed)]
    gross = [(*row[:3], row[3] * (100 + rate) // 100) for row in net]
    one, other = (shop(folder / name, rows).score(horizon="26w") for name, rows in (("net", net), ("gross", gross)))
    assert other.totals.value == pytest.approx(one.totals.value * (1 + rate / 100), rel=1e-3)
    assert (other.totals.alive, other.totals.orders) == (
        pytest.approx(one.totals.alive),
        pytest.approx(one.totals.orders),
    )


@FEW
@given(seed=st.integers(0, 1_000), share=st.floats(0.02, 0.2), late=st.integers(0, 30))
def test_a_refunded_order_is_one_that_was_never_placed(
    tmp_path_factory: pytest.TempPathFactory, seed: int, share: float, late: int
) -> None:
    """An order that is taken back whole is no order: all is as if it had never been placed, in its months too."""
    rng, folder, rows = np.random.default_rng(seed), tmp_path_factory.mktemp("refund"), orders(seed)
    back = {row[0] for row in rows[:-1] if rng.random() < share}
    until = max(row[2] for row in rows)
    refunds = [
        (f"{one}-r", who, min(date_of(day_of(day) + late).isoformat(), until), -cents)
        for one, who, day, cents in rows if one in back
    ]  # fmt: skip
    less = shop(folder / "less", sorted([*rows, *refunds], key=lambda row: row[2]))
    never = shop(folder / "never", [row for row in rows if row[0] not in back])
    before, after = (base(one._folder, until).summary for one in (never, less))
    for name in ("customer_id", "x", "t_x", "T", "orders", "first_day", "revenue"):
        assert after[name].to_pylist() == before[name].to_pylist(), name
    scores = [one.fit("pareto_nbd", until=until) and one.score(horizon="26w") for one in (never, less)]
    assert scores[0].definition == scores[1].definition
    for name in ("customers", "alive", "orders", "value"):
        assert getattr(scores[1].totals, name) == pytest.approx(getattr(scores[0].totals, name)), name
    for month in less.forecast(months=1, draws=20).counted:
        came = sum(cents for one, _, day, cents in rows if one not in back and month.begins <= day <= month.ends)
        assert month.revenue == came, "money is taken off the order, on its day"
