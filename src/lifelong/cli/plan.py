"""The commands of cash to come and of the plan: the sales budget, and what came of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from lifelong.cli import cash, flags
from lifelong.cli.speech import Progress, say

if TYPE_CHECKING:
    from lifelong.project import Project


def _open(project_dir: str, progress: Progress) -> Project:
    from lifelong.project import Project

    return Project(project_dir, create=False, progress=progress)


@click.command(
    "sales-budget",
    short_help="Plan revenue and spend by month.",
    epilog="Examples:  lifelong sales-budget --months 12 --new-customers 120 --cac 40\n\n"
    "           lifelong sales-budget --spend 4000 --cac 40 --xlsx budget.xlsx",
)
@cash.of_forecast
@click.option("--cac", metavar="MONEY", default="", help="Cost of winning a customer: spend follows.")
@click.option("--spend", metavar="MONEY", default="", help="Spend on winning a month; with --cac new customers follow.")
@click.option("--xlsx", metavar="FILE", default="", help="Write a workbook with live formulas, month by month.")
@flags.answer
def sales_budget(project_dir: str, as_json: bool, what_if: tuple[str, ...], **told: Any) -> None:
    """Keep a forecast as the plan: revenue by existing and new customers, margin, spend, and what is left, by month."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).sales_budget(what_if=cash.levers(what_if), **told)
    say(answer, as_json=as_json)
    if told["xlsx"] and not as_json:
        click.echo(f"workbook {told['xlsx']}")


@click.command(
    "plan-actual",
    short_help="Compare the plan with what came.",
    epilog="Example:  lifelong plan-actual --out months.csv",
)
@flags.project
@click.option("--planned", metavar="DATE", default="", help="The planning day. [default: of the last plan]")
@click.option("--out", default="", metavar="FILE", help="Write all rows there: .csv, .parquet or .xlsx.")
@flags.answer
def plan_actual(project_dir: str, as_json: bool, **told: Any) -> None:
    """Set what came in the plan's months that are over beside the plan, and say why they differ."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).plan_actual(**told)
    say(answer, as_json=as_json)


@click.command(
    short_help="Rank where money is to be won or lost.",
    epilog="Examples:  lifelong opportunities\n\n           lifelong opportunities --top 20 --out opportunities.csv",
)
@flags.project
@click.option("--top", default=7, type=click.IntRange(min=1), metavar="N", show_default=True, help="Print the first N.")
@click.option("--out", default="", metavar="FILE", help="Write all rows there: .csv, .parquet or .xlsx.")
@flags.answer
def opportunities(project_dir: str, top: int, as_json: bool, **told: Any) -> None:
    """Rank opportunities in money, each with evidence, effort, confidence, and the exact command to run next."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).opportunities(**told)
    say(answer if as_json else partial(answer.text, top), as_json=as_json)


@click.command(
    short_help="Say what changed beyond chance.",
    epilog="Example:  lifelong alerts --until 2026-06-30",
)
@flags.project
@click.option("--until", metavar="DATE", default="", help="The last day of the latest week. [default: of the orders]")
@flags.answer
def alerts(project_dir: str, as_json: bool, until: str) -> None:
    """Hold the latest week's orders, revenue, new customers and one-time buyers against limits from your own past weeks."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).alerts(until=until)
    say(answer, as_json=as_json)


@click.command(
    short_help="One page of all that counts.",
    epilog="Example:  lifelong scorecard --cac 40 --months 36 --html scorecard.html",
)
@flags.project
@click.option(
    "--cac", metavar="MONEY", default="", help="Cost of winning a customer. [default: by the project's spend]"
)
@click.option("--new-customers", metavar="NUMBER", default="", help="A month. [default: as in the last 12 months]")
@click.option("--months", default=0, help="Customers are won for so many months. [default: for ever]")
@click.option("--wacc", metavar="RATE", default="10%", show_default=True, help="A year; discounts all.")
@flags.margin
@click.option("--html", metavar="FILE", default="", help="Write the page, with the same figures.")
@flags.answer
def scorecard(project_dir: str, as_json: bool, **told: Any) -> None:
    """Show customer equity, value, cost, retention and the year to come, each beside the last run and whether it changed."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).scorecard(**told)
    say(answer, as_json=as_json)


COMMANDS = (*cash.COMMANDS, sales_budget, plan_actual, opportunities, alerts, scorecard)
