"""The commands that turn values into decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import Progress, say


@click.command(
    short_help="Say what each lead is worth.",
    epilog="Examples:  lifelong leads leads.csv --within 90d\n\n"
    "           lifelong leads leads.csv --column converted=won_date --ignore notes --out ranked.csv",
)
@click.argument("file", type=click.Path(path_type=Path))
@flags.project
@flags.columns("lead_id, created_at, converted, value, customer_id, channel, campaign or landing_page")
@click.option(
    "--within",
    metavar="TIME",
    default="",
    help="Converting counts within this time, such as 90d. [default: when 95% of conversions had come]",
)
@click.option("--until", metavar="DATE", default="", help="The last day that the file covers. [default: its last date]")
@click.option("--discount", metavar="RATE", default="0", show_default=True, help="Such as 10%/year.")
@click.option("--cost", metavar="MONEY", default="0", show_default=True, help="What serving a lead costs.")
@click.option("--ignore", multiple=True, metavar="COLUMN", help="Do not learn from this column. May be repeated.")
@click.option("--out", default="", metavar="FILE", help="Write all rows there: .csv, .parquet or .xlsx.")
@flags.answer
def leads(file: Path, project_dir: str, as_json: bool, out: str, **told: Any) -> None:
    """Say for each lead of FILE how likely it converts and what it is worth, the best first; nothing is stored."""
    from lifelong.project import leads as value

    told["columns"] = dict(told["columns"])
    say(value(file, project=project_dir, out=out, **told), as_json=as_json)


@click.command(
    short_help="Say what recommendations are worth.",
    epilog="Example:  lifelong referrals referrals.csv --cac 40 --reward 10 --incremental 60%",
)
@click.argument("file", type=click.Path(path_type=Path))
@flags.project
@flags.columns("referrer, referred or date")
@click.option(
    "--incremental", metavar="SHARE", default="50%", show_default=True, help="Who would not have come without."
)
@click.option("--unsure", metavar="SHARE", default="20%", show_default=True, help="Standard deviation of that share.")
@click.option("--cac", metavar="MONEY", default="0", show_default=True, help="Cost of winning that each one saves.")
@click.option("--reward", metavar="MONEY", default="0", show_default=True, help="What is paid for each.")
@click.option("--depth", metavar="STEPS", default="3", show_default=True, help="How far up a chain credit goes.")
@click.option("--decay", metavar="SHARE", default="50%", show_default=True, help="What a further step gets.")
@click.option("--out", default="", metavar="FILE", help="Write all rows there: .csv, .parquet or .xlsx.")
@flags.answer
def referrals(file: Path, project_dir: str, as_json: bool, **told: Any) -> None:
    """Say what customers bring through others, beside their own value; by FILE and the latest scores, nothing is stored."""
    from lifelong.project import Project

    told["columns"] = dict(told["columns"])
    with Progress(quiet=as_json) as progress:
        answer = Project(project_dir, create=False, progress=progress).referrals(file, **told)
    say(answer, as_json=as_json)


@click.command(
    short_help="Set the textbook formula beside the model.",
    epilog="Example:  lifelong formula --horizon 3y --margin 40% --cac 40",
)
@flags.project
@flags.horizon
@flags.margin
@flags.discount
@flags.level
@click.option("--cac", metavar="MONEY", default="0", show_default=True, help="Cost of winning a customer.")
@flags.answer
def formula(project_dir: str, as_json: bool, **told: Any) -> None:
    """Say what a new customer brings by the formula of the textbooks, what each driver does, and what the model says."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        answer = Project(project_dir, create=False, progress=progress).formula(**told)
    say(answer, as_json=as_json)


COMMANDS = (leads, referrals, formula)
