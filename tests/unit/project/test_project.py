"""The verbs on a small shop, from the file to the report."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import lifelong as ll
from lifelong.errors import AccessError, ConfigError, DataError, StoreError


@pytest.fixture(scope="module")
def shop(orders_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    """A project with the whole file in it; tests of this module only read it or work on a copy."""
    made = ll.Project(tmp_path_factory.mktemp("p") / "shop", settings={"currency": "EUR"})
    made.ingest(orders_csv)
    return made


def _copy(shop: ll.Project, target: Path) -> ll.Project:
    shutil.copytree(shop.path, target)
    return ll.Project(target, create=False)


def test_the_import_reconciles_and_is_kept(shop: ll.Project, orders_csv: Path) -> None:
    rows = orders_csv.read_text().count("\n") - 1
    report = shop.ingest(orders_csv)
    assert (report.rows_in, report.kept, report.quarantined, report.duplicates) == (rows, rows, 0, 0)
    assert report.findings[0].code == "D190"
    cents = sum(round(float(line.rsplit(",", 1)[1]) * 100) for line in orders_csv.read_text().splitlines()[1:])
    assert report.money_kept == cents
    assert shop.status().facts["orders"] == rows


def test_the_same_file_twice_changes_nothing(shop: ll.Project, orders_csv: Path, tmp_path: Path) -> None:
    copy = _copy(shop, tmp_path / "shop")
    before = {
        p.relative_to(copy.path): p.read_bytes() for p in copy.path.rglob("*") if p.is_file() and p.name != ".lock"
    }
    copy.ingest(orders_csv)
    after = {
        p.relative_to(copy.path): p.read_bytes() for p in copy.path.rglob("*") if p.is_file() and p.name != ".lock"
    }
    assert before == after


def test_overlapping_exports_in_any_order_give_the_same_content(
    shop: ll.Project, halves: tuple[Path, Path], tmp_path: Path
) -> None:
    whole = shop.status().facts["content"]
    for name, order in (("ab", halves), ("ba", halves[::-1])):
        other = ll.Project(tmp_path / name, settings={"currency": "EUR"})
        reports = [other.ingest(path) for path in order]
        overlap = sum(f.facts["rows"] for f in reports[1].findings if f.code == "D191") + reports[1].duplicates
        assert overlap == sum(r.rows_in for r in reports) - shop.status().facts["orders"]
        assert other.status().facts["content"] == whole


def test_rebuild_gives_the_same_content(shop: ll.Project, tmp_path: Path) -> None:
    copy = _copy(shop, tmp_path / "shop")
    shutil.rmtree(copy.path / "cache")
    assert "content" not in copy.status().facts
    assert copy.rebuild().facts["content"] == shop.status().facts["content"]


def test_a_file_with_too_many_bad_rows_is_refused_whole(shop: ll.Project, tmp_path: Path) -> None:
    copy = _copy(shop, tmp_path / "shop")
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "order_id,customer_id,ordered_at,revenue\n"
        + "".join(f"n{i},,2025-01-02,5.00\n" for i in range(9))
        + "n9,c1,2025-01-02,5.00\n"
    )
    before = copy.status().facts["content"]
    with pytest.raises(DataError) as caught:
        copy.ingest(bad)
    assert caught.value.code == "E104"
    assert "9 of 10" in caught.value.what
    assert caught.value.fix
    assert copy.status().facts["content"] == before
    assert copy.status().facts["batches"] == 1
    report = copy.ingest(bad, bad_share="95%")
    assert report.quarantined == 9
    quarantined = pq.read_table(copy.path / "quarantine" / f"{report.batch}.parquet").to_pylist()
    assert {row["reason"] for row in quarantined} == {"no customer"}
    assert copy.check().quarantined == 9


def test_the_next_verb_sweeps_what_a_killed_one_left(shop: ll.Project, tmp_path: Path) -> None:
    copy = _copy(shop, tmp_path / "shop")
    left = [copy.path / name / ".tmp-1-00000000-x.json" for name in ("receipts", "fits", "scores", "cache", "landing")]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.write_text("half")
    copy.check()
    assert [path for path in left if path.exists()] == []


def test_a_second_currency_is_refused(shop: ll.Project, tmp_path: Path) -> None:
    copy = _copy(shop, tmp_path / "shop")
    other = tmp_path / "usd.csv"
    other.write_text(
        "order_id,customer_id,ordered_at,revenue,currency\nu1,c1,2025-01-02,5.00,USD\nu2,c2,2025-01-03,7.00,USD\n"
    )
    with pytest.raises(DataError) as caught:
        copy.ingest(other)
    assert caught.value.code == "E105"


def test_missing_files_and_projects_are_coded(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        ll.Project(tmp_path / "nowhere", create=False)
    assert caught.value.code == "E304"
    empty = ll.Project(tmp_path / "empty")
    with pytest.raises(DataError) as none:
        empty.ingest(tmp_path / "no.csv")
    assert none.value.code == "E101"
    with pytest.raises(DataError) as nothing:
        empty.fit("bg_nbd")
    assert nothing.value.code == "E106"


def test_one_flipped_byte_in_the_landing_is_noticed(shop: ll.Project, tmp_path: Path) -> None:
    copy = _copy(shop, tmp_path / "shop")
    data = next((copy.path / "landing").glob("*.parquet"))
    content = bytearray(data.read_bytes())
    content[len(content) // 2] ^= 1
    data.write_bytes(bytes(content))
    with pytest.raises(StoreError) as caught:
        copy.check()
    assert caught.value.code == "E401"


def test_a_fit_scores_and_a_report(shop: ll.Project, tmp_path: Path) -> None:
    copy = _copy(shop, tmp_path / "shop")
    fit = copy.fit("pareto_nbd")
    assert fit.model == "pareto_nbd"
    assert fit.spend is not None
    scores = copy.score(horizon="26w", margin="40%")
    table = pq.read_table(scores.path)
    assert table.num_rows == scores.customers == copy.status().facts["customers"]
    assert any(f.code == "S390" for f in scores.findings), "no back-test yet: the scores say so"
    board = copy.backtest(["pareto_nbd"], holdout="13w")
    assert board.chosen == "pareto_nbd"
    again = copy.score(horizon="26w", margin="40%")
    assert not any(f.code == "S390" for f in again.findings)
    path = copy.report(tmp_path / "out.html", horizon="26w")
    assert path.read_text().startswith("<!doctype html>")
    text = copy.card(tmp_path / "card.md", horizon="26w").read_text(encoding="utf-8")
    for title in ("Back-test", "Calibration by group", "Calibration by tenth", "Cost of being wrong", "Limits"):
        assert f"## {title}" in text
    assert f"| Hash of the histories | {fit.origin.data} |" in text
    assert f"lifelong {ll.__version__}, seed 0" in text
    assert copy.card(horizon="26w").parent == copy.path / "reports"
    csv = copy.export(tmp_path / "out.csv")
    assert csv.read_text().splitlines()[0].startswith("customer_id,")


def test_the_same_input_gives_the_same_bytes(shop: ll.Project, tmp_path: Path) -> None:
    one, two = _copy(shop, tmp_path / "one"), _copy(shop, tmp_path / "two")
    for each in (one, two):
        each.fit("bg_nbd")
        each.score(horizon="26w")
    for name in ("fits", "scores"):
        first = {p.name: p.read_bytes() for p in (one.path / name).iterdir() if p.suffix in {".json", ".parquet"}}
        second = {p.name: p.read_bytes() for p in (two.path / name).iterdir() if p.suffix in {".json", ".parquet"}}
        assert {k: v for k, v in first.items() if k.endswith("parquet") or name == "fits"} == {
            k: v for k, v in second.items() if k.endswith("parquet") or name == "fits"
        }


def test_unknown_models_get_a_hint(shop: ll.Project) -> None:
    with pytest.raises(ConfigError, match="bgnbd") as caught:
        shop.fit("bgnbd")
    assert "bg_nbd" in caught.value.why


def test_forgetting_leaves_no_byte(shop: ll.Project, tmp_path: Path) -> None:
    copy = _copy(shop, tmp_path / "shop")
    victim = pq.read_table(next((copy.path / "landing").glob("*.parquet")))["customer_id"][7].as_py()
    copy.fit("bg_nbd")
    copy.score(horizon="26w")
    copy.report()
    receipt = copy.forget(victim).as_dict()
    assert receipt["rows_removed"] >= 1
    for path in copy.path.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode("latin-1")
            if path.suffix == ".parquet":
                text += json.dumps(pq.read_table(path).to_pydict(), default=str)
            assert victim not in text, path
    assert copy.status().facts["customers"] == shop.status().facts["customers"] - 1
    with pytest.raises(AccessError) as caught:
        copy.forget(victim)
    assert caught.value.code == "E501"


def test_pseudonyms_hide_every_id(orders_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFELONG_KEYS", str(tmp_path / "keys"))
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR", "pseudonyms": True})
    report = shop.ingest(orders_csv)
    names = {line.split(",")[1] for line in orders_csv.read_text().splitlines()[1:]}
    assert report.customers == len(names)
    for path in shop.path.rglob("*.parquet"):
        table = pq.read_table(path)
        if "customer_id" in table.column_names:
            assert not names & set(table["customer_id"].to_pylist())
    victim = sorted(names)[0]
    assert shop.forget(victim).as_dict()["rows_removed"] >= 1
    shutil.rmtree(tmp_path / "keys")
    with pytest.raises(AccessError) as caught:
        shop.forget(sorted(names)[1])
    assert caught.value.code == "E502"


def test_guests_join_accounts_and_can_be_taken_apart(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(
        "order_id,customer_id,email,ordered_at,revenue\n"
        "1,A1,ann@example.org,2025-01-02,10.00\n"
        "2,,ann@example.org,2025-02-02,20.00\n"
        "3,A2,bob@example.org,2025-03-02,30.00\n"
    )
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    shop.ingest(path)
    assert shop.status().facts["customers"] == 2
    (joined,) = shop.merges().rows
    assert joined["customer_id"] == "A1"
    before = shop.status().facts["content"]
    shop.undo_merge(joined["alias"])
    assert shop.status().facts["customers"] == 3
    assert shop.merges().undone == (joined["alias"],)
    with pytest.raises(AccessError):
        shop.undo_merge("nobody")
    assert shop.status().facts["content"] != before


def test_guests_join_accounts_under_pseudonyms_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFELONG_KEYS", str(tmp_path / "keys"))
    path = tmp_path / "orders.csv"
    path.write_text(
        "order_id,customer_id,email,ordered_at,revenue\n"
        "1,A1,Ann@example.org,2025-01-02,10.00\n"
        "2,,ann@example.org,2025-02-02,20.00\n"
        "3,A2,bob@example.org,2025-03-02,30.00\n"
    )
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR", "pseudonyms": True})
    shop.ingest(path)
    assert shop.status().facts["customers"] == 2
    assert shop.forget("ann@example.org").as_dict()["rows_removed"] == 2


def test_a_read_only_folder_is_told_plainly(shop: ll.Project, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("x")
    with pytest.raises(StoreError) as caught:
        ll.Project(blocker / "shop")
    assert caught.value.code == "E403"


def test_two_processes_do_not_meet(shop: ll.Project, tmp_path: Path) -> None:
    from lifelong.store.files import Lock

    copy = _copy(shop, tmp_path / "shop")
    with Lock(copy.path, "fit"), pytest.raises(StoreError) as caught:
        copy.rebuild()
    assert caught.value.code == "E402"
    assert str(os.getpid()) in str(caught.value)


def test_everything_in_one_call(orders_csv: Path, tmp_path: Path) -> None:
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    answer = shop.run(orders_csv, horizon="26w", holdout="13w", margin="35%")
    told = answer.as_dict()
    assert set(told) == {"ingest", "leaderboard", "fit", "scores", "report", "findings"}
    assert {"model", "params", "loglik", "findings", "info", "origin"} <= set(told["fit"])
    assert set(told["fit"]["params"][0]) == {"name", "estimate", "se", "low", "high", "unit"}
    assert {"as_of", "horizon", "currency", "definition", "customers", "totals", "path"} <= set(told["scores"])
    assert {"alive", "orders", "value", "low80", "high80", "low90", "high90"} <= set(told["scores"]["totals"])
    assert {"rows", "chosen", "why"} <= set(told["leaderboard"])
    assert Path(told["report"]).exists()
    assert told["fit"]["model"] == told["leaderboard"]["chosen"]
    json.dumps(told)


def test_without_a_project(orders_csv: Path, shop: ll.Project) -> None:
    orders = pq.read_table(next((shop.path / "cache").glob("*/orders.parquet")))
    summary = ll.summarise(orders, until="2024-12-31", currency="EUR")
    fit = ll.BGNBD().fit(summary)
    scores = ll.predict(fit, summary, horizon="26w")
    assert scores.customers == len(summary)


def test_subscriptions_do_not_get_a_model_of_free_buying(tmp_path: Path) -> None:
    path = tmp_path / "invoices.csv"
    rows = [f"i{c}-{m},c{c},2025-{m:02d}-{1 + c % 28:02d},9.99" for c in range(60) for m in range(1, 13)]
    path.write_text("\n".join(["order_id,customer_id,ordered_at,revenue", *rows]) + "\n")
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    shop.ingest(path)
    made = shop.fit("auto")
    assert made.model in {"constant_churn", "sbg"}
    (why,) = [f.text for f in made.findings if f.code == "F281"]
    assert "every 30 days" in why
    assert any(f.code == "F292" for f in shop.fit("pareto_nbd").findings)
