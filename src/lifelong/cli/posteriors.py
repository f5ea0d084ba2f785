"""The command that draws from a posterior."""

from __future__ import annotations

from typing import Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import Progress, say


@click.command(
    short_help="Say what the orders leave open about a model.",
    epilog="Examples:  lifelong posterior --model pareto_nbd\n\n"
    "           lifelong posterior --by channel --out draws.nc",
)
@flags.project
@flags.model
@flags.until
@click.option(
    "--by", metavar="COLUMN", default="", help="Groups that learn from each other: channel, or a kept column."
)
@click.option(
    "--how", default="laplace", type=click.Choice(["laplace", "nuts"]), show_default=True, help="Quick, or by chains."
)
@click.option("--draws", default=1000, type=click.IntRange(min=40), metavar="N", show_default=True, help="How many.")
@click.option("--seed", default=0, metavar="N", show_default=True, help="Equal seeds give equal draws.")
@click.option("--keep", is_flag=True, help="Score by it from now on: it becomes the latest fit.")
@click.option("--out", default="", metavar="FILE", help="Write the draws there, for ArviZ: .nc.")
@flags.answer
def posterior(project_dir: str, as_json: bool, **told: Any) -> None:
    """Draw from the posterior of a model's parameters: means, intervals, and what the draws are worth."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        drawn = Project(project_dir, create=False, progress=progress).posterior(**told)
    say(drawn, as_json=as_json)


COMMANDS = (posterior,)
