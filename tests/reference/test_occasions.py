"""BG/BB through a project: the donors of Fader, Hardie and Shang (2010), whose gifts are orders of a year."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from lifelong import Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def donors(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """11,104 donors who first gave in 1995, and their gifts to 2006, each at a day of its year."""
    folder = tmp_path_factory.mktemp("donors")
    rows = ["customer_id,date"]
    with (shared_data / "donations" / "donations_1995_cohort_incidence.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            day = f"{1 + int(row['donor_id']) % 28:02}"
            rows += [f"{row['donor_id']},{year}-06-{day}" for year in range(1995, 2007) if row[f"y{year}"] == "1"]
    (folder / "gifts.csv").write_text("\n".join(rows))
    shop = Project(folder / "charity")
    shop.ingest(folder / "gifts.csv")
    return shop


def test_the_fit_and_the_total_are_as_published(donors: Project) -> None:
    """Estimates, log-likelihood, P(alive) by row and the expected gifts of 2002 to 2006 (their tables 3 and 5)."""
    fit = donors.fit("bg_bb_1y", until="2001-12-31", prior="off")
    assert fit.loglik == pytest.approx(-33225.58129, abs=1e-3)
    assert fit.theta == pytest.approx((1.203507081, 0.7497666778, 0.6567568171, 2.783887325), rel=1e-3)
    scores = donors.score(horizon="5y", discount="0")
    assert scores.as_of == "2001-12-31"
    assert scores.totals.orders == pytest.approx(12_884.2, abs=1.0)


def test_it_forecasts_the_five_years_better_than_a_model_of_days(donors: Project) -> None:
    board = donors.backtest(["bg_bb_1y", "pareto_nbd"], holdout="5y")
    rows = {row["model"]: row for row in board.rows if row["origin"].startswith("2001")}
    assert board.chosen == "bg_bb_1y"
    assert rows["bg_bb_1y"]["mae"] < 0.8 * rows["pareto_nbd"]["mae"]
    assert abs(rows["bg_bb_1y"]["bias"]) < 0.1
