"""Write the reference pages that are made from the code, or with --check say which of them are out of date."""

from __future__ import annotations

import ast
import json
import re
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import click

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "lifelong"
REFERENCE = ROOT / "docs" / "reference"
FINDINGS = SOURCE / "definitions" / "findings.json"
MADE = "<!-- Made by `make docs` from the code. Do not edit. -->\n\n"


def definitions() -> str:
    """The metric registry, one section a number."""
    from lifelong.definitions import DEFINITIONS, JUDGED

    head = (
        "# Definitions\n\nEvery number that lifelong shows is one of these. Reports, the command line, JSON and exports "
        "take their words from here. `x`, `t_x` and `T` are a customer's repeat order days, the days from the first "
        "order day to the last, and the days from the first order day to the last day that the data cover.\n\n"
    )
    own = [d for key, d in DEFINITIONS.items() if key not in JUDGED]
    judged = [DEFINITIONS[key] for key in JUDGED]
    parts = []
    for title, group in (("## Customers and their value", own), ("## How good a forecast was", judged)):
        parts.append(f"{title}\n")
        for d in group:
            facts = [f"Formula: `{d.formula}`."] if d.formula else []
            facts += [f"Unit: {d.unit}."] if d.unit else []
            facts += [f"Changes with: {d.changes}."] if d.changes else []
            facts += [f"Shown by: {verbs}."] if (verbs := _verbs(d.key)) else []
            parts.append(f"### {d.title} (`{d.key}`)\n\n{d.text}\n" + (f"\n{' '.join(facts)}\n" if facts else ""))
    return head + "\n".join(parts)


def _verbs(key: str) -> str:
    from lifelong.definitions import SHOWN

    return ", ".join(f"`{verb}`" for verb, keys in SHOWN.items() if key in keys.split())


def settings() -> str:
    """Every line of lifelong.toml."""
    from lifelong.config import FILE_NAME, Config

    head = (
        f"# Settings\n\n`{FILE_NAME}` in the project's folder is the only configuration file. `lifelong init` writes it "
        "with a comment on each line. Delete a line to get its default back. An unknown name or a value of the wrong "
        "kind is an error that names the line.\n\n| setting | default | meaning |\n| --- | --- | --- |\n"
    )
    rows = [f"| `{f.name}` | {_shown(f.default)} | {_cell(f.metadata['say'])} |\n" for f in fields(Config)]
    return head + "".join(rows) + "\nA flag given on the command line outranks the setting for that one call.\n"


def tables() -> str:
    """The canonical tables, column by column."""
    from lifelong import schema

    told = (
        ("Source", schema.SOURCE, "What a firm's file may say, under lifelong's names: `--column ours=theirs`."),
        ("Orders", schema.ORDERS, "One row an order, exact. Days and money are whole numbers."),
        ("Summary", schema.SUMMARY, "One row a customer, as the models want it."),
        ("Patterns", schema.PATTERNS, "One row a distinct history: all that a likelihood sees."),
        ("Gaps", schema.GAPS, "One row a customer and length of wait: what the next order date is learned from."),
        (
            "Source of subscriptions",
            schema.SUBSCRIPTION_SOURCE,
            "What a firm's table of subscriptions may say, under lifelong's names: `--column ours=theirs`.",
        ),
        ("Subscriptions", schema.SUBSCRIPTIONS, "One row of that table, exact, kept or set aside with a reason."),
        (
            "Source of spend",
            schema.SPEND_SOURCE,
            "What a report of advertising spend may say, under lifelong's names: `--column ours=theirs`.",
        ),
        (
            "Spend",
            schema.SPEND,
            "One row a day, channel and campaign: what `spend` makes and `export --what spend` writes.",
        ),
        ("Tenures", schema.TENURES, "One row a time without a break in which a customer subscribed."),
        (
            "Features",
            schema.FEATURES,
            "One row a customer as of a day: what there is to learn from, all of it known on that day.",
        ),
        ("Scores", schema.SCORES, "One row a customer: what `score` returns and `export` writes."),
        ("Next orders", schema.NEXT_ORDERS, "One row a customer: what `next-orders` returns and writes."),
        ("Stages", schema.STAGES, "One row a customer: what `stages` returns and writes."),
        ("Leads", schema.LEADS, "One row a lead: what `leads` returns and writes."),
        ("Cohorts", schema.COHORTS, "One row a cohort and age: what `cohorts` returns and writes."),
        ("Tiers", schema.TIERS, "One row a customer: what `tiers` returns and writes."),
        (
            "Potential",
            schema.POTENTIAL,
            "One row a customer who is low now and high later: what `potential` returns and writes.",
        ),
        ("Referrals", schema.REFERRALS, "One row a customer who brought others: what `referrals` returns and writes."),
    )
    parts = ["# Tables\n\nThe names, kinds and units of every column. Names come only from here.\n"]
    for title, table, text in told:
        parts.append(f"\n## {title}\n\n{text}\n\n| column | kind | unit | meaning |\n| --- | --- | --- | --- |\n")
        for c in table:
            notes = [" Needed."] * c.is_required + [" Personal."] * c.is_personal
            parts.append(f"| `{c.name}` | {c.kind} | {c.unit} | {_cell(c.meaning)}{''.join(notes)} |\n")
    return "".join(parts)


