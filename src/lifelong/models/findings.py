"""What a fit must tell its user: one table of codes and texts, and the checks that fill it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lifelong.models.special import weigh
from lifelong.phrases import phrase
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.base import ContractModel
    from lifelong.models.climb import Solved
    from lifelong.values import Patterns, Spend, Tenures

    Floats = NDArray[np.float64]

#: Code -> (severity, text with the facts' names).
TEXTS: dict[str, tuple[Literal["info", "warning", "error"], str]] = {
    "F201": ("info", "only {customers} customers: a weak prior from published fits supports the estimates"),
    "F202": ("warning", "only {customers} customers and no prior: the estimates may be far off"),
    "F203": ("warning", "{name} = {estimate:.4g} stands at the edge of its range: the data cannot bound it"),
    "F204": (
        "warning",
        "{first} and {second} move together (correlation {correlation:.3f}): the data fix their ratio, not each",
    ),
    "F205": ("warning", "no customer has ordered twice: how often they order and when they leave cannot be learned"),
    "F206": ("info", "all customers began on one day: new and old customers cannot be told apart"),
    "F207": ("warning", "the data say little about {names}: their intervals rest on what is known from other firms"),
    "F208": ("warning", "the optimum could not be confirmed: a step further would gain {gain:.2g} log-likelihood"),
    "F209": (
        "info",
        "{name} = {estimate:.3g} <= 1: without discounting, the mean number of orders in a lifetime has no bound",
    ),
    "F210": ("warning", "q = {estimate:.3g} <= 1: the mean spend of a new customer is infinite under this model"),
    "F211": (
        "warning",
        "customers who order more often spend {direction} an order (correlation {correlation:.2f}, p = {p_value:.1g}): "
        "the spend model takes them to be independent",
    ),
    "F212": ("warning", "every order brought the same amount: how spends vary cannot be learned"),
    "F213": ("warning", "the history is at most {days} days long: rates and leaving cannot be told apart"),
    "F214": ("warning", "{customers} customers ordered on every day of their history: the model takes days as moments"),
    "F215": (
        "warning",
        "every customer ordered last on the first or the last day of the history: nothing shows when they leave",
    ),
    "F216": (
        "warning",
        "only {gaps} gaps between order days: how far dates scatter rests on what is known of other shops",
    ),
    "F220": (
        "info",
        "customers with twice the orders spend {effect:.0%} {direction} an order (likelihood ratio {ratio:.1f}, "
        "p = {p_value:.1g}): the spend model that knows this was taken",
    ),
    "F221": (
        "info",
        "{customers} of {all} customers have brought nothing or less over their repeat orders: the spend model that has amounts "
        "of either sign was taken",
    ),
    "F223": (
        "warning",
        "{customers} of {all} customers have brought nothing or less over their repeat orders, which the spend model does not "
        "know: it was learned without them",
    ),
    "F222": (
        "info",
        "customers with twice the orders spend {effect:.0%} {direction} an order (likelihood ratio {ratio:.1f}, "
        "p = {p_value:.1g}): too little, or too uncertain, to leave the spend model that takes them to be independent",
    ),
    "F231": ("warning", "no subscriber was lost: how they leave cannot be learned, only that they seldom do"),
    "F232": ("warning", "every subscriber was lost: nothing shows how long the most loyal stay"),
    "F233": (
        "warning",
        "only {renewals} renewal(s) were watched: {params} parameters cannot be told apart by them",
    ),
    "F234": (
        "info",
        "without discounting, the mean lifetime has no bound (the tail falls as t^-{power:.3g}): it rests on years that "
        "nobody has seen",
    ),
    "F235": ("info", "only {cohorts} cohorts: how much cohorts differ is hardly known"),
    "F236": ("info", "the estimates are drawn toward those of the other cohorts, the more so the fewer subscribers"),
    "F241": (
        "info",
        "{customers} customers have {cells} different sets of covariates: equal histories are hardly put together, and the "
        "fit takes time by the customer",
    ),
    "F242": ("warning", "{name} is the same for all customers: its coefficient cannot be learned"),
    "F243": ("warning", "{name} follows from the covariates before it: their coefficients cannot be told apart"),
    "F244": (
        "warning",
        "no customer {word} {name} has ordered twice: how far their rate lies from the others' has no bound",
    ),
    "F245": (
        "info",
        "a penalty of {penalty:g} a customer draws the coefficients toward 0, and their standard errors are too small for "
        "a test; the log-likelihood told does not hold the penalty",
    ),
    "F246": (
        "warning",
        "the coefficient {name} = {estimate:.4g} stands at the edge of its range: the data cannot bound it",
    ),
    "F251": (
        "warning",
        "{name} runs {direction} without bound: the likelihood does not fall on that way, and its size means nothing",
    ),
    "F252": ("warning", "{name} never changes in the data: its effect cannot be told from alpha and beta"),
    "F253": ("warning", "the data say little about {name}: its interval holds effects of either sign and any size"),
    "F247": (
        "warning",
        "not one of {older} customers who are older than the data is without an order: where the data hold only those who "
        "ordered, say so by seen='buyers', or too few seem to leave",
    ),
}
#: |correlation| of two log estimates above which they are reported as a ridge.
RIDGE = 0.98


def finding(code: str, **facts: Any) -> Finding:
    """A finding of :data:`TEXTS` with its facts."""
    severity, text = TEXTS[code]
    return Finding(code, phrase(text, **facts), severity, facts)


def pattern_findings(patterns: Patterns, prior_on: bool, few: int, is_timed: bool = True) -> list[Finding]:
    """What the purchase histories themselves cannot say; not ``is_timed``: their days are occasions."""
    found = size_findings(patterns.customers, prior_on, few)
    x, t_x, T, count = patterns.x, patterns.t_x, patterns.T, patterns.count
    if not x.any():
        found.append(finding("F205"))
    if T.min() == T.max() and patterns.customers > 1:
        found.append(finding("F206"))
    if not is_timed:
        return found
    if T.max() < 7:
        found.append(finding("F213", days=int(T.max())))
    every_day = int(count[(x > 0) & (x >= T)].sum())
    if every_day:
        found.append(finding("F214", customers=every_day))
    if x.any() and np.all((t_x == 0) | (t_x == T)):
        found.append(finding("F215"))
    return found


def spend_findings(spend: Spend, prior_on: bool, few: int, is_dependent: bool = False) -> list[Finding]:
    """What the spends themselves cannot say, and what a model that is not ``is_dependent`` takes for granted."""
    some = (spend.x > 0) & (spend.count > 0)
    mean = spend.total[some] / spend.x[some]
    found = size_findings(int(spend.count[some].sum()), prior_on, few)
    if np.ptp(mean) <= 1e-9 * np.abs(mean).max():
        found.append(finding("F212"))
        return found
    if is_dependent:
        return found
    tested = independence(spend.x[some], mean, spend.count[some]).finding
    return [*found, tested] if tested else found


def tenure_findings(model: ContractModel, theta: Floats, tenures: Tenures) -> list[Finding]:
    """What the subscribers' histories cannot say, and a mean lifetime without bound."""
    found = []
    if not tenures.is_lost.any():
        found.append(finding("F231"))
    elif tenures.is_lost.all():
        found.append(finding("F232"))
    if tenures.longest < len(model.params):
        found.append(finding("F233", renewals=tenures.longest, params=len(model.params)))
    power = model.power(theta)
    if power <= 1.0:
        found.append(finding("F234", power=power))
    return found


