"""The choice of a contractual model: by hidden renewals where there are losses enough, else by likelihood and size."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.judge.contracts import Hidden, choose, foretold
from lifelong.models.sbg import SBG
from lifelong.values import Tenures


def _watched(life: np.ndarray, age: np.ndarray) -> Tenures:
    """Lifetimes in periods, watched up to each subscriber's age in renewals."""
    is_lost = life <= age
    return Tenures.of(np.where(is_lost, life - 1, age), is_lost)


def _cohorts(life: np.ndarray, hidden: int) -> tuple[Tenures, Hidden]:
    age = np.arange(len(life)) % 24
    old = age >= hidden
    past, then = _watched(life[old], age[old] - hidden), _watched(life[old], age[old])
    return _watched(life, age), Hidden(past, then, hidden, hidden * 30.4375)


def test_subscribers_that_differ_get_a_model_that_knows_it() -> None:
    rng = np.random.default_rng(1)
    seen, hidden = _cohorts(SBG().simulate(np.array([0.7, 1.2]), 8000, rng), 6)
    past, then = hidden.past, hidden.then
    made = choose(seen, hidden)
    assert made.model == "sbg"
    assert "losses of the hidden part" in made.why
    by = {row.model: row for row in made.rows}
    assert by["constant_churn"].hidden is not None
    assert by["sbg"].hidden is not None
    assert by["constant_churn"].hidden < by["sbg"].hidden - 50
    # What it said of the hidden part, by hand: each renewal and each loss with its chance.
    theta = SBG().fit(past).theta
    assert by["sbg"].hidden == pytest.approx(SBG().loglik(theta, then) - SBG().loglik(theta, past))
    assert made.fit.theta == pytest.approx(SBG().fit(seen).theta)
    assert by["sbg"].as_dict()["aic"] == pytest.approx(4 - 2 * by["sbg"].loglik)


def test_what_was_foretold_of_the_hidden_part_by_hand() -> None:
    """Of 100 there after one renewal, two renewals are hidden: 60 and then 30 came."""
    past = Tenures.of([0, 1], [True, False], [40, 100])
    then = Tenures.of([0, 1, 2, 3], [True, True, True, False], [40, 40, 30, 30])
    hidden = Hidden(past, then, 2, 60.0)
    assert (hidden.losses, hidden.came, hidden.is_enough) == (70, 90, True)
    fit = SBG().fit(past)
    made = foretold(SBG(), fit, hidden)
    stay = SBG().survival(fit.theta, [1, 2, 3])
    assert made.forecast == pytest.approx(100 * (stay[1] + stay[2]) / stay[0])
    assert made.low80 < made.forecast < made.high80
    assert made.miss == pytest.approx(np.log(90.5 / (made.forecast + 0.5)))
    assert str(made).endswith("and 90 came")


def test_the_interval_of_what_was_foretold_holds_as_often_as_it_says() -> None:
    held, off = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        _, hidden = _cohorts(SBG().simulate(np.array([0.7, 1.2]), 1500, rng), 6)
        made = foretold(SBG(), SBG().fit(hidden.past), hidden)
        held.append(made.low80 <= made.came <= made.high80)
        off.append(made.miss / np.sqrt(made.variance))
    assert 0.66 < np.mean(held) < 0.93  # 0.8 and 2.6 standard errors of 60 tries
    assert abs(np.mean(off)) < 0.35  # 0 and 2.7 standard errors
    assert 0.7 < np.std(off) < 1.35


def test_subscribers_that_are_alike_get_the_simplest() -> None:
    rng = np.random.default_rng(2)
    made = choose(*_cohorts(rng.geometric(0.15, 6000), 6))
    assert made.model == "constant_churn"


def test_without_a_hidden_part_likelihood_and_size_decide() -> None:
    seen = Tenures.from_survivors([1000, 631, 468, 382, 326, 289, 262, 241])
    made = choose(seen)
    assert made.model == "sbg"
    assert "Akaike" in made.why
    assert all(row.hidden is None for row in made.rows)
    few = choose(seen, Hidden(Tenures.from_survivors([30, 29]), Tenures.from_survivors([30, 29, 25]), 1, 30.0))
    assert "Akaike" in few.why
    assert few.test is None
    assert choose(seen, models=["bdw"]).why == "it was named"
    assert choose(seen, models=["bdw"]).model == "bdw"


def test_a_simpler_model_is_taken_where_the_better_one_is_so_by_chance() -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        made = choose(Tenures.from_customers(*_lives(rng)))
        if made.rows[0].model != made.model:
            break
    assert "less than chance" in made.why
    top, taken = made.rows[0], next(r for r in made.rows if r.model == made.model)
    assert taken.params < top.params
    assert taken.aic - top.aic < 2.0


def _lives(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    life = rng.geometric(0.25, 300)
    return np.minimum(life, 8), life <= 8
