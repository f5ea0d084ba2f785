"""Errors: four fields in one order, everywhere the same."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from lifelong import errors

KINDS = (errors.ConfigError, errors.DataError, errors.FitError, errors.StoreError, errors.AccessError)


def test_codes_are_well_formed_and_said_differently() -> None:
    assert all(re.fullmatch(r"E([1-5]\d\d|900)", code) for code in errors.CODES)
    assert len(set(errors.CODES.values())) == len(errors.CODES)


def test_the_text_is_made_from_the_fields_in_order() -> None:
    error = errors.DataError("E104", "13 rows have no customer", where="orders.csv", why="nobody's", fix="name one")
    assert str(error) == "E104  13 rows have no customer\nwhere orders.csv\nwhy   nobody's\nfix   name one"


def test_empty_fields_leave_no_line() -> None:
    assert str(errors.FitError("E201", "nobody came back")) == "E201  nobody came back"


def test_json_has_the_four_fields_of_the_contract() -> None:
    told = errors.StoreError("E402", "in use", where="shop", why="one writer", fix="wait").as_dict()
    said = told["error"].pop("said")
    assert told == {"error": {"code": "E402", "where": "shop", "why": "in use. one writer", "fix": "wait"}}
    assert said == {"what": "in use", "where": "shop", "why": "one writer", "fix": "wait"}
    assert errors.StoreError("E402", "in use").as_dict()["error"]["why"] == "in use"


def test_a_code_that_nobody_knows_is_our_own_fault() -> None:
    with pytest.raises(KeyError, match="E999"):
        errors.DataError("E999", "what")


@pytest.mark.parametrize("kind", KINDS)
def test_errors_cross_processes_whole(kind: type[errors.LifelongError]) -> None:
    error = kind("E301", "what", where="where", why="why", fix="fix")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is kind
        assert str(again) == str(error)


def test_exit_codes_part_wrong_usage_from_failure() -> None:
    assert errors.ConfigError.exit_code == 2
    assert {kind.exit_code for kind in KINDS} == {2, 3}


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("bgnbd", ["bg_nbd", "pareto_nbd"], "did you mean 'bg_nbd'?"),
        ("zzz", ["bg_nbd", "pareto_nbd"], "known: bg_nbd, pareto_nbd"),
        ("zzz", [], "none is known"),
    ],
)
def test_hints(name: str, known: list[str], hint: str) -> None:
    assert errors.did_you_mean(name, known) == hint


def test_a_missing_part_names_the_exact_command() -> None:
    error = errors.missing_extra("xlsxwriter", "xlsx", "writing Excel")
    assert error.code == "E303"
    assert error.fix == 'python -m pip install "lifelong[xlsx]"'
    assert "xlsxwriter" in error.what
