"""What the numbers about customers mean: values, chances, dates, stages, drivers."""

from __future__ import annotations

from lifelong.definitions.definition import Definition

VALUES = (
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
        "subscribers",
        "Present subscribers",
        "Customers whose subscription runs or is paused on the day, after its trial. Who has an end to come, or has "
        "left every bill unpaid, is not counted, and is worth nothing more.",
        "count of last tenures that are here or paused",
        "customers",
        "new subscriptions, ends and notices",
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
    Definition(
        "later_spend",
        "Later spend",
        "What a customer brought within so long after the first order day, which is the origin: everybody is followed "
        "equally long. It stands beside what was known on that day: association, not cause.",
        "sum of revenue on days first < day <= first + horizon, refunds taken off",
        "money",
        "the horizon, new orders and refunds",
    ),
    Definition(
        "driver_strength",
        "Strength of a driver",
        "By how much later spend differs between a driver's levels, more than chance would make it: association, not cause.",
        "sqrt((B - (k - 1) W / (n - k)) / n); B, W: squares between and within the k levels of n customers",
        "money a customer",
        "the horizon, which customers differ in it",
    ),
    Definition(
        "driver_effect",
        "Effect of a level",
        "The mean later spend of customers of one level, less that of all others; not known is a level too. The interval "
        "is corrected for the number of levels: association, not cause.",
        "mean of the level - mean of the others, +- t x s.e. at confidence 1 - 0.05 r / m; r of m levels found",
        "money a customer",
        "the horizon, how many have the level",
    ),
    Definition(
        "driver_found",
        "Driver found",
        "Drivers of which no more than one in twenty is expected to be chance: association, not cause.",
        "Benjamini-Hochberg at 0.05 over the p-values of 999 permutations",
        "drivers",
        "more customers, fewer drivers to compare",
    ),
    Definition(
        "driver_stability",
        "Stability of a driver",
        "The rank that a driver has in nine of ten random halves of the customers, and the share of halves in which it is "
        "found. Even a stable one is an association, not cause.",
        "5 % and 95 % quantiles of the rank, and mean of found, over 100 complementary halves",
        "rank and share",
        "more customers",
    ),
    Definition(
        "change",
        "Change between two runs",
        "By how much the total value differs from that of the scoring run before, of the same question. It is exactly "
        "the sum of its four parts: new customers, behaviour, model change, customers no longer there.",
        "value of the later run - value of the earlier run = came + behaviour + model + gone",
        "money, whole minor units",
        "the two runs",
    ),
    Definition(
        "came",
        "Change by new customers",
        "The value of customers who are in the later run and not in the earlier one, by the earlier run's model.",
        "sum over new customers of w; w: value by the earlier model, on the later data and day",
        "money, whole minor units",
        "customers won",
    ),
    Definition(
        "behaviour",
        "Change by behaviour",
        "What customers in both runs are worth more or less by one model, the earlier one: their orders, their "
        "silence, time, and where costs give the margin, the margin.",
        "sum over customers in both of w - earlier value",
        "money, whole minor units",
        "new orders, each silent day",
    ),
    Definition(
        "model",
        "Model change",
        "The later run's model against the earlier one's, everybody, on the same data and day. Not known where the "
        "earlier model cannot be run there; new customers and behaviour then hold it.",
        "sum over customers of the later run of later value - w",
        "money, whole minor units",
        "a new fit, another model",
    ),
    Definition(
        "gone",
        "Change by customers no longer there",
        "The earlier value of customers who are not in the later run: joined to another customer. With a minus.",
        "- sum over customers only in the earlier run of earlier value",
        "money, whole minor units",
        "joined and undone identities",
    ),
)
