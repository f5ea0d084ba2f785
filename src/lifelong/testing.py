"""Checks that any model must pass, built in or plugged in: ``check_model(MyModel())``.

They need nothing but the model: it simulates its own customers, and what it says of them must agree with what they do.
"""

from __future__ import annotations

import itertools
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.models.optimise import estimates_of, fit_model, fit_spend
from lifelong.models.special import tally
from lifelong.values import Patterns, Spend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Check = Callable[[Any, Floats, np.random.Generator], Iterator[str]]

#: Two Monte Carlo means may differ by this many standard errors: by chance once in 16,000 comparisons.
ERRORS = 4.0


def check_model(model: Any, theta: Floats | None = None, *, seed: int = 0, light: bool = False) -> None:
    """Check a purchase model or a spend model against its contract (``models.base``).

    Gradient against differences; weights against duplicates; identities (probabilities sum to 1, an expectation is the sum of
    n times its probability, horizons and discounts in order); formulas against simulation within 4 standard errors;
    extremes finite and silent; recovery of the parameters; coverage of their 95 % intervals.

    Args:
        model: an instance.
        theta: the parameters to check at; the parameters' starting values where not given.
        seed: of the simulations.
        light: leave out recovery and coverage, which fit the model many times.

    Raises:
        AssertionError: with one line for each check that failed.
    """
    at = np.array([p.start for p in model.params]) if theta is None else np.asarray(theta, dtype=np.float64)
    spends = hasattr(model, "draw_spend")
    checks: list[Check] = [_gradient, _weights, *([_spend_simulation] if spends else _PURCHASE), _extremes]
    if not light:
        checks += [_recovery, _coverage]
    failures = []
    for check in checks:
        rng = np.random.default_rng(seed)
        failures += [f"{check.__name__[1:].replace('_', ' ')}: {text}" for text in check(model, at, rng)]
    if failures:
        raise AssertionError(f"{model.name} fails {len(failures)} checks:\n" + "\n".join(failures))


def simulated_patterns(
    model: Any, theta: Floats, customers: int, rng: np.random.Generator, weeks: tuple[float, float] = (26.0, 104.0)
) -> Patterns:
    """Patterns of simulated customers, their first orders spread evenly so that T lies within ``weeks``."""
    T = rng.integers(int(weeks[0] * 7), int(weeks[1] * 7) + 1, customers)
    x, t_x, _ = model.simulate(theta, T / 7.0, rng)
    days = np.where(x > 0, np.clip(np.ceil(t_x * 7.0), 1, T), 0).astype(np.int64)
    return Patterns.grouped(np.minimum(x, days), days, T)


def simulated_spend(model: Any, theta: Floats, customers: int, rng: np.random.Generator) -> Spend:
    """Spends of simulated customers with 1 to 8 orders each: new customers are those with x = 0."""
    x = rng.integers(1, 9, customers)
    owner = np.repeat(np.arange(customers), x)
    if hasattr(model, "simulate"):
        return Spend(x, model.simulate(theta, x, rng), np.ones(customers, np.int64))
    factor = np.broadcast_to(model.scale(theta, np.zeros(customers), x), customers)
    each = model.draw_spend(theta, np.zeros(customers), owner, rng) * factor[owner]
    return Spend(x, tally(owner, each, customers), np.ones(customers, np.int64))


def _data(model: Any, theta: Floats, customers: int, rng: np.random.Generator) -> Any:
    make = simulated_spend if hasattr(model, "draw_spend") else simulated_patterns
    return make(model, theta, customers, rng)


def _fit(model: Any, data: Any) -> Any:
    return (fit_spend if isinstance(data, Spend) else fit_model)(model, data, prior="off")


def _near(a: float, b: float, relative: float, absolute: float = 0.0) -> bool:
    return bool(abs(a - b) <= absolute + relative * max(abs(a), abs(b)))


def _gradient(model: Any, theta: Floats, rng: np.random.Generator) -> Iterator[str]:
    """The gradient is that of the likelihood, by central differences."""
    data = _data(model, theta, 300, rng)
    for at in (theta, theta * 1.7 ** np.resize([1.0, -1.0, 0.5], len(theta))):
        _, gradient = model.loglik_gradient(at, data)
        for j, name in enumerate(p.name for p in model.params):
            up, down = at.copy(), at.copy()
            up[j], down[j] = at[j] * (1 + 1e-5), at[j] * (1 - 1e-5)
            slope = (model.loglik(up, data) - model.loglik(down, data)) / (up[j] - down[j])
            # The difference of two sums loses about 1e-16 of the sum over the step.
            if not _near(gradient[j], slope, 1e-5, 1e-9 * abs(model.loglik(at, data)) / at[j]):
                yield f"by {name} the gradient is {gradient[j]:.8g}, differences say {slope:.8g}"


