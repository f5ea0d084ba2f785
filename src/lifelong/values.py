"""What flows between the rooms: findings, summaries, patterns, fits, scores, leaderboards. All frozen.

The border between words and letters. Everywhere else names are whole words; here, and in ``models/``, the papers'
letters hold, and this is their dictionary:

=======  ==================================================================================================
letter   meaning
=======  ==================================================================================================
x        repeat order days: days with at least one order, less the first one
t_x      days from a customer's first order day to the last one (0 where x = 0)
T        days from a customer's first order day to the last day that the data cover
theta    a model's parameters, in the order of ``Model.params``, with time in weeks
=======  ==================================================================================================
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lifelong.errors import FitError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a user should know about a result: a code, one sentence, and the figures behind it."""

    code: str
    text: str
    severity: Severity = "warning"
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape: code and text, with severity and facts beside them."""
        return {"code": self.code, "text": self.text, "severity": self.severity, "facts": dict(self.facts)}

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Distinct purchase histories with counts: all that a likelihood needs to know of a customer base.

    Attributes:
        x, t_x, T: int64 arrays of one length, in order days, days and days.
        count: int64, customers with that history.
    """

    x: NDArray[np.int64]
    t_x: NDArray[np.int64]
    T: NDArray[np.int64]
    count: NDArray[np.int64]

    @classmethod
    def of(cls, x: Any, t_x: Any, T: Any, count: Any = None) -> Patterns:
        """Check four sequences and make them patterns; ``count`` is 1 each where it is not given."""
        arrays = [np.ascontiguousarray(a, dtype=np.int64) for a in (x, t_x, T)]
        counts = np.ones(len(arrays[0]), np.int64) if count is None else np.ascontiguousarray(count, dtype=np.int64)
        for a in (*arrays, counts):
            if a.ndim != 1 or len(a) != len(counts):
                raise ValueError("x, t_x, T and count must be one-dimensional and of one length")
        x_, t_x_, T_ = arrays
        if len(x_) and (x_.min() < 0 or t_x_.min() < 0 or (t_x_ > T_).any() or ((x_ == 0) != (t_x_ == 0)).any()):
            raise ValueError("a history needs x >= 0, 0 <= t_x <= T, and t_x = 0 exactly where x = 0")
        return cls(x_, t_x_, T_, counts)

    @classmethod
    def grouped(cls, x: Any, t_x: Any, T: Any, count: Any = None) -> Patterns:
        """As :meth:`of`, with equal histories merged and their counts added; sorted by (x, t_x, T)."""
        raw = cls.of(x, t_x, T, count)
        order = np.lexsort((raw.T, raw.t_x, raw.x))
        x_, t_, T_, c_ = raw.x[order], raw.t_x[order], raw.T[order], raw.count[order]
        if not len(x_):
            return raw
        first = np.flatnonzero(np.r_[True, (np.diff(x_) != 0) | (np.diff(t_) != 0) | (np.diff(T_) != 0)])
        return cls(x_[first], t_[first], T_[first], np.add.reduceat(c_, first))

    @property
    def customers(self) -> int:
        """How many customers all patterns hold together."""
        return int(self.count.sum())

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, slots=True, eq=False)
class Spend:
    """Distinct spend histories with counts: what a spend model needs.

    Attributes:
        x: int64, order days with spend above zero that count (repeat ones, as the papers do).
        total: float64, money spent on those days, in major units; 0 where x is 0.
        count: int64, customers with that history.
    """

    x: NDArray[np.int64]
    total: Floats
    count: NDArray[np.int64]

    @property
    def customers(self) -> int:
        """How many customers all rows hold together."""
        return int(self.count.sum())


