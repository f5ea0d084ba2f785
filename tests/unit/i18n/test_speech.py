"""Errors, findings and what the command line prints are spoken in the reader's language, and kept in English."""

from __future__ import annotations

import ast
import gettext
import json
import os
import pickle
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lifelong import i18n
from lifelong.cli.language import wanted
from lifelong.client.calling import raised
from lifelong.errors import DataError
from lifelong.i18n import messages
from lifelong.jobs import Answers
from lifelong.phrases import counted, joined, phrase, unpacked
from lifelong.sources.simulate import simulate_shop
from lifelong.units import Money
from lifelong.values import Finding

if TYPE_CHECKING:
    from types import ModuleType

NBSP = "\u00a0"


def _module(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    sys.modules[path.stem] = made
    spec.loader.exec_module(made)
    return made


SPEAKING = _module(Path(__file__).with_name("speaking.py"))
SENTENCES = _module(SPEAKING.ROOT / "scripts" / "sentences.py")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = SPEAKING.bracketed(tmp_path_factory.mktemp("catalogues"))
    return made


@pytest.fixture
def brackets(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = gettext.translation("lifelong", str(place), languages=["ru"])
    monkeypatch.setattr(messages, "_catalogue", lambda _: made)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    lines = simulate_shop(1500, seed=5).orders_csv().splitlines()
    order, _, rest = lines[3].split(",", 2)
    lines[3] = f"{order},,{rest}"  # an order without a customer
    (folder / "orders.csv").write_text("\n".join(lines) + "\n")
    _lifelong(folder, folder, "C", "init", "--project", "p")
    _lifelong(folder, folder, "C", "ingest", "orders.csv", "--bad-share", "5%", "--project", "p")
    return folder


def _lifelong(place: Path, folder: Path, language: str, *words: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k not in {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"}}
    return subprocess.run(
        [sys.executable, "-c", SPEAKING.BOOT, str(place), *words], cwd=folder, env={**env, "LANG": language, "PYTHONUTF8": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_phrase_is_its_english_text_and_can_be_carried() -> None:
    text = phrase("{rows:,} of {all:,} rows ({share:.1%}) name {who!r}", rows=13, all=4212, share=0.0031, who="x{y}")
    assert text == "13 of 4,212 rows (0.3%) name 'x{y}'"
    assert json.loads(json.dumps(text)) == text
    assert pickle.loads(pickle.dumps(text)).as_dict() == text.as_dict()
    outer = phrase("not told: {why}", why=text)
    back = unpacked(json.loads(json.dumps({"text": outer, **outer.as_dict()})))
    assert back == outer
    assert back.slots["why"].slots == text.slots
    assert [str(counted("{count} row", "{count} rows", count=n)) for n in (1, 2)] == ["1 row", "2 rows"]
    assert joined(["a", phrase("b {n}", n=1)], "; ") == "a; b 1"
    assert str(Money(1234567, "EUR")) == "12,345.67 EUR"


def test_numbers_follow_the_language_and_names_do_not(brackets: None) -> None:
    with i18n.speaking("ru"):
        text = phrase("{rows:,} of {all:,} ({share:.1%}, {x:.2f}) {n} {who!r}",
                      rows=-1234, all=4212, share=0.0031, x=1.5, n=4212, who="1,234.5")  # fmt: skip
        assert i18n.speak(text) == f"−1{NBSP}234 of 4{NBSP}212 (0,3{NBSP}%, 1,50) 4212 '1,234.5'"
        assert i18n.speak(Money(1234567, "EUR").said()) == f"12{NBSP}345,67 EUR"
        assert i18n.speak("a word that no catalogue has") == "a word that no catalogue has"


def test_a_translation_may_leave_the_form_of_a_number_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class One(gettext.NullTranslations):
        def gettext(self, message: str) -> str:  # noqa: ARG002 - one message is known
            return "строк: {rows}, {nothing}, «{who}» {{}}"

    monkeypatch.setattr(messages, "_catalogue", lambda _: One())
    with i18n.speaking("ru"):
        told = i18n.speak(phrase("{rows:,} rows of {who!r}", rows=12345, who="ann"))
    assert told == f"строк: 12{NBSP}345, {{nothing}}, «ann» {{}}"


def test_an_error_goes_through_json_to_the_client_and_the_page(brackets: None) -> None:
    error = DataError(
        "E106", phrase("there is no file {name}", name="a.csv"), where="/x/a.csv", why="nothing stands there"
    )
    told = json.loads(json.dumps(error.as_dict()))["error"]
    assert told["why"] == "there is no file a.csv. nothing stands there"
    back = raised(told)
    assert (str(back), back.as_dict()) == (str(error), error.as_dict())
    with i18n.aloud("ru"):
        spoken = i18n.speak_error(told)
        assert spoken["why"] == "[there is no file a.csv]. [nothing stands there]"
        assert spoken["where"] == "/x/a.csv"
        assert str(back).splitlines()[0] == "E106  [there is no file a.csv]"
    assert str(back) == str(error)


def test_a_kept_finding_is_spoken_by_a_page(brackets: None, tmp_path: Path) -> None:
    from lifelong.web.templating import environment

    finding = Finding("D105", phrase("{rows:,} rows have no customer", rows=12345), facts={"rows": 12345})
    kept = Answers(tmp_path).keep("check", {}, "0" * 16, {"findings": [finding.as_dict()]})
    answer = Answers(tmp_path).named(kept)
    assert answer is not None
    assert answer.value["findings"][0]["text"] == "12,345 rows have no customer"
    assert Finding.from_dict(answer.value["findings"][0]).as_dict() == finding.as_dict()
    page = environment().from_string('{% import "macros.html.j2" as m with context %}{{ m.findings(list) }}')
    known = {"codes": {}, "terms": {}, "definitions": {}, "list": answer.value["findings"]}
    assert "12,345 rows have no customer" in page.render(known)
    with i18n.speaking("ru"):
        assert f"[12{NBSP}345 rows have no customer]" in page.render(known)


def test_an_error_of_the_command_line_is_in_the_language_of_the_terminal(place: Path, tmp_path: Path) -> None:
    told = _lifelong(place, tmp_path, "ru_RU.UTF-8", "status")
    assert told.returncode == 2
    assert told.stderr.startswith("E304  [there is no project in ")
    assert "\n[where] " in told.stderr
    assert "\n[fix]   [" in told.stderr
    assert _lifelong(place, tmp_path, "C", "status").stderr.startswith("E304  there is no project in ")


def test_a_table_of_the_command_line_has_the_numbers_of_the_language(place: Path, shop: Path) -> None:
    english = _lifelong(place, shop, "en_US.UTF-8", "check", "--project", "p").stdout
    russian = _lifelong(place, shop, "ru_RU.UTF-8", "check", "--project", "p").stdout
    rows = int(english.partition(" rows in")[0].rpartition(" ")[2].replace(",", ""))
    assert rows > 1000
    assert russian.startswith("[")
    assert f" {rows:,} rows in quarantine]".replace(",", NBSP) in russian
    assert "[warning]" in russian
    assert "D105 [1 rows have no customer]" in russian


@pytest.mark.parametrize("words", [("check", "--project", "p"), ("status", "--project", "nowhere"), ("status", "--zq")])
def test_json_is_the_same_in_every_language(place: Path, shop: Path, words: tuple[str, ...]) -> None:
    assert len({_lifelong(place, shop, code, *words, "--json").stdout for code in ("C", "ru_RU.UTF-8", "fr_FR")}) == 1


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR", "LC_ALL": "ru_RU@x"}, "ru"),
        ({"LANG": "fr_FR", "LC_MESSAGES": "en_GB"}, "en"),
        ({"LANGUAGE": "eo:ru:fr", "LANG": "fr_FR"}, "ru"),
    ],
)
def test_the_language_of_the_environment(environment: dict[str, str], code: str) -> None:
    assert wanted(environment) == code


def test_every_text_of_an_error_or_a_finding_is_a_message() -> None:
    sys.path.insert(0, str(SPEAKING.ROOT / "scripts"))
    try:
        import catalogues
    finally:
        sys.path.remove(str(SPEAKING.ROOT / "scripts"))
    known = catalogues.gathered()
    found = SENTENCES.texts()
    assert sum(isinstance(leaf, ast.Call) for _, _, leaf in found) > 400  # the search does find them
    unknown = [f"{name}:{leaf.lineno}" for name, kind, leaf in found if not _is_message(kind, leaf, known)]
    assert not unknown, f"write phrase(message, slots) there: {unknown}"


def _is_message(kind: str, leaf: ast.expr, known: Any) -> bool:
    if isinstance(leaf, ast.JoinedStr):
        return False
    if isinstance(leaf, ast.BinOp) and isinstance(leaf.op, ast.Add | ast.Mod):
        return False
    if isinstance(leaf, ast.Call) and getattr(leaf.func, "attr", "") == "format":
        return False
    if isinstance(leaf, ast.Call) and getattr(leaf.func, "id", "") == "phrase":
        return not isinstance(leaf.args[0], ast.JoinedStr)
    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) and SENTENCES.is_prose(kind, leaf.value):
        return leaf.value in known
    return True
