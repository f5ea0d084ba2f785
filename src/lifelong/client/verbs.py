"""A method for each verb. Made by scripts/client.py from the table of verbs; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from lifelong.client.calling import Caller

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.client import arguments


class Verbs(Caller):
    """Every verb that the server runs."""

    def ingest(self, path: str | Path, **asked: Unpack[arguments.Ingest]) -> dict[str, Any]:
        """Read an export of orders."""
        return self.ask("ingest", {**asked, "file": self.send(path)})

    def spend(self, path: str | Path, **asked: Unpack[arguments.Spend]) -> dict[str, Any]:
        """Read an export of advertising spend."""
        return self.ask("spend", {**asked, "file": self.send(path)})

    def touches(self, path: str | Path, **asked: Unpack[arguments.Touches]) -> dict[str, Any]:
        """Read visits and clicks."""
        return self.ask("touches", {**asked, "file": self.send(path)})

    def ingest_subscriptions(self, path: str | Path, **asked: Unpack[arguments.IngestSubscriptions]) -> dict[str, Any]:
        """Read a table of subscriptions."""
        return self.ask("ingest-subscriptions", {**asked, "file": self.send(path)})

    def value(self, **asked: Unpack[arguments.Value]) -> dict[str, Any]:
        """Back-test, fit and score."""
        return self.ask("value", {**asked})

    def demo(self) -> dict[str, Any]:
        """Bring sample data into an empty project and value them."""
        return self.ask("demo", {})

    def settings(self, **asked: Unpack[arguments.Settings]) -> dict[str, Any]:
        """The project's settings, shown, or changed where any is told."""
        return self.ask("settings", {**asked})

    def forget(self, **asked: Unpack[arguments.Forget]) -> dict[str, Any]:
        """Erase a customer."""
        return self.ask("forget", {**asked})

    def rebuild(self) -> dict[str, Any]:
        """Remake the tables from what was read."""
        return self.ask("rebuild", {})

    def identity_undo(self, **asked: Unpack[arguments.IdentityUndo]) -> dict[str, Any]:
        """Take a customer out of the one that it was joined to."""
        return self.ask("identity-undo", {**asked})

    def report(self, **asked: Unpack[arguments.Report]) -> dict[str, Any]:
        """Write a report."""
        return self.ask("report", {**asked})

    def export(self, **asked: Unpack[arguments.Export]) -> dict[str, Any]:
        """Write a table to a file."""
        return self.ask("export", {**asked})

    def preview(self, **asked: Unpack[arguments.Preview]) -> dict[str, Any]:
        """The first rows of a table, and what its columns mean."""
        return self.ask("preview", {**asked})

    def status(self) -> dict[str, Any]:
        """What the project holds."""
        return self.ask("status", {})

    def check(self) -> dict[str, Any]:
        """What was found about the data."""
        return self.ask("check", {})

    def identity(self, **asked: Unpack[arguments.Identity]) -> dict[str, Any]:
        """Customers that were joined, by which rule, and what speaks for it."""
        return self.ask("identity", {**asked})

    def quarantine(self, **asked: Unpack[arguments.Quarantine]) -> dict[str, Any]:
        """Rows that were set aside, by reason, with their money."""
        return self.ask("quarantine", {**asked})

    def stages(self, **asked: Unpack[arguments.Stages]) -> dict[str, Any]:
        """New, active, cooling, lapsed, by the own rhythm."""
        return self.ask("stages", {**asked})

    def next_orders(self, **asked: Unpack[arguments.NextOrders]) -> dict[str, Any]:
        """When each customer orders next."""
        return self.ask("next-orders", {**asked})

    def trend(self, **asked: Unpack[arguments.Trend]) -> dict[str, Any]:
        """How value moved between scores."""
        return self.ask("trend", {**asked})

    def retention(self, **asked: Unpack[arguments.Retention]) -> dict[str, Any]:
        """What keeping more customers is worth."""
        return self.ask("retention", {**asked})

    def drivers(self, **asked: Unpack[arguments.Drivers]) -> dict[str, Any]:
        """What value goes with."""
        return self.ask("drivers", {**asked})

    def cohorts(self, **asked: Unpack[arguments.Cohorts]) -> dict[str, Any]:
        """Customers by the time they came."""
        return self.ask("cohorts", {**asked})

    def tiers(self, **asked: Unpack[arguments.Tiers]) -> dict[str, Any]:
        """Customers by value, with steady cuts."""
        return self.ask("tiers", {**asked})

    def migration(self, **asked: Unpack[arguments.Migration]) -> dict[str, Any]:
        """Moves between tiers."""
        return self.ask("migration", {**asked})

    def groups(self, **asked: Unpack[arguments.Groups]) -> dict[str, Any]:
        """Groups by what they bring."""
        return self.ask("groups", {**asked})

    def potential(self, **asked: Unpack[arguments.Potential]) -> dict[str, Any]:
        """Realised and future value."""
        return self.ask("potential", {**asked})

    def why(self, **asked: Unpack[arguments.Why]) -> dict[str, Any]:
        """Why a group is worth less."""
        return self.ask("why", {**asked})

    def segment(self, **asked: Unpack[arguments.Segment]) -> dict[str, Any]:
        """Who a rule chooses, and what they hold."""
        return self.ask("segment", {**asked})

    def customer(self, **asked: Unpack[arguments.Customer]) -> dict[str, Any]:
        """One customer."""
        return self.ask("customer", {**asked})

    def formula(self, **asked: Unpack[arguments.Formula]) -> dict[str, Any]:
        """The textbook formula beside the model."""
        return self.ask("formula", {**asked})

    def costs(self) -> dict[str, Any]:
        """From revenue to contribution."""
        return self.ask("costs", {})

    def opportunities(self) -> dict[str, Any]:
        """Where money is to be won or lost."""
        return self.ask("opportunities", {})

    def alerts(self, **asked: Unpack[arguments.Alerts]) -> dict[str, Any]:
        """What changed beyond chance in the latest week."""
        return self.ask("alerts", {**asked})

    def channels(self, **asked: Unpack[arguments.Channels]) -> dict[str, Any]:
        """What each channel's customers cost and bring."""
        return self.ask("channels", {**asked})

    def campaigns(self, **asked: Unpack[arguments.Campaigns]) -> dict[str, Any]:
        """The same of campaigns."""
        return self.ask("campaigns", {**asked})

    def limits(self, **asked: Unpack[arguments.Limits]) -> dict[str, Any]:
        """What may be spent to win one more."""
        return self.ask("limits", {**asked})

    def attribution(self, **asked: Unpack[arguments.Attribution]) -> dict[str, Any]:
        """Which touches value is credited to."""
        return self.ask("attribution", {**asked})

    def forecast(self, **asked: Unpack[arguments.Forecast]) -> dict[str, Any]:
        """Revenue to come, of present and of coming customers."""
        return self.ask("forecast", {**asked})

    def sales_budget(self, **asked: Unpack[arguments.SalesBudget]) -> dict[str, Any]:
        """Keep a forecast as the plan, with spend beside it."""
        return self.ask("sales-budget", {**asked})

    def plan_actual(self, **asked: Unpack[arguments.PlanActual]) -> dict[str, Any]:
        """The plan against what came."""
        return self.ask("plan-actual", {**asked})

    def budget(self, **asked: Unpack[arguments.Budget]) -> dict[str, Any]:
        """The best split of a month's spend over the project's channels."""
        return self.ask("budget", {**asked})

    def cut(self, **asked: Unpack[arguments.Cut]) -> dict[str, Any]:
        """What spending less on some channels costs."""
        return self.ask("cut", {**asked})

    def equity(self, **asked: Unpack[arguments.Equity]) -> dict[str, Any]:
        """What the customer base is worth, and why it changed."""
        return self.ask("equity", {**asked})

    def valuation(self, **asked: Unpack[arguments.Valuation]) -> dict[str, Any]:
        """What the firm is worth by its customers."""
        return self.ask("valuation", {**asked})

    def calculator(self, **asked: Unpack[arguments.Calculator]) -> dict[str, Any]:
        """A customer's worth from five numbers."""
        return self.ask("calculator", {**asked})
