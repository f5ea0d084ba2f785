"""Write the reference pages that are made from the code, or with --check say which of them are out of date."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import click

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
MADE = "<!-- Made by `make docs` from the code. Do not edit. -->\n\n"


def definitions() -> str:
    """The metric registry, one section a number."""
    from lifelong.definitions import DEFINITIONS, METRICS

    head = (
        "# Definitions\n\nEvery number that lifelong shows is one of these. Reports, the command line, JSON and exports "
        "take their words from here. `x`, `t_x` and `T` are a customer's repeat order days, the days from the first "
        "order day to the last, and the days from the first order day to the last day that the data cover.\n\n"
    )
    own = [d for key, d in DEFINITIONS.items() if key not in METRICS]
    judged = [DEFINITIONS[key] for key in METRICS]
    parts = []
    for title, group in (("## Customers and their value", own), ("## How good a forecast was", judged)):
        parts.append(f"{title}\n")
        for d in group:
            facts = [f"Formula: `{d.formula}`."] if d.formula else []
            facts += [f"Unit: {d.unit}."] if d.unit else []
            facts += [f"Changes with: {d.changes}."] if d.changes else []
            parts.append(f"### {d.title} (`{d.key}`)\n\n{d.text}\n" + (f"\n{' '.join(facts)}\n" if facts else ""))
    return head + "\n".join(parts)


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
        ("Scores", schema.SCORES, "One row a customer: what `score` returns and `export` writes."),
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
    return head + "\n".join(sections) + COMPLETION


COMPLETION = """
## Shell completion

| shell | run once, or put it in the shell's start file |
| --- | --- |
| bash | `eval "$(_LIFELONG_COMPLETE=bash_source lifelong)"` |
| zsh | `eval "$(_LIFELONG_COMPLETE=zsh_source lifelong)"` |
| fish | `_LIFELONG_COMPLETE=fish_source lifelong \\| source` |
"""

PAGES: dict[str, Callable[[], str]] = {
    "definitions.md": definitions,
    "settings.md": settings,
    "tables.md": tables,
    "cli.md": cli,
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
    for name, make in PAGES.items():
        path, text = REFERENCE / name, MADE + make()
        if check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                sys.stdout.write(f"docs/reference/{name} is out of date: run `make docs`\n")
                stale += 1
        else:
            path.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(1 if main("--check" in sys.argv) else 0)
