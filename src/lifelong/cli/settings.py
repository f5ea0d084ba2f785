"""The commands about a project's settings, and about rows that were set aside."""

from __future__ import annotations

import click

from lifelong.cli import flags
from lifelong.cli.speech import Progress, say


class _Change(click.ParamType):  # type: ignore[type-arg,unused-ignore] # generic only in newer versions of click
    """``name=value``; nothing after the sign empties a setting."""

    name = "name=value"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split at the first equals sign."""
        left, sign, right = str(value).partition("=")
        if not sign or not left.strip():
            self.fail(f"{value!r} is not of the form name=value, such as margin=35%", param, ctx)
        return left.strip(), right.strip()


@click.command(
    short_help="Show or change the settings.",
    epilog="Examples:  lifelong settings\n\n           lifelong settings margin=35% discount=8%/year\n\n"
    "           lifelong settings keep=country keep=device",
)
@click.argument("changes", nargs=-1, type=_Change())
@flags.project
@flags.as_json
def settings(project_dir: str, changes: tuple[tuple[str, str], ...], as_json: bool) -> None:
    """Show the settings of lifelong.toml; or change some, as NAME=VALUE. A list's name may be repeated."""
    from lifelong.project import Project

    told: dict[str, str | list[str]] = {}
    for name, value in changes:
        before = told.get(name)
        told[name] = value if before is None else [*([before] if isinstance(before, str) else before), value]
    with Progress(quiet=as_json) as progress:
        answer = Project(project_dir, create=False, progress=progress).settings(**told)
    say(answer, as_json=as_json)


@click.command(
    short_help="See the rows that were set aside.", epilog='Example:  lifelong quarantine --reason "no customer"'
)
@flags.project
@click.option("--reason", default="", metavar="TEXT", help="Only rows of that reason.")
@click.option("--start", default=0, type=click.IntRange(min=0), metavar="N", help="Rows from that one on.")
@click.option("--most", default=20, type=click.IntRange(min=0), metavar="N", show_default=True, help="So many rows.")
@flags.as_json
def quarantine(project_dir: str, as_json: bool, reason: str, start: int, most: int) -> None:
    """See the rows that could not be used: how many for which reason, their money, and the first of them."""
    from lifelong.project import Project

    with Progress(quiet=as_json) as progress:
        answer = Project(project_dir, create=False, progress=progress).quarantine(reason, start=start, most=most)
    say(answer, as_json=as_json)


COMMANDS = (quarantine, settings)
