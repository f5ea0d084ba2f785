"""Golden numbers of the contractual models: papers' tables and independent runs (../shared/data/reference, retention)."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from lifelong.models.bdw import BdW
from lifelong.models.contractual import compare
from lifelong.models.discrete_weibull import DiscreteWeibull, leaving
from lifelong.models.kaplan_meier import kaplan_meier
from lifelong.models.sbg import SBG
from lifelong.models.segments import ConstantChurn
from lifelong.values import Tenures

if TYPE_CHECKING:
    from pathlib import Path

MODELS: dict[str, Any] = {"sBG": SBG(), "BdW": BdW(), "discrete Weibull": DiscreteWeibull()}
#: The first year of a meal-kit service's customers, per 10,000 (a published case).
BLUE_APRON = [10000, 6426, 5023, 4146, 3556, 3109, 2822, 2535, 2312, 2105, 1945, 1945, 1786]


def column(path: Path, name: str) -> list[int]:
    with path.open(newline="") as file:
        return [int(row[name]) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def references(shared_data: Path) -> list[dict[str, Any]]:
    told = json.loads((shared_data / "reference" / "reference_values.json").read_text(encoding="utf-8"))
    return list(told["values"])


def test_every_row_of_the_two_segments_of_fader_hardie_2007_and_2018(
    references: list[dict[str, Any]], shared_data: Path
) -> None:
    """By likelihood first: ours is no lower than the reference less 1e-3. Then by parameters, as printed."""
    met = []
    for row in references:
        if row["dataset"] != "retention/two_segment_survivors.csv":
            continue
        kind, segment, rows = re.fullmatch(r"(.+?) (regular|high_end), first (\d+) rows.*", row["model"]).groups()
        seen = column(shared_data / row["dataset"], segment)[: int(rows)]
        fit = MODELS[kind].fit(Tenures.from_survivors(seen), prior="off")
        assert fit.loglik >= row["loglik"] - 1e-3, row["model"]
        assert fit.loglik == pytest.approx(row["loglik"], abs=1e-3), row["model"]
        assert fit.info["gain"] < 1e-6
        made = {p.name: p.estimate for p in fit.params}
        if kind == "discrete Weibull":
            made = {"theta": float(leaving(made["rate"])), "c": made["c"]}
        near = {"sBG": 1e-3, "BdW": 1e-2, "discrete Weibull": 1e-4}[kind]
        for name, value in row["params"].items():
            assert made[name] == pytest.approx(value, abs=near), (row["model"], name)
        met.append((kind, segment, int(rows)))
    assert len(set(met)) == 14
    assert {kind for kind, _, _ in met} == set(MODELS)


def test_projections_of_fader_hardie_2007(shared_data: Path) -> None:
    """Fitted on seven renewals, survivors of the twelfth per 1,000: 378 (394 came) and 170 (173 came)."""
    for segment, expected, came in (("high_end", 378, 394), ("regular", 170, 173)):
        all_ = column(shared_data / "retention" / "two_segment_survivors.csv", segment)
        fit = SBG().fit(Tenures.from_survivors(all_[:8]))
        assert round(1000 * float(SBG().survival(fit.theta, 12))) == expected
        assert all_[12] == came


def test_derl_of_table_3_of_fader_hardie_2010(references: list[dict[str, Any]]) -> None:
    row = next(r["params"] for r in references if "discounted expected residual lifetime" in r["model"])
    cases = [(3.8, 15.2, row["case1_derl"], 0.005), (0.067, 0.267, row["case2_derl"], 0.011)]
    for alpha, beta, printed, near in cases:  # case 2's parameters are printed to two digits
        made = SBG().derl(np.array([alpha, beta]), [1, 2, 3, 4, 5], 0.1)
        assert made == pytest.approx(printed, abs=near)
        other = BdW().derl(np.array([alpha, beta, 1.0]), [1, 2, 3, 4, 5], 0.1)
        assert other == pytest.approx(made, rel=1e-8)


def test_residual_lifetimes_and_elasticities_of_the_two_segments() -> None:
    """DERL at 10 %: 5.41 and 6.90, 2.96 and 5.89. A tenth less churn: +4.3 % and +7.1 %, not the 8.2 and 15.0 of one rate."""
    high, regular = np.array([0.668, 3.806]), np.array([0.704, 1.182])
    assert SBG().derl(high, [1, 5], 0.1).round(2).tolist() == [5.41, 6.90]
    assert SBG().derl(regular, [1, 5], 0.1).round(2).tolist() == [2.96, 5.89]
    for theta, gain, one_rate in ((high, 0.043, 0.082), (regular, 0.071, 0.150)):
        flat = np.array([-np.log(theta[1] / theta.sum())])
        assert float(ConstantChurn().churn_effect(flat, 1, -0.1, 0.1)) == pytest.approx(one_rate, abs=5e-4)
        assert float(SBG().churn_effect(theta, 1, -0.1, 0.1)) == pytest.approx(gain, abs=5e-4)
        assert float(BdW().churn_effect(np.array([*theta, 1.0]), 1, -0.1, 0.1)) == pytest.approx(gain, abs=5e-4)


def test_the_two_tails_of_blue_apron() -> None:
    """sBG .710, 1.307, LL -19863: 862 of 10,000 in month 36; two segments, one parameter more, LL -19914: 253."""
    tails = compare(Tenures.from_survivors(BLUE_APRON), 36)
    sbg, two, flat = tails["sbg"], tails["two_segments"], tails["constant_churn"]
    assert sbg.loglik == pytest.approx(-19863, abs=0.5)
    assert (sbg.params["alpha"], sbg.params["beta"]) == pytest.approx((0.710, 1.307), abs=1e-3)
    assert round(sbg.joined) == 862
    assert two.loglik == pytest.approx(-19914, abs=0.5)
    assert two.params["odds"] / (1 + two.params["odds"]) == pytest.approx(0.46, abs=0.005)
    assert -np.expm1([-two.params["loyal"], -two.params["fickle"]]) == pytest.approx([0.077, 0.566], abs=1e-3)
    assert round(two.joined) == 253
    assert float(-np.expm1(-flat.params["rate"])) == pytest.approx(0.179, abs=5e-4)
    # The tails differ by far more than either interval tells.
    assert two.joined_high < 310 < 770 < sbg.joined_low
    assert sbg.aic < two.aic
    assert tails.rows[0].model == "bdw"


def test_several_cohorts_of_different_age_of_fader_hardie_2010(shared_data: Path) -> None:
    """Five cohorts with one behaviour, the youngest just joined: as the oldest alone, but more firmly held."""
    with (shared_data / "retention" / "multi_cohort_survivors.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    tables = [[int(r["active"]) for r in rows if r["cohort"] == c] for c in "12345"]
    assert [len(t) for t in tables] == [5, 4, 3, 2, 1]
    all_, oldest = (SBG().fit(Tenures.from_survivors(t)) for t in (tables, tables[0]))
    assert all_.origin.customers == 50_000
    # One behaviour: within two standard errors of the oldest alone, whose data are among these.
    assert (np.abs(all_.theta - oldest.theta) < 2 * np.array([p.se for p in oldest.params])).all()
    assert all_.params[0].se < 0.9 * oldest.params[0].se
    # 6,334, 4,367, 3,264 and 2,604 of 10,000 are there after 1 to 4 renewals: Kaplan-Meier finds them from all cohorts.
    assert 10_000 * kaplan_meier(Tenures.from_survivors(tables)).survival == pytest.approx([6334, 4367, 3264, 2604])
    assert 10_000 * SBG().survival(all_.theta, [1, 2, 3, 4]) == pytest.approx([6334, 4367, 3264, 2604], rel=0.02)


def test_customers_one_by_one_are_as_the_table(shared_data: Path) -> None:
    """The two segments as 2,000 subscribers with T = 8: the same likelihood as from survivors."""
    with (shared_data / "retention" / "sbg_customer_level.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for cohort, segment, loglik in (("highend", "high_end", -1611.1581), ("regular", "regular", -1680.2652)):
        mine = [r for r in rows if r["cohort"] == cohort]
        paid = [int(r["recency"]) for r in mine]
        # Whoever paid to the end of the time watched is still there.
        made = Tenures.from_customers(paid, [int(r["recency"]) < int(r["T"]) for r in mine])
        table = Tenures.from_survivors(column(shared_data / "retention" / "two_segment_survivors.csv", segment)[:8])
        assert made.customers == table.customers == 1000
        assert SBG().fit(made, prior="off").loglik == pytest.approx(loglik, abs=1e-3)
