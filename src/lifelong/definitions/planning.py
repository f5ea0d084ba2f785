"""What the numbers of a plan mean."""

from __future__ import annotations

from lifelong.definitions.definition import Definition

PLANNING = (
    Definition(
        "budget_spend",
        "Spend on winning customers, as planned",
        "Money to be spent on winning customers in a month: as it was told, or new customers times the cost of winning one. "
        "Key: spend.",
        "spend a month, or new customers x CAC",
        "money",
        "new customers, CAC, what was told",
    ),
    Definition(
        "budget_left",
        "Left of the margin after winning customers, as planned",
        "Planned margin of a month less the spend on winning customers, before fixed costs. Key: left.",
        "margin - spend",
        "money",
        "as for its parts",
    ),
    Definition(
        "plan_difference",
        "Difference from the plan",
        "Revenue that came less revenue planned, of the customers of the planning day (existing), of those won since (new), and of "
        "all. Refunds are taken off on their day. Only months that are over count. Key: difference.",
        "actual - plan",
        "money",
        "later orders and refunds, customers who are joined",
    ),
    Definition(
        "plan_part",
        "Part of the difference from the plan",
        "What more or fewer customers, orders a customer and spend an order add to the difference, averaged over the orders in "
        "which one replaces the other. They sum to it to the minor unit. Keys: customers, orders, spend.",
        "Shapley value of each factor of customers x orders / customers x revenue / orders",
        "money",
        "as for the difference",
    ),
)
