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
@flags.answer
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
@flags.answer
def trend(project_dir: str, as_json: bool, horizon: str) -> None:
    """Say how the total value went over the scoring runs, and what changed it: new customers, behaviour, the model."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        answer = Project(project_dir, create=False, progress=progress).trend(horizon)
    say(answer, as_json=as_json)


@click.command(
    short_help="Follow cohorts as they age, at any margin level.",
    epilog="Examples:  lifelong cohorts --by quarter --measure repeat\n\n"
    "           lifelong cohorts --measure margin --margin 35% --cumulative --compare 2025-01 2025-02\n\n"
    "           lifelong cohorts --by channel --measure contribution --variable-cost 3% --order-cost 4.50",
)
@flags.project
@click.option(
    "--by",
    default="month",
    metavar="WHAT",
    show_default=True,
    help="month, quarter or week of the first order; channel or first_product; or a column that was kept.",
)
@click.option(
    "--measure",
    default="retention",
    metavar="WHAT",
    show_default=True,
    help="retention (ordered within the age), repeat (came back by it), orders, revenue, margin or contribution.",
)
@click.option(
    "--age",
    default="month",
    metavar="TIME",
    show_default=True,
    help="One age: week, month (30 days), quarter (91), 14d.",
)
@click.option("--cumulative", is_flag=True, help="Add up from the first order day on.")
@flags.margin
@click.option(
    "--variable-cost", "variable", default="", metavar="SHARE", help="Further costs, as a share of revenue: 3%."
)
@click.option("--order-cost", "order", default="", metavar="AMOUNT", help="Further costs of each order: 4.50.")
@click.option("--compare", nargs=2, default=None, metavar="A B", help="Compare two cohorts at one age.")
@click.option(
    "--at",
    type=click.IntRange(min=0),
    default=None,
    metavar="AGE",
    help="At this age. [default: the oldest that is over]",
)
@flags.until
@click.option("--out", default="", metavar="FILE", help="Write all rows there: .csv, .parquet or .xlsx.")
@flags.answer
def cohorts(project_dir: str, as_json: bool, compare: tuple[str, str] | None, **told: Any) -> None:
    """Follow cohorts as they age: who came back, what they brought. Ages that are not over for all are marked."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        answer = Project(project_dir, create=False, progress=progress).cohorts(compare=compare or (), **told)
    say(answer, as_json=as_json)


COMMANDS = (cohorts, stages, trend)
