"""How long subscribers stay, as a report tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lifelong.charts import Renewal, keeping, render
from lifelong.report import retention
from lifelong.report.inputs import Kept

from .shop import report_of

if TYPE_CHECKING:
    from lifelong.report.inputs import ReportData

RENEWALS = tuple(Renewal(t, 0.9**t, 0.91**t, 0.88**t, 0.93**t) for t in range(1, 7))


@pytest.fixture
def data() -> ReportData:
    return report_of(100, kept=[Kept("month", "sbg", 90, 30, RENEWALS), Kept("year", "bdw", 10, 0, ())])


def test_a_period_whose_renewals_were_due_has_a_figure(data: ReportData) -> None:
    told = retention.section(data)
    assert told is not None
    (figure,) = told["figures"]
    assert figure.title == "After 6\xa0renewals, 53\xa0% are still there"
    assert "90 began, 30 were lost" in figure.source
    assert "shifted-beta-geometric" in figure.source
    assert figure.twin is not None
    assert figure.twin.rows[0] == ("1", "90.0\xa0%", "91.0\xa0%", "88.0 to 93.0\xa0%")


def test_the_share_lost_is_of_all_who_began(data: ReportData) -> None:
    assert retention.lost_share(data) == pytest.approx(0.3)


def test_without_subscribers_there_is_no_section() -> None:
    assert retention.section(report_of(100)) is None
    assert retention.lost_share(report_of(100)) is None


def test_the_counted_line_falls_in_steps_and_never_runs_back() -> None:
    spec = keeping(RENEWALS, 452, share=lambda v: f"{v:.0%}", words={"counted": "counted", "model": "model"})
    (steps,) = [one for one in spec["layer"] if one["encoding"].get("order", {}).get("field") == "place"]
    rows = steps["data"]["values"]
    assert [row["x"] for row in rows] == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert [row["counted"] for row in rows] == sorted((row["counted"] for row in rows), reverse=True)
    assert render(spec, name="kept", labelled_by="a b").startswith("<svg")
