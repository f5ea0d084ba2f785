"""More retention where customers differ: the closed form is the integral over them, and levers stand in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from lifelong import ConfigError, FitError, Project
from lifelong.project import asked, knowing
from lifelong.score import Terms
from lifelong.score.levers import YEAR, Stream
from lifelong.score.scores import prepare
from lifelong.sources.simulate import simulate_shop
from lifelong.store import fits
from lifelong.units import Horizon, Rate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("levers")
    (folder / "orders.csv").write_text(simulate_shop(300, seed=5).orders_csv(), encoding="utf-8")
    made = Project(folder / "shop")
    made.ingest(folder / "orders.csv")
    made.fit("pareto_nbd")
    return made


def stream(shop: Project) -> Stream:
    made = fits.load(shop._folder.root / "fits")
    at = asked.base(shop._folder, made.origin.until)
    terms = Terms(Horizon.parse("lifetime"), 1.0, Rate.parse("10%/year"), "EUR")
    return Stream.of(prepare(made, knowing.seen_by(shop._folder, made, at).summary, terms, 0)[0])


def test_scaled_chances_to_leave_are_the_integral_over_customers_who_differ(shop: Project) -> None:
    """Of those alive, lambda ~ Gamma(r + x, alpha + T) and mu ~ Gamma(s, beta + T): drawn, scaled and summed by hand."""
    made = stream(shop)
    r, alpha, s, beta = made.engine.theta
    past, rng = made.past, np.random.default_rng(1)
    size = (len(made.weight), 20_000)
    rate = rng.gamma((r + past.x)[:, None], 1.0 / (alpha + past.T / 7.0)[:, None], size)
    gone = rng.gamma(s, 1.0 / (beta + past.T / 7.0)[:, None], size)
    weight = made.weight * made.engine.alive(made.engine.theta, past)
    for leave in (0.7, 1.3):
        by_hand = weight @ (rate / (leave * gone + made.engine.force)).mean(axis=1)
        assert made.worth(made.engine.theta, leave) == pytest.approx(by_hand, rel=0.01)
        kept = weight @ (rate * np.exp(-leave * gone * YEAR)).mean(axis=1) / (weight @ rate.mean(axis=1))
        assert made.retention(made.engine.theta, leave) == pytest.approx(kept, rel=0.01)
    factor = made.leaving(1.05)
    assert made.retention(made.engine.theta, factor) == pytest.approx(1.05 * made.retention(made.engine.theta))
    assert factor < 1.0


def test_more_retention_brings_more_of_those_who_are_there_the_later_the_more(shop: Project) -> None:
    def told(**factors: float) -> Any:
        return shop.forecast(months=12, new_customers=5, what_if=factors, margin="50%", draws=40)

    now, more, less = told(), told(retention=1.05), told(retention=0.9)
    lift = [b.existing / a.existing for a, b in zip(now.months, more.months, strict=True)]
    assert 1.0 <= lift[0] < lift[5] < lift[11] < 1.05 + 1e-3
    assert less.total.existing < now.total.existing < more.total.existing
    assert less.total.future < now.total.future < more.total.future
    assert sum(month.revenue for month in more.months) == more.total.revenue
    assert now.total.low80 < more.total.low80 < more.total.revenue < more.total.high80
    assert told(retention=1.0).total == now.total
    with pytest.raises(ConfigError) as refused:
        told(retention=9.0)
    assert refused.value.code == "E493"


@pytest.mark.slow
def test_the_table_of_elasticities_is_the_same_each_time_and_in_order(shop: Project) -> None:
    one, two = (shop.equity(margin="40%", cac=5, months=24) for _ in range(2))
    assert (one.elasticities, one.elastic_bands) == (two.elasticities, two.elastic_bands)
    moved = one.elasticities
    assert moved["retention"] > moved["margin"] > -moved["cac"] > 0 > moved["discount"]
    assert one.elastic_bands["retention"][0] > one.elastic_bands["margin"][1]


def test_a_model_without_steady_leaving_tells_no_retention(shop: Project, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(simulate_shop(150, seed=2).orders_csv(), encoding="utf-8")
    other = Project(tmp_path / "shop")
    other.ingest(tmp_path / "orders.csv")
    other.fit("nbd")
    with pytest.raises(FitError) as refused:
        other.forecast(months=2, what_if={"retention": 1.1})
    assert refused.value.code == "E492"
    made = other.equity(cac=5, months=24)
    assert set(made.elasticities) == {"margin", "acquisition", "cac"}
    assert (made.elastic_bands, "F491" in {found.code for found in made.findings}) == ({"margin": (), "acquisition": (), "cac": ()}, True)  # fmt: skip


def test_on_cdnow_retention_moves_most_then_margin_then_the_cost_of_winning(shared_data: Path, tmp_path: Path) -> None:
    shop = Project(tmp_path / "cdnow", settings={"currency": "USD"})
    shop.ingest(shared_data / "cdnow" / "cdnow_sample.csv", columns={"customer_id": "customer_id", "ordered_at": "date", "revenue": "spend"})  # fmt: skip
    shop.fit("pareto_nbd")
    made = shop.equity(margin="30%", cac=4, months=36, new_customers=200)
    moved, bands = made.elasticities, made.elastic_bands
    assert moved["retention"] > moved["margin"] > 0 > moved["discount"]
    assert moved["margin"] > -moved["cac"] > 0
    assert bands["retention"][0] > bands["margin"][1]
    assert moved["margin"] + moved["cac"] == pytest.approx(1.0, abs=1e-6)
    assert all(b[2] <= b[0] <= b[1] <= b[3] for b in bands.values())
    assert max(map(len, str(made).splitlines())) <= 80
