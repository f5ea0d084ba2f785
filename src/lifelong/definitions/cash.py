"""What the numbers of cash to come mean."""

from __future__ import annotations

from lifelong.definitions.definition import Definition

CASH = (
    Definition(
        "month_revenue",
        "Revenue of a coming month",
        "Expected revenue of a month of 30.4 days, not discounted, before any cost: of the customers there are (existing), and "
        "of those to come (future), first orders included. Parts sum to totals to the minor unit. Key: existing, future, revenue.",
        "sum over customers of P(alive) x (E N(month end) - E N(month begin)) x spend",
        "money",
        "new customers, scenario, new orders, the model",
    ),
    Definition(
        "month_interval",
        "Interval of a month's revenue",
        "Where the revenue will fall eight or nine times in ten: doubt about parameters, chance, how many come, and the model's own "
        "error, which grows with time. That of all months is of the sum, not the sum of intervals. Key: low80, high80, low90, high90.",
        "quantiles over simulated worlds",
        "money",
        "as for the revenue",
    ),
    Definition(
        "month_margin",
        "Margin of a coming month",
        "The part of the month's revenue that stays after the cost of goods, before the cost of winning and fixed costs. Key: margin.",
        "margin share x revenue",
        "money",
        "as for the revenue, and the margin",
    ),
    Definition(
        "lever_swing",
        "Margin where a lever is lower or higher",
        "Margin of all months where one lever alone is 10 % lower or higher than in the scenario, the widest first. Key: swings.",
        "margin at 0.9 and at 1.1 times the lever's factor",
        "money",
        "as for the margin",
    ),
    Definition(
        "rlv",
        "Residual lifetime value of present customers (RLV)",
        "Gross margin that the customers there are will still bring over the rest of life, discounted. What they brought, and what "
        "winning them cost, is not in it.",
        "sum over customers of value, horizon: lifetime",
        "money",
        "margin, rate, new orders, the model",
    ),
    Definition(
        "clv_new",
        "Value of a new customer (CLV)",
        "Gross margin of a customer on joining over the whole life, the first order included, discounted to the joining, before the "
        "cost of winning. Key: clv.",
        "margin x first order + value at x = 0, T = 0",
        "money",
        "margin, rate, the model",
    ),
    Definition(
        "future_equity",
        "Net value of coming customers",
        "CLV less the cost of winning, of all customers to be won, each month's in its middle, discounted to today. Key: future.",
        "N (CLV - CAC) sum over months of (1 + r)^-((m + 1/2) / 12)",
        "money",
        "new customers, CLV, CAC, the rate, for how long",
    ),
    Definition(
        "customer_equity",
        "Customer equity",
        "What all customers are worth: those there are, and those to come. Key: equity.",
        "RLV + future",
        "money",
        "as for its parts",
    ),
    Definition(
        "value_elasticity",
        "What one per cent more of a lever moves",
        "By how many per cent customer equity (or the value of the firm) moves where one lever is 1 % higher, of itself. Retention: orders "
        "a day of those who are there, a year from now by now, as far as leaving lowers them; all chances to leave are multiplied by one "
        "factor, so that those who would stay anyway gain least. The interval holds doubt about the parameters. Keys: elasticities, "
        "elastic_bands.",
        "d log CE / d log lever",
        "per cent",
        "as for customer equity",
    ),
    Definition(
        "equity_change",
        "Change of customer equity since the run before",
        "Of the same cost of winning, rate and margin, in parts that sum to it to the minor unit: customers won since (came), "
        "those no longer there (gone), what the others did (behaviour), another model (model), and coming customers (future). "
        "What was won since was a part of the coming customers before. Key: change.",
        "CE' - CE = came + gone + behaviour + model + [(CE' - RLV') - (CE - RLV)]",
        "money",
        "as for customer equity, and the earlier run's orders and fit",
    ),
    Definition(
        "firm_value",
        "Value of the firm by its customers",
        "Customer equity less fixed costs for ever, after tax, with assets beside the business and without debt. Money tied up in "
        "stock and machines is not counted. Key: operating, value.",
        "(1 - tax) (CE - PV(fixed costs)) + other assets - debt",
        "money",
        "as for its parts, and what was told of the firm",
    ),
)
