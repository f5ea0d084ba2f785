"""Touches in a project: each file reconciles and comes once, is forgotten with its person, and is credited."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.journeys import CHAIN, write

import lifelong as ll
from lifelong.cli.commands import lifelong
from lifelong.errors import ConfigError, DataError
from lifelong.store import files
from lifelong.store.landing import KIND_4
from lifelong.units import day_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[ll.Project, Path]:
    """A project of 1,500 people who walked the chain, scored, and the folder of its files."""
    folder = tmp_path_factory.mktemp("touched")
    visits, orders, _ = write(folder, 1_500, seed=2, begins=day_of("2025-01-01"))
    made = ll.Project(folder / "shop", settings={"currency": "EUR"})
    made.ingest(orders)
    made.touches(visits)
    made.score(made.fit("bg_nbd"))
    return made, folder


def small(folder: Path, *rows: str, name: str = "v.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(["user_id,email,time,utm_source,utm_medium", *rows]) + "\n")
    return path


def orders(folder: Path, *rows: str) -> Path:
    path = folder / "o.csv"
    path.write_text("\n".join(["order_id,customer_id,email,date,total,channel", *rows]) + "\n")
    return path


def test_a_file_reconciles_comes_once_and_is_read_anew_by_other_aliases(tmp_path: Path) -> None:
    made = ll.Project(tmp_path / "shop")
    file = small(tmp_path, *["a,,2025-01-01,nl,x"] * 2, "b,,2025-01-02,fb,cpc", ",,2025-01-02,fb,cpc")
    with pytest.raises(DataError) as caught:
        made.touches(file)
    assert caught.value.code == "E372"
    assert "--bad-share 26%" in caught.value.fix
    report = made.touches(file, bad_share="30%")
    assert (report.rows_in, report.kept, report.quarantined, report.duplicates) == (4, 2, 1, 1)
    assert report.details["channels"] == {"paid social": 1, "unknown": 1}
    assert {f.code for f in report.findings} == {"F285", "F374"}
    assert "2 touches of 2 customers" in str(report)
    assert len(list((made.path / "quarantine").glob("*.parquet"))) == 1
    assert "D190" in {f.code for f in made.touches(file, bad_share="30%").findings}
    again = made.touches(file, bad_share="30%", aliases={"X": "email"})
    assert again.details["channels"] == {"email": 1, "paid social": 1}
    assert made.status().facts["batches"] == 1
    assert files.read_sealed(made.path / "landing" / "manifest.json", KIND_4)["touches"]
    assert made.check().rows == 4


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    made = ll.Project(tmp_path / "shop")
    for header in ("when,utm_source", "user_id,utm_source", "user_id,time"):
        path = tmp_path / "odd.csv"
        path.write_text(f"{header}\n1,2\n")
        with pytest.raises(DataError) as caught:
            made.touches(path)
        assert caught.value.code == "E371"
    made.configure(aliases=("fb",))
    with pytest.raises(ConfigError) as wrong:
        made.touches(small(tmp_path, "a,,2025-01-01,nl,email"))
    assert wrong.value.code == "E377"


def test_e_mails_and_joined_guests_are_the_customer(tmp_path: Path) -> None:
    made = ll.Project(tmp_path / "shop", settings={"currency": "EUR", "aliases": ("nl=email",)})
    made.ingest(
        orders(tmp_path, "1,7,a@b.org,2025-01-05,10,", "2,g@b.org,g@b.org,2025-01-06,10,", "3,8,g@b.org,2025-01-07,9,")
    )
    made.touches(
        small(tmp_path, ",A@b.org,2025-01-04,nl,", "g@b.org,,2025-01-05,fb,cpc", "z,,2025-01-07,google,cpc")
    )  # fmt: skip
    told = made.attribution("last", what="customers", since="2025-01-01")
    assert {row.channel: row.credit for row in told.rows if row.credit} == {"email": 1, "paid social": 1}
    assert told.others == 1


def test_markov_finds_the_chain_again_and_sums_hold(shop: tuple[ll.Project, Path]) -> None:
    told = shop[0].attribution(what="customers")
    assert set(told.touches) == set(CHAIN.channels)
    share = {row.channel: row.share for row in told.rows if row.rule == "markov"}
    truth = dict(zip(CHAIN.channels, CHAIN.removal(), strict=True))
    assert share == pytest.approx(truth, abs=0.04)
    for rule in told.rules:
        assert sum(row.credit for row in told.rows if row.rule == rule) == told.total == told.customers


def test_value_is_that_of_the_scores_to_the_cent(shop: tuple[ll.Project, Path]) -> None:
    made, totals = shop[0], {}
    for worth in ("total", "predicted", "historic"):
        told = made.attribution(worth=worth)
        totals[worth] = told.total
        assert {sum(r.credit for r in told.rows if r.rule == rule) for rule in told.rules} == {told.total}
        assert max(map(len, str(told).splitlines()[:14])) <= 80
        assert "attribution is not incrementality" in str(told)
    assert abs(totals["total"] - totals["predicted"] - totals["historic"]) <= told.customers
    assert told.definition.startswith("historic: revenue, not discounted")
    assert told.frame().num_rows == len(told.rows)


def test_the_command_line_tells_the_same(shop: tuple[ll.Project, Path]) -> None:
    call = ["attribution", "--project", str(shop[0].path), "--rule", "markov", "--order", "2"]
    plain = CliRunner().invoke(lifelong, call)
    assert plain.exit_code == 0, plain.output
    assert "rule: Markov of order 2" in plain.output
    told = json.loads(CliRunner().invoke(lifelong, [*call, "--json"]).stdout)
    assert sum(row["credit"] for row in told["rows"]) == told["total"]
    assert told["is_incremental"] is False
    again = ["touches", str(shop[1] / "visits.csv"), "--project", str(shop[0].path)]
    assert "D190" in CliRunner().invoke(lifelong, again).output


def test_wishes_that_are_not_understood(shop: tuple[ll.Project, Path]) -> None:
    odd = (
        {"rule": "markow"},
        {"what": "clicks"},
        {"worth": "future"},
        {"window": "0d"},
        {"window": "lifetime"},
        {"order": 4},
    )
    for wish in odd:
        with pytest.raises(ConfigError) as caught:
            shop[0].attribution(**wish)
        assert caught.value.code == "E375", wish
    with pytest.raises(DataError) as nobody:
        shop[0].attribution(since="2027-01-01")
    assert nobody.value.code == "E373"


def test_without_touches_the_order_s_channel_stands_for_the_way(tmp_path: Path) -> None:
    made = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    made.ingest(
        orders(
            tmp_path,
            "1,a,,2025-01-01,10,FB",
            "2,b,,2025-01-03,20,facebook",
            "3,b,,2025-02-03,9,tv",
            "4,c,,2025-02-03,9,",
        )
    )
    told = made.attribution(what="customers")
    assert [f.code for f in told.findings] == ["F371"]
    for rule in told.rules:
        assert [(r.channel, r.credit) for r in told.rows if r.rule == rule] == [("facebook", 2), ("unknown", 1)]
    with pytest.raises(DataError, match="nothing has been scored"):
        made.attribution()
    bare = ll.Project(tmp_path / "bare")
    bare.ingest(orders(tmp_path, "1,a,,2025-01-01,10,"))
    with pytest.raises(DataError, match="nothing says how customers came"):
        bare.attribution(what="customers")


def test_what_touches_do_not_tell_is_said(tmp_path: Path) -> None:
    made = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    made.ingest(orders(tmp_path, "1,a,,2024-01-01,10,", "2,b,,2025-01-03,20,", "3,c,,2025-01-04,9,"))
    made.touches(small(tmp_path, "b,,2025-01-02,fb,cpc", "b,,2025-01-05,fb,cpc"))
    told = made.attribution(what="customers")
    assert [f.code for f in told.findings] == ["F372", "F373", "F374"]
    assert told.customers == 2


def test_forgetting_takes_touches_out_and_a_rebuild_gives_the_same(
    shop: tuple[ll.Project, Path], tmp_path: Path
) -> None:
    import shutil

    shutil.copytree(shop[0].path, tmp_path / "copy")
    made = ll.Project(tmp_path / "copy", create=False)
    before = dict(made.status().facts)
    assert {**made.rebuild().facts, "content_before": before["content"]} == before | {
        "content_before": before["content"]
    }
    lines = (shop[1] / "visits.csv").read_text().splitlines()[1:]
    mine = [line for line in lines if line.startswith("p7,")]
    assert made.forget("p7").as_dict()["rows_removed"] >= len(mine) > 0
    after = made.status().facts
    assert after["touches"] == before["touches"] - len(mine)
    assert dict(made.rebuild().facts)["touched"] == after["touched"]


def test_pseudonyms_hide_people_and_still_join_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as pq

    monkeypatch.setenv("LIFELONG_KEYS", str(tmp_path / "keys"))
    made = ll.Project(tmp_path / "shop", settings={"currency": "EUR", "pseudonyms": True})
    made.ingest(orders(tmp_path, "1,customer-7,a@b.org,2025-01-05,10,"))
    made.touches(small(tmp_path, ",a@b.org,2025-01-04,nl,email", "customer-7,,2025-01-05,fb,cpc"))
    stored = "".join(str(pq.read_table(p).to_pylist()) for p in (made.path / "landing").glob("*.parquet"))
    assert "customer-7" not in stored
    assert "a@b.org" not in stored
    assert {r.channel: r.credit for r in made.attribution("first", what="customers").rows}["email"] == 1
