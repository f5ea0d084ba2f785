"""The registry: built-in names come first, others by entry point, unknown ones with a hint."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from lifelong import plugins
from lifelong.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package, laid out as an installer does, that offers four models: one sound, two broken, one in disguise."""
    (tmp_path / "strangers_models.py").write_text("class Mine:\n    name = 'mine'\n")
    info = tmp_path / "strangers_models-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strangers-models\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[lifelong.models]\nmine = strangers_models:Mine\nbroken = strangers_models:Absent\n"
        "lost = no_such_module_at_all:Model\nbg_nbd = strangers_models:Mine\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "strangers_models", raising=False)


def test_built_in_names_are_known_and_sorted() -> None:
    assert set(plugins.known("models")) >= {"bg_nbd", "mbg_nbd", "pareto_nbd"}
    assert list(plugins.known("models")) == sorted(plugins.known("models"))
    assert plugins.known("nothing of the kind") == ()


def test_auto_tries_the_usual_models_and_what_is_plugged_in(stranger: None) -> None:
    assert plugins.usual() == ("bg_nbd", "broken", "lost", "mbg_nbd", "mine", "pareto_nbd")
    assert set(plugins.usual()) < set(plugins.known("models"))


def test_a_strangers_model_loads_by_its_name(stranger: None) -> None:
    assert "mine" in plugins.known("models")
    assert plugins.load("models", "mine").name == "mine"


def test_a_built_in_name_cannot_be_replaced(stranger: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(plugins._BUILT_IN, "models", {"bg_nbd": "lifelong.units:Horizon"})
    assert plugins.load("models", "bg_nbd").__module__ == "lifelong.units"


@pytest.mark.parametrize("name", ["broken", "lost"])
def test_a_model_that_is_not_there_is_a_coded_error(stranger: None, name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plugins.load("models", name)
    assert caught.value.code == "E303"
    assert name in caught.value.what


def test_an_unknown_name_gets_the_closest() -> None:
    with pytest.raises(ConfigError) as caught:
        plugins.load("models", "bgnbd")
    assert caught.value.code == "E302"
    assert caught.value.why == "did you mean 'bg_nbd'?"
