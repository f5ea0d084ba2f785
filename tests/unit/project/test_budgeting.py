"""The verbs about spend, from Python and from the command line: one answer, and every wish that is not understood is told."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner

import lifelong
from lifelong.cli.commands import lifelong as command
from lifelong.definitions import DEFINITIONS
from lifelong.errors import LifelongError
from lifelong.values import to_json

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of two channels, without values."""
    rng, path = np.random.default_rng(1), tmp_path_factory.mktemp("spend") / "history.csv"
    with path.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["month", "channel", "spend", "new_customers"])
        for t in range(24):
            for name, base, won, slope in (("search", 8_000, 130, 0.7), ("social", 5_000, 40, 0.5)):
                spend = round(base * np.exp(0.3 * rng.standard_normal()), 2)
                customers = round(won * (spend / base) ** slope * np.exp(0.1 * rng.standard_normal()))
                rows.writerow([f"{2024 + t // 12}-{t % 12 + 1:02d}", name, spend, customers])
    return path


def said(*words: Any) -> tuple[int, str]:
    done = CliRunner().invoke(command, [str(word) for word in words])
    if isinstance(done.exception, LifelongError):
        return 99, str(done.exception)
    assert done.exception is None, done.output
    return done.exit_code, done.output


def test_python_and_the_command_line_say_the_same(file: Path) -> None:
    made = lifelong.budget(file, value={"": "120", "search": "150"}, currency="EUR", total="free", hurdle="20%", seed=3)
    words = ("budget", file, "--value", "120", "--value", "search=150", "--currency", "EUR", "--total", "free")
    code, out = said(*words, "--hurdle", "20%", "--seed", "3", "--json")
    assert code == 0
    assert json.loads(out) == json.loads(to_json(made))
    assert made.moves[0].marginal.mean > made.moves[1].marginal.mean
    assert "F394" in [found.code for found in made.findings]


def test_all_that_can_be_said_of_a_plan_is_heard(file: Path) -> None:
    code, out = said(
        "budget", file, "--value", "120", "--total", "12500.50", "--trust", "50%", "--risk", "0.5", "--carry",
        "--bounds", "search=3000-9000", "--lift", "search:8000:2000:25:5", "--column", "spend=spend", "--json",
    )  # fmt: skip
    told = json.loads(out)
    assert code == 0
    assert told["total"] == 1_250_050
    assert (told["risk"], told["trust"]) == (0.5, 0.5)
    assert told["moves"][0]["high"] <= 900_000
    assert "next unit brings" in said("budget", file, "--value", "120")[1]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--total", "lots"), "E394"),
        (("--risk", "-1"), "E394"),
        (("--bounds", "search=5"), "E394"),
        (("--bounds", "search=9000-5"), "E394"),
        (("--lift", "search:1:2"), "E394"),
        (("--lift", "tv:8000:2000:25:5"), "E394"),
        (("--lift", "search:8000:2000:25:0"), "E394"),
        (("--total", "99000"), "E393"),
        (("--trust", "wide"), "E301"),
    ],
)
def test_a_wish_that_is_not_understood_is_told(file: Path, words: tuple[str, ...], code: str) -> None:
    left, told = said("budget", file, "--value", "120", *words)
    assert left == 99
    assert told.startswith(code)


def test_a_cut_is_told_by_quarter(file: Path) -> None:
    code, out = said(
        "cut", file, "--value", "120", "--cut", "search=50%", "--lifetime", "1y", "--quarters", "4", "--json"
    )
    told = json.loads(out)
    assert code == 0
    assert (told["channels"], told["shares"], told["lifetime"]) == (["search"], [0.5], 12.0)
    assert [row["net"] for row in told["quarters"]] == [row["saved"] - row["lost"] for row in told["quarters"]]
    assert lifelong.cut(file, {"search": "50%"}, value={"": "120"}).lifetime == 1.0
    assert said("cut", file, "--value", "120", "--cut", "search=50%", "--lifetime", "long")[1].startswith("E394")
    assert said("cut", file, "--value", "120", "--cut", "tv=50%")[1].startswith("E397")


def test_a_new_channel_is_planned_from_typed_numbers() -> None:
    words = ("--value", "120", "--hoped-cac", "60", "--monthly", "2000", "--power", "80%")
    code, out = said("try-channel", *words, "--json")
    assert code == 0
    made = lifelong.try_channel(value=120, hoped_cac=60, monthly=2000, power="80%")
    assert json.loads(out) == json.loads(to_json(made))
    assert made.power >= 0.8
    assert "stop as failed" in said("try-channel", *words)[1]
    assert said("try-channel", "--value", "50", "--hoped-cac", "60", "--monthly", "2000")[1].startswith("E396")


def test_every_number_that_is_shown_has_a_definition() -> None:
    """Keys of the answers that are numbers, each named by its own key or in the text of a definition."""
    told = " ".join([*DEFINITIONS, *(d.text for d in DEFINITIONS.values())])
    for key in (
        "elasticity", "marginal", "marginal_plan", "marginal_cost", "gain", "better", "limit", "limit_low80", "information",
        "keep_to_win", "saved", "lost", "net", "turns", "break_even", "power", "powers", "customers", "stops", "readers", "reading",
    ):  # fmt: skip
        assert key in told, key
