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

    def forget(self, **asked: Unpack[arguments.Forget]) -> dict[str, Any]:
        """Erase a customer."""
        return self.ask("forget", {**asked})

    def rebuild(self) -> dict[str, Any]:
        """Remake the tables from what was read."""
        return self.ask("rebuild", {})

    def status(self) -> dict[str, Any]:
        """What the project holds."""
        return self.ask("status", {})

    def check(self) -> dict[str, Any]:
        """What was found about the data."""
        return self.ask("check", {})

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

    def formula(self, **asked: Unpack[arguments.Formula]) -> dict[str, Any]:
        """The textbook formula beside the model."""
        return self.ask("formula", {**asked})

    def costs(self) -> dict[str, Any]:
        """From revenue to contribution."""
        return self.ask("costs", {})

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

    def equity(self, **asked: Unpack[arguments.Equity]) -> dict[str, Any]:
        """What the customer base is worth, and why it changed."""
        return self.ask("equity", {**asked})

    def valuation(self, **asked: Unpack[arguments.Valuation]) -> dict[str, Any]:
        """What the firm is worth by its customers."""
        return self.ask("valuation", {**asked})

    def calculator(self, **asked: Unpack[arguments.Calculator]) -> dict[str, Any]:
        """A customer's worth from five numbers."""
        return self.ask("calculator", {**asked})
