"""The commands about how customers came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import Progress, say


@click.command(
    short_help="Read visits and clicks before orders.",
    epilog="Examples:  lifelong touches visits.csv\n\n"
    "           lifelong touches visits.csv --column touched_at=seen --alias nl=email",
)
@click.argument("file", type=click.Path(path_type=Path))
@flags.project
@flags.times
@click.option("--alias", "aliases", multiple=True, type=flags.Pairs(), metavar="NAME=MEANING", help="Another name of a source, medium or channel: nl=email. May be repeated.")  # fmt: skip
@flags.as_json
def touches(file: Path, project_dir: str, as_json: bool, **told: Any) -> None:
    """Read a table of touches FILE into the project: who, when, and utm tags, a channel, a referrer or a click's number."""
    from lifelong.project import Project

    told |= {name: dict(told[name]) for name in ("columns", "aliases")}
    with Progress(quiet=as_json) as progress:
        report = Project(project_dir, create=False, progress=progress).touches(file, **told)
    say(report, as_json=as_json)


@click.command(
    short_help="Credit channels with customers and value.",
    epilog="Examples:  lifelong attribution\n\n"
    "           lifelong attribution --rule markov --what customers --window 30d",
)
@flags.project
@click.option("--rule", default="", metavar="NAME", help="first, last, linear, position, decay, markov or shapley, with intervals. [default: all, side by side]")  # fmt: skip
@click.option("--what", default="value", show_default=True, metavar="WHAT", help="value or customers.")
@click.option("--worth", default="total", show_default=True, metavar="WHICH", help="Which value: total, predicted or historic.")  # fmt: skip
@click.option("--window", default="90d", show_default=True, metavar="TIME", help="How long before the first order touches count.")  # fmt: skip
@click.option("--since", default="", metavar="DATE", help="The first day of first orders. [default: the first touch's]")
@flags.until
@click.option("--order", "markov_order", default=1, show_default=True, metavar="N", help="Of the Markov chain: it remembers 1 to 3 touches.")  # fmt: skip
@click.option("--half-life", default="7d", show_default=True, metavar="TIME", help="Of a touch's weight in the rule decay.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, metavar="N", help="Of the intervals.")
@flags.answer
def attribution(project_dir: str, as_json: bool, **told: Any) -> None:
    """Deal out new customers, or their value, over the channels that touched them before the first order."""
    from lifelong.project import Project

    told["order"] = told.pop("markov_order")
    with Progress(quiet=as_json) as progress:
        answer = Project(project_dir, create=False, progress=progress).attribution(**told)
    say(answer, as_json=as_json)


COMMANDS = (attribution, touches)
