"""Values blended with learned ones: a base forecast once more by what was learned, on the terms that are asked.

What was learned is revenue over one horizon, undiscounted. Margin and discount change the level of all customers alike, so the
blend is scaled by what they change of the statistical total. Orders, P(alive) and value at risk stay the statistical model's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.models.learned import Examples, Taught
from lifelong.phrases import phrase
from lifelong.schema import FEATURES, names
from lifelong.score.base import arrow
from lifelong.score.forecast import Blended
from lifelong.score.terms import ModelError, Terms
from lifelong.tables.features import features, visits
from lifelong.units import Horizon, Rate
from lifelong.values import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.score.forecast import Forecast
    from lifelong.score.source import Source
    from lifelong.values import Blend

    Floats = NDArray[np.float64]


def plain_terms(horizon: Horizon, currency: str) -> Terms:
    """The terms on which blends are learned: revenue within the horizon, as it is when it comes."""
    return Terms(horizon, 1.0, Rate(0.0), currency, ModelError.off(), 0)


def examples(days: Any, day: int, reach: int, ids: Any, told: tuple[Floats, Floats]) -> Examples:
    """What there is to learn from of customers as of a day, in the order of ``ids``; outcomes are not known.

    Args:
        days: from ``tables.features.visits``.
        day: the last day that counts.
        reach: the horizon in days.
        ids: the customers' numbers, as Arrow has them.
        told: the statistical model's value and P(alive) of each.
    """
    import pyarrow.compute as pc

    table = arrow(features(days, day, reach))
    at = pc.index_in(ids.cast(table["customer_id"].type), value_set=table["customer_id"].combine_chunks())
    columns = [table[name].to_numpy()[at.to_numpy()] for name in names(FEATURES) if name != "customer_id"]
    base, _ = told
    return Examples(np.column_stack([*columns, *told]), base, np.full(len(base), np.nan))


def blended(ahead: Forecast, plain: Forecast, source: Source, orders: Any, blend: Blend) -> Forecast:
    """The forecast with the blend's values in it.

    Args:
        ahead: the statistical forecast on the terms that are asked.
        plain: the same on the terms of :func:`plain_terms`, over the blend's horizon.
        source: the summary of the base.
        orders: ``schema.ORDERS`` that the summary was made from, any frame.
        blend: what was learned.
    """
    first = next(source.batches(["first_day", "T"], 1))
    day = int(first["first_day"][0].as_py()) + int(first["T"][0].as_py())
    told = plain.each_value(), plain.means.alive[plain.base.history]
    reach = int(Horizon.parse(blend.horizon).days)
    asked = examples(arrow(visits(orders)), day, reach, source.table(["customer_id"])["customer_id"], told)
    made = blend.factor * (blend.weights @ np.stack(Taught.of(blend).members(asked)))
    level = float(ahead.each_value().sum()) / float(asked.base.sum())
    at = np.searchsorted(blend.edges, made, side="right")
    return replace(ahead, blended=Blended(made * level, at, blend.multiples))


def refusal(blend: Blend, horizon: Horizon, orders: Any) -> str:
    """Why a blend cannot value a base here; empty where it can."""
    if orders is None:
        return "it looks at single orders, and the summary alone was given"
    if str(horizon) != blend.horizon:
        return f"it was learned for {blend.horizon} ahead, and {horizon} was asked"
    return ""


def told(model: str, ahead: Forecast, why_not: str) -> tuple[Finding, ...]:
    """What a reader of scores by a fit with a blend should know."""
    if ahead.blended is None:
        text = phrase(
            "The learned blend was not used: {why_not}. Values and intervals are those of {model} alone.",
            why_not=why_not,
            model=model,
        )
        return (Finding("F265", text, "warning"),)
    text = phrase(
        "Values are a blend of {model} with learned forecasts; alive, orders and at_risk are "
        "those of {model}. The intervals of customers come from how such forecasts missed on your"
        " own past (conformal): high80 is the bound that nine in ten stay below.",
        model=model,
    )
    return (Finding("F264", text, "info"),)
