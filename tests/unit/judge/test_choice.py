import numpy as np
import pytest

from lifelong.judge.choice import Record, choose, gap

NOISE = np.random.default_rng(0).normal(0, 1, 400)
BASE = np.abs(NOISE) + 5.0


def record(shift: float, score: float, parameters: int = 4) -> Record:
    return Record([BASE + shift, BASE + shift], [score, score], parameters)


BASELINES = {"last_period": Record([BASE + 3.0] * 2, [], 0), "cell_means": Record([BASE + 4.0] * 2, [], 0)}


def test_the_least_error_wins() -> None:
    name, why, found = choose({"a": record(0.5, -1.0), "b": record(0.0, -2.0)}, BASELINES)
    assert name == "b"
    assert "by more than one standard error" in why
    assert "% below that of the better baseline, last_period" in why
    assert found == ()


def test_within_a_standard_error_the_log_score_decides() -> None:
    near = Record([BASE + NOISE * 2, BASE + NOISE * 2], [-0.9, -0.9], 4)
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
    _, why, found = choose({"a": Record([np.zeros(3)], [0.0], 4)}, zero)
    assert "made no error" in why
    assert [f.code for f in found] == ["F302"]


def test_one_customer_has_no_standard_error() -> None:
    assert gap(Record([np.array([1.0])], [], 1), Record([np.array([2.0])], [], 1)) == (1.0, 0.0)
