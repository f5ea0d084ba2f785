"""What the numbers of the calculator mean, which come from typed figures and not from orders."""

from __future__ import annotations

from lifelong.definitions.definition import Definition

TYPED = (
    Definition(
        "typed_value",
        "Value of a new customer, by typed numbers",
        "What a new customer brings in all, where everybody pays alike and the same share leaves each month. By the churn, "
        "or by the lifetime, of which the churn is one part. Key: value, value_by_churn, value_by_lifetime.",
        "m v^f / (1 - (1 - c) v); m: a month's margin, c: churn, v: a month's discount factor, f: 0, 1/2 or 1",
        "money",
        "churn, invoice, invoices a month, margin, discount",
    ),
    Definition(
        "cac",
        "Cost of winning a customer (CAC)",
        "Marketing and sales spend of a month by the customers won in it; loaded: with the overhead that they are to bear.",
        "spend / new customers; (spend + overhead) / new customers",
        "money",
        "spend, overhead, customers won",
    ),
    Definition(
        "net_value",
        "Value less cost of winning",
        "What a new customer brings beyond the cost of winning.",
        "value - CAC",
        "money",
        "as for its two parts",
    ),
    Definition(
        "ratio",
        "Value to cost (LTV:CAC)",
        "Value of a new customer by the cost of winning one. Without a margin it compares revenue with cost and is no profit.",
        "value / CAC",
        "ratio",
        "as for its two parts",
    ),
    Definition(
        "payback",
        "Payback",
        "Months until a customer who stays has brought the cost of winning; with leavers: until all who were won together "
        "have, not discounted. Never, where they leave before. Key: payback_months, payback_with_leavers.",
        "CAC / m; t with m (1 - (1 - c)^t) / c = CAC",
        "months",
        "CAC, margin, churn",
    ),
    Definition(
        "steady_base",
        "Customers in the long run",
        "How many customers there will be where new ones come and present ones leave as typed; then as many are lost a month as "
        "are won. Key: base, customers_lost.",
        "new customers / churn",
        "customers",
        "customers won, churn",
    ),
    Definition(
        "equity_added",
        "Added by a month's new customers",
        "Value less cost of winning of all customers won in a month.",
        "new customers x (value - CAC)",
        "money",
        "as for its parts",
    ),
    Definition(
        "elasticity",
        "Elasticity",
        "By how many per cent the value moves where one input is one per cent higher than it is, the others as they are.",
        "100 (value(1.01 x) / value(x) - 1)",
        "%",
        "",
    ),
    Definition(
        "case_npv",
        "Net present value of a programme",
        "Margin that a programme adds over the months counted, less its costs, at present value; what comes after them is not "
        "counted. Also where something comes otherwise, and, before costs, for each change by itself. Key: npv, added, costs.",
        "-U + sum v^(t - 1/2) (M_t - M0_t - K)",
        "money",
        "what is hoped, costs, ramp, discount, months counted",
    ),
    Definition(
        "case_roi",
        "Return on a programme (ROI)",
        "Net present value by the present value of all costs. Key: roi.",
        "NPV / costs",
        "share",
        "as for its two parts",
    ),
    Definition(
        "case_payback",
        "Payback of a programme",
        "The month from whose end on the margin added covers all costs so far, not discounted. Key: payback_months.",
        "least t from which on sum (M - M0 - K) >= U",
        "months",
        "what is hoped, costs, ramp",
    ),
    Definition(
        "case_break_even",
        "Effect needed to break even",
        "The share of what is hoped at which nothing is won and nothing lost. Key: break_even.",
        "e with NPV(e) = 0",
        "share",
        "as for the net present value",
    ),
    Definition(
        "case_customers",
        "More customers in the end",
        "Customers at the start of the last month with the programme, less those without it. Key: customers_added.",
        "N_H - N0_H",
        "customers",
        "churn and new customers hoped for",
    ),
    Definition(
        "formula_value",
        "Value of a new customer, by the textbook formula",
        "Order value x orders in a window x margin, summed over the windows of the horizon with the share that is kept from one to the "
        "next; all customers are taken for alike. Windows are the last year and the one before, or the halves of a shorter "
        "history. Key: value, net, drivers, lifetime_years.",
        "a f m sum_t (1 - c)^t v^((t + 1/2) w)",
        "money",
        "orders of two windows, margin, horizon, discount",
    ),
    Definition(
        "newcomer_value",
        "Value of a new customer, by the model",
        "What somebody brings who has just placed the first order, of whose spend nothing else is known: the first order of the mean "
        "newcomer, and what the model expects after it. The interval is that of the mean of as many as came in both windows. Key: "
        "model_value, model_low80, model_high80, model_net, first_order.",
        "m (first order + E[spend within the horizon | x = 0, T = 0])",
        "money",
        "fit, margin, horizon, discount",
    ),
)
