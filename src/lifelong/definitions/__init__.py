"""The registry of every number that lifelong shows: what it is, its formula and its unit.

Reports, the command line and exports take their words from here, so that one word means one thing. A test walks
every output and asserts that each metric in it has an entry.
"""

from __future__ import annotations

from lifelong.definitions.attribution import ATTRIBUTION
from lifelong.definitions.cash import CASH
from lifelong.definitions.channels import CHANNELS
from lifelong.definitions.cohorts import COHORTS
from lifelong.definitions.costs import COSTS
from lifelong.definitions.definition import Definition
from lifelong.definitions.doors import SHOWN, shown_by
from lifelong.definitions.groups import GROUPS
from lifelong.definitions.leads import LEADS
from lifelong.definitions.measures import MEASURES
from lifelong.definitions.planning import PLANNING
from lifelong.definitions.referrals import REFERRALS
from lifelong.definitions.spending import SPENDING
from lifelong.definitions.typed import TYPED
from lifelong.definitions.valuation import AXES, Valuation, Valued, ratio, set_against
from lifelong.definitions.values import VALUES

__all__ = [
    "AXES",
    "DEFINITIONS",
    "JUDGED",
    "METRICS",
    "SHOWN",
    "Definition",
    "Valuation",
    "Valued",
    "ratio",
    "set_against",
    "shown_by",
    "value_definition",
]

_ALL = (
    *VALUES,
    *MEASURES,
    *TYPED,
    *LEADS,
    *SPENDING,
    *COSTS,
    *GROUPS,
    *REFERRALS,
    *COHORTS,
    *CHANNELS,
    *CASH,
    *PLANNING,
    *ATTRIBUTION,
)

DEFINITIONS: dict[str, Definition] = {d.key: d for d in _ALL}

#: The judge's measures, in the order in which a leaderboard shows them.
METRICS = (
    "bias",
    "mae",
    "rmse",
    "spearman",
    "gini_norm",
    "decile_error",
    "capture",
    "coverage80",
    "coverage90",
    "log_score",
    "crps",
)

#: All that the judge says, the measures first.
JUDGED = (*METRICS, "metric_interval", "difference", "calibration", "missed", "saved")


def value_definition(
    horizon: str, margin: float | None, discount: str, *, has_cost: bool, has_money: bool, level: str = ""
) -> str:
    """The words that stand beside every value; ``level`` are those of what it is a sum of, where costs and margin do not say.

    >>> value_definition("52w", 0.35, "10%/year", has_cost=False, has_money=True)
    'gross margin (35 % of revenue), next 52w, discounted 10%/year at the time of each order'
    """
    if not has_money:
        what = "orders (the data hold no amounts)"
    elif level:
        what = level
    elif margin is not None:
        what = f"gross margin ({margin * 100:g} % of revenue)"
    elif has_cost:
        what = "gross margin (revenue less cost)"
    else:
        what = "revenue"
    when = "the rest of life" if horizon == "lifetime" else f"next {horizon}"
    worth = "not discounted" if discount in {"0%/year", "0"} else f"discounted {discount} at the time of each order"
    return f"{what}, {when}, {worth}"
