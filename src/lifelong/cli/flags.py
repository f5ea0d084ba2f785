"""The flags, each with one spelling for all commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[..., Any]


class Pairs(click.ParamType):  # type: ignore[type-arg,unused-ignore] # generic only in newer versions of click
    """``name=value``, gathered into a dictionary."""

    name = "name=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split at the first equals sign."""
        left, sign, right = str(value).partition("=")
        if not sign or not left.strip() or not right.strip():
            self.fail(f"{value!r} is not of the form ours=theirs, such as customer_id=client", param, ctx)
        return left.strip(), right.strip()


def columns(what: str) -> Callable[[Command], Command]:
    """The flag that says which of a file's columns is which."""
    return click.option(
        "--column", "columns", multiple=True, type=Pairs(), metavar="OURS=THEIRS", help=f"Name a column: {what}. May be repeated."
    )  # fmt: skip


project = click.option(
    "--project", "project_dir", default=".", metavar="DIR", show_default="this folder", help="The project's folder."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _noted(context: click.Context, _: click.Parameter, path: str) -> None:
    context.meta[BOOK] = path


#: Where ``speech.say`` finds the workbook that was asked for.
BOOK = "lifelong.book"
_book = click.option(
    "--book",
    metavar="FILE",
    default="",
    expose_value=False,
    callback=_noted,
    help="Write the answer as a workbook: .xlsx.",
)


def answer(command: Command) -> Command:
    """The flags of an answer: as JSON, and as a workbook."""
    return as_json(_book(command))


yes = click.option("--yes", is_flag=True, help="Do not ask.")
until = click.option(
    "--until",
    metavar="DATE",
    default="",
    help="The last day to look at, such as 1997-09-30. [default: the last order's]",
)
horizon = click.option(
    "--horizon", metavar="TIME", default="", help="How far ahead: 39w, 90d, 2y or lifetime. [default: the project's]"
)
margin = click.option(
    "--margin", metavar="SHARE", default="", help="Gross margin, such as 35%. [default: the project's]"
)
level = click.option(
    "--level", metavar="NAME", default="", help="revenue, gross or contribution margin. [default: the project's]"
)
discount = click.option("--discount", metavar="RATE", default="", help="Such as 10%/year. [default: the project's]")
model = click.option(
    "--model",
    metavar="NAME",
    default="",
    help="auto, bg_nbd, mbg_nbd, pareto_nbd, or for regular customers mbg_cnbd_2 to mbg_cnbd_6 and bg_cnbd_2 to bg_cnbd_6, or for yearly and other occasions bg_bb_1y, bg_bb_4w; "
    "with +calendar behind the name, in the firm's own trend and season; with +blend, or blend for the winner of the back-test, "
    "blended with learned forecasts. [default: the project's]",
)
covariates = click.option(
    "--covariates",
    metavar="COLUMNS",
    default="",
    help="What was known at the first order and moves the model, with commas: channel,product,country. "
    "Columns of the file must have been kept (--keep).",
)
l2 = click.option(
    "--l2",
    metavar="X",
    default="",
    help="Draw coefficients toward 0: what a customer's mean log-likelihood loses for each, squared.",
)
known_since = click.option(
    "--known-since",
    metavar="COLUMN",
    default="",
    help="The kept column with each customer's first order day, where the data begin after some of them.",
)
holdout = click.option(
    "--holdout",
    metavar="TIME",
    default="",
    help="How much of the past to hide and forecast, such as 26w. [default: fits the history]",
)

_READING = (
    columns("customer_id=client"),
    click.option("--currency", default="", metavar="CODE", help="The amounts' currency, such as GBP."),
    click.option(
        "--rate",
        "rates",
        multiple=True,
        type=Pairs(),
        metavar="CODE=RATE",
        help="What one unit of another currency is worth. May be repeated.",
    ),
    click.option(
        "--timezone", default="", metavar="ZONE", help="The zone that a day belongs to, such as Europe/Warsaw."
    ),
    click.option(
        "--keep", multiple=True, metavar="COLUMN", help="Store this further column of the file. May be repeated."
    ),
    click.option(
        "--bad-share",
        default="",
        metavar="SHARE",
        help="Above this share of bad rows the file is refused. [default: the project's 1%]",
    ),
)


#: The flags about a file that also fit a table of subscriptions: no exchange rates, no further columns.
_TABLE = tuple(option for i, option in enumerate(_READING) if i not in {2, 4})
#: Those that fit a table without money.
_TIMES = tuple(_READING[i] for i in (0, 3, 5))


def times(command: Command) -> Command:
    """The flags that say how a table of touches is read."""
    for option in reversed(_TIMES):
        command = option(command)
    return command


def table(command: Command) -> Command:
    """The flags that say how a table of subscriptions is read."""
    for option in reversed(_TABLE):
        command = option(command)
    return command


def reading(command: Command) -> Command:
    """The flags that say how a file is read."""
    for option in reversed(_READING):
        command = option(command)
    return command


def names(told: str) -> tuple[str, ...]:
    """Names with commas between them."""
    return tuple(name.strip() for name in told.split(",") if name.strip())


_OF_THE_FILE = ("columns", "currency", "rates", "timezone", "keep", "bad_share")


def split(told: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The flags about the file, and the flags about the question."""
    reading = {k: v for k, v in told.items() if k in _OF_THE_FILE}
    for name in ("columns", "rates"):
        if name in reading:
            reading[name] = dict(reading[name])
    return reading, {k: v for k, v in told.items() if k not in _OF_THE_FILE}
