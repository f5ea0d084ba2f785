"""Subscriptions kept in a project: each file reconciles, comes once, is forgotten with its person, and is valued."""

from __future__ import annotations

import html
import json
import random
import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import lifelong as ll
from lifelong.errors import AccessError, ConfigError, DataError, StoreError
from lifelong.project import run, subscriptions
from lifelong.store import files
from lifelong.store.landing import KIND, KIND_2
from lifelong.units import date_of, day_of

HEADER = "customer,subscription id,start,end,price,interval,status,trial end"
UNTIL = "2026-06-30"


def _row(i: int, *, moved: bool = False) -> str:
    """A subscriber who joined in 2025; every third is lost; in a later export some more are."""
    start = f"2025-{1 + i % 12:02d}-{1 + i % 28:02d}"
    end = f"2026-{4 + i % 3:02d}-{1 + i % 20:02d}" if i % 3 == 0 else "2026-06-29" if moved and i % 7 == 1 else ""
    status = "canceled" if end else "past_due" if i % 10 == 1 else "active"
    return f"k{i},sub_{i},{start},{end},{5 + i % 3}.50,month,{status},"


def _export(path: Path, *more: str, size: int = 90, moved: bool = False) -> Path:
    path.write_text("\n".join([HEADER, *(_row(i, moved=moved) for i in range(size)), *more]) + "\n", encoding="utf-8")
    return path


def _orders(path: Path) -> Path:
    """A shop of which thirty subscribers buy too."""
    rng = random.Random(5)
    lines = ["order_id,customer_id,email,date,total"]
    for i in range(160):
        name = f"k{i}" if i < 30 else f"b{i}"
        for _ in range(rng.randint(1, 6)):
            day = date_of(day_of("2025-01-01") + rng.randint(0, 544)).isoformat()
            lines.append(f"o{len(lines)},{name},,{day},{rng.randint(500, 9000) / 100:.2f}")
    lines.append(f"o{len(lines)},b31,b31@example.org,{UNTIL},20.00")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> tuple[ll.Project, Path]:
    """A project of subscriptions alone, and their file, with two bad rows, one said twice, and a trial."""
    base = tmp_path_factory.mktemp("enrolled")
    file = _export(
        base / "june.csv", "x1,sub_x1,2025-02-01,,9,month,canceled,", "x2,sub_x2,2025-02-30,,9,month,active,",
        _row(4), "t1,sub_t1,2026-06-20,,9,month,trialing,2026-07-20",
    )  # fmt: skip
    shop = ll.Project(base / "shop", settings={"currency": "EUR"})
    shop.ingest_subscriptions(file, bad_share="5%")
    return shop, file


def _copy(shop: ll.Project, to: Path) -> ll.Project:
    shutil.copytree(shop.path, to)
    return ll.Project(to, create=False)


def test_a_file_reconciles_and_every_bad_row_has_its_reason(enrolled: tuple[ll.Project, Path], tmp_path: Path) -> None:
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    report = shop.ingest_subscriptions(enrolled[1], bad_share="5%")
    assert (report.rows_in, report.kept, report.quarantined, report.duplicates) == (94, 91, 2, 1)
    assert report.money_in == report.money_kept + report.money_quarantined + report.money_duplicates
    assert report.details["reasons"] == {"invalid date": 1, "no end": 1}
    assert report.details["statuses"] == {"active": 54, "ended": 30, "past_due": 6, "trialing": 1}
    assert report.columns["ended_at"] == "end"
    assert {"D174", "D177", "D181", "F285"} <= {f.code for f in report.findings}
    assert report.as_dict()["kind"] == "subscriptions"
    assert "91 subscriptions of 91 customers" in str(report)
    (found,) = (shop.path / "quarantine").glob("*.parquet")
    assert pq.read_table(found, columns=["row", "customer_id", "reason"]).to_pylist() == [
        {"row": 91, "customer_id": "x1", "reason": "no end"},
        {"row": 92, "customer_id": "x2", "reason": "invalid date"},
    ]
    landed = pq.read_table(next((shop.path / "landing").glob("*.parquet")))
    assert set(landed.column_names) <= {*report.columns, "row", "fault", "raw"}  # mapped columns only


