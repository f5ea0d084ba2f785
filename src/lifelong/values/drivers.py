"""What goes together with later spend: drivers in order, each with its stability and with money a customer by level."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lifelong.values.findings import plain

if TYPE_CHECKING:
    from lifelong.values.findings import Finding

#: Stands in every output: nothing here says what would happen if a driver were changed.
LABEL = "association, not cause"
SHOWN = 4  # levels that are printed of a driver


@dataclass(frozen=True, slots=True)
class LevelEffect:
    """Customers of one level against all others.

    Attributes:
        level: the level's name.
        customers: how many have it.
        mean: their mean later spend.
        effect: that mean less the mean of all other customers, in money a customer.
        low, high: its interval, corrected for all levels that were looked at; None where the customers are too few.
        holds: whether the effect stands after that correction: the interval is free of 0.
    """

    level: str
    customers: int
    mean: float
    effect: float
    low: float | None
    high: float | None
    holds: bool


@dataclass(frozen=True, slots=True)
class Driver:
    """One thing that is known of customers at their first order, and how later spend goes with it.

    Attributes:
        name: what it is.
        rank: 1 goes together with most money.
        rank_low, rank_high: where the rank fell in nine of ten random halves of the customers.
        strength: the standard deviation of later spend between its levels, chance taken off, in money a customer.
        strength_known: the same among customers of whom it is known; None where it is known of all.
        p: chance of a strength like this or more if the driver had nothing to do with later spend.
        p_adjusted: the same, corrected for the number of drivers (Benjamini-Hochberg).
        found: whether ``p_adjusted`` is at most the false-discovery rate that is allowed.
        selected: the share of random halves of the customers in which it was found.
        first: the share of those in which it ranked first.
        levels: each level's customers against all others, the largest level first.
        suspect: it tells spend almost as if it had been made from it: a leak, most likely.
    """

    name: str
    rank: int
    rank_low: int
    rank_high: int
    strength: float
    strength_known: float | None
    p: float
    p_adjusted: float
    found: bool
    selected: float
    first: float
    levels: tuple[LevelEffect, ...]
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Drivers:
    """Drivers of later spend in order: association, not cause.

    Attributes:
        horizon: how long each customer was followed from the first order day.
        until: the last day seen, ISO.
        customers: those who could be followed for so long.
        compared: how many of them were compared: all, or a random sample of very many.
        mean: their mean later spend.
        currency: of all money here.
        drivers: the strongest first.
        findings: warnings of leaks, of drivers that move together, and what was left out.
        label: what this is, and what it is not.
        definition: what later spend is, in words.
    """

    horizon: str
    until: str
    customers: int
    compared: int
    mean: float
    currency: str
    drivers: tuple[Driver, ...]
    findings: tuple[Finding, ...]
    label: str = LABEL

    @property
    def definition(self) -> str:
        """What the money is."""
        return (
            f"{self.label}: revenue a customer within {self.horizon} after the first order day, beside what was known on "
            "that day; refunds taken off, not discounted"
        )

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `drivers`."""
        names = ("label", "definition", "horizon", "until", "customers", "compared", "mean", "currency")
        return {name: plain(getattr(self, name)) for name in names} | {
            "drivers": [plain({"label": self.label} | asdict(driver)) for driver in self.drivers],
            "findings": [f.as_dict() for f in self.findings],
        }

    def __str__(self) -> str:
        found = sum(driver.found for driver in self.drivers)
        lines = [
            f"What goes together with later spend ({self.label})",
            f"{self.customers:,} customers, each followed {self.horizon} from the first order day; seen until {self.until}",
            f"mean later spend {self.mean:,.2f} {self.currency}; {found} of {len(self.drivers)} drivers found",
            "",
            f"{'rank':<5}{'in halves':<11}{'driver':<22}{'strength':>12}{'p, adjusted':>13}{'found in halves':>17}",
        ]
        for driver in self.drivers:
            between = f"{driver.rank_low} to {driver.rank_high}"
            name = f"{driver.name[:14]} (leak?)" if driver.suspect else driver.name[:21]
            lines.append(
                f"{driver.rank:<5}{between:<11}{name:<22}{driver.strength:>12,.2f}"
                f"{driver.p_adjusted:>13.3f}{driver.selected:>17.0%}"
            )
            if driver.strength_known is not None:
                lines.append(f"{'':<16}{'of it among the known':<22}{driver.strength_known:>12,.2f}")
            lines += [_level(level) for level in _shown(driver)]
        lines += ["", f"{self.label}: nothing here says what changing a driver would do; an experiment would"]
        return "\n".join([*lines, *(f"  {f.severity:<8} {f}" for f in self.findings)])


def _shown(driver: Driver) -> list[LevelEffect]:
    """The levels of a driver that was found whose effects stand, the largest effect first."""
    held = [level for level in driver.levels if driver.found and level.holds]
    return sorted(held, key=lambda level: -abs(level.effect))[:SHOWN]


def _level(level: LevelEffect) -> str:
    band = f"{level.low:+,.2f} to {level.high:+,.2f}"
    return f"{'':<16}{level.level[:21]:<22}{level.effect:>+12,.2f}   ({band}; {level.customers:,} customers)"
