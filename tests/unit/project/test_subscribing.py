"""The verb `subscriptions`: one file in, everybody's value out, the two tails of the published case side by side."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

import lifelong as ll
from lifelong.errors import ConfigError, DataError
from lifelong.judge.contracts import choose
from lifelong.project import contracts, subscriptions, together
from lifelong.schema import SCORES, names
from lifelong.units import date_of, day_of
from lifelong.values import Tenures, to_json

if TYPE_CHECKING:
    from pathlib import Path

#: Of 10,000 who joined a meal-kit service, how many were there after each month.
CASE = [10000, 6426, 5023, 4146, 3556, 3109, 2822, 2535, 2312, 2105, 1945, 1945, 1786]
HEADER = "customer;start;end;price;interval;plan"


def _month(first: str, months: int) -> str:
    year, month, day = map(int, first.split("-"))
    month += months - 1
    return f"{year + month // 12}-{month % 12 + 1:02d}-{day:02d}"


def _written(path: Path, rows: list[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case's cohort as a table: all join on one day, and a year has gone by."""
    rows, who = [], 0
    for months, (before, after) in enumerate(zip(CASE, [*CASE[1:], 0], strict=True)):
        end = "" if months == 12 else _month("2025-01-01", months + 1)
        rows += [f"c{who + i};2025-01-01;{end};60,00 €;monthly;box" for i in range(before - after)]
        who += before - after
    return _written(tmp_path_factory.mktemp("case") / "case.csv", rows)


def test_the_published_case_shows_both_tails_with_their_intervals(case: Path) -> None:
    made = subscriptions(case, until="2026-01-01", horizon="lifetime", margin="30%")
    (group,) = made.groups
    assert group.tails.horizon == 36
    assert round(group.tails["sbg"].joined) == 862
    assert round(group.tails["two_segments"].joined) == 253
    for model in ("sbg", "two_segments"):
        tail = group.tails[model]
        assert tail.joined_low < tail.joined < tail.joined_high
    assert group.tails["two_segments"].joined_high < group.tails["sbg"].joined_low
    # Both are shown; only where models fit the seen months alike is their distance a finding.
    assert not any(f.code == "F288" for f in made.findings)
    # Kaplan-Meier of a cohort that was watched whole is its share, and the model stands beside it.
    assert group.seen.survival.tolist() == pytest.approx([n / 10_000 for n in CASE[1:]])
    assert group.curve.middle == pytest.approx(group.seen.survival, abs=0.02)
    assert made.scores.currency == "EUR"
    assert made.scores.totals.customers == 1786
    text = str(made)
    assert "survivors of renewal 36" in text
    assert "+1 point(s) of retention" in text
    assert "10,000 rows, 0 set aside; customers: 1,786 here, 8,214 lost" in text


def _simulated(path: Path, size: int = 1500, seed: int = 3) -> tuple[Path, Tenures]:
    """Monthly subscribers that join over two years, and their tenures as they truly are."""
    rng = np.random.default_rng(seed)
    until, rows, n, lost = day_of("2026-06-30"), [], [], []
    life = ll.SBG().simulate(np.array([0.7, 1.2]), size, rng)
    for i in range(size):
        year, month, day = 2024 + (i % 24 + 6) // 12, (i % 24 + 6) % 12 + 1, i % 28 + 1
        start = f"{year}-{month:02d}-{day:02d}"
        age = (2026 - year) * 12 + 6 - month  # all days of the month are there: renewals due so far
        is_lost = life[i] <= age
        rows.append(f"k{i};{start};{_month(start, int(life[i])) if is_lost else ''};{5 + i % 3};month;p{i % 3}")
        n.append(min(life[i] - 1, age))
        lost.append(is_lost)
    assert date_of(until).isoformat() == "2026-06-30"
    return _written(path, rows), Tenures.of(n, lost)


def test_tenures_values_and_points_are_those_of_the_truth(tmp_path: Path) -> None:
    file, truth = _simulated(tmp_path / "subs.csv")
    made = subscriptions(file, currency="PLN", until="2026-06-30", horizon="1y", discount="0", out=tmp_path / "out.csv")
    (group,) = made.groups
    assert group.chosen.model == "sbg"
    assert "hidden part" in group.chosen.why
    fit, want = group.chosen.fit, ll.SBG().fit(truth)
    assert fit.theta.tolist() == want.theta.tolist()
    assert fit.info["period"] == "month"
    assert fit.origin.until == "2026-06-30"
    assert made.scores.table.column_names == list(names(SCORES))
    rows = {r["customer_id"]: r for r in made.scores.table.to_pylist()}
    assert len(rows) == 1500
    here = [r for r in rows.values() if r["alive"]]
    assert sum(r["value"] for r in here) == pytest.approx(made.scores.totals.value)
    assert {round(r["value"] / r["orders"]) for r in here} == {5, 6, 7}
    up, down = made.effects
    assert up.change > 0 > down.change
    assert up.equity == pytest.approx(made.scores.totals.value)
    with (tmp_path / "out.csv").open(newline="") as out:
        written = list(csv.DictReader(out))
    assert len(written) == 1500
    assert {r["model_version"] for r in written} == {"sbg"}
    told = json.loads(to_json(made))
    assert {"source", "rows", "set_aside", "states", "groups", "scores", "effects", "findings", "path"} == set(told)
    assert told["groups"][0]["curve"][0]["seen"] == pytest.approx(float(group.seen.survival[0]))
    assert {row["model"] for row in told["groups"][0]["models"]} == {
        "bdw", "constant_churn", "discrete_weibull", "sbg", "two_segments",
    }  # fmt: skip


