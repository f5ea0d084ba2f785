import math

import numpy as np
import pytest

from lifelong.errors import ConfigError
from lifelong.score import ModelError, Terms
from lifelong.score.terms import PRIOR_SCALE


def test_terms_are_read_as_people_write_them() -> None:
    terms = Terms.parse("52w", "35%", "10%/year", "GBP")
    assert (terms.horizon.days, terms.margin, terms.currency) == (364, 0.35, "GBP")
    assert terms.discount.per_year == pytest.approx(0.1)
    assert Terms.parse("26w").margin is None


def test_the_rest_of_life_needs_a_discount() -> None:
    with pytest.raises(ConfigError) as caught:
        Terms.parse("lifetime")
    assert caught.value.code == "E202"
    assert Terms.parse("lifetime", discount="1%/year").horizon.is_lifetime


def test_without_a_back_test_the_usual_error_stands() -> None:
    assert ModelError().scale("orders", 364) == PRIOR_SCALE
    assert ModelError.off().scale("value", 364) == 0.0


def test_the_error_grows_with_the_root_of_the_horizon_beyond_the_test() -> None:
    error = ModelError(0.1, 0.2, 5.0, 91.0)
    assert error.scale("orders", 364) == pytest.approx(0.2)
    assert error.scale("value", 30) == 0.2
    assert error.scale("value", math.inf) == pytest.approx(0.2 * math.sqrt(10))


def test_misses_are_pooled_with_the_prior_and_less_chance() -> None:
    made = ModelError.measured([(0.3, 0.01), (-0.1, 0.01)], [], 91.0)
    assert made.orders == pytest.approx(math.sqrt((2 * PRIOR_SCALE**2 + 0.08) / 4))
    assert made.value == made.orders
    assert made.df == 4
    assert ModelError.of({"orders": 0.1, "value": 0.2, "df": 3.0, "days": 7.0}) == ModelError(0.1, 0.2, 3.0, 7.0)


def test_misses_that_chance_explains_leave_the_priors_part_only() -> None:
    made = ModelError.measured([(0.05, 0.04)] * 3, [(0.5, 0.0)] * 3, 91.0)
    assert made.orders == pytest.approx(math.sqrt(2 * PRIOR_SCALE**2 / 5))
    assert made.value == pytest.approx(math.sqrt((2 * PRIOR_SCALE**2 + 0.75) / 5))


def test_no_origin_is_as_no_back_test() -> None:
    assert ModelError.measured([], [], 91.0) == ModelError(PRIOR_SCALE, PRIOR_SCALE, 2.0, 91.0)


def test_cohorts_that_miss_by_chance_alone_need_no_factor_and_others_their_own() -> None:
    rng = np.random.default_rng(1)
    variance = rng.uniform(0.001, 0.05, 400)
    for factor in (1.0, 6.0):
        miss = rng.normal(0.0, np.sqrt(factor * variance))
        error = ModelError.measured([], [], 91.0, list(zip(miss.tolist(), variance.tolist(), strict=True)))
        assert error.chance == pytest.approx(factor, rel=0.2)
        assert error.cohort < 0.05
    own = ModelError.measured(
        [], [], 91.0, list(zip(rng.normal(0.0, 0.3, 400).tolist(), variance.tolist(), strict=True))
    )
    assert own.cohort == pytest.approx(0.3, rel=0.2)
    assert own.scale("cohort", 182) == pytest.approx(own.cohort * 2**0.5)
