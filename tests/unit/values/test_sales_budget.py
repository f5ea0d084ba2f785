"""A plan of a large firm keeps its columns apart."""

from __future__ import annotations

from lifelong.values.sales_budget import Band, BudgetMonth, Compared, PlanActual, SalesBudget

BAND = Band(800_000_000, 1_200_000_000, 700_000_000, 1_300_000_000)
BANDS = dict.fromkeys(("existing", "new", "all"), BAND)
MONTH = BudgetMonth(
    "2026-01-01", "2026-01-30", 12_345.0, 9e5, 8e5, 600_000_000, 412_345_678, 1_012_345_678, 404_938_271, 61_725_000,
    343_213_271, BANDS, BANDS,
)  # fmt: skip
ROW = Compared(
    "2026-01-01", "2026-01-30", "existing", 1_012_345_678, 512_345_678, -500_000_000, 800_000_000, 1_200_000_000, "below", 1,
    2, -500_000_003, 1.0, 1.0, 2.0, 2.0,
)  # fmt: skip


def test_columns_do_not_touch_and_fit() -> None:
    plan = SalesBudget(
        "2025-12-31", "EUR", 2, "m", "d", 9, {}, 50.0, None, (MONTH,), MONTH, "plans/2025-12-31-0001.json"
    )
    line = next(line for line in str(plan).splitlines() if line.startswith("2026-01-01"))
    assert line.split()[1:] == ["12,345", "6,000,000", "4,123,457", "10,123,457", "4,049,383", "617,250"]
    made = PlanActual("2025-12-31", "2026-06-30", "EUR", 2, "d", 1, 1, (ROW,), (ROW, ROW, ROW))
    line = next(line for line in str(made).splitlines() if line.startswith("2026-01-01"))
    assert line.split()[2:] == ["10,123,457", "5,123,457", "-5,000,000", "8,000,000-12,000,000", "<"]
    assert max(len(line) for text in (str(plan), str(made)) for line in text.splitlines()) <= 80
