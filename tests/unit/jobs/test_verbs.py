"""The table of verbs: held to the methods of the project, and what it lets in."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from lifelong import project
from lifelong.errors import ConfigError
from lifelong.jobs import VERBS, Verb, arguments
from lifelong.jobs.params import LONGEST, MANY


def _method(verb: Verb) -> Any:
    if verb.is_instant:
        return getattr(project, verb.calls)
    return project.run if verb.name == "value" else getattr(project.Project, verb.calls)


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_each_verb_is_a_method_and_asks_for_what_it_needs(verb: Verb) -> None:
    taken = inspect.signature(_method(verb)).parameters
    named = [p for p in taken.values() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    if len(named) == len(taken):
        assert {param.name for param in verb.params} <= set(taken)
    needed = {p.name for p in named if p.default is p.empty} - {"self"}
    if verb.name != "value":  # run takes a file, which the worker leaves empty
        assert needed <= {param.name for param in verb.params if param.is_needed}


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        ("tiers", {"cuts": "x" * (LONGEST + 1)}),
        ("tiers", {"cuts": "a\nb"}),
        ("tiers", {"cuts": "\u202e5"}),
        ("tiers", {"cuts": 5}),
        ("cohorts", {"at": True}),
        ("cohorts", {"at": float("nan")}),
        ("cohorts", {"at": 1e16}),
        ("cohorts", {"cumulative": "maybe"}),
        ("cohorts", {"measure": "nothing"}),
        ("cohorts", {"compare": "ab"}),
        ("cohorts", {"compare": ["a"] * (MANY + 1)}),
        ("forecast", {"what_if": {str(n): "1" for n in range(MANY + 1)}}),
        ("forecast", {"what_if": "no map"}),
        ("ingest", {"file": "../../etc/passwd"}),
        ("ingest", {}),
        ("why", {"group": ""}),
    ],
)
def test_what_is_not_of_its_kind_or_missing_is_refused(verb: str, told: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as refused:
        arguments(verb, told)
    assert refused.value.code == "E301"


def test_unknown_names_get_the_closest_one() -> None:
    with pytest.raises(ConfigError, match="no verb") as verb:
        arguments("tears", {})
    assert "tiers" in verb.value.why
    with pytest.raises(ConfigError, match="takes no") as name:
        arguments("tiers", {"cut": "5"})
    assert "cuts" in name.value.why


def test_one_question_has_one_form() -> None:
    assert arguments("tiers", {"by": "value", "cuts": " 5/10 "}) == {"cuts": "5/10"}
    assert arguments("cohorts", {"cumulative": "on", "at": "3"}) == {"at": 3.0, "cumulative": True}
