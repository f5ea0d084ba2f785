"""Large fits go by pieces, sorted pairs and a third coarse likeness; each gives what the plain way gives."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.models import attrition
from lifelong.models.attrition import loglik_gradient, loglik_hessian
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.optimise import fit_model
from lifelong.models.pairs import floored, prepare_days
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.testing import simulated_patterns
from lifelong.values import Patterns


def _patterns(size: int = 4000) -> Patterns:
    model = ParetoNBD()
    drawn = simulated_patterns(model, np.array([p.start for p in model.params]), size, np.random.default_rng(5))
    return Patterns.grouped(drawn.x, drawn.t_x, drawn.T, drawn.count)


@pytest.mark.parametrize("model", [BGNBD(), ParetoNBD()], ids=lambda m: m.name)
def test_pieces_change_nothing(model: BGNBD | ParetoNBD, monkeypatch: pytest.MonkeyPatch) -> None:
    patterns, theta = _patterns(), np.array([p.start for p in model.params])
    made = prepare_days(patterns.x, patterns.t_x, patterns.T, patterns.count)
    (value, gradient), hessian = loglik_gradient(model, theta, made), loglik_hessian(model, theta, made)
    monkeypatch.setattr(attrition, "PIECE", 7)
    in_pieces = loglik_gradient(model, theta, made)
    assert in_pieces[0] == pytest.approx(value, rel=1e-13)
    assert in_pieces[1] == pytest.approx(gradient, rel=1e-12)
    assert loglik_hessian(model, theta, made) == pytest.approx(hessian, rel=1e-9)


def test_sums_by_pair_are_the_same_sorted_or_not() -> None:
    patterns = _patterns(500)
    made = prepare_days(patterns.x, patterns.t_x, patterns.T, patterns.count)
    assert len(made.first_dead) == len(made.dead)
    mixed = np.random.default_rng(1).permutation(len(patterns))
    other = prepare_days(patterns.x[mixed], patterns.t_x[mixed], patterns.T[mixed], patterns.count[mixed])
    assert not len(other.first_dead)
    weight = np.random.default_rng(2).random(len(patterns))
    assert other.by_dead(weight[mixed]) == pytest.approx(made.by_dead(weight), rel=1e-12)


def test_bins_of_floored_days_are_those_of_the_days() -> None:
    patterns = _patterns()
    days = floored(patterns.x, patterns.t_x, patterns.T, patterns.count, 3)
    assert days[3].sum() == patterns.customers
    assert len(days[0]) < len(patterns)
    for bins in (1, 2, 5):
        made = prepare_days(*days, bin_days=3 * bins)
        told = prepare_days(patterns.x, patterns.t_x, patterns.T, patterns.count, bin_days=3 * bins)
        assert made.count.tolist() == told.count.tolist()
        for a, b in ((made.alive, told.alive), (made.dead, told.dead)):
            assert (a.x.tolist(), a.t.tolist()) == (b.x.tolist(), b.t.tolist())


def test_a_third_coarse_likeness_saves_evaluations_and_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    patterns, model = _patterns(), ParetoNBD()
    plain = fit_model(model, patterns)
    monkeypatch.setattr(attrition, "MANY", 200)
    levels = model.objective(patterns).coarser()
    assert [level.size for level in levels] == sorted({level.size for level in levels})
    assert len(levels) == 3
    made = fit_model(model, patterns)
    assert made.loglik == pytest.approx(plain.loglik, abs=1e-6)
    # the search stops where a step would gain less than 1e-8 log-likelihood: some 1e-4 of a standard error
    for a, b in zip(made.params, plain.params, strict=True):
        assert abs(a.estimate - b.estimate) < 1e-3 * b.se
        assert a.se == pytest.approx(b.se, rel=1e-4)
