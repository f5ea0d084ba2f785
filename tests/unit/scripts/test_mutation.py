"""The makers of faults: each kind is made, nothing else is touched, and the sample is drawn as it says."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


@pytest.fixture(scope="module")
def made() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPTS))
        yield importlib.import_module("mutants")
        sys.modules.pop("mutants")


@pytest.fixture(scope="module")
def script(made: ModuleType) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPTS))
        patch.setitem(sys.modules, "mutants", made)
        yield importlib.import_module("mutation")
        sys.modules.pop("mutation")


def changes(made: ModuleType, source: str) -> set[str]:
    faults, _ = made.mutants("a.py", source.encode())
    texts = [m.apply(source.encode()).decode() for m in faults]
    for text in texts:
        ast.parse(text)
        assert text != source
    return set(texts)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("y = a + b", {"y = (a - b)"}),
        ("y = a / b", {"y = (a * b)"}),
        ("y = a < b", {"y = (a <= b)"}),
        ("y = a == b", {"y = (a != b)"}),
        ("y = a and b", {"y = (a or b)"}),
        ("y = -a", {"y = (a)"}),
        ("y = not a", {"y = (a)"}),
        ("y = 2.5", {"y = 3.5"}),
        ("y = True", {"y = False"}),
        ("y = 'on'", {"y = 'on?'"}),
        ("y = a if b else c", {"y = (a if not b else c)"}),
        ("y = max(a, b)", {"y = (min(a, b))", "y = (a)", "y = (b)"}),
        ("y = np.log1p(a)", {"y = (np.log(a))", "y = (a)"}),
        ("y = np.where(a, b, c)", {"y = (np.where(a, c, b))"}),
        ("y = np.sum(a, where=b)", {"y = (np.sum(a))"}),
        ("y[0] = a", {"pass", "y[1] = a"}),
        ("y += a", {"pass", "y -= a"}),
        ("f(a)", {"pass"}),
        ("ż = 'ł' + b", {"ż = ('ł' - b)", "ż = 'ł?' + b"}),
    ],
)
def test_each_kind_of_fault(made: ModuleType, source: str, wanted: set[str]) -> None:
    assert changes(made, source) == wanted


def test_what_cannot_matter_is_left_alone(made: ModuleType) -> None:
    quiet = '''"""Text 1 + 1."""
from a import b
if TYPE_CHECKING:
    c = 1 + 1
@d(slots=True)
class E(F[1]):
    """Text."""
    g: Literal["h"]
def i(j: k[2]) -> l[3]:
    return np.einsum("ij->i", j), cast("K", j), f"{j + 1}"
'''
    assert changes(made, quiet) == set()
    faults, sentences = made.mutants("a.py", b"raise E('it is so', fix='do that')")
    assert [m.after for m in faults] == ["pass"]
    assert sentences == 2


def test_equal_faults_on_a_line_have_names_of_their_own(made: ModuleType) -> None:
    faults, _ = made.mutants("a.py", b"x = 0\ny = f(1, 1)\n")
    assert [(m.line, m.before, m.nth) for m in faults] == [(1, "0", 0), (2, "1", 0), (2, "1", 1)]
    assert len({m.key for m in faults}) == 3


def test_the_sample_is_spread_and_fixed(made: ModuleType, script: ModuleType) -> None:
    found = {
        "large.py": made.mutants("large.py", b"x = a + b\n" * 300)[0],
        "small.py": made.mutants("small.py", b"x = a + b\n" * 100)[0],
        "tiny.py": made.mutants("tiny.py", b"x = a + b\n")[0],
    }
    taken = script.sample(found, 40, 1)
    assert [sum(m.file == f for m in taken) for f in found] == [30, 10, 1]
    assert taken == script.sample(found, 40, 1)
    assert set(taken) != set(script.sample(found, 40, 2))
    assert set(taken) <= set(script.sample(found, 80, 1))
    assert len(script.sample(found, 1000, 1)) == 401


def test_the_interval_of_a_share(script: ModuleType) -> None:
    assert script.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I, method 3
    assert script.wilson(0, 0) == (0.0, 1.0)
    assert script.wilson(10, 10) == (pytest.approx(0.7225, abs=1e-4), pytest.approx(1.0))


@pytest.fixture
def shop(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A project of one file with a test that sees one of its faults, and one that hangs at another."""
    (tmp_path / "src").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "src" / "shop_of_faults.py").write_text(
        "def f(x):\n    if x > 9:\n        return 7\n    return x + 1\n"
    )
    (tmp_path / "tests" / "test_shop.py").write_text(
        "from shop_of_faults import f\n\n\ndef test_f():\n    while f(1) == 3:\n        pass\n    assert f(1) == 2\n"
    )
    monkeypatch.setattr(script, "SETTINGS", {"source": "src", "tests": ["tests/test_shop.py"]})
    monkeypatch.setattr(script, "BEFORE", 2.0)
    return script.Run(tmp_path)


def test_faults_are_judged_in_processes_of_their_own(made: ModuleType, script: ModuleType, shop: Any) -> None:
    path = shop.copy / "src" / "shop_of_faults.py"
    source = path.read_bytes()
    faults, _ = made.mutants("shop_of_faults.py", source)
    said = {(m.before, m.after): shop.judge(m) for m in faults}
    assert said == {
        ("x > 9", "(x >= 9)"): "survived",
        ("9", "10"): "survived",
        ("7", "8"): "survived",  # no test passes there
        ("x + 1", "(x - 1)"): "killed",
        ("1", "2"): "timeout",
    }
    assert path.read_bytes() == source
    assert "shop_of_faults" not in sys.modules
    told = script.table([(m, said[m.before, m.after]) for m in faults])
    assert "40.0%" in told.splitlines()[-2]
    assert told.endswith("killed by the clock: 1")


def test_every_equivalent_fault_is_there_with_its_reason(made: ModuleType, script: ModuleType) -> None:
    source = script.ROOT / script.SETTINGS["source"]
    found = {m.key for p in source.glob("*.py") for m in made.mutants(p.name, p.read_bytes())[0]}
    listed = script.equivalents()
    assert listed.keys() <= found
    assert all(len(reason) > 20 for reason in listed.values())
