"""lifelong.toml and Config are one another's mirror; whatever else is in the file is told to the user."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.config import FILE_NAME, Config, read, text
from lifelong.errors import ConfigError, LifelongError

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = st.fixed_dictionaries(
    {
        f.name: {str: st.text(), bool: st.booleans(), tuple: st.lists(st.text(), max_size=4).map(tuple)}[
            type(f.default)
        ]
        for f in fields(Config)
    }
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


@given(SETTINGS)
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, settings: dict[str, object]) -> None:
    path = tmp_path_factory.mktemp("c") / FILE_NAME
    config = Config(**settings)
    path.write_text(text(config), encoding="utf-8", newline="\n")
    assert read(path) == config


def test_every_setting_stands_under_its_comment() -> None:
    lines = text(Config()).splitlines()
    for f in fields(Config):
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{f.name} ="))
        assert lines[at - 1] == f"# {f.metadata['say']}"
    assert set(tomllib.loads(text(Config()))) == {f.name for f in fields(Config)}


def test_missing_lines_get_their_default(file: Path) -> None:
    file.write_text('currency = "EUR"\nkeep = ["shop"]\n', encoding="utf-8")
    assert read(file) == replace(Config(), currency="EUR", keep=("shop",))
    file.write_text("", encoding="utf-8")
    assert read(file) == Config()


def test_a_byte_order_mark_does_no_harm(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + text(Config(name="Zażółć")).encode())
    assert read(file).name == "Zażółć"


@pytest.mark.parametrize(
    ("content", "code", "hint"),
    [
        ('curency = "EUR"', "E302", "did you mean 'currency'?"),
        ("currency = 3", "E301", "currency must be text in quotes"),
        ('pseudonyms = "yes"', "E301", "pseudonyms must be true or false"),
        ("keep = [1]", "E301", "keep must be a list of texts"),
        ('keep = "a"', "E301", "keep must be a list of texts"),
        ("currency = ", "E301", "not valid TOML"),
        ('currency = "EUR"\ncurrency = "PLN"', "E301", "not valid TOML"),
        ("keep = " + "[" * 5000, "E301", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_said(file: Path, content: str, code: str, hint: str) -> None:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read(file)
    assert caught.value.code == code
    assert hint in str(caught.value)
    assert str(file) == caught.value.where


def test_other_encodings_and_no_file_are_coded_errors(file: Path, tmp_path: Path) -> None:
    file.write_bytes('name = "Żabka"'.encode("cp1250"))
    for path in (file, tmp_path / "absent.toml", tmp_path):
        with pytest.raises(ConfigError) as caught:
            read(path)
        assert caught.value.code == "E301"


@given(st.binary(max_size=200))
def test_no_bytes_bring_a_traceback(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("c") / FILE_NAME
    path.write_bytes(content)
    try:
        assert isinstance(read(path), Config)
    except LifelongError as error:
        assert error.code in {"E301", "E302"}  # noqa: PT017 - either code will do


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"aliases": ["a=b", 3]}, "E301"),
        ({"aliases": "a=b"}, "E301"),
        ({"margin": 0.4}, "E301"),
        ({"currencies": "EUR"}, "E302"),
    ],
)
def test_settings_told_in_python_are_of_their_kind_or_refused(
    tmp_path: Path, told: dict[str, object], code: str
) -> None:
    from lifelong import Project

    shop = Project(tmp_path / "kept", settings={"aliases": ["a=b"]})
    assert shop.config.aliases == ("a=b",)
    shop.configure(aliases=["c=d"])
    assert shop.config.aliases == ("c=d",)
    with pytest.raises(ConfigError) as caught:
        Project(tmp_path / "shop", settings=told)
    assert caught.value.code == code
    assert not (tmp_path / "shop" / FILE_NAME).exists()
    with pytest.raises(ConfigError) as caught:
        shop.configure(**told)
    assert caught.value.code == code
    assert shop.config.aliases == ("c=d",)
