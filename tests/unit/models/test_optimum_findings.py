"""What an optimum's shape makes a fit tell: edges, ridges, doubt; and every text with its facts."""

from __future__ import annotations

from typing import Any

import numpy as np

from lifelong.models.bg_nbd import BGNBD
from lifelong.models.climb import Climb, Solved
from lifelong.models.findings import TEXTS, shape_findings


def solved(z: list[float], sd: list[float], correlation: float, gain: float = 0.0) -> Solved:
    covariance = np.outer(sd, sd) * np.array(
        [[1.0, correlation, 0, 0], [correlation, 1.0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    )
    at = Climb(np.array(z), -10.0, np.zeros(4), -np.linalg.inv(covariance), gain)
    low, high = (np.log([getattr(p, side) for p in BGNBD.params]) for side in ("low", "high"))
    return Solved(at, low, high, covariance, -10.0, np.ones(4), False, 0.0)


def told(*args: Any, tolerance: float = 1e-8) -> list[str]:
    return [str(f) for f in shape_findings(BGNBD(), solved(*args), tolerance)]


def test_findings_of_an_optimum() -> None:
    z, sd = [0.0, 1.0, 0.5, 1.0], [0.1, 0.1, 0.1, 0.1]
    assert told(z, sd, 0.97) == []
    assert told(z, sd, 0.97, 2e-4) == [
        "F208 the optimum could not be confirmed: a step further would gain 0.0002 log-likelihood"
    ]
    assert told(z, sd, 0.97, 2e-4, tolerance=1e-3) == []
    assert told(z, sd, -0.99) == [
        "F204 r and alpha move together (correlation -0.990): the data fix their ratio, not each"
    ]
    assert told([np.log(1e-3), *z[1:]], sd, 0.0)[0].startswith("F203 r = 0.001 stands at the edge")
    assert told([*z[:3], np.log(1e4) - 0.01], sd, 0.0)[0].startswith("F203 b = 9900 stands at the edge")
    assert told([*z[:3], np.log(1e4) - 0.03], sd, 0.0) == []
    assert told(z, [0.1, 1.2, 0.1, 0.95], 0.0)[0].startswith("F207 the data say little about alpha and b")
    assert told(z, [0.1, 1.1, 0.1, 0.85], 0.0) == []
    assert told([0.0, 1.0, 0.0, 1.0], sd, 0.0)[0].startswith("F209 a = 1 <= 1")


def test_every_finding_can_be_told() -> None:
    facts = {
        "customers": 3, "name": "r", "estimate": 0.5, "first": "a", "second": "b", "correlation": 0.99, "names": "r",
        "gain": 0.1, "direction": "more", "p_value": 1e-4, "days": 5,
        "renewals": 1, "params": 2, "power": 0.7, "cohorts": 2, "gaps": 9,
        "cells": 7, "word": "with", "penalty": 0.1, "older": 4, "all": 9, "effect": 0.2, "ratio": 1.1,
    }  # fmt: skip
    for code, (severity, text) in TEXTS.items():
        assert code.startswith("F2")
        assert severity in {"info", "warning"}
        assert "{" not in text.format(**facts)
