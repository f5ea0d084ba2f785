"""What the numbers of budgets, cuts and tests of channels mean."""

from __future__ import annotations

from lifelong.definitions.definition import Definition

SPENDING = (
    Definition(
        "spend_elasticity",
        "Elasticity of customers to spend",
        "By how many per cent the customers that a channel wins rise where its spend rises by one per cent. Below 1: each "
        "further unit of money wins fewer. Key: elasticity.",
        "g in log A = a + g log s + season",
        "",
        "the months of the history, lift tests, the other channels",
    ),
    Definition(
        "marginal_return",
        "What the next unit of money brings",
        "Value of the further customers that a further unit of money wins, the unit itself not taken off: above 1 it pays. At present "
        "spend and by the plan. Key: marginal, marginal_plan.",
        "V g A / s",
        "ratio",
        "the curve, the value of a customer, the spend",
    ),
    Definition(
        "marginal_cost",
        "Cost of the next customer (marginal CAC)",
        "What one further customer costs at present spend; more than the mean customer, who came while it was cheap.",
        "s / (g A)",
        "money",
        "the curve, the spend",
    ),
    Definition(
        "plan_gain",
        "Gain of a plan",
        "Value of the customers that the plan wins beyond those of the present spend, less what it spends beyond it; a month of average "
        "season. Value is as the history gives it, before the cost of winning. Key: gain.",
        "sum V (A(s) - A(s0)) - (1 + hurdle)(s - s0)",
        "money",
        "curves, values, bounds, total",
    ),
    Definition(
        "plan_better",
        "Probability that a plan is better",
        "Share of the draws of curves and values in which the plan gains; of a channel, in which its own move brings more than the same "
        "money elsewhere. Key: better.",
        "P(gain > 0)",
        "share",
        "as for the gain",
    ),
    Definition(
        "spend_limit",
        "Spend limit",
        "Spend at which the next customer of a channel costs what one is worth: beyond it money is lost. Median of the draws and its "
        "lower 80 % bound; not told beyond twice the most that was ever spent. Key: limit, limit_low80.",
        "(V g e^a)^(1 / (1 - g))",
        "money a month",
        "the curve, the value of a customer",
    ),
    Definition(
        "information_value",
        "Worth of knowing a channel",
        "What a month's plan would gain in the mean if the channel's curve and value were known for sure: where it is largest, an experiment "
        "is worth most. Key: information, experiment.",
        "E max profit(s | channel known) - max E profit(s)",
        "money a month",
        "the doubt about the channel, the bounds",
    ),
    Definition(
        "keep_to_win",
        "Cost of keeping by cost of winning",
        "Present retention spend by customers kept, divided by acquisition spend by customers won: your own figure, not a rule of thumb.",
        "(spend / kept) / (spend / won)",
        "ratio",
        "spend of both, customers of both",
    ),
    Definition(
        "cut_net",
        "Saved less lost by a cut",
        "Money that a cut saves up to the end of a quarter, less what the customers who did not come would have brought by then. "
        "Key: saved, lost, net, turns.",
        "n (s - u) - V (A(s) - A(u)) sum_j (1 - (1 - 1/L)^j)",
        "money",
        "the curve, the value, the lifetime L",
    ),
    Definition(
        "cut_break_even",
        "Break-even of a cut",
        "The share of a cut up to which it saves more than it loses in the end. Key: break_even.",
        "largest p with V (A(s) - A(s - p (s - u))) <= p (s - u)",
        "share",
        "the curve, the value",
    ),
    Definition(
        "test_power",
        "Power of a channel's test",
        "Chance that a channel whose customers cost what is hoped wins the customers that the test asks for. Key: power, powers, "
        "customers, spend.",
        "P(N >= k | spend / hoped cost)",
        "share",
        "limit, hoped-for cost, alpha",
    ),
    Definition(
        "stop_loss",
        "Stop-loss of a channel's test",
        "Spend at which the test has failed where it has won no more than so many customers. Key: stops.",
        "(n ln(L / C) + ln((1 - alpha) / beta)) / (1 / C - 1 / L)",
        "money",
        "limit L, hoped-for cost C",
    ),
    Definition(
        "value_reading",
        "Earliest reading of value",
        "Months from the start of a test until the mean value of its customers is known to the given precision, with 90 %. Key: "
        "reading, readers.",
        "n C / monthly + window, n = (1.645 cv / p)^2",
        "months",
        "spread of values, precision, monthly spend",
    ),
)
