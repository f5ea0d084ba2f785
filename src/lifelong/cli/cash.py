"""The commands of cash to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import Progress, say

if TYPE_CHECKING:
    from collections.abc import Callable


def of_forecast(command: Callable[..., None]) -> Callable[..., None]:
    """The flags that say what is forecast."""
    for option in (
        flags.margin,
        click.option(
            "--what-if",
            multiple=True,
            metavar="LEVER=FACTOR",
            help="acquisition, orders, basket, margin or retention (a year) times a factor. May be repeated.",
        ),
        click.option("--scenario", metavar="NAME", default="", help="One of those in lifelong.toml."),
        click.option(
            "--plan", metavar="FILE", default="", help="New customers by month: columns month, new_customers."
        ),
        click.option(
            "--new-customers", metavar="NUMBER", default="", help="A month. [default: as in the last 12 months]"
        ),
        click.option("--months", default=12, show_default=True, help="How many, of 30.4 days."),
        flags.project,
    ):
        command = option(command)
    return command


def levers(told: tuple[str, ...]) -> dict[str, str]:
    """``basket=1.1`` and its like, by name."""
    return {name.strip(): factor for name, _, factor in (one.partition("=") for one in told)}


@click.command(
    short_help="Forecast revenue by month.",
    epilog="Examples:  lifelong forecast --months 12 --new-customers 120\n\n"
    "           lifelong forecast --what-if basket=1.1 --what-if acquisition=0.9 --out months.xlsx",
)
@of_forecast
@click.option("--out", default="", metavar="FILE", help="Write all rows there: .csv, .parquet or .xlsx.")
@click.option("--xlsx", metavar="FILE", default="", help="Write a workbook with live formulas, month by month.")
@flags.answer
def forecast(project_dir: str, as_json: bool, what_if: tuple[str, ...], **told: Any) -> None:
    """Say what orders, revenue and margin the coming months bring, by customers there are and by those to come."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        answer = Project(project_dir, create=False, progress=progress).forecast(what_if=levers(what_if), **told)
    say(answer, as_json=as_json)
    if told["xlsx"] and not as_json:
        click.echo(f"workbook {told['xlsx']}")


def _of_equity(command: Callable[..., None]) -> Callable[..., None]:
    """The flags that equity and valuation share."""
    for option in (
        flags.answer,
        flags.margin,
        click.option("--wacc", metavar="RATE", default="10%", show_default=True, help="A year; discounts all."),
        click.option("--cac", metavar="MONEY", default="0", show_default=True, help="Cost of winning a customer."),
        click.option("--months", default=0, help="Customers are won for so many months. [default: for ever]"),
        click.option(
            "--new-customers", metavar="NUMBER", default="", help="A month. [default: as in the last 12 months]"
        ),
        flags.project,
    ):
        command = option(command)
    return command


@click.command(
    short_help="Say what all customers are worth, those to come too.",
    epilog="Example:  lifelong equity --cac 40 --new-customers 120 --months 36 --wacc 10%",
)
@_of_equity
def equity(project_dir: str, as_json: bool, **told: Any) -> None:
    """Say what the customers there are will still bring, and what those to come add after the cost of winning them."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        answer = Project(project_dir, create=False, progress=progress).equity(**told)
    say(answer, as_json=as_json)


@click.command(
    short_help="Value the firm by its customers.",
    epilog="Example:  lifelong valuation --cac 40 --fixed-costs 200000 --tax 25% --debt 50000 --non-operating 10000",
)
@_of_equity
@click.option("--fixed-costs", metavar="MONEY", default="0", show_default=True, help="A year, before tax.")
@click.option("--tax", metavar="SHARE", default="0", show_default=True, help="Of profit.")
@click.option("--non-operating", metavar="MONEY", default="0", show_default=True, help="Assets beside the business.")
@click.option("--debt", metavar="MONEY", default="0", show_default=True, help="Net of cash.")
def valuation(project_dir: str, as_json: bool, **told: Any) -> None:
    """Say what the firm is worth to its owners: customer equity less fixed costs and tax, with assets, without debt."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        answer = Project(project_dir, create=False, progress=progress).valuation(**told)
    say(answer, as_json=as_json)


COMMANDS = (forecast, equity, valuation)
