"""What the numbers of cohorts mean."""

from __future__ import annotations

from lifelong.definitions.definition import Definition

COHORTS = (
    Definition(
        "cohort_retention",
        "Retention of a cohort",
        "Share of customers with an order within that age, of those for whom the age is over. Key: value.",
        "customers with an order in age k / customers whose age k is over",
        "share",
        "repeat orders",
    ),
    Definition(
        "cohort_repeat",
        "Came back by an age",
        "Share of customers with a second order day by the end of that age, of those for whom the age is over. Key: value.",
        "customers whose second order day is in ages 0 to k / customers whose age k is over",
        "share",
        "second orders",
    ),
    Definition(
        "cohort_value",
        "Value of a cohort by age",
        "What a customer brought at an age of his own, or by its end: orders, revenue with refunds taken off, gross margin, or "
        "contribution (gross margin less further costs that grow with revenue and with orders). Historic, not discounted, before "
        "the cost of winning the customer. Key: value; total and among are sums.",
        "sum over customers whose age k is over / their number",
        "money or orders",
        "orders, refunds, costs",
    ),
    Definition(
        "cohort_interval",
        "Interval of a cohort's number",
        "Where it would fall eight (nine) times in ten with other customers of the same kind. Key: low80, high80, low90, high90.",
        "shares: Wilson's; means: Hall's transformation of the studentised mean, which allows for skewness; differences: Zou and "
        "Donner's, of the two single ones",
        "that of the number",
        "customers, spread",
    ),
)
