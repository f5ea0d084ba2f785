"""Models by name, in the firm's calendar too: fitted, back-tested, kept, scored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pytest
from tests.calibration.test_holdouts import cdnow, made
from tests.unit.judge.conftest import DAYS, FIRST, make_orders

from lifelong.judge.backtest import backtest
from lifelong.judge.fitting import fit_named, plain_name
from lifelong.project.asked import base_of
from lifelong.project.fitting import fit_base
from lifelong.score import ModelError, Terms, score
from lifelong.score.between import orders_between
from lifelong.store import fits
from lifelong.tables.summary import summary
from lifelong.units import Rate, day_of

if TYPE_CHECKING:
    from pathlib import Path

UNTIL = FIRST + DAYS - 1


def test_a_name_with_a_calendar_is_fitted_kept_and_scored(tmp_path: Path) -> None:
    orders = make_orders(300)
    at = base_of(orders)
    fit = fit_base("mbg_nbd+calendar", at, "EUR", "auto")
    assert fit.model == "mbg_nbd+calendar"
    assert fit.spend is not None
    name = fits.save(fit, tmp_path)
    again = fits.load(tmp_path, name)
    terms = Terms.parse("26w", discount=Rate.parse("10%/year"), currency="EUR", error=ModelError.off())
    first, second = (score(one, at.summary, terms) for one in (fit, again))
    assert first.table.equals(second.table)
    assert first.totals.orders == pytest.approx(
        orders_between(fit, at.summary, 0 * at.summary["T"].to_numpy(), 182).sum(), rel=0.02
    )
    assert first.totals.orders_low80 < first.totals.orders < first.totals.orders_high80


def test_the_doubt_about_the_factor_widens_the_interval_of_the_total() -> None:
    orders = make_orders(300, money=False)
    table = summary(orders, UNTIL)
    terms = Terms.parse("52w", error=ModelError.off())
    plain, told = (
        score(fit_named(name, orders, table, UNTIL), table, terms).totals for name in ("mbg_nbd", "mbg_nbd+calendar")
    )
    wide, narrow = (np.log(t.orders_high80 / t.orders_low80) for t in (told, plain))
    assert wide > narrow


def test_a_back_test_takes_it_as_one_more_model() -> None:
    board = backtest(make_orders(300, money=False), ("mbg_nbd", "mbg_nbd+calendar", "mbg_cnbd_2"))
    assert {row["model"] for row in board.rows} == {
        "mbg_nbd",
        "mbg_nbd+calendar",
        "mbg_cnbd_2",
        "last_period",
        "cell_means",
    }
    alone = backtest(make_orders(300, money=False), ("mbg_nbd+calendar",))
    assert alone.chosen == "mbg_nbd+calendar"
    seen = [week for week in alone.tracking if week["phase"] == "calibration"]
    forecast, counted = (sum(week[name] for week in seen) for name in ("forecast", "counted"))
    assert forecast == pytest.approx(counted, rel=0.1)


def test_the_scale_of_time_does_not_run_off_where_a_model_does_not_fit(shared_data: Path) -> None:
    """The music shop's orders are not regular at all: told so, the factors were 14 to 31 instead of about 1."""
    orders, until = cdnow(shared_data), day_of("1997-07-01")
    fit = fit_named("mbg_cnbd_6+calendar", orders, summary(orders, until), until)
    assert abs(np.log(fit.info["calendar"]["seen"]).mean()) < 0.2


def test_a_season_that_lies_far_off_is_reached_by_steps(shared_data: Path) -> None:
    """In one leap the first round overshot, and the factors ran to e^90."""
    table, until = pa.csv.read_csv(shared_data / "apparel" / "transactions.csv"), day_of("2009-06-22")
    orders = made(table["customer_id"], pc.cast(table["date"], pa.date32()), None)
    fit = fit_named("mbg_cnbd_6+calendar", orders, summary(orders, until), until)
    logs = np.log(fit.info["calendar"]["seen"])
    assert np.abs(logs).max() < 1.5
    assert fit.loglik > -12_840.0


def test_names() -> None:
    assert plain_name("mbg_cnbd_3+calendar") == plain_name("mbg_cnbd_3") == "mbg_cnbd_3"
