"""The plan for a budget: what it keeps, what it refuses, and what it tells of each channel."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from lifelong.decide.budget import Wish, plan, present
from lifelong.decide.identified import check
from lifelong.decide.sampling import Lift
from lifelong.errors import LifelongError
from lifelong.values.spending import SpendHistory

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import Budget

VALUES = {"ads": (15_000.0, 1_500.0), "search": (12_000.0, 1_200.0), "mail": (9_000.0, 900.0)}
BASE = {"ads": (8e5, 140.0, 0.75), "search": (5e5, 60.0, 0.5), "mail": (3e5, 20.0, 0.4)}


def rows(noise: float = 0.1, months: int = 24, seed: int = 1, **told: Any) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    made = []
    for t in range(months):
        for name, (base, won, slope) in BASE.items():
            spend = round(base * np.exp(0.3 * rng.standard_normal()))
            customers = won * (spend / base) ** slope * np.exp(noise * rng.standard_normal())
            made.append({"month": 24_288 + t, "channel": name, "spend": spend, "new_customers": customers, **told})
    return made


def history(**told: Any) -> SpendHistory:
    return SpendHistory.of(rows(**told), VALUES, "EUR")


@cache
def plain() -> Budget:
    return plan(history())


def constant(told: SpendHistory, *names: str) -> SpendHistory:
    """The same with channels whose customers were computed by a constant cost of 80.00."""
    at = np.isin(told.channels, names)
    return replace(told, customers=np.where(at, told.spend / 8_000.0, told.customers))


def code(call: Any) -> str:
    with pytest.raises(LifelongError) as caught:
        call()
    assert caught.value.fix
    return caught.value.code


def test_a_plan_keeps_total_and_bounds_to_the_minor_unit() -> None:
    made = plain()
    now = present(history())
    assert made.now == made.total == now.sum() == sum(move.plan for move in made.moves)
    for move, before in zip(made.moves, now, strict=True):
        assert move.now == before
        assert 0.7 * before <= move.low <= move.plan <= move.high <= 1.3 * before
    assert [m.plan > m.now for m in made.moves] == [
        True,
        False,
        False,
    ]  # ads bring 2.0 at the margin, search .7, mail .24
    assert made.gain.mean > 0
    assert made.better is not None
    assert made.better > 0.95
    assert "F396" in [found.code for found in made.findings]


@pytest.mark.parametrize("total", [1_000_000, 1_700_001])
def test_another_total_is_dealt_whole(total: int) -> None:
    made = plan(history(), Wish(total=total))
    assert sum(move.plan for move in made.moves) == made.total == total


def test_unchanged_spend_changes_nothing() -> None:
    """E4: no room, no move, no gain; and a plan that stays says so."""
    made = plan(history(), Wish(trust=0.0))
    assert all(move.plan == move.now and move.better is None for move in made.moves)
    assert (made.gain.mean, made.gain.low90, made.gain.high90, made.better) == (0.0, 0.0, 0.0, None)
    assert "none is worth its risk" in str(made)


def test_an_infeasible_total_or_bound_is_told() -> None:
    assert code(lambda: plan(history(), Wish(total=10_000_000))) == "E393"
    assert code(lambda: plan(history(), Wish(total=100))) == "E393"
    assert code(lambda: plan(history(), Wish(bounds={"ads": (9_000_000, 9_500_000)}))) == "E393"
    assert code(lambda: plan(history(), Wish(bounds={"adz": (0, 1)}))) == "E394"


def test_bounds_of_a_channel_come_on_top() -> None:
    now = int(present(history())[0])
    made = plan(history(), Wish(bounds={"ads": (0, now + 1_000)}))
    assert made.moves[0].high == now + 1_000
    assert made.moves[0].plan <= now + 1_000


def test_a_free_total_grows_where_money_pays_and_shrinks_where_it_does_not() -> None:
    made = plan(history(), Wish(is_free=True, hurdle=0.1))
    ads, mail, search = made.moves
    assert made.is_free
    assert ads.plan > ads.now
    assert mail.plan < mail.now
    assert search.marginal.mean < 1.0
    assert search.plan < search.now


def test_constant_cost_is_refused_and_tests_are_proposed(shared_data: Path) -> None:
    """E2: the illustrative CAC months, whose customers are spend by a constant, in thousands."""
    acquired = ["Facebook ads for acquisition", "Google ads for acquisition", "Prospecting sales team"]
    with (shared_data / "cbcv" / "cac_monthly_spend_example.csv").open(newline="") as file:
        spend = list(csv.DictReader(file))[:12]
    with (shared_data / "cbcv" / "cac_monthly_acquisitions_example.csv").open(newline="") as file:
        won = list(csv.DictReader(file))
    told = [
        {
            "month": t,
            "channel": name,
            "spend": round(float(spend[t][name]) * 1e5),
            "new_customers": 1e3 * float(won[t][name]),
        }
        for t in range(12)
        for name in acquired
    ]
    made = plan(SpendHistory.of(told, dict.fromkeys(acquired, (20_000.0, 2_000.0))))
    assert made.is_refused
    assert all(move.plan == move.now and "constant CPA" in move.held for move in made.moves)
    assert made.better is None
    assert made.experiment == ""
    assert [found.code for found in made.findings if found.severity == "error"] == ["F391"]
    assert [test.channel for test in made.tests] == sorted(acquired)
    for test in made.tests:
        assert 0.85 * test.now <= test.low < test.now < test.high <= 1.15 * test.now
    assert "constant CPA" in str(made)
    assert "no move is proposed" in str(made)


def test_a_channel_that_does_not_tell_stays_and_the_others_move() -> None:
    made = plan(constant(history(), "mail"))
    mail = made.moves[1]
    assert (mail.channel, mail.plan, mail.held) == ("mail", mail.now, "constant CPA: slope not identified")
    assert not made.is_refused
    assert made.moves[0].plan > made.moves[0].now
    assert "not known" in str(made)
    alone = plan(constant(history(), "mail", "search"))
    assert alone.is_refused
    assert not plan(constant(history(), "mail", "search"), Wish(is_free=True)).is_refused


def test_rounded_customers_at_a_constant_cost_are_seen_and_real_ones_are_not_taken_for_it() -> None:
    told = history()
    won = np.where(np.isin(told.channels, ["ads"]), np.rint(told.spend / 8_000.0), told.customers)
    assert list(check(replace(told, customers=won))[0]) == ["ads"]
    assert check(history(noise=0.03))[0] == {}


def test_spend_that_hardly_varies_is_not_identified() -> None:
    told = history()
    level = np.where(np.isin(told.channels, ["search"]), 500_000, told.spend)
    held, findings = check(replace(told, spend=level))
    assert held == {"search": "spend hardly varied: slope not identified"}
    assert "F392" in [found.code for found in findings]
    vague, _ = check(history(noise=1.5))
    assert vague


def test_few_months_are_told_and_too_few_refused() -> None:
    assert "F393" in [found.code for found in check(history(months=9))[1]]
    assert "F393" not in [found.code for found in plain().findings]
    assert code(lambda: plan(history(months=5))) == "E395"


def test_months_that_won_nobody_count_as_half_a_customer() -> None:
    told = history()
    won = told.customers.copy()
    won[3, 0] = 0.0
    assert "F395" in [found.code for found in check(replace(told, customers=won))[1]]


def test_a_value_without_its_doubt_gets_a_fifth() -> None:
    unsure = SpendHistory.of(rows(), {name: (value, np.nan) for name, (value, _) in VALUES.items()})
    made, sure = (
        plan(unsure),
        plan(SpendHistory.of(rows(), {name: (value, 0.0) for name, (value, _) in VALUES.items()})),
    )
    assert "F394" in [found.code for found in made.findings]
    wide, narrow = made.moves[0].marginal, sure.moves[0].marginal
    assert wide.high80 - wide.low80 > 1.5 * (narrow.high80 - narrow.low80)


def test_the_limit_is_where_the_next_customer_costs_what_one_is_worth() -> None:
    """Mail: V g A / s = 1 at s = base (V g won / base)^(1 / (1 - g)) = 3,000.00 x .24^(1 / .6) = 278.06."""
    made = plan(history(noise=0.001))
    mail, ads = made.moves[1], made.moves[0]
    assert mail.limit == pytest.approx(27_806, rel=0.3)
    assert mail.limit_low80 is not None
    assert mail.limit_low80 < mail.limit
    assert ads.limit is None
    assert "beyond what was ever tried" in str(made)
    won = 20.0 * (mail.now / 3e5) ** 0.4
    assert mail.marginal.mean == pytest.approx(9_000.0 * 0.4 * won / mail.now, rel=0.02)
    assert mail.marginal_cost == pytest.approx(mail.now / (0.4 * won), rel=0.05)


def test_the_experiment_is_where_most_is_to_be_learned() -> None:
    made = plan(history(noise=0.3))
    assert made.experiment == max(made.moves, key=lambda move: move.information).channel
    assert made.experiment in str(made)


def test_a_lift_test_changes_the_plan() -> None:
    """An experiment by which search brings 90 more customers for a tenth more spend turns its move around."""
    now = float(present(history())[2])
    before, taught = plain(), plan(history(), Wish(lifts=(Lift(2, now, 0.1 * now, 6.0, 0.3),), carries=True))
    assert taught.moves[2].marginal.mean > 1.3 * before.moves[2].marginal.mean


def test_keeping_and_winning_bring_the_same_at_the_optimum() -> None:
    """F4: at wide bounds the next unit of money brings the same to either; the ratio is the firm's own."""
    told = replace(history(noise=0.001), purposes=("acquisition", "retention", "acquisition"))
    value = told.value * np.array([0.5, 3.0, 1.4])
    made = plan(replace(told, value=value, value_sd=0.0 * value), Wish(trust=0.95, risk=0.0))
    assert all(move.low < move.plan < move.high for move in made.moves)
    win, keep = made.purposes
    assert win.marginal_plan == pytest.approx(keep.marginal_plan, rel=0.01)
    assert abs(win.marginal / keep.marginal - 1) > 0.1
    assert win.plan + keep.plan == made.total
    mail = made.moves[1]
    others = [made.moves[0], made.moves[2]]
    winning = sum(m.now for m in others) / sum(m.customers_now for m in others)
    assert made.keep_to_win == pytest.approx(mail.now / mail.customers_now / winning)
    assert "keeping a customer costs" in str(made)
    assert plain().keep_to_win is None


