"""The verbs of cash to come."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifelong.project.folder import Folder
    from lifelong.values import CashForecast, CustomerEquity, PlanActual, SalesBudget, Scorecard


class CashVerbs:
    """The part of :class:`lifelong.Project` that turns values into money by month, and into the worth of the firm."""

    _folder: Folder

    def forecast(self, *, out: str | Path = "", xlsx: str | Path = "", **wanted: Any) -> CashForecast:
        """Revenue, margin and orders by month, of the customers there are and of those to come; nothing is stored.

        Args:
            out: a .csv, .parquet or .xlsx to write the months to.
            xlsx: a workbook to write, whose formulas compute the months anew where an input is typed over.
            wanted: ``months``, ``new_customers``, ``plan``, ``scenario``, ``what_if``, ``margin``, ``draws``: see
                :class:`lifelong.project.cashing.Wanted`.

        Raises:
            ConfigError: E411 for a number of months, E412 for a lever that is not there, E415 for a scenario, E351 for a number.
            DataError: E414 for a plan, E413 where the orders hold no amounts.
            FitError: E204 where the fit is for subscriptions.
        """
        from lifelong.project.cashing import Wanted, forecast

        return forecast(self._folder, Wanted(**wanted), Path(out) if out else None, Path(xlsx) if xlsx else None)

    def equity(self, **told: Any) -> CustomerEquity:
        """Residual value of the customers there are, and the net value of those to come.

        Args:
            told: ``new_customers``, ``months``, ``cac``, ``wacc``, ``margin``: see :class:`lifelong.project.equity.Told`.

        Raises:
            ConfigError: E351 for a number.
            DataError: E413 where the orders hold no amounts.
            FitError: E204 where the fit is for subscriptions.
        """
        from lifelong.project.equity import Told, equity

        return equity(self._folder, Told(**told))

    def valuation(self, **told: Any) -> CustomerEquity:
        """As :meth:`equity`, and the value of the firm to its owners by it.

        Args:
            told: as there, and ``fixed_costs``, ``tax``, ``non_operating``, ``debt``.
        """
        from lifelong.project.equity import Told, equity

        return equity(self._folder, Told(**told), is_firm=True)

    def sales_budget(
        self, *, cac: str | float = "", spend: str | float = "", xlsx: str | Path = "", **wanted: Any
    ) -> SalesBudget:
        """The forecast kept as the plan, month by month, with what is to be spent on winning customers.

        Args:
            cac: cost of winning a customer; spend follows from it and from new customers.
            spend: to be spent on winning a month; with ``cac`` it says how many come.
            xlsx: a workbook of live formulas to write, with room for what comes.
            wanted: as in :meth:`forecast`.

        Raises:
            ConfigError: E481 where spend, cost and new customers are all told; as :meth:`forecast`.
        """
        from lifelong.project import cashing
        from lifelong.project.planning import Wanted, sales_budget

        return sales_budget(self._folder, Wanted(cashing.Wanted(**wanted), cac, spend), Path(xlsx) if xlsx else None)

    def plan_actual(self, *, planned: str = "", out: str | Path = "") -> PlanActual:
        """A kept plan against what came since: by month, by existing and new customers, and why.

        Args:
            planned: the planning day; by default the plan that was kept last.
            out: a .csv, .parquet or .xlsx to write the months to.

        Raises:
            DataError: E482 where no plan is kept, E483 where none of its months is over.
        """
        from lifelong.project.planning import plan_actual

        return plan_actual(self._folder, planned, Path(out) if out else None)

    def scorecard(self, *, html: str | Path = "", **told: Any) -> Scorecard:
        """One page: customer equity, value, cost of winning, who comes back, a year's revenue, each beside the last run's.

        Args:
            html: a page to write, with the same figures.
            told: ``cac``, ``wacc``, ``months``, ``new_customers``, ``margin``: see :class:`lifelong.project.carding.Told`.

        Raises:
            ConfigError: E351 for a number.
            DataError: E413 where the orders hold no amounts.
            FitError: E204 where the fit is for subscriptions.
        """
        from lifelong.project.carding import Told, scorecard

        return scorecard(self._folder, Told(**told), Path(html) if html else None)