def _weights(model: Any, theta: Floats, rng: np.random.Generator) -> Iterator[str]:
    """A count of three is the same as three equal customers."""
    data = _data(model, theta, 50, rng)
    columns = [name for name in type(data).__dataclass_fields__ if isinstance(getattr(data, name), np.ndarray)]
    heavy = replace(data, count=data.count * 3)
    long = replace(data, **{name: np.tile(getattr(data, name), 3) for name in columns})
    if not _near(model.loglik(theta, heavy), model.loglik(theta, long), 1e-12):
        yield f"count 3 gives {model.loglik(theta, heavy)!r}, three rows {model.loglik(theta, long)!r}"
    if isinstance(data, Patterns):
        each = model.loglik_each(theta, data.x, data.t_x / 7.0, data.T / 7.0)
        if not _near(float(each @ data.count), model.loglik(theta, data), 1e-12):
            yield "loglik is not the sum of loglik_each"


def _probabilities(model: Any, theta: Floats, rng: np.random.Generator) -> Iterator[str]:  # noqa: ARG001 - one call for every check
    """Probabilities sum to 1, and their mean is the expectation."""
    n = np.arange(3000)
    for t in (1.0, 13.0, 52.0):
        pmf = model.pmf_new(theta, n, t)
        if (pmf < 0).any() or not _near(pmf.sum(), 1.0, 1e-8):
            yield f"the probabilities of n orders in {t} weeks sum to {pmf.sum()!r}"
        if not _near(float(pmf @ n), float(model.expect_new(theta, t)), 1e-7):
            yield f"in {t} weeks the sum of n p(n) is {pmf @ n!r}, the expectation {float(model.expect_new(theta, t))!r}"


def _order(model: Any, theta: Floats, rng: np.random.Generator) -> Iterator[str]:
    """Expectations grow with the horizon, fall with the discount, and are alive times if alive."""
    data = _data(model, theta, 200, rng)
    x, t_x, T = data.x, data.t_x / 7.0, data.T / 7.0
    alive = model.alive(theta, x, t_x, T)
    if not ((alive >= 0) & (alive <= 1)).all():
        yield "P(alive) leaves [0, 1]"
    before = np.zeros(len(x))
    for horizon in (1.0, 13.0, 52.0, 520.0):
        plain, cut = model.expect(theta, x, t_x, T, horizon), model.expect(theta, x, t_x, T, horizon, 0.002)
        if not (plain > before * (1.0 - 1e-10)).all():  # lives may have ended before: the sums then agree to rounding
            yield f"expect does not grow with the horizon, at {horizon} weeks"
        if not ((cut < plain) & (cut > plain * np.exp(-0.002 * horizon))).all():
            yield f"the discounted expectation is out of bounds at {horizon} weeks"
        if not np.allclose(plain, alive * model.expect_if_alive(theta, x, T, horizon, t_x=t_x), rtol=1e-12, atol=0):
            yield f"expect is not alive times expect_if_alive at {horizon} weeks"
        before = plain
    long, ever = (model.expect(theta, x, t_x, T, h, 0.01) for h in (5000.0, np.inf))
    if not np.allclose(long, ever, rtol=1e-8, atol=0):
        yield "a very long discounted horizon is not the infinite one"


def _simulation(model: Any, theta: Floats, rng: np.random.Generator) -> Iterator[str]:
    """New customers order as expect_new and pmf_new say, living ones as expect_if_alive says."""
    size = 40_000
    x, t_x, death = model.simulate(theta, np.full(size, 39.0), rng)
    if not ((t_x <= np.minimum(death, 39.0)) & ((x == 0) == (t_x == 0))).all():
        yield "simulated histories are not histories"
    yield from _compare("repeat orders of new customers", x, float(model.expect_new(theta, 39.0)))
    for n in range(3):
        yield from _compare(f"P({n} repeat orders)", (x == n).astype(float), float(model.pmf_new(theta, n, 39.0)))
    said = model.alive(theta, x, t_x, np.full(size, 39.0))
    yield from _compare("alive less P(alive)", (death > 39.0) - said, 0.0)
    for orders, T, horizon in ((0, 10.0, 26.0), (4, 40.0, 52.0)):
        owner, when = model.draw_orders(theta, np.full(size, orders), np.full(size, T), horizon, rng)
        if len(when) and not (when.min() > 0 and when.max() <= horizon):
            yield "drawn orders leave the horizon"
        for discount in (0.0, 0.01):
            made = tally(owner, np.exp(-discount * when), size)
            expected = float(model.expect_if_alive(theta, orders, T, horizon, discount))
            yield from _compare(f"orders of the living, x = {orders}, discount {discount}", made, expected)


