"""The rolling-origin back-test: hide the last part of the firm's own past, forecast it, and compare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import FitError
from lifelong.judge import crps, metrics
from lifelong.judge.baselines import baselines
from lifelong.judge.blending import asks_blend, plainly, statistical, try_blend
from lifelong.judge.calibration import apart, calibration, off, tenths
from lifelong.judge.candidates import in_calendar, steady
from lifelong.judge.choice import Record, choose, spends
from lifelong.judge.costs import costs
from lifelong.judge.fitting import counted, fit_named, plain_name
from lifelong.judge.intervals import Sample, intervals, pick, untold
from lifelong.judge.origin import Seen, earlier, edges, has_money, see
from lifelong.judge.rows import Guess, row
from lifelong.judge.tracking import tracking
from lifelong.judge.traits import SUFFIX
from lifelong.judge.trial import LEAST_CUSTOMERS, Schedule, Trial, schedule
from lifelong.models.spend_choice import AUTO, DEPENDENT, INDEPENDENT, fit_spend_named
from lifelong.phrases import phrase
from lifelong.score.rows import LEVELS
from lifelong.score.scores import prepare
from lifelong.score.terms import ModelError, Terms
from lifelong.score.totals import group_totals
from lifelong.tables import patterns
from lifelong.units import Horizon, Rate, date_of, minor_digits
from lifelong.values import Finding, Leaderboard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lifelong.score.forecast import Forecast
    from lifelong.values import Fit, Totals

    Floats = NDArray[np.float64]

FUTURES = 240_000  # simulated for each model and origin: log scores within a few thousandths, coverage within a point


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One forecaster at one origin.

    Attributes:
        row: its measures.
        sample: what intervals of the measures are told from.
        errors: |forecast - actual| of each customer, of value where there is money.
        levelled: the same with the forecasts scaled to the actual total.
        miss: log(actual / forecast) of the totals and its variance by chance: ``orders`` and, with money, ``value``.
        ahead, total: what a model forecast; None for a baseline.
    """

    row: dict[str, Any]
    sample: Sample
    errors: Floats
    levelled: Floats
    miss: Mapping[str, tuple[float, float]]
    ahead: Forecast | None = None
    total: Totals | None = None


def backtest(
    orders: Any,
    models: Sequence[str] = (),
    *,
    holdout: Horizon | None = None,
    until: int | None = None,
    margin: float | None = None,
    currency: str = "",
) -> Leaderboard:
    """Test purchase models on the firm's own orders, at several origins, beside two baselines.

    Args:
        orders: ``schema.ORDERS``, any frame.
        models: names of purchase models; those that ``auto`` tries (``judge.candidates``) where none is named. With
            ``+blend`` behind it a model's values are blended with learned ones; ``blend`` alone is the winner's.
        holdout: how far ahead each origin looks; None chooses (see ``Trial``).
        until: the last day of the data that counts, in days since 1970-01-01.
        margin: share of revenue that counts as value.
        currency: of the amounts.

    Raises:
        FitError: E203, where the history is too short for any origin; E201, where there is no order.
    """
    trial = Trial(holdout=holdout, until=until, margin=margin, currency=currency)
    return run(orders, models, trial)


def run(orders: Any, models: Sequence[str], trial: Trial) -> Leaderboard:
    """As :func:`backtest`, with every term of the trial open."""
    first, last = edges(orders)
    plan = schedule(trial, first, last if trial.until is None else min(trial.until, last))
    days = int(plan.horizon.days)
    seen = [see(orders, day, days, trial) for day in plan.origins]
    kept = [one for one in seen if len(one) >= LEAST_CUSTOMERS and one.before.sum() + one.orders.sum() > 0]
    if not kept:
        raise _too_few(plan, max(len(one) for one in seen))
    kept = pick(kept)
    names = _beside_each(plainly(models), trial) or steady(orders, kept[0], trial.prior)
    tests = [_test(orders, one, names, plan, trial) for one in kept]
    tests, trial, found = _by_evidence(tests, kept, names, plan, trial)
    if not models:
        winner = _choose(tests, names)[0]
        told, more_found = in_calendar(winner, kept)
        found += more_found
        more = (*((told,) if told else ()), *_beside_each((winner,), trial)[1:])
        tests = _all_beside(tests, [_models(orders, one, more, plan, trial) for one in kept])
        names = (*names, *more)
    for base in [statistical(name) for name in models if asks_blend(name)] if models else [""]:
        base = base or plain_name(_choose(tests, names)[0])
        tried = try_blend(base, orders, kept, [_ahead(test[base]) for test in tests], (plan, trial))
        found += tried.findings
        if tried.name and tried.name not in names:
            held = [_held(tried.name, each, one, plan) for one, each in zip(kept, tried.ahead, strict=True)]
            tests, names = _all_beside(tests, [{tried.name: one} for one in held]), (*names, tried.name)
    return _leaderboard(orders, kept, tests, replace(plan, findings=(*plan.findings, *found)), names, trial)


