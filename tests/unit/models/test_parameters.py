"""The parameters that models are searched by: a prior or a bound that moves, moves the numbers of every small shop."""

from __future__ import annotations

from typing import Any

import pytest

from lifelong.models.bg_nbd import BGNBD
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.pareto_nbd import ParetoNBD

#: name, unit, start, lowest, highest, and of the logarithm the prior's mean and standard deviation.
WANTED: list[tuple[Any, list[tuple[Any, ...]]]] = [
    (
        BGNBD(),
        [
            ("r", "", 0.5, 1e-3, 1e4, (-0.5, 1.0)),
            ("alpha", "weeks", 8.0, 1e-3, 1e5, (2.1, 1.5)),
            ("a", "", 0.8, 1e-3, 1e4, (-0.35, 1.0)),
            ("b", "", 2.5, 1e-3, 1e4, (1.0, 1.2)),
        ],
    ),
    (
        MBGNBD(),
        [
            ("r", "", 0.6, 1e-3, 1e4, (-0.5, 1.0)),
            ("alpha", "weeks", 8.0, 1e-3, 1e5, (2.1, 1.5)),
            ("a", "", 0.8, 1e-3, 1e4, (-0.35, 1.0)),
            ("b", "", 1.5, 1e-3, 1e4, (1.0, 1.2)),
        ],
    ),
    (
        ParetoNBD(),
        [
            ("r", "", 0.6, 1e-3, 1e4, (-0.5, 1.0)),
            ("alpha", "weeks", 10.0, 1e-3, 1e5, (2.3, 1.5)),
            ("s", "", 0.6, 1e-3, 1e4, (-0.7, 1.0)),
            ("beta", "weeks", 12.0, 1e-3, 1e5, (2.5, 1.5)),
        ],
    ),
    (
        GammaGamma(),
        [
            ("p", "", 5.0, 1e-3, 1e4, (1.6, 1.0)),
            ("q", "", 4.0, 1e-3, 1e4, (1.4, 0.8)),
            ("gamma", "money", 0.7, 1e-3, 1e5, (-0.4, 1.2)),
        ],
    ),
]


@pytest.mark.parametrize(("model", "wanted"), WANTED, ids=["bg_nbd", "mbg_nbd", "pareto_nbd", "gamma_gamma"])
def test_the_parameters_of_each_model(model: Any, wanted: list[tuple[Any, ...]]) -> None:
    assert [(p.name, p.unit, p.start, p.low, p.high, p.prior) for p in model.params] == wanted


def test_models_by_name() -> None:
    assert [model.name for model, _ in WANTED] == ["bg_nbd", "mbg_nbd", "pareto_nbd", "gamma_gamma"]
