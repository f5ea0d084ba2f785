"""The walls of the house: floors, a light face, nothing that runs what it reads, no way out to the network."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "lifelong").rglob("*.py"))
HEAVY = ("scipy", "pandas", "polars", "pyarrow", "duckdb", "narwhals", "vl_convert", "altair", "rich", "jinja2")


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_room_uses_only_what_stands_below_it() -> None:
    """All contracts of pyproject.toml, the floors exhaustive: a new file must be given a floor."""
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(tool), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_no_circle_of_imports() -> None:
    """No module imports itself over others, type-only imports counted; a package's own face is no circle."""
    import grimp

    graph = grimp.build_graph("lifelong", include_external_packages=False)
    face = {"lifelong"}  # the lazy face names everybody, for readers of types
    for module in graph.modules - face:
        for other in graph.find_modules_directly_imported_by(module) - face:
            inside = other.startswith(module + ".") or module.startswith(other + ".")
            back = graph.find_shortest_chain(importer=other, imported=module)
            assert inside or back is None or any(m in face for m in back), f"{module} -> {other} -> ... {back}"


@pytest.mark.parametrize("first", ["lifelong", "lifelong.errors", "lifelong.units", "lifelong.config", "lifelong.cli"])
def test_the_face_loads_nothing_heavy(first: str) -> None:
    """PROMISE 26: `import lifelong` loads no scipy, no frame and no engine."""
    loaded = json.loads(python(f"import sys, json, {first}; print(json.dumps(sorted(sys.modules)))"))
    assert not {name.partition(".")[0] for name in loaded} & set(HEAVY)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, json; sys.argv = ['lifelong', '--help']\n"
        "from lifelong.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('|' + json.dumps(sorted(sys.modules)))"
    )
    loaded = json.loads(python(code).rpartition("|")[2])
    assert not {name.partition(".")[0] for name in loaded} & set(HEAVY)


def test_the_face_gives_what_it_names() -> None:
    import lifelong

    assert set(lifelong._WHERE) | {"__version__"} == set(lifelong.__all__) == set(dir(lifelong))
    for name in lifelong.__all__:
        assert getattr(lifelong, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Projekt'"):
        _ = lifelong.Projekt


# -- PROMISE 36: opening a project runs nothing

RUNS_CODE = {"eval", "exec", "compile", "__import__"}
UNSAFE_CALLS = {("yaml", "load"), ("yaml", "unsafe_load"), ("os", "system"), ("os", "popen"), ("np", "load")}
UNSAFE_MODULES = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "jsonpickle",
    "yaml",
    "code",
}
NETWORK_MODULES = {"socket", "ssl", "http", "urllib.request", "urllib3", "requests", "httpx", "aiohttp", "ftplib",
                   "smtplib", "xmlrpc", "telnetlib", "asyncio"}  # fmt: skip
MAY_START_PROGRAMS = {
    "sources/demo.py",  # the package installer, to fetch the demo's data when asked to
    "jobs/queue.py",  # this package's own worker
}
MAY_USE = {  # parts of the network's modules, and what for
    "web/server.py": {"socket"},  # listens
    "web/security.py": {"asyncio"},  # waits for a body no longer than it may
    "web/api/jobs.py": {"asyncio"},  # waits between two looks at a job
    "web/api/verbs.py": {"asyncio"},
    "web/pages/imports.py": {"asyncio"},  # a queue that locks must not stop the others' pages
    "client/calling.py": {"http", "http.client", "http.client.HTTPException", "urllib.request"},  # asks the server
}


def trouble(tree: ast.AST, where: str) -> list[str]:
    """What in a file could run what it reads, or reach the network."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found += _unsafe_call(node)
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        for module in modules:
            parts = {module, module.partition(".")[0]} - MAY_USE.get(where, set())
            found += [f"imports {module}"] if parts & (UNSAFE_MODULES | NETWORK_MODULES) else []
            found += [f"imports {module}"] if "subprocess" in parts and where not in MAY_START_PROGRAMS else []
    return found


def _unsafe_call(node: ast.Call) -> list[str]:
    called = node.func
    found = []
    if isinstance(called, ast.Name) and called.id in RUNS_CODE:
        found.append(f"calls {called.id}")
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        pair = (called.value.id, called.attr)
        refused = any(k.arg == "allow_pickle" and getattr(k.value, "value", None) is False for k in node.keywords)
        if pair in UNSAFE_CALLS and not (pair == ("np", "load") and refused):
            found.append(f"calls {'.'.join(pair)}")
    for keyword in node.keywords:
        is_set = getattr(keyword.value, "value", None) is not False
        found += [f"sets {keyword.arg}"] if keyword.arg in {"shell", "allow_pickle"} and is_set else []
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT / "src" / "lifelong").as_posix())
def test_nothing_runs_what_it_reads_or_calls_out(path: Path) -> None:
    where = path.relative_to(ROOT / "src" / "lifelong").as_posix()
    assert trouble(ast.parse(path.read_text(encoding="utf-8")), where) == []


@pytest.mark.parametrize(
    "code",
    [
        "eval('1')",
        "exec(text)",
        "import pickle",
        "from pickle import loads",
        "import yaml",
        "import numpy as np\nnp.load('a', allow_pickle=True)",
        "import numpy as np\nnp.load('a')",
        "import urllib.request",
        "from urllib import request",
        "from http.client import HTTPConnection",
        "import socket as s",
        "import subprocess",
        "run(command, shell=True)",
        "import os\nos.system('x')",
    ],
)
def test_the_watchman_sees_each_fault(code: str) -> None:
    assert trouble(ast.parse(code), "project.py")


def test_the_watchman_lets_sound_code_pass() -> None:
    sound = (
        "import json, numpy as np\nfrom urllib.parse import quote\nnp.load('a', allow_pickle=False)\nre.compile('a')"
    )
    assert trouble(ast.parse(sound), "project.py") == []


# -- sizes and words


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT / "src" / "lifelong").as_posix())
def test_files_and_functions_stay_short(path: Path) -> None:
    """At most 400 lines a file, 50 a function, 6 arguments that are not flags of a command."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno + 1 <= 50, node.name


def test_no_room_is_called_utils() -> None:
    assert not [p for p in SOURCES if p.stem in {"utils", "util", "helpers", "common", "misc"}]


def test_no_outgoing_socket_while_a_project_works(tmp_path: Path) -> None:
    """PROMISE 40: a whole run, with every socket call refused and counted by an audit hook."""
    from lifelong.sources.demo import simulated

    orders = simulated(seed=2, customers=300, cache_dir=tmp_path).orders
    code = f"""
import sys
seen = []
def watch(event, told):
    if event in {{"socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"}}:
        seen.append(event)
        raise RuntimeError("no network: " + event)
sys.addaudithook(watch)
sys.argv = ["lifelong", "run", {str(orders)!r}, "--project", {str(tmp_path / "shop")!r}, "--currency", "EUR", "--json"]
from lifelong.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
assert not seen, seen
"""
    python(code)
