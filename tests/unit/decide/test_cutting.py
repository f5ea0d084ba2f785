"""What a cut costs: by hand, by quarter, and where it cannot be told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lifelong.decide.budget import present
from lifelong.decide.curves import Curves
from lifelong.decide.cutting import arrived, break_even, cut
from lifelong.errors import LifelongError
from lifelong.values.spending import SpendHistory


def history(value: float = 15_000.0) -> SpendHistory:
    """Two channels on known curves, nearly without noise."""
    rng = np.random.default_rng(2)
    made = []
    for t in range(24):
        for name, base, won, slope in (("ads", 8e5, 100.0, 0.6), ("mail", 3e5, 40.0, 0.5)):
            spend = round(base * np.exp(0.3 * rng.standard_normal()))
            customers = won * (spend / base) ** slope * np.exp(0.002 * rng.standard_normal())
            made.append({"month": t, "channel": name, "spend": spend, "new_customers": customers})
    return SpendHistory.of(made, {"ads": (value, 0.0), "mail": (value, 0.0)})


def test_what_is_lost_is_what_the_curve_says() -> None:
    made, now = cut(history(), {"ads": 0.5}), present(history())[0]
    lost = 100.0 * (now / 8e5) ** 0.6 * (1 - 0.5**0.6)
    assert made.saved == round(0.5 * now)
    assert made.customers == pytest.approx(lost, rel=0.01)
    assert made.value.mean == pytest.approx(15_000.0 * lost, rel=0.01)
    assert made.quarters[0].saved == 3 * made.saved
    assert made.quarters[3].lost == pytest.approx(12 * made.value.mean, abs=1)


def test_all_of_a_channel_can_be_cut() -> None:
    made, now = cut(history(), {"mail": 1.0}), present(history())[1]
    assert made.customers == pytest.approx(40.0 * (now / 3e5) ** 0.5, rel=0.01)


@pytest.mark.parametrize("lifetime", [6.0, 12.0, 24.0])
def test_the_sign_turns_in_the_quarter_computed_by_hand(lifetime: float) -> None:
    """By summing month by month what each month's lost customers would have paid."""
    made = cut(history(), {"ads": 0.5}, lifetime=lifetime, quarters=40)
    value, saved, lost = made.value.mean, 0.0, 0.0
    turned = None
    for month in range(1, 121):
        saved += made.saved
        for won_in in range(1, month + 1):
            lost += value / lifetime * (1 - 1 / lifetime) ** (month - won_in)
        if month % 3 == 0:
            assert made.quarters[month // 3 - 1].net == pytest.approx(saved - lost, rel=1e-6, abs=5)
            turned = turned or (month // 3 if lost > saved else None)
    assert made.turns == turned
    assert turned is not None
    assert made.quarters[turned - 1].net < 0 <= made.quarters[turned - 2].net if turned > 1 else True
    assert f"turns into a loss in quarter {turned}" in str(made)


def test_a_cut_that_pays_never_turns() -> None:
    made = cut(history(value=3_000.0), {"ads": 0.5}, lifetime=12, quarters=40)
    assert made.turns is None
    assert made.worse < 0.01
    assert made.break_even is None
    assert "no loss within" in str(made)


def test_the_break_even_is_where_loss_and_saving_are_equal() -> None:
    """One curve, A = 100 (s / 1000)^.5, V = 15: at a cut to u, V A(1) (1 - u^.5) = 1000 (1 - u) where u^.5 = .5."""
    curves = Curves(np.log([[100.0]]), np.array([[0.5]]), np.log([1000.0]))
    share = break_even(curves, np.array([[15.0]]), np.array([1000.0]), np.array([1.0]))
    assert share == pytest.approx(0.75, abs=0.0051)
    assert break_even(curves, np.array([[25.0]]), np.array([1000.0]), np.array([1.0])) == 0.0
    assert break_even(curves, np.array([[5.0]]), np.array([1000.0]), np.array([1.0])) is None


def test_half_of_a_cut_can_pay_where_the_whole_does_not() -> None:
    made = cut(history(value=11_500.0), {"ads": 0.9})
    assert made.break_even is not None
    assert 0 < made.break_even < 1
    assert "of this cut saves more" in str(made)


def test_value_comes_over_the_lifetime_and_all_of_it_in_the_end() -> None:
    assert arrived(12, 1.0) == 12.0
    assert arrived(1, 10.0) == pytest.approx(0.1)
    assert arrived(1000, 10.0) == pytest.approx(1000 - 9.0, abs=1e-6)


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        ({}, {}),
        ({"tv": 0.5}, {}),
        ({"ads": 0.0}, {}),
        ({"ads": 0.5}, {"lifetime": 0.5}),
        ({"ads": 0.5}, {"quarters": 0}),
    ],
)
def test_a_cut_that_cannot_be_is_told(shares: dict[str, float], told: dict[str, int]) -> None:
    with pytest.raises(LifelongError) as caught:
        cut(history(), shares, **told)
    assert caught.value.code == "E397"


def test_a_channel_that_does_not_tell_is_refused_and_another_is_not() -> None:
    made = history()
    made = replace(made, customers=np.where(np.isin(made.channels, ["ads"]), made.spend / 8_000.0, made.customers))
    with pytest.raises(LifelongError, match="not known of ads") as caught:
        cut(made, {"ads": 0.5})
    assert caught.value.code == "E397"
    assert cut(made, {"mail": 0.5}).findings[0].code == "F391"


def test_the_json_holds_all_and_the_print_fits() -> None:
    made = cut(history(), {"ads": 0.5})
    told = made.as_dict()
    assert max(len(line) for line in str(made).splitlines()) <= 80
    assert [row["quarter"] for row in told["quarters"]] == list(range(1, 9))
    assert told["value"]["mean"] > 0
