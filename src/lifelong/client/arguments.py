"""What each verb may be told. Made by scripts/client.py from the table of verbs; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Required, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Ingest(TypedDict, total=False):
    """Read an export of orders."""

    columns: Mapping[str, str]
    currency: str
    timezone: str
    bad_share: str


class Spend(TypedDict, total=False):
    """Read an export of advertising spend."""

    columns: Mapping[str, str]
    currency: str
    bad_share: str


class Touches(TypedDict, total=False):
    """Read visits and clicks."""

    columns: Mapping[str, str]
    timezone: str
    bad_share: str


class IngestSubscriptions(TypedDict, total=False):
    """Read a table of subscriptions."""

    columns: Mapping[str, str]
    currency: str
    timezone: str
    bad_share: str
    period: str


class Value(TypedDict, total=False):
    """Back-test, fit and score."""

    horizon: str
    margin: str
    discount: str
    until: str


class Settings(TypedDict, total=False):
    """The project's settings, shown, or changed where any is told."""

    name: str
    currency: str
    timezone: str
    margin: str
    level: str
    payment_rate: str
    payment_fixed: str
    shipping: str
    service: str
    bad_debt: str
    fixed_costs: str
    allocate: str
    discount: str
    horizon: str
    model: str
    prior: str
    bad_share: str
    keep: Sequence[str]
    scenarios: Sequence[str]
    aliases: Sequence[str]
    pseudonyms: bool
    starts_midway: bool
    best_share: str


class Forget(TypedDict, total=False):
    """Erase a customer."""

    customer: Required[str]


class IdentityUndo(TypedDict, total=False):
    """Take a customer out of the one that it was joined to."""

    alias: Required[str]


class Report(TypedDict, total=False):
    """Write a report."""

    kind: Literal["full", "founder", "marketing", "finance", "data"]
    format: Literal["html", "pdf", "xlsx"]
    lang: str
    horizon: str
    margin: str
    discount: str
    level: Literal["", "revenue", "gross", "contribution"]


class Export(TypedDict, total=False):
    """Write a table to a file."""

    what: Literal["scores", "orders", "subscriptions", "spend", "segments", "quarantine"]
    format: Literal["csv", "csv-european", "parquet", "xlsx"]


class Preview(TypedDict, total=False):
    """The first rows of a table, and what its columns mean."""

    what: Literal["scores", "orders", "subscriptions", "spend", "segments", "quarantine"]


class Identity(TypedDict, total=False):
    """Customers that were joined, by which rule, and what speaks for it."""

    start: float
    most: float


class Quarantine(TypedDict, total=False):
    """Rows that were set aside, by reason, with their money."""

    reason: str
    start: float
    most: float


class Stages(TypedDict, total=False):
    """New, active, cooling, lapsed, by the own rhythm."""

    until: str
    since: str


class NextOrders(TypedDict, total=False):
    """When each customer orders next."""

    horizon: str


class Trend(TypedDict, total=False):
    """How value moved between scores."""

    horizon: str


class Retention(TypedDict, total=False):
    """What keeping more customers is worth."""

    points: float
    horizon: str
    margin: str
    discount: str


class Drivers(TypedDict, total=False):
    """What value goes with."""

    horizon: str
    until: str


class Cohorts(TypedDict, total=False):
    """Customers by the time they came."""

    by: str
    measure: Literal["retention", "repeat", "orders", "revenue", "margin", "contribution"]
    age: str
    cumulative: bool
    margin: str
    until: str
    compare: Sequence[str]
    at: float


class Tiers(TypedDict, total=False):
    """Customers by value, with steady cuts."""

    by: Literal["value", "customers"]
    cuts: str
    horizon: str


class Migration(TypedDict, total=False):
    """Moves between tiers."""

    by: Literal["value", "customers"]
    cuts: str
    horizon: str
    discount: str


class Groups(TypedDict, total=False):
    """Groups by what they bring."""

    by: Required[str]
    measure: str
    horizon: str


class Potential(TypedDict, total=False):
    """Realised and future value."""

    share: str
    horizon: str


class Why(TypedDict, total=False):
    """Why a group is worth less."""

    group: Required[str]
    against: str
    horizon: str


class Segment(TypedDict, total=False):
    """Who a rule chooses, and what they hold."""

    rule: str


class Customer(TypedDict, total=False):
    """One customer."""

    customer: Required[str]


class Formula(TypedDict, total=False):
    """The textbook formula beside the model."""

    horizon: str
    margin: str
    discount: str
    level: Literal["", "revenue", "gross", "contribution"]
    cac: float


class Alerts(TypedDict, total=False):
    """What changed beyond chance in the latest week."""

    until: str


class Channels(TypedDict, total=False):
    """What each channel's customers cost and bring."""

    age: str
    since: str
    target: str
    payback: str
    cash: str
    rule: str


class Campaigns(TypedDict, total=False):
    """The same of campaigns."""

    age: str
    since: str
    target: str
    payback: str
    cash: str
    rule: str


class Limits(TypedDict, total=False):
    """What may be spent to win one more."""

    age: str
    since: str
    target: str
    payback: str
    cash: str
    rule: str


class Attribution(TypedDict, total=False):
    """Which touches value is credited to."""

    rule: str
    window: str


class Forecast(TypedDict, total=False):
    """Revenue to come, of present and of coming customers."""

    months: float
    new_customers: str
    scenario: str
    what_if: Mapping[str, str]
    margin: str


class SalesBudget(TypedDict, total=False):
    """Keep a forecast as the plan, with spend beside it."""

    months: float
    new_customers: str
    scenario: str
    what_if: Mapping[str, str]
    margin: str
    cac: str
    spend: str


class PlanActual(TypedDict, total=False):
    """The plan against what came."""

    planned: str


class Budget(TypedDict, total=False):
    """The best split of a month's spend over the project's channels."""

    total: str
    trust: str
    risk: str
    hurdle: str
    bounds: Mapping[str, str]
    carries: bool
    margin: str


class Cut(TypedDict, total=False):
    """What spending less on some channels costs."""

    cuts: Required[Mapping[str, str]]
    lifetime: str
    quarters: float
    margin: str


class Equity(TypedDict, total=False):
    """What the customer base is worth, and why it changed."""

    new_customers: str
    cac: str
    wacc: str
    margin: str
    fixed_costs: str
    tax: str
    months: float


class Valuation(TypedDict, total=False):
    """What the firm is worth by its customers."""

    new_customers: str
    cac: str
    wacc: str
    margin: str
    fixed_costs: str
    tax: str
    months: float


class Calculator(TypedDict, total=False):
    """A customer's worth from five numbers."""

    churn: str
    lifetime: str
    invoice: Required[str]
    new_customers: Required[str]
    spend: Required[str]
    margin: str
    discount: str
    invoices_a_month: str
    overhead: str
    timing: str