def cli() -> str:
    """Every command with its flags and example."""
    from lifelong.cli.commands import lifelong as top

    head = (
        "# Command line\n\nOne command a verb. Every command takes `--json`, which prints the value as "
        "[JSON](json.md) on one line of standard output; progress and errors go to standard error. Exit codes: 0 done, "
        "1 findings above the limit, 2 wrong usage, 3 failed.\n\n"
    )
    sections = []
    for path, command, context in _walk(top, "lifelong"):
        sections.append(_command(path, command, context))
    return head + "\n".join(sections)


def findings() -> str:
    """Every finding that the code can make, with its words; what differs from case to case is shown as dots."""
    head = (
        "# Findings\n\nA finding is worth knowing and no failure: a code, a sentence, a severity and the figures behind it. "
        "It stands in the `findings` of the value that it speaks of. D: the data, F: fit and back-test, S: scores. "
        "What is a failure is an [error](errors.md).\n\n| code | severity | says |\n| --- | --- | --- |\n"
    )
    return head + "".join(f"| {c} | {s} | {_cell(t)} |\n" for c, s, t in all_findings())


def all_findings() -> list[tuple[str, str, str]]:
    """Code, severity and words of every finding."""
    told: dict[str, tuple[str, str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for code, severity, text in _findings_of(ast.parse(path.read_text(encoding="utf-8"))):
            if code not in told or len(text) > len(told[code][1]):
                told[code] = (severity, text)
    return [(code, *said) for code, said in sorted(told.items())]


def findings_data() -> str:
    """The same as data, for the glossary of the app."""
    rows = [{"code": c, "severity": s, "text": " ".join(t.split())} for c, s, t in all_findings()]
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def _findings_of(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    for scope in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
        assigned = [n for n in ast.walk(scope) if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
        for node in ast.walk(scope):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding" and len(node.args) > 1:
                code, text = node.args[0], node.args[1]
                if isinstance(code, ast.Constant) and re.fullmatch(r"[A-Z]\d{3}", str(code.value)):
                    before = [
                        a for a in assigned if a.lineno < node.lineno and a.targets[0].id == getattr(text, "id", "")
                    ]
                    text = max(before, key=lambda a: a.lineno).value if before else text
                    yield str(code.value), _severity(node), _template(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and re.fullmatch(r"[A-DF-Z]\d{3}", str(key.value)):
                    parts = value.elts if isinstance(value, ast.Tuple) else [ast.Constant("warning"), value]
                    yield str(key.value), _template(parts[0]), _template(parts[1])


def _severity(call: ast.Call) -> str:
    given = [k.value for k in call.keywords if k.arg == "severity"] or call.args[2:3]
    return _template(given[0]) if given else "warning"


def _template(node: ast.expr) -> str:
    """A text as it stands in the code, with dots for what is filled in."""
    if isinstance(node, ast.Constant):
        return re.sub(r"\{[^{}]*\}", "...", str(node.value))
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"phrase", "spoken", "counted"}:
        return _template(node.args[-1])
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "..." for v in node.values)
    if isinstance(node, ast.BinOp):
        return _template(node.left) + _template(node.right)
    return "..."


def rest_api() -> str:
    """Every route of the REST API, from its OpenAPI document."""
    from lifelong.web.app import make_app
    from lifelong.web.security import Gate

    document = make_app(Path(), Gate("-")).openapi()
    head = (
        "# REST API\n\nHow it is used stands in [REST API: how to](../how-to/rest-api.md). A running server tells the same "
        "as OpenAPI 3.1 at `/api/v1/openapi.json`. Each route wants the token; each failure is "
        '`{"error": {"code", "where", "why", "fix"}}` ([errors](errors.md)).\n\n'
    )
    parts = [
        _rest_route(document, path, method, told)
        for path, methods in sorted(document["paths"].items())
        for method, told in methods.items()
    ]
    return head + "\n".join(parts)


def _rest_route(document: Mapping[str, Any], path: str, method: str, told: Mapping[str, Any]) -> str:
    rows = [
        f"| `{one['name']}` | {one['in']} | {_rest_kind(one['schema'])} | {_cell(one.get('description', ''))} |\n"
        for one in told.get("parameters", ())
    ]
    content = told.get("requestBody", {}).get("content", {})
    name = content.get("application/json", {}).get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
    body = document["components"]["schemas"].get(name, {})
    for key, kind in body.get("properties", {}).items():
        needed = "**needed**, " if key in body.get("required", ()) else ""
        rows.append(f"| `{key}` | body | {needed}{_rest_kind(kind)} | {_cell(kind.get('description', ''))} |\n")
    table = "| name | in | kind | meaning |\n| --- | --- | --- | --- |\n" + "".join(rows) if rows else ""
    raw = (
        "The body is the file itself, as `application/octet-stream`.\n\n"
        if "application/octet-stream" in content
        else ""
    )
    good = ", ".join(
        f"{status}: {_cell(a['description']).rstrip('.')}" for status, a in told["responses"].items() if status < "300"
    )
    text = (told.get("description") or told.get("summary", "")).strip()
    return f"## {method.upper()} {path}\n\n{text}\n\n{raw}Answers {good}.\n" + (f"\n{table}" if table else "")


def _rest_kind(schema: Mapping[str, Any]) -> str:
    parts = [part for part in schema.get("anyOf", [schema]) if part.get("type") != "null"]
    kinds = []
    for part in parts:
        chosen = [f"`{choice}`" if choice else "empty" for choice in part.get("enum", ())]
        kinds.append(" ".join(chosen) or str(part.get("type", "any")))
    return " or ".join(kinds)


PAGES: dict[str, Callable[[], str]] = {
    "definitions.md": definitions,
    "findings.md": findings,
    "settings.md": settings,
    "tables.md": tables,
    "cli.md": cli,
    "rest-api.md": rest_api,
}


def _walk(group: click.Group, path: str) -> Iterator[tuple[str, click.Command, click.Context]]:
    import click

    parent = click.Context(group, info_name=path)
    for name in group.list_commands(parent):
        command = group.commands[name]
        own = f"{path} {name}"
        if isinstance(command, click.Group):
            yield from _walk(command, own)
        else:
            yield own, command, click.Context(command, info_name=own)


def _command(path: str, command: click.Command, context: click.Context) -> str:
    import click

    usage = " ".join(command.collect_usage_pieces(context))
    rows = [p.get_help_record(context) for p in command.get_params(context) if isinstance(p, click.Option)]
    shown = "".join(f"| `{r[0]}` | {_cell(r[1])} |\n" for r in rows if r)
    examples = [
        line.strip() for line in (command.epilog or "").replace("Examples:", "").replace("Example:", "").split("\n")
    ]
    block = "\n".join(line for line in examples if line)
    text = f"## {path}\n\n{(command.help or '').strip()}\n\n```text\n{path} {usage}\n```\n\n"
    text += f"| flag | meaning |\n| --- | --- |\n{shown}"
    return text + (f"\n```console\n{block}\n```\n" if block else "")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    return f"`{value}`" if value else "empty"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main(check: bool) -> int:
    """Write or compare; the number of pages that are out of date."""
    stale = 0
    made = {REFERENCE / name: MADE + make() for name, make in PAGES.items()} | {FINDINGS: findings_data()}
    for path, text in made.items():
        if check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                sys.stdout.write(f"{path.relative_to(ROOT)} is out of date: run `make docs`\n")
                stale += 1
        else:
            path.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(1 if main("--check" in sys.argv) else 0)
