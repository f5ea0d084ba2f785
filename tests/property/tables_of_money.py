"""What must sum to what in each value that holds a table of money; whole numbers, so that "sums" means to the minor unit."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lifelong import values
from lifelong.units import minor_digits
from lifelong.values import (
    audit,
    budget,
    business_case,
    cash,
    channels,
    cohorts,
    cut,
    groups,
    imports,
    leads,
    quarantine,
    referrals,
    sales_budget,
    spend_report,
    spend_totals,
    stages,
    tiers,
    trend,
    waterfall,
    winning,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    #: What is compared, the sum of the parts, and the whole.
    Sum = tuple[str, Any, Any]


def _cohorts(made: cohorts.CohortMatrix) -> Iterator[Sum]:
    rows = made.rows()
    whole = {row["age"]: row for row in rows if row["cohort"] == cohorts.ALL}
    for age, row in whole.items():
        parts = [one for one in rows if one["age"] == age and one["cohort"] != cohorts.ALL]
        yield f"age {age}", sum(one["total"] for one in parts), row["total"]
        yield f"among, age {age}", sum(one["among"] for one in parts), row["among"]
    yield "customers", whole[0]["customers"], made.customers


def _tiers(made: tiers.Tiers) -> Iterator[Sum]:
    value = made.table["value"].to_pylist()
    yield "value", sum(t.value for t in made.tiers), round(math.fsum(value) * 10.0**made.digits)
    yield "customers", sum(t.customers for t in made.tiers), len(value)
    yield "by cut", sum(t.by_cut for t in made.tiers), len(value)
    if made.moved:
        yield "moved", [sum(column) for column in zip(*made.moved, strict=True)], [t.customers for t in made.tiers]


def _migration(made: tiers.Migration) -> Iterator[Sum]:
    yield "chances", [round(sum(row), 9) for row in made.chances], [1.0] * len(made.names)
    yield "mix", [round(sum(mix), 9) for mix in (made.mix, made.mix_now)], [1.0, 1.0]


def _groups(made: groups.GroupValues) -> Iterator[Sum]:
    yield "total", sum(g.total for g in made.groups), made.total
    yield "customers", sum(g.customers for g in made.groups), made.customers
    yield "mean", round(made.mean * made.customers * 10**made.digits), made.total


def _shortfall(made: groups.Shortfall) -> Iterator[Sum]:
    yield "parts", sum(part.total for part in made.parts), made.total
    yield "of all", round(made.difference * made.customers * 10**made.digits), made.total


def _stages(made: stages.Stages) -> Iterator[Sum]:
    rows = [v or 0.0 for v in made.table["value"].to_pylist()]
    yield "customers", sum(made.customers), len(rows)
    if made.value:
        digits = minor_digits(made.currency)
        printed = [Decimal(f"{v:.{digits}f}") for v in made.value]
        yield "value", sum(printed), Decimal(f"{math.fsum(rows):.{digits}f}")


def _attribution(made: values.Attribution) -> Iterator[Sum]:
    for rule in made.rules:
        yield rule, sum(row.credit for row in made.rows if row.rule == rule), made.total


def _forecast(made: cash.CashForecast) -> Iterator[Sum]:
    for month in (*made.months, made.total):
        yield f"revenue {month.begins}", month.existing + month.future, month.revenue
    for name in ("existing", "future", "revenue", "margin"):
        yield name, sum(getattr(month, name) for month in made.months), getattr(made.total, name)


def _plan(made: sales_budget.SalesBudget) -> Iterator[Sum]:
    for month in (*made.months, made.total):
        yield f"revenue {month.begins}", month.existing + month.new, month.revenue
        if month.spend is not None:
            yield f"left {month.begins}", month.margin - month.spend, month.left
    for name in ("existing", "new", "revenue", "margin"):
        yield name, sum(getattr(month, name) for month in made.months), getattr(made.total, name)


def _change(made: cash.EquityChange) -> Iterator[Sum]:
    yield "change", made.came + made.gone + made.behaviour + (made.model or 0) + made.future, made.total
    yield "after", made.before + made.total, made.after


def _equity(made: cash.CustomerEquity) -> Iterator[Sum]:
    shown = {n: Decimal(f"{getattr(made, n):.{made.digits}f}") for n in (
        "rlv", "future", "equity", "operating", "non_operating", "debt", "value",
    )}  # fmt: skip
    yield "equity", shown["rlv"] + shown["future"], shown["equity"]
    yield "firm", shown["operating"] + shown["non_operating"] - shown["debt"], shown["value"]
    if made.change:
        yield "now", made.change.after, int(shown["equity"].scaleb(made.digits))
        yield from _change(made.change)


def _trend(made: trend.Trend) -> Iterator[Sum]:
    for before, point in zip(made.points, made.points[1:], strict=False):
        told = point.change
        assert told is not None
        yield point.as_of, told.came + told.gone + told.behaviour + (told.model or 0), told.total
        yield f"{point.as_of}, value", before.value + told.total, point.value


def _waterfall(made: waterfall.Waterfall) -> Iterator[Sum]:
    for name in ("revenue", "contribution", "fixed", "orders"):
        yield name, sum(getattr(row, name) for row in made.channels), getattr(made, name)
    yield "left", sum(row.left for row in made.channels) - (made.advertising or 0), made.left


def _spend(made: spend_totals.SpendTotals) -> Iterator[Sum]:
    yield "cost", sum(part.cost for part in made.parts), made.cost


def _spend_report(made: spend_report.SpendReport) -> Iterator[Sum]:
    yield "rows", sum(made.rows.values()), made.rows_in
    yield "cost", sum(made.cost.values()), made.cost_in
    yield "channels", sum(made.channels.values()), made.cost["kept"]


def _import(made: imports.ImportReport) -> Iterator[Sum]:
    parts = (made.money_kept, made.money_quarantined, made.money_duplicates)
    yield "money", sum(part or 0 for part in parts), made.money_in


def _quarantine(made: quarantine.Quarantine) -> Iterator[Sum]:
    yield "rows", sum(one.rows for one in made.reasons), made.all_rows
    yield "money", sum(one.money or 0 for one in made.reasons), made.money or 0


def _cac(made: winning.Cac) -> Iterator[Sum]:
    yield "parts", sum(made.parts.values()), made.total
    yield "months", sum(row.winning for row in made.months), made.parts["winning"]
    yield "loaded", sum(row.loaded for row in made.months), made.whole.loaded
    yield "all costs", made.parts["winning"] + made.parts["fixed"] + made.overhead, made.whole.loaded
    yield made.by, sum(row.cost + row.shared for row in made.channels), made.whole.loaded


def _channels(made: channels.Channels) -> Iterator[Sum]:
    shared = sum(row.shared for row in made.cac.channels)
    yield "scorecard", sum(row.cost for row in made.rows) + shared, made.cac.whole.loaded
    yield from _cac(made.cac)


def _budget(made: budget.Budget) -> Iterator[Sum]:
    yield "now", sum(move.now for move in made.moves), made.now
    yield "plan", sum(move.plan for move in made.moves), made.total
    if made.purposes:
        yield "purposes", [sum(getattr(p, n) for p in made.purposes) for n in ("now", "plan")], [made.now, made.total]
    assert all(move.low <= move.plan <= move.high for move in made.moves), "dealing leaves the bounds"


def _cut(made: cut.Cut) -> Iterator[Sum]:
    for row in made.quarters:
        yield f"quarter {row.quarter}", row.saved - row.lost, row.net
        yield f"saved by {row.quarter}", 3 * row.quarter * made.saved, row.saved


def _case(made: business_case.BusinessCase) -> Iterator[Sum]:
    printed = [Decimal(line.split()[-1].replace(",", "")) for line in str(made).splitlines()
               if line.startswith(("margin added  ", "costs  ", "left (net"))]  # fmt: skip
    yield "printed", printed[0] - printed[1], printed[2]
    flows = math.fsum(row["added"] - row["cost"] for row in made.months)
    yield "months", round(flows, 4), round(made.months[-1]["left"], 4)


def _referrals(made: referrals.ReferralValues) -> Iterator[Sum]:
    yield "value", made.won + made.saved - made.rewards, made.value
    yield "referrers", sum(made.table["referral_value"].to_pylist()), made.value
    yield "referred", sum(made.table["referred"].to_pylist()), made.referred


def _leads(made: leads.LeadValues) -> Iterator[Sum]:
    yield "leads", sum(s.leads for s in made.sources), made.leads
    yield "converts", sum(s.converts for s in made.sources), made.converts


def _audit(made: audit.Audit) -> Iterator[Sum]:
    yield "verdicts", sum(made.verdicts.values()), made.claims
    for verdict, n in made.verdicts.items():
        yield verdict, sum(told[verdict] for told in made.platforms.values()), n


def _potential(made: groups.Potential) -> Iterator[Sum]:
    yield "why", sum(made.why.values()), len(made.rising)
    rising = next(place for place in made.places if place.name.startswith("low now, high"))
    yield "rising", rising.customers, len(made.rising)


SUMS: dict[type, Callable[[Any], Iterator[Sum]]] = {
    values.Attribution: _attribution, audit.Audit: _audit, budget.Budget: _budget, business_case.BusinessCase: _case,
    cash.CashForecast: _forecast, cash.CustomerEquity: _equity, cash.EquityChange: _change, channels.Channels: _channels,
    cohorts.CohortMatrix: _cohorts, cut.Cut: _cut, groups.GroupValues: _groups, groups.Potential: _potential,
    groups.Shortfall: _shortfall, imports.ImportReport: _import, leads.LeadValues: _leads, quarantine.Quarantine: _quarantine,
    referrals.ReferralValues: _referrals, spend_report.SpendReport: _spend_report, spend_totals.SpendTotals: _spend,
    sales_budget.SalesBudget: _plan, stages.Stages: _stages, tiers.Migration: _migration, tiers.Tiers: _tiers, trend.Trend: _trend,
    waterfall.Waterfall: _waterfall, winning.Cac: _cac,
}  # fmt: skip

#: Values with rows of which none is a part of another, and why.
WITHOUT = {
    "Calculation": "drivers are figures and elasticities",
    "ChannelTest": "rows are powers and chances of one test",
    "Alerts": "weeks, each by itself",
    "Customer": "parts of one customer in major units: tests/unit/project/test_looking_up.py holds that they sum",
    "Drivers": "effects on a mean, each by itself",
    "FormulaValue": "factors that multiply",
    "Limits": "a limit of each channel, by itself",
    "NextOrders": "a chance and a day of each customer",
    "Opportunities": "they overlap, and are never added up",
    "PlanActual": "it needs a plan of an earlier day: tests/unit/project/test_planning.py holds its sums",
    "Scorecard": "figures of other values, each by itself",
    "Scores": "a total has an interval of its own; tiers, groups and the trend deal it out in minor units",
    "SpendHistory": "the input of a plan as it was told",
}
