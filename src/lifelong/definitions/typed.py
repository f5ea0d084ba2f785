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
)
