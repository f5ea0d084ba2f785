"""Which spend model a shop needs: Gamma-Gamma where spend and frequency go their own ways, else one that knows better.

Customers who have brought nothing or less have no place in a gamma distribution: where they are more than a few, amounts
are taken to be normal. Else three questions, the cheap one first. Do those who order more often spend more, or less, an
order (``findings.independence``)? If so, is the dependent model likelier than chance makes it, by the likelihood ratio? And
does it matter? Among a million customers everything is significant, so the last is a bar on the effect, not on the chance.

That spend goes with frequency is one thing, that values gain by knowing it is another: where a back-test can be made, held-out
errors have the last word (``judge.choice.spends``; docs/explanation/models.md has the figures).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from lifelong import plugins
from lifelong.models.findings import finding
from lifelong.models.optimise import fit_spend

if TYPE_CHECKING:
    from lifelong.values import Fit, Spend

AUTO = "auto"
INDEPENDENT = "gamma_gamma"
DEPENDENT = "gamma_gamma_dependent"
SIGNED = "normal_normal"
#: More than this share of customers who have brought nothing or less is no slip of the data: Gamma-Gamma does not know them.
TOLERATED = 0.01
#: The likelihood ratio is beyond chance where its p-value is below this.
SURE = 1e-3
#: |delta| above which dependence matters: twice the orders go with 7 % more, or less, an order.
MATTERS = 0.1


def fit_spend_named(name: str, spend: Spend, *, prior: str = "auto", seed: int = 0) -> Fit:
    """Fit the spend model of that name; ``auto`` takes the one that the spends ask for, and a finding says why.

    Args:
        name: of a spend model, or ``auto``.
        spend: spend histories with counts.
        prior: as in ``optimise.fit_model``.
        seed: kept in the origin.

    Raises:
        ConfigError: E302 where there is no such model.
        FitError: E201 where no customer has a spend.
    """
    if name != AUTO:
        return fit_spend(plugins.load("spend", name)(), spend, prior=prior, seed=seed)
    below = {"customers": int(spend.count[(spend.x > 0) & (spend.total <= 0)].sum())}
    below["all"] = int(spend.count[spend.x > 0].sum())
    if below["customers"] > TOLERATED * below["all"]:
        signed = fit_spend(plugins.load("spend", SIGNED)(), spend, prior=prior, seed=seed)
        return replace(signed, findings=(*signed.findings, finding("F221", **below)))
    made = _unsigned(spend, prior, seed)
    return replace(made, findings=(*made.findings, finding("F223", **below))) if below["customers"] else made


def _unsigned(spend: Spend, prior: str, seed: int) -> Fit:
    plain = fit_spend(plugins.load("spend", INDEPENDENT)(), spend, prior=prior, seed=seed)
    if not any(found.code == "F211" for found in plain.findings):
        return plain
    return decide(plain, fit_spend(plugins.load("spend", DEPENDENT)(), spend, prior=prior, seed=seed))


def decide(plain: Fit, dependent: Fit) -> Fit:
    """One of two fits to the same spends: the dependent model where it is surely likelier, and its effect matters."""
    delta = dependent["delta"]
    ratio = max(2.0 * (dependent.loglik - plain.loglik), 0.0)
    p_value = math.erfc(math.sqrt(ratio / 2.0))
    facts = {"effect": abs(2.0**delta - 1.0), "delta": delta, "ratio": ratio, "p_value": p_value}
    direction = "more" if delta > 0 else "less"
    if p_value < SURE and abs(delta) > MATTERS:
        told = finding("F220", direction=direction, **facts)
        return replace(dependent, findings=(*dependent.findings, told))
    rest = tuple(found for found in plain.findings if found.code != "F211")
    return replace(plain, findings=(*rest, finding("F222", direction=direction, **facts)))
