"""Payments of subscribers by month: exact where it can be said, drawn alike, and in the calendar of their own periods."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.errors import ConfigError
from lifelong.models.sbg import SBG
from lifelong.money.subscription import period_rate
from lifelong.score.book import Book
from lifelong.score.cash import MONTH
from lifelong.score.payments import Joined, Subscribers, waits
from lifelong.score.renewals_worth import here, joining
from lifelong.values import Tenures

REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241)  # Fader and Hardie (2007)


def subscribers(size: int = 400, period: str = "month") -> Subscribers:
    fit = SBG().fit(Tenures.from_survivors(REGULAR))
    rng = np.random.default_rng(1)
    names = np.array([period] * size)
    renewals = rng.integers(0, 7, size)
    book = Book(
        [f"s{i}" for i in range(size)], renewals, rng.choice([5.0, 20.0], size), names, rng.random(size) < 0.8,
        np.zeros(size), begun=np.zeros(size, np.int64),
    )  # fmt: skip
    joined = Joined(np.array([4.0, 6.0, 5.0]), names[:30], rng.choice([5.0, 20.0], 30))
    return Subscribers({period: fit}, book, rng.uniform(1.0, 30.0, size), joined)


@pytest.mark.parametrize("period", ["week", "month", "quarter", "year"])
def test_a_year_of_months_holds_as_many_payments_as_the_model_expects(period: str) -> None:
    who = subscribers(period=period)
    count = {"week": 52, "month": 12, "quarter": 4, "year": 1}[period]
    theta, model = who.fits[period].theta, SBG()
    here_ = who.book.is_here
    each = model.derl(theta, who.book.renewals[here_] + 1, 0.0, count)
    made = who.expected(12)
    if period == "week":  # 365.25 days are a little more than 52 weeks
        assert made[0].sum() == pytest.approx(each.sum(), rel=0.02)
        return
    assert made[0].sum() == pytest.approx(each.sum(), rel=1e-9)
    assert made[1].sum() == pytest.approx(each @ who.book.price[here_], rel=1e-9)


def test_drawn_worlds_lie_about_the_closed_form_and_single_months_hold_who_pays_in_them() -> None:
    who = subscribers()
    drawn, exact = who.existing(6, 300), who.expected(6)
    assert np.median(drawn.revenue[0], axis=1) == pytest.approx(exact[1])
    assert drawn.revenue.mean(axis=2)[0] == pytest.approx(exact[1], rel=0.05)
    newcomers = who.coming(np.full((6, 300), 40.0), 300)
    course = who.newcomer(6)
    expected = np.array([np.convolve(np.full(6, 40.0), row)[:6] for row in course])
    assert newcomers.orders[0].mean(axis=1) == pytest.approx(expected[0], rel=0.06)
    assert newcomers.revenue[0].mean(axis=1) == pytest.approx(expected[1], rel=0.06)


def test_a_yearly_payment_falls_into_the_month_of_its_day() -> None:
    who = subscribers(3, "year")
    book = Book(list("abc"), np.zeros(3, np.int64), np.ones(3), np.array(["year"] * 3), np.ones(3, bool), np.zeros(3))
    until = 1000
    wait = waits(np.array([until - 10, until - 200, until - 500]), np.zeros(3, np.int64), book.period, until)
    assert wait.tolist() == [355.25, 165.25, 1.0]  # the last is late: due now
    made = Subscribers(who.fits, book, wait, who.joined).expected(12)[0]
    assert np.flatnonzero(made).tolist() == [0, int(164.25 / MONTH), 11]


def test_the_retention_of_a_year_is_moved_by_its_factor_or_refused() -> None:
    who = subscribers()
    now = who.retention()
    for factor in (0.8, 1.1):
        assert who.retention(who.leaving(factor)) == pytest.approx(factor * now, rel=1e-6)
    with pytest.raises(ConfigError) as caught:
        who.leaving(1.01 / now)
    assert caught.value.code == "E493"


def test_streams_are_the_published_residual_lifetimes() -> None:
    """Fader and Hardie (2010): DERL of the regular segment after one renewal at 10 % a period, 2.96 as printed."""
    who = subscribers(period="year")
    fit, force = who.fits["year"], np.log(1.1) / (365.25 / 7.0)
    assert joining(who, "year", 1.0, force).worth(fit.theta) * 1.1 == pytest.approx(2.96, abs=0.005)
    stream = here(who, "year", force)
    at = who.book.is_here
    exact = SBG().derl(fit.theta, who.book.renewals[at] + 1, period_rate(force / 7.0, 365.25)) @ who.book.price[at]
    assert stream.worth(fit.theta) == pytest.approx(float(exact))
    assert stream.worth(fit.theta, leave=0.9) > float(exact) > stream.worth(fit.theta, force=2.0 * force)
    up, down = (np.log(who.retention(leave)) for leave in (1.01, 1.0 / 1.01))
    assert stream.slope(fit.theta) == pytest.approx((up - down) / (2.0 * np.log(1.01)))
