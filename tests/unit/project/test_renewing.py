"""A project whose orders come by a calendar: the kind of business is seen, told and valued; both kinds can be forced."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import lifelong as ll
from lifelong.errors import ConfigError, FitError
from lifelong.project import contracts
from lifelong.schema import SCORES, names

if TYPE_CHECKING:
    from pathlib import Path

UNTIL = date(2026, 6, 30)


def _later(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _invoices(size: int = 900, *, seed: int = 2, yearly: int = 0) -> list[str]:
    """Monthly invoices, up to three days late, of sBG subscribers who join over two years; the last ones pay by the year."""
    rng, rows = np.random.default_rng(seed), []
    life = ll.SBG().simulate(np.array([0.7, 1.2]), size, rng)
    for who in range(size):
        step = 12 if who >= size - yearly else 1
        start = date(2024, 5, 1) + timedelta(int(rng.integers(0, 760)))
        for i in range(int(min(life[who], 60))):
            day = _later(start, i * step) + timedelta(int(rng.integers(0, 4)))
            if day <= UNTIL:
                rows.append(f"i{who}-{i},c{who},{day},{99 if step == 12 else 9.99 + who % 2}")
    return rows


def _shop(folder: Path, rows: list[str], header: str = "order_id,customer_id,ordered_at,revenue") -> ll.Project:
    folder.mkdir(exist_ok=True)
    (folder / "invoices.csv").write_text("\n".join([header, *rows]) + "\n")
    shop = ll.Project(folder / "shop", settings={"currency": "EUR"})
    shop.ingest(folder / "invoices.csv")
    return shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    return _shop(tmp_path_factory.mktemp("renewing"), _invoices(yearly=40))


def test_months_of_a_calendar_sum_to_the_scores_and_equity_is_told(shop: ll.Project) -> None:
    fit = shop.fit("sbg", until="2026-06-30")
    made = shop.forecast(months=12, new_customers=0, margin="40%", draws=60)
    scores = shop.score(fit, horizon="365d", margin="40%", discount="0")
    assert made.total.existing * 0.4 / 100 == pytest.approx(scores.totals.value, rel=1e-4)
    assert len(made.counted) == 12
    assert shop.forecast(months=2, draws=60).new_customers[0] > 0
    worth = shop.equity(cac="5", margin="40%")
    life = shop.score(fit, horizon="lifetime", margin="40%", discount="10%/year")
    assert worth.rlv == pytest.approx(life.totals.value, abs=0.01)
    assert worth.clv > 5


def _told(value: Any, code: str) -> str:
    (found,) = [f.text for f in value.findings if f.code == code]
    return str(found)


def test_subscriptions_get_a_contractual_model_and_are_told_why(shop: ll.Project) -> None:
    fit = shop.fit("auto", until="2026-06-30")
    assert fit.model == "sbg"
    assert fit.info["period"] == "month"
    assert fit.origin.until == "2026-06-30"
    assert "pay every 3" in _told(fit, "F281")
    assert "these are subscriptions" in _told(fit, "F281")
    assert "more than 15 days late" in _told(fit, "F281")
    assert "hidden part" in _told(fit, "F282")
    assert str(fit.info["tested"]) in _told(fit, "F282")
    # The truth, 0.7 and 1.2, lies within what the fit says of itself.
    assert all(p.low <= truth <= p.high for p, truth in zip(fit.params, (0.7, 1.2), strict=True))


def test_values_stand_in_the_table_of_all_scores(shop: ll.Project) -> None:
    fit = shop.fit("auto", until="2026-06-30")
    scores = shop.score(horizon="1y", margin="50%", discount="0")
    rows = {r["customer_id"]: r for r in scores.table.to_pylist()}
    assert scores.table.column_names == list(names(SCORES))
    assert scores.model == "sbg"
    assert len(rows) == shop.status().facts["customers"]
    assert sum(r["alive"] for r in rows.values()) == pytest.approx(scores.totals.alive)
    assert sum(r["value"] for r in rows.values()) == pytest.approx(scores.totals.value)
    # Whoever is late is there by a chance that falls by the day; nobody is doubted before the payment is due.
    monthly = [r for r in rows.values() if (r["rhythm_days"] or 99) < 40 and r["silent_days"] <= 46]
    assert all(r["alive"] == 1.0 for r in monthly if r["silent_days"] <= 27)
    assert all(r["alive"] <= 0.1 for r in monthly if r["silent_days"] > 35)
    assert any(0.1 < r["alive"] < 0.95 for r in monthly)
    here = [r for r in rows.values() if r["alive"] == 1.0 and r["rhythm_days"] and r["rhythm_days"] < 40]
    assert {round(2 * r["value"] / r["orders"]) for r in here} == {10, 11}
    gone = [r for r in rows.values() if not r["alive"]]
    assert all(r["value"] == r["high90"] == 0.0 and r["historic"] > 0 for r in gone)
    assert all(r["silent_days"] > 31 for r in gone)
    assert any(r["rhythm_days"] is None for r in rows.values())
    # A renewal of somebody who has renewed n times: the model's own chance.
    one = max(here, key=lambda r: r["historic"])
    n = round(2 * one["historic"] / (2 * one["value"] / one["orders"]))
    assert one["orders"] == pytest.approx(float(ll.SBG().derl(fit.theta, n, horizon=12)), rel=1e-6)
    # The model's own error is the one that the hidden renewals showed.
    assert not any(f.code == "S390" for f in scores.findings)
    usual = 0.15
    miss, variance = fit.info["miss"], fit.info["variance"]
    want = np.sqrt((2 * usual**2 + max(miss**2 - variance, 0)) / 3)
    assert contracts.error_of(fit).orders == pytest.approx(want)
    assert contracts.error_of(fit).df == 3
    assert {"paid by the month", "paid by the year"} < set(scores.groups)
    assert "paid by the year" in _told(scores, "F286")


def test_the_whole_way_says_why_and_that_totals_were_not_tested(shop: ll.Project, tmp_path: Path) -> None:
    made = ll.Project(tmp_path / "all", settings={"currency": "EUR"}).run(shop.path.parent / "invoices.csv")
    assert made.leaderboard is None
    assert made.fit.model == "sbg"
    assert "F281" in str(made)
    assert any(f.code == "F281" for f in made.findings)
    report = (tmp_path / "all" / "reports").glob("*.html")
    text = next(report).read_text()
    assert "The model was tested on renewals that it had not seen: of the last" in text
    assert "time in renewals" in text
    assert "weight of staying" in text
    assert "too short" not in text


def test_what_is_expected_comes(tmp_path: Path) -> None:
    """Half a year is hidden; over three shops the payments foretold are those that came, to 2.6 standard errors."""
    ratios = []
    for seed in (11, 12, 13):
        rows = _invoices(2500, seed=seed)
        past = [row for row in rows if row.split(",")[2] <= "2025-12-31"]
        known = {row.split(",")[1] for row in past}
        came = sum(row.split(",")[1] in known for row in rows) - len(past)
        shop = _shop(tmp_path / str(seed), past)
        shop.fit("auto", until="2025-12-31")
        ratios.append(shop.score(horizon="26w", discount="0").totals.orders / came)
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.05)


def test_either_kind_can_be_forced(shop: ll.Project, orders_csv: Path, tmp_path: Path) -> None:
    free = shop.fit("pareto_nbd")
    assert free.model == "pareto_nbd"
    assert "these look like subscriptions" in _told(free, "F292")
    named = shop.fit("bdw")
    assert named.model == "bdw"
    assert "it was named" in _told(named, "F282")
    other = ll.Project(tmp_path / "free", settings={"currency": "EUR"})
    other.ingest(orders_csv)
    forced = other.fit("sbg")
    assert "these look like free purchases" in _told(forced, "F281")
    assert other.score(forced, margin="20%").totals.value > 0
    with pytest.raises(ConfigError) as caught:
        other.fit("sgb")
    assert caught.value.code == "E302"


def test_a_next_order_date_is_no_question_for_subscriptions(shop: ll.Project) -> None:
    shop.fit("sbg")
    with pytest.raises(FitError) as caught:
        shop.next_orders()
    assert caught.value.code == "E204"


def test_a_point_of_retention_in_money(shop: ll.Project) -> None:
    fit = shop.fit("auto", until="2026-06-30")
    made = shop.retention(horizon="2y", margin="50%")
    worth = shop.score(horizon="2y", margin="50%").totals
    assert made.equity == pytest.approx(worth.value)
    assert made.subscribers == worth.customers
    assert worth.customers > worth.alive
    assert 0 < made.low80 < made.change < made.high80
    assert shop.retention(-1, fit, horizon="2y", margin="50%").change < 0
    shop.fit("pareto_nbd")
    with pytest.raises(FitError) as caught:
        shop.retention()
    assert caught.value.code == "E204"


def test_retention_of_nobody_is_refused(tmp_path: Path) -> None:
    rows = [f"i{c}-{m},c{c},2025-{m:02d}-10,9.99" for c in range(60) for m in range(1, 6)]
    made = _shop(tmp_path / "gone", [*rows, "late,z,2026-06-30,1.00"])
    fit = made.fit("sbg", until="2026-06-29")
    with pytest.raises(FitError) as caught:
        made.retention(1, fit)
    assert caught.value.code == "E201"
    assert made.score(fit).totals.value == 0.0


def test_where_nobody_was_lost_or_no_amount_is_there(tmp_path: Path) -> None:
    rows = [f"i{c}-{m},c{c},2025-{m:02d}-{1 + c % 28:02d},9.99" for c in range(60) for m in range(1, 13)]
    made = _shop(tmp_path / "loyal", rows)
    fit = made.fit("auto")
    assert any(f.code == "F231" for f in fit.findings)
    scores = made.score()
    assert 0 < scores.totals.alive <= 60
    assert any(f.code == "S390" for f in scores.findings)
    assert "too few were lost to hide a part of the history" in made.report(tmp_path / "loyal.html").read_text()
    bare = _shop(tmp_path / "bare", [row.rsplit(",", 1)[0] for row in rows], "order_id,customer_id,ordered_at")
    bare.fit("auto")
    scores = bare.score(discount="0")
    assert scores.definition.startswith("orders (the data hold no amounts)")
    assert scores.totals.value == pytest.approx(scores.totals.orders)


def test_known_costs_give_the_margin_and_a_history_cut_on_the_left_is_told(tmp_path: Path) -> None:
    rows = [f"i{c}-{m},c{c},2025-{m:02d}-{1 + c % 28:02d},10.00,2.50" for c in range(60) for m in range(1, 13)]
    made = _shop(tmp_path / "costs", rows, "order_id,customer_id,ordered_at,revenue,cost")
    made.configure(starts_midway=True)
    fit = made.fit("auto")
    assert "counted from the first one seen" in _told(fit, "F283")
    assert "gross margin (75 %" in made.score().definition
    assert "gross margin (40 %" in made.score(margin="40%").definition