@dataclass(frozen=True, slots=True)
class Estimate:
    """One parameter of a fit: estimate, standard error and 95 % interval (nan where the data cannot say)."""

    name: str
    estimate: float
    se: float
    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fit comes from, so that it can be made again."""

    data: str = ""  # hash of the patterns
    customers: int = 0
    patterns: int = 0
    until: str = ""
    version: str = ""
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted model: immutable, made by ``fit()``, saved as JSON and npz, never pickled.

    What is used stands in ``theta`` and ``covariance`` (of ``transform(theta)``, the unbounded scale on which
    the optimum was searched: here the logarithm); what is only looked at stands in ``info``.
    """

    model: str
    params: tuple[Estimate, ...]
    theta: Floats
    covariance: Floats
    loglik: float
    findings: tuple[Finding, ...] = ()
    info: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin = field(default_factory=Origin)
    spend: Fit | None = None

    def draws(self, size: int, rng: np.random.Generator) -> Floats:
        """Parameter draws, shape (size, parameters): log-normal about the optimum (the Laplace form).

        Directions that the data do not hold are kept within a factor of e^3 of the optimum, so that a ridge
        widens the intervals without leaving the numbers that a computer can hold.
        """
        root = _matrix_root(self.covariance)
        step = rng.standard_normal((size, len(self.theta))) @ root.T
        draws: Floats = self.theta * np.exp(np.clip(step, -3.0, 3.0))
        return draws

    def __getitem__(self, name: str) -> float:
        for p in self.params:
            if p.name == name:
                return p.estimate
        raise KeyError(name)

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a fit."""
        return {
            "model": self.model,
            "params": [{k: _plain(v) for k, v in asdict(p).items()} for p in self.params],
            "loglik": _plain(self.loglik),
            "findings": [f.as_dict() for f in self.findings],
            "info": {k: _plain(v) for k, v in self.info.items()},
            "origin": asdict(self.origin),
            "spend": self.spend.as_dict() if self.spend else None,
        }

    def __str__(self) -> str:
        head = f"{self.model}: log-likelihood {self.loglik:,.4f}, {self.origin.customers:,} customers"
        lines = [head, f"{'':<8}{'estimate':>14}{'se':>12}{'95 % low':>14}{'high':>14}  unit"]
        lines += [
            f"{p.name:<8}{p.estimate:>14.6g}{p.se:>12.4g}{p.low:>14.6g}{p.high:>14.6g}  {p.unit}" for p in self.params
        ]
        lines += [f"  {f}" for f in self.findings]
        if self.spend:
            lines += ["", str(self.spend)]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Totals:
    """A group's total with its intervals; an interval of a sum is not the sum of intervals.

    ``model_share`` is the part of the 80 % interval's width that comes from the model's own error, as the
    rolling back-test measured it: 1 - (width without it) / (width with it).
    """

    customers: int
    alive: float
    orders: float
    value: float
    low80: float
    high80: float
    low90: float
    high90: float
    orders_low80: float
    orders_high80: float
    orders_low90: float
    orders_high90: float
    model_share: float

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name."""
        return {k: _plain(v) for k, v in asdict(self).items()}


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """A row a customer (columns: ``schema.SCORES``) with totals, and the words that say what the numbers mean.

    ``groups`` holds totals by name: ``all``, ``best 20 %``, and one a first-order cohort (``cohort 1997-01``).
    """

    as_of: str
    horizon: str
    currency: str
    definition: str
    customers: int
    totals: Totals
    table: pa.Table
    groups: Mapping[str, Totals] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    model: str = ""
    path: str = ""

    def top(self, n: int = 10, by: str = "value") -> pa.Table:
        """The n customers of most value, ties broken by customer id so that every run agrees."""
        return self.table.sort_by([(by, "descending"), ("customer_id", "ascending")]).slice(0, n)

    def frame(self) -> pa.Table:
        """The rows as an Arrow table."""
        return self.table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of scores."""
        return {
            "as_of": self.as_of,
            "horizon": self.horizon,
            "currency": self.currency,
            "definition": self.definition,
            "customers": self.customers,
            "totals": self.totals.as_dict(),
            "groups": {name: t.as_dict() for name, t in self.groups.items()},
            "findings": [f.as_dict() for f in self.findings],
            "model": self.model,
            "path": self.path,
        }

    def __str__(self) -> str:
        t = self.totals
        return (
            f"{self.customers:,} customers as of {self.as_of}, {self.definition}\n"
            f"still customers {t.alive:,.0f}; orders within {self.horizon} {t.orders:,.0f} "
            f"(80 %: {t.orders_low80:,.0f} to {t.orders_high80:,.0f})\n"
            f"value {t.value:,.2f} {self.currency} (80 %: {t.low80:,.2f} to {t.high80:,.2f}; "
            f"{t.model_share:.0%} of that width is the model's own error)"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Leaderboard:
    """Every model at every origin with every metric, the one chosen, and the reason in words.

    Attributes:
        rows: dicts with ``model``, ``origin`` (ISO date) and the metrics of ``definitions.METRICS``.
        chosen: the winning model's name.
        why: one or two sentences.
        model_error: standard deviation of log(actual / forecast) of the total by model, with its degrees of
            freedom and horizon: ``{model: {"orders": s, "value": s, "df": n, "days": h, "bias_orders": b}}``.
        tracking: by day of the last origin: weekly counted and forecast orders (see ``judge.backtest``).
        deciles: of the chosen model at the last origin.
    """

    rows: Sequence[Mapping[str, Any]]
    chosen: str
    why: str
    model_error: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    tracking: Sequence[Mapping[str, Any]] = ()
    deciles: Sequence[Mapping[str, Any]] = ()
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a leaderboard."""
        return {
            "rows": [{k: _plain(v) for k, v in row.items()} for row in self.rows],
            "chosen": self.chosen,
            "why": self.why,
            "model_error": {m: {k: _plain(v) for k, v in e.items()} for m, e in self.model_error.items()},
            "tracking": [{k: _plain(v) for k, v in row.items()} for row in self.tracking],
            "deciles": [{k: _plain(v) for k, v in row.items()} for row in self.deciles],
            "findings": [f.as_dict() for f in self.findings],
        }

    def frame(self) -> pa.Table:
        """The rows as an Arrow table."""
        import pyarrow as pa

        return pa.Table.from_pylist([dict(row) for row in self.rows])