def _spend_simulation(model: Any, theta: Floats, rng: np.random.Generator) -> Iterator[str]:
    """Drawn spends have the expected mean, and orders of one owner share it."""
    size = 40_000
    for x, total in ((0, 0.0), (3, 90.0)):
        owner = np.repeat(np.arange(size), 2)
        drawn = model.draw_spend(theta, np.full(size, x), owner, rng) * model.scale(theta, total, x)
        if hasattr(model, "location"):
            drawn = drawn + model.location(theta, total, x)
        pair = drawn.reshape(size, 2)
        yield from _compare(f"spend of an order, x = {x}", pair.mean(axis=1), float(model.expect(theta, x, total)))
        alike = np.log(pair) if pair.min() > 0 else pair  # a few large spends would sway the correlation
        if not np.corrcoef(alike[:, 0], alike[:, 1])[0, 1] > ERRORS / np.sqrt(size):
            yield "orders of one owner do not share a latent mean"


def _compare(what: str, sample: Floats, expected: float) -> Iterator[str]:
    error = float(np.std(sample)) / np.sqrt(len(sample)) + 1e-12
    if not abs(float(np.mean(sample)) - expected) <= ERRORS * error:
        yield f"{what}: simulated {np.mean(sample):.6g} (error {error:.2g}), formula {expected:.6g}"


def _extremes(model: Any, theta: Floats, rng: np.random.Generator) -> Iterator[str]:  # noqa: ARG001 - one call for every check
    """Nothing overflows, and nothing warns, with parameters 1e-3 to 1e4, x to 1e4 and T to 1e5 weeks."""
    x, t_x, T = (np.array(v) for v in zip(*_HISTORIES, strict=True))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for corner in itertools.product((1e-3, 1e4), repeat=len(model.params)):
            at = np.array(corner)
            if hasattr(model, "draw_spend"):
                ok = np.isfinite(model.loglik(at, Spend(x[1:], T[1:], np.ones(len(x) - 1, np.int64))))
            else:
                alive = model.alive(at, x, t_x, T)
                ok = np.isfinite(model.loglik_each(at, x, t_x, T)).all() and ((alive >= 0) & (alive <= 1)).all()
                for horizon, discount in ((52.0, 0.0), (np.inf, 0.002)):
                    orders = model.expect_if_alive(at, x, T, horizon, discount)
                    ok = ok and np.isfinite(orders).all() and (orders >= 0).all()
            if not ok:
                yield f"not finite, or out of range, at {corner}"


def _recovery(model: Any, theta: Floats, rng: np.random.Generator) -> Iterator[str]:
    """A fit to 5,000 simulated customers finds the parameters again."""
    data = _data(model, theta, 5_000, rng)
    fit = _fit(model, data)
    if not fit.loglik >= model.loglik(theta, data) - 1e-6:
        yield "the fit is less likely than the truth"
    gap = np.log(fit.theta / theta) / np.sqrt(np.diag(fit.covariance))
    for p, g in zip(model.params, gap, strict=True):
        if not abs(g) <= ERRORS:
            yield f"{p.name} is {g:.1f} standard errors from the truth"


def _coverage(model: Any, theta: Floats, rng: np.random.Generator) -> Iterator[str]:
    """95 % intervals of 25 fits hold the truth about as often as they say."""
    truth = [p.estimate for p in estimates_of(model, theta, np.zeros((len(theta), len(theta))))]
    held = [
        (p.low <= t) & (t <= p.high)
        for _ in range(25)
        for p, t in zip(_fit(model, _data(model, theta, 1_000, rng)).params, truth, strict=True)
    ]
    # Parameters of one fit are correlated, so 25 fits are the sample: 80 % is three standard errors low.
    if not np.mean(held) >= 0.80:
        yield f"95 % intervals cover {np.mean(held):.0%}"


_PURCHASE: list[Check] = [_probabilities, _order, _simulation]
_HISTORIES = [(0, 0.0, 1.0), (0, 0.0, 1e5), (1, 1e-2, 50.0), (7, 50.0, 50.0), (10_000, 1e3, 1e3), (10_000, 1.0, 1e5)]