def _ahead(result: Result) -> Forecast:
    if result.ahead is None:  # a model always has one
        raise AssertionError(result.row["model"])
    return result.ahead


def _test(orders: Any, seen: Seen, models: Sequence[str], plan: Schedule, trial: Trial) -> dict[str, Result]:
    """Every model and both baselines at one origin, by name."""
    made = _models(orders, seen, models, plan, trial)
    rivals = {
        name: _result(_head(name, seen, plan), seen, guesses, None)
        for name, guesses in baselines(seen, earlier(orders, seen, plan, trial)).items()
    }
    return _beside(rivals, made)


def _beside_each(models: Sequence[str], trial: Trial) -> tuple[str, ...]:
    """The names, each followed by itself with covariates where there are some and it can have them."""
    if trial.traits is None:
        return tuple(models)
    every = [name for model in models for name in (model, model + SUFFIX) if name.count("+") <= 1]
    return tuple(dict.fromkeys(every))


def _models(orders: Any, seen: Seen, names: Sequence[str], plan: Schedule, trial: Trial) -> dict[str, Result]:
    """The named models at one origin."""
    tables = {name: counted(name, orders, seen.summary, seen.day) for name in names}
    fits = {name: fit_named(name, orders, table, seen.day, trial.prior, trial.traits) for name, table in tables.items()}
    return _spending(fits, seen, plan, trial)


def _spending(fits: Mapping[str, Fit], seen: Seen, plan: Schedule, trial: Trial) -> dict[str, Result]:
    """Purchase fits with the trial's spend model, held against what came; each counts orders in its own way."""
    spend, made = _fit_spend(seen.summary, trial), {}
    for name, fit in fits.items():
        table = counted(name, seen.source, seen.summary, seen.day)
        own = spend if table is seen.summary else _fit_spend(table, trial)
        made[name] = _model(replace(fit, spend=own), replace(seen, summary=table), plan, trial)
    return made


def _by_evidence(
    tests: Sequence[dict[str, Result]], seen: Sequence[Seen], names: Sequence[str], plan: Schedule, trial: Trial
) -> tuple[list[dict[str, Result]], Trial, tuple[Finding, ...]]:
    """The tests with the spend model that does better for the winner, where likelihood alone would leave Gamma-Gamma.

    Returns:
        The tests, the trial with the name of that model (``auto`` where likelihood may go on choosing), what to say.
    """
    fits = [_ahead(test[names[0]]).engine.fit.spend for test in tests]
    if trial.spend != AUTO or not any(fit and fit.model == DEPENDENT for fit in fits):
        return list(tests), trial, ()
    winner, plain = _choose(tests, names)[0], replace(trial, spend=INDEPENDENT)
    beside = [_with_spend(test, (winner,), one, plan, plain) for test, one in zip(tests, seen, strict=True)]
    is_better, told = spends(*(_record([test[winner] for test in some]) for some in (tests, beside)))
    if is_better:
        return list(tests), trial, (told,)
    made = [_with_spend(test, names, one, plan, plain) for test, one in zip(tests, seen, strict=True)]
    return _all_beside(tests, made), plain, (told,)


def _with_spend(
    test: Mapping[str, Result], names: Sequence[str], seen: Seen, plan: Schedule, trial: Trial
) -> dict[str, Result]:
    """Tested models once more, with the trial's spend model beside the same purchase fits."""
    return _spending({name: _ahead(test[name]).engine.fit for name in names}, seen, plan, trial)


def _beside(test: dict[str, Result], more: dict[str, Result]) -> dict[str, Result]:
    """More models at an origin, before its baselines, with word whether they beat them."""
    rivals = {name: result for name, result in test.items() if result.ahead is None}
    limit = min(float(rival.errors.mean()) for rival in rivals.values())
    for result in more.values():
        result.row["beats_baseline"] = bool(result.errors.mean() < limit)
    return {**{name: result for name, result in test.items() if name not in rivals}, **more, **rivals}