def test_the_print_fits_a_page_and_the_json_holds_all() -> None:
    made = plain()
    assert max(len(line) for line in str(made).splitlines() if not line.startswith("  F")) <= 80
    assert set(made.as_dict()) >= {"moves", "gain", "better", "experiment", "findings"}
    assert made.as_dict()["moves"][0]["marginal"]["low80"] == made.moves[0].marginal.low80


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"spend": -1}, "E391"),
        ({"new_customers": float("nan")}, "E391"),
        ({"purpose": "fun"}, "E391"),
        ({"channel": "unknown"}, "E392"),
    ],
)
def test_a_row_that_cannot_be_is_told(change: dict[str, Any], expected: str) -> None:
    told = rows()
    told[4] |= change
    assert code(lambda: SpendHistory.of(told, VALUES)) == expected


def test_a_history_that_contradicts_itself_is_told() -> None:
    assert code(lambda: SpendHistory.of([], VALUES)) == "E391"
    assert code(lambda: SpendHistory.of([*rows(), rows()[0]], VALUES)) == "E391"
    assert code(lambda: SpendHistory.of([*rows(), rows()[0] | {"purpose": "retention", "month": 1}], VALUES)) == "E391"
    assert code(lambda: SpendHistory.of(rows(), VALUES | {"ads": (1.0, -1.0)})) == "E391"
