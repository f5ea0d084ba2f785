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
    Definition(
        "opportunity_money",
        "Money at stake",
        "What an opportunity is about: value still expected of customers, what a group brings less, spend above the limit in a year, "
        "what more spend leaves, what orders leave less, or money in rows set aside. It is no sum that is sure to be won, and is "
        "never added up over opportunities, since they overlap. Keys: money, low80, high80.",
        "of the verb that told it; of some customers: sum v +- 1.28 sqrt(sum s^2 + (q sum v)^2), q the doubt of the total",
        "money",
        "scores, orders, costs, spend",
    ),
    Definition(
        "opportunity_confidence",
        "Confidence in an opportunity",
        "High: it was counted, or the lower end of the 80 % interval is at least half of the money. Medium: it is above 0. Low: it "
        "is not. A forecast that no back-test has judged is one step less sure.",
        "low80 >= money / 2: high; low80 > 0: medium; else low",
        "",
        "the interval, the back-test",
    ),
    Definition(
        "opportunity_effort",
        "Effort of an opportunity",
        "Low: a list or a setting that is there. Medium: a campaign or a test of weeks. High: a change of product, price or supply. "
        "It goes by the kind of action alone.",
        "",
        "",
        "the kind of action",
    ),
    Definition(
        "control_limits",
        "Control limits of a week",
        "Between them a week lies where nothing has changed but by chance. An expectation follows the weeks before; how far past "
        "weeks lay from theirs says how far a quiet one may lie. A quiet week lies outside in 27 of 10,000. No season is taken "
        "out. Keys: expected, low, high.",
        "m + lambda (y - m), lambda .2; m +- t(N, .9973) sqrt(mean of N <= 52 squared errors), on a scale of even spread",
        "as of the measure",
        "each new week",
    ),
    Definition(
        "one_time_weekly",
        "One-time buyers of a week",
        "Of those whose first order lay in one week, thirteen weeks ago, the share who have not ordered on another day in "
        "the thirteen weeks after it. Key: one_time.",
        "customers of the week without a second order day within 91 days / customers of the week",
        "share",
        "refunds, customers who are joined",
    ),
    Definition(
        "active_base",
        "Active customers",
        "How many of all customers are expected to be still there, with the interval by chance alone. Key: active.",
        "sum of P(alive)",
        "customers",
        "each silent day, new orders, the model",
    ),
    Definition(
        "scorecard_change",
        "Change since the last scorecard",
        "This figure less the last run's. Its interval is made of both figures' own, as if their doubts did not depend on each other: "
        "of values it is rather too wide, since runs share customers and model; of the active base, the repeat rate and the share of the "
        "best it holds chance alone, and counted figures have none. No clear change: it holds 0. Keys: change, change_low80, "
        "change_high80, verdict.",
        "change - sqrt((now - low)^2 + (high before - before)^2) to change + sqrt((high - now)^2 + (before - low before)^2)",
        "",
        "as for the figure, now and then",
    ),
)
