"""The canonical tables as data: column, type, unit, meaning, personal or not, needed or not.

This is the contract between what a firm sends and everything behind it. Names of columns come only from here.
"""

from __future__ import annotations

from dataclasses import dataclass

#: What stands for a channel, or anything else of a customer, that nobody knows; the one word for it.
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canonical table.

    Attributes:
        name: the one spelling of it.
        kind: ``text``, ``int32``, ``int64`` or ``float64``.
        unit: what one of it is (``minor units`` is the currency's smallest coin).
        meaning: a sentence for people.
        is_personal: it tells who somebody is.
        is_required: without it there is no order.
    """

    name: str
    kind: str
    unit: str
    meaning: str
    is_personal: bool = False
    is_required: bool = False


# What a firm's file may say, under our names. `--column canonical=theirs` speaks of these.
SOURCE = (
    Column("order_id", "text", "", "The order's or invoice's number."),
    Column("customer_id", "text", "", "Who ordered: a number, a name or an e-mail.", True, True),
    Column("email", "text", "", "The customer's e-mail; joins a guest to an account.", True),
    Column("phone", "text", "", "The customer's telephone number.", True),
    Column("ordered_at", "text", "date or time", "When the order was placed.", is_required=True),
    Column("revenue", "text", "money", "What the row brought in, less discounts."),
    Column("refund", "text", "money", "What was paid back on this row, as a positive amount."),
    Column("cost", "text", "money", "What the row's goods cost the firm."),
    Column("quantity", "text", "pieces", "How many pieces; negative on a return."),
    Column("unit_price", "text", "money", "The price of one piece."),
    Column("currency", "text", "", "The row's currency code, as in ISO 4217."),
    Column("product", "text", "", "The product's number or name."),
    Column("channel", "text", "", "Where the order or the customer came from."),
    Column("status", "text", "", "The order's state in the shop: paid, cancelled, test ..."),
)

# One row an order, exact: the truth that every number is computed from.
ORDERS = (
    Column("order_id", "text", "", "The order's number; made from customer and time where the file has none."),
    Column("customer_id", "text", "", "The customer, after guest and account are merged.", True, True),
    Column("day", "int32", "days since 1970-01-01", "The order's day in the project's time zone.", is_required=True),
    Column("revenue", "int64", "minor units", "What the order brought in, refunds taken off."),
    Column("refund", "int64", "minor units", "What was paid back, already taken off the revenue."),
    Column("cost", "int64", "minor units", "What the goods cost; empty where the file does not say."),
    Column("lines", "int32", "rows", "How many rows of the source make up the order."),
    Column(
        "is_order", "int32", "0 or 1", "0 where all of it was paid back or cancelled: money counts, the visit does not."
    ),
    Column("product", "text", "", "The product of the order's dearest line."),
    Column("channel", "text", "", "Where it came from."),
)

# One row a customer, as the papers want it.
SUMMARY = (
    Column("customer_id", "text", "", "The customer.", True, True),
    Column("x", "int32", "order days", "Repeat order days: days with an order, less the first."),
    Column("t_x", "int32", "days", "From the first order day to the last."),
    Column("T", "int32", "days", "From the first order day to the last day seen."),
    Column("first_day", "int32", "days since 1970-01-01", "The first order day."),
    Column("orders", "int32", "orders", "All orders, those of one day counted each."),
    Column("revenue", "int64", "minor units", "All revenue, refunds taken off."),
    Column("cost", "int64", "minor units", "All cost; empty where not known."),
    Column("spend_x", "int32", "order days", "Repeat order days with revenue above zero: what the spend model counts."),
    Column("spend", "int64", "minor units", "Revenue of those days."),
)

# A row a distinct history: what the models see of the summary.
PATTERNS = (
    Column("x", "int32", "order days", "Repeat order days."),
    Column("t_x", "int32", "days", "First order day to last."),
    Column("T", "int32", "days", "First order day to the last day seen."),
    Column("count", "int64", "customers", "How many customers have this history."),
)

# A row a customer and length: what the next order date is learned from.
GAPS = (
    Column("customer_id", "text", "", "The customer.", True, True),
    Column("gap", "int32", "days", "From an order day to the next one."),
    Column("count", "int64", "gaps", "How often the customer waited that long."),
)

# What a firm's table of subscriptions may say, under our names: one row a subscription, or a stretch of one.
SUBSCRIPTION_SOURCE = (
    Column("customer_id", "text", "", "Who subscribes: a number, a name or an e-mail.", True, True),
    Column("started_at", "text", "date or time", "When the subscription began.", is_required=True),
    Column("ended_at", "text", "date or time", "When it ended; empty while it runs."),
    Column("cancelled_at", "text", "date or time", "When the customer gave notice; it still runs to the period's end."),
    Column("period_ends_at", "text", "date or time", "The end of the period that is paid for."),
    Column("ends_with_period", "text", "yes or no", "Whether it ends with that period."),
    Column("trial_ended_at", "text", "date or time", "When a free trial ends; payments begin then."),
    Column("paused_at", "text", "date or time", "When a pause began; the clock then stands."),
    Column("resumed_at", "text", "date or time", "When the pause was over; empty while it lasts."),
    Column("plan", "text", "", "The plan's name."),
    Column("price", "text", "money", "What one period costs.", is_required=True),
    Column("period", "text", "", "What the price pays for: week, fortnight, month, quarter, half-year or year."),
    Column("currency", "text", "", "The row's currency code, as in ISO 4217."),
    Column("subscription_id", "text", "", "The subscription's number, by which a later file tells it again."),
    Column("status", "text", "", "Its state where it is billed: active, trialing, past_due, cancelled ..."),
)

# One row of that table, exact.
SUBSCRIPTIONS = (
    Column("row", "int64", "rows", "The row's place in the file, from 1."),
    Column("customer_id", "text", "", "The customer.", True, True),
    Column("subscription_id", "text", "", "The subscription's number, where the file has one."),
    Column("start", "int32", "days since 1970-01-01", "The first day, after a trial.", is_required=True),
    Column("end", "int32", "days since 1970-01-01", "The day on which it ended or will; empty while it runs."),
    Column("pause", "int32", "days since 1970-01-01", "The first day of a pause."),
    Column("resume", "int32", "days since 1970-01-01", "The first day after the pause; empty while it lasts."),
    Column("plan", "text", "", "The plan's name."),
    Column("price", "int64", "minor units", "What one period costs."),
    Column("period", "text", "", "What the price pays for."),
    Column(
        "status",
        "text",
        "",
        "active, trialing, past_due, unpaid, paused, ending, ended, incomplete or future; empty where not told.",
    ),
    Column("note", "text", "", "What does not fit together in the row; empty where all does."),
    Column("reason", "text", "", "Why the row is set aside; empty where it is kept."),
)

# What a report of advertising spend may say, under our names.
SPEND_SOURCE = (
    Column("date", "text", "date", "The day of the spend."),
    Column("starts", "text", "date", "The first day that the row tells of."),
    Column("ends", "text", "date", "The last day that the row tells of."),
    Column("month", "text", "date", "The month that the row tells of, such as 2025-01."),
    Column("channel", "text", "", "Where the money went: paid search, paid social, television ..."),
    Column("source", "text", "", "utm_source of its clicks."),
    Column("medium", "text", "", "utm_medium of its clicks."),
    Column("campaign", "text", "", "The campaign's name."),
    Column("campaign_id", "text", "", "The campaign's number at the platform."),
    Column("ad", "text", "", "The name of the ad or of its group, where no campaign is named."),
    Column("campaign_type", "text", "", "Search, display, video ...: the kind of a Google campaign."),
    Column("purpose", "text", "", "acquisition, retention, brand or fixed."),
    Column("cost", "text", "money", "What it cost.", is_required=True),
    Column("currency", "text", "", "The row's currency code, as in ISO 4217."),
    Column("impressions", "text", "", "How often ads were shown."),
    Column("clicks", "text", "", "Clicks, those that led to the site where both are told."),
    Column("conversions", "text", "", "Conversions that the platform claims."),
    Column("conversion_value", "text", "money", "What it says these brought in."),
    Column("results", "text", "", "Meta's results: conversions where their indicator says so."),
    Column("indicator", "text", "", "What Meta's results are."),
    Column("label", "text", "", "The row's first cell, by which totals are known."),
)

# One row a day, channel and campaign: what was spent.
SPEND = (
    Column("day", "int32", "days since 1970-01-01", "The day.", is_required=True),
    Column("channel", "text", "", "Where the money went; unknown where nothing says it."),
    Column("source", "text", "", "utm_source of its clicks; empty where not known."),
    Column("medium", "text", "", "utm_medium of its clicks; empty where not known."),
    Column("campaign", "text", "", "The campaign; empty where none is named."),
    Column("purpose", "text", "", "acquisition, retention, brand or fixed."),
    Column("cost", "int64", "minor units", "What was spent, in the project's currency.", is_required=True),
    Column("impressions", "int64", "", "How often ads were shown; empty where not told."),
    Column("clicks", "int64", "", "Clicks; empty where not told."),
    Column("conversions", "float64", "", "Conversions that the platform claims; empty where not told."),
    Column("conversion_value", "int64", "minor units", "What it says these brought in; empty where not told."),
    Column("origin", "text", "", "google_ads, meta_ads, tiktok_ads, ga4 or file."),
)

# What a firm's table of touches may say, under our names: one row a visit, click or opened message.
TOUCH_SOURCE = (
    Column("customer_id", "text", "", "Who was touched: a number, a name or an e-mail.", True),
    Column("email", "text", "", "The person's e-mail, where no number is known.", True),
    Column("touched_at", "text", "date or time", "When.", is_required=True),
    Column("channel", "text", "", "The channel, where the firm names it itself."),
    Column("source", "text", "", "utm_source: the site or sender."),
    Column("medium", "text", "", "utm_medium: the kind of link; it decides the channel."),
    Column("campaign", "text", "", "utm_campaign."),
    Column("referrer", "text", "", "The page that the person came from."),
    Column("landing_page", "text", "", "The page that was opened, with what stands behind its question mark."),
    Column("gclid", "text", "", "Google's number of a click on an ad."),
    Column("fbclid", "text", "", "Meta's."),
    Column("msclkid", "text", "", "Microsoft's."),
    Column("ttclid", "text", "", "TikTok's."),
    Column("kind", "text", "", "visit, click, open, view ..."),
)

# One row a touch.
TOUCHES = (
    Column("customer_id", "text", "", "The person: a customer's number, else an e-mail.", True, True),
    Column("day", "int32", "days since 1970-01-01", "The day in the project's time zone.", is_required=True),
    Column("second", "int32", "seconds", "Of that day."),
    Column("channel", "text", "", "By the rules for utm tags; unknown where nothing says it."),
    Column("source", "text", "", "utm_source in small letters, under its common name; empty where not known."),
    Column("medium", "text", "", "utm_medium likewise."),
    Column("campaign", "text", "", "The campaign as sent; empty where none is named."),
    Column("kind", "text", "", "visit, click, open, view ...; visit where nothing says it."),
)

# One row a tenure: a time without a break in which a customer subscribed.
TENURES = (
    Column("customer_id", "text", "", "The customer.", True, True),
    Column("start", "int32", "days since 1970-01-01", "The first day."),
    Column("renewals", "int32", "renewals", "How often it was renewed: periods paid for, less the first."),
    Column("state", "text", "", "here, paused, leaving (the end is known and to come) or lost."),
    Column("plan", "text", "", "The last plan."),
    Column("price", "int64", "minor units", "What a period costs, by the last plan."),
    Column("period", "text", "", "The last plan's period, in which renewals are counted."),
    Column("changes", "int32", "changes", "How often the plan changed."),
    Column("paid", "int64", "minor units", "What was paid in all, each plan at its own price."),
)

SCORES = (
    Column("customer_id", "text", "", "The customer.", True, True),
    Column("alive", "float64", "probability", "Chance that the customer is still a customer."),
    Column("orders", "float64", "orders", "Expected order days within the horizon."),
    Column("value", "float64", "money", "Expected value within the horizon: the mean."),
    Column("median", "float64", "money", "Half of such customers will be worth less."),
    Column("low80", "float64", "money", "One in ten will be worth less."),
    Column("high80", "float64", "money", "One in ten will be worth more."),
    Column("low90", "float64", "money", "One in twenty will be worth less."),
    Column("high90", "float64", "money", "One in twenty will be worth more."),
    Column("historic", "float64", "money", "Value so far, by the same definition, not discounted."),
    Column("total", "float64", "money", "Historic plus predicted."),
    Column("silent_days", "int32", "days", "Days since the last order."),
    Column("rhythm_days", "float64", "days", "Mean days between own order days; empty below two order days."),
    Column("at_risk", "float64", "money", "(1 - alive) x what the customer would be worth if still one."),
)

# One row a customer as of an origin: what there is to learn from. All of it float64 but the customer.
FEATURES = (
    Column("customer_id", "text", "", "The customer.", True, True),
    Column("x", "float64", "order days", "Repeat order days."),
    Column("t_x", "float64", "days", "First order day to last."),
    Column("T", "float64", "days", "First order day to the origin: tenure."),
    Column("silence", "float64", "days", "Last order day to the origin."),
    Column("first_month", "float64", "1 to 12", "Calendar month of the first order."),
    Column("orders", "float64", "orders", "All orders, those of one day counted each."),
    Column(
        "revenue",
        "float64",
        "minor units",
        "All revenue, refunds taken off; unknown counts as nothing, a day beyond 2^40 as that.",
    ),
    Column("orders_1", "float64", "order days", "Order days in the last quarter of a horizon."),
    Column("orders_2", "float64", "order days", "Order days in the last half horizon."),
    Column("orders_3", "float64", "order days", "Order days in the last horizon."),
    Column("orders_4", "float64", "order days", "Order days in the last two horizons."),
    Column("revenue_1", "float64", "minor units", "Revenue in the last quarter of a horizon."),
    Column("revenue_2", "float64", "minor units", "Revenue in the last half horizon."),
    Column("revenue_3", "float64", "minor units", "Revenue in the last horizon."),
    Column("revenue_4", "float64", "minor units", "Revenue in the last two horizons."),
    Column("gap_mean", "float64", "days", "Mean days between order days; empty below two order days."),
    Column("gap_sd", "float64", "days", "Their standard deviation; empty below three order days."),
    Column("gap_last", "float64", "days", "Days between the last two order days."),
    Column("spend_mean", "float64", "minor units", "Mean revenue of order days with revenue above zero."),
    Column("spend_sd", "float64", "minor units", "Its standard deviation; empty below two such days."),
    Column("spend_last", "float64", "minor units", "Revenue of the last order day, at most 2^36 minor units."),
    Column("spend_max", "float64", "minor units", "The largest revenue of an order day."),
    Column("products", "float64", "products", "Different products bought; 0 where the data name none."),
)

# One row a customer: when the next order comes. Nulls where no date is named.
NEXT_ORDERS = (
    Column("customer_id", "text", "", "The customer.", True, True),
    Column("alive", "float64", "probability", "Chance that the customer is still a customer."),
    Column("overdue", "float64", "probability", "Chance that the customer, if still one, would have ordered by now."),
    Column("within", "float64", "probability", "Chance of an order within the horizon."),
    Column("likely", "int32", "0 or 1", "1 where that chance is at least a half; only then is a date named."),
    Column("date", "int32", "days since 1970-01-01", "Half of such customers will have ordered again by then."),
    Column("low80", "int32", "days since 1970-01-01", "One in ten will order sooner."),
    Column("high80", "int32", "days since 1970-01-01", "One in ten will order later."),
    Column("low90", "int32", "days since 1970-01-01", "One in twenty will order sooner."),
    Column("high90", "int32", "days since 1970-01-01", "One in twenty will order later."),
)

# A row a customer: the stage of life, by the own rhythm.
STAGES = (
    Column("customer_id", "text", "", "The customer.", True, True),
    Column("stage", "text", "", "new, active, reactivated, cooling or lapsed."),
    Column("before", "text", "", "The stage on the day compared with; empty without one, or if not yet a customer."),
    Column("overdue", "float64", "probability", "Chance that the customer, if still one, would have ordered by now."),
    Column("silent_days", "int32", "days", "Days since the last order."),
    Column("value", "float64", "money", "As in the scores of that day; empty where there are none."),
)

# A row a lead: the chance that it converts and what it is worth.
LEADS = (
    Column("lead_id", "text", "", "The lead.", True, True),
    Column("rank", "int32", "", "Place among open leads, the highest value first; empty for the others."),
    Column("state", "text", "", "open, converted, or expired where the time in which converting counts is over."),
    Column("chance", "float64", "probability", "Chance of converting, of an open lead in the time that is left."),
    Column("low80", "float64", "probability", "Lower end of the 80 % interval of the chance."),
    Column("high80", "float64", "probability", "Upper end of the 80 % interval."),
    Column("low90", "float64", "probability", "Lower end of the 90 % interval."),
    Column("high90", "float64", "probability", "Upper end of the 90 % interval."),
    Column("value", "float64", "money", "Expected value: chance times value of a convert, less the cost to serve."),
    Column("unknown", "int32", "0 or 1", "1 where a word of it is too rare to tell apart, and a mean stands there."),
)

# A row a cohort and age; the cohort `all` is everybody.
COHORTS = (
    Column("cohort", "text", "", "The cohort's name; all for everybody."),
    Column("customers", "int64", "customers", "How many are in the cohort."),
    Column("age", "int32", "ages", "0 is the first order day, k the k-th stretch of days after it."),
    Column("seen", "int64", "customers", "For how many of them that age is over."),
    Column("complete", "int32", "0 or 1", "1 where it is over for all of them."),
    Column(
        "total",
        "int64",
        "minor units, orders or customers",
        "The sum over all of them so far; of all cohorts, over those that have begun the age.",
    ),
    Column("among", "int64", "minor units, orders or customers", "The sum over those for whom the age is over."),
    Column(
        "value", "float64", "money, orders or share", "That sum a customer; empty where the age is over for nobody."
    ),
    Column("low80", "float64", "money, orders or share", "Lower end of the 80 % interval."),
    Column("high80", "float64", "money, orders or share", "Upper end of the 80 % interval."),
    Column("low90", "float64", "money, orders or share", "Lower end of the 90 % interval."),
    Column("high90", "float64", "money, orders or share", "Upper end of the 90 % interval."),
)

# A row a customer: the tier of value.
TIERS = (
    Column("customer_id", "text", "", "The customer.", True, True),
    Column("tier", "int32", "", "The tier, 1 the best."),
    Column("name", "text", "", "The tier's name."),
    Column("before", "text", "", "The tier at the scores of an earlier day; empty for who had none."),
    Column("by_cut", "int32", "", "The tier by the cuts alone."),
    Column("chance", "float64", "probability", "Chance that the customer belongs in the tier."),
    Column("value", "float64", "money", "As in the scores."),
)

# A row a customer who has brought little and will bring much.
POTENTIAL = (
    Column("customer_id", "text", "", "The customer.", True, True),
    Column("historic", "float64", "money", "As in the scores."),
    Column("value", "float64", "money", "As in the scores."),
    Column("alive", "float64", "probability", "As in the scores."),
    Column("orders", "float64", "orders", "Expected order days within the horizon of one who is still a customer."),
    Column("each", "float64", "money", "Value of an expected order day."),
    Column("why", "text", "", "What lifts the value most over the mean: still a customer, orders often, spends much."),
    Column("lift", "float64", "", "By how many times that is above the mean."),
)

# A row a customer who brought others, the one who brought most first.
REFERRALS = (
    Column("customer_id", "text", "", "Who recommended.", True, True),
    Column("referred", "int32", "customers", "How many of those with a value came at first hand."),
    Column(
        "own_value", "int64", "minor units", "Historic and predicted value; empty where the referrer has no scores."
    ),
    Column(
        "referral_value",
        "int64",
        "minor units",
        "Value of recommendations, shared along chains; not part of the own value.",
    ),
)


def names(table: tuple[Column, ...]) -> tuple[str, ...]:
    """The table's column names, in order."""
    return tuple(column.name for column in table)
