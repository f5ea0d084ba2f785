"""What the numbers of recommendations mean."""

from __future__ import annotations

from lifelong.definitions.definition import Definition

REFERRALS = (
    Definition(
        "referral_value",
        "Value of recommendations (CRV)",
        "What customers bring through others: the part of the referred customers' value that would not have come otherwise, the "
        "cost of winning saved, less rewards; of today, as the scores have it. It stands beside own value and is never part of it "
        "or of a total of it. Dealt out along chains so that parts sum to the whole. Key: value, won, saved, rewards, own_value.",
        "sum over referred of (pi V + CAC - R)",
        "money",
        "scores, the share who would not have come, cost of winning, reward",
    ),
    Definition(
        "referral_interval",
        "Interval of the value of recommendations",
        "Where it lies eight times in ten by the doubt about the share who would not have come otherwise; the doubt about each value "
        "is not in it. Key: low80, high80.",
        "the same by the 10 % and 90 % quantiles of pi, a beta distribution",
        "money",
        "mean and deviation of that share",
    ),
    Definition(
        "referral_kinds",
        "Champions, affluents, advocates, misers",
        "Customers by own value (above the median or not) and by whether they bring value through others. Key: kinds.",
        "counts",
        "customers",
        "own values, referrals",
    ),
)
