"""BG/BB by the verbs: counted, tested, scored and dated; what needs days is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

import lifelong as ll
from lifelong.cli.commands import lifelong
from lifelong.errors import ConfigError, FitError
from lifelong.models.bg_bb import BGBB
from lifelong.store import fits
from lifelong.units import date_of

if TYPE_CHECKING:
    from pathlib import Path

THETA, OCCASIONS, LAST = np.array([1.2, 0.75, 0.66, 2.8]), 26, 20_000


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    """400 customers who may order once in four weeks, half of them a year later; each order brings 10 to 14."""
    rng, rows = np.random.default_rng(1), ["customer_id,date,revenue"]
    weeks = np.resize([OCCASIONS, OCCASIONS // 2], 400)
    chance, leave = rng.beta(THETA[0], THETA[1], 400), rng.beta(THETA[2], THETA[3], 400)
    last = rng.geometric(leave) - 1
    for one, n in enumerate(weeks.tolist()):
        on = [0, *(k for k in range(1, min(int(last[one]), n) + 1) if rng.random() < chance[one])]
        days = [LAST - 28 * (n - k) - int(rng.integers(28)) for k in on]
        rows += [f"c{one},{date_of(day).isoformat()},{10 + rng.integers(5)}" for day in days]
    rows.append(f"c0,{date_of(LAST).isoformat()},12")
    folder = tmp_path_factory.mktemp("occasions")
    (folder / "orders.csv").write_text("\n".join(rows))
    made = ll.Project(folder / "shop", settings={"currency": "EUR"})
    made.ingest(folder / "orders.csv")
    return made


def test_fit_and_score_count_by_occasions(shop: ll.Project) -> None:
    fit = shop.fit("bg_bb_4w")
    assert "F464" not in {one.code for one in fit.findings}
    assert fit["alpha"] / (fit["alpha"] + fit["beta"]) == pytest.approx(1.2 / 1.95, abs=0.06)
    scores = shop.score(horizon="52w", discount="0")
    assert scores.as_of == date_of(LAST).isoformat()
    expected = _by_hand(fit, shop.path)
    assert scores.totals.orders == pytest.approx(expected, rel=1e-6)
    assert scores.totals.value == pytest.approx(12.0 * expected, rel=0.02)
    assert fits.load(shop.path / "fits").model == "bg_bb_4w"


def _by_hand(fit: ll.Fit, folder: Path) -> float:
    """Expected orders on thirteen occasions, from the project's file of orders."""
    days: dict[str, list[int]] = {}
    for line in (folder.parent / "orders.csv").read_text().splitlines()[1:]:
        customer, day, _ = line.split(",")
        days.setdefault(customer, []).append(int(np.datetime64(day, "D").astype(int)))
    total = 0.0
    for own in days.values():
        ago = sorted({(LAST - day) // 28 for day in own})
        n, t_x, x = ago[-1], ago[-1] - ago[0], len(ago) - 1
        total += float(BGBB().expect(fit.theta, x, t_x, n, 13))
    return total


def test_it_wins_the_back_test_of_such_a_shop(shop: ll.Project) -> None:
    board = shop.backtest(["bg_bb_4w", "bg_nbd"], holdout="26w")
    bias = [abs(row["bias"]) for row in board.rows if row["model"] == "bg_bb_4w"]
    assert board.chosen == "bg_bb_4w"
    assert max(bias) < 0.15
    assert shop.score(horizon="26w").totals.model_share < 0.95


def test_the_command_line_reaches_it(shop: ll.Project) -> None:
    told = CliRunner().invoke(lifelong, ["fit", "--project", str(shop.path), "--model", "bg_bb_4w", "--json"])
    assert told.exit_code == 0
    assert '"bg_bb_4w"' in told.output
    assert "bg_bb_4w" in str(shop.posterior("bg_bb_4w", draws=200))


def test_orders_that_share_an_occasion_are_told(shop: ll.Project) -> None:
    told = next(one for one in shop.fit("bg_bb_26w").findings if one.code == "F464")
    assert 0.2 < told.facts["share"] < 0.9


def test_what_needs_days_is_refused(shop: ll.Project) -> None:
    shop.fit("bg_bb_4w")
    with pytest.raises(FitError, match="E464"):
        shop.next_orders()
    with pytest.raises(FitError, match="E464"):
        shop.fit("bg_bb_4w+blend")
    with pytest.raises(FitError, match="E216"):
        shop.fit("bg_bb_4w+calendar")
    board = shop.backtest(["bg_bb_4w", "bg_bb_4w+blend"], holdout="13w")
    assert any(one.code == "F262" and "bg_bb_4w" in one.text for one in board.findings)
    with pytest.raises(ConfigError, match="E302"):
        shop.fit("bg_bb_5w")
