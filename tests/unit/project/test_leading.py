"""The verb `leads`, from a file to rows that are ranked."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from lifelong import ConfigError, DataError, FitError, Project, schema
from lifelong.project import leads
from lifelong.units import date_of, day_of
from lifelong.values import to_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = ["lead_id", "created_at", "channel", "campaign", "employees", "kind", "converted_at", "value", "order_no"]


def rows_of(n: int = 1500, seed: int = 1) -> list[list[Any]]:
    rng = np.random.default_rng(seed)
    start = day_of("2026-01-01")
    made = []
    for i in range(n):
        came, size, channel = int(rng.integers(0, 360)), int(rng.integers(1, 200)), int(rng.integers(0, 3))
        end = came + int(rng.exponential(20))
        won = rng.random() < (0.2, 0.3, 0.5)[channel] * (1.2 - size / 200) and end < 360
        value = round(size * float(rng.uniform(20, 40)), 2)
        made.append([
            f"L{i}", date_of(start + came), ("search", "fair", "referral")[channel], f"c{i % 2}", size,
            ("shop", "maker")[i % 2], date_of(start + end) if won else "", value if won else "", 5000 + i if won else "",
        ])  # fmt: skip
    return made


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def _write(rows: list[list[Any]], header: list[str] = HEADER) -> Path:
        path = tmp_path / "leads.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([header, *rows])
        return path

    return _write


def test_open_leads_are_ranked_by_value_and_not_by_chance(write: Callable[..., Path]) -> None:
    made = leads(write(rows_of()), within="60d")
    assert made.table.column_names == list(schema.names(schema.LEADS))
    table = made.table.to_pydict()
    ranked = [v for v, state in zip(table["value"], table["state"], strict=True) if state == "open"]
    assert len(ranked) == made.open > 50
    assert ranked == sorted(ranked, reverse=True)
    chances = table["chance"][: made.open]
    assert chances != sorted(chances, reverse=True)
    assert table["rank"][: made.open] == list(range(1, made.open + 1))
    assert set(table["rank"][made.open :]) == {None}
    assert set(table["state"]) == {"open", "converted", "expired"}
    assert all(
        low < p < high for low, p, high in zip(table["low80"], table["chance"], table["high80"], strict=True) if p
    )
    assert all(low90 <= low80 for low90, low80 in zip(table["low90"], table["low80"], strict=True))
    assert made.trial is not None
    assert made.trial.by_value > made.trial.by_chance
    assert made.trial.total == pytest.approx(1.0, abs=0.1)
    assert {s.source for s in made.sources} == {"search", "fair", "referral"}
    assert sum(s.leads for s in made.sources) == made.leads == 1500
    best = max(made.sources, key=lambda s: s.chance)
    assert best.source == "referral"
    assert best.own_weight > 0.5


def test_a_column_that_only_converts_have_is_left_out_and_named(write: Callable[..., Path]) -> None:
    rows = rows_of()
    made = leads(write(rows), within="60d")
    assert [f.facts["columns"] for f in made.findings if f.code == "F431"] == [["order_no"]]
    without = leads(write([r[:-1] for r in rows], HEADER[:-1]), within="60d")
    assert without.table.equals(made.table)
    ignored = leads(write(rows), within="60d", ignore=["employees", "kind"])
    assert not ignored.table.equals(made.table)


def test_what_is_printed_fits_a_terminal_and_json_holds_the_contract(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    made = leads(write(rows_of()), within="60d", cost="5", discount="10%/year", out=tmp_path / "out.parquet")
    assert max(map(len, str(made).split("\n  F43")[0].splitlines())) <= 80
    told = made.as_dict(3)
    assert [len(told["rows"]), told["leads"], told["within_days"]] == [3, 1500, 60]
    assert "less 5 a lead" in told["definition"]
    assert to_json(made).startswith("{")
    assert pq.read_table(made.path)["value"].to_pylist() == made.to_arrow()["value"].to_pylist()
    assert made.__arrow_c_stream__()
    with pytest.raises(ConfigError):
        made.rows(-1)


def test_few_converts_and_none_to_judge_by_are_said(write: Callable[..., Path]) -> None:
    made = leads(write(rows_of(60)), within="60d")
    assert {"F433", "F435"} <= {f.code for f in made.findings}
    assert made.trial is None
    assert "top 30" not in str(made)


def test_a_flag_without_days_ranks_and_warns(write: Callable[..., Path]) -> None:
    rows = [[r[0], r[4], "yes" if r[6] else "no", r[7]] for r in rows_of()]
    made = leads(write(rows, ["id", "employees", "won", "value"]))
    assert "F432" in {f.code for f in made.findings}
    assert made.as_of == ""
    assert made.open == sum(r[2] == "no" for r in rows)
    assert made.sources == ()
    assert (np.array(made.table["chance"].to_pylist()) > 0).all()


def test_a_ranking_that_brings_nothing_is_called_so(write: Callable[..., Path]) -> None:
    rng = np.random.default_rng(4)
    rows = [
        [i, int(rng.integers(100)), "1" if rng.random() < 0.5 else "0", round(float(rng.gamma(0.3)), 2) + 0.01]
        for i in range(400)
    ]
    found = {f.code for f in leads(write(rows, ["id", "noise", "won", "value"])).findings}
    made = leads(write(rows, ["id", "noise", "won", "value"]))
    assert made.trial is not None
    assert ("F436" in found) == (made.trial.by_value <= max(0.3, made.trial.by_chance))


def test_words_too_rare_to_tell_apart_are_flagged(write: Callable[..., Path]) -> None:
    rows = rows_of()
    rows[0][5] = "unheard of"
    made = leads(write(rows), within="60d")
    assert next(f.facts["leads"] for f in made.findings if f.code == "F434") == 1
    table = made.table.to_pydict()
    assert [i for i, u in zip(table["lead_id"], table["unknown"], strict=True) if u] == ["L0"]


def test_values_come_from_scores_by_the_customers(write: Callable[..., Path], tmp_path: Path) -> None:
    from lifelong.sources.simulate import simulate_shop

    (tmp_path / "orders.csv").write_text(simulate_shop(300, seed=1).orders_csv(), encoding="utf-8")
    shop = Project(tmp_path / "shop")
    shop.ingest(tmp_path / "orders.csv", currency="EUR")
    scores = shop.score(shop.fit("bg_nbd"), horizon="52w")
    known = scores.table["customer_id"].to_pylist()
    rows = [[r[0], r[1], r[4], r[6], known[i % len(known)] if r[6] else ""] for i, r in enumerate(rows_of())]
    path = write(rows, ["lead_id", "created_at", "employees", "converted_at", "customer_id"])
    made = leads(path, project=tmp_path / "shop")
    assert scores.definition in made.definition
    assert made.within_days > 20
    with pytest.raises(DataError) as refused:
        leads(path, project=tmp_path / "nowhere")
    assert refused.value.code == "E432"


@pytest.mark.parametrize(
    ("at", "text", "told", "code"),
    [
        (6, "soon", {}, "E433"),
        (7, "much", {}, "E433"),
        (1, "", {}, "E433"),
        (0, "L0", {"until": "2026-03-01"}, "E301"),
        (0, "L0", {"within": "lifetime"}, "E301"),
        (0, "L0", {"cost": "free"}, "E301"),
        (0, "L0", {"columns": {"won": "converted_at"}}, "E302"),
    ],
)
def test_what_cannot_be_understood_is_refused(
    write: Callable[..., Path], at: int, text: str, told: dict[str, Any], code: str
) -> None:
    rows = rows_of(200)
    rows[0][at] = text
    with pytest.raises((DataError, ConfigError)) as refused:
        leads(write(rows), **told)
    assert refused.value.code == code


def test_nobody_who_converts_is_refused(write: Callable[..., Path]) -> None:
    rows = [[i, "no", ""] for i in range(50)]
    with pytest.raises((FitError, DataError)) as refused:
        leads(write(rows, ["id", "won", "value"]))
    assert refused.value.code == "E431"
    with pytest.raises(DataError) as missing:
        leads(write(rows, ["id", "state", "value"]))
    assert missing.value.code == "E433"
