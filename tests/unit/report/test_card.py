"""The model card: every number in it stands in the values of the run, and it says what the run did not show."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from lifelong.errors import ConfigError
from lifelong.report import card
from lifelong.values import Finding, Leaderboard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    from lifelong.report.inputs import ReportData

NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?")


@pytest.fixture(scope="module")
def data(shop: ModuleType) -> ReportData:
    made = shop.report_of(1200)
    head = {"horizon": "13w", "customers": 1200}
    board = replace(made.leaderboard, rows=[head | row for row in made.leaderboard.rows])
    return replace(made, leaderboard=board)


def numbers_of(value: Any) -> Iterator[float]:
    """Every number in a JSON value."""
    if isinstance(value, dict):
        for each in value.values():
            yield from numbers_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from numbers_of(each)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield float(value)


def of_the_run(data: ReportData) -> list[float]:
    """The numbers in the run's values; costs also in major units, for they are kept in the smallest coin."""
    board = data.leaderboard
    assert board is not None
    told = board.as_dict()
    values = [data.fit.as_dict(), data.scores.as_dict(), *(r.as_dict() for r in data.imports)]
    values += [told[key] for key in ("intervals", "calibration", "deciles", "costs")]
    found = list(numbers_of(values))
    return found + [n / 100 for n in numbers_of(told["costs"])]


def cells(text: str) -> list[str]:
    """The cells with numbers of all tables but their heads; the first of a row names it."""
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    heads = {text.splitlines()[i - 1] for i, line in enumerate(text.splitlines()) if line.startswith("| ---")}
    return [
        cell for row in rows if row not in heads for cell in row.strip("| ").split(" | ")[1:] if NUMBER.search(cell)
    ]


def is_rounding(cell: str, known: list[float]) -> bool:
    """Whether a cell is one of the numbers, rounded as it is printed."""
    found = NUMBER.search(cell)
    assert found is not None
    sign = -1.0 if "−" in cell else 1.0
    digits = len(found[0].partition(".")[2])
    value = sign * abs(float(found[0].replace(",", "").replace("−", "-")))
    return any(math.isclose(value, n, rel_tol=0.0, abs_tol=0.5 * 10.0**-digits + 1e-9 * abs(n)) for n in known)


def test_every_number_of_a_table_stands_in_the_values_of_the_run(data: ReportData) -> None:
    known = of_the_run(data)
    text = card.markdown(data)
    told = [c for c in cells(text) if not re.search(r"\d{4}-\d\d-\d\d|NBD|hash|seed|7c1e", c) and " rows: " not in c]
    assert len(told) > 80
    assert [c for c in told if not is_rounding(c, known)] == []
    rows = re.search(
        r"\| File orders\.csv \| (.+?) rows: (.+?) used, (.+?) in quarantine, (.+?) said twice; (.+?) orders", text
    )
    assert rows is not None
    one = data.imports[0]
    printed = [int(n.replace(",", "")) for n in rows.groups()]
    assert printed == [one.rows_in, one.kept, one.quarantined, one.duplicates, one.orders]


def test_a_number_that_is_not_the_runs_would_be_found(data: ReportData) -> None:
    known = of_the_run(data)
    assert not is_rounding("0.98765", known)
    other = replace(data.fit, params=tuple(replace(p, estimate=p.estimate * 1.0371) for p in data.fit.params))
    wrong = [
        c
        for c in cells(card.markdown(replace(data, fit=other)))
        if re.fullmatch(NUMBER, c) and not is_rounding(c, known)
    ]
    assert len(wrong) >= 4


def test_the_card_has_every_part(data: ReportData) -> None:
    titles = [section.title for section in card.sections(data)]
    assert titles == [
        "What it is", "What the numbers mean", "Parameters of BG/NBD", "Parameters of gamma-gamma", "Back-test",
        "Calibration by group", "Calibration by tenth", "Cost of being wrong", "Findings", "Limits",
    ]  # fmt: skip
    text = card.markdown(data)
    assert data.scores.definition.split(",")[0].replace("(", "") in text.replace("(", "")
    assert "F201" in text
    assert "looked 13w: what lies beyond was never tested" in text
    assert "cannot be told from Pareto/NBD" in text
    assert "It missed these groups by more than chance: Channel:" in text


def test_words_of_the_data_can_neither_format_nor_run(data: ReportData) -> None:
    hostile = replace(
        data, name="<script>x</script> [a](http://b) | c", notes=[Finding("D104", "![i](http://c)\n# head")]
    )
    text = card.markdown(hostile)
    assert "<script" not in text
    assert "](http" not in text.replace("\\](http", "")
    assert "\n# head" not in text
    page = card.html(hostile)
    assert "<script" not in page
    assert "<b>mail" not in page


class Tags(HTMLParser):
    """The elements of a page that stand open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_both_forms_say_the_same(data: ReportData) -> None:
    page = card.html(data)
    tags = Tags(page)
    assert not tags.open
    assert tags.seen.count("h1") == 1
    assert tags.seen.count("h2") == len(card.sections(data))
    assert "default-src 'none'" in page
    for section in card.sections(data):
        for row in section.table:
            for cell in row:
                assert str(card.escape(cell)) in page


def test_without_a_back_test_the_card_says_so(data: ReportData) -> None:
    text = card.markdown(replace(data, leaderboard=None))
    assert "None: nothing has tested this model." in text
    assert "too short to hide any of it" in text
    assert "Calibration" not in text
    bare = card.markdown(replace(data, imports=(), notes=(), is_left_truncated=True))
    assert "before the data begin" in bare


def test_a_model_that_was_not_tested_gets_nobody_elses_measures(data: ReportData) -> None:
    text = card.markdown(replace(data, fit=replace(data.fit, model="ggompertz_nbd")))
    assert "This model was not among those tested." in text
    assert "Calibration by group" not in text
    assert "Cost of being wrong" not in text


def test_small_tenths_are_not_shown(data: ReportData) -> None:
    board = data.leaderboard
    assert isinstance(board, Leaderboard)
    few = [row | {"customers": 9} for row in board.deciles]
    text = card.markdown(replace(data, leaderboard=replace(board, deciles=few, costs=())))
    assert "Calibration by tenth" not in text


def test_orders_without_amounts_have_a_card_too(shop: ModuleType) -> None:
    text = card.markdown(shop.report_of(300, currency=""))
    assert "Value, " not in text
    assert json.dumps(text)


def test_a_card_ends_in_md_or_html(data: ReportData, tmp_path: Path) -> None:
    assert card.write(data, tmp_path / "a" / "card.md").read_text(encoding="utf-8").startswith("# Model card")
    assert card.write(data, tmp_path / "card.HTML").read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(ConfigError) as caught:
        card.write(data, tmp_path / "card.pdf")
    assert caught.value.code == "E302"
