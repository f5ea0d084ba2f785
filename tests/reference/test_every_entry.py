"""Every entry of the reference file is computed by what this package offers, and held to the tolerance that it states.

By likelihood first: a fit must reach the entry's. Then by its figures. An entry that is new, or whose tolerance is put in
other words, has no proof and fails.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.conftest import DATA
from tests.reference.logs import Logs
from tests.reference.proofs import PROOFS, Made

if TYPE_CHECKING:
    from pathlib import Path

    Entry = dict[str, Any]

FILE = DATA / "reference" / "reference_values.json"
#: A figure that its source draws by chance lies within these quantiles of ours.
LIKELY = (0.005, 0.995)
#: What goes into an entry without a fit, not what comes out; and what its proof holds to a tolerance of its own.
GIVEN = {"r", "alpha", "s", "beta", "a", "b", "x", "t_x", "T", "cells_x_tx_n_customers", "dynamic_dect_sum"}
GIVEN |= {f"case{i}_{name}" for i in (1, 2) for name in ("alpha", "beta")}


@dataclass(frozen=True)
class Rule:
    """A tolerance: of the log-likelihood (``bound``: only from below) and of figures, relative or absolute."""

    loglik: float = np.inf
    bound: bool = False
    rel: float | None = None
    abs: float | None = None
    finite: bool = False


RULES = {
    "LL 1e-3": Rule(1e-3, rel=1e-3),
    "3 dp; LL 0.1": Rule(0.1, abs=1e-3),
    "LL 1e-4; params rel 1e-3": Rule(1e-4, rel=1e-3),
    "lower bound on the maximum: LL must be >= -9591.77": Rule(5e-3, bound=True),
    "LL 1e-4; params rel 1e-4": Rule(1e-4, rel=1e-4),
    "exact k": Rule(abs=0.0),
    "LL 0.01 only: b and beta are not identified here": Rule(1e-2),
    "LL 1e-2; do not test b, beta": Rule(1e-2),
    "2 dp; LL 1e-3; n=946 repeat buyers": Rule(1e-3, abs=5e-3),
    "LL 1e-2; params rel 1e-3": Rule(1e-2, rel=1e-3),
    "10-15 %": Rule(rel=0.15),
    "1e-4": Rule(rel=1e-4),
    "0.1 %": Rule(rel=1e-3),
    "rel 1e-4": Rule(rel=1e-4),
    "LL >= value - 1e-3; params rel 1 % where SE is small": Rule(1e-3, bound=True, rel=1e-2),
    "a lower bound only: the reference optimiser stops at a=1222.8": Rule(1e-3, bound=True),
    "LL >= -5848.098": Rule(1e-3, bound=True),
    "1 % dynamic, 0.05 % static": Rule(rel=5e-4),
    "rel 1e-5; published: P(alive in 2002)": Rule(rel=1e-5),
    "LL 1e-3; params 1e-3": Rule(1e-3, abs=1e-3),
    "LL 1e-3; params 1e-2": Rule(1e-3, abs=1e-2),
    "4 dp": Rule(1e-4, abs=1e-4),
    "1 %": Rule(rel=1e-2),
    "1e-6": Rule(rel=1e-6),
    "1e-3": Rule(abs=1e-3),
    "finite": Rule(finite=True),
    "1e-2": Rule(abs=1e-2),
}


def rule_of(tolerance: str) -> Rule:
    """The rule whose words a tolerance begins with, the most words that do."""
    return RULES[max((words for words in RULES if tolerance.startswith(words)), key=len)]


# -- the test


def entries() -> list[Entry]:
    """None on a machine without the data, where one test says so."""
    return list(json.loads(FILE.read_text(encoding="utf-8"))["values"]) if FILE.is_file() else []


def key(entry: Entry) -> tuple[str, str]:
    return entry["dataset"].split("/")[0].split(" ")[0], entry["model"]


@pytest.fixture(scope="module")
def logs(shared_data: Path) -> Logs:
    return Logs(shared_data)


@pytest.mark.parametrize("entry", entries(), ids=lambda e: " ".join([*key(e), e["kind"]]))
def test_the_entry_is_computed_within_its_tolerance(entry: Entry, logs: Logs) -> None:
    assert key(entry) in PROOFS, f"nothing computes this entry: {key(entry)}"
    held(entry, PROOFS[key(entry)](logs, entry), rule_of(entry["tolerance"]))


def held(entry: Entry, made: Made, rule: Rule) -> None:
    """Likelihood first; then every figure of the entry, unless its tolerance, or a slope where it stopped, leaves it."""
    if made.elsewhere:
        assert made.elsewhere.__name__.startswith("test_")
        return
    if made.loglik is not None:
        assert made.loglik >= entry["loglik"] - rule.loglik
        assert rule.bound or made.loglik <= entry["loglik"] + rule.loglik
    if made.there is not None:
        assert made.there == pytest.approx(entry["loglik"], abs=rule.loglik)
        assert made.loglik >= made.there
        return
    if made.figures or made.loglik is None:
        given = GIVEN if entry["loglik"] is None else set()
        assert entry["params"].keys() <= made.figures.keys() | made.chance.keys() | given
    for name, value in made.figures.items():
        if rule.finite:
            assert np.isfinite(value).all(), name
        elif name in entry["params"]:
            assert np.asarray(value) == pytest.approx(np.asarray(entry["params"][name]), rel=rule.rel, abs=rule.abs), (
                name
            )
    for name, draws in made.chance.items():
        low, high = np.quantile(draws, LIKELY)
        told = entry["params"][name]
        assert low < told < high
        assert (np.abs(draws - told) <= rule.rel * told).mean() > 0.1, name


def test_all_entries_are_there_and_no_proof_is_of_none(logs: Logs) -> None:
    assert len(logs.entries) == 59
    assert {key(entry) for entry in logs.entries} == set(PROOFS)
