"""The commands that part customers: by value, by an attribute, by what they will bring."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import Progress, say

if TYPE_CHECKING:
    from lifelong.project import Project

_by = click.option(
    "--by",
    default="value",
    show_default=True,
    type=click.Choice(["value", "customers"]),
    help="Cut by the share of all value, or by the share of customers.",
)
_cuts = click.option(
    "--cuts",
    metavar="SHARES",
    default="",
    help="Shares of value, the best first, or the best so many percent of customers. "
    "[default: 50/30/15/5, or 1/5/10/25/50]",
)
_horizon = click.option(
    "--horizon", metavar="TIME", default="", help="Scores of this horizon. [default: that of the latest]"
)
_out = click.option("--out", default="", metavar="FILE", help="Write all rows there: .csv, .parquet or .xlsx.")


def _open(project_dir: str, progress: Progress) -> Project:
    from lifelong.project import Project

    return Project(project_dir, create=False, progress=progress)


@click.command(
    short_help="Part customers into tiers of value.",
    epilog="Examples:  lifelong tiers\n\n           lifelong tiers --by customers --cuts 20 --out best.csv",
)
@flags.project
@_by
@_cuts
@_horizon
@_out
@flags.answer
def tiers(project_dir: str, as_json: bool, **told: Any) -> None:
    """Part customers into tiers by the latest scores; from run to run one moves only where that is sure."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).tiers(**told)
    say(answer, as_json=as_json)


@click.command(
    short_help="Say how customers go from tier to tier.",
    epilog="Examples:  lifelong migration\n\n           lifelong migration --discount 12%/year --json",
)
@flags.project
@_by
@_cuts
@_horizon
@click.option("--discount", metavar="RATE", default="", help="Such as 10%/year. [default: that of the scores]")
@flags.answer
def migration(project_dir: str, as_json: bool, **told: Any) -> None:
    """Say how customers go from tier to tier over the scoring runs, and what a customer of each is worth."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).migration(**told)
    say(answer, as_json=as_json)


@click.command(
    short_help="Say which groups are worth most.",
    epilog="Examples:  lifelong groups --by channel\n\n           lifelong groups --by year --measure value --out groups.csv",
)
@flags.project
@click.option(
    "--by",
    required=True,
    metavar="ATTRIBUTE",
    help="Of the first order: channel, product, month, spend or year; or a column that was kept.",
)
@click.option(
    "--measure",
    default="total",
    show_default=True,
    type=click.Choice(["total", "value", "historic"]),
    help="All value, value to come, or value so far.",
)
@_horizon
@_out
@flags.answer
def groups(project_dir: str, as_json: bool, **told: Any) -> None:
    """Say what groups of customers are worth by the latest scores, and which differ by more than chance."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).groups(**told)
    say(answer, as_json=as_json)


@click.command(
    short_help="Find customers who bring little yet and will bring much.",
    epilog="Examples:  lifelong potential\n\n           lifelong potential --share 10% --out rising.csv",
)
@flags.project
@click.option("--share", metavar="SHARE", default="20%", show_default=True, help="The best so many count as high.")
@_horizon
@_out
@click.option("--top", default=10, type=click.IntRange(min=0), metavar="N", show_default=True, help="Print the best N.")
@flags.answer
def potential(project_dir: str, as_json: bool, top: int, **told: Any) -> None:
    """Part customers by what they have brought and will bring; list who is low now and high later, and why."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).potential(**told)
    say(answer.as_dict(top) if as_json else partial(answer.text, top), as_json=as_json, whole=answer.as_dict(top))


@click.command(
    short_help="Say why a group is worth less or more.",
    epilog="Examples:  lifelong why --group channel=ads\n\n           lifelong why --group year=2026 --against year=2025",
)
@flags.project
@click.option("--group", required=True, metavar="NAME=VALUE", help="Whom to explain, such as channel=ads.")
@click.option("--against", default="", metavar="NAME=VALUE", help="With whom to compare. [default: everybody else]")
@click.option("--horizon", metavar="TIME", default="26w", show_default=True, help="How long each is followed: 13w.")
@click.option(
    "--like", default="", metavar="ATTRIBUTE", help="Make both sides alike in it first; or nothing. [default: year]"
)
@flags.answer
def why(project_dir: str, as_json: bool, **told: Any) -> None:
    """Split what a group's customers bring less than others: retention, frequency, basket, margin, mix."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).why(**told)
    say(answer, as_json=as_json)


@click.command(
    short_help="Choose customers by a rule.",
    epilog="Examples:  lifelong segment 'best 20%' --out best.csv\n\n"
    "           lifelong segment 'value >= 100 and (silent_days > 90 or channel = ads)' --save Quiet\n\n"
    "           lifelong segment --name Quiet --json",
)
@click.argument("rule", required=False, default="")
@flags.project
@click.option("--name", default="", metavar="NAME", help="Take a rule that is kept.")
@click.option(
    "--version", default=0, metavar="N", type=click.IntRange(0), help="Which version of it. [default: the newest]"
)
@click.option("--save", default="", metavar="NAME", help="Keep the rule under a name.")
@_out
@flags.answer
def segment(project_dir: str, as_json: bool, **told: Any) -> None:
    """Say how many customers a RULE chooses and what they hold; without one, list the rules that are kept."""
    with Progress(quiet=as_json) as progress:
        shop = _open(project_dir, progress)
        answer = shop.segment(**told) if told["rule"] or told["name"] else shop.segments()
    say(answer, as_json=as_json)


@click.command(
    short_help="Look one customer up.",
    epilog="Examples:  lifelong customer 22492\n\n           lifelong customer 22492 --json",
)
@click.argument("customer")
@flags.project
@flags.answer
def customer(customer: str, project_dir: str, as_json: bool) -> None:
    """Show one customer: what was counted, what is expected, and what that goes with."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).customer(customer)
    say(answer, as_json=as_json)


COMMANDS = (tiers, migration, groups, potential, why, segment, customer)