def shape_findings(model: Any, solved: Solved, tolerance: float, told: Sequence[float] | None = None) -> list[Finding]:
    """What the optimum's shape tells: edges, ridges, directions not held, moments that do not exist.

    ``told``: the parameters as the user sees them, where that is not theta.
    """
    theta, z, names = solved.theta, solved.climb.z, [p.name for p in model.params]
    seen = theta if told is None else np.asarray(told)
    found = []
    edge = (z - solved.low < 0.02) | (solved.high - z < 0.02)
    found += [finding("F203", name=names[i], estimate=float(seen[i])) for i in np.flatnonzero(edge)]
    sd = np.sqrt(np.diag(solved.covariance))
    correlation = solved.covariance / np.outer(sd, sd)
    for i, j in zip(*np.triu_indices(len(sd), 1), strict=True):
        if abs(correlation[i, j]) > RIDGE:
            found.append(finding("F204", first=names[i], second=names[j], correlation=float(correlation[i, j])))
    wide = sd >= 0.75 * np.array([p.prior[1] for p in model.params])
    if wide.any():
        found.append(finding("F207", names=" and ".join(n for n, w in zip(names, wide, strict=True) if w)))
    if solved.climb.gain > max(1e-4, tolerance):
        found.append(finding("F208", gain=float(solved.climb.gain)))
    for name, code in (("a", "F209"), ("s", "F209"), ("q", "F210")):
        if name in names and theta[names.index(name)] <= 1.0:
            found.append(finding(code, name=name, estimate=float(theta[names.index(name)])))
    return found


def size_findings(customers: int, prior_on: bool, few: int) -> list[Finding]:
    """That customers are few, and what helps."""
    if prior_on:
        return [finding("F201", customers=customers)]
    return [finding("F202", customers=customers)] if customers < few else []


@dataclass(frozen=True, slots=True)
class Independence:
    """The correlation of log orders and log mean spend over customers with x > 0, its two-sided p-value, and what to tell."""

    correlation: float
    p_value: float
    customers: int
    finding: Finding | None


def independence(x: ArrayLike, mean_spend: ArrayLike, count: ArrayLike | None = None) -> Independence:
    """Whether those who order more often spend more, or less, an order: the spend models take them to be independent.

    Pearson's correlation of the logarithms, which a few large orders cannot sway; tested by the normal approximation
    to Fisher's z. It matters (F211) where it is both beyond chance (p < 0.01) and beyond 0.1. Rows without orders or
    spend do not count; fewer than four customers, or no spread, give a correlation of 0 and p = 1.
    """
    n, z = np.asarray(x, dtype=np.float64), np.asarray(mean_spend, dtype=np.float64)
    weight = np.ones(n.shape) if count is None else np.asarray(count, dtype=np.float64)
    some = (n > 0) & (z > 0) & (weight > 0)
    a, b, w = np.log(n[some]), np.log(z[some]), weight[some]
    customers = int(w.sum())
    if customers < 4:
        return Independence(0.0, 1.0, customers, None)
    a, b = a - weigh(a, w) / customers, b - weigh(b, w) / customers
    spread = float(np.sqrt(weigh(a * a, w) * weigh(b * b, w)))
    if spread <= 1e-12 * customers:
        return Independence(0.0, 1.0, customers, None)
    r = float(np.clip(weigh(a * b, w) / spread, -1.0, 1.0))
    score = math.atanh(min(abs(r), 1.0 - 1e-12)) * math.sqrt(customers - 3)
    p = math.erfc(score / math.sqrt(2.0))
    matters = p < 0.01 and abs(r) > 0.1
    told = finding("F211", direction="more" if r > 0 else "less", correlation=r, p_value=p) if matters else None
    return Independence(r, p, customers, told)
