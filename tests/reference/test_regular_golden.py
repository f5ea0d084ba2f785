"""Golden numbers of NBD, CNBD-k, GGompertz/NBD and BG/BB (../shared/data/reference)."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from lifelong.models import cnbd_k
from lifelong.models.bg_bb import BGBB
from lifelong.models.ggompertz_nbd import GGompertzNBD
from lifelong.models.nbd import NBD
from lifelong.values import Patterns

if TYPE_CHECKING:
    from pathlib import Path

LOGS = {
    "cdnow": ("cdnow/cdnow_sample.csv", "1997-09-30"),
    "grocery": ("grocery_elog/transactions.csv", "2006-12-31"),
    "apparel": ("apparel/transactions.csv", "2006-12-31"),
}
GROCERY = np.array([1.32919727, 2.81260033, 0.42471558, 0.79004022])  # MBG/CNBD-2


@pytest.fixture(scope="module")
def shops(shared_data: Path) -> dict[str, Patterns]:
    return {name: shop(shared_data / path, until) for name, (path, until) in LOGS.items()}


def shop(path: Path, until: str) -> Patterns:
    """Patterns of a log of (customer_id, date), with the gaps between order days counted."""
    end = date.fromisoformat(until).toordinal()
    days: dict[str, set[int]] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["date"][:10]).toordinal()
            if day <= end:
                days.setdefault(row["customer_id"], set()).add(day)
    x = [len(d) - 1 for d in days.values()]
    t_x, T = [max(d) - min(d) for d in days.values()], [end - min(d) for d in days.values()]
    gaps = sum(float(np.log(np.diff(sorted(d)) / 7.0).sum()) for d in days.values())
    return replace(Patterns.grouped(x, t_x, T), log_gaps=gaps)


@pytest.mark.parametrize(
    ("data", "model", "loglik", "params"),
    [
        ("cdnow", NBD(), -9763.65761467, (0.38476588, 12.07201373)),
        ("grocery", NBD(), -16376.8639011, (0.42031951, 5.24510725)),
        ("grocery", cnbd_k.BGCNBD2(), -15054.1729045, (0.35906101, 1.12938745, 0.5228132, 2.78534141)),
        ("grocery", cnbd_k.BGCNBD3(), -15074.7055836, (0.35978033, 0.71228008, 0.55375497, 2.758099)),
        ("grocery", cnbd_k.MBGCNBD2(), -14978.2107316, (1.32919727, 2.81260033, 0.42471558, 0.79004022)),
        ("grocery", cnbd_k.MBGCNBD3(), -14996.8504158, (1.30261638, 1.7497768, 0.44944318, 0.83541093)),
        ("grocery", cnbd_k.MBGCNBD4(), -15326.9226, None),
        ("cdnow", GGompertzNBD(), -9594.976351, None),
        ("apparel", GGompertzNBD(), -5848.097926, None),
    ],
    ids=lambda v: getattr(v, "name", v) if not isinstance(v, tuple | float) else "",
)
def test_estimates(
    shops: dict[str, Patterns], data: str, model: Any, loglik: float, params: tuple[float, ...] | None
) -> None:
    fit = model.fit(shops[data], prior="off")
    assert fit.loglik >= loglik - 1e-3
    assert fit.loglik == pytest.approx(loglik, abs=1e-2)
    if params:
        assert fit.theta == pytest.approx(params, rel=1e-3)


def test_a_project_counts_the_gaps(shared_data: Path, tmp_path: Path) -> None:
    """So that the log-likelihood that a user sees is the one of the papers, to be compared between k."""
    from lifelong import Project

    shop = Project(tmp_path / "grocer")
    shop.ingest(shared_data / LOGS["grocery"][0])
    assert shop.fit("mbg_cnbd_2", until="2006-12-31").loglik == pytest.approx(-14978.2107316, abs=1e-3)
    assert shop.fit("mbg_cnbd_3", until="2006-12-31").loglik == pytest.approx(-14996.8504158, abs=1e-3)


def test_a_hazard_that_does_not_grow_is_told(shops: dict[str, Patterns]) -> None:
    """On these two shops b runs to 0, where the model is Pareto/NBD: never a failed fit, always a finding."""
    for name in ("cdnow", "apparel"):
        fit = GGompertzNBD().fit(shops[name], prior="off")
        assert {"F203", "F207"} <= {f.code for f in fit.findings}
        assert fit["b"] < 1e-6


def test_k_is_chosen_by_likelihood(shops: dict[str, Patterns]) -> None:
    """BTYDplus chooses 2 on the grocery log and 1 on CDNOW, for both families."""
    for first, grocery, cdnow in ((1, "mbg_cnbd_2", "mbg_nbd"), (0, "bg_cnbd_2", "bg_nbd")):
        assert cnbd_k.fit_regular(shops["grocery"], first).model == grocery
        assert cnbd_k.fit_regular(shops["cdnow"], first).model == cdnow


def test_grocery_profiles_are_exact_where_the_package_approximates(shops: dict[str, Patterns]) -> None:
    """P(alive) agrees; the published conditional expectation is an approximation that ours replaces by the exact one."""
    x = np.arange(1, 6)
    model = cnbd_k.MBGCNBD2()
    alive = model.alive(GROCERY, x, 12.0, 52.0)
    assert alive == pytest.approx(
        [0.1564253506, 0.02921112477, 0.003861270135, 0.0004398306782, 4.610243175e-05], rel=1e-4
    )
    theirs = np.array([0.282280725, 0.07542765164, 0.01297383035, 0.001819997903, 0.0002266387958])
    ours = model.expect(GROCERY, x, 12.0, 52.0, 52.0)
    assert ours == pytest.approx(theirs, rel=0.25)
    # NBD: no one leaves
    nbd = NBD().expect(np.array([0.42031951, 5.24510725]), x, 12.0, 52.0, 52.0)
    assert nbd == pytest.approx([1.290182132, 2.198556708, 3.106931283, 4.015305859, 4.923680434], rel=1e-4)
    base = shops["grocery"]
    total = NBD().expect(np.array([0.42031951, 5.24510725]), base.x, base.t_x / 7, base.T / 7, 52.0) @ base.count
    assert total == pytest.approx(6354.745861, rel=1e-3)


def test_the_exact_total_is_nearer_to_what_came_than_the_rescaled_one(shops: dict[str, Patterns]) -> None:
    """3,389 orders came; the package says 3,970 after its rescaling. Ours is what simulated customers do."""
    base, model = shops["grocery"], cnbd_k.MBGCNBD2()
    alive = model.alive(GROCERY, base.x, base.t_x / 7, base.T / 7)
    total = model.expect(GROCERY, base.x, base.t_x / 7, base.T / 7, 52.0) @ base.count
    assert total == pytest.approx(3811.5, abs=0.1)
    rng, sums = np.random.default_rng(1), []
    x, t_x, T = (np.repeat(v, base.count) for v in (base.x, base.t_x / 7, base.T / 7))
    for _ in range(40):
        there = rng.random(len(x)) < np.repeat(alive, base.count)
        sums.append(len(model.draw_orders(GROCERY, x[there], T[there], 52.0, rng, t_x[there])[0]))
    assert abs(np.mean(sums) - total) < 4 * np.std(sums) / np.sqrt(len(sums))


# -- BG/BB


@pytest.fixture(scope="module")
def donors(shared_data: Path) -> Patterns:
    with (shared_data / "donations" / "donations_rf_1996_2001.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return Patterns.of(*([int(r[name]) for r in rows] for name in ("x", "t_x", "n", "customers")))


def test_donors_of_fader_hardie_shang_2010(donors: Patterns) -> None:
    fit = BGBB().fit(donors, prior="off")
    assert fit.origin.customers == 11_104
    assert fit.loglik >= -33225.58129 - 1e-4
    assert fit.loglik == pytest.approx(-33225.58129, abs=1e-3)
    assert fit.theta == pytest.approx((1.203507081, 0.7497666778, 0.6567568171, 2.783887325), rel=1e-3)
    assert fit.theta.round(3).tolist() == pytest.approx([1.204, 0.750, 0.657, 2.783], abs=1.5e-3)


def test_donors_one_by_one(donors: Patterns, shared_data: Path) -> None:
    values = json.loads((shared_data / "reference" / "reference_values.json").read_text())["values"]
    told = next(e["params"] for e in values if e["model"] == "BG/BB per cell")
    theta = np.array([1.203507081, 0.7497666778, 0.6567568171, 2.783887325])
    x, t_x, n, count = np.array(told["cells_x_tx_n_customers"]).T
    assert count.sum() == donors.customers
    model = BGBB()
    made = {
        "palive_next_period": model.alive(theta, x, t_x, n, ahead=1),
        "cet_5": model.expect(theta, x, t_x, n, 5),
        "dert_10pct": model.expect(theta, x, t_x, n, np.inf, 0.1),
        "pmf_0_6": model.pmf_new(theta, np.arange(7), 6),
    }
    for name, column in made.items():
        np.testing.assert_allclose(column, told[name], rtol=1e-8, err_msg=name)
    assert made["cet_5"] @ count == pytest.approx(12_884.2, abs=0.5)
    assert made["pmf_0_6"][[0, 6]] * donors.customers == pytest.approx([3454.9, 1253.1], abs=0.2)
