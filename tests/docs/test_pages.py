"""The documentation cannot lag: whatever the code offers is explained, and whatever a page points to is there."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

import lifelong
from lifelong.config import Config
from lifelong.definitions import DEFINITIONS
from lifelong.errors import CODES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
MODULES = sorted(m.name for m in pkgutil.walk_packages(lifelong.__path__, "lifelong."))


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# -- everything is explained


@pytest.mark.parametrize("code", CODES)
def test_every_error_code_has_a_row_in_its_words(code: str) -> None:
    found = re.search(rf"^\| {code} \| (.+?) \| (.+) \|$", read("docs/reference/errors.md"), re.M)
    assert found, f"{code} has no row"
    assert found[1] == CODES[code]
    assert len(found[2]) > 20


def test_no_error_code_is_explained_that_is_not_there() -> None:
    for page in PAGES:
        told = set(re.findall(r"\bE\d{3}\b", page.read_text(encoding="utf-8")))
        assert told <= CODES.keys(), f"{name_of(page)} names {sorted(told - CODES.keys())}"


def test_every_error_code_is_met_somewhere() -> None:
    """A code that nothing raises is a promise that nobody keeps."""
    rooms = [p for p in (ROOT / "src").rglob("*.py") if p.name != "errors.py"]
    raised = set(re.findall(r"\"(E\d{3})\"", "".join(p.read_text(encoding="utf-8") for p in rooms)))
    raised |= {"E303"}  # by errors.missing_extra
    assert raised == set(CODES), f"never raised: {sorted(set(CODES) - raised)}"


def test_every_setting_has_a_row_and_a_comment() -> None:
    page = read("docs/reference/settings.md")
    for field in fields(Config):
        assert f"| `{field.name}` |" in page
        assert field.metadata["say"].endswith(".")


def test_every_definition_has_a_section() -> None:
    page = read("docs/reference/definitions.md")
    for key, definition in DEFINITIONS.items():
        assert f"### {definition.title} (`{key}`)" in page
        assert definition.text in page


def test_the_generated_pages_are_those_of_the_code() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_verb_of_the_command_line_is_named_in_a_page_for_people() -> None:
    from lifelong.cli.commands import lifelong as top

    told = "".join(p.read_text(encoding="utf-8") for p in PAGES if p.name != "cli.md")
    for verb in top.commands:
        assert re.search(rf"\blifelong {verb}\b", told), f"no page shows lifelong {verb}"


def test_every_finding_in_the_code_has_a_row_and_no_other() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src").rglob("*.py"))
    coded = set(re.findall(r"\"([DFSR]\d{3})\"", source))
    page = read("docs/reference/findings.md")
    assert coded == set(re.findall(r"^\| ([A-Z]\d{3}) \|", page, re.M))
    told = {c for p in PAGES for c in re.findall(r"`([DFSR]\d{3})`", p.read_text(encoding="utf-8"))}
    assert told <= coded, f"pages name {sorted(told - coded)}"


# -- pages hold together


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        goal = (page.parent / path).resolve() if path else page
        assert goal.exists(), f"{name_of(page)} points to {target}"
        if anchor:
            heads = re.findall(r"^#+ (.+)$", goal.read_text(encoding="utf-8"), re.M)
            assert anchor in {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in heads}, target


def test_every_page_can_be_reached_from_the_index() -> None:
    reached, open_pages = set(), [DOCS / "index.md", ROOT / "README.md"]
    while open_pages:
        page = open_pages.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        found = re.findall(r"\]\(([^)\s#]+)[^)]*\)", page.read_text(encoding="utf-8"))
        open_pages += [(page.parent / t).resolve() for t in found if not re.match(r"[a-z]+:", t)]
    assert {name_of(p) for p in PAGES if DOCS in p.parents} <= {name_of(p) for p in reached if p.exists()}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_flags_that_pages_name_exist(page: Path) -> None:
    from lifelong.cli.commands import lifelong as top

    groups = [c for c in top.commands.values() if hasattr(c, "commands")]
    commands = [*top.commands.values(), *(c for g in groups for c in g.commands.values())]
    known = {flag for c in commands for p in c.params for flag in (*p.opts, *p.secondary_opts)} | {
        "--help",
        "--version",
    }
    fences = "".join(re.findall(r"^```console.*?^```", page.read_text(encoding="utf-8"), re.M | re.S))
    for line in re.findall(r"^(?:\.venv/bin/)?lifelong .+$", fences, re.M):
        verb = line.split()[1]
        assert verb in top.commands or verb.startswith("["), f"{name_of(page)}: {line}"
        assert set(re.findall(r"(?<!\S)--[a-z-]+", line)) <= known, f"{name_of(page)}: {line}"


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    numbers = [int(p.name[:4]) for p in sorted((DOCS / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
    index = read("docs/index.md")
    for page in (DOCS / "decisions").glob("*.md"):
        assert page.name in index
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(page.name[:4])}. ")
        assert "**Decided.**" in text
        assert len(text.splitlines()) <= 60, "a decision is one page"


# -- examples in the code


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_are_true(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


# -- nothing of a machine in what is committed

MACHINE = re.compile(
    r"(?<![\w.*~-])/(?:work|opt|root|home|mnt|srv)/(?=\w)"  # a path of somebody's disk
    r"|(?<!emit-)\b(?:index-url|find-links)\b"
    r"|https?://\S*(?:pypi|pythonhosted|npmjs|conda\.anaconda|proxy\.golang)\S*"
)


def committed() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this copy is no git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name]


def test_no_committed_text_names_a_machine_or_a_registry() -> None:
    own = Path(__file__).resolve()
    for path in committed():
        if not path.is_file() or path == own:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found = MACHINE.search(text)
        assert not found, f"{name_of(path)}: {found and found[0]}"


def test_the_watch_over_words_sees_them() -> None:
    seen = ["cd /" + "root/x", "--find-" + "links /a", "see https://py" + "pi.org/simple", "'/" + "home/ann/f.csv'"]
    assert all(MACHINE.search(text) for text in seen)
    assert not MACHINE.search("--no-emit-find-links, ~/.cache/lifelong, src/home/x, a/opt/b")


def test_no_data_file_is_committed() -> None:
    for path in committed():
        assert path.suffix not in {".csv", ".parquet", ".xlsx", ".gz", ".duckdb", ".pickle", ".pkl"}, name_of(path)


# -- the lock

LOCKS = ("requirements.lock.txt", "requirements-run.lock.txt", "requirements-engines.lock.txt")


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_is_names_versions_and_hashes_only(name: str) -> None:
    line = re.compile(
        r"#.*|[a-z0-9.-]+(\[[a-z0-9,-]+\])?==[\w.!+]+( ; [^\\]+)?( \\)?|    --hash=sha256:[0-9a-f]{64}( \\)?"
    )
    text = read(name)
    for row in text.splitlines():
        assert line.fullmatch(row), row
    for block in re.split(r"\n(?=\S)", text):
        assert block.startswith("#") or "--hash=" in block, block


def test_the_lock_holds_what_the_project_names() -> None:
    from packaging.requirements import Requirement

    project = tomllib.loads(read("pyproject.toml"))
    named = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    named += [r for r in project["dependency-groups"]["dev"] if not r.startswith("lifelong[")]
    named += project["project"]["optional-dependencies"]["xlsx"]
    locked = dict(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z0-9,-]+\])?==([\w.]+)", read(LOCKS[0]), re.M))
    for text in named:
        requirement = Requirement(text)
        assert requirement.specifier.contains(locked[requirement.name.lower()]), text


def test_the_locks_agree() -> None:
    """What the demo and the engines run on is what the tests run on."""
    pinned = [set(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z0-9,-]+\])?(==[\w.]+)", read(name), re.M)) for name in LOCKS]
    assert pinned[1] < pinned[0] < pinned[2]


def test_the_core_stays_small() -> None:
    """PROMISE 38: at most twelve dependencies, each with its reason in decision 5."""
    dependencies = tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]
    assert len(dependencies) <= 12
    page = read("docs/decisions/0005-dependencies.md")
    for text in dependencies:
        name = re.split(r"[\[<>=]", text)[0]
        assert re.search(rf"^\| .*\b{re.escape(name)}\b.* \| ", page, re.M), f"{name} has no reason"


# -- the capabilities

ROWS = {"A": 16, "B": 6, "C": 9, "D": 5, "E": 11, "F": 8, "G": 10, "H": 7, "I": 4, "J": 2, "K": 8, "L": 5, "M": 2}
BUILT = re.findall(
    r"\S+",
    "A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 B2 B3 B6 C1 C2 C3 C4 C5 C6 C7 C9 D1 D3 D5"
    " E1 E2 E3 E4 E5 E6 E7 E9 E10 E11 F1 F4 F7 G7 K1 K2 K3 K4 K5 K6 K8 L3 M1 M2",
)


def capabilities() -> dict[str, tuple[str, str, str]]:
    rows = re.findall(r"^\| ([A-M]\d+) \| (.+?) \| (.+?) \| (.+?) \|$", read("docs/capabilities.md"), re.M)
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: row[1:] for row in rows}


def test_all_ninety_three_capabilities_stand_in_order() -> None:
    assert list(capabilities()) == [f"{letter}{n}" for letter, count in ROWS.items() for n in range(1, count + 1)]
    assert len(capabilities()) == 93


def test_what_is_built_names_its_place_and_its_proof() -> None:
    for row, (_, where, proof) in capabilities().items():
        if row not in BUILT:
            assert (where, proof) == ("not yet", "not yet"), row
            continue
        places, proofs = re.findall(r"`([^`]+)`", where), re.findall(r"`([^`]+)`", proof)
        assert places, row
        assert proofs, row
        for place in places:
            assert (ROOT / "src" / "lifelong" / place).exists(), f"{row}: {place}"
        for named in proofs:
            path, _, test = named.partition("::")
            assert (ROOT / path).is_file(), f"{row}: {path}"
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            tests = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")}
            assert test in tests if test else tests, f"{row}: {named}"
