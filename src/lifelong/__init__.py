"""lifelong: what your customers are worth, with intervals that hold, proved on your own past.

The face of the library. Heavy parts load when they are first used, so that ``import lifelong`` stays quick::

    import lifelong as ll

    shop = ll.Project("shop/")
    shop.ingest("orders.csv")
    scores = shop.score(shop.fit("auto"), horizon="52w", margin="35%")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_WHERE = {
    "Project": "lifelong.project",
    "book": "lifelong.project",
    "budget": "lifelong.project",
    "business_case": "lifelong.project",
    "calculate": "lifelong.project",
    "cost_of_winning": "lifelong.project",
    "cut": "lifelong.project",
    "follow": "lifelong.project",
    "foresee": "lifelong.project",
    "predict": "lifelong.project",
    "summarise": "lifelong.project",
    "try_channel": "lifelong.project",
    "Horizon": "lifelong.units",
    "Rate": "lifelong.units",
    "Money": "lifelong.units",
    "LifelongError": "lifelong.errors",
    "ConfigError": "lifelong.errors",
    "DataError": "lifelong.errors",
    "FitError": "lifelong.errors",
    "StoreError": "lifelong.errors",
    "AccessError": "lifelong.errors",
    "Finding": "lifelong.values",
    "Fit": "lifelong.values",
    "Patterns": "lifelong.values",
    "Scores": "lifelong.values",
    "Leaderboard": "lifelong.values",
    "NextOrders": "lifelong.values",
    "BGNBD": "lifelong.models.bg_nbd",
    "MBGNBD": "lifelong.models.mbg_nbd",
    "ParetoNBD": "lifelong.models.pareto_nbd",
    "GammaGamma": "lifelong.models.gamma_gamma",
    "BdW": "lifelong.models.bdw",
    "Covariates": "lifelong.models.covariates",
    "SpendCovariates": "lifelong.models.spend_covariates",
    "DiscreteWeibull": "lifelong.models.discrete_weibull",
    "LeftTruncated": "lifelong.models.left_truncated",
    "SBG": "lifelong.models.sbg",
    "Tenures": "lifelong.values",
    "TimeVaryingParetoNBD": "lifelong.models.time_varying",
    "Course": "lifelong.values",
    "Timelines": "lifelong.values",
}

__all__ = [
    "BGNBD",
    "MBGNBD",
    "SBG",
    "AccessError",
    "BdW",
    "ConfigError",
    "Course",
    "Covariates",
    "DataError",
    "DiscreteWeibull",
    "Finding",
    "Fit",
    "FitError",
    "GammaGamma",
    "Horizon",
    "Leaderboard",
    "LeftTruncated",
    "LifelongError",
    "Money",
    "NextOrders",
    "ParetoNBD",
    "Patterns",
    "Project",
    "Rate",
    "Scores",
    "SpendCovariates",
    "StoreError",
    "Tenures",
    "TimeVaryingParetoNBD",
    "Timelines",
    "__version__",
    "book",
    "budget",
    "business_case",
    "calculate",
    "cost_of_winning",
    "cut",
    "follow",
    "foresee",
    "predict",
    "summarise",
    "try_channel",
]

if TYPE_CHECKING:
    from lifelong.errors import AccessError, ConfigError, DataError, FitError, LifelongError, StoreError
    from lifelong.models.bdw import BdW
    from lifelong.models.bg_nbd import BGNBD
    from lifelong.models.covariates import Covariates
    from lifelong.models.discrete_weibull import DiscreteWeibull
    from lifelong.models.gamma_gamma import GammaGamma
    from lifelong.models.left_truncated import LeftTruncated
    from lifelong.models.mbg_nbd import MBGNBD
    from lifelong.models.pareto_nbd import ParetoNBD
    from lifelong.models.sbg import SBG
    from lifelong.models.spend_covariates import SpendCovariates
    from lifelong.models.time_varying import TimeVaryingParetoNBD
    from lifelong.project import (
        Project,
        book,
        budget,
        business_case,
        calculate,
        cost_of_winning,
        cut,
        follow,
        foresee,
        predict,
        summarise,
        try_channel,
    )
    from lifelong.units import Horizon, Money, Rate
    from lifelong.values import Course, Finding, Fit, Leaderboard, NextOrders, Patterns, Scores, Tenures, Timelines


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module 'lifelong' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return __all__