def _all_beside(tests: Sequence[dict[str, Result]], more: Sequence[dict[str, Result]]) -> list[dict[str, Result]]:
    """More models at every origin."""
    return [_beside(test, each) for test, each in zip(tests, more, strict=True)]


def _fit_spend(table: Any, trial: Trial) -> Fit | None:
    if not trial.spend or not has_money(table):
        return None
    spends = patterns.to_spend(patterns.spends(table), minor_digits(trial.currency))
    return fit_spend_named(trial.spend, spends, prior=trial.prior)


def _model(fit: Fit, seen: Seen, plan: Schedule, trial: Trial) -> Result:
    """Hold the forecast of a model that was fitted as of the origin against what came."""
    margin = 1.0 if trial.margin is None else trial.margin
    terms = Terms(plan.horizon, margin, Rate(0.0), trial.currency, ModelError.off(), trial.seed)
    return _held(fit.model, prepare(fit, seen.summary, terms, FUTURES)[0], seen, plan)


def _held(name: str, ahead: Forecast, seen: Seen, plan: Schedule) -> Result:
    """A forecast held against what came."""
    total = group_totals(ahead, {"all": np.arange(len(seen))})["all"]
    orders, money = _guesses(ahead, seen)
    chance = ahead.futures.orders_probability(seen.orders.astype(np.int64), ahead.base.history, ahead.alive_mixed)
    made = _result(_head(name, seen, plan), seen, (orders, money), chance)
    return replace(made, miss=_misses(seen, total), ahead=ahead, total=total)


def _guesses(ahead: Forecast, seen: Seen) -> tuple[Guess, Guess | None]:
    """A model's forecasts of orders and of value, with intervals and the score of each distribution."""
    history, names = ahead.base.history, ("low80", "high80", "low90", "high90")
    counts = tuple(ahead.futures.orders_quantile(LEVELS[n], ahead.alive_mixed)[history] for n in names)
    orders = Guess(ahead.mean_orders[history], counts, crps.of_orders(ahead, seen.orders))
    if seen.value is None or not ahead.has_money:
        return orders, None
    bands = tuple(ahead.customer_quantile(LEVELS[n], slice(None)) for n in names)
    return orders, Guess(ahead.customer_value(slice(None)), bands, crps.of_value(ahead, seen.value))


def _head(name: str, seen: Seen, plan: Schedule) -> dict[str, Any]:
    return {
        "model": name,
        "origin": date_of(seen.day).isoformat(),
        "horizon": str(plan.horizon),
        "customers": len(seen),
    }


def _result(head: dict[str, Any], seen: Seen, guesses: tuple[Guess, Guess | None], chance: Floats | None) -> Result:
    orders, money = guesses
    made = row(head, (seen.orders, seen.value), (orders, money), None if chance is None else metrics.log_score(chance))
    made |= {"actual_orders": float(seen.orders.sum()), "forecast_orders": float(orders.mean.sum())}
    made |= {"active": float((seen.orders > 0).mean()), "beats_baseline": None}
    if money is None or seen.value is None:
        return Result(made, Sample.of(seen, made, seen.orders, orders, chance), *_errors(orders.mean, seen.orders), {})
    made |= {"actual_value": float(seen.value.sum()), "forecast_value": float(money.mean.sum())}
    return Result(made, Sample.of(seen, made, seen.value, money, chance), *_errors(money.mean, seen.value), {})


def _errors(forecast: Floats, actual: Floats) -> tuple[Floats, Floats]:
    """|forecast - actual| of each customer, as it is and with the forecasts scaled to the actual total."""
    total = float(forecast.sum())
    scaled = forecast * (float(actual.sum()) / total) if total > 0 else forecast
    return np.abs(forecast - actual), np.abs(scaled - actual)


def _misses(seen: Seen, total: Totals) -> dict[str, tuple[float, float]]:
    """log(actual / forecast) of the totals, with the variance that chance and parameters explain."""
    half = 0.5  # an order: keeps the logarithm where nothing came
    spread = (np.log(total.orders_high80 + half) - np.log(total.orders_low80 + half)) / 2.563
    made = {"orders": (float(np.log((seen.orders.sum() + half) / (total.orders + half))), float(spread**2))}
    if seen.value is not None and seen.value.sum() > 0 and total.value > 0:
        wide = (np.log(total.high80) - np.log(max(total.low80, 1e-3 * total.high80))) / 2.563
        made["value"] = (float(np.log(seen.value.sum() / total.value)), float(wide**2))
    return made


