"""The command that looks at a file before anything is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import say


@click.command(
    short_help="See how a file would be read.",
    epilog="Example:  lifelong look orders.csv --column customer_id=client",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", default="", metavar="KIND", help="orders, spend, touches or subscriptions. [default: the likeliest]")  # fmt: skip
@click.option("--column", "columns", multiple=True, type=flags.Pairs(), metavar="OURS=THEIRS", help="Our name of a column and the file's. May be repeated.")  # fmt: skip
@click.option("--currency", default="", metavar="CODE", help="The amounts' currency, such as GBP.")
@flags.as_json
def look(file: Path, as_json: bool, **told: Any) -> None:
    """Show how FILE would be read, with its first rows. Nothing is stored, and no project is needed."""
    from lifelong.project import look as implementation

    say(implementation(file, **{**told, "columns": dict(told["columns"])}), as_json=as_json)


COMMANDS = (look,)
