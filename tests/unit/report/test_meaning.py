"""What value means is said in the page's language."""

from __future__ import annotations

import pytest

from lifelong import i18n
from lifelong.definitions import value_definition
from lifelong.report.meaning import meaning

N = "\u00a0"


@pytest.mark.parametrize(
    ("margin", "horizon", "discount", "money", "expected"),
    [
        (0.35, "52w", "10%/year", True, f"gross margin (35{N}% of revenue), within 52{N}weeks, discounted by 10{N}% a year"),
        (None, "lifetime", "0", True, "revenue, the rest of life, not discounted"),
        (None, "90d", "0", False, f"orders (the data hold no amounts), within 90{N}days, not discounted"),
    ],
)  # fmt: skip
def test_the_definition_says_the_same_as_the_verbs(
    margin: float | None, horizon: str, discount: str, money: bool, expected: str
) -> None:
    definition = value_definition(horizon, margin, discount, has_cost=False, has_money=money)
    rate = 0.1 if discount != "0" else 0.0
    assert meaning({"definition": definition, "horizon": horizon, "per_year": rate}) == expected
    assert meaning({"definition": definition, "horizon": horizon}) == expected


def test_numbers_in_it_are_those_of_the_language() -> None:
    told = {"definition": "gross margin (35 % of revenue), next 52w, discounted 12.5%/year", "horizon": "52w"}
    with i18n.speaking("fr"):
        assert f"12,5{N}%" in meaning(told)