def test_each_period_has_its_own_curve_and_all_stand_in_one_table(tmp_path: Path) -> None:
    rows = [f"m{i};2025-{1 + i % 12:02d}-10;{'' if i % 3 else '2026-02-10'};10;month;a" for i in range(60)]
    rows += [f"y{i};2023-{1 + i % 12:02d}-10;{'' if i % 4 else '2025-06-01'};99;year;b" for i in range(20)]
    made = subscriptions(_written(tmp_path / "two.csv", rows), currency="EUR", until="2026-06-30", horizon="2y")
    assert [g.period for g in made.groups] == ["month", "year"]
    assert {"paid by the month", "paid by the year"} < set(made.scores.groups)
    assert any(f.code == "F286" and "20 subscriptions are paid by the year" in f.text for f in made.findings)
    assert "Akaike" in made.groups[1].chosen.why


def test_tails_that_differ_where_the_seen_years_do_not_are_told() -> None:
    seen = Tenures.from_survivors([1000, 631, 468])
    made = contracts.group("year", choose(seen), seen)
    (told,) = [f for f in made.findings if f.code == "F288"]
    rivals = [r.joined for r in made.tails.rows if r.aic <= min(t.aic for t in made.tails.rows) + 10]
    assert f"{min(rivals):,.0f} to {max(rivals):,.0f} of 1,000 at renewal 6" in told.text


def test_what_a_user_should_know_is_told(tmp_path: Path) -> None:
    rows = [f"c{i};2025-{1 + i % 12:02d}-10;{'' if i % 3 else '2026-02-10'};10;month;a" for i in range(60)]
    bad, ahead = "x;2025-05-01;2025-04-01;10;month;a", "l;2025-01-10;2090-01-01;10;month;a"
    file = _written(tmp_path / "subs.csv", [*rows, bad, ahead, "p;2026-03-05;;10;month;a"])
    with pytest.raises(DataError) as caught:
        subscriptions(file, currency="EUR")
    assert caught.value.code == "E224"
    made = subscriptions(file, currency="EUR", bad_share="5%")
    assert made.set_aside == {"end before start": 1}
    codes = {f.code for f in made.findings}
    assert {"F282", "F284", "F285", "F287"} <= codes
    assert made.scores.as_of == "2026-03-05"
    assert made.states == {"here": 41, "leaving": 1, "lost": 20}
    row = {r["customer_id"]: r for r in made.scores.table.to_pylist()}
    assert row["l"]["value"] == 0.0
    assert row["l"]["historic"] == 140.0


def test_a_firm_with_both_kinds_of_business_gets_one_answer(orders_csv: Path, tmp_path: Path) -> None:
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    shop.ingest(orders_csv)
    asked = {"horizon": "1y", "margin": "60%", "discount": "10%/year"}
    buyers = shop.score(shop.fit("pareto_nbd"), **asked)
    last, known = buyers.as_of, buyers.table["customer_id"].to_pylist()[:40]
    rows = [f"{who};{int(last[:4]) - 1}-{1 + i % 12:02d}-10;{'' if i % 3 else last};10;month;a" for i, who in enumerate([*known, "new"])]  # fmt: skip
    subscribed = subscriptions(_written(tmp_path / "subs.csv", rows), currency="EUR", until=last, model="sbg", **asked)
    made = together(buyers, subscribed.scores)
    assert made.customers == buyers.customers + 1
    assert made.totals.value == pytest.approx(buyers.totals.value + subscribed.scores.totals.value)
    assert made.model == "pareto_nbd, sbg"


def test_a_named_model_is_taken_and_a_period_told_for_all(tmp_path: Path) -> None:
    rows = [f"c{i};2025-{1 + i % 12:02d}-10;{'' if i % 3 else '2026-02-10'};10" for i in range(60)]
    file = _written(tmp_path / "subs.csv", rows, "customer;start;end;price")
    with pytest.raises(DataError) as caught:
        subscriptions(file, currency="EUR")
    assert caught.value.code == "E227"
    made = subscriptions(file, currency="EUR", period="quarter", model="bdw", until="2026-06-30")
    assert made.groups[0].period == "quarter"
    assert made.groups[0].chosen.why == "it was named"
    assert {row.model for row in made.groups[0].tails.rows} > {"sbg", "two_segments"}


def test_a_base_that_is_all_gone_is_worth_nothing_more(tmp_path: Path) -> None:
    rows = [f"c{i};2025-{1 + i % 12:02d}-10;2026-02-15;10;month;a" for i in range(40)]
    made = subscriptions(_written(tmp_path / "gone.csv", rows), currency="EUR")
    assert made.scores.totals.value == made.scores.totals.high90 == 0.0
    assert made.effects == ()
    assert made.scores.customers == 40