@dataclass(frozen=True, slots=True, eq=False)
class ImportReport:
    """What an ingest did, reconciled to the source: rows in = kept + quarantined + duplicates, and money likewise.

    Money is in minor units of ``currency``; None where the file has no amounts.
    """

    source: str
    batch: str
    rows_in: int
    kept: int
    quarantined: int
    duplicates: int
    money_in: int | None
    money_kept: int | None
    money_quarantined: int | None
    money_duplicates: int | None
    currency: str
    orders: int
    customers: int
    first_day: str
    last_day: str
    columns: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        """A report that does not add up is an error of ours and must never be shown as if it did."""
        from lifelong.errors import DataError

        rows = self.kept + self.quarantined + self.duplicates
        money = None
        if self.money_in is not None:
            money = (self.money_kept or 0) + (self.money_quarantined or 0) + (self.money_duplicates or 0)
        if rows != self.rows_in or money != self.money_in:
            raise DataError(
                "E109",
                f"rows {self.rows_in} against {rows}, money {self.money_in} against {money}",
                where=self.source,
                why="every row of the source must be accounted for, to the cent",
                fix="this is a fault in lifelong: nothing was stored; please report it with the first lines of the file",
            )

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of an import report."""
        plain = {
            k: _plain(getattr(self, k)) for k in self.__dataclass_fields__ if k not in {"findings", "columns", "details"}
        }
        return plain | {
            "columns": dict(self.columns),
            "details": _plain(dict(self.details)),
            "findings": [f.as_dict() for f in self.findings],
        }


def _plain(value: Any) -> Any:
    """A JSON-safe form: numpy scalars become Python's; nan and infinities become None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return [_plain(v) for v in value.tolist()]
    return value


def to_json(value: Any) -> str:
    """One line of JSON for anything with ``as_dict``."""
    return json.dumps(_plain(value.as_dict() if hasattr(value, "as_dict") else value), ensure_ascii=False)


def _matrix_root(covariance: Floats) -> Floats:
    """A square root of a covariance, with eigenvalues below zero set to zero."""
    if not np.isfinite(covariance).all():
        raise FitError("E201", "the fit has no covariance to draw from", why="draws need every standard error")
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    root: Floats = vectors * np.sqrt(np.clip(values, 0.0, None))
    return root
