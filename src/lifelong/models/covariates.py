r"""Static covariates as a modifier of any latent-attrition model: what is known of customers moves their scales."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lifelong.errors import ConfigError, FitError, did_you_mean
from lifelong.models.cell_objective import scales
from lifelong.models.coefficients import Coefficient, by_cell, jacobians, thetas
from lifelong.models.encoding import Encoding, cells, column
from lifelong.models.kinds import Kinds
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.base import Parameter, PurchaseModel
    from lifelong.values import Fit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Leaving = Literal["weights", "odds"]


YEAR = 52.0  # weeks


@dataclass(frozen=True, eq=False)
class Covariates:
    r"""A latent-attrition model whose customers differ by what is known of them.

    **Story.** Customers order at own rates and leave at own rates, as in the model that is modified; a covariate z
    multiplies a customer's rate of ordering (``trans``) by :math:`e^{\gamma z}`, and the rate of leaving (``life``)
    likewise. So what customers of a kind have in common is told from how they differ by chance.

    **Formula.** For a customer with covariates z

    .. math:: \alpha_i = \alpha\, e^{-\gamma_{trans}^\top z_i}, \qquad \beta_i = \beta\, e^{-\gamma_{life}^\top z_i},
              \qquad a_i = a\, e^{\gamma_{life}^\top z_i},

    whichever of them the model has; all else is the model's own. By ``leaving="odds"`` b stays, so that a covariate
    moves the odds a / b of leaving. With ``"weights"`` it moves b as well, by the same factor, as R packages have it:
    that leaves the mean chance of leaving as it is, and says only how far customers scatter about it.

    **Symbols.** ``theta`` holds the model's parameters for a customer with all covariates 0, then :math:`e^\gamma`
    for each coefficient; the estimates of a fit tell gamma itself. A table gives a column for a name: a dict of arrays,
    an Arrow table, a frame. Its x, t_x and T are order days and days, as in a summary.

    **Numerics.** Customers with equal covariates are a cell; a cell's likelihood is the model's own
    (``models.cell_objective``). The search takes covariates centred and in standard deviations.

    **Source.** Fader, P. S. and Hardie, B. G. S. (2007), Incorporating time-invariant covariates into the Pareto/NBD
    and BG/NBD models, note 019, eq. 1 to 6.

    **Check.** A factor of 2 on the rate of ordering halves alpha:

    >>> from lifelong.models.pareto_nbd import ParetoNBD
    >>> table = {"web": [0, 1]}
    >>> model = Covariates(ParetoNBD(), trans=["web"], encoding=Encoding.learn(table, ["web"]))
    >>> model.thetas(np.array([0.6, 10.0, 0.6, 12.0, 2.0]), table)[0].round(6).tolist()
    [[0.6, 10.0, 0.6, 12.0], [0.6, 5.0, 0.6, 12.0]]

    Args:
        base: the model to modify.
        trans: names of the covariates of ordering.
        life: names of the covariates of leaving.
        equal: names that must have one coefficient in both.
        penalty: what the mean log-likelihood **of a customer** loses for each squared coefficient.
        leaving: what a covariate of leaving moves in models with a beta distribution.
        encoding: how covariates become numbers; learned by a fit.
    """

    base: PurchaseModel
    trans: Sequence[str] = ()
    life: Sequence[str] = ()
    equal: Sequence[str] = ()
    penalty: float = 0.0
    leaving: Leaving = "odds"
    encoding: Encoding | None = None

    def __post_init__(self) -> None:
        """Names, and what the model can take.

        Raises:
            ConfigError: E213.
        """
        if isinstance(self.trans, str) or isinstance(self.life, str) or isinstance(self.equal, str):
            raise _no("covariates come as a list of names", "write trans=['gender']")
        if not self.names:
            raise _no("no covariate is named", "name some: trans=['gender'], life=['gender']")
        for name in self.equal:
            if not (name in self.trans and name in self.life):
                hint = did_you_mean(name, set(self.trans) & set(self.life))
                raise _no(phrase("{name!r} cannot be equal in two processes, it is not in both", name=name), hint)
        if not (np.isfinite(self.penalty) and self.penalty >= 0):
            raise _no(phrase("a penalty of {penalty} draws nothing toward 0", penalty=self.penalty), "take 0 or more")
        if self.leaving not in ("weights", "odds"):
            raise _no(phrase("{leaving!r} is no way of leaving", leaving=self.leaving), "take weights or odds")
        for process in ("trans", "life"):
            if getattr(self, process) and not any(self._moves(process)):
                raise _no(
                    phrase(
                        "{name} has no scale that {process} covariates could move", name=self.base.name, process=process
                    ),
                    "take another model",
                )

    @classmethod
    def everywhere(cls, base: PurchaseModel, names: Sequence[str], penalty: float = 0.0) -> Covariates:
        """Covariates that move ordering and, where the model's customers leave by a scale, leaving too.

        Raises:
            ConfigError: E213 where the model has no scale that a covariate could move.
        """
        whole = cls(base, trans=names, penalty=penalty)
        return replace(whole, life=tuple(names)) if any(whole._moves("life")) else whole

    @classmethod
    def of(cls, fit: Fit) -> Covariates:
        """The model that a fit was made with, ready to score by ``fit.theta``; also of a fit that was saved.

        Raises:
            FitError: E201 where the fit holds no covariates.
        """
        from lifelong import plugins

        told = fit.info.get("covariates")
        if not told:
            raise FitError(
                "E201",
                phrase("the fit of {model} holds no covariates", model=fit.model),
                fix="fit by Covariates(...).fit(table)",
            )
        levels = Encoding(tuple((name, tuple(found)) for name, found in told["levels"]))
        chosen = {key: told[key] for key in ("trans", "life", "equal", "penalty", "leaving")}
        return cls(plugins.load("models", told["base"])(), **chosen, encoding=levels)

    @property
    def name(self) -> str:
        """The base model's, and that it has covariates."""
        return f"{self.base.name}+covariates"

    @property
    def names(self) -> tuple[str, ...]:
        """All covariates, each once."""
        return tuple(dict.fromkeys((*self.trans, *self.life)))

    @property
    def coefficients(self) -> tuple[Coefficient, ...]:
        """What is sought beyond the model's own parameters, in the order of theta."""
        found = []
        columns = list(zip(self._known.columns, self._known.owners, strict=True))
        for process, named in (("both", self.equal), ("trans", self.trans), ("life", self.life)):
            for place, (column_, owner) in enumerate(columns):
                if owner in named and (process == "both" or owner not in self.equal):
                    parts = [self._moves(p) for p in (("trans", "life") if process == "both" else (process,))]
                    found.append(Coefficient(f"{process}_{column_}", place, tuple(map(sum, zip(*parts, strict=True)))))
        return tuple(found)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the design's columns."""
        return self._known.columns

    def design(self, table: Any) -> Floats:
        """The covariates of a table's customers as numbers, a row each."""
        return self._known.design(table)

    @property
    def params(self) -> tuple[Parameter, ...]:
        """The model's parameters, and each coefficient's."""
        return (*self.base.params, *(c.parameter for c in self.coefficients))

    def fit(self, table: Any, *, prior: str = "auto", seed: int = 0) -> Fit:
        """Fit to a table of customers; see ``fit_covariates``."""
        from lifelong.models.covariates_fit import fit_covariates

        known = replace(self, encoding=Encoding.learn(table, self.names))
        return fit_covariates(known, table, prior=prior, seed=seed)

    def told(self) -> dict[str, Any]:
        """The covariates as JSON holds them, from which :meth:`of` makes the model again."""
        named = {key: list(getattr(self, key)) for key in ("trans", "life", "equal")}
        levels = [[name, list(found)] for name, found in self._known.levels]
        return {"base": self.base.name, **named, "penalty": self.penalty, "leaving": self.leaving, "levels": levels}

    def jacobians(self, design: Floats) -> Floats:
        """How the logarithms of the model's parameters follow from those of theta, for each row of a design."""
        return jacobians(self, design)

    def thetas(self, theta: Floats, table: Any) -> tuple[Floats, Ints]:
        """The model's parameters in each cell of a table's customers, and each customer's cell."""
        return thetas(self, theta, table)

    def fit_of(self, fit: Fit, table: Any) -> Fit:
        """The fit of the base model for customers of one kind, with the covariance that they have there.

        ``lifelong.predict`` and all else that takes a fit can work with it.

        Raises:
            ConfigError: E213 where the table's customers are of several kinds.
        """
        from lifelong.models.optimise import estimates_of

        distinct, _ = cells(self.design(table))
        if len(distinct) != 1:
            raise _no(
                phrase("the customers are of {distinct} kinds", distinct=len(distinct)),
                "split the table by its covariates first",
            )
        jacobian = self.jacobians(distinct)[0]
        theta, covariance = scales(jacobian, fit.theta), jacobian @ fit.covariance @ jacobian.T
        estimates = estimates_of(self.base, theta, covariance)
        return replace(fit, model=self.base.name, params=estimates, theta=theta, covariance=covariance)

    def kinds(self, theta: Floats, table: Any) -> tuple[Kinds, Ints]:
        """The cells of a table's customers as kinds, in the order of what new ones order in a year; and each one's."""
        distinct, cell = cells(self.design(table))
        jacobian = self.jacobians(distinct)
        year = np.full(1, YEAR)
        pace = [float(self.base.expect_new(scales(one, theta), year)[0]) for one in jacobian]
        order = np.argsort(pace, kind="stable")
        made = jacobian[order]
        kinds = Kinds(self.base, self.name, self.params, len(made), lambda at, kind: scales(made[kind], at))
        return kinds, np.argsort(order)[cell]

    # -- predictions, a customer a row: x, t_x and T of the table in order days and days; horizons and t in weeks --------

    def loglik_each(self, theta: Floats, table: Any) -> Floats:
        """Log-likelihood of each customer."""
        return self._each(theta, table, lambda at, x, t_x, T: self.base.loglik_each(at, x, t_x, T))

    def alive(self, theta: Floats, table: Any) -> Floats:
        """P(still a customer)."""
        return self._each(theta, table, lambda at, x, t_x, T: self.base.alive(at, x, t_x, T))

    def expect(self, theta: Floats, table: Any, horizon: float, discount: float = 0.0) -> Floats:
        """Expected orders within the horizon; see ``base.PurchaseModel``."""
        return self._each(theta, table, lambda at, x, t_x, T: self.base.expect(at, x, t_x, T, horizon, discount))

    def expect_if_alive(self, theta: Floats, table: Any, horizon: float, discount: float = 0.0) -> Floats:
        """Expected orders within the horizon, given alive."""
        return self._each(
            theta, table, lambda at, x, t_x, T: self.base.expect_if_alive(at, x, T, horizon, discount, t_x)
        )

    def expect_new(self, theta: Floats, table: Any, t: ArrayLike) -> Floats:
        """Expected repeat orders of new customers within t weeks of the first; the table needs covariates only."""
        return self._by_cell(theta, table, lambda at, rows: self.base.expect_new(at, np.broadcast_to(t, rows.shape)))

    def simulate(self, theta: Floats, table: Any, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
        """Histories of new customers with these covariates and T: x, t_x (weeks, exact) and the time of death."""
        T = column(table, "T") / 7.0
        made = self._by_cell(theta, table, lambda at, rows: np.stack(self.base.simulate(at, T[rows], rng), axis=1))
        return made[:, 0].astype(np.int64), made[:, 1], made[:, 2]

    def draw_orders(self, theta: Floats, table: Any, horizon: float, rng: np.random.Generator) -> tuple[Ints, Floats]:
        """One future for each customer, given alive: (owner, when), ``when`` in weeks ahead; see ``base.PurchaseModel``."""
        x, t_x, T = (column(table, name) for name in ("x", "t_x", "T"))
        at, cell = self.thetas(theta, table)
        return self.base.draw_orders(at[cell].T, x, T / 7.0, horizon, rng, t_x / 7.0)

    def _each(self, theta: Floats, table: Any, function: Callable[..., Floats]) -> Floats:
        x, t_x, T = column(table, "x"), column(table, "t_x") / 7.0, column(table, "T") / 7.0
        return self._by_cell(theta, table, lambda at, rows: function(at, x[rows], t_x[rows], T[rows]))

    def _by_cell(self, theta: Floats, table: Any, function: Callable[[Floats, Ints], Floats]) -> Floats:
        """A function of a cell's parameters and customers, put together again in the customers' order."""
        return by_cell(*self.thetas(theta, table), function)

    @property
    def _known(self) -> Encoding:
        if self.encoding is None:
            raise FitError("E201", "the covariates were not seen yet", fix="fit first, then take Covariates.of(fit)")
        return self.encoding

    def _moves(self, process: str) -> tuple[float, ...]:
        """How a covariate of a process moves the logarithm of each of the model's parameters."""
        weights = {"a": 1.0} if self.leaving == "odds" else {"a": 1.0, "b": 1.0}
        moved = {"trans": {"alpha": -1.0}, "life": {"beta": -1.0, **weights}}[process]
        # The scales of rates are times; BG/BB's alpha and beta are not.
        timed = {p.name for p in self.base.params if p.unit == "weeks"} & {"alpha"}
        return tuple(moved.get(p.name, 0.0) if timed and p.unit != "a week" else 0.0 for p in self.base.params)


def _no(what: str, fix: str) -> ConfigError:
    return ConfigError(
        "E213", what, where="covariates", why="a coefficient needs a covariate and a scale that it moves", fix=fix
    )
