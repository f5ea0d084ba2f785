"""The commands for subscriptions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import Progress, say

_period = click.option(
    "--period", default="", metavar="PERIOD", help="What a price pays for, where no column says it: month."
)


@click.command(
    "ingest-subscriptions",
    short_help="Read a table of subscriptions.",
    epilog="Examples:  lifelong ingest-subscriptions subs.csv --column customer_id=account --currency EUR\n\n"
    "           lifelong ingest-subscriptions stripe.json",
)
@click.argument("file", type=click.Path(path_type=Path))
@flags.project
@flags.table
@_period
@flags.as_json
def ingest_subscriptions(file: Path, project_dir: str, as_json: bool, **told: Any) -> None:
    """Read a table of subscriptions FILE into the project and report on every row; or Stripe's own list of them."""
    from lifelong.project import Project

    told["columns"] = dict(told["columns"])
    with Progress(quiet=as_json) as progress:
        report = Project(project_dir, create=False, progress=progress).ingest_subscriptions(file, **told)
    say(report, as_json=as_json)


@click.command(
    short_help="Value the customers of a table of subscriptions.",
    epilog="Examples:  lifelong subscriptions subs.csv --margin 60% --horizon 2y\n\n"
    "           lifelong subscriptions --project shop --until 2026-06-30 --out customers.csv",
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@flags.project
@flags.table
@_period
@flags.until
@flags.horizon
@flags.margin
@flags.discount
@click.option(
    "--model", metavar="NAME", default="", help="A contractual model: sbg, bdw ... [default: by hidden losses]"
)
@click.option("--out", default="", metavar="FILE", help="Write all rows there: .csv, .parquet or .xlsx.")
@flags.answer
def subscriptions(file: Path | None, project_dir: str, as_json: bool, out: str, **told: Any) -> None:
    """Value the customers of the project's subscriptions; or of a table FILE, of which nothing is stored."""
    from lifelong.project import Project
    from lifelong.project import subscriptions as value

    told["columns"] = dict(told["columns"])
    with Progress(quiet=as_json) as progress:
        if file is not None:
            answer = value(file, out=out, progress=progress, **told)
        else:
            answer = Project(project_dir, create=False, progress=progress).subscriptions(out=out, **told)
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
@flags.answer
def retention(project_dir: str, as_json: bool, points: float, **told: Any) -> None:
    """Say what a change of retention would add to the value of subscribers, and what a programme for it may cost."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        effect = Project(project_dir, create=False, progress=progress).retention(points, **told)
    say(effect, as_json=as_json)


COMMANDS = (ingest_subscriptions, retention, subscriptions)
