"""What the judge's numbers mean: how far forecasts were off."""

from __future__ import annotations

from lifelong.definitions.definition import Definition

MEASURES = (
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
