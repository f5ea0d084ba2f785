"""The commands about channels and campaigns: what customers cost, what they are worth, what they may cost, what platforms claim."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import Progress, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from lifelong.project import Project

    Command = Callable[..., Any]

_PAIRS = ("columns", "purposes", "same", "lags", "incremental")
_COSTS = (
    click.option("--spend", default="", metavar="FILE", help="Costs: month or day, channel, campaign, purpose, cost; or a month and a column a channel. [default: the project's spend]"),
    flags.columns("cost=amount"),
    click.option("--purpose", "purposes", multiple=True, type=flags.Pairs(), metavar="CHANNEL=WORD", help="What its money is for: acquisition, brand, retention or fixed. May be repeated."),
    click.option("--same", multiple=True, type=flags.Pairs(), metavar="THEIRS=OURS", help="A channel's name in the costs, and among customers. May be repeated."),
    click.option("--lag", "lags", multiple=True, type=flags.Pairs(), metavar="CHANNEL=MONTHS", help="Its cost comes so much after the customers. May be repeated."),
    click.option("--incremental", multiple=True, type=flags.Pairs(), metavar="CHANNEL=SHARE", help="Customers who would not have come otherwise. May be repeated."),
    click.option("--overhead", default="0", show_default=True, metavar="MONEY", help="Of a month, beside the costs of the file."),
    click.option("--deal", default="customers", show_default=True, metavar="RULE", help="Deal costs of no channel by customers, cost or evenly."),
)  # fmt: skip
_WORTH = (
    flags.project,
    flags.horizon,
    flags.margin,
    flags.discount,
    flags.level,
    click.option("--age", default="", metavar="TIME", help="Compare at this age, such as 180d. [default: up to a year, as the history allows]"),
    click.option("--target", default="3", show_default=True, metavar="X", help="Value to cost that is wanted."),
)  # fmt: skip
_RULE = (
    click.option("--rule", default="", metavar="RULE", help="Name channels by the touches: first, last, linear, position, decay, markov or shapley; or orders, as the first order says. [default: first, where there are touches]"),
    click.option("--window", default="90d", show_default=True, metavar="TIME", help="So long before the first order touches count."),
)  # fmt: skip
_BY = click.option(
    "--by", default="channel", show_default=True, metavar="COLUMN", help="channel, campaign, or another kept column."
)
_OUT = click.option("--out", default="", metavar="FILE", help="Write all rows there: .csv, .parquet or .xlsx.")


def _all(*options: Command) -> Command:
    """Several flags at once."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _told(told: dict[str, Any]) -> dict[str, Any]:
    return told | {name: dict(told[name]) for name in _PAIRS if name in told}


def _open(project_dir: str, progress: Progress) -> Project:
    from lifelong.project import Project

    return Project(project_dir, create=False, progress=progress)


@click.command(
    short_help="Say what customers of each channel cost and are worth.",
    epilog="Examples:  lifelong channels --spend spend.csv --margin 40%\n\n"
    "           lifelong channels --spend spend.csv --acquired customers.csv --lag onboarding=2",
)
@_all(*_COSTS, *_WORTH, *_RULE)
@click.option(
    "--acquired",
    default="",
    metavar="FILE",
    help="New customers by month and channel: cost of winning alone, without a project.",
)
@click.option("--currency", default="", metavar="CODE", help="The amounts' currency, where no project says it.")
@click.option("--since", default="", metavar="MONTH", help="What changed at this month, such as 2025-06.")
@click.option("--cash", default="", metavar="MONEY", help="What there is; with --burn, how long it lasts.")
@click.option("--burn", default="", metavar="MONEY", help="What is spent of it in a month.")
@_OUT
@flags.answer
def channels(project_dir: str, as_json: bool, acquired: str, currency: str, **told: Any) -> None:
    """Set what each channel's customers cost against what they bring at equal age and as new ones."""
    if acquired:
        from lifelong.project import cost_of_winning

        names = ("columns", "purposes", "same", "lags", "incremental", "overhead", "deal")
        alone = {n: v for n, v in _told(told).items() if n in names}
        say(cost_of_winning(told["spend"], acquired, currency=currency, **alone), as_json=as_json)
        return
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).channels(**_told(told))
    say(answer, as_json=as_json)


@click.command(
    short_help="Show the scorecard of campaigns.",
    epilog="Examples:  lifelong campaigns --spend spend.csv --margin 40%\n\n           lifelong campaigns --spend spend.csv --by channel",
)
@_all(*_COSTS, *_WORTH, *_RULE)
@click.option(
    "--by", default="campaign", show_default=True, metavar="COLUMN", help="The kept column that names it, or channel."
)
@_OUT
@flags.answer
def campaigns(project_dir: str, as_json: bool, **told: Any) -> None:
    """Show conversion, cost, value after 30, 90 and 365 days and to come, payback, return and what to do."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).campaigns(**_told(told))
    say(answer, as_json=as_json)


@click.command(
    short_help="Say what winning a customer may cost.",
    epilog="Examples:  lifelong limits --spend spend.csv --margin 40% --target 3 --payback 6 --cash 50000\n\n"
    "           lifelong limits --spend spend.csv --margin 40% --by campaign",
)
@_all(*_COSTS, *_WORTH, *_RULE)
@_BY
@click.option("--payback", default="", metavar="MONTHS", help="A customer must have paid back within so many months.")
@click.option("--cash", default="", metavar="MONEY", help="What may be out at once.")
@flags.answer
def limits(project_dir: str, as_json: bool, **told: Any) -> None:
    """Say what winning one customer of each channel may cost, by value, payback and cash; and which cost more now."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).limits(**_told(told))
    say(answer, as_json=as_json)


@click.command(
    short_help="Check conversions that a platform claims.",
    epilog="Example:  lifelong audit conversions.csv --cost 4200 --out checked.csv",
)
@click.argument("file", type=click.Path(path_type=Path))
@flags.project
@flags.columns("order_id, customer_id, date, clicked_at, amount or platform")
@click.option(
    "--window", default="30", show_default=True, metavar="DAYS", help="An order counts so long after its click."
)
@click.option("--cost", default="", metavar="MONEY", help="What the platforms were paid for these.")
@_OUT
@flags.answer
def audit(file: Path, project_dir: str, as_json: bool, **told: Any) -> None:
    """Look for each claimed conversion of FILE among the orders: new customers, and what the others are."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).audit(file, **_told(told))
    say(answer, as_json=as_json)


COMMANDS = (audit, campaigns, channels, limits)
