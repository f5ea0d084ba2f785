r"""Static covariates of spend: what is known of customers moves how much their orders bring."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import ConfigError, DataError, FitError
from lifelong.models.coefficients import Coefficient, by_cell, jacobians, thetas
from lifelong.models.covariate_findings import covariate_findings
from lifelong.models.covariates_fit import fit_cells, rows_of
from lifelong.models.encoding import Encoding, cells, column
from lifelong.models.findings import spend_findings
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.optimise import FEW, estimates_of, fit_spend, typical_spend
from lifelong.phrases import phrase
from lifelong.values import Spend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lifelong.models.base import Parameter
    from lifelong.values import Fit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SpendCovariates:
    r"""Gamma-Gamma whose customers differ by what is known of them.

    **Story.** A customer's orders bring what Gamma-Gamma says, but for a factor: a covariate v multiplies the spend of all
    customers who have one more of it by :math:`e^{\delta v}`. How alike a customer's orders are, and how alike customers
    of one kind, stays the same.

    **Formula.** For a customer with covariates v

    .. math:: \gamma_i = \gamma\, e^{\delta^\top v_i}, \qquad E[Z \mid x, S, v_i] = \frac{p\,(\gamma_i + S)}{px + q - 1} .

    **Symbols.** ``theta`` holds p, q and gamma for a customer with all covariates 0, then :math:`e^\delta` for each
    coefficient; the estimates of a fit tell delta itself. A table gives a column for a name: x, the orders with spend; total,
    what they brought in major units; and the covariates.

    **Numerics.** As in ``models.covariates``: customers with equal covariates are a cell, whose likelihood, gradient and
    Hessian are Gamma-Gamma's own. With all coefficients 0 it is Gamma-Gamma.

    **Source.** Fader, P. S. and Hardie, B. G. S. (2013), The gamma-gamma model of monetary value (note 025), eq. 1a and 5;
    a covariate moves the scale of the mixing distribution as in their note 019 (2007), eq. 1 to 6, and for spend in note 045.

    **Check.** Twice the scale is twice the spend of a customer unknown so far:

    >>> table = {"x": [0, 0], "total": [0.0, 0.0], "web": [0, 1]}
    >>> model = SpendCovariates(["web"], encoding=Encoding.learn(table, ["web"]))
    >>> model.expect(np.array([6.25, 3.74, 15.44, 2.0]), table).round(2).tolist()
    [35.22, 70.44]

    Args:
        names: of the covariates.
        penalty: what the mean log-likelihood of a customer loses for each squared coefficient.
        encoding: how covariates become numbers; learned by a fit.
    """

    names: Sequence[str]
    penalty: float = 0.0
    encoding: Encoding | None = None
    base: GammaGamma = field(default_factory=GammaGamma, init=False)

    def __post_init__(self) -> None:
        """Names, and a penalty that is one.

        Raises:
            ConfigError: E213.
        """
        if isinstance(self.names, str) or not self.names:
            raise _no("covariates come as a list of names, at least one", "write SpendCovariates(['channel'])")
        if not (np.isfinite(self.penalty) and self.penalty >= 0):
            raise _no(phrase("a penalty of {penalty} draws nothing toward 0", penalty=self.penalty), "take 0 or more")

    @classmethod
    def of(cls, fit: Fit) -> SpendCovariates:
        """The model that a fit was made with, ready to say what to expect by ``fit.theta``.

        Raises:
            FitError: E201 where the fit holds no covariates of spend.
        """
        told = fit.info.get("covariates", {})
        if "spend" not in told:
            raise FitError(
                "E201",
                phrase("the fit of {model} holds no covariates of spend", model=fit.model),
                fix="fit by SpendCovariates(...).fit(table)",
            )
        levels = Encoding(tuple((name, tuple(found)) for name, found in told["levels"]))
        return cls(told["spend"], told["penalty"], levels)

    @property
    def name(self) -> str:
        """Gamma-Gamma's, and that it has covariates."""
        return f"{self.base.name}+covariates"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the design's columns."""
        return self._known.columns

    @property
    def coefficients(self) -> tuple[Coefficient, ...]:
        """A coefficient for each column: it moves the logarithm of the scale."""
        moves = tuple(1.0 if p.unit == "money" else 0.0 for p in self.base.params)
        return tuple(Coefficient(f"spend_{name}", place, moves) for place, name in enumerate(self.columns))

    @property
    def params(self) -> tuple[Parameter, ...]:
        """Gamma-Gamma's parameters, and each coefficient's."""
        return (*self.base.params, *(c.parameter for c in self.coefficients))

    def design(self, table: Any) -> Floats:
        """The covariates of a table's customers as numbers, a row each."""
        return self._known.design(table)

    def jacobians(self, design: Floats) -> Floats:
        """How the logarithms of Gamma-Gamma's parameters follow from those of theta, for each row of a design."""
        return jacobians(self, design)

    def told(self) -> dict[str, Any]:
        """The covariates as JSON holds them, from which :meth:`of` makes the model again."""
        levels = [[name, list(found)] for name, found in self._known.levels]
        return {"spend": list(self.names), "penalty": self.penalty, "levels": levels}

    def fit(self, table: Any, *, prior: str = "auto", seed: int = 0) -> Fit:
        """Fit to a table of customers; those without spend say nothing. Prior and seed as in ``optimise.fit_model``.

        Raises:
            DataError: E211 where a covariate is absent or has gaps.
            FitError: E201 where no customer has a spend.
        """
        x, total = column(table, "x"), column(table, "total")
        some = (x > 0) & (total > 0)
        spend = _spend(x[some], total[some])
        plain = fit_spend(self.base, spend, prior=prior, seed=seed)
        seen = {name: column(table, name)[some] for name in self.names}
        known = replace(self, encoding=Encoding.learn(seen, self.names))
        design = known.design(seen)
        distinct, cell = cells(design)
        parts = [
            known.base.objective(Spend(spend.x[r], spend.total[r], spend.count[r]))
            for r in rows_of(cell, len(distinct))
        ]
        found = spend_findings(spend, plain.info["prior"] == "on", FEW)
        found += covariate_findings(known, spend.x, (distinct, cell))
        return fit_cells(known, plain, (distinct, cell), parts, found, typical_spend(spend))

    def fit_of(self, fit: Fit, table: Any) -> Fit:
        """The fit of Gamma-Gamma for customers of one kind, as ``Fit.spend`` takes it.

        Raises:
            ConfigError: E213 where the table's customers are of several kinds.
        """
        at, _ = thetas(self, fit.theta, table)
        if len(at) != 1:
            raise _no(phrase("the customers are of {at} kinds", at=len(at)), "split the table by its covariates first")
        jacobian = self.jacobians(self.design(table)[:1])[0]
        covariance = jacobian @ fit.covariance @ jacobian.T
        estimates = estimates_of(self.base, at[0], covariance)
        return replace(fit, model=self.base.name, params=estimates, theta=at[0], covariance=covariance)

    def loglik(self, theta: Floats, table: Any) -> float:
        """Log-likelihood of the customers with spend."""
        x, total = column(table, "x"), column(table, "total")
        at, cell = thetas(self, theta, table)
        rows = rows_of(cell, len(at))
        return sum(self.base.loglik(one, _spend(x[r], total[r])) for one, r in zip(at, rows, strict=True))

    def expect(self, theta: Floats, table: Any) -> Floats:
        """Expected spend of each customer's next order."""
        x, total = column(table, "x"), column(table, "total")
        return by_cell(*thetas(self, theta, table), lambda at, rows: self.base.expect(at, x[rows], total[rows]))

    def draw_spend(self, theta: Floats, table: Any, owner: Ints, rng: np.random.Generator) -> Floats:
        """A spend for each order in major units; ``owner`` is its customer's row, whose latent rate all of them share."""
        x, total = column(table, "x"), column(table, "total")
        at, cell = thetas(self, theta, table)
        each = self.base.draw_spend(at[cell].T, x, owner, rng)
        return np.asarray(each * self.base.scale(at[cell].T, total)[owner])

    @property
    def _known(self) -> Encoding:
        if self.encoding is None:
            raise FitError(
                "E201", "the covariates were not seen yet", fix="fit first, then take SpendCovariates.of(fit)"
            )
        return self.encoding


def _spend(x: Floats, total: Floats) -> Spend:
    """Customers one by one; x is a whole number of orders."""
    if (x != np.rint(x)).any():
        raise DataError(
            "E211",
            "x is not a whole number of orders",
            where="column x",
            why="spend is learned from orders and what they brought",
            fix="give the orders with spend as x, and what they brought together as total",
        )
    return Spend(x.astype(np.int64), total, np.ones(len(x), np.int64))


def _no(what: str, fix: str) -> ConfigError:
    return ConfigError("E213", what, where="covariates", why="a coefficient of spend needs a covariate", fix=fix)
