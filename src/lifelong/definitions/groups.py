"""What the numbers of tiers and groups mean."""

from __future__ import annotations

from lifelong.definitions.definition import Definition

GROUPS = (
    Definition(
        "tier",
        "Tier",
        "Where a customer stands by expected value: cuts part customers by the share of all value that those above bring, or by "
        "their share of customers. From one scoring run to the next one moves only where the posterior is sure of it (80 %). "
        "Key: tier, before, by_cut.",
        "up beyond a cut where P(V > cut) > 0.8, down where P(V < cut) > 0.8, never beyond the own rank; V = value x Gamma(n, n), "
        "n: order days",
        "",
        "cuts, the runs before, horizon and definition of the scores",
    ),
    Definition(
        "tier_chance",
        "Chance of a tier",
        "The chance that a customer belongs in the tier; of a tier, the mean over its customers. Key: chance, sure.",
        "P(lower cut < V <= upper cut)",
        "probability",
        "as for the tier",
    ),
    Definition(
        "tier_changed",
        "Moved to another tier",
        "The share of those with a tier in the run before that now have another; and what the cuts alone would make of it. "
        "Key: changed, changed_by_cuts_alone.",
        "moved / customers of both runs",
        "share",
    ),
    Definition(
        "migration",
        "Chance of a move between tiers",
        "The chance to go from a tier to another within a period, over all stored runs of one question; rows sum to 100 %. Key: "
        "chances, low80, high80, low90, high90.",
        "(moves + 1/2) / (customers + tiers / 2); intervals: beta with equal tails",
        "probability",
        "cuts, the days of the runs",
    ),
    Definition(
        "migration_drift",
        "Sign that moves changed",
        "How seldom moves of the last period would differ so much from those before by chance; below 0.05 they changed. Key: drift.",
        "Pearson's chi-square, each tier's two rows compared",
        "probability",
    ),
    Definition(
        "migration_mix",
        "Long-run mix of tiers",
        "The shares of today's kind of customers in each tier, if moves go on as they do; nobody comes. Key: mix, mix_now.",
        "p P = p",
        "share",
    ),
    Definition(
        "tier_brings",
        "What a tier brings in a period",
        "What a customer in the tier at a period's begin brought until its end, by the margin of the scores, before acquisition "
        "cost, not discounted. Key: brings.",
        "sum of (historic value at the end - at the begin) / customers of both runs",
        "money",
    ),
    Definition(
        "tier_worth",
        "What a customer of a tier brings over all time",
        "Value over all periods to come of a customer now in the tier, who goes from tier to tier as seen: the margin of the scores, "
        "before acquisition cost, each period's money at its begin, the first one not discounted. A tier is taken to go on "
        "bringing what it has brought; where nobody new comes, the same tier brings less each year, and this is too much. Key: worth.",
        "(I - P / (1 + d))^-1 v; d: discount of a period",
        "money",
        "discount, the days of the runs",
    ),
    Definition(
        "group_value",
        "Value of a group",
        "Value of the customers of a group, so far, to come, or both, by the definition of the scores, before acquisition cost; "
        "totals of groups sum to that of all. Key: total, mean.",
        "sum and mean of historic, value or total of the scores",
        "minor units; money",
        "attribute, measure, horizon, margin, discount",
    ),
    Definition(
        "group_interval",
        "Interval of a group's mean",
        "Where the mean of many more such customers would lie, eight or nine times in ten. Key: low80, high80, low90, high90.",
        "gamma of the same mean and variance; normal where a value is below 0",
        "money",
    ),
    Definition(
        "group_drawn",
        "Drawn mean of a group",
        "The group's mean drawn to that of all customers, as far as groups of this attribute differ no more than chance has it; "
        "groups are ranked by it. Key: drawn.",
        "m + Z (m_g - m), Z = n a / (n a + s2); a: variance between groups, s2: within",
        "money",
    ),
    Definition(
        "group_chance",
        "Chance of a group's difference",
        "How seldom as many customers taken at random would be as far from the mean, all groups together; up to 0.05 a group "
        "differs. Key: chance, found.",
        "twice the smaller tail over 1,999 random groups (Pearson III for large ones), by Benjamini and Hochberg",
        "probability",
    ),
    Definition(
        "potential",
        "Potential",
        "Low now, high later: customers who are not among the best by what they have brought, and are by what they will bring. "
        "High is the best 20 %, the next whole number. Key: places, rising.",
        "rank by historic > ceil(q n) and rank by value <= ceil(q n)",
        "customers; minor units",
        "share, horizon",
    ),
    Definition(
        "potential_why",
        "What lifts a customer",
        "Which figure is the most times above the mean of all customers: the chance to be still one, expected orders of one who is, "
        "or the value of an order. Key: why, lift, orders, each.",
        "max of alive / mean, orders / alive / mean, value / orders / mean",
        "",
    ),
    Definition(
        "shortfall",
        "Difference of two groups",
        "What a customer of the group brought less (or more) than one of the others in the days after the first order day, everybody "
        "followed for equally long: margin of it, before acquisition cost, not discounted. Key: difference, total, brings.",
        "mean of the group - mean of the others; interval normal",
        "money; minor units",
        "horizon, margin or costs",
    ),
    Definition(
        "shortfall_part",
        "Part of a difference",
        "How much of the difference comes from who they are (mix), how many came back (retention), order days of those (frequency), "
        "revenue an order day (basket), and what is kept of it (margin). They sum to the difference. Key: parts.",
        "mix: others at the group's mix - others; the rest: Shapley over all 24 orders of R x F x B x M",
        "money; minor units",
        "what both are made alike in",
    ),
    Definition(
        "segment",
        "Customers whom a rule chooses",
        "How many customers meet a rule by the latest scores, and which part of all customers that is; what is not known of a "
        "customer meets no condition. Key: customers, of, share, alive.",
        "count of customers of whom the rule holds",
        "customers",
        "rule, scores",
    ),
    Definition(
        "segment_value",
        "Value of a segment",
        "What the customers whom a rule chooses are expected to bring, by the definition of the scores, before acquisition cost, with "
        "the interval of their sum; and which part of the value of all customers that is. Key: value, value_share, low80, high80.",
        "sum of value; interval as for all customers",
        "minor units; money",
        "rule, horizon, margin, discount",
    ),
    Definition(
        "customer_part",
        "What a customer's value goes with",
        "How far the chance to be still a customer (silence against the own rhythm), expected orders of one who is (frequency), and the "
        "value of an order (spend) put the customer above or below the mean customer. Parts sum to the difference. They are no "
        "causes. Key: parts, mean.",
        "value = P(alive) x orders / P(alive) x value / orders; Shapley over all 6 orders of replacing the mean's by the own",
        "money",
        "horizon, margin, discount",
    ),
    Definition(
        "alive_over_time",
        "Chance of being still a customer, over time",
        "The chance by the history up to each day, with the parameters of the present fit: what it would have said then. Key: "
        "alive_over_time.",
        "P(alive | x, t_x, T) with x, t_x, T as of the day",
        "probability",
        "model",
    ),
    Definition(
        "similar_customers",
        "Customers with a like history",
        "Others with as many order days and a silence within a quarter of this one's: how many, their mean value, and the mean chance "
        "to be still a customer. Key: similar.",
        "same order days, |silence - own| <= own / 4",
        "customers; money",
    ),
)