def test_the_same_file_comes_once_and_another_reading_takes_its_place(
    enrolled: tuple[ll.Project, Path], tmp_path: Path
) -> None:
    shop = _copy(enrolled[0], tmp_path / "shop")
    before = shop.status().facts
    again = shop.ingest_subscriptions(enrolled[1], bad_share="5%")
    assert again.findings[0].code == "D190"
    assert shop.status().facts == before | {"project": str(shop.path)}
    plain = shop.ingest_subscriptions(enrolled[1], bad_share="5%", columns={"plan": "status"})
    assert not any(f.code == "D190" for f in plain.findings)
    assert shop.status().facts["batches"] == 1


def test_a_later_export_takes_the_place_of_what_it_tells_again(
    enrolled: tuple[ll.Project, Path], tmp_path: Path
) -> None:
    shop = _copy(enrolled[0], tmp_path / "shop")
    report = shop.ingest_subscriptions(_export(tmp_path / "july.csv", size=95, moved=True))
    assert (report.kept, report.duplicates) == (95, 0)
    assert shop.status().facts["subscriptions"] == 96  # the trial of the first file stands there alone
    check = shop.check()
    assert any(f.code == "D180" and f.facts["rows"] == 91 for f in check.findings)
    rows = pq.read_table(next((shop.path / "cache").glob("subscriptions-*/subscriptions.parquet"))).to_pylist()
    ends = {r["customer_id"]: r["end"] for r in rows}
    assert ends["k8"] is not None  # it ran in June, and had ended by July
    lost = subscriptions(_export(tmp_path / "again.csv", size=95, moved=True), currency="EUR", until=UNTIL).states
    assert shop.subscriptions(until=UNTIL).states == lost


def test_without_numbers_customer_and_first_day_tell_a_subscription(tmp_path: Path) -> None:
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    head = "customer,start,end,price,interval"
    for name, rows in (
        ("a", ["u,2025-01-01,,9,month", "v,2025-01-01,,9,month"]),
        ("b", ["u,2025-01-01,2026-01-01,9,month"]),
    ):
        (tmp_path / f"{name}.csv").write_text("\n".join([head, *rows]) + "\n")
        shop.ingest_subscriptions(tmp_path / f"{name}.csv")
    rows = {
        r["customer_id"]: r["end"] for r in pq.read_table(next((shop.path / "cache").glob("subs*/subs*"))).to_pylist()
    }
    assert rows["u"] is not None
    assert rows["v"] is None


def test_the_project_values_its_own_table_as_the_file_is_valued(enrolled: tuple[ll.Project, Path]) -> None:
    shop, file = enrolled
    asked = {"until": UNTIL, "horizon": "1y", "margin": "60%"}
    alone = subscriptions(file, currency="EUR", bad_share="60%", **asked)
    kept = shop.subscriptions(**asked)
    assert kept.states == alone.states == {"here": 60, "lost": 30}
    assert kept.scores.totals == alone.scores.totals
    assert kept.scores.table.equals(alone.scores.table)
    assert kept.set_aside == {"invalid date": 1, "no end": 1}
    assert "june.csv: 94 rows, 2 set aside" in str(kept)
    assert Path(kept.scores.path).exists()


