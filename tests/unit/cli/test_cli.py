"""The command line: exit codes, JSON, errors in one shape, and help with examples."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click
import pyarrow as pa  # noqa: F401 - a process of many tests must keep its pandas: see lifelong.cli.alone
import pytest
from click.testing import CliRunner

from lifelong.cli import main
from lifelong.cli.commands import lifelong
from lifelong.cli.sections import SECTIONS
from lifelong.cli.speech import Progress
from lifelong.sources.simulate import simulate_shop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def orders_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "orders.csv"
    path.write_text(simulate_shop(300, seed=5).orders_csv())
    return path


class Shell:
    """Runs `lifelong` in this process and keeps what it said."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch, self._caught = monkeypatch, capsys

    def __call__(self, *words: object) -> tuple[int, str, str]:
        self._patch.setattr(sys, "argv", ["lifelong", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        told = self._caught.readouterr()
        return int(left.value.code or 0), told.out, told.err


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


def _commands(group: click.Group, path: str = "lifelong") -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name, command in group.commands.items():
        inner = _commands(command, f"{path} {name}") if isinstance(command, click.Group) else []
        found += inner or [(f"{path} {name}", command)]
    return found


@pytest.mark.parametrize(("path", "command"), _commands(lifelong), ids=lambda v: v if isinstance(v, str) else "")
def test_every_command_has_help_an_example_and_json(path: str, command: click.Command) -> None:
    assert command.help
    assert command.epilog
    assert path in command.epilog
    if path not in ("lifelong completion", "lifelong mcp"):  # a script for the shell, and a protocol of its own
        assert any(p.name == "as_json" for p in command.params), path


def test_one_flag_has_one_meaning_everywhere() -> None:
    seen: dict[str, Any] = {}
    for path, command in _commands(lifelong):
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.name not in {"project_dir"}:
                first = seen.setdefault(str(parameter.name), parameter.opts)
                if parameter.name not in {"models"}:
                    assert parameter.opts == first, f"{path} {parameter.opts}"


def test_the_whole_way_by_commands(shell: Shell, orders_csv: Path, tmp_path: Path) -> None:
    at = ("--project", tmp_path / "shop")
    assert shell("init", *at, "--currency", "EUR")[0] == 0
    code, out, _ = shell("ingest", orders_csv, *at, "--json")
    report = json.loads(out)
    assert code == 0
    assert report["rows_in"] == report["kept"] + report["quarantined"] + report["duplicates"]
    assert {"money_in", "money_kept", "findings"} <= set(report)
    code, out, err = shell("fit", *at, "--model", "bg_nbd")
    assert code == 0
    assert "log-likelihood" in out
    assert "fitting bg_nbd" in err
    code, out, _ = shell("score", *at, "--horizon", "13w", "--margin", "35%", "--json")
    scores = json.loads(out)
    assert scores["totals"]["low80"] < scores["totals"]["value"] < scores["totals"]["high80"]
    assert "35 % of revenue" in scores["definition"]
    code, out, _ = shell("next-orders", *at, "--top", "2", "--out", tmp_path / "dates.csv", "--json")
    dated = json.loads(out)
    assert code == 0
    assert (dated["horizon"], len(dated["rows"]), dated["path"]) == ("26w", 2, str(tmp_path / "dates.csv"))
    assert dated["as_of"] < dated["rows"][0]["low90"] <= dated["rows"][0]["date"]
    code, out, _ = shell("next-orders", *at, "--horizon", "13w", "--top", "3")
    assert code == 0
    assert out.count(" to 20") == 3
    code, out, _ = shell("stages", *at, "--json")
    assert code == 0
    assert sum(row["customers"] for row in json.loads(out)["stages"]) == dated["customers"]
    code, out, _ = shell("trend", *at, "--json")
    assert code == 0
    assert [point["model"] for point in json.loads(out)["points"]] == ["bg_nbd"]
    code, out, _ = shell("export", tmp_path / "out.csv", *at)
    assert (tmp_path / "out.csv").exists()
    code, out, _ = shell("card", *at, "--horizon", "13w", "--json")
    assert code == 0
    assert json.loads(out)["card"].endswith("_en.md")
    code, out, _ = shell("check", *at)
    assert code == 0
    assert "0 errors" in out
    code, out, _ = shell("status", *at, "--json")
    assert json.loads(out)["orders"] == report["orders"]
    first = orders_csv.read_text().splitlines()[1].split(",")[1]
    code, out, _ = shell("forget", first, *at, "--yes", "--json")
    assert json.loads(out)["rows_removed"] >= 1
    assert shell("identity", "list", *at)[0] == 0
    assert shell("rebuild", *at, "--json")[0] == 0


def test_fit_takes_a_file_and_stores_nothing(
    shell: Shell, orders_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = shell("fit", orders_csv, "--model", "bg_nbd", "--json")
    assert code == 0
    assert [p["name"] for p in json.loads(out)["params"]] == ["r", "alpha", "a", "b"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (["fitt"], 2, "E301"),
        (["ingest"], 2, "E301"),
        (["ingest", "x.csv", "--column", "nonsense"], 2, "E301"),
        (["status"], 2, "E304"),
        (["run", "nowhere.csv"], 3, "E101"),
    ],
)
def test_errors_have_one_shape_and_exit_codes(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    left, out, err = shell(*words)
    assert left == code
    assert err.startswith(expected)
    assert not out
    left, out, err = shell(*words, "--json")
    assert left == code
    told = json.loads(out)
    assert set(told) == {"error"}
    assert set(told["error"]) == {"code", "where", "why", "fix", "said"}
    assert told["error"]["code"] == expected


def test_forget_asks_first(shell: Shell, orders_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = ("--project", tmp_path / "shop")
    shell("init", *at)
    monkeypatch.setattr("click.confirm", lambda *_, **__: (_ for _ in ()).throw(click.Abort()))
    assert shell("forget", "c1", *at)[0] == 130


def test_progress_is_a_line_a_step_where_the_output_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress("reading", 0, 100)
        progress("reading", 50, 100)
        progress("writing", 0, None)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("reading (100 rows)")


def test_progress_is_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Progress() as progress:
        progress("reading", 0, 100)
        progress("reading", 100, 100)
        progress("thinking", 0, None)
        progress("writing", 0, 10)
    told = capsys.readouterr().err
    assert "reading" in told
    assert "100/100" in told


def test_completion_prints_a_script(shell: Shell) -> None:
    code, out, _ = shell("completion", "bash")
    assert code == 0
    assert "_LIFELONG_COMPLETE" in out


def test_help_lists_every_command_once_by_what_it_is_for() -> None:
    listed = " ".join(SECTIONS.values()).split()
    assert sorted(listed) == sorted(lifelong.commands)
    told = CliRunner().invoke(lifelong, ["--help"]).output
    assert "Win and keep them:" in told
    assert max(map(len, told.splitlines())) <= 80


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; sys.argv = ['lifelong', '--help']\nfrom lifelong.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    code += "print(sorted({'numpy', 'duckdb', 'pyarrow', 'scipy', 'pandas', 'narwhals'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.rstrip().endswith("[]")


_FIT = """
import sys
sys.argv = ['lifelong', 'fit', {file!r}, '--model', 'bg_nbd', '--currency', 'USD']
from lifelong.cli import main
try: main()
except SystemExit as left: assert not left.code, left.code
print(sorted({{'pandas', 'scipy', 'duckdb', 'rich', 'jinja2', 'importlib.metadata', 'tempfile'}} & set(sys.modules)))
"""


def test_a_fit_of_a_file_loads_only_what_it_uses(orders_csv: Path) -> None:
    code = _FIT.format(file=str(orders_csv))
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.startswith("bg_nbd: log-likelihood")
    assert told.rstrip().endswith("[]")


@pytest.mark.parametrize("loaded", ["pyarrow", "pandas"])
def test_a_process_that_has_pyarrow_or_pandas_keeps_pandas(loaded: str) -> None:
    code = f"import {loaded}; from lifelong.cli.alone import without_pandas; without_pandas(); import pandas, pyarrow\n"
    code += "print(pyarrow.array(pandas.Series([1, 2])).to_pandas().sum())"
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert told.strip() == "3"


@pytest.mark.parametrize("engine", ["duckdb", "pyarrow"])
def test_a_process_that_ends_swiftly_ends_in_silence(engine: str) -> None:
    code = f"import {engine}; from lifelong.cli.alone import collect_rarely; collect_rarely(); print({engine}.__name__)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (told.stdout.strip(), told.stderr) == (engine, "")


def test_a_table_of_subscriptions_by_command(shell: Shell, tmp_path: Path) -> None:
    rows = [f"c{i},2025-{1 + i % 12:02d}-10,{'' if i % 3 else '2026-02-10'},9.99" for i in range(60)]
    (tmp_path / "subs.csv").write_text("\n".join(["client,start,end,price", *rows]) + "\n")
    words = ("subscriptions", tmp_path / "subs.csv", "--period", "month", "--currency", "EUR", "--until", "2026-06-30")
    code, out, _ = shell(*words, "--model", "sbg", "--out", tmp_path / "out.csv", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["states"] == {"here": 40, "lost": 20}
    assert told["groups"][0]["model"] == "sbg"
    assert (tmp_path / "out.csv").read_text().count("\n") == 61
    code, out, _ = shell(*words, "--column", "customer_id=client", "--model", "constant_churn")
    assert code == 0
    assert "survivors of renewal" in out
    assert shell(*words, "--model", "bg_nbd")[0] == 2


def test_kept_subscriptions_by_command(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"c{i},2025-{1 + i % 12:02d}-10,{'' if i % 3 else '2026-02-10'},9.99,active" for i in range(60)]
    (tmp_path / "subs.csv").write_text("\n".join(["client,start,end,price,status", *rows]) + "\n")
    at = ("--project", tmp_path / "shop")
    assert shell("init", *at, "--currency", "EUR")[0] == 0
    code, out, _ = shell("ingest", tmp_path / "subs.csv", *at, "--json")
    assert code == 3
    assert "ingest-subscriptions" in json.loads(out)["error"]["fix"]
    code, out, _ = shell("ingest-subscriptions", tmp_path / "subs.csv", *at, "--period", "month", "--json")
    assert code == 0
    assert {k: json.loads(out)[k] for k in ("kind", "rows_in", "kept")} == {
        "kind": "subscriptions",
        "rows_in": 60,
        "kept": 60,
    }
    code, out, _ = shell("ingest-subscriptions", tmp_path / "subs.csv", *at, "--period", "month")
    assert "D190" in out
    assert "60 subscriptions of 60 customers" in out
    code, out, _ = shell("subscriptions", *at, "--until", "2026-06-30", "--model", "sbg", "--json")
    assert code == 0
    assert json.loads(out)["states"] == {"here": 40, "lost": 20}
    assert shell("subscriptions", *at, "--period", "month")[0] == 2
    monkeypatch.chdir(tmp_path / "shop")
    code, out, _ = shell("run", "--model", "sbg", "--json")
    assert code == 0
    assert json.loads(out)["report"].endswith(".html")
    assert shell("score", "--json")[0] == 0
    assert shell("export", tmp_path / "s.csv", "--what", "subscriptions")[0] == 0
    assert (tmp_path / "s.csv").read_text().count("\n") == 61
    monkeypatch.chdir(tmp_path)
    assert shell("run")[0] == 2  # neither a file nor a project


def test_a_point_of_retention_by_command(shell: Shell, tmp_path: Path) -> None:
    rows = [f"i{c}-{m},c{c},2025-{m:02d}-{1 + c % 28:02d},9.99" for c in range(60) for m in range(1, 7 + c % 6)]
    (tmp_path / "orders.csv").write_text("\n".join(["order_id,customer_id,ordered_at,revenue", *rows]) + "\n")
    at = ("--project", tmp_path / "shop")
    assert shell("run", tmp_path / "orders.csv", *at, "--currency", "EUR")[0] == 0
    code, out, _ = shell("retention", *at, "--points", "1", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["change"] > 0
    assert told["points"] == 0.01
    code, out, _ = shell("retention", *at, "--points", "-2")
    assert code == 0
    assert "-2 point(s) of retention" in out


def test_drivers_by_command(shell: Shell, tmp_path: Path) -> None:
    rows = [
        f"i{c}-{m},c{c},2025-{m:02d}-{1 + c % 28:02d},{9 + c % 2 * 5},{'ab'[c % 2]}"
        for c in range(120)
        for m in (1, 3, 9)
    ]
    (tmp_path / "orders.csv").write_text("\n".join(["order_id,customer_id,ordered_at,revenue,zone", *rows]) + "\n")
    at = ("--project", tmp_path / "shop")
    assert shell("init", *at, "--currency", "EUR")[0] == 0
    assert shell("ingest", tmp_path / "orders.csv", *at, "--keep", "zone")[0] == 0
    code, out, _ = shell("drivers", *at, "--horizon", "13w", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["label"] == "association, not cause"
    assert {driver["name"] for driver in told["drivers"]} == {"first spend", "zone"}
    code, out, _ = shell("drivers", *at, "--horizon", "13w")
    assert code == 0
    assert "association, not cause" in out
    assert shell("drivers", *at, "--horizon", "lifetime")[0] == 2
