"""What the numbers of attribution mean."""

from __future__ import annotations

from lifelong.definitions.definition import Definition

ATTRIBUTION = (
    Definition(
        "touches",
        "Touches",
        "Visits, clicks, opened messages and the like by which a person met the firm; of each channel, those on the counted ways: of "
        "the window before the first order, or before the last touch of somebody who has not ordered.",
        "",
        "touches",
        "the tables of touches, the first orders, the window",
    ),
    Definition(
        "credit",
        "Credit of a channel",
        "New customers, or their value, that a rule deals out to a channel; all channels sum to the total, to the customer and the "
        "smallest coin. Value is that of the scores (total, predicted or historic, as stated), before the cost of winning. Who would have "
        "come without the channel it does not say.",
        "first, last, linear, 40/20/40, decay, Markov removal effect, Shapley",
        "customers or money",
        "the ways to the first orders, the scores, the rule",
    ),
    Definition(
        "credit_share",
        "Share of a channel",
        "A channel's credit by the total, before it is dealt in whole units. Key: share.",
        "credit / total",
        "share",
        "as for the credit",
    ),
    Definition(
        "credit_interval",
        "Interval of a channel's share",
        "Where 80 and 90 % of the shares lie when people are drawn anew with replacement: how far chance alone could have moved the "
        "share. It knows nothing of how wrong the rule is. Keys: low80, high80, low90, high90.",
        "quantiles of the bootstrap",
        "share",
        "400 samples of people, the seed",
    ),
)
