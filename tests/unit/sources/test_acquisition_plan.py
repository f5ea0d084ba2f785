"""A plan of new customers: calendar months dealt by days, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lifelong import DataError
from lifelong.sources.acquisition_plan import read
from lifelong.units import day_of

if TYPE_CHECKING:
    from pathlib import Path


def test_calendar_months_are_dealt_by_days(tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text("month,new_customers\n2025-12,310\n2026-01,62\n2026-02,28\n")
    days = [day_of(day) for day in ("2025-12-22", "2026-01-21", "2026-02-20")]
    assert read(plan, days).tolist() == pytest.approx([10 * 10 + 20 * 2, 11 * 2 + 19 * 1])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("month,visits\n1,2\n", "no column says new_customers"),
        ("month,new_customers\n1,5\n", "month 2 is not in the plan"),
        ("month,new_customers\n1,5\n1,6\n", "twice"),
        ("month,new_customers\n1,5\n2,-6\n", "no number"),
        ("month,new_customers\n1,5\n2,many\n", "no amount"),
        ("month,new_customers\nsoon,5\n2,6\n", "is no month"),
        ("month,new_customers\n1,5\n2026-02,6\n", "some months are numbered"),
        ("month,new_customers\n2026-01,5\n2026-02,6\n", "month 2025-12 is not"),
    ],
)
def test_what_cannot_be_used_is_refused(rows: str, said: str, tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text(rows)
    with pytest.raises(DataError, match=said) as raised:
        read(plan, [day_of("2025-12-22"), day_of("2026-01-21"), day_of("2026-02-20")])
    assert raised.value.code == "E414"
