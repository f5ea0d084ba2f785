"""The verb customer: what it shows is what the other verbs show of that customer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

import lifelong as ll
from lifelong.cli.commands import lifelong
from lifelong.errors import AccessError
from lifelong.project import looking_up
from lifelong.units import date_of, day_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def shop(orders_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    made = ll.Project(tmp_path_factory.mktemp("one") / "shop", settings={"currency": "EUR"})
    made.ingest(orders_csv)
    made.fit("pareto_nbd")
    made.score(horizon="26w", margin="35%")
    return made


@pytest.fixture(scope="module")
def rows(shop: ll.Project) -> list[dict[str, object]]:
    shop.segment("stage is known")
    found = shop.register()
    assert found is not None
    return found.rows.to_pylist()


def test_the_parts_sum_to_the_difference_from_the_mean(shop: ll.Project, rows: list[dict[str, object]]) -> None:
    run = shop.scored()
    assert run is not None
    mean = run.told["totals"]["value"] / run.told["totals"]["customers"]
    for row in rows[::40]:
        made = shop.customer(str(row["customer_id"]))
        assert made.mean == pytest.approx(mean)
        assert [p.name for p in made.parts] == ["silence", "frequency", "spend"]
        assert sum(p.part for p in made.parts) == pytest.approx(made.scores["value"] - mean, abs=1e-9)
        assert np.prod([p.factor for p in made.parts]) == pytest.approx(made.scores["value"])


def test_it_shows_what_the_other_verbs_show(shop: ll.Project, rows: list[dict[str, object]], orders_csv: Path) -> None:
    regular = max(rows, key=lambda row: row["order_days"])
    name = str(regular["customer_id"])
    made = shop.customer(name)
    assert all(
        made.scores[key] == regular[key] for key in ("value", "low80", "high80", "median", "alive", "silent_days")
    )
    assert (made.stage, made.tier, made.counted["order_days"]) == (
        regular["stage"],
        regular["tier"],
        regular["order_days"],
    )
    told = [line.split(",") for line in orders_csv.read_text().splitlines()[1:]]
    own = sorted((when[:10], float(amount)) for _, who, when, amount, *_ in told if who == name)
    assert [(order.day, order.amount) for order in made.orders] == own
    assert made.of_orders == len(own)
    assert made.counted["revenue"] == pytest.approx(sum(amount for _, amount in own))
    like = [
        row
        for row in rows
        if row["order_days"] == regular["order_days"]
        and abs(row["silent_days"] - regular["silent_days"]) <= regular["silent_days"] / 4
        and row is not regular
    ]
    assert (made.similar.customers if made.similar else 0) == len(like)
    once = next(row for row in rows if row["order_days"] == 1 and row["silent_days"] > 100)
    low, high = 0.75 * once["silent_days"], 1.25 * once["silent_days"]
    others = [r for r in rows if r["order_days"] == 1 and low <= r["silent_days"] <= high and r is not once]
    similar = shop.customer(str(once["customer_id"])).similar
    assert similar is not None
    assert similar.customers == len(others) > 5
    assert similar.value == pytest.approx(np.mean([row["value"] for row in others]))
    assert similar.alive == pytest.approx(np.mean([row["alive"] for row in others]))
    if made.next and made.next["date"]:
        assert made.next["low80"] <= made.next["date"] <= made.next["high80"]


def test_the_chance_over_time_is_what_the_fit_says_of_each_day(shop: ll.Project, rows: list[dict[str, object]]) -> None:
    regular = max(rows, key=lambda row: row["order_days"])
    name = str(regular["customer_id"])
    made = shop.customer(name)
    days = [day_of(point.day) for point in made.alive_over_time]
    assert days == sorted(set(days))
    assert made.alive_over_time[-1].day == made.as_of
    assert made.alive_over_time[-1].alive == pytest.approx(made.scores["alive"], abs=1e-9)
    assert all(0.0 <= point.alive <= 1.0 for point in made.alive_over_time)
    point = made.alive_over_time[len(days) // 2]
    fit = shop.scored().made_by()
    seen = sorted({day_of(order.day) for order in made.orders if day_of(order.day) <= day_of(point.day)})
    summary = {
        "customer_id": [name], "x": [len(seen) - 1], "t_x": [seen[-1] - seen[0]], "T": [day_of(point.day) - seen[0]],
        "first_day": [seen[0]], "spend_x": [0], "spend": [0], "revenue": [0], "cost": [None], "orders": [len(seen)],
    }  # fmt: skip
    import pyarrow as pa

    then = ll.predict(fit, pa.table(summary), horizon="26w").table["alive"][0].as_py()
    assert point.alive == pytest.approx(then, abs=1e-9)
    at_order = {day: point.alive for day, point in zip(days, made.alive_over_time, strict=True)}
    for day in sorted({day_of(order.day) for order in made.orders})[1:]:
        assert at_order[day] >= at_order.get(day - 1, 0.0) - 1e-9  # an order is a sign of life


def test_few_days_and_one_order(shop: ll.Project, rows: list[dict[str, object]]) -> None:
    once = next(row for row in rows if row["order_days"] == 1)
    made = shop.customer(str(once["customer_id"]))
    assert made.scores["rhythm_days"] is None
    assert len(made.orders) == 1
    visits = np.array([100])
    assert looking_up._days(visits, 100).tolist() == [100]
    assert looking_up._days(visits, 101).tolist() == [101]
    assert len(looking_up._days(np.arange(0, 2000, 7), 2000)) <= looking_up.POINTS


def test_json_and_text(shop: ll.Project, rows: list[dict[str, object]]) -> None:
    name = str(rows[0]["customer_id"])
    words = ["customer", name, "--project", str(shop.path)]
    told = json.loads(CliRunner().invoke(lifelong, [*words, "--json"], catch_exceptions=False).stdout)
    assert told == json.loads(json.dumps(shop.customer(name).as_dict()))
    text = CliRunner().invoke(lifelong, words, catch_exceptions=False).stdout
    assert f"customer {name}" in text
    assert "against the mean customer" in text


@pytest.mark.parametrize("name", ["nobody", "' OR 1=1 --", ""])
def test_nobody_of_that_name(shop: ll.Project, name: str) -> None:
    with pytest.raises(AccessError) as told:
        shop.customer(name)
    assert told.value.code == "E501"


def test_orders_since_the_scores_and_a_model_that_looks_at_more(orders_csv: Path, tmp_path: Path) -> None:
    copy = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    head, *lines = orders_csv.read_text().splitlines()
    told = [f"{line},{'ads' if int(line.split(',')[1][1:]) % 2 else 'mail'}" for line in lines]
    (tmp_path / "o.csv").write_text("\n".join([f"{head},channel", *told]) + "\n")
    copy.ingest(tmp_path / "o.csv")
    copy.fit("pareto_nbd", covariates=("channel",))
    copy.score(horizon="26w")
    name = copy.scored().rows()["customer_id"][0].as_py()
    made = copy.customer(name)
    assert made.alive_over_time == ()
    assert [f.code for f in made.findings] == ["F533"]
    more = tmp_path / "more.csv"
    more.write_text(f"{head},channel\nX1,{name},{date_of(day_of(made.as_of) + 9).isoformat()},10.00,ads\n")
    copy.ingest(more)
    later = copy.customer(name)
    assert "F534" in [f.code for f in later.findings]
    assert later.orders == made.orders  # what came after the scores is not shown


def test_one_is_the_same_from_files_and_from_memory(shop: ll.Project, rows: list[dict[str, object]]) -> None:
    register = shop.register()
    assert register is not None
    for row in rows[::60]:
        assert register.customer(str(row["customer_id"])) == shop.customer(str(row["customer_id"]))
    for name in ("", "nobody", "~~~", "\uffff"):
        with pytest.raises(ll.LifelongError, match="E501"):
            register.customer(name)


def test_ids_of_every_kind_are_found_by_halving(tmp_path: Path) -> None:
    names = ["A", "B 1", "Z", "a", "b", "é", "żółw", "Ω", "💡", "10", "9", "-1"]
    lines = [
        f"{name},2024-{1 + month:02d}-{3 + i:02d},{10 + i}" for i, name in enumerate(names) for month in range(0, 9, 3)
    ]
    (tmp_path / "o.csv").write_text("customer_id,date,total\n" + "\n".join(lines) + "\n", encoding="utf-8")
    made = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    made.ingest(tmp_path / "o.csv")
    made.fit("bg_nbd", prior="on")
    made.score(horizon="26w")
    made.segment("stage is known")
    register = made.register()
    assert register is not None
    ids = register.rows["customer_id"].to_pylist()
    assert ids == sorted(ids)
    for name in ids:
        told = register.customer(name)
        assert (told.customer_id, len(told.orders)) == (name, 3)
        assert told == made.customer(name)
