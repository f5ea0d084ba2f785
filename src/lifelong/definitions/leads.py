"""What the numbers of leads mean."""

from __future__ import annotations

from lifelong.definitions.definition import Definition

LEADS = (
    Definition(
        "lead_chance",
        "Chance that a lead converts",
        "The chance of converting within the span, for an open lead that of what is left of it. Leads that came too late to be "
        "followed to the end count as far as they were followed. Key: chance.",
        "1 - prod over bins of (1 - h)^f; h: hazard of a bin, f: factor of the path",
        "probability",
        "span, last day, columns of the file",
    ),
    Definition(
        "lead_interval",
        "Interval of a lead's chance",
        "Where the true chance of leads of this kind lies, eight or nine times in ten. Key: low80, high80, low90, high90.",
        "normal in the logarithm of the cumulative hazard: delta method, and what is not known of the path",
        "probability",
        "as for the chance",
    ),
    Definition(
        "lead_value",
        "Expected value of a lead",
        "What a lead is expected to bring, before anybody knows whether it converts; discounted to today, less the cost to serve "
        "it. Open leads are ranked by it.",
        "(1 - w) sum_h P(h) (1+d)^-h value of a convert + w value by the direct model - cost",
        "money",
        "value of converts, span, discount rate, cost",
    ),
    Definition(
        "lead_weight",
        "Weight of the direct model",
        "How far a lead's value is that of a model which learns value directly, zeros and all: 0, a half or 1, whichever "
        "ranked best on leads that it had not seen. Key: weight.",
        "w with the largest share of value in the top 30 %, by five folds",
        "share",
    ),
    Definition(
        "lead_capture",
        "Value captured by the top 30 %",
        "The share of all value that the top 30 % of leads brought, by a ranking of leads that the model had not seen: by value, "
        "by chance, by luck. Key: by_value, by_chance, by_luck.",
        "value of the top 30 % / value of all, five folds",
        "share",
    ),
    Definition(
        "lead_total",
        "Expected by actual value of leads",
        "Expected value of the leads that were followed to the end, each by a model that had not seen it, by what they brought.",
        "sum of expected value / sum of actual value",
        "ratio",
    ),
    Definition(
        "lead_reliability",
        "Reliability of the chance",
        "By tenths of the chance: what was told, and what share converted, of leads that the model had not seen.",
        "mean chance and share converted, by tenths",
        "share",
    ),
    Definition(
        "own_weight",
        "Own weight of a source",
        "How far a source's chance is that of its own record; the rest is the mean of all. Small sources, and sources that "
        "hardly differ, have little.",
        "E / (E + k), k = variance within / variance between; E: expected converts",
        "share",
        "converts of the source, how much sources differ",
    ),
)
