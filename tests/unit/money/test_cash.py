"""The cash engine: printed numbers of the papers, sums by hand, and the order of what moves a firm's value."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lifelong.models.sbg import SBG
from lifelong.money.cash import Firm, Flows, elasticities, month_factors
from lifelong.money.disclosures import Disclosed
from lifelong.money.subscription import value_new, value_renewing

if TYPE_CHECKING:
    from pathlib import Path

HIGH, REGULAR = np.array([0.668, 3.806]), np.array([0.704, 1.182])
BLUE_APRON = np.array([0.710, 1.307])


def test_residual_lifetimes_are_those_printed() -> None:
    """Fader and Hardie (2010): d = .1, one and five renewals due."""
    got = [SBG().derl(theta, [1, 5], 0.1).round(2).tolist() for theta in (HIGH, REGULAR)]
    assert got == [[5.41, 6.90], [2.96, 5.89]]


def test_survivors_are_those_printed() -> None:
    assert [round(1000 * SBG().survival(theta, 12).item()) for theta in (HIGH, REGULAR)] == [378, 170]


def test_the_tail_is_where_the_valuation_hangs() -> None:
    """36 months of the Blue Apron case, 10,000 joined: sBG keeps 862, two classes with a constant chance each 253."""
    heavy = 10_000 * SBG().survival(BLUE_APRON, 36).item()
    classes = 10_000 * sum(w * (1 - leave) ** 36 for w, leave in ((0.46, 0.077), (0.54, 0.566)))
    assert heavy == pytest.approx(862, abs=3)
    assert classes == pytest.approx(253, abs=10)  # the shares are printed to a per cent
    assert 3.2 < heavy / classes < 3.6


def test_a_tenth_less_churn_is_worth_what_the_posterior_says() -> None:
    got = [round(100 * SBG().churn_effect(theta, 1, -0.10, 0.1).item(), 1) for theta in (HIGH, REGULAR)]
    assert got == [4.3, 7.1]


def test_months_sum_to_the_closed_form() -> None:
    """Payments of 1,200 months at the month's end against the closed DERL of a heavy tail: within a thousandth."""
    month = 1.1 ** (1 / 12) - 1.0
    kept = SBG().survival(HIGH, np.arange(1.0, 1201.0))
    flows = Flows(kept[None, :, None], 20.0 * kept[None, :, None])
    closed = value_renewing(20.0, 0.4, SBG().derl(HIGH, 1, month)).item() / (1.0 + month)
    assert flows.present(0.4, 0.10, "end").item() == pytest.approx(closed, rel=1e-3)
    assert flows.present(0.4, 0.10, "begin").item() == pytest.approx(closed * (1.0 + month), rel=1e-3)


def test_groups_sum_to_the_whole_and_factors_scale() -> None:
    some = np.random.default_rng(3).gamma(2.0, size=(4, 6, 9))
    flows = Flows(some, 10.0 * some)
    whole = flows.together()
    assert flows.present(0.3, 0.12).sum(axis=0) == pytest.approx(whole.present(0.3, 0.12)[0], rel=1e-12)
    assert flows.scaled(1.0, 2.0).present(0.3, 0.12) == pytest.approx(2.0 * flows.present(0.3, 0.12))
    assert flows.present(0.3, 0.0).sum() == pytest.approx(3.0 * some.sum())


def test_coming_cohorts_are_the_sum_of_their_months() -> None:
    firm = Firm(0.0, 90.0, 40.0, 25.0, 0.12, months=24)
    assert firm.future == pytest.approx(25.0 * 50.0 * month_factors(0.12, 24).sum())
    for_ever = Firm(0.0, 90.0, 40.0, 25.0, 0.12)
    assert for_ever.future == pytest.approx(25.0 * 50.0 * month_factors(0.12, 6000).sum())


def test_the_value_of_a_firm_is_the_sum_of_its_parts() -> None:
    firm = Firm(1000.0, 50.0, 20.0, 10.0, 0.1, fixed_costs=120.0, tax=0.25, non_operating=70.0, debt=200.0)
    fixed = 10.0 * month_factors(0.1, 6000).sum()
    assert firm.fixed == pytest.approx(fixed)
    assert firm.equity == firm.rlv + firm.future
    assert firm.value == pytest.approx(0.75 * (firm.equity - fixed) + 70.0 - 200.0)


def test_retention_moves_more_than_margin_and_margin_more_than_the_cost_of_winning() -> None:
    """Gupta, Lehmann and Stuart (2004) find about 5, 1 and .1 for 1 per cent more retention, margin and less cost."""
    churn, d = 0.15, 0.12

    def worth(factor: dict[str, float]) -> float:
        kept = (1.0 - churn) * factor.get("retention", 1.0)
        margin = 0.4 * factor.get("margin", 1.0)
        clv = value_new(100.0, margin, kept / (1.0 - kept / (1.0 + d)), d).item()
        return Firm(0.0, clv, 25.0 * factor.get("cac", 1.0), 10.0, d).equity

    moved = elasticities(worth, ["retention", "margin", "cac"])
    assert moved["retention"] > 2.0 * moved["margin"] > 0 > moved["cac"]
    assert moved["margin"] > 3.0 * -moved["cac"]
    assert moved["margin"] + moved["cac"] == pytest.approx(1.0)  # both scale the whole


def test_disclosures_of_a_simulated_firm_give_its_customers_back() -> None:
    """Cohorts of a known sBG; additions level with a season. The two years after the fit: within two per cent."""
    season = np.array([0.9, 1.0, 1.15, 0.95])
    added = 100.0 * np.tile(season, 12)
    kept = SBG().survival(np.array([1.5, 12.0]), np.arange(0.0, 49.0))
    half = np.concatenate([[1.0], (kept[:-1] + kept[1:]) / 2.0])
    lost = np.convolve(added, -np.diff(half))[:48]
    told = Disclosed.fit(added[:40], np.where(np.arange(40) < 4, np.nan, lost[:40]), 50_000.0)
    coming, customers = told.ahead(8)
    assert coming == pytest.approx(added[40:], rel=0.06)
    assert customers == pytest.approx(np.cumsum(added - lost)[40:], rel=0.02)
    assert told.retention == pytest.approx([1.5, 12.0], rel=0.05)
    assert told.seasons == pytest.approx(season / np.exp(np.log(season).mean()), rel=0.01)


def test_dish_through_2013_tells_the_subscribers_of_the_next_quarters(shared_data: Path) -> None:
    """Five quarters from 2014 Q1 to 2015 Q1, of which the fit has seen nothing; the bar is five per cent."""
    with (shared_data / "cbcv/dish_quarterly_disclosures.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))[::-1][1:]  # the first quarter holds no subscriber yet

    def number(name: str) -> np.ndarray:
        return np.array([float(row[name] or "nan") for row in rows])

    gross, net, subscribers = (
        number(n) for n in ("Combined Additions", "Combined Net Additions", "Pay-TV Subscribers")
    )
    past = number("Year") <= 2013
    added = np.where(np.isnan(gross), net, gross)[past]  # the first year told net ones alone
    told = Disclosed.fit(added, (gross - net)[past], 116.0)  # US households, million
    _, customers = told.ahead(int((~past).sum()))
    assert (~past).sum() == 5
    assert customers == pytest.approx(subscribers[~past], rel=0.05)