def words_of(path: str) -> str:
    """A page's words, without tags."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", Path(path).read_text(encoding="utf-8").partition("<body>")[2]))
    return re.sub(r"\s+", " ", text)


def test_scores_run_and_export_need_no_file(enrolled: tuple[ll.Project, Path], tmp_path: Path) -> None:
    shop = _copy(enrolled[0], tmp_path / "shop")
    scores = shop.score(horizon="1y", margin="60%")
    assert scores.customers == 90
    made = run("", shop.path, margin="60%", until=UNTIL, model="sbg")
    assert made.leaderboard is None
    assert made.fit.model == "sbg"
    assert made.report in str(made)
    told = words_of(made.report)
    assert "91 subscriptions, 90 customers" in told
    assert "Prices in the file" in told
    assert "How long they stay" in told
    assert "Present subscribers" in told
    assert "33 % of all subscriptions have ended so far" in told
    for words in ("Going quiet", "Once or for life", "Orders, next", "No import report"):
        assert words not in told
    assert made.ingest.kind == "subscriptions"
    told = shop.export(tmp_path / "subs.csv", what="subscriptions").read_text()
    assert told.count("\n") == 92
    assert shop.export(tmp_path / "customers.csv").read_text().count("\n") == 91
    assert shop.subscriptions(enrolled[1], currency="EUR", bad_share="5%", out=tmp_path / "o.csv").path == str(
        tmp_path / "o.csv"
    )
    assert shop.subscriptions(out=tmp_path / "p.csv").path == str(tmp_path / "p.csv")
    assert shop.report(tmp_path / "own.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(DataError, match="no orders yet") as caught:
        shop.card()
    assert "lifelong subscriptions" in caught.value.fix


def test_buyers_and_subscribers_stand_in_one_table_and_the_report_says_so(
    enrolled: tuple[ll.Project, Path], tmp_path: Path
) -> None:
    shop = _copy(enrolled[0], tmp_path / "shop")
    shop.ingest(_orders(tmp_path / "orders.csv"))
    fit = shop.fit("bg_nbd")
    buyers = _orders_alone(tmp_path, fit)
    scores = shop.score(fit, horizon="1y", margin="60%")
    own = subscriptions(enrolled[1], currency="EUR", bad_share="60%", until=UNTIL, horizon="1y", margin="60%").scores
    assert scores.as_of == UNTIL
    assert scores.customers == 160 + 90 - 30
    assert scores.totals.value == pytest.approx(buyers.totals.value + own.totals.value)
    assert scores.groups["who subscribe"].value == pytest.approx(own.totals.value)
    both, order, sub = ({r["customer_id"]: r for r in s.table.to_pylist()}["k4"] for s in (scores, buyers, own))
    assert both["value"] == pytest.approx(order["value"] + sub["value"])
    assert both["rhythm_days"] == order["rhythm_days"]
    page = shop.report(margin="60%").read_text()
    for words in (
        "Subscriptions",
        "of the table of subscriptions: a row a contract",
        "Subscribers",
        "Present subscribers",
    ):
        assert words in page
    shop.score(shop.fit("nbd"), horizon="1y", margin="60%")
    last = shop.trend(horizon="1y").points[-1]
    assert last.change is not None
    assert "subscribers are part of it" in last.change.why


@pytest.mark.slow
def test_a_run_without_a_file_takes_what_is_there(enrolled: tuple[ll.Project, Path], tmp_path: Path) -> None:
    shop = _copy(enrolled[0], tmp_path / "shop")
    shop.ingest(_orders(tmp_path / "orders.csv"))
    made = shop.run(margin="60%", model="bg_nbd")
    assert made.ingest.source == "orders.csv"
    assert made.leaderboard is not None
    assert made.scores.customers == 220
    assert "Those who order" in Path(made.report).read_text()


def _orders_alone(tmp_path: Path, fit: ll.values.Fit) -> ll.values.Scores:
    other = ll.Project(tmp_path / "orders-only", settings={"currency": "EUR"})
    other.ingest(tmp_path / "orders.csv")
    return other.score(fit, horizon="1y", margin="60%")


def test_what_a_sum_of_both_kinds_asks_for(enrolled: tuple[ll.Project, Path], tmp_path: Path) -> None:
    shop = _copy(enrolled[0], tmp_path / "shop")
    rows = [f"i{c}-{m},c{c},2026-{m:02d}-{1 + c % 28:02d},9.99,4.00" for c in range(60) for m in range(1, 13 - c % 3)]
    (tmp_path / "bills.csv").write_text("\n".join(["order_id,customer_id,date,total,cost", *rows]) + "\n")
    shop.ingest(tmp_path / "bills.csv", bad_share="99%")
    fit = shop.fit("sbg")
    with pytest.raises(ConfigError) as caught:
        shop.score(fit)
    assert caught.value.code == "E173"
    assert "--margin" in caught.value.fix
    codes = {f.code for f in shop.score(fit, margin="60%").findings}
    assert "D183" in codes


def test_a_table_that_has_long_been_silent_is_told(tmp_path: Path) -> None:
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    rows = [f"k{i},2024-{1 + i % 12:02d}-01,,9,month" for i in range(40)]
    (tmp_path / "old.csv").write_text("\n".join(["customer,start,end,price,interval", *rows]) + "\n")
    shop.ingest_subscriptions(tmp_path / "old.csv")
    shop.ingest(_orders(tmp_path / "orders.csv"))
    scores = shop.score(shop.fit("bg_nbd"), margin="60%")
    assert any(f.code == "D182" and "2024-12-01" in f.text for f in scores.findings)


def test_a_joined_guest_is_one_customer_with_the_account(tmp_path: Path) -> None:
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    lines = _orders(tmp_path / "orders.csv").read_text() + f"o9999,,b31@example.org,{UNTIL},20.00\n"
    (tmp_path / "orders.csv").write_text(lines)
    shop.ingest(tmp_path / "orders.csv")
    assert any(row["alias"] == "b31@example.org" for row in shop.merges().rows)
    rows = [f"k{i},2025-{1 + i % 12:02d}-01,,9,month" for i in range(40)]
    head = ["customer,start,end,price,interval", "b31@example.org,2025-01-01,,9,month"]
    (tmp_path / "subs.csv").write_text("\n".join([*head, *rows]) + "\n")
    shop.ingest_subscriptions(tmp_path / "subs.csv")
    ids = shop.score(shop.fit("bg_nbd"), margin="60%").table["customer_id"].to_pylist()
    assert "b31" in ids
    assert "b31@example.org" not in ids


def test_a_rebuild_gives_the_same_table_and_a_changed_byte_is_noticed(
    enrolled: tuple[ll.Project, Path], tmp_path: Path
) -> None:
    shop = _copy(enrolled[0], tmp_path / "shop")
    before = shop.status().facts
    shutil.rmtree(shop.path / "cache")
    assert "subscribed" not in shop.status().facts  # status computes nothing
    assert shop.rebuild().facts == before
    assert (shop.path / "quarantine").is_dir()
    (landed,) = (shop.path / "landing").glob("*.parquet")
    held = bytearray(landed.read_bytes())
    held[len(held) // 2] ^= 1
    landed.write_bytes(held)
    with pytest.raises(StoreError) as caught:
        shop.check()
    assert caught.value.code == "E401"


def test_forgetting_takes_a_subscriber_out_of_every_byte(enrolled: tuple[ll.Project, Path], tmp_path: Path) -> None:
    shop = _copy(enrolled[0], tmp_path / "shop")
    shop.ingest(_orders(tmp_path / "orders.csv"))
    shop.ingest_subscriptions(_export(tmp_path / "july.csv", size=95))
    shop.score(shop.fit("bg_nbd"), margin="60%")
    orders = shop.status().facts["customers"]
    receipt = shop.forget("k7").as_dict()
    assert receipt["batches_rewritten"] == 3
    assert receipt["rows_removed"] >= 3  # an order at least, and a row of each table
    assert not _holds(shop.path, "k7")
    assert shop.status().facts["customers"] == orders - 1
    shop.forget("x1")  # in quarantine only
    assert not _holds(shop.path, "x1")
    assert shop.status().facts["subscriptions"] == 95
    with pytest.raises(AccessError) as caught:
        shop.forget("k7")
    assert caught.value.code == "E501"


def _holds(root: Path, word: str) -> bool:
    """Whether any file holds the word, in its bytes or its rows, not as a part of another word."""
    for path in root.rglob("*"):
        if path.is_file():
            texts = [path.read_bytes().decode("latin-1")] if path.suffix != ".parquet" else []
            if path.suffix == ".parquet":
                texts = [str(v) for column in pq.read_table(path).columns for v in column.to_pylist()]
            if any(word in text.replace('"', " ").replace(",", " ").split() for text in texts):
                return True
    return False


def test_pseudonyms_hide_subscribers_and_still_join_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFELONG_KEYS", str(tmp_path / "keys"))
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR", "pseudonyms": True})
    shop.ingest(_orders(tmp_path / "orders.csv"))
    shop.ingest_subscriptions(_export(tmp_path / "june.csv"))
    assert not _holds(shop.path, "k7")
    assert shop.score(shop.fit("bg_nbd"), margin="60%").customers == 160 + 90 - 30
    assert shop.forget("k7").as_dict()["batches_rewritten"] == 2


def test_what_is_refused_stores_nothing(enrolled: tuple[ll.Project, Path], tmp_path: Path) -> None:
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    with pytest.raises(DataError) as caught:
        shop.ingest_subscriptions(enrolled[1])
    assert caught.value.code in {"E104", "E171"}
    assert "june.csv, rows" in caught.value.where
    with pytest.raises(DataError) as caught:
        shop.ingest_subscriptions(tmp_path / "nothing.csv")
    assert caught.value.code == "E101"
    with pytest.raises(ConfigError):
        shop.ingest_subscriptions(enrolled[1], period="blue moon")
    (tmp_path / "usd.csv").write_text("customer,start,price,interval,currency\na,2025-01-01,9,month,USD\n")
    shop.ingest(_orders(tmp_path / "orders.csv"))
    with pytest.raises(DataError) as caught:
        shop.ingest_subscriptions(tmp_path / "usd.csv")
    assert caught.value.code == "E105"
    assert shop.status().facts["batches"] == 1
    with pytest.raises(DataError) as caught:
        shop.subscriptions()
    assert caught.value.code == "E172"
    with pytest.raises(ConfigError) as wrong:
        enrolled[0].subscriptions(currency="EUR")
    assert wrong.value.code == "E301"


def test_a_table_of_trials_has_no_customer(tmp_path: Path) -> None:
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    (tmp_path / "t.csv").write_text("customer,start,price,interval,status\na,2026-06-01,9,month,trialing\n")
    assert shop.ingest_subscriptions(tmp_path / "t.csv").kept == 1
    with pytest.raises(DataError, match="nobody in the table pays") as caught:
        shop.subscriptions()
    assert caught.value.code == "E229"


def test_orders_asked_of_a_table_of_subscriptions_name_the_verb(
    enrolled: tuple[ll.Project, Path], tmp_path: Path
) -> None:
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    with pytest.raises(DataError) as caught:
        shop.ingest(enrolled[1])
    assert caught.value.code == "E102"
    assert "lifelong ingest-subscriptions june.csv" in caught.value.fix
    (tmp_path / "odd.csv").write_text("customer,colour\na,red\n")
    with pytest.raises(DataError) as caught:
        shop.ingest(tmp_path / "odd.csv")
    assert "ingest-subscriptions" not in caught.value.fix


def test_a_manifest_with_subscriptions_is_of_a_kind_of_its_own(
    enrolled: tuple[ll.Project, Path], tmp_path: Path
) -> None:
    """A version that knows nothing of them refuses it, rather than take their files for leftovers."""
    told = json.loads((enrolled[0].path / "landing" / "manifest.json").read_bytes())
    assert told["kind"] == KIND_2
    shop = ll.Project(tmp_path / "shop")
    path = shop.path / "landing" / "manifest.json"
    assert json.loads(path.read_bytes())["kind"] == KIND
    with pytest.raises(StoreError) as caught:
        files.read_sealed(enrolled[0].path / "landing" / "manifest.json", KIND)
    assert caught.value.code == "E404"
