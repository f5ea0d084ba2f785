"""What flows between the rooms: findings, summaries, patterns, fits, scores, leaderboards. All frozen.

The border between words and letters. Everywhere else names are whole words; here, and in ``models/``, the papers'
letters hold, and this is their dictionary:

=======  ==================================================================================================
letter   meaning
=======  ==================================================================================================
x        repeat order days: days with at least one order, less the first one
t_x      days from a customer's first order day to the last one (0 where x = 0)
T        days from a customer's first order day to the last day that the data cover
n        renewals survived by a subscriber (contractual models), in periods of the contract
theta    a model's parameters, in the order of ``Model.params``, with time in weeks
=======  ==================================================================================================
"""

from lifelong.values.attribution import Attribution
from lifelong.values.audit import Audit
from lifelong.values.blend import Blend
from lifelong.values.budget import Budget
from lifelong.values.business_case import BusinessCase
from lifelong.values.calculation import Calculation
from lifelong.values.cash import CashForecast, CustomerEquity
from lifelong.values.channel_test import ChannelTest
from lifelong.values.channels import Channels
from lifelong.values.cohorts import CohortMatrix
from lifelong.values.cut import Cut
from lifelong.values.dates import NextOrders
from lifelong.values.drivers import Drivers
from lifelong.values.findings import Finding, to_json
from lifelong.values.fit import Estimate, Fit, Origin
from lifelong.values.formula import FormulaValue
from lifelong.values.groups import GroupValues, Potential, Shortfall
from lifelong.values.histories import Patterns, Spend, Waits
from lifelong.values.imports import ImportReport
from lifelong.values.leaderboard import Leaderboard
from lifelong.values.leads import LeadValues
from lifelong.values.limits import Limits
from lifelong.values.opportunities import Opportunities
from lifelong.values.pooled import Pooled
from lifelong.values.posterior import Posterior
from lifelong.values.referrals import ReferralValues
from lifelong.values.sales_budget import PlanActual, SalesBudget
from lifelong.values.scorecard import Scorecard
from lifelong.values.scores import Scores, Totals
from lifelong.values.spacings import Spacings
from lifelong.values.spend_report import SpendReport
from lifelong.values.spend_totals import SpendTotals
from lifelong.values.spending import SpendHistory
from lifelong.values.stages import Stages
from lifelong.values.tenures import Tenures
from lifelong.values.tiers import Migration, Tiers
from lifelong.values.timelines import Course, Timelines
from lifelong.values.trend import Trend
from lifelong.values.waterfall import Waterfall
from lifelong.values.winning import Cac

__all__ = [
    "Attribution",
    "Audit",
    "Blend",
    "Budget",
    "BusinessCase",
    "Cac",
    "Calculation",
    "CashForecast",
    "ChannelTest",
    "Channels",
    "CohortMatrix",
    "Course",
    "CustomerEquity",
    "Cut",
    "Drivers",
    "Estimate",
    "Finding",
    "Fit",
    "FormulaValue",
    "GroupValues",
    "ImportReport",
    "LeadValues",
    "Leaderboard",
    "Limits",
    "Migration",
    "NextOrders",
    "Opportunities",
    "Origin",
    "Patterns",
    "PlanActual",
    "Pooled",
    "Posterior",
    "Potential",
    "ReferralValues",
    "SalesBudget",
    "Scorecard",
    "Scores",
    "Shortfall",
    "Spacings",
    "Spend",
    "SpendHistory",
    "SpendReport",
    "SpendTotals",
    "Stages",
    "Tenures",
    "Tiers",
    "Timelines",
    "Totals",
    "Trend",
    "Waits",
    "Waterfall",
    "to_json",
]
