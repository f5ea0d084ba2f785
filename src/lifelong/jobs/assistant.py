"""The verbs for an assistant, over the Model Context Protocol: those that read, and the calculator; none that writes.

The assistant's program starts ``lifelong mcp`` and speaks with it over standard input and output, so that no port is
opened and no token is needed: it may read what whoever started it may read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lifelong import __version__
from lifelong.errors import ConfigError, LifelongError, missing_extra
from lifelong.jobs import worker
from lifelong.jobs.answers import Answers
from lifelong.jobs.params import LONGEST, MANY, Param
from lifelong.jobs.verbs import VERBS, Verb, arguments
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mcp import types
    from mcp.server import Server

TOLD = (
    "Customer lifetime value of one project. Values have intervals: tell them with the number. Each answer names its "
    "definition, currency and day; numbers of different definitions are not comparable. `findings` say what is doubtful."
)
_TEXT = {"type": "string", "maxLength": LONGEST}
_KINDS: Mapping[str, Mapping[str, Any]] = {
    "text": _TEXT,
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "choice": {"type": "string"},
    "map": {"type": "object", "additionalProperties": _TEXT, "maxProperties": MANY},
    "list": {"type": "array", "items": _TEXT, "maxItems": MANY},
}


def offered() -> Mapping[str, Verb]:
    """The verbs that change nothing, by the names of their tools."""
    return {name.replace("-", "_"): verb for name, verb in VERBS.items() if not verb.writes}


def shape(verb: Verb) -> dict[str, Any]:
    """What a verb may be told, as JSON Schema."""
    needed = [param.name for param in verb.params if param.is_needed]
    told = {param.name: _shape(param) for param in verb.params}
    return {"type": "object", "properties": told, "required": needed, "additionalProperties": False}


def _shape(param: Param) -> dict[str, Any]:
    choices = {"enum": list(param.choices)} if param.choices else {}
    return {**_KINDS[param.kind], **choices, "description": param.say}


def answer(root: Path, verb: Verb, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer to a question: the kept one, or what the verb says now.

    Raises:
        LifelongError: what the verb raises; E301, E302 where the question is not understood.
    """
    args = arguments(verb.name, told)
    kept = Answers(root)
    if (before := kept.get(verb.name, args)) is not None and before.error is None:
        return before.value
    return kept.named(worker.answer(root, verb.name, args, lambda *_: None)).value


def server(root: Path) -> Server[Any]:
    """The server over one project."""
    import anyio
    from mcp import types
    from mcp.server import Server

    one_at_a_time = anyio.Lock()

    async def tools(_: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(name, verb) for name, verb in offered().items()])

    async def call(_: Any, asked: types.CallToolRequestParams) -> types.CallToolResult:
        verb = offered().get(asked.name)
        if verb is None:
            fix = phrase("take one of {known}", known=", ".join(offered()))
            return _told(
                ConfigError("E302", "there is no such tool", where=asked.name[:60], fix=fix).as_dict(), is_error=True
            )
        try:
            async with one_at_a_time:
                value = await anyio.to_thread.run_sync(answer, root, verb, asked.arguments or {})
        except LifelongError as error:
            return _told(error.as_dict(), is_error=True)
        except Exception as fault:  # noqa: BLE001 - a fault of ours is told without data, and ends no conversation
            return _told({"error": worker.fault_told(fault)}, is_error=True)
        return _told(value, is_error=False)

    return Server("lifelong", version=__version__, instructions=TOLD, on_list_tools=tools, on_call_tool=call)


def _tool(name: str, verb: Verb) -> types.Tool:
    from mcp import types

    hints = types.ToolAnnotations(read_only_hint=True, open_world_hint=False)
    return types.Tool(name=name, description=verb.say, input_schema=shape(verb), annotations=hints)


def _told(value: Mapping[str, Any], *, is_error: bool) -> types.CallToolResult:
    from mcp import types

    text = types.TextContent(type="text", text=json.dumps(value, ensure_ascii=False))
    return types.CallToolResult(content=[text], structured_content=dict(value), is_error=is_error)


def serve(root: Path) -> None:
    """Answer over standard input and output until the other side ends.

    Raises:
        ConfigError: E303 where the extra ``mcp`` is not installed, E304 where there is no project.
    """
    from lifelong.project import Project

    Project(root, create=False)
    try:
        import anyio
        from mcp.server.stdio import stdio_server
    except ModuleNotFoundError as problem:
        raise missing_extra(str(problem.name), "mcp", "the server for assistants") from None

    async def run() -> None:
        one = server(root)
        async with stdio_server() as (incoming, outgoing):
            await one.run(incoming, outgoing, one.create_initialization_options())

    anyio.run(run)
