"""Specifications: plain JSON, the right numbers in them, and labels that stay apart."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from lifelong import charts
from lifelong.charts import tokens
from lifelong.errors import ConfigError

WORDS = {
    "customers": "Share of customers", "value": "Share of value", "median": "Median 2", "median_note": "half are worth less",
    "mean": "Mean 9", "mean_note": "most are worth less",
    "predicted": "predicted", "so_far": "so far", "equal": "if all were equal", "best": "best",
    "seen": "seen", "unseen": "never seen", "came": "came", "forecast": "forecast", "baseline": "rule of thumb",
}  # fmt: skip


def say(value: float) -> str:
    return f"{value:g}"


def percent(value: float) -> str:
    return f"{value * 100:.0f} %"


@pytest.fixture(scope="module")
def values() -> np.ndarray[Any, Any]:
    return np.random.default_rng(2).gamma(0.3, 30.0, 5000)


def weeks(n: int = 40, held: int = 12, baseline: float | None = 90.0) -> list[charts.Week]:
    return [
        charts.Week(9862 + 7 * i, 80.0 + i % 5, 82.0, 70.0, 95.0, baseline if i >= n - held else None, i >= n - held)
        for i in range(n)
    ]


def tenths(base: float = 4.0) -> list[charts.Tenth]:
    return [charts.Tenth(i, 100, base / i, base / i * 0.9, base / i * 1.1, base / i * 1.05) for i in range(1, 11)]


def standings() -> list[charts.Standing]:
    return [
        charts.Standing("one", 0.2, -0.1, 0.4, is_strong=True),
        charts.Standing("a name that is much too long for its margin", 0.5, 0.3, 90.0),
        charts.Standing("rule of thumb", 1.5, 1.2, 1.9, is_pale=True),
    ]


def all_specs(values: np.ndarray[Any, Any]) -> dict[str, dict[str, Any]]:
    d = charts.measure(values)
    curve = charts.curve(values)
    assert curve is not None
    lorenz = charts.Lorenz(curve, charts.curve(values**0.5), 0.2, 0.76, 0.7, 0.8, 0.5)
    ticks = [charts.Tick(9862.0 + 91 * i, f"T{i}") for i in range(6)]
    return {
        f"{name} {px}": spec
        for px in (452, 328)
        for name, spec in {
            "distribution": charts.distribution(d, px, amount=say, share=percent, words=WORDS),
            "lorenz": charts.lorenz(lorenz, px, share=percent, words=WORDS),
            "standings": charts.standings(standings(), px, say=say),
            "groups": charts.standings(standings(), px, say=say, is_forecast=True),
            "tracking": charts.tracking(weeks(), px, ticks=ticks, count=say, words=WORDS),
            "deciles": charts.deciles(tenths(), px, amount=say, words=WORDS),
        }.items()
    }


def test_specifications_are_plain_json_without_addresses_to_fetch(values: np.ndarray[Any, Any]) -> None:
    for spec in all_specs(values).values():
        text = json.dumps(spec)
        assert json.loads(text) == spec
        assert '"url"' not in text


def test_every_drawing_keeps_the_size_it_was_asked_for(values: np.ndarray[Any, Any]) -> None:
    for name, spec in all_specs(values).items():
        svg = charts.render(spec)
        kind, _, width = name.rpartition(" ")
        height = 119 if kind in {"standings", "groups"} else 306  # a row each
        assert f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"' in svg


def test_colours_pass_through_as_variables_and_only_as_variables(values: np.ndarray[Any, Any]) -> None:
    for spec in all_specs(values).values():
        svg = charts.render(spec)
        painted = re.findall(r'(?:fill|stroke)="([^"]+)"', svg)
        assert {p for p in painted if not p.startswith("var(--")} <= {"none"}
        names = {p[6:-1] for p in painted if p.startswith("var(--")}
        assert names <= tokens.LIGHT.keys()


def test_a_drawing_is_named_by_its_heading_and_holds_no_ids(values: np.ndarray[Any, Any]) -> None:
    svg = charts.render(next(iter(all_specs(values).values())), name="wide", labelled_by="a-t a-m")
    assert 'class="plot wide"' in svg
    assert 'role="img" aria-labelledby="a-t a-m"' in svg
    assert " id=" not in svg
    assert "clip-path" not in svg


def test_the_same_specification_gives_the_same_bytes(values: np.ndarray[Any, Any]) -> None:
    spec = all_specs(values)["tracking 452"]
    assert charts.render(spec) == charts.render(spec)


def test_a_hostile_label_stays_text() -> None:
    hostile = '</text><script>alert(1)</script><image href="http://example.org/x"/>&amp;'
    words = {**WORDS, "came": hostile}
    svg = charts.render(charts.deciles(tenths(), 328, amount=say, words=words))
    assert "<script" not in svg
    assert "<image" not in svg
    assert "&lt;script&gt;" in svg


# -- the distribution


def test_doubling_classes_hold_every_customer_and_all_value(values: np.ndarray[Any, Any]) -> None:
    d = charts.measure(values)
    assert np.allclose(np.diff(np.log2(d.edges)), 1.0)
    assert sum(d.customers) == len(values)
    assert sum(d.value) == pytest.approx(values.sum())
    assert d.customers[0] == int((values < d.edges[0]).sum())
    assert d.below_mean == pytest.approx(float((values < values.mean()).mean()))
    assert d.edges[0] / 10 ** np.floor(np.log10(d.edges[0])) in {1, 1.5, 2, 2.5, 3, 4, 5, 6, 8}


def test_a_base_without_value_has_one_class() -> None:
    d = charts.measure(np.zeros(5))
    assert d.customers == (5, 0, 0, 0, 0, 0, 0, 0)
    assert charts.render(charts.distribution(d, 328, amount=say, share=percent, words=WORDS))


def test_a_mean_at_the_right_edge_is_named_on_its_left() -> None:
    d = charts.measure(np.r_[np.full(50, 100.0), np.full(50, 101.0)])
    spec = charts.distribution(d, 328, amount=say, share=percent, words=WORDS)
    aligned = [
        part["mark"]["align"] for part in spec["layer"] if part["mark"]["type"] == "text" and "Mean" in json.dumps(part)
    ]
    assert aligned == ["right"]


# -- the Lorenz curve


def test_the_curve_of_equal_customers_is_the_diagonal() -> None:
    c = charts.curve(np.ones(1000))
    assert c is not None
    assert np.allclose(c.customers, c.value)
    assert c.gini == pytest.approx(0.0, abs=1e-12)


def test_gini_of_one_who_has_all() -> None:
    c = charts.curve(np.r_[np.zeros(999), 1.0])
    assert c is not None
    assert c.gini == pytest.approx(1 - 1 / 1000)


def test_gini_agrees_with_the_mean_difference(values: np.ndarray[Any, Any]) -> None:
    v = values[:400]
    c = charts.curve(v)
    assert c is not None
    assert c.gini == pytest.approx(float(np.abs(v[:, None] - v[None, :]).mean() / (2 * v.mean())), abs=1e-9)


def test_the_best_fifth_is_the_next_whole_number() -> None:
    assert charts.best_share(np.array([5.0, 1.0, 1.0, 1.0, 1.0, 1.0])) == (2, 0.6)
    assert charts.best_share(np.ones(10)) == (2, pytest.approx(0.2))
    assert charts.best_share(np.zeros(3)) == (1, 0.0)


def test_no_curve_without_value() -> None:
    assert charts.curve(np.zeros(4)) is None
    assert charts.curve(np.zeros(0)) is None


def test_lorenz_without_a_past_has_one_dot(values: np.ndarray[Any, Any]) -> None:
    c = charts.curve(values)
    assert c is not None
    spec = charts.lorenz(charts.Lorenz(c, None, 0.2, 0.76, 0.76, 0.76, None), 452, share=percent, words=WORDS)
    assert sum(part["mark"]["type"] == "point" for part in spec["layer"]) == 1
    assert "so far" not in json.dumps(spec)


# -- tracking and deciles


@pytest.mark.parametrize(
    ("high", "ticks"), [(940, [250, 500, 750]), (10, [2.5, 5, 7.5, 10]), (0.4, [0.1, 0.2, 0.3, 0.4]), (0, [1])]
)
def test_ticks_are_round_and_few(high: float, ticks: list[float]) -> None:
    assert charts.nice_ticks(high) == pytest.approx(ticks)


def test_tracking_without_intervals_baseline_or_holdout() -> None:
    plain = [charts.Week(9862 + 7 * i, 3.0, 4.0, None, None, None, False) for i in range(6)]
    spec = charts.tracking(plain, 328, ticks=[], count=say, words=WORDS)
    text = json.dumps(spec)
    assert '"area"' not in text
    assert "never seen" not in text
    assert "rule of thumb" not in text


def test_tracking_draws_what_came_as_given() -> None:
    spec = charts.tracking(weeks(), 533, ticks=[], count=say, words=WORDS)
    drawn = next(p for p in spec["layer"] if p["mark"]["type"] == "line" and p["encoding"]["y"]["field"] == "counted")
    assert [r["counted"] for r in drawn["data"]["values"]] == [w.counted for w in weeks()]
    assert drawn["mark"]["color"] == "var(--ink)"


def test_tracking_of_unseen_weeks_only_has_no_divider() -> None:
    spec = charts.tracking(weeks(10, 10), 328, ticks=[], count=say, words=WORDS)
    assert "never seen" not in json.dumps(spec)


def test_a_low_forecast_is_named_below_its_line_and_a_high_one_above() -> None:
    low = json.dumps(charts.tracking(weeks(baseline=90.0), 533, ticks=[], count=say, words=WORDS))
    high = json.dumps(charts.tracking(weeks(baseline=20.0), 533, ticks=[], count=say, words=WORDS))
    assert low.count('"dy": 30') == 1
    assert high.count('"dy": 30') == 0


def test_deciles_use_a_log_scale_only_where_it_can_stand() -> None:
    assert charts.is_log([charts.Tenth(1, 9, 20.0, 18, 22, 20.0), charts.Tenth(2, 9, 1.0, 0.9, 1.1, 1.0)])
    zero = [*tenths(), charts.Tenth(10, 9, 0.1, 0.0, 0.2, 0.0)]
    assert not charts.is_log(zero)
    assert charts.render(charts.deciles(zero, 371, amount=say, words=WORDS))
    assert charts.render(charts.deciles(tenths(60.0)[:1], 371, amount=say, words=WORDS))


def test_the_log_axis_holds_every_mark() -> None:
    wide = [charts.Tenth(i, 9, 50 / i**2, 40 / i**2, 60 / i**2, 50 / i**2) for i in range(1, 11)]
    spec = charts.deciles(wide, 371, amount=say, words=WORDS)
    scale = next(p["encoding"]["y"]["scale"] for p in spec["layer"] if "scale" in p["encoding"].get("y", {}))
    assert scale["type"] == "log"
    assert scale["domain"][0] < 50 / 100
    assert scale["domain"][1] > 60


# -- tokens


TEXT_ON = [("ink", "paper", 4.5), ("ink-2", "paper", 4.5), ("ink-3", "paper", 4.5), ("est", "paper", 4.5), ("est", "hatch", 4.5),
           ("ink-3", "well", 4.5), ("ink", "band", 4.5), ("warn", "paper", 4.5), ("bad", "paper", 4.5), ("base", "paper", 3.0),
           ("ink", "q1", 4.5), ("ink", "q2", 4.5), ("ink", "q3", 4.5), ("ink", "q4", 4.5), ("q-flip", "q5", 4.5), ("q-flip", "q6", 4.5)]  # fmt: skip


@pytest.mark.parametrize("column", ["LIGHT", "DARK", "PRINT"])
@pytest.mark.parametrize(("text", "ground", "least"), TEXT_ON)
def test_contrast_of_every_pair_that_is_used(column: str, text: str, ground: str, least: float) -> None:
    pairs = getattr(tokens, column)
    assert tokens.contrast(pairs[text], pairs[ground]) >= least


def test_both_columns_name_the_same_tokens() -> None:
    assert tokens.LIGHT.keys() == tokens.DARK.keys() == tokens.PRINT.keys()
    assert "--est: #0a6c74;" in tokens.css(tokens.LIGHT)


def test_literal_replaces_variables_at_every_depth() -> None:
    spec = {"a": [{"color": "var(--est)"}, 3], "font": "var(--sans)"}
    assert tokens.literal(spec) == {"a": [{"color": "#0a6c74"}, 3], "font": tokens.SANS}


# -- Altair


def test_a_chart_for_a_notebook_is_the_same_specification(values: np.ndarray[Any, Any]) -> None:
    pytest.importorskip("altair", reason="altair is an optional part")
    made = charts.altair(all_specs(values)["lorenz 452"]).to_dict(validate=False)
    assert made["width"] == 416
    assert "var(--" not in json.dumps(made)


def test_without_altair_the_command_to_get_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "altair", None)
    with pytest.raises(ConfigError, match="altair") as caught:
        charts.altair({})
    assert caught.value.code == "E303"
    assert "lifelong[notebook]" in caught.value.fix


# -- standings


def rows_of(spec: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    return [row for part in spec["layer"] if part["mark"]["type"] == mark for row in part["data"]["values"]]


def test_standings_keep_their_order_and_cut_what_is_too_long() -> None:
    spec = charts.standings(standings(), 452, say=say)
    points = rows_of(spec, "point")
    assert [p["x"] for p in points] == [0.2, 0.5, 1.5]
    assert [p["y"] for p in points] == [2.5, 1.5, 0.5]
    names = {r["label"] for r in rows_of(spec, "text")}
    assert {"one", "rule of thumb"} <= names
    assert any(name.endswith("…") and len(name) < 30 for name in names)


def test_a_band_that_goes_far_ends_with_the_axis() -> None:
    bands = [r for r in rows_of(charts.standings(standings(), 452, say=say), "rule") if "y" in r]
    assert max(r["high"] for r in bands) == 6.0  # thrice the farthest dot, rounded up
    only = charts.standings([charts.Standing("flat", 0.0, 0.0, 0.0)], 328, say=say)
    assert [p["x"] for p in rows_of(only, "point")] == [0.0]


def test_round_ticks_hold_both_ends_and_zero() -> None:
    rng = np.random.default_rng(6)
    for _ in range(200):
        low, high = sorted((rng.normal(0, 10 ** rng.uniform(-4, 6), 2)).tolist())
        ticks = charts.round_ticks(low, high)
        assert ticks[0] <= low + 1e-9 * abs(low)
        assert ticks[-1] >= high - 1e-9 * abs(high)
        assert 0.0 in ticks
        assert 2 <= len(ticks) <= 7
