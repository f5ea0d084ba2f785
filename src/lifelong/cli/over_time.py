"""The commands that look at customers over time."""

from __future__ import annotations

from typing import Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import Progress, say


@click.command(
    short_help="Say which stage of life each customer is in.",
    epilog="Examples:  lifelong stages --since 2025-12-31\n\n           lifelong stages --out stages.csv",
)
@flags.project
@flags.until
@click.option("--since", metavar="DATE", default="", help="An earlier day: also say who moved from where to where.")
@click.option("--out", default="", metavar="FILE", help="Write all rows there: .csv, .parquet or .xlsx.")
@flags.as_json
def stages(project_dir: str, as_json: bool, **told: Any) -> None:
    """Say which customers are new, active, reactivated, cooling or lapsed, each by their own rhythm."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        answer = Project(project_dir, create=False, progress=progress).stages(**told)
    say(answer, as_json=as_json)


@click.command(
    short_help="Follow the total value over the stored runs.",
    epilog="Examples:  lifelong trend\n\n           lifelong trend --horizon 52w --json",
)
@flags.project
@click.option(
    "--horizon", metavar="TIME", default="", help="Runs of this horizon. [default: that of the latest scores]"
)
@flags.as_json
def trend(project_dir: str, as_json: bool, horizon: str) -> None:
    """Say how the total value went over the scoring runs, and what changed it: new customers, behaviour, the model."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        answer = Project(project_dir, create=False, progress=progress).trend(horizon)
    say(answer, as_json=as_json)


COMMANDS = (stages, trend)
