"""The textbook formula of customer value beside the model's number."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from lifelong.values.findings import plain

if TYPE_CHECKING:
    from lifelong.values.findings import Finding


@dataclass(frozen=True, slots=True)
class Branch:
    """One driver of the formula: its number, and by how many per cent the value moves where it is one per cent higher."""

    name: str
    number: float
    elasticity: float


@dataclass(frozen=True, slots=True)
class FormulaValue:
    """What a new customer brings, by the formula and by the model, the first order included; money in major units.

    Attributes:
        as_of: the last day counted, ISO.
        horizon, currency, definition: what value means, before the cost of winning.
        window_days: length of the window that orders are counted in, and of the one before.
        drivers: mean order value, orders of a customer in a window, the share kept from one to the next, margin.
        lifetime_years: mean length of the relationship, 1 / (1 - kept) windows; None where nobody was lost.
        value: by the formula.
        cac: cost of winning, as typed; 0 where it was not. ``net``: value less it.
        model: name of the fitted model.
        first_order: value of a newcomer's first order.
        model_value: by the model, with its 80 % interval for the mean of so many ``newcomers``; ``model_net`` less the cost.
        findings: what to know.
    """

    as_of: str
    horizon: str
    currency: str
    definition: str
    window_days: int
    drivers: tuple[Branch, ...]
    lifetime_years: float | None
    value: float
    cac: float
    net: float
    model: str
    first_order: float
    newcomers: int
    model_value: float
    model_low80: float
    model_high80: float
    model_net: float
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `formula`."""
        told = {key: plain(value) for key, value in asdict(self).items() if key not in {"drivers", "findings"}}
        rows = [{key: plain(value) for key, value in asdict(one).items()} for one in self.drivers]
        return {**told, "drivers": rows, "findings": [found.as_dict() for found in self.findings]}

    def __str__(self) -> str:
        by_name = {one.name: one for one in self.drivers}
        rows = (
            ("mean order value", f"{by_name['order_value'].number:,.2f}", "order_value"),
            (f"x orders in {self.window_days} days", f"{by_name['orders'].number:,.3f}", "orders"),
            (f"x kept over {self.window_days} days", f"{by_name['kept'].number:.1%}", "kept"),
            ("x margin", f"{by_name['margin'].number:.1%}", "margin"),
        )
        years = "nobody was lost" if self.lifetime_years is None else f"{self.lifetime_years:,.2f} years"
        lines = [
            *wrap(f"a new customer, the first order included; value means {self.definition}", 80),
            "",
            f"{'':<32}{'':>18}{'+1 % moves value by':>24}",
            *(f"{title:<32}{number:>18}{by_name[key].elasticity:>22.2f} %" for title, number, key in rows),
            f"{'mean length of relationship':<32}{years:>18}",
            "",
            f"{'by the formula':<32}{_money(self.value):>18}",
            *([f"{'  less the cost of winning':<32}{_money(self.net):>18}"] if self.cac else []),
            f"{'by the model':<32}{_money(self.model_value):>18}   80 %: {_money(self.model_low80)} to {_money(self.model_high80)}",
            *([f"{'  less the cost of winning':<32}{_money(self.model_net):>18}"] if self.cac else []),
            f"{'  of it the first order':<32}{_money(self.first_order):>18}",
        ]
        return "\n".join([*lines, *(f"  {found}" for found in self.findings)])


def _money(number: float) -> str:
    return f"{number:,.2f}"
