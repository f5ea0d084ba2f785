"""What the numbers of spend and of costs mean."""

from __future__ import annotations

from lifelong.definitions.definition import Definition

COSTS = (
    Definition(
        "advertising_spend",
        "Advertising spend",
        "What platforms and invoices say was spent, by day, channel and campaign, in the project's currency. Totals of the file are left "
        "out, and what a later file tells again counts once. Key: cost.",
        "sum of cost",
        "money",
        "a later report of the same days, a rate of exchange",
    ),
    Definition(
        "claimed_conversions",
        "Conversions that a platform claims",
        "As the platform counts them, by its own rules and windows; nobody has held them against orders. Key: conversions.",
        "sum of conversions",
        "conversions",
        "the platform's window and model of attribution",
    ),
    Definition(
        "gross_margin",
        "Gross margin",
        "Revenue less what the goods cost: by the margin that was told, the orders' own costs, or the cost share of their product.",
        "revenue - goods",
        "money",
        "the margin, costs, product_costs",
    ),
    Definition(
        "contribution",
        "Contribution margin",
        "What orders leave once all that they caused is paid: goods, payment, shipping, service and bad debt. It pays for advertising and "
        "fixed costs. Past contribution is exact for each customer; of revenue to come the share is taken that all past orders left.",
        "revenue - goods - payment - shipping - service - bad debt",
        "money",
        "the costs in lifelong.toml, refunds",
    ),
    Definition(
        "fixed",
        "Fixed costs",
        "Rent, salaries, software: so much a month, of begun months the part of their days. A rule deals them over channels, by revenue, "
        "orders or customers; another rule moves them and never changes their sum.",
        "fixed_costs x days / days of the month",
        "money",
        "fixed_costs, allocate, the days",
    ),
    Definition(
        "left",
        "What is left",
        "Contribution less advertising and fixed costs; of a channel, less the fixed costs dealt to it alone.",
        "contribution - advertising - fixed costs",
        "money",
        "all of these",
    ),
)
