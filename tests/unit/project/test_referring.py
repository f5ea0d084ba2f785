"""The verb `referrals`, from a file and a scored project to totals that stand beside the customers' own value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lifelong import ConfigError, DataError, LifelongError, Project, schema
from lifelong.cli.commands import lifelong
from lifelong.sources.simulate import simulate_shop
from lifelong.values import to_json

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("referring")
    (folder / "orders.csv").write_text(simulate_shop(200, seed=4).orders_csv(), encoding="utf-8")
    shop = Project(folder / "shop")
    shop.ingest(folder / "orders.csv")
    shop.score(shop.fit("mbg_nbd"), horizon="52w", margin="40%")
    return folder / "shop"


def rows_of(scored: Path) -> dict[str, int]:
    table = Project(scored, create=False).score(horizon="52w", margin="40%").table
    return {
        c: round(100 * v) for c, v in zip(table["customer_id"].to_pylist(), table["total"].to_pylist(), strict=True)
    }


def write(folder: Path, rows: list[str], head: str = "referrer,referred,date") -> Path:
    path = folder / "referrals.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_totals_and_rows_are_what_is_computed_by_hand(scored: Path, tmp_path: Path) -> None:
    value = rows_of(scored)
    a, b, c, d = sorted(value)[:4]
    # the second row is later: b was referred before; the circle closes last
    file = write(
        tmp_path,
        [
            f"{c},{b},2025-03-01",
            f"{a},{b},2025-01-01",
            f"{b},{c},2025-02-01",
            f"{c},{a},2025-04-01",
            f"{d},guest,2025-01-05",
        ],
    )
    made = Project(scored, create=False).referrals(
        file, cac=40, reward="10", incremental="60%", out=tmp_path / "out.parquet"
    )
    won = round(0.6 * value[b]) + round(0.6 * value[c])
    assert (made.rows, made.referred, made.own_value) == (5, 2, value[b] + value[c])
    assert (made.won, made.saved, made.rewards) == (won, 8000, 2000)
    assert made.value == won + 6000
    assert made.low80 < made.value < made.high80
    assert sum(made.table["referral_value"].to_pylist()) == made.value
    assert made.table.column_names == list(schema.names(schema.REFERRALS))
    assert sum(made.kinds.values()) == len(value)
    assert [found.code for found in made.findings] == ["F451", "F451", "F452"]
    assert pq.read_table(tmp_path / "out.parquet").num_rows == made.table.num_rows
    assert "do not add the two" in str(made)
    assert max(map(len, str(made).splitlines())) <= 80
    assert json.loads(to_json(made.as_dict()))["value"] == made.value


def test_the_command_prints_and_tells_json(scored: Path, tmp_path: Path) -> None:
    a, b = sorted(rows_of(scored))[:2]
    file = write(tmp_path, [f"{a},{b}"], "who,whom")
    call = ["referrals", str(file), "--project", str(scored), "--column", "referrer=who", "--column", "referred=whom"]
    done = CliRunner().invoke(lifelong, call)
    assert done.exit_code == 0, done.output
    assert "value of recommendations" in done.output
    assert "F453" in done.output
    assert json.loads(CliRunner().invoke(lifelong, [*call, "--json"]).stdout)["referred"] == 1


def test_columns_that_are_missing_are_told(scored: Path, tmp_path: Path) -> None:
    for head, name in (("who,referred,date", "referrer"), ("referrer,whom,date", "referred")):
        with pytest.raises(DataError) as caught:
            Project(scored, create=False).referrals(write(tmp_path, ["a,b,2025-01-01"], head))
        assert caught.value.code == "E451"
        assert f"--column {name}=NAME" in caught.value.fix
    with pytest.raises(DataError, match="no date"):
        Project(scored, create=False).referrals(write(tmp_path, ["a,b,soon", "a,c,2025-01-01"]))


@pytest.mark.parametrize("told", [{"unsure": "50%"}, {"incremental": "4%"}, {"depth": 0}, {"cac": "much"}])
def test_terms_that_cannot_be_are_told(told: dict[str, Any], scored: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Project(scored, create=False).referrals(write(tmp_path, ["a,b,2025-01-01"]), **told)
    assert caught.value.code == "E351"


def test_without_scores_or_amounts_nobody_is_worth_anything(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        "customer_id,ordered_at\n" + "".join(f"c{i % 60},2025-{1 + i % 12:02d}-{1 + i % 28:02d}\n" for i in range(400)),
        encoding="utf-8",
    )
    shop = Project(tmp_path / "shop")
    shop.ingest(tmp_path / "orders.csv")
    file = write(tmp_path, ["c1,c2,2025-01-01"])
    with pytest.raises(LifelongError, match="nothing has been scored"):
        shop.referrals(file)
    shop.score(shop.fit("mbg_nbd"), horizon="26w")
    with pytest.raises(DataError, match="hold no value"):
        shop.referrals(file)
