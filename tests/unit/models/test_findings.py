"""Findings at their thresholds: just there, and just not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lifelong.models.climb import Climb, Solved
from lifelong.models.findings import TEXTS, finding, independence, pattern_findings, shape_findings, spend_findings
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.values import Patterns, Spend


def codes(*columns: list[int], prior_on: bool = False) -> list[str]:
    return [f.code for f in pattern_findings(Patterns.of(*columns), prior_on, 500)]


def test_histories_at_the_thresholds() -> None:
    assert codes([0], [0], [90], [1]) == ["F202", "F205"]  # one customer has no cohort
    assert codes([0], [0], [90], [2]) == ["F202", "F205", "F206"]
    assert codes([0, 1], [0, 9], [90, 91], [250, 249]) == ["F202"]
    assert codes([0, 1], [0, 9], [90, 91], [250, 250]) == []
    assert codes([0, 1], [0, 3], [5, 6], [600, 1]) == ["F213"]
    assert codes([0, 1], [0, 3], [5, 7], [600, 1]) == []
    assert codes([0, 7], [0, 8], [90, 8], [600, 1]) == ["F215"]
    assert codes([0, 8], [0, 8], [90, 8], [600, 1]) == ["F214", "F215"]
    assert codes([0, 0], [0, 0], [0, 90], [600, 1]) == ["F205"]  # who came today has not ordered every day
    facts = [f.facts for f in pattern_findings(Patterns.of([0, 3, 9], [0, 3, 4], [4, 3, 5], [600, 2, 7]), False, 500)]
    assert facts == [{"days": 5}, {"customers": 9}]


def solved(model: Any, z: list[float], sd: list[float], correlation: float = 0.0, gain: float = 0.0) -> Solved:
    matrix = np.eye(len(z))
    matrix[0, 1] = matrix[1, 0] = correlation
    covariance = np.outer(sd, sd) * matrix
    at = Climb(np.array(z), -10.0, np.zeros(len(z)), -np.linalg.inv(covariance), gain)
    low, high = (np.log([getattr(p, side) for p in model.params]) for side in ("low", "high"))
    return Solved(at, low, high, covariance, -10.0, np.ones(len(z)), False, 0.0)


def shapes(model: Any, *args: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(f.code, f.facts) for f in shape_findings(model, solved(model, *args), 1e-8)]


def test_optima_at_the_thresholds() -> None:
    model, z, sd = ParetoNBD(), [0.0, 1.0, 0.5, 1.0], [0.1] * 4
    assert shapes(model, z, sd) == []
    assert shapes(model, z, sd, 0.979) == []
    assert shapes(model, z, sd, 0.981) == [
        ("F204", {"first": "r", "second": "alpha", "correlation": pytest.approx(0.981)})
    ]
    for i, p in enumerate(model.params):
        for edge, inward in ((p.low, 1), (p.high, -1)):
            near, far = list(z), list(z)
            near[i], far[i] = np.log(edge) + 0.019 * inward, np.log(edge) + 0.021 * inward
            told = [facts["name"] for code, facts in shapes(model, near, sd) if code == "F203"]
            assert told == [p.name]
            assert "F203" not in [code for code, _ in shapes(model, far, sd)]
    wide = [0.1, 0.1, 0.75, 0.1]
    assert shapes(model, z, wide) == [("F207", {"names": "s"})]
    assert shapes(model, z, [0.1, 0.1, 0.749, 0.1]) == []
    assert shapes(model, z, sd, 0.0, 1e-4) == []
    assert shapes(model, z, sd, 0.0, 1.1e-4) == [("F208", {"gain": 1.1e-4})]
    assert shapes(model, [0.0, 1.0, 0.0, 1.0], sd) == [("F209", {"name": "s", "estimate": 1.0})]
    assert shapes(model, [0.0, 1.0, 0.001, 1.0], sd) == []
    assert shapes(GammaGamma(), [1.0, 0.0, 1.0], [0.1] * 3) == [("F210", {"name": "q", "estimate": 1.0})]
    assert shapes(GammaGamma(), [1.0, 0.001, 1.0], [0.1] * 3) == []


def test_severities() -> None:
    notes = {code for code, (severity, _) in TEXTS.items() if severity == "info"}
    assert notes == {"F201", "F206", "F209", "F220", "F221", "F222", "F234", "F235", "F236", "F241", "F245"}
    told = finding("F202", customers=7)
    assert (told.code, told.severity, told.facts) == ("F202", "warning", {"customers": 7})


def test_dependence_at_the_thresholds() -> None:
    def tied(share: float, size: int) -> Any:
        """Two kinds of customers of each x, so that the correlation is known: (1 + share) / 2 agree."""
        agree = round(size * (1 + share) / 2)
        x = np.r_[np.full(size, 1), np.full(size, 2)]
        z = np.r_[np.full(agree, 1.0), np.full(size - agree, 2.0), np.full(agree, 2.0), np.full(size - agree, 1.0)]
        return independence(x, z)

    strong, weak = tied(0.102, 2000), tied(0.098, 2000)
    assert strong.correlation == pytest.approx(0.102)
    assert strong.finding.code == "F211"
    assert strong.finding.facts["direction"] == "more"
    assert strong.finding.facts["p_value"] == strong.p_value
    assert weak.p_value < 1e-6  # beyond chance, but too weak to matter
    assert weak.finding is None
    few = tied(0.2, 60)
    assert few.p_value == pytest.approx(0.0283, abs=1e-4)
    assert few.finding is None
    assert tied(0.2, 90).finding is not None  # p = .0067


def test_what_does_not_count_in_a_correlation() -> None:
    x, z = np.array([1, 2, 4, 8]), np.array([3.0, 1.0, 4.0, 5.0])
    plain = independence(x, z)
    assert plain.customers == 4
    assert 0.0 < plain.p_value < 1.0
    assert independence(np.r_[x, 0, 5, 6], np.r_[z, 9.0, 0.0, 7.0], [1, 1, 1, 1, 3, 3, 0]) == plain
    assert independence(x[:3], z[:3]).p_value == 1.0
    assert independence(x[:3], z[:3]).customers == 3
    assert independence([2, 2, 2, 2, 2], [*z.tolist(), 2.0]).customers == 5
    perfect = independence(2 ** np.arange(9), 3.0 ** np.arange(9))
    assert perfect.correlation == pytest.approx(1.0)
    assert 0.0 < perfect.p_value < 1e-10
    assert perfect.finding is not None


def test_spends_at_the_thresholds() -> None:
    def told(mean: list[float], count: list[int]) -> list[str]:
        x = np.array([1, 2])
        return [f.code for f in spend_findings(Spend(x, x * np.array(mean), np.array(count)), False, 500)]

    assert told([10.0, 10.0 + 0.9e-8], [400, 400]) == ["F212"]
    assert told([10.0, 10.0 + 1.2e-8], [400, 400]) != ["F212"]
    assert told([0.0, 0.0], [400, 400]) == ["F212"]
    assert told([10.0, 10.0], [250, 249]) == ["F202", "F212"]
    assert told([10.0, 20.0], [400, 0]) == ["F202", "F212"]  # a row of nobody shows no spread
