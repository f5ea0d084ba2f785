"""Counted against forecast, week by week: the calibration before an origin and the hold-out after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.models.in_calendar import InCalendar
from lifelong.score.base import arrow
from lifelong.tables import summary as tables
from lifelong.units import date_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.judge.origin import Seen
    from lifelong.score.forecast import Forecast
    from lifelong.score.terms import ModelError
    from lifelong.values import Totals

    Floats = NDArray[np.float64]

WIDTH80 = 1.2815515594457831  # half the width of an 80 % interval, in standard deviations of a normal


def tracking(orders: Any, seen: Seen, ahead: Forecast, total: Totals, error: ModelError) -> list[dict[str, Any]]:
    """A row a week, oldest first.

    Counted are repeat order days of customers who had ordered by the origin. Before the origin the forecast is that
    of the fitted model for new customers of each first day (as the papers' tracking plots); after it, the sum of
    the customers' conditional expectations, as a score gives them.

    Args:
        orders: ``schema.ORDERS``, any frame.
        seen: the origin.
        ahead: the model's forecast there.
        total: of all customers over the hold-out, without the model's own error.
        error: the model's own error as the other origins measured it, for the hold-out's bands.

    Returns:
        Dicts: ``day`` (the week's last, days since 1970-01-01), ``date``, ``phase`` (``calibration``, ``holdout``),
        ``counted``, ``forecast``, ``low80``, ``high80`` (None before the origin), ``baseline`` (the last period's mean
        week; None before the origin), and ``counted_total``, ``forecast_total``, ``low80_total``,
        ``high80_total``, summed since the first week, or since the origin in the hold-out's bands.
    """
    days = _weeks(seen)
    is_ahead = days > seen.day
    counted = _counted(orders, seen, days)
    forecast = np.concatenate([_fitted(seen, ahead, days[~is_ahead]), _expected(seen, ahead, days[is_ahead])])
    made = {
        "day": days.tolist(),
        "date": [date_of(day).isoformat() for day in days],
        "phase": np.where(is_ahead, "holdout", "calibration").tolist(),
        "counted": counted.tolist(),
        "forecast": forecast.tolist(),
        "counted_total": np.cumsum(counted).tolist(),
        "forecast_total": np.cumsum(forecast).tolist(),
    }
    start = float(counted[~is_ahead].sum())
    made |= _bands(forecast, is_ahead, _relative(seen, total, error), start)
    weekly = float(seen.before.sum()) * 7.0 / seen.days
    made["baseline"] = [weekly if ahead_ else None for ahead_ in is_ahead]
    return [dict(zip(made, values, strict=True)) for values in zip(*made.values(), strict=True)]


def _weeks(seen: Seen) -> NDArray[np.int64]:
    """The last day of each week: whole weeks both ways from the origin, as many as there are."""
    past = int(seen.summary["T"].to_numpy().max()) // 7
    return seen.day + 7 * np.arange(-past, seen.days // 7 + 1)


def _counted(orders: Any, seen: Seen, days: NDArray[np.int64]) -> Floats:
    """Repeat order days in each week; those before the first whole week fall into it."""
    import narwhals as nw
    import pyarrow as pa
    import pyarrow.compute as pc

    visits = tables.order_days(orders, int(days[-1])).filter(nw.col("orders") > 0).select("customer_id", "day")
    found = arrow(tables.collected(visits).to_native())
    ids = seen.summary["customer_id"].combine_chunks()
    at = pc.index_in(found["customer_id"].cast(ids.type), value_set=ids)
    row = pc.fill_null(at, -1).to_numpy()
    day = found["day"].cast(pa.int64()).to_numpy()
    first = seen.summary["first_day"].to_numpy().astype(np.int64)
    repeat = (row >= 0) & (day > first[row])
    week = np.searchsorted(days, day[repeat], side="left")
    return np.bincount(week, minlength=len(days)).astype(np.float64)


def _fitted(seen: Seen, ahead: Forecast, days: NDArray[np.int64]) -> Floats:
    """Expected repeat orders of new customers in each week before the origin."""
    purchase, theta = ahead.engine.purchase, ahead.engine.theta
    size, born = ahead.engine.kinds.size, seen.summary["first_day"].to_numpy().astype(np.int64)
    each, count = np.unique(born * size + ahead.base.kind[ahead.base.history], return_counts=True)
    first, kind = np.divmod(each, size)
    if isinstance(purchase, InCalendar):  # the week itself matters, not the age alone
        far, near = (seen.day - first[None, :]) / 7.0, (seen.day - days[:, None]) / 7.0
        expected = purchase.expect_since(theta, far, near)
    else:
        age = np.maximum(days[:, None] - first[None, :], 0)
        pairs, where = np.unique(age * size + kind, return_inverse=True)
        ages, of = np.divmod(pairs, size)
        kinds: Any = ahead.engine.kinds  # a back-test's customers are of ``models.kinds.Kinds``
        expected = kinds.expect_new(theta, of, ages / 7.0)[where.reshape(age.shape)]
    return np.diff(expected @ count, prepend=0.0)


def _expected(seen: Seen, ahead: Forecast, days: NDArray[np.int64]) -> Floats:
    """Expected orders in each week after the origin, given each customer's history."""
    engine, base = ahead.engine, ahead.base
    weight = base.count * ahead.means.alive
    reach = (days - seen.day) / 7.0
    sums = [float(weight @ engine.ahead(engine.theta, base.past, 0.0, weeks)) for weeks in reach]
    return np.diff(np.array(sums), prepend=0.0)


def _relative(seen: Seen, total: Totals, error: ModelError) -> tuple[float, float]:
    """The share of doubt that all weeks have in common, and the dispersion of counts about their mean."""
    spread = (total.orders_high80 - total.orders_low80) / 2.0 / WIDTH80
    chance = max(float(seen.before.sum()), total.orders, 1.0)
    common = max(spread**2 - chance, 0.0) / max(total.orders, 1.0) ** 2
    shock = error.scale("orders", seen.days) * _heavier(error.df)
    return float(np.sqrt(common + shock**2)), 1.0


def _heavier(df: float) -> float:
    """Student t's 90 % quantile by the normal's."""
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.9)) / WIDTH80


def _bands(
    forecast: Floats, is_ahead: NDArray[np.bool_], doubt: tuple[float, float], start: float
) -> dict[str, list[float | None]]:
    """80 % bands of each week, and of the running total from the origin on."""
    common, dispersion = doubt
    since = np.cumsum(np.where(is_ahead, forecast, 0.0))
    made: dict[str, list[float | None]] = {}
    for suffix, center, offset in (("", forecast, 0.0), ("_total", since, start)):
        half = WIDTH80 * np.sqrt(dispersion * np.maximum(center, 0.0) + (common * center) ** 2)
        for name, values in (("low80", np.maximum(center - half, 0.0)), ("high80", center + half)):
            made[name + suffix] = [
                float(v) + offset if there else None for v, there in zip(values, is_ahead, strict=True)
            ]
    return made
