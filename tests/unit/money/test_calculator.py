"""The calculator: figures computed by hand, identities, and what bad input gets."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from lifelong import ConfigError, calculate
from lifelong.cli.commands import lifelong
from lifelong.definitions import DEFINITIONS
from lifelong.money.calculator import LEAST, LEAST_SHARE, MOST, Inputs, value_of
from lifelong.money.calculator import calculate as by_numbers

FIVE = {"churn": "5%", "lifetime": "20m", "invoice": "500", "new_customers": "10", "spend": "8000"}
SEMIFY = Inputs(invoice=500, new_customers=10, spend=8000, churn=0.05, lifetime=20)


def test_the_five_numbers_give_what_is_computed_by_hand() -> None:
    made = calculate(**FIVE)
    assert (made.value, made.value_by_churn, made.value_by_lifetime) == pytest.approx((10_000.0,) * 3)
    assert (made.cac, made.ratio, made.payback_months) == pytest.approx((800.0, 12.5, 1.6))
    assert (made.base, made.customers_lost, made.equity_added) == pytest.approx((200.0, 10.0, 92_000.0))
    assert [found.code for found in made.findings] == ["F352"]
    some = calculate(**FIVE, margin="40%")
    assert (some.value, some.ratio, some.payback_months) == pytest.approx((4_000.0, 5.0, 4.0))
    assert some.findings == ()
    assert round(calculate(**FIVE, margin="40%", discount="10%/year").value, 2) == 3_477.32


def test_value_is_the_sum_of_the_months() -> None:
    factor = 1.1 ** (-1 / 12)
    for timing, first in {"begin": 0.0, "mid": 0.5, "end": 1.0}.items():
        summed = math.fsum(200.0 * 0.95**t * factor ** (t + first) for t in range(2_000))
        told = replace(SEMIFY, margin=0.4, discount=0.1, timing=timing)
        assert value_of(told) == pytest.approx(summed, rel=1e-12)


def test_payback_with_leavers_is_when_their_margin_is_the_cost() -> None:
    made = by_numbers(replace(SEMIFY, margin=0.4))
    assert made.payback_with_leavers is not None
    assert 200.0 * (1 - 0.95**made.payback_with_leavers) / 0.05 == pytest.approx(800.0)
    never = by_numbers(replace(SEMIFY, margin=0.4, spend=40_001.0))
    assert never.payback_with_leavers is None
    assert "never" in str(never)
    assert [found.code for found in never.findings] == ["F353"]
    assert by_numbers(replace(SEMIFY, spend=0.0)).payback_with_leavers == 0.0
    assert by_numbers(replace(SEMIFY, spend=0.0)).ratio is None


def test_each_driver_moves_value_as_the_formula_says() -> None:
    made = by_numbers(replace(SEMIFY, margin=0.4, discount=0.1))
    told = {driver.name: driver for driver in made.drivers}
    assert set(told) == {"churn", "invoice", "invoices_a_month", "margin", "discount", "new_customers", "spend"}
    for name in ("invoice", "margin", "invoices_a_month"):
        assert told[name].elasticity == pytest.approx(1.0)
    factor = 1.1 ** (-1 / 12)
    expected = (1 - 0.95 * factor) / (1 - (1 - 0.0505) * factor) - 1
    assert told["churn"].elasticity == pytest.approx(100 * expected)
    assert told["spend"].elasticity == 0.0
    assert told["spend"].low - told["spend"].high == pytest.approx(160.0)
    widths = [abs(driver.high - driver.low) for driver in made.drivers]
    assert widths == sorted(widths, reverse=True)
    assert "lifetime" in {driver.name for driver in by_numbers(replace(SEMIFY, churn=None)).drivers}


def test_churn_and_lifetime_that_disagree_are_told() -> None:
    made = calculate(**{**FIVE, "lifetime": "30m"}, margin="40%")
    assert [found.code for found in made.findings] == ["F351"]
    assert made.value == pytest.approx(4_000.0)
    assert made.value_by_lifetime == pytest.approx(6_000.0)
    assert calculate(**{**FIVE, "lifetime": "24m"}, margin="40%").findings == ()
    assert calculate(**{**FIVE, "churn": "", "lifetime": "2y"}).value == pytest.approx(12_000.0)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("churn", "0%"),
        ("churn", "100%"),
        ("churn", "-5%"),
        ("churn", "0.000000000000001%"),
        ("lifetime", "100000000000000000m"),
        ("invoice", "1e308"),
        ("invoice", "1e-9"),
        ("overhead", "1e308"),
        ("margin", "-1%"),
        ("margin", "1e-9"),
        ("lifetime", "1"),
        ("lifetime", "long"),
        ("invoice", "0"),
        ("invoice", "-5"),
        ("invoice", "nan"),
        ("new_customers", "0"),
        ("spend", "-1"),
        ("margin", "0%"),
        ("timing", "later"),
        ("overhead", "x"),
        ("invoices_a_month", "1e999"),
    ],
)
def test_bad_numbers_are_refused_with_the_flag(name: str, text: str) -> None:
    with pytest.raises(ConfigError) as told:
        calculate(**{**FIVE, name: text})
    assert told.value.code == "E351"
    assert told.value.where == "--" + name.replace("_", "-")
    assert told.value.fix


def test_one_of_churn_and_lifetime_is_needed() -> None:
    with pytest.raises(ConfigError) as told:
        calculate(invoice=500, new_customers=10, spend=8000)
    assert told.value.code == "E351"


def test_amounts_are_read_as_people_write_them() -> None:
    for text in ("8000", "8,000", "8 000", "8\u202f000", "8000,0", 8000, 8000.0):
        assert calculate(**{**FIVE, "spend": text}).cac == pytest.approx(800.0)


def test_a_driver_is_moved_within_what_it_can_be() -> None:
    made = by_numbers(Inputs(500.0, 10.0, 8000.0, lifetime=1.05))
    told = {driver.name: driver for driver in made.drivers}
    assert told["lifetime"].low == pytest.approx(500.0 - 800.0)  # one payment: nobody stays for less
    assert calculate(**{**FIVE, "lifetime": "", "churn": "0.0001%"}).value == pytest.approx(5e8)


@given(
    churn=st.floats(LEAST_SHARE, 1 - LEAST_SHARE),
    invoice=st.floats(LEAST, MOST),
    margin=st.floats(LEAST_SHARE, 1.0),
    discount=st.floats(0.0, 100.0),
    spend=st.floats(0.0, MOST),
)
def test_any_numbers_give_finite_answers_that_agree(
    churn: float, invoice: float, margin: float, discount: float, spend: float
) -> None:
    told = Inputs(invoice, 7.0, spend, churn, None, 1.0, margin, discount)
    made = by_numbers(told)
    numbers = [made.value, made.cac, made.net_value, made.equity_added, made.payback_months, made.base]
    numbers += [number for driver in made.drivers for number in (driver.elasticity, driver.low, driver.high)]
    assert all(math.isfinite(number) for number in numbers)
    assert invoice * margin * (1 - 1e-9) <= made.value <= invoice * margin / churn * (1 + 1e-9)
    assert by_numbers(replace(told, churn=None, lifetime=1 / churn)).value == pytest.approx(made.value)
    assert str(made)


def test_the_command_says_what_python_says() -> None:
    flags = [part for name, text in FIVE.items() for part in (f"--{name.replace('_', '-')}", text)]
    told = CliRunner().invoke(lifelong, ["calculator", *flags, "--margin", "40%", "--discount", "10%/year", "--json"])
    assert told.exit_code == 0
    made = calculate(**FIVE, margin="40%", discount="10%/year")
    assert json.loads(told.stdout) == json.loads(json.dumps(made.as_dict()))
    assert {"value", "cac", "ratio", "payback_months"} <= json.loads(told.stdout).keys()
    shown = CliRunner().invoke(lifelong, ["calculator", *flags])
    assert "12.5" in shown.stdout
    assert "1.6 months" in shown.stdout


def test_every_number_has_a_definition() -> None:
    keys = {"cac", "net_value", "ratio", "payback", "equity_added", "elasticity", "typed_value", "steady_base"}
    assert keys <= DEFINITIONS.keys()
