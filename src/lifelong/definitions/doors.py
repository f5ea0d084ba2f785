"""Which verb shows which number, so that an answer's workbook and the reference say what is meant; each number has at least one."""

from __future__ import annotations

#: The keys of the definitions, by verb. A test walks them: each figure is the same from Python, as JSON and in the workbook.
SHOWN: dict[str, str] = {
    "score": "equity interval orders alive",
    "export": "value median interval historic total alive orders at_risk rhythm silence",
    "report": "one_time best_fifth repeat_rate second tenure repeat_revenue gini",
    "subscriptions": "subscribers",
    "next-orders": "next_order next_order_band overdue within likely again typical_gap",
    "stages": "stage typical_gap",
    "cohorts": "cohort unripe cohort_value cohort_retention cohort_repeat cohort_interval",
    "drivers": "later_spend driver_strength driver_effect driver_found driver_stability",
    "trend": "change came behaviour model gone",
    "posterior": "k_hat r_hat ess",
    "fit": "coefficient",
    "backtest": "bias mae rmse spearman gini_norm decile_error capture coverage80 coverage90 log_score crps metric_interval "
    "difference calibration missed saved baseline",
    "calculator": "typed_value cac net_value ratio payback steady_base equity_added elasticity",
    "business-case": "case_npv case_roi case_payback case_break_even case_customers",
    "formula": "formula_value newcomer_value elasticity",
    "leads": "lead_chance lead_interval lead_value lead_weight lead_capture lead_total lead_reliability own_weight",
    "budget": "spend_elasticity marginal_return marginal_cost plan_gain plan_better spend_limit information_value keep_to_win",
    "cut": "cut_net cut_break_even",
    "try-channel": "test_power stop_loss value_reading",
    "spend": "advertising_spend claimed_conversions",
    "costs": "gross_margin contribution fixed left advertising_spend",
    "tiers": "tier tier_chance tier_changed",
    "migration": "migration migration_drift migration_mix tier_brings tier_worth",
    "groups": "group_value group_interval group_drawn group_chance",
    "potential": "potential potential_why",
    "why": "shortfall shortfall_part",
    "segment": "segment segment_value",
    "customer": "customer_part alive_over_time similar_customers",
    "referrals": "referral_value referral_interval referral_kinds",
    "channels": "acquisition_credit cac_blended cac_paid cac_loaded cac_all_spend cac_incremental cac_marginal cpa_action value_at_age new_value "
    "ratio_fieller payback_seen series_change sustainability",
    "campaigns": "cac_paid conversion_rate value_at_age new_value ratio_fieller payback_seen campaign_roi campaign_status",
    "limits": "spend_limit_cac",
    "audit": "claim_verdicts",
    "attribution": "touches credit credit_share credit_interval",
    "alerts": "control_limits one_time_weekly",
    "opportunities": "opportunity_money opportunity_confidence opportunity_effort",
    "sales-budget": "budget_spend budget_left",
    "plan-actual": "plan_difference plan_part",
    "scorecard": "active_base scorecard_change",
    "forecast": "month_revenue month_interval month_margin lever_swing",
    "equity": "rlv clv_new future_equity customer_equity equity_change value_elasticity",
    "valuation": "customer_equity firm_value",
}  # fmt: skip


def shown_by(verb: str) -> tuple[str, ...]:
    """The keys of the definitions of what a verb shows; none for a verb that shows no number of its own.

    >>> shown_by("cut")
    ('cut_net', 'cut_break_even')
    """
    return tuple(SHOWN.get(verb, "").split())
