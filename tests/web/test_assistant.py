"""The server for assistants: the protocol is spoken to the real process; what it says is what Python says."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lifelong.errors import ConfigError
from lifelong.jobs import VERBS
from lifelong.jobs.assistant import answer, offered, serve, server, shape
from lifelong.project import Project, calculate
from lifelong.values.findings import plain

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")
FIVE = {"churn": "5%", "invoice": "500", "new_customers": "10", "spend": "8000", "margin": "40%"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, rng = tmp_path_factory.mktemp("assisted"), np.random.default_rng(5)
    rows = ["customer_id,date,total"]
    for number in range(150):
        day, gap = int(rng.integers(0, 300)), 5 + rng.exponential(60)
        while day < 540:
            rows.append(f"K{number},{np.datetime64('2024-01-01') + day},{rng.gamma(4, 12):.2f}")
            day += 1 + int(rng.exponential(gap))
            if rng.random() < 0.1:
                break
    (folder / "orders.csv").write_text("\n".join(rows))
    shop = Project(folder / "shop", settings={"currency": "EUR"})
    shop.ingest(folder / "orders.csv")
    return folder / "shop"


def _same(told: Any) -> Any:
    return json.loads(json.dumps(plain(told)))


def test_the_real_process_speaks_the_protocol(project: Path) -> None:
    program = str(Path(sys.executable).with_name("lifelong"))
    before = {path: path.read_bytes() for path in (project / "landing").rglob("*") if path.is_file()}

    async def talk() -> None:
        start = mcp.StdioServerParameters(command=program, args=["mcp", "--project", str(project)])
        async with mcp.Client(start) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert {"status", "stages", "cohorts", "next_orders", "calculator"} <= set(tools)
            assert not set(tools) & {name.replace("-", "_") for name, verb in VERBS.items() if verb.writes}
            assert all(tool.annotations.read_only_hint for tool in tools.values())
            made = await client.call_tool("calculator", FIVE)
            assert not made.is_error
            assert made.structured_content == _same(calculate(**FIVE).as_dict())
            assert json.loads(made.content[0].text) == made.structured_content
            told = await client.call_tool("cohorts", {"by": "quarter"})
            assert told.structured_content == _same(Project(project, create=False).cohorts(by="quarter").as_dict())
            for name, args, code in (
                ("cohorts", {"by": "nothing"}, None), ("cohorts", {"sql": "x"}, "E302"), ("forget", {"customer": "K1"}, "E302"),
                ("why", {}, "E301"), ("tiers", {}, None),
            ):  # fmt: skip
                wrong = await client.call_tool(name, args)
                assert wrong.is_error
                error = wrong.structured_content["error"]
                assert set(error) == {"code", "where", "why", "fix", "said"}
                assert code in (None, error["code"])

    asyncio.run(talk())
    assert before == {path: path.read_bytes() for path in (project / "landing").rglob("*") if path.is_file()}


def test_an_answer_is_kept_and_given_again(project: Path) -> None:
    first = answer(project, VERBS["stages"], {})
    assert answer(project, VERBS["stages"], {}) == first
    assert first["customers"] == _same(Project(project, create=False).stages().as_dict())["customers"]


def test_a_fault_of_ours_is_told_without_data(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("anna@example.com")

    monkeypatch.setattr("lifelong.jobs.assistant.answer", broken)

    async def talk() -> Any:
        async with mcp.Client(server(project)) as client:
            return await client.call_tool("status", {})

    told = asyncio.run(talk())
    assert told.is_error
    assert told.structured_content["error"]["code"] == "E900"
    assert "anna" not in told.content[0].text


def test_shapes_say_what_is_needed_and_what_may_be_chosen() -> None:
    assert shape(VERBS["why"])["required"] == ["group"]
    assert "retention" in shape(VERBS["cohorts"])["properties"]["measure"]["enum"]
    assert "next_orders" in offered()
    assert "ingest" not in offered()


def test_without_a_project_there_is_no_server(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        serve(tmp_path / "nothing")
    assert refused.value.code == "E304"
