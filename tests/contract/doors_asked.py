"""What is asked at the four doors: each question from Python and in words, and where the figure of each definition stands in the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import lifelong as ll
from lifelong.project import leads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Ask(NamedTuple):
    """A question: as a call, and as words of the command line, where ``@`` is the folder of the files."""

    call: Callable[[Path], Any]
    words: tuple[str, ...]


def _of(verb: str, *args: str, **asked: Any) -> Callable[[Path], Any]:
    """A call of the shop's project; a file's name is given with ``@``."""

    def _call(place: Path) -> Any:
        told = [place / arg[1:] if arg.startswith("@") else arg for arg in args]
        return getattr(ll.Project(place / "shop", create=False), verb)(*told, **asked)

    return _call


def _words(line: str) -> tuple[str, ...]:
    """Words of the command line; ``~`` is a blank within one."""
    verb, *rest = line.split()
    return (verb, *(word.replace("~", " ") for word in rest), "--project", "@shop")


def _alone(verb: str, *files: str, **asked: Any) -> Callable[[Path], Any]:
    return lambda place: getattr(ll, verb)(*(place / name for name in files), **asked)


CHANNELS: dict[str, Any] = {
    "since": "2025-07", "cash": "20000", "burn": "1000", "overhead": "10", "incremental": {"paid search": "50%"},
}  # fmt: skip
ASKED = {
    "score": Ask(_of("score"), _words("score")),
    "next-orders": Ask(_of("next_orders"), _words("next-orders")),
    "stages": Ask(_of("stages"), _words("stages")),
    "cohorts": Ask(_of("cohorts", by="quarter", measure="margin"), _words("cohorts --by quarter --measure margin")),
    "cohorts:retention": Ask(_of("cohorts", by="quarter"), _words("cohorts --by quarter")),
    "cohorts:repeat": Ask(_of("cohorts", measure="repeat"), _words("cohorts --measure repeat")),
    "drivers": Ask(_of("drivers"), _words("drivers")),
    "trend": Ask(_of("trend"), _words("trend")),
    "posterior": Ask(_of("posterior", "mbg_nbd", draws=40), _words("posterior --model mbg_nbd --draws 40")),
    "posterior:chains": Ask(
        _of("posterior", "mbg_nbd", draws=40, how="nuts"), _words("posterior --model mbg_nbd --draws 40 --how nuts")
    ),
    "backtest": Ask(_of("backtest", models=["mbg_nbd"]), _words("backtest --model mbg_nbd")),
    "formula": Ask(_of("formula", cac="20"), _words("formula --cac 20")),
    "spend": Ask(_of("spend"), _words("spend")),
    "costs": Ask(_of("costs"), _words("costs")),
    "tiers": Ask(_of("tiers"), _words("tiers")),
    "migration": Ask(_of("migration"), _words("migration")),
    "groups": Ask(_of("groups", "channel"), _words("groups --by channel")),
    "potential": Ask(_of("potential"), _words("potential")),
    "segment": Ask(_of("segment", "best 10%"), _words("segment best~10%")),
    "customer": Ask(_of("customer", "C000005"), _words("customer C000005")),
    "why": Ask(_of("why", "channel=paid social"), _words("why --group channel=paid~social")),
    "referrals": Ask(
        _of("referrals", "@referrals.csv", cac="40", reward="10"),
        _words("referrals @referrals.csv --cac 40 --reward 10"),
    ),
    "channels": Ask(
        _of("channels", **CHANNELS),
        _words("channels --since 2025-07 --cash 20000 --burn 1000 --overhead 10 --incremental paid~search=50%"),
    ),
    "campaigns": Ask(_of("campaigns"), _words("campaigns")),
    "limits": Ask(_of("limits", payback="6", cash="5000"), _words("limits --payback 6 --cash 5000")),
    "audit": Ask(_of("audit", "@claims.csv", cost="400"), _words("audit @claims.csv --cost 400")),
    "attribution": Ask(_of("attribution"), _words("attribution")),
    "forecast": Ask(
        _of("forecast", months=3, new_customers="10"), _words("forecast --months 3 --new-customers 10")
    ),
    "opportunities": Ask(_of("opportunities"), _words("opportunities")),
    "sales-budget": Ask(_of("sales_budget", cac="15", months=3), _words("sales-budget --cac 15 --months 3")),
    "scorecard": Ask(_of("scorecard", cac="15"), _words("scorecard --cac 15")),
    "equity": Ask(_of("equity", cac="15", months=12), _words("equity --cac 15 --months 12")),
    "valuation": Ask(
        lambda place: ll.Project(place / "firm", create=False).valuation(cac="15", fixed_costs="2000", months=12),
        ("valuation", "--cac", "15", "--fixed-costs", "2000", "--months", "12", "--project", "@firm"),
    ),
    "subscriptions": Ask(
        lambda place: ll.Project(place / "subs").subscriptions(place / "subs.csv", margin="60%"),
        ("subscriptions", "@subs.csv", "--project", "@subs", "--margin", "60%"),
    ),
    "leads": Ask(
        lambda place: leads(place / "leads.csv", within="30d"), ("leads", "@leads.csv", "--within", "30d"),
    ),
    "budget": Ask(_alone("budget", "history.csv", currency="EUR"), ("budget", "@history.csv", "--currency", "EUR")),
    "cut": Ask(
        _alone("cut", "history.csv", cuts={"search": "50%"}, lifetime="20m"),
        ("cut", "@history.csv", "--cut", "search=50%", "--lifetime", "20m"),
    ),
    "try-channel": Ask(
        _alone("try_channel", value="120", hoped_cac="60", monthly="2000"),
        ("try-channel", "--value", "120", "--hoped-cac", "60", "--monthly", "2000"),
    ),
    "calculator": Ask(
        _alone("calculate", churn="5%", invoice="50", new_customers="10", spend="800", margin="40%"),
        ("calculator", "--churn", "5%", "--invoice", "50", "--new-customers", "10", "--spend", "800", "--margin", "40%"),
    ),
    "business-case": Ask(
        _alone("business_case", customers="1000", invoice="50", margin="40%", churn="5%", to_churn="4%", upfront="5000"),
        ("business-case", "--customers", "1000", "--invoice", "50", "--margin", "40%", "--churn", "5%", "--to-churn", "4%",
         "--upfront", "5000"),
    ),
    "fit": Ask(
        lambda place: ll.Project(place / "other", create=False).fit("pareto_nbd", covariates=["channel"]),
        ("fit", "--model", "pareto_nbd", "--covariates", "channel", "--project", "@other"),
    ),
}  # fmt: skip

#: By question and definition, the way to the figure in the answer.
FIGURES = {
    "score": {"equity": "totals/value", "interval": "totals/low80", "orders": "totals/orders", "alive": "totals/alive"},
    "next-orders": {
        "next_order": "rows/0/date", "next_order_band": "rows/0/low80", "overdue": "rows/0/overdue",
        "within": "rows/0/within", "likely": "likely", "again": "again", "typical_gap": "rhythm/typical_gap",
    },
    "stages": {"stage": "stages/active/customers", "typical_gap": "typical_gap"},
    "cohorts": {
        "cohort": "rows/1/customers", "unripe": "rows/1/complete", "cohort_value": "rows/1/value",
        "cohort_interval": "rows/1/low80",
    },
    "cohorts:retention": {"cohort_retention": "rows/1/value"},
    "cohorts:repeat": {"cohort_repeat": "rows/1/value"},
    "drivers": {
        "later_spend": "mean", "driver_strength": "drivers/0/strength", "driver_effect": "drivers/0/levels/0/effect",
        "driver_found": "drivers/0/found", "driver_stability": "drivers/0/rank_high",
    },
    "trend": {
        "change": "points/1/change/total", "came": "points/1/change/came", "behaviour": "points/1/change/behaviour",
        "model": "points/1/change/model", "gone": "points/1/change/gone",
    },
    "posterior": {"k_hat": "diagnostics/k_hat", "ess": "diagnostics/ess"},
    "posterior:chains": {"r_hat": "diagnostics/r_hat"},
    "fit": {"coefficient": "params/4/estimate"},
    "backtest": {
        **{key: f"rows/0/{key}" for key in (
            "bias", "mae", "rmse", "spearman", "gini_norm", "decile_error", "capture", "coverage80", "coverage90",
            "log_score", "crps",
        )},
        "metric_interval": "intervals/0/low", "difference": "intervals/11/difference", "calibration": "calibration/0/forecast",
        "missed": "costs/0/missed", "saved": "costs/0/saved", "baseline": "rows/1/mae",
    },
    "calculator": {
        "typed_value": "value", "cac": "cac", "net_value": "net_value", "ratio": "ratio", "payback": "payback_months",
        "steady_base": "base", "equity_added": "equity_added", "elasticity": "drivers/0/elasticity",
    },
    "business-case": {
        "case_npv": "npv", "case_roi": "roi", "case_payback": "payback_months", "case_break_even": "break_even",
        "case_customers": "customers_added",
    },
    "formula": {"formula_value": "value", "newcomer_value": "model_value", "elasticity": "drivers/0/elasticity"},
    "leads": {
        "lead_chance": "rows/0/chance", "lead_interval": "rows/0/low80", "lead_value": "rows/0/value",
        "lead_weight": "weight", "lead_capture": "trial/by_value", "lead_total": "trial/total",
        "lead_reliability": "trial/reliability/0/1", "own_weight": "sources/0/own_weight",
    },
    "budget": {
        "spend_elasticity": "moves/0/elasticity/mean", "marginal_return": "moves/0/marginal/mean",
        "marginal_cost": "moves/0/marginal_cost", "plan_gain": "gain/mean", "plan_better": "better",
        "spend_limit": "moves/0/limit", "information_value": "moves/0/information", "keep_to_win": "keep_to_win",
    },
    "cut": {"cut_net": "quarters/0/net", "cut_break_even": "break_even"},
    "try-channel": {"test_power": "power", "stop_loss": "stops/0/spend", "value_reading": "reading"},
    "spend": {"advertising_spend": "cost", "claimed_conversions": "parts/paid social/conversions"},
    "costs": {
        "gross_margin": "gross_margin", "contribution": "contribution", "fixed": "fixed", "left": "left",
        "advertising_spend": "advertising",
    },
    "tiers": {"tier": "tiers/1/customers", "tier_chance": "tiers/1/sure", "tier_changed": "changed"},
    "migration": {
        "migration": "chances/0/1", "migration_drift": "drift", "migration_mix": "mix/0", "tier_brings": "brings/0",
        "tier_worth": "worth/0",
    },
    "groups": {
        "group_value": "groups/0/total", "group_interval": "groups/0/low80", "group_drawn": "groups/0/drawn",
        "group_chance": "groups/0/chance",
    },
    "potential": {"potential": "places/0/customers", "potential_why": "rising/0/lift"},
    "segment": {"segment": "customers", "segment_value": "value"},
    "customer": {
        "customer_part": "parts/1/part", "alive_over_time": "alive_over_time/3/alive", "similar_customers": "similar/customers",
    },
    "why": {"shortfall": "difference", "shortfall_part": "parts/1/each"},
    "referrals": {"referral_value": "value", "referral_interval": "low80", "referral_kinds": "kinds/champions"},
    "channels": {
        "cac_blended": "cac/whole/blended", "cac_paid": "cac/whole/paid_cac", "cac_loaded": "cac/whole/fully",
        "cac_all_spend": "cac/whole/all_spend", "cac_incremental": "cac/channels/paid search/incremental",
        "cac_marginal": "cac/channels/paid search/marginal", "cpa_action": "cac/channels/paid search/cpa",
        "value_at_age": "rows/paid search/at_age/mean", "new_value": "rows/paid search/new_value/mean",
        "ratio_fieller": "rows/paid search/ratio/mean", "payback_seen": "rows/paid search/payback",
        "series_change": "breaks/0/change", "sustainability": "verdict/word",
    },
    "campaigns": {
        "cac_paid": "rows/search spring/cac", "conversion_rate": "rows/search spring/conversion",
        "value_at_age": "rows/search spring/at_age/mean", "new_value": "rows/search spring/new_value/low80",
        "ratio_fieller": "rows/search spring/ratio/high80", "payback_seen": "rows/search spring/payback",
        "campaign_roi": "rows/search spring/roi", "campaign_status": "rows/search spring/status",
    },
    "limits": {"spend_limit_cac": "rows/paid search/limit"},
    "audit": {"claim_verdicts": "verdicts/new customer"},
    "attribution": {
        "touches": "touches/email", "credit": "rows/0/credit", "credit_share": "rows/0/share",
        "credit_interval": "rows/0/low80",
    },
    "forecast": {
        "month_revenue": "months/0/revenue", "month_interval": "months/0/low80", "month_margin": "months/0/margin",
        "lever_swing": "swings/0/low",
    },
    "equity": {
        "rlv": "rlv", "clv_new": "clv", "future_equity": "future", "customer_equity": "equity",
        "equity_change": "change/total", "value_elasticity": "elasticities/margin",
    },
    "opportunities": {
        "opportunity_money": "rows/0/money", "opportunity_confidence": "rows/0/confidence",
        "opportunity_effort": "rows/0/effort",
    },
    "sales-budget": {"budget_spend": "total/spend", "budget_left": "total/left"},
    "scorecard": {"active_base": "entries/active/value"},
    "valuation": {"customer_equity": "equity", "firm_value": "value"},
    "subscriptions": {"subscribers": "states/here"},
}  # fmt: skip
#: Of the rows of scores: the column of each definition. They go to a file; JSON has no rows of customers, who may be a million.
COLUMNS = {
    "value": "value", "median": "median", "interval": "low80", "historic": "historic", "total": "total", "alive": "alive",
    "orders": "orders", "at_risk": "at_risk", "rhythm": "rhythm_days", "silence": "silent_days",
}  # fmt: skip
#: Numbers that this small shop cannot show, and where their figures are held instead.
NOT_HERE = {
    "control_limits": "a year of full weeks: tests/unit/decide/test_control.py",
    "one_time_weekly": "a year of full weeks: tests/unit/decide/test_control.py",
    "plan_difference": "a plan of an earlier day: tests/unit/project/test_planning.py",
    "plan_part": "a plan of an earlier day: tests/unit/project/test_planning.py",
    "scorecard_change": "a scorecard of an earlier day: tests/unit/project/test_carding.py",
    "acquisition_credit": "shared customers: tests/unit/project/test_naming.py",
}
#: Verbs of whose numbers the report shows none, and why. It answers what customers are worth and whether to believe that.
NOT_IN_REPORT = {
    "next-orders": "a date a customer: a list to work with, in a file",
    "stages": "customers to write to: a list to work with, in a file",
    "drivers": "asked for when somebody looks for reasons",
    "trend": "needs several runs; the report is of one",
    "posterior": "of the fit: the model card speaks of it",
    "fit": "of the fit: the report lists parameters, not what they mean",
    "calculator": "typed numbers and no data; it has its own page and workbook",
    "business-case": "typed numbers and no data; it has its own workbook",
    "formula": "the textbook's value beside the model's, for who wants to compare",
    "leads": "people who are no customers yet, in a file of their own",
    "budget": "a plan, by a file of its own",
    "cut": "a plan, by a file of its own",
    "try-channel": "a plan, by typed numbers",
    "spend": "money that goes out; the workbook has it",
    "costs": "money that goes out; the workbook has it",
    "tiers": "customers to work with: in a file",
    "migration": "needs several runs; the report is of one",
    "groups": "asked for by one attribute at a time",
    "potential": "customers to work with: in a file",
    "why": "asked for by one group at a time",
    "alerts": "of the last week, to be acted on at once; the report is of months",
    "opportunities": "a list to work with; its page is Today",
    "sales-budget": "a plan, in a workbook of its own",
    "plan-actual": "a plan, in a workbook of its own",
    "scorecard": "it is one page of its own",
    "segment": "customers to work with: in a file",
    "customer": "asked for by one customer at a time",
    "referrals": "by a file of its own",
    "channels": "cost of winning, by lags and purposes that the report does not ask for; the workbook has it",
    "campaigns": "as for channels",
    "limits": "as for channels",
    "audit": "by a file of its own",
    "attribution": "by a rule that must be chosen; the workbook has it",
    "forecast": "by a plan of new customers; it has its own workbook",
    "equity": "by a plan of new customers; the workbook has it",
    "valuation": "by what is told of the firm; the workbook has it",
    "subscriptions": "a project of subscribers alone has a report of its own, which says how many they are",
}
