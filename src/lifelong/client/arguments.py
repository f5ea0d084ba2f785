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

    currency: str


class Touches(TypedDict, total=False):
    """Read visits and clicks."""

    columns: Mapping[str, str]
    timezone: str


class IngestSubscriptions(TypedDict, total=False):
    """Read a table of subscriptions."""

    columns: Mapping[str, str]
    currency: str
    timezone: str
    bad_share: str


class Value(TypedDict, total=False):
    """Back-test, fit and score."""

    horizon: str
    margin: str
    discount: str
    until: str


class Forget(TypedDict, total=False):
    """Erase a customer."""

    customer: Required[str]


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


class Formula(TypedDict, total=False):
    """The textbook formula beside the model."""

    horizon: str
    margin: str
    discount: str
    level: Literal["", "revenue", "gross", "contribution"]
    cac: float


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
