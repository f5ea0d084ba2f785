"""Every number has one definition, and its words fit the question asked."""

from __future__ import annotations

import pytest

from lifelong import definitions, schema


def test_keys_are_the_names() -> None:
    for key, definition in definitions.DEFINITIONS.items():
        assert key == definition.key
        assert definition.title
        assert definition.text.endswith(".")


def test_titles_are_not_shared() -> None:
    titles = [d.title for d in definitions.DEFINITIONS.values()]
    assert len(set(titles)) == len(titles)


def test_every_metric_of_the_judge_is_defined() -> None:
    assert set(definitions.METRICS) <= definitions.DEFINITIONS.keys()
    for key in definitions.METRICS:
        assert definitions.DEFINITIONS[key].formula


def test_every_column_of_the_scores_leads_to_a_definition() -> None:
    same = {"low80": "interval", "high80": "interval", "low90": "interval", "high90": "interval"}
    same |= {"silent_days": "silence", "rhythm_days": "rhythm"}
    for column in schema.SCORES:
        if column.name != "customer_id":
            assert same.get(column.name, column.name) in definitions.DEFINITIONS


def test_every_column_of_the_next_orders_leads_to_a_definition() -> None:
    same = {"date": "next_order"} | dict.fromkeys(("low80", "high80", "low90", "high90"), "next_order_band")
    for column in schema.NEXT_ORDERS:
        if column.name != "customer_id":
            assert same.get(column.name, column.name) in definitions.DEFINITIONS


def test_every_column_of_the_stages_leads_to_a_definition() -> None:
    same = {"before": "stage", "silent_days": "silence"}
    for column in schema.STAGES:
        if column.name != "customer_id":
            assert same.get(column.name, column.name) in definitions.DEFINITIONS


def test_every_column_of_the_leads_leads_to_a_definition() -> None:
    same = {"chance": "lead_chance", "value": "lead_value", "rank": "lead_value"}
    same |= dict.fromkeys(("low80", "high80", "low90", "high90"), "lead_interval")
    for column in schema.LEADS:
        if column.name not in {"lead_id", "state", "unknown"}:
            assert same[column.name] in definitions.DEFINITIONS


def test_every_number_of_cohorts_leads_to_a_definition() -> None:
    same = dict.fromkeys(("low80", "high80", "low90", "high90"), "cohort_interval")
    same |= {"value": "cohort_value", "total": "cohort_value", "among": "cohort_value", "complete": "unripe"}
    same |= dict.fromkeys(("cohort", "customers", "age", "seen"), "cohort")
    for column in schema.COHORTS:
        assert same[column.name] in definitions.DEFINITIONS


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            ("52w", 0.35, "10%/year", False, True),
            "gross margin (35 % of revenue), next 52w, discounted 10%/year at the time of each order",
        ),
        (("52w", None, "0%/year", True, True), "gross margin (revenue less cost), next 52w, not discounted"),
        (
            ("lifetime", None, "10%/year", False, True),
            "revenue, the rest of life, discounted 10%/year at the time of each order",
        ),
        (("90d", 0.5, "0", True, False), "orders (the data hold no amounts), next 90d, not discounted"),
        (("90d", 0.5, "0", True, True), "gross margin (50 % of revenue), next 90d, not discounted"),
    ],
)
def test_the_words_beside_a_value(told: tuple[str, float | None, str, bool, bool], words: str) -> None:
    horizon, margin, discount, has_cost, has_money = told
    assert definitions.value_definition(horizon, margin, discount, has_cost=has_cost, has_money=has_money) == words
