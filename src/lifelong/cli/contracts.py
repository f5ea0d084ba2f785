"""The commands for subscriptions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import Progress, say


@click.command(
    short_help="Value the customers of a table of subscriptions.",
    epilog="Examples:  lifelong subscriptions subs.csv --margin 60% --horizon 2y\n\n"
    "           lifelong subscriptions subs.csv --period month --until 2026-06-30 --out customers.csv",
)
@click.argument("file", type=click.Path(path_type=Path))
@flags.table
@click.option("--period", default="", metavar="PERIOD", help="What a price pays for, where no column says it: month.")
@flags.until
@flags.horizon
@flags.margin
@flags.discount
@click.option(
    "--model", metavar="NAME", default="", help="A contractual model: sbg, bdw ... [default: by hidden losses]"
)
@click.option("--out", default="", metavar="FILE", help="Write all rows there: .csv, .parquet or .xlsx.")
@flags.as_json
def subscriptions(file: Path, as_json: bool, out: str, **told: Any) -> None:
    """Value the customers of a table of subscriptions FILE, without a project; nothing else is stored."""
    from lifelong.project import subscriptions as value

    told["columns"] = dict(told["columns"])
    with Progress(quiet=as_json) as progress:
        answer = value(file, out=out, progress=progress, **told)
    say(answer, as_json=as_json)


@click.command(
    short_help="Say what a point of retention is worth.",
    epilog="Example:  lifelong retention --points 1 --margin 60% --horizon 2y",
)
@flags.project
@click.option("--points", default=1.0, metavar="N", show_default=True, help="Percentage points, below 0 for a loss.")
@flags.horizon
@flags.margin
@flags.discount
@flags.as_json
def retention(project_dir: str, as_json: bool, points: float, **told: Any) -> None:
    """Say what a change of retention would add to the value of subscribers, and what a programme for it may cost."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        effect = Project(project_dir, create=False, progress=progress).retention(points, **told)
    say(effect, as_json=as_json)