def test_a_point_that_is_not_to_be_had_is_told(tmp_path: Path) -> None:
    rows = [f"c{i};2024-{1 + i % 12:02d}-10;;10;month;a" for i in range(400)]
    made = subscriptions(
        _written(tmp_path / "loyal.csv", rows), currency="EUR", until="2026-06-30", model="constant_churn"
    )
    assert any(f.code == "F289" for f in made.findings)
    assert len(made.effects) == 1


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"period": "moon"}, "E302"),
        ({"model": "bg_nbd"}, "E302"),
        ({"columns": {"who": "customer"}}, "E302"),
        ({"columns": {"plan": "nothing"}}, "E302"),
        ({"timezone": "Mars/Base"}, "E301"),
        ({"currency": "euro"}, "E301"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path: Path, asked: dict[str, object], code: str) -> None:
    file = _written(tmp_path / "subs.csv", ["a;2025-01-10;;10;month;a"])
    with pytest.raises(ConfigError) as caught:
        subscriptions(file, **asked)
    assert caught.value.code == code


def test_a_table_without_price_or_a_begun_subscription_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        subscriptions(_written(tmp_path / "a.csv", ["a;2025-01-10;month"], "customer;start;interval"))
    assert caught.value.code == "E102"
    with pytest.raises(DataError) as caught:
        subscriptions(_written(tmp_path / "b.csv", ["a;2025-01-10;;10;month;a"]), currency="EUR", until="2024-01-01")
    assert caught.value.code == "E229"


def test_a_row_that_cannot_be_parsed_keeps_its_place(tmp_path: Path) -> None:
    rows = [f"c{i};2025-{1 + i % 12:02d}-10;{'' if i % 3 else '2026-02-10'};10;month;a" for i in range(60)]
    rows[7] += ";too;wide"
    file = _written(tmp_path / "subs.csv", rows)
    with pytest.raises(DataError, match="1 of 60 rows could not be read") as caught:
        subscriptions(file, currency="EUR")
    assert "rows 8" in caught.value.where
    assert subscriptions(file, currency="EUR", bad_share="2%").set_aside == {"unreadable row": 1}


def test_the_smallest_tables_are_no_crash(tmp_path: Path) -> None:
    new = subscriptions(
        _written(tmp_path / "new.csv", ["a;2026-06-01;;10;month;x"]), currency="EUR", until="2026-06-20"
    )
    assert "nobody's renewal was due yet" in str(new)
    assert new.scores.totals.value > 0
    gone = subscriptions(_written(tmp_path / "gone.csv", ["a;2026-06-01;2026-06-09;10;month;x"]), currency="EUR")
    assert "nan" not in str(gone)
    assert gone.scores.totals.value == 0.0


STRIPE = (
    "id,Customer ID,Customer Description,Customer Email,Plan,Quantity,Currency,Interval,Amount,Status,"
    "Cancellation Reason,Created (UTC),Start (UTC),Current Period Start (UTC),Current Period End (UTC),"
    "Trial Start (UTC),Trial End (UTC),Canceled At (UTC),Ended At (UTC)"
)


def test_the_export_of_a_payment_provider_is_understood(tmp_path: Path) -> None:
    """The end is when it ended, not when it was cancelled; times are UTC; the currency is in small letters."""
    day = "2025-01-05 23:30"
    told = [
        f"sub_1,cus_1,,a@b.co,gold,1,usd,month,20.00,active,,{day},{day},,,,,,",
        f"sub_2,cus_2,,b@b.co,gold,1,usd,month,20.00,canceled,,{day},{day},,,,,2025-03-01 10:00,2025-04-05 10:00",
        f"sub_3,cus_3,,c@b.co,all,1,usd,year,200.00,active,,{day},{day},,,,,,",
    ]
    file = _written(tmp_path / "stripe.csv", told, STRIPE)
    made = subscriptions(file, until="2026-05-10", timezone="Europe/Warsaw", model="sbg")
    rows = {r["customer_id"]: r for r in made.scores.table.to_pylist()}
    assert made.scores.currency == "USD"
    assert {who: r["historic"] for who, r in rows.items()} == {"cus_1": 340.0, "cus_2": 60.0, "cus_3": 400.0}
    assert [r["alive"] for r in rows.values()] == [1.0, 0.0, 1.0]


def test_dates_with_the_day_first_and_columns_by_name(tmp_path: Path) -> None:
    rows = [f"c{i};{i % 28 + 1:02d}.{1 + i % 12:02d}.2025;{'' if i % 3 else '15.02.2026'};9,50;rok" for i in range(40)]
    file = _written(tmp_path / "subs.csv", rows, "klient;od;do;opłata miesięczna;okres")
    made = subscriptions(file, currency="PLN", columns={"price": "opłata miesięczna"}, until="2026-06-30")
    assert made.groups[0].period == "year"
    assert made.scores.table["historic"].to_pylist()[0] in {9.5, 19.0}
