"""What is known beside the orders, through the verbs: covariates, and first orders before the data begin."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lifelong as ll
from lifelong.errors import DataError, LifelongError
from lifelong.models.covariates import Covariates
from lifelong.project import fit_file
from lifelong.units import date_of, day_of

if TYPE_CHECKING:
    from pathlib import Path

HEAD = ("order_id", "customer_id", "ordered_at", "revenue", "channel", "zone", "age", "since")
BEGIN, DAYS = day_of("2024-01-01"), 420


def rows(customers: int = 300, seed: int = 1) -> list[list[Any]]:
    """Orders in view of a Pareto/NBD shop: by the web they come three times as often; a third came before the data begin.

    ``zone`` is chance, ``since`` the true first order, ``age`` a number that some do not tell.
    """
    rng = np.random.default_rng(seed)
    made: list[list[Any]] = []
    for i in range(customers):
        web = i % 2
        rate, hazard = rng.gamma(1.2, 1 / 70.0) * (3.0 if web else 1.0), rng.gamma(1.0, 1 / 200.0)
        first = int(rng.integers(-150, 0)) if i % 3 == 0 else int(rng.integers(0, 200))
        times = np.cumsum(rng.exponential(1 / rate, 200))
        days = np.unique(np.r_[0, np.ceil(times[times < min(rng.exponential(1 / hazard), DAYS - first)])])
        for day in first + days.astype(int):
            if 0 <= day <= DAYS:
                told = ["shop", "web"][web], "NS"[i % 5 % 2] if i % 7 else "", 20 + i % 40, date_of(BEGIN + first)
                made.append([len(made), f"c{i}", date_of(BEGIN + int(day)), round(float(rng.gamma(3, 10)), 2), *told])
    return made


def write(path: Path, made: list[list[Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([HEAD, *made])
    return path


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("known") / "orders.csv", rows())


@pytest.fixture(scope="module")
def shop(file: Path) -> ll.Project:
    made = ll.Project(file.with_name("shop"), settings={"currency": "EUR"})
    made.ingest(file, keep=HEAD[5:])
    return made


@pytest.fixture(scope="module")
def fit(shop: ll.Project) -> Any:
    return shop.fit("pareto_nbd", covariates=["channel", "zone"], l2=1e-4)


def test_the_factor_of_the_web_is_found(fit: Any) -> None:
    assert fit.model == "pareto_nbd+covariates"
    names = [p.name for p in fit.params]
    assert names[4:] == [
        "trans_channel=web",
        "trans_zone=S",
        "trans_zone=unknown",
        "life_channel=web",
        "life_zone=S",
        "life_zone=unknown",
    ]
    web = fit.params[4]
    assert web.low < np.log(3.0) < web.high
    assert fit.info["covariates"]["levels"][1] == ["zone", ["N", "S", "unknown"]]
    assert fit.info["covariates"]["penalty"] == 1e-4


def test_scores_dates_and_papers_go_by_the_covariates(shop: ll.Project, fit: Any) -> None:
    made = shop.score(fit, horizon="26w")
    saved = shop.score(shop.fit("pareto_nbd", covariates=["channel", "zone"], l2=1e-4), horizon="26w")
    assert saved.table.equals(made.table)  # what is sealed in JSON is all there is to it
    x = pq.read_table(made.path)
    assert len(x) == len(made.table)
    model = Covariates.of(fit)
    assert 0.5 < model.alive(fit.theta, {"channel": ["web"], "zone": ["N"], "x": [9], "t_x": [400], "T": [410]})[0] < 1
    dates = shop.next_orders(fit)
    assert dates.table["alive"].to_numpy() == pytest.approx(made.table["alive"].to_numpy())
    assert "Pareto/NBD with covariates" in shop.card().read_text(encoding="utf-8")
    assert "factor on ordering" in shop.report().read_text(encoding="utf-8")


def test_the_backtest_has_a_row_beside_each_and_auto_takes_the_winner(shop: ll.Project) -> None:
    board = shop.backtest(["pareto_nbd", "nbd"], covariates=["channel"], holdout="13w")
    names = list(dict.fromkeys(row["model"] for row in board.rows))
    assert names[:4] == ["pareto_nbd", "pareto_nbd+covariates", "nbd", "nbd+covariates"]
    score = {n: np.mean([r["log_score"] for r in board.rows if r["model"] == n]) for n in names[:4]}
    assert score["pareto_nbd+covariates"] > score["pareto_nbd"] - 0.01
    assert board.as_dict()["covariates"] == {"names": ["channel"], "penalty": 0.0}
    assert "pareto_nbd+covariates" in board.model_error
    assert not [f for f in shop.score(shop.fit("pareto_nbd", covariates=["channel"])).findings if f.code == "S390"]
    other = shop.score(shop.fit("pareto_nbd", covariates=["zone"]))
    assert [f for f in other.findings if f.code == "S390"], "tested were other covariates"
    asked = shop.fit("auto", covariates=["zone"])
    assert asked.model.endswith("+covariates")
    assert asked.info["covariates"]["trans"] == ["zone"]


def test_auto_knows_by_which_covariates_a_model_won(shop: ll.Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from lifelong.judge import backtest

    monkeypatch.setattr(backtest, "choose", lambda models, _: (max(models), "it is the last by name", ()))
    monkeypatch.setattr(backtest, "in_calendar", lambda *_: ("", ()))
    board = shop.backtest(covariates=["channel"], holdout="13w")
    assert board.chosen == "pareto_nbd+covariates"
    made = shop.fit("auto")
    assert (made.model, made.info["covariates"]["trans"]) == ("pareto_nbd+covariates", ["channel"])


def test_numbers_stay_numbers_and_are_asked_of_everybody(shop: ll.Project) -> None:
    made = shop.fit("bg_nbd", covariates=["age"])
    assert [p.name for p in made.params][4:] == ["trans_age", "life_age"]


def test_a_value_that_came_later_is_an_error(tmp_path: Path) -> None:
    made = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    made.ingest(write(tmp_path / "a.csv", rows(80)))
    fit = made.fit("pareto_nbd", covariates=["channel"])
    late = [9_000_001, "new", date_of(BEGIN + DAYS), 10.0, "fax", "N", 30, ""]
    made.ingest(write(tmp_path / "b.csv", [late]))
    with pytest.raises(DataError) as caught:
        made.score(fit)
    assert caught.value.code == "E212"


def test_first_orders_before_the_data_count(shop: ll.Project) -> None:
    fit = shop.fit("pareto_nbd", known_since="since")
    assert fit.info["before"]["column"] == "since"
    assert fit.info["before"]["older"] > 50
    made = shop.score(horizon="26w")
    plain = shop.score(shop.fit("pareto_nbd"), horizon="26w")
    assert made.totals.customers == plain.totals.customers
    assert made.totals.orders != pytest.approx(plain.totals.orders, rel=0.01)
    assert [f for f in made.findings if f.code == "S390"]
    assert any(name < "cohort 2024" for name in made.groups if name.startswith("cohort"))
    assert shop.next_orders(fit).customers == made.totals.customers
    shop.fit("pareto_nbd", known_since="since")
    assert shop.report().exists()


def test_a_backtest_knows_first_orders_before_the_data(tmp_path: Path) -> None:
    own = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    by_month = [[*r[:-1], r[-1].replace(day=1)] if r[-1] < date_of(BEGIN) else r for r in rows(150)]  # ages cost time
    own.ingest(write(tmp_path / "a.csv", by_month), keep=["since"])
    plain = own.backtest(["pareto_nbd"], holdout="13w")
    board = own.backtest(known_since="since", holdout="13w")
    assert (plain.known_since, board.known_since, board.chosen) == ("", "since", "pareto_nbd")
    assert board.as_dict()["known_since"] == "since"
    for one, other in zip(board.rows, plain.rows, strict=True):
        assert one["origin"] == other["origin"]
        assert one["customers"] == other["customers"]
        assert one["actual_orders"] == other["actual_orders"]
        if one["model"] == "pareto_nbd":
            assert one["forecast_orders"] != pytest.approx(other["forecast_orders"], rel=0.005)
        if one["model"] == "last_period":
            assert one["mae"] == other["mae"]
    made = own.fit("auto")
    assert made.info["before"]["column"] == "since"
    assert not [f for f in own.score(horizon="13w").findings if f.code == "S390"]
    own.fit("pareto_nbd")  # an ordinary fit was not tested by it
    assert [f for f in own.score(horizon="13w").findings if f.code == "S390"]


def test_at_an_origin_only_those_are_known_who_had_ordered_by_then(file: Path) -> None:
    import duckdb

    from lifelong.judge.older import Older
    from lifelong.judge.origin import see
    from lifelong.judge.trial import Trial

    sql = f"""SELECT order_id::TEXT AS order_id, customer_id, (ordered_at::DATE - DATE '1970-01-01')::INTEGER AS day,
        (revenue * 100)::BIGINT AS revenue, NULL::BIGINT AS refund, NULL::BIGINT AS cost, 1::INTEGER AS lines,
        1::INTEGER AS is_order FROM '{file}'"""
    orders = duckdb.sql(sql).to_arrow_table()
    age = {r[1]: BEGIN - 1 - day_of(str(r[7])) for r in rows() if day_of(str(r[7])) < BEGIN}
    older = Older("since", BEGIN - 1, pa.array(list(age)), pa.array(list(age.values()), pa.int32()))
    day = BEGIN + 60
    seen = see(orders, day, 90, Trial(older=older))
    first = {row["customer_id"]: row["day"] for row in reversed(orders.sort_by("day").to_pylist())}
    known = sorted(one for one, when in first.items() if when <= day)
    assert seen.summary["customer_id"].to_pylist() == known
    assert any(when > day for one, when in first.items() if one in age)
    told = {row["customer_id"]: row for row in seen.summary.to_pylist()}
    plain = {row["customer_id"]: row for row in see(orders, day, 90, Trial()).summary.to_pylist()}
    assert all(told[one]["before"] == age.get(one, 0) for one in known)
    assert all(told[one]["orders"] == plain[one]["orders"] for one in known)
    assert all(told[one]["x"] == plain[one]["x"] + (one in age) for one in known)
    assert seen.orders.sum() == see(orders, day, 90, Trial()).orders.sum()


def test_without_a_project_first_orders_may_be_of_people_who_are_not_in_view(file: Path) -> None:
    import duckdb

    sql = f"SELECT customer_id, ordered_at::DATE - DATE '1970-01-01' AS day, 1 AS is_order FROM '{file}'"
    first = {row[1]: str(row[7]) for row in rows()} | {"gone": "2023-06-01"}
    summary = ll.summarise(duckdb.sql(sql), until="2025-02-24", known_since=first)
    told = dict(zip(summary["customer_id"].to_pylist(), summary["before"].to_pylist(), strict=True))
    assert told["gone"] == day_of("2023-12-31") - day_of("2023-06-01")
    fit = ll.LeftTruncated(ll.ParetoNBD(), "all").fit(summary)
    rows_ = ll.predict(fit, summary, horizon="26w").table.to_pylist()
    assert next(r for r in rows_ if r["customer_id"] == "gone")["alive"] < 0.5


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("E181", {"model": "pareto_nbd", "covariates": ["colour"]}),
        ("E181", {"model": "pareto_nbd", "known_since": "colour"}),
        ("E182", {"model": "pareto_nbd", "covariates": ["zone"], "known_since": "since"}),
        ("E182", {"model": "pareto_nbd+calendar", "covariates": ["zone"]}),
        ("E182", {"model": "sbg", "covariates": ["zone"]}),
        ("E183", {"model": "pareto_nbd", "known_since": "zone"}),
        ("E204", {"model": "bg_nbd", "known_since": "since"}),
        ("E301", {"model": "pareto_nbd", "covariates": "zone"}),
        ("E301", {"model": "pareto_nbd", "covariates": ["zone"], "l2": "much"}),
        ("E302", {"model": "pareto_nbd+covariates"}),
    ],
)
def test_what_cannot_be_is_refused(shop: ll.Project, code: str, asked: dict[str, Any]) -> None:
    with pytest.raises(LifelongError) as caught:
        shop.fit(**asked)
    assert caught.value.code == code
    assert caught.value.fix


@pytest.mark.parametrize(
    ("code", "model", "since"),
    [
        ("E204", "bg_nbd", "since"),
        ("E182", "pareto_nbd+calendar", "since"),
        ("E182", "blend", "since"),
        ("E181", "pareto_nbd", "colour"),
        ("E183", "pareto_nbd", "zone"),
    ],
)
def test_a_backtest_refuses_what_a_fit_does(shop: ll.Project, code: str, model: str, since: str) -> None:
    with pytest.raises(LifelongError) as caught:
        shop.backtest([model], known_since=since, holdout="13w")
    assert caught.value.code == code


def test_where_everybody_came_since_the_data_begin_nothing_is_cut_off(tmp_path: Path) -> None:
    made = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    made.ingest(write(tmp_path / "a.csv", [[*r[:-1], r[2]] for r in rows(60)]), keep=["since"])
    with pytest.raises(DataError) as caught:
        made.fit("pareto_nbd", known_since="since")
    assert caught.value.code == "E183"


def test_a_file_alone_can_have_covariates(file: Path) -> None:
    made = fit_file(file, model="pareto_nbd", covariates=["channel", "zone"], currency="EUR")
    assert made.model == "pareto_nbd+covariates"
    assert made.info["covariates"]["trans"] == ["channel", "zone"]


def test_the_command_line_says_the_same(shop: ll.Project, capsys: pytest.CaptureFixture[str]) -> None:
    from lifelong.cli.commands import lifelong

    where = ["--project", str(shop.path), "--json"]
    lifelong.main(
        ["fit", "--model", "pareto_nbd", "--covariates", "channel, zone", "--l2", "1e-4", *where], standalone_mode=False
    )
    told = json.loads(capsys.readouterr().out)
    made = shop.fit("pareto_nbd", covariates=["channel", "zone"], l2=1e-4)
    assert [p["estimate"] for p in told["params"]] == [p.estimate for p in made.params]
    lifelong.main(["fit", "--model", "pareto_nbd", "--known-since", "since", *where], standalone_mode=False)
    assert json.loads(capsys.readouterr().out)["info"]["before"]["column"] == "since"


def test_traits_must_be_of_everybody() -> None:
    from lifelong.judge.traits import Traits

    known = Traits(("channel",), pa.table({"customer_id": ["a"], "channel": ["web"]}))
    twice = known.beside(known.beside(pa.table({"customer_id": ["a"]})))
    assert twice.column_names == ["customer_id", "channel"]
    with pytest.raises(DataError) as caught:
        known.beside(pa.table({"customer_id": ["b"]}))
    assert caught.value.code == "E211"
