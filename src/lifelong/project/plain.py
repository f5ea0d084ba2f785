"""The same maths without a project: a frame or a file in, a value out, nothing stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifelong.config import Config
from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.project.folder import NO_CURRENCY, Folder, silent
from lifelong.project.ingesting import Reading
from lifelong.units import day_of, share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifelong.project.asked import Question
    from lifelong.values import Course, Fit, Scores, Timelines


class Summary:
    """A row a customer, with the patterns that a model is fitted to: ``BGNBD().fit(summary)``.

    Attributes:
        table: ``schema.SUMMARY`` as an Arrow table.
        until: the last day seen, as days since 1970-01-01.
        currency: ISO 4217, XXX where there is none.
    """

    def __init__(self, table: Any, until: int, currency: str) -> None:
        self.table, self.until, self.currency = table, until, currency

    @property
    def patterns(self) -> Any:
        """Distinct purchase histories with counts."""
        from lifelong.tables import patterns

        return patterns.to_patterns(patterns.patterns(self.table))

    @property
    def spend(self) -> Any:
        """Distinct spend histories with counts."""
        from lifelong.tables import patterns
        from lifelong.units import minor_digits

        return patterns.to_spend(patterns.spends(self.table), minor_digits(self.currency))

    def __getitem__(self, name: str) -> Any:
        """A column."""
        return self.table[name]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return len(self.table)


def summarise(
    orders: Any, *, until: str, currency: str = NO_CURRENCY, known_since: Mapping[Any, str] | None = None
) -> Summary:
    """The summary of canonical orders (``schema.ORDERS``: at least customer_id, day, revenue, is_order) to a day.

    Args:
        orders: any frame that narwhals knows: pandas, Polars, PyArrow, DuckDB ...
        until: the last day to look at, ISO.
        currency: of the revenue's minor units.
        known_since: where the data begin after some customers did, the ISO day of the first order by customer; those
            who have no order in view may be among them. The summary then has ``before``, for ``LeftTruncated``.

    Raises:
        DataError: E183 where these are no days, or none lies before the data.
    """
    import narwhals as nw

    from lifelong.tables import summary

    if known_since is not None:
        from lifelong.project import asked, knowing

        at = asked.base_of(orders, until)
        at = knowing.aged(at, list(known_since), list(known_since.values()), "known_since")
        return Summary(at.summary, at.until, currency)
    last = day_of(until)
    made = nw.from_native(summary.summary(orders, last))
    eager = made.collect(backend="pyarrow") if isinstance(made, nw.LazyFrame) else made
    return Summary(eager.to_arrow().sort_by("customer_id"), last, currency)


def predict(
    fit: Fit,
    summary: Any,
    question: Question,
    timelines: Timelines | None = None,
    future: Course | None = None,
) -> Scores:
    """Scores of a summary by a fit; totals carry a usual model error, since no back-test stands beside them."""
    from lifelong.score import Terms, score

    currency = getattr(summary, "currency", NO_CURRENCY)
    terms = Terms(question.horizon, question.margin, question.discount, currency)
    table = getattr(summary, "table", summary)
    if timelines is None or future is None:
        return score(fit, table, terms)
    from lifelong.models.courses import Courses

    _same(table, timelines, future, int(min(terms.horizon.days, 10**6)))
    made = score(fit, table, terms, Courses.of(fit, timelines, future))
    return replace(made, findings=(*made.findings, *future.findings))


def _same(table: Any, timelines: Timelines, future: Course, days: int) -> None:
    """The summary, the timelines and the future must be of the same customers and times.

    Raises:
        DataError: E184.
    """
    from lifelong.score.base import arrow

    rows = arrow(table)
    is_same = rows["customer_id"].to_pylist() == timelines.customer.tolist() and len(future) == len(timelines)
    if not is_same or (rows["T"].to_numpy() != timelines.T).any() or (rows["x"].to_numpy() != timelines.x).any():
        what, fix = (
            "the summary and the timelines are not of the same customers and days",
            "make both of the same orders and day",
        )
    elif (future.total != days).any():
        what, fix = (
            phrase("the future is {total} days long, and the horizon {days}", total=int(future.total.max()), days=days),
            phrase("horizon='{total}d'", total=int(future.total.max())),
        )
    else:
        return
    raise DataError(
        "E184",
        what,
        where="timelines, future",
        why="each customer's past and future covariates make the forecast",
        fix=fix,
    )


def follow(orders: Any, covariates: Any, *, until: str, period: str | int = "week") -> Timelines:
    """Customers one by one in changing circumstances, for ``TimeVaryingParetoNBD``.

    Args:
        orders: canonical orders as in :func:`summarise`; customer_id, day and is_order are enough.
        covariates: any frame with ``day``, a period's first day (a date, or days since 1970-01-01), a column of numbers
            a covariate, and ``customer_id`` where they differ between customers.
        until: the last day seen, ISO.
        period: how long a period is: ``day``, ``week``, ``month``, ``quarter``, ``year``, or a number of days.

    Raises:
        DataError: E214 where days have no covariates, E215 where these cannot be used.
    """
    from lifelong.tables.timelines import timelines

    return timelines(orders, covariates, day_of(until), period)


def foresee(
    customers: Any, covariates: Any, *, after: str, until: str, period: str | int = "week", unknown: str = "refuse"
) -> Course:
    """The covariates of customers in (after, until]: planned ones, or supposed ones where ``unknown`` says by what rule.

    Args:
        customers: as in ``Timelines.customer``.
        covariates: as in :func:`follow`, with the planned periods.
        after: the last day seen, ISO.
        until: the last day of the future, ISO.
        period: as in :func:`follow`.
        unknown: what stands in after the last period: ``"season"``, the same season of the last year known,
            ``"last"``, the last period, or ``"refuse"``, nothing. Finding F254 on the result tells of it.
    """
    from lifelong.tables.timelines import future

    return future(customers, covariates, day_of(after), day_of(until), period, unknown)


def fit_file(file: Path, *, model: str, until: str, prior: str, **reading: Any) -> Fit:
    """Fit to the orders of one file: at once in memory where that is easy, else by a project that is thrown away."""
    from lifelong.project import asked, fitting, ingesting, knowing, valuing

    known = knowing.Known.of(*(reading.pop(name, "") for name in ("covariates", "l2", "known_since")))
    own = [*reading.pop("keep", ()), *known.columns]
    told = Reading(reading.pop("columns", {}), keep=tuple(dict.fromkeys(own)), **reading)
    found = None if known.is_something else _at_once(file, told)
    if found is not None:
        orders, currency = found
        return fitting.fit_base(model, asked.base_of(orders, until), currency, prior)
    import tempfile

    with tempfile.TemporaryDirectory(prefix="lifelong-") as scratch:
        folder = Folder(Path(scratch), silent)
        folder.create()
        ingesting.ingest(folder, file, told)
        if known.is_something:
            return valuing.fit_at(folder, asked.base(folder, until), model, prior, known)
        return fitting.fit_base(model, asked.base(folder, until), folder.currency, prior)


def _at_once(file: Path, reading: Reading) -> tuple[Any, str] | None:
    """Orders and currency of a small plain file, as an ingest would give them; None where it is not so plain.

    Raises:
        DataError: as an ingest: E104 and E105 where too many rows are bad.
    """
    import narwhals as nw

    from lifelong.project import ingesting
    from lifelong.sources import plaintext
    from lifelong.tables import clean, identity, quality

    config = Config()
    plan = ingesting.planned(file, reading, config)
    raw = plaintext.table(plan)
    if raw is None:
        return None
    lines = nw.from_native(clean.lines(raw, plan.rules)).with_columns(batch=nw.lit("000001"))
    marked = nw.from_native(clean.duplicates(lines.to_native()))
    if marked["reason"].null_count() < len(marked):
        report = quality.report(marked.to_native(), plan.rules, source=file.name, batch="")
        quality.too_bad(report, share(reading.bad_share or config.bad_share, flag="--bad-share"))
    kept = marked.filter(nw.col("reason").is_null() & ~nw.col("duplicate")).to_native()
    if not len(kept):
        return None  # an ingest says what is wrong
    currency = plan.rules.currency if plan.rules.has_amount else ""
    return clean.orders(kept, identity.merges(kept)), currency or NO_CURRENCY
