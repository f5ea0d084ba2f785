"""The commands about what winning and serving customers costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import Progress, say


@click.command(
    short_help="Read a report of advertising spend.",
    epilog="Examples:  lifelong spend google-ads.csv\n\n"
    "           lifelong spend tv.csv --channel television --spread --from 2025-01-01 --to 2025-03-31\n\n"
    "           lifelong spend --from 2025-01-01",
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@flags.project
@flags.columns("cost=amount")
@click.option("--currency", default="", metavar="CODE", help="The costs' currency, where the file does not say it.")
@click.option("--rate", "rates", multiple=True, type=flags.Pairs(), metavar="CODE=RATE", help="What one unit of another currency is worth. May be repeated.")  # fmt: skip
@click.option("--channel", default="", metavar="NAME", help="The channel of all its rows.")
@click.option("--purpose", default="acquisition", show_default=True, metavar="WORD", help="Of rows that name none: acquisition, retention, brand or fixed.")  # fmt: skip
@click.option("--spread", is_flag=True, help="Deal rows of several days evenly over them.")
@click.option("--from", "first", default="", metavar="DATE", help="The first day of a file that says none; without a file, of what is shown.")  # fmt: skip
@click.option("--to", "last", default="", metavar="DATE", help="The last day, likewise.")
@click.option("--timezone", default="", metavar="ZONE", help="The zone that a day belongs to, such as Europe/Warsaw.")
@click.option("--bad-share", default="", metavar="SHARE", help="Above this share of bad rows the file is refused. [default: the project's 1%]")  # fmt: skip
@flags.answer
def spend(file: Path | None, project_dir: str, as_json: bool, **told: Any) -> None:
    """Read FILE of Google Ads, Meta, TikTok, GA4's cost import or a plain table. Without one, say what was spent where."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        project = Project(project_dir, create=False, progress=progress)
        if file is None:
            say(project.spend(first=told["first"], last=told["last"]), as_json=as_json)
            return
        reading = told | {name: dict(told[name]) for name in ("columns", "rates")}
        report = project.spend(file, **reading)
    say(report, as_json=as_json)


@click.command(
    short_help="Take every cost off revenue, down to what is left.",
    epilog="Examples:  lifelong costs --margin 40%\n\n           lifelong costs --from 2025-01-01 --to 2025-12-31 --allocate orders",
)
@flags.project
@click.option("--from", "first", default="", metavar="DATE", help="The first day. [default: a year before the last]")
@click.option("--to", "last", default="", metavar="DATE", help="The last day. [default: the last order's]")
@click.option("--margin", default="", metavar="SHARE", help="Gross margin, such as 35%. [default: the project's, or the orders' costs]")  # fmt: skip
@click.option("--allocate", default="", metavar="RULE", help="Deal fixed costs by revenue, orders or customers. [default: the project's]")  # fmt: skip
@flags.answer
def costs(project_dir: str, as_json: bool, **told: Any) -> None:
    """Take goods, payment, shipping, service, bad debt, advertising and fixed costs off revenue; and say it by channel."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        answer = Project(project_dir, create=False, progress=progress).costs(**told)
    say(answer, as_json=as_json)


COMMANDS = (costs, spend)
