"""The commands that write files for others: report, schedule, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import Progress, say

if TYPE_CHECKING:
    from lifelong.project import Project

KINDS = ("full", "founder", "marketing", "finance", "data")
WHAT = ("scores", "orders", "subscriptions", "spend", "segments", "quarantine")

_kind = click.option(
    "--kind", default="full", type=click.Choice(KINDS), show_default=True, help="For whom: founder is one page."
)
_format = click.option(
    "--format",
    default="",
    metavar="NAME",
    help="html, pdf or xlsx. [default: as the file ends, else html]",
)
_lang = click.option("--lang", default="", metavar="CODE", help="The language. [default: en]")


def _open(project_dir: str, progress: Progress) -> Project:
    from lifelong.project import Project

    return Project(project_dir, create=False, progress=progress)


@click.command(
    short_help="Write a report, one file.",
    epilog="Examples:  lifelong report --out clv.html\n\n           lifelong report --kind founder --format pdf\n\n"
    "           lifelong report --kind finance --format xlsx",
)
@flags.project
@click.option("--out", default="", metavar="FILE", help="Where to write it. [default: reports/ in the project]")
@_kind
@_format
@_lang
@flags.horizon
@flags.margin
@flags.discount
@flags.level
@flags.as_json
def report(project_dir: str, as_json: bool, out: str, **told: Any) -> None:
    """Write a report for one kind of reader: one file, as HTML, PDF or XLSX, that needs no network."""
    with Progress(quiet=as_json) as progress:
        made = _open(project_dir, progress).make_report(out, **told)
    say({"report": made.path, **made.as_dict()} if as_json else made.path, as_json=as_json)


@click.command(
    short_help="Print the lines of a timer for a report.",
    epilog="Examples:  lifelong schedule --kind founder --every monday\n\n           lifelong schedule --kind finance --format pdf --every month --at 06:30",
)
@flags.project
@_kind
@_format
@_lang
@click.option("--every", default="monday", metavar="WHEN", show_default=True, help="day, monday to sunday, or month.")
@click.option("--at", default="07:00", metavar="TIME", show_default=True, help="The time of the day.")
@flags.as_json
def schedule(project_dir: str, as_json: bool, **told: str) -> None:
    """Print what makes a report again and again: a line for cron, a timer and a service for systemd. It installs nothing."""
    say(_open(project_dir, Progress(quiet=True)).schedule(**told), as_json=as_json)


@click.command(
    short_help="Write customers or orders to a file.",
    epilog="Examples:  lifelong export customers.csv\n\n           lifelong export orders.parquet --what orders\n\n"
    "           lifelong export best.csv --rule 'best 20%'",
)
@click.argument("out", type=click.Path(path_type=Path))
@flags.project
@click.option("--what", default="scores", type=click.Choice(WHAT), help="What to write.", show_default=True)
@click.option(
    "--european", is_flag=True, help="CSV with semicolons and decimal commas, as many office programs expect."
)
@click.option(
    "--rule", default="", metavar="RULE", help="Only customers whom it chooses: 'best 20%'. See lifelong segment."
)
@flags.as_json
def export(out: Path, project_dir: str, as_json: bool, european: bool, **told: str) -> None:
    """Write customers or orders to OUT: .csv, .parquet or .xlsx."""
    with Progress(quiet=as_json) as progress:
        path = _open(project_dir, progress).export(out, is_european=european, **told)
    say({"export": str(path)} if as_json else path, as_json=as_json)


COMMANDS = (report, schedule, export)
