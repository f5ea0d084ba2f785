"""The registry of every number that lifelong shows: what it is, its formula and its unit.

Reports, the command line and exports take their words from here, so that one word means one thing. A test walks
every output and asserts that each metric in it has an entry.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """What a number means.

    Attributes:
        key: the name in JSON and tables.
        title: the name for people.
        text: the meaning in one or two plain sentences.
        formula: how it is computed, in text.
        unit: money, orders, share, days ...
        changes: what would change this number.
    """

    key: str
    title: str
    text: str
    formula: str
    unit: str
    changes: str = ""


_ALL = (
    Definition(
        "value",
        "Customer value",
        "Money that a customer will bring within the horizon, by the margin and the discount "
        "named beside it. The mean of what may happen.",
        "sum over orders to come of margin x spend x exp(-delta t)",
        "money",
        "the horizon, the margin, the discount rate, new orders, the model",
    ),
    Definition(
        "median",
        "Median value",
        "Half of customers with this history will be worth less than this. Far below the mean, "
        "because a few bring much.",
        "the 50 % quantile of the value's distribution",
        "money",
        "as for customer value",
    ),
    Definition(
        "interval",
        "Interval",
        "Where the value will fall four times in five (80 %) or nine times in ten (90 %). It holds "
        "doubt about the parameters, chance in orders and spend, and for totals the model's own error.",
        "quantiles of the predictive distribution",
        "money",
        "more history narrows it",
    ),
    Definition(
        "equity",
        "Value of the current base",
        "The value of all present customers together within the horizon. Customers not yet won are not in it.",
        "sum of customer values",
        "money",
        "as for customer value; customers won and lost",
    ),
    Definition(
        "historic",
        "Value so far",
        "What the customer's past orders brought, by the same margin, refunds taken off, not discounted.",
        "margin x revenue to date, or revenue - cost",
        "money",
        "new orders and refunds",
    ),
    Definition(
        "total",
        "Value in total",
        "Value so far plus customer value. Past money is counted at its face.",
        "historic + value",
        "money",
        "as for its two parts",
    ),
    Definition(
        "alive",
        "Still a customer",
        "The chance that someone has not left for good, judged by their own rhythm: the same "
        "silence means little in a rare buyer and much in a frequent one.",
        "P(alive at T | x, t_x, T)",
        "probability",
        "every day of silence lowers it, an order raises it",
    ),
    Definition(
        "orders",
        "Expected orders",
        "Order days to be expected within the horizon. Orders of one day count once.",
        "E[X(T, T + h) | x, t_x, T]",
        "orders",
        "the horizon, new orders, the model",
    ),
    Definition(
        "again",
        "Customers who will order again",
        "How many present customers will place at least one order within the horizon.",
        "sum of P(at least one order)",
        "customers",
        "the horizon, new orders",
    ),
    Definition(
        "at_risk",
        "Value at risk",
        "What you would lose if they have left, times the chance that they have.",
        "(1 - alive) x value if alive",
        "money",
        "silence, the margin, the horizon",
    ),
    Definition(
        "rhythm",
        "Own rhythm",
        "Mean days between a customer's own order days.",
        "t_x / x",
        "days",
        "new orders",
    ),
    Definition(
        "silence",
        "Silence",
        "Days since the last order.",
        "T - t_x",
        "days",
        "time and new orders",
    ),
    Definition(
        "next_order",
        "Next order date",
        "Half of customers with this history and this silence, if still customers, will have ordered again by this day. "
        "Never on or before the as-of day; empty where an order within the horizon is unlikely.",
        "last order day + the gap g with F(g) = F(e) + (1 - F(e)) / 2; F: log-normal by the own gaps, drawn to those "
        "of all; e: days of silence",
        "date",
        "new orders, each silent day, the horizon, the model",
    ),
    Definition(
        "next_order_band",
        "Band of the next order date",
        "Where the next order day will fall four times in five (80 %) or nine times in ten (90 %), if the customer is "
        "still one.",
        "as the date, with 0.1 and 0.9, or 0.05 and 0.95, of 1 - F(e) instead of 1/2",
        "date",
        "as for the next order date",
    ),
    Definition(
        "overdue",
        "Overdue",
        "The share of such customers, if still customers, who would have ordered by now. Near 1: far beyond the own "
        "rhythm.",
        "F(e): P(gap <= days of silence)",
        "probability",
        "each silent day, new orders",
    ),
    Definition(
        "within",
        "Order within the horizon",
        "Chance that the customer orders at least once within the horizon.",
        "P(alive) x P(at least one order within the horizon | alive), by the purchase model",
        "probability",
        "the horizon, new orders, the model",
    ),
    Definition(
        "likely",
        "Likely to order",
        "Customers for whom an order within the horizon is at least as likely as not, so that a date is named; the "
        "others are unlikely to order.",
        "within >= 1/2, and the date within the horizon",
        "customers",
        "the horizon, new orders, the model",
    ),
    Definition(
        "typical_gap",
        "Typical gap",
        "Days between order days of the customer in the middle of those who came again.",
        "exp(mu), mu the mean of the customers' mean log gaps",
        "days",
        "new orders",
    ),
    Definition(
        "stage",
        "Life stage",
        "Where a customer stands by the own rhythm. Cooling: of such customers, 80 % would have ordered again by now; "
        "lapsed: 95 %. Before that new (one order day), reactivated (lapsed on the day before the last order) or "
        "active. Two days are compared by one rhythm, that of the later day; own orders count as known on each.",
        "F = overdue. new, active, reactivated: F < 0.80; cooling: 0.80 <= F < 0.95; lapsed: F >= 0.95; reactivated: "
        "F(last gap - 1 day), by the gaps before it, >= 0.95",
        "customers",
        "each silent day, new orders; a little, the rhythm of all customers",
    ),
    Definition(
        "one_time",
        "Customers with one order only",
        "Customers whose orders all fell on one day.",
        "customers with x = 0 / customers",
        "share",
        "second orders, new customers",
    ),
    Definition(
        "best_fifth",
        "Share of the best 20 %",
        "The share of all value that the best fifth of customers brings; the fifth "
        "is exactly the next whole number of customers, ties by customer number.",
        "value of the top ceil(0.2 n) / value of all",
        "share",
        "how uneven customers are",
    ),
    Definition(
        "repeat_rate",
        "Repeat rate",
        "Customers with at least two order days, of all.",
        "customers with x >= 1 / customers",
        "share",
        "second orders, new customers",
    ),
    Definition(
        "second",
        "First to second order",
        "Days from a customer's first order day to the second, the middle value of those who came back.",
        "median of second order day - first order day",
        "days",
        "second orders",
    ),
    Definition(
        "tenure",
        "Tenure",
        "Days from the first order to the as-of day.",
        "T",
        "days",
        "time",
    ),
    Definition(
        "repeat_revenue",
        "Share of repeat revenue",
        "Revenue of order days after a customer's first, of all revenue.",
        "repeat revenue / revenue",
        "share",
        "second orders, new customers",
    ),
    Definition(
        "gini",
        "Gini",
        "How unevenly value is spread: 0 where all are equal, 1 where one has all.",
        "1 - 2 x area under the Lorenz curve",
        "index",
        "how uneven customers are",
    ),
    Definition(
        "cohort",
        "Cohort",
        "Customers whose first order fell in the same week, month or quarter.",
        "grouped by first_day",
        "customers",
        "new customers",
    ),
    Definition(
        "unripe",
        "Unripe",
        "A period that has not ended yet for every member of the cohort; the model's expectation "
        "stands there instead of a count.",
        "",
        "",
        "time",
    ),
    # -- the judge's measures
    Definition(
        "bias",
        "Total off by",
        "How far the forecast of the total missed: + too high, - too low.",
        "forecast / actual - 1",
        "share",
    ),
    Definition(
        "mae",
        "Error each",
        "Mean distance of forecast and fact, customer by customer.",
        "mean |forecast - actual|",
        "orders or money",
    ),
    Definition(
        "rmse",
        "Root mean square error",
        "As the error each, but large misses weigh more.",
        "sqrt(mean (forecast - actual)^2)",
        "orders or money",
    ),
    Definition(
        "spearman",
        "Rank correlation",
        "Whether the order of customers was right: 1 is perfect, 0 is chance.",
        "Spearman's rho, mean ranks for ties",
        "index",
    ),
    Definition(
        "gini_norm",
        "Normalised Gini",
        "How much of the ranking that could be had was had: 1 is perfect.",
        "Gini of actual sorted by forecast / Gini of actual sorted by itself",
        "index",
    ),
    Definition(
        "decile_error",
        "Decile error",
        "By tenths of the forecast, how far the mean forecast misses the mean fact, weighed by revenue.",
        "sum |mean forecast - mean actual| / sum mean actual",
        "share",
    ),
    Definition(
        "capture",
        "Top tenth captured",
        "The share of what the real best tenth brought that the forecast's best tenth brought.",
        "actual of forecast's top 10 % / actual of true top 10 %",
        "share",
    ),
    Definition(
        "coverage80",
        "80 % interval held",
        "How many customers fell inside their 80 % interval.",
        "mean [low80 <= actual <= high80]",
        "share",
    ),
    Definition(
        "coverage90",
        "90 % interval held",
        "How many customers fell inside their 90 % interval.",
        "mean [low90 <= actual <= high90]",
        "share",
    ),
    Definition(
        "log_score",
        "Log score",
        "Mean logarithm of the probability that the model gave to what came; higher is better.",
        "mean log P(actual orders)",
        "nats",
    ),
    Definition(
        "crps",
        "Ranked probability score",
        "How far the whole forecast distribution of a customer lies from what came; lower is better. A forecast of one number, "
        "as a baseline's, scores its absolute error.",
        "mean of E|X - actual| - E|X - X'| / 2, X and X' drawn from the forecast",
        "orders or money",
    ),
    Definition(
        "metric_interval",
        "Interval of a measure",
        "Where a measure would fall nine times in ten with other customers of the same shop and the same weeks. Other weeks are "
        "not in it: how far test dates differ says more of them.",
        "5 % and 95 % of 200 bootstrap replicates: customers drawn again, each at all test dates together; above 5,000 "
        "customers, of a sample of so many, drawn in by sqrt(sample / customers)",
        "that of the measure",
    ),
    Definition(
        "difference",
        "Difference to the winner",
        "A model's measure less the winner's on the same customers, with its interval. Where that holds 0, the two cannot be "
        "told apart by this measure.",
        "mean over test dates of measure(model) - measure(winner), replicate by replicate",
        "that of the measure",
    ),
    Definition(
        "calibration",
        "Calibration of a group",
        "What was forecast for a group of customers together, its 90 % interval with the model's own error, and what came. A group "
        "is off where a miss so far would happen less than once in twenty, all groups counted together.",
        "p = 2 min P(sum <= came), P(sum >= came), raised by Holm's correction; off where p < 0.05",
        "orders or money",
    ),
    Definition(
        "missed",
        "Value missed",
        "What looking after the customers whom the forecast puts first loses against knowing the truly best; or what spending "
        "up to a cap on whose forecast exceeds it loses against spending on who brings more. No forecast loses nothing.",
        "top q: actual of true top q - actual of forecast's top q; cap c: sum (actual - c)+ - sum [forecast > c] (actual - c); c: "
        "the mean value of a customer in the last period",
        "minor units",
    ),
    Definition(
        "saved",
        "Saved against the baseline",
        "How much less deciding by the model misses than deciding by the better baseline.",
        "missed(baseline that misses least) - missed(model)",
        "minor units",
    ),
    Definition(
        "baseline",
        "Baseline",
        "What you would get without a model: every customer repeats the last period, or "
        "gets the mean of earlier customers with a like history.",
        "",
        "",
    ),
)

DEFINITIONS: dict[str, Definition] = {d.key: d for d in _ALL}

#: The judge's measures, in the order in which a leaderboard shows them.
METRICS = (
    "bias",
    "mae",
    "rmse",
    "spearman",
    "gini_norm",
    "decile_error",
    "capture",
    "coverage80",
    "coverage90",
    "log_score",
    "crps",
)

#: All that the judge says, the measures first.
JUDGED = (*METRICS, "metric_interval", "difference", "calibration", "missed", "saved")


def value_definition(horizon: str, margin: float | None, discount: str, *, has_cost: bool, has_money: bool) -> str:
    """The words that stand beside every value.

    >>> value_definition("52w", 0.35, "10%/year", has_cost=False, has_money=True)
    'gross margin (35 % of revenue), next 52w, discounted 10%/year at the time of each order'
    """
    if not has_money:
        what = "orders (the data hold no amounts)"
    elif margin is not None:
        what = f"gross margin ({margin * 100:g} % of revenue)"
    elif has_cost:
        what = "gross margin (revenue less cost)"
    else:
        what = "revenue"
    when = "the rest of life" if horizon == "lifetime" else f"next {horizon}"
    worth = "not discounted" if discount in {"0%/year", "0"} else f"discounted {discount} at the time of each order"
    return f"{what}, {when}, {worth}"
