"""What the numbers of channels and campaigns mean."""

from __future__ import annotations

from lifelong.definitions.definition import Definition

CHANNELS = (
    Definition(
        "cac_blended",
        "Blended cost of winning (blended CAC)",
        "Acquisition and brand spend by all new customers, those who cost nothing too. Costs that come later or sooner than the customers "
        "are moved by the stated lags. Key: blended, winning.",
        "sum of acquisition and brand cost / new customers",
        "money",
        "purposes and lags of costs, new customers",
    ),
    Definition(
        "cac_paid",
        "Paid cost of winning (paid CAC)",
        "The same spend by new customers of channels that cost money. Key: paid_cac, paid; of a channel or campaign, its own cost by its "
        "own customers: cac.",
        "sum of acquisition and brand cost / new customers of paid channels",
        "money",
        "as for the blended cost; which customers are known to come by a paid channel",
    ),
    Definition(
        "cac_loaded",
        "Fully loaded cost of winning",
        "Blended, with fixed costs and stated overhead. Of a channel, what belongs to no channel is dealt by the named rule, so that parts "
        "sum to the whole: a rule moves costs and makes or hides none. Key: fully, loaded, shared, overhead.",
        "(acquisition + brand + fixed + overhead) / new customers",
        "money",
        "overhead, the rule",
    ),
    Definition(
        "cac_all_spend",
        "All spend by new customers",
        "All that was spent in a month, on keeping customers too, by new customers. It is no cost of winning; it is shown because it is "
        "often taken for one. Key: all_spend, spend, total, parts.",
        "sum of all cost / new customers",
        "money",
        "spend of any purpose",
    ),
    Definition(
        "cac_incremental",
        "Cost of an incremental customer",
        "A channel's cost by those of its customers who would not have come otherwise: a share that you state, from an experiment. "
        "Key: incremental.",
        "s / (A x incrementality)",
        "money",
        "the stated share",
    ),
    Definition(
        "cac_marginal",
        "Cost of the next customer, by channel",
        "By the curve of the channel's months, at its mean spend; not told where they do not say how fast returns fall. Key: marginal.",
        "ds / dA = s / (g A)",
        "money",
        "months in which spend differed",
    ),
    Definition(
        "cpa_action",
        "Cost per action (CPA)",
        "Cost by conversions as the platform counts them, which may be anything: no customers. Key: cpa, actions.",
        "s / conversions",
        "money",
        "what the platform counts",
    ),
    Definition(
        "conversion_rate",
        "New customers by click",
        "New customers of a channel or campaign by its clicks. Key: conversion, clicks.",
        "A / clicks",
        "share",
        "clicks as the platform counts them",
    ),
    Definition(
        "acquisition_credit",
        "A channel's part of a customer",
        "How much of a customer a channel is credited with: 1 where one channel is named, else parts that sum to 1, by the rule named beside "
        "it. It says who touched the customer, not who caused the order. Key: credit, origin.",
        "sum over channels of w_ic = 1",
        "share",
        "the rule, the window",
    ),
    Definition(
        "value_at_age",
        "Value at equal age",
        "What customers had brought by the same number of days after the first order, at the margin named beside it; only those who were "
        "followed for so long, so that young channels are not compared with old ones. Key: at_age, seen, age, followed.",
        "mean of margin x revenue up to the age",
        "money",
        "the age, the margin",
    ),
    Definition(
        "new_value",
        "Value of a new customer",
        "The first order's margin and what the fit expects of the time after it, at present value; of a channel, times how its customers "
        "compare with all at equal age, drawn to the mean of all the more the fewer they are. Without a fit it is what was seen.",
        "(m_0 + V) (n y + k mu) / ((n + k) mu), k = variance within / variance between",
        "money",
        "margin, horizon, discount, the fit, the equal age",
    ),
    Definition(
        "ratio_fieller",
        "Value to cost of winning, by channel",
        "Value of a new customer by the cost of winning one. Its interval holds the doubt of both sides, after Fieller; it is not shown where "
        "it has no bound, and never from revenue. Key: ratio.",
        "V / CAC",
        "ratio",
        "as for its two parts",
    ),
    Definition(
        "payback_seen",
        "Payback, as seen",
        "Months of 30 days after which customers of equal age, leavers and all, had brought the cost of winning. Key: payback, within.",
        "least t with mean margin up to t >= CAC",
        "months",
        "margin, cost of winning",
    ),
    Definition(
        "campaign_roi",
        "Return on winning (ROI)",
        "Value of a new customer less the cost of winning, by that cost. Key: roi.",
        "V / CAC - 1",
        "share",
        "as for its two parts",
    ),
    Definition(
        "campaign_status",
        "Status of a channel or campaign",
        "grow: the whole 80 % interval of value to cost is at or above the target. keep: it is at or above 1. stop: it is below 1. watch: the "
        "data do not say. too early: fewer than 30 customers were followed. unpaid: it costs nothing. Key: status, target.",
        "the rule beside it",
        "",
        "value, cost, target",
    ),
    Definition(
        "spend_limit_cac",
        "What winning a customer may cost",
        "The least of three: the lower bound of a new customer's value (one in ten lies below) by the target; the lower bound of what one "
        "brings within the payback that is asked for; what keeps the cash that is out at once within its limit. Key: limit, by_ratio, "
        "by_payback, by_cash, value_low, budget.",
        "min(V_low / target, M_low(N), min over T of (B / n + sum M_k) / (T + 1))",
        "money",
        "value of a new customer, target, payback, cash, customers a month",
    ),
    Definition(
        "claim_verdicts",
        "Claimed conversions in truth",
        "Each conversion of a platform's list by one verdict: no such order, duplicate, cancelled, outside the window, returning customer, "
        "or new customer. Key: verdicts, claims, unclaimed, claimed_cpa.",
        "counts",
        "claims",
        "orders, the window",
    ),
    Definition(
        "series_change",
        "Change at a month",
        "By how much a monthly series changed its level at once, its trend kept, with the 90 % interval; what else changed then is in it "
        "too. Of the unpaid share (new customers who came by no paid channel) and of the blended cost. Key: change, breaks.",
        "c in y = a + b t + c [t >= k]",
        "share; money",
        "the month named, the series",
    ),
    Definition(
        "sustainability",
        "Sustainable or not",
        "not sustainable: the cash is out before customers have paid for themselves, or they have not within the months seen and cohorts "
        "fall. at risk: they have, and cohorts fall, or they have not yet. sustainable: they have in time and cohorts do not fall. Cohorts "
        "fall where the whole 90 % interval of their trend of value at equal age is below 0. Key: verdict, runway, trend.",
        "payback by fully loaded cost against cash / burn; trend of cohorts",
        "",
        "cash, burn, cost, value",
    ),
)
