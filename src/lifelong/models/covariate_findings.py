"""What a fit with covariates must tell: covariates that say nothing, the same, or too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from lifelong.models.coefficients import HasCoefficients
    from lifelong.values import Estimate, Finding

    Floats = NDArray[np.float64]

#: From this share of customers with covariates of their own on, histories are hardly put together.
OWN = 0.1
#: A column is the same as others together where they leave this share of its variance.
SAME = 1e-8


def covariate_findings(
    model: HasCoefficients, x: NDArray[np.int64], kinds: tuple[Floats, NDArray[np.int64]]
) -> list[Finding]:
    """What the covariates themselves cannot say; ``kinds`` are the distinct rows of the design and each customer's own."""
    found = []
    names, (distinct, cell) = model.columns, kinds
    size, orders = np.bincount(cell), np.bincount(cell, x)
    if len(distinct) > OWN * len(cell) and len(distinct) > 2:
        found.append(finding("F241", cells=len(distinct), customers=len(cell)))
    varies = np.ptp(distinct, axis=0) > 0
    found += [finding("F242", name=name) for name, some in zip(names, varies, strict=True) if not some]
    found += [finding("F243", name=names[i]) for i in _redundant(distinct, size, varies)]
    trans = {c.place for c in model.coefficients if not c.name.startswith("life_")}
    for i in sorted(trans):
        if varies[i] and set(np.unique(distinct[:, i])) == {0.0, 1.0}:
            for value, word in ((1.0, "with"), (0.0, "without")):
                if orders.any() and not orders[distinct[:, i] == value].any():
                    found.append(finding("F244", word=word, name=names[i]))
    if model.penalty:
        found.append(finding("F245", penalty=model.penalty))
    return found


def outward(findings: Iterable[Finding], estimates: Sequence[Estimate], base: int) -> tuple[Finding, ...]:
    """What was found of the centred parameters, told of those that the user sees; ``base`` of them are the model's own."""
    told = {p.name: p.estimate for p in estimates}
    own = {p.name for p in estimates[:base]}
    found = []
    for one in findings:
        name = one.facts.get("name", "")
        if one.code == "F203":
            found.append(finding("F203" if name in own else "F246", name=name, estimate=told[name]))
        elif one.code != "F209" or name == "s":  # whether a <= 1 hangs on the customer; s no covariate moves
            found.append(one)
    return tuple(found)


def _redundant(distinct: Floats, size: NDArray[np.int64], varies: NDArray[np.bool_]) -> list[int]:
    """Columns that those before them say already, by Gram and Schmidt over all customers of each kind."""
    basis: list[Floats] = []
    found = []
    for i in np.flatnonzero(varies):
        rest = (distinct[:, i] - np.average(distinct[:, i], weights=size)) * np.sqrt(size)
        whole = float(rest @ rest)
        for one in (*basis, *basis):  # twice, against rounding
            rest = rest - (one @ rest) * one
        if float(rest @ rest) <= SAME * whole:
            found.append(int(i))
        else:
            basis.append(rest / np.sqrt(float(rest @ rest)))
    return found