def _leaderboard(
    orders: Any,
    seen: Sequence[Seen],
    tests: Sequence[dict[str, Result]],
    plan: Schedule,
    models: Sequence[str],
    trial: Trial,
) -> Leaderboard:
    """All results together, the latest origin first."""
    chosen, why, found = _choose(tests, models)
    errors = {
        name: _error(
            [test[name].miss for test in tests],
            plan.horizon.days,
            # The winner's alone, and its own where that is blended: of others nobody asks.
            [pair for test, one in zip(tests, seen, strict=True) for pair in apart(one, _ahead(test[name]))]
            if name in {chosen, statistical(chosen)}
            else (),
        )
        for name in models
    }
    latest = tests[0][chosen]
    others = [test[chosen].miss for test in tests[1:]]  # the latest origin's band must not know its own miss
    ahead, total = _ahead(latest), latest.total
    if total is None:  # a model always has one
        raise AssertionError(chosen)
    error = ModelError.of(_error(others, plan.horizon.days))
    groups = calibration(orders, seen[0], ahead, error)
    samples = [{name: result.sample for name, result in test.items()} for test in tests]
    told = intervals(samples, chosen)
    return Leaderboard(
        rows=[test[name].row for test in tests for name in test],
        chosen=chosen,
        why=why,
        model_error=errors,
        tracking=tracking(orders, seen[0], ahead, total, error),
        deciles=tenths(seen[0], ahead, error),
        findings=(*plan.findings, *_skipped(plan, seen), *found, *untold(told, chosen, models), *off(groups)),
        intervals=told,
        calibration=groups,
        costs=costs(samples, trial.currency),
        covariates={} if trial.traits is None else trial.traits.told(),
        spend=trial.spend,
        known_since=trial.older.column if trial.older else "",
    )


def _choose(tests: Sequence[dict[str, Result]], models: Sequence[str]) -> tuple[str, str, tuple[Finding, ...]]:
    """The winner, why, and what to say of it."""
    records = {name: _record([test[name] for test in tests]) for name in tests[0]}
    rivals = {name: record for name, record in records.items() if name not in models}
    return choose({name: records[name] for name in models}, rivals)


def _record(results: Sequence[Result]) -> Record:
    errors, ahead = [result.errors for result in results], results[0].ahead
    if ahead is None:
        return Record(errors, [], 0)
    scores, misses = [r.row["log_score"] for r in results], [r.miss["orders"][0] for r in results]
    return Record(errors, scores, len(ahead.engine.kinds.params), [r.levelled for r in results], misses)


def _error(
    misses: Sequence[Mapping[str, tuple[float, float]]], days: float, cohorts: Sequence[tuple[float, float]] = ()
) -> dict[str, float]:
    """The entry of ``Leaderboard.model_error``."""
    orders = [miss["orders"] for miss in misses]
    made = ModelError.measured(orders, [miss["value"] for miss in misses if "value" in miss], days, cohorts)
    bias = float(np.mean([miss for miss, _ in orders])) if orders else 0.0
    scales = {"orders": made.orders, "value": made.value, "cohort": made.cohort, "chance": made.chance}
    return scales | {"df": made.df, "days": made.days, "bias_orders": bias}


def _skipped(plan: Schedule, seen: Sequence[Seen]) -> tuple[Finding, ...]:
    left = sorted(set(plan.origins) - {one.day for one in seen})
    if not left:
        return ()
    days = ", ".join(date_of(day).isoformat() for day in left)
    text = phrase("too few customers or no repeat order at {days}: left out of the back-test", days=days)
    return (Finding("F303", text, "info", {"origins": [date_of(day).isoformat() for day in left]}),)


def _too_few(plan: Schedule, customers: int) -> FitError:
    return FitError(
        "E203",
        phrase(
            "at most {customers} customers had ordered by {origin}, or none of them came again",
            customers=customers,
            origin=date_of(plan.origins[0]),
        ),
        where="the origins of the back-test",
        why=phrase("a back-test needs {least_customers} customers and a repeat order", least_customers=LEAST_CUSTOMERS),
        fix="take a shorter hold-out (--holdout 4w), or fit without a back-test (--model mbg_nbd)",
    )
