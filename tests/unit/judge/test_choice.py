import numpy as np
import pytest

from lifelong.judge.choice import Record, choose, gap

NOISE = np.random.default_rng(0).normal(0, 1, 400)
BASE = np.abs(NOISE) + 5.0


def record(shift: float, score: float, parameters: int = 4, misses: tuple[float, ...] = (0.1, -0.1)) -> Record:
    errors = [BASE + shift, BASE + shift]
    return Record(errors, [score, score], parameters, errors, misses)


BASELINES = {"last_period": Record([BASE + 3.0] * 2, [], 0), "cell_means": Record([BASE + 4.0] * 2, [], 0)}


def test_the_least_error_wins() -> None:
    name, why, found = choose({"a": record(0.5, -1.0), "b": record(0.0, -2.0)}, BASELINES)
    assert name == "b"
    assert "by more than one standard error" in why
    assert "% below that of the better baseline, last_period" in why
    assert found == ()


def test_within_a_standard_error_the_log_score_decides() -> None:
    errors = [BASE + NOISE * 2, BASE + NOISE * 2]
    near = Record(errors, [-0.9, -0.9], 4, errors)
    name, why, _ = choose({"a": record(0.0, -1.0), "b": near}, BASELINES)
    assert gap(record(0.0, 0.0), near)[1] == pytest.approx((2 * NOISE).std(ddof=1) / 20)
    assert name == "b"
    assert "better log score" in why


def test_equal_scores_leave_the_simplest() -> None:
    name, why, _ = choose({"a": record(0.0, -1.0, 6), "b": record(0.0, -1.0005, 3)}, BASELINES)
    assert name == "b"
    assert "fewer parameters" in why


def test_no_model_above_the_baselines_is_a_finding() -> None:
    name, why, found = choose({"a": record(3.5, -1.0)}, BASELINES)
    assert name == "a"
    assert "only model tested" in why
    assert "above that of the better baseline" in why
    assert [f.code for f in found] == ["F302"]
    assert found[0].facts["baseline"] == "last_period"


def test_a_baseline_without_error_is_said() -> None:
    zero = {"last_period": Record([np.zeros(3)], [], 0)}
    _, why, found = choose({"a": Record([np.zeros(3)], [0.0], 4, [np.zeros(3)])}, zero)
    assert "made no error" in why
    assert [f.code for f in found] == ["F302"]


def test_who_forecasts_too_little_gains_nothing_by_it() -> None:
    """Of errors as they are the second is the first: by forecasting 0 for those who mostly do not come."""
    honest = Record([BASE + 1.0] * 2, [-1.0] * 2, 4, [BASE] * 2)
    shy = Record([BASE] * 2, [-1.0] * 2, 4, [BASE + 1.0] * 2)
    assert choose({"honest": honest, "shy": shy}, BASELINES)[0] == "honest"


def test_the_calendar_is_taken_for_the_better_log_score_where_totals_are_no_worse() -> None:
    plain, other = record(0.0, -1.0, misses=(0.10, -0.12)), record(1.0, -0.5)
    for misses, score, is_taken, said in (
        ((0.02, -0.03), -0.9, True, "its totals are no worse"),
        ((0.13, -0.11), -0.9, True, "its totals are no worse"),  # by less than a standard error
        ((0.14, -0.17), -0.9, False, "its totals miss by more"),
        ((0.02, -0.03), -0.996, False, "hardly better"),
    ):
        told = record(0.5, score, misses=misses)
        name, why, _ = choose({"a": plain, "a+calendar": told, "b": other}, BASELINES)
        assert name == ("a+calendar" if is_taken else "a")
        assert said in why


def test_a_single_origin_must_not_miss_by_more_at_all() -> None:
    def one(miss: float, score: float) -> Record:
        return Record([BASE], [score], 4, [BASE], [miss])

    rivals = {"last_period": Record([BASE + 3.0], [], 0)}
    assert choose({"a": one(0.1, -1.0), "a+calendar": one(0.11, -0.9)}, rivals)[0] == "a"
    assert choose({"a": one(0.1, -1.0), "a+calendar": one(-0.1, -0.9)}, rivals)[0] == "a+calendar"


def test_a_calendar_without_its_model_is_a_model_like_any_other() -> None:
    name, why, _ = choose({"a": record(0.5, -1.0), "b+calendar": record(0.0, -2.0)}, BASELINES)
    assert name == "b+calendar"
    assert "firm's own calendar" not in why


def test_one_customer_has_no_standard_error() -> None:
    assert gap(*(Record([], [], 1, [np.array([v])]) for v in (1.0, 2.0))) == (1.0, 0.0)


def _blended(levelled: float, plain: float) -> Record:
    return Record([BASE + plain] * 2, [-1.0] * 2, 4, [BASE + levelled] * 2)


def test_a_blend_is_taken_where_it_is_clearly_better_and_never_for_its_log_score() -> None:
    models = {"a": record(0.0, -1.0), "a+blend": _blended(-0.5, -0.5)}
    name, why, _ = choose(models, BASELINES)
    assert name == "a+blend"
    assert f"errs {50 / BASE.mean():.1f} % less each" in why
    name, why, _ = choose({**models, "a+blend": _blended(0.2, -0.5)}, BASELINES)
    assert name == "a"
    assert "more each, which is no clear gain" in why
    name, why, _ = choose({**models, "a+blend": _blended(-0.5, 0.1)}, BASELINES)
    assert name == "a"
    assert "its totals miss by so much more" in why
