import pytest

from lifelong.errors import FitError
from lifelong.judge.trial import Trial, schedule
from lifelong.units import Horizon


def test_eighteen_months_give_three_half_overlapping_origins_of_26_weeks() -> None:
    plan = schedule(Trial(), 0, 545)
    assert str(plan.horizon) == "26w"
    assert plan.origins == (545 - 182, 545 - 273, 545 - 364)
    assert plan.findings == ()


def test_an_asked_holdout_keeps_the_origins_with_half_of_it_before_them() -> None:
    plan = schedule(Trial(holdout=Horizon.parse("39w")), 0, 545)
    assert plan.origins == (272, 135)
    assert [f.code for f in plan.findings] == ["F301"]
    assert plan.findings[0].facts == {"origins": 2}


def test_asked_origins_are_taken_latest_first_if_they_can_be_judged() -> None:
    trial = Trial(holdout=Horizon.parse("4w"), origins=(50, 300, 10, 530))
    assert schedule(trial, 0, 545).origins == (300, 50)


def test_a_short_history_takes_a_shorter_holdout() -> None:
    assert str(schedule(Trial(), 0, 90).horizon) == "4w"
    assert str(schedule(Trial(), 0, 60).horizon) == "4w"
    assert len(schedule(Trial(), 0, 60).origins) == 1


@pytest.mark.parametrize(
    ("trial", "last"),
    [(Trial(), 50), (Trial(holdout=Horizon.parse("52w")), 400), (Trial(holdout=Horizon.parse("lifetime")), 4000)],
)
def test_a_history_too_short_is_a_coded_error_with_a_way_out(trial: Trial, last: int) -> None:
    with pytest.raises(FitError) as caught:
        schedule(trial, 0, last)
    assert caught.value.code == "E203"
    assert "--holdout 4w" in caught.value.fix
