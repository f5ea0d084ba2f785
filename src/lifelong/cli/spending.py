"""The commands about what is spent on winning and keeping customers; they need no project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import say

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[..., Any]

_HISTORY = (
    click.argument("file", type=click.Path(path_type=Path)),
    flags.columns("spend=cost"),
    click.option("--currency", default="", metavar="CODE", help="The amounts' currency, such as EUR."),
    click.option("--value", multiple=True, metavar="MONEY", help="What a customer is worth: 120 for all, or search=120. May be repeated."),
)  # fmt: skip


def history(command: Command) -> Command:
    """The flags that say where the history of spend is."""
    for option in reversed(_HISTORY):
        command = option(command)
    return command


def _source(told: dict[str, Any]) -> dict[str, Any]:
    value = dict(_named(text) for text in told.pop("value"))
    return {
        "file": told.pop("file"),
        "columns": dict(told.pop("columns")),
        "currency": told.pop("currency"),
        "value": value,
    }


def _named(text: str) -> tuple[str, str]:
    name, sign, value = text.rpartition("=")
    return (name.strip(), value) if sign else ("", text)


@click.command(
    short_help="Split a month's spend over channels.",
    epilog="Examples:  lifelong budget history.csv\n\n"
    "           lifelong budget history.csv --total free --hurdle 20% --bounds search=1000-8000",
)
@history
@click.option("--total", default="", metavar="MONEY", help="A month; free: whatever pays. [default: what is spent now]")
@click.option("--bounds", multiple=True, type=flags.Pairs(), metavar="CHANNEL=MIN-MAX", help="A channel's least and most a month. May be repeated.")  # fmt: skip
@click.option("--trust", default="30%", show_default=True, metavar="SHARE", help="How far a channel may move.")
@click.option("--risk", default="1", show_default=True, metavar="X", help="Standard deviations taken off the gain.")
@click.option("--hurdle", default="0%", show_default=True, metavar="SHARE", help="What money must bring beyond itself, with --total free.")  # fmt: skip
@click.option("--lift", "lifts", multiple=True, metavar="CHANNEL:SPEND:EXTRA:CUSTOMERS:SE", help="An experiment: extra spend a month won so many further customers. May be repeated.")  # fmt: skip
@click.option("--carry", "carries", is_flag=True, help="Let spend act in later months, as the data say.")
@click.option("--seed", default=0, show_default=True, metavar="N", help="Of the draws.")
@flags.answer
def budget(as_json: bool, **told: Any) -> None:
    """Plan a month's spend from FILE: month, channel, spend, new_customers, value, value_sd. Refuse where it cannot tell."""
    from lifelong.project import budget as verb

    say(verb(**_source(told), **told | {"bounds": dict(told["bounds"])}), as_json=as_json)


@click.command(
    short_help="Say what cutting advertising costs.",
    epilog="Example:  lifelong cut history.csv --cut search=50% --lifetime 20m",
)
@history
@click.option("--cut", "cut_shares", multiple=True, required=True, type=flags.Pairs(), metavar="CHANNEL=SHARE", help="Share of the present spend. May be repeated.")  # fmt: skip
@click.option("--lifetime", default="", metavar="TIME", help="How long customers stay, such as 20m: value comes over it. [default: at once]")  # fmt: skip
@click.option("--quarters", default=8, show_default=True, metavar="N", help="How far to look.")
@click.option("--seed", default=0, show_default=True, metavar="N", help="Of the draws.")
@flags.answer
def cut(as_json: bool, **told: Any) -> None:
    """Set what is saved against the customers who would not come, and their value, quarter by quarter."""
    from lifelong.project import cut as verb

    shares = dict(told.pop("cut_shares"))
    say(verb(**_source(told), cuts=shares, **told), as_json=as_json)


@click.command(
    "try-channel",
    short_help="Plan the test of a new channel.",
    epilog="Example:  lifelong try-channel --value 120 --hoped-cac 60 --monthly 2000",
)
@click.option("--value", required=True, metavar="MONEY", help="What a customer may cost at most.")
@click.option("--hoped-cac", required=True, metavar="MONEY", help="What one is hoped to cost.")
@click.option("--monthly", required=True, metavar="MONEY", help="What can be spent a month.")
@click.option("--power", default="90%", show_default=True, metavar="SHARE", help="Chance of seeing a good channel.")
@click.option("--alpha", default="5%", show_default=True, metavar="SHARE", help="Chance of taking a bad one for good.")
@click.option("--spread", default="1.5", show_default=True, metavar="X", help="Standard deviation of customers' value by its mean.")  # fmt: skip
@click.option("--precision", default="25%", show_default=True, metavar="SHARE", help="How exactly value is to be read.")
@click.option(
    "--window", default="3", show_default=True, metavar="MONTHS", help="Until a customer's early value is seen."
)
@flags.answer
def try_channel(as_json: bool, **told: Any) -> None:
    """Say how much to spend on it, how many customers that must win, when to stop, and when their value can be read."""
    from lifelong.project import try_channel as verb

    say(verb(**told), as_json=as_json)


COMMANDS = (budget, cut, try_channel)
