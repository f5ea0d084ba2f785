"""The commands. Each makes a Project, calls one verb, and prints what it returns."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lifelong import __version__
from lifelong.cli import (
    calculator,
    channels,
    contracts,
    costs,
    decisions,
    flags,
    grouping,
    looking,
    over_time,
    plan,
    posteriors,
    reports,
    serving,
    settings,
    spending,
    touching,
)
from lifelong.cli.language import speech
from lifelong.cli.sections import Sectioned
from lifelong.cli.speech import Progress, say
from lifelong.phrases import N_, heard

if TYPE_CHECKING:
    from lifelong.project import Project


@click.group(cls=Sectioned, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="lifelong")
def lifelong() -> None:
    """Know what your customers are worth.

    Begin with one file, an export of orders from your shop:

        lifelong run orders.csv

    It makes a project folder, tests models on your own past, values every customer with an
    interval, and writes a report that opens in any browser.
    """


def _open(project_dir: str, progress: Progress) -> Project:
    from lifelong.project import Project

    return Project(project_dir, create=False, progress=progress)


@lifelong.command(
    short_help="Do everything with one file.",
    epilog="Examples:  lifelong run orders.csv --currency EUR --margin 35%\n\n           lifelong run --project shop",
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--project",
    "project_dir",
    default="",
    metavar="DIR",
    help="The project's folder. [default: a folder here, named for the file; without one, this folder]",
)
@flags.reading
@flags.until
@flags.horizon
@flags.margin
@flags.discount
@flags.model
@flags.holdout
@flags.as_json
def run(file: Path | None, project_dir: str, as_json: bool, **told: Any) -> None:
    """Do everything with one FILE: ingest, back-test, fit, score, report. Without one, with what the project holds."""
    from lifelong.project import run as run_file

    reading, question = flags.split(told)
    home = project_dir or (file.name.partition(".")[0] or "shop" if file else ".")
    with Progress(quiet=as_json) as progress:
        answer = run_file(file or "", Path(home), progress, **reading, **question)
    say(answer, as_json=as_json)


@lifelong.command(short_help="Make an empty project.", epilog="Example:  lifelong init --project shop --currency EUR")
@flags.project
@click.option("--currency", default="", metavar="CODE", help="The amounts' currency, such as GBP.")
@flags.as_json
def init(project_dir: str, currency: str, as_json: bool) -> None:
    """Make an empty project: a folder with lifelong.toml, a comment on each line."""
    from lifelong.project import Project

    say(Project(project_dir, settings={"currency": currency} if currency else None).status(), as_json=as_json)


@lifelong.command(
    short_help="Read an export of orders.",
    epilog="Example:  lifelong ingest orders.csv --column customer_id=client --currency EUR",
)
@click.argument("file", type=click.Path(path_type=Path))
@flags.project
@flags.reading
@flags.as_json
def ingest(file: Path, project_dir: str, as_json: bool, **told: Any) -> None:
    """Read an export of orders FILE into the project and report on every row."""
    reading, _ = flags.split(told)
    with Progress(quiet=as_json) as progress:
        report = _open(project_dir, progress).ingest(file, **reading)
    say(report, as_json=as_json)


@lifelong.command(short_help="Look at the data and every stored byte.", epilog="Example:  lifelong check --json")
@flags.project
@flags.as_json
def check(project_dir: str, as_json: bool) -> None:
    """Look at the data: findings, quarantine, and whether every stored byte is intact."""
    with Progress(quiet=as_json) as progress:
        found = _open(project_dir, progress).check()
    say(found, as_json=as_json)
    if found.errors:
        sys.exit(1)


@lifelong.command(
    short_help="Test models on your own past.",
    epilog="Examples:  lifelong backtest --holdout 26w\n\n           lifelong backtest --model mbg_cnbd_2 --model mbg_cnbd_2+calendar",
)
@flags.project
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME",
    help="Test this model; may be repeated. [default: those that auto tries]",
)
@flags.holdout
@flags.until
@flags.margin
@flags.covariates
@flags.l2
@flags.known_since
@flags.answer
def backtest(project_dir: str, models: tuple[str, ...], as_json: bool, covariates: str, **told: Any) -> None:
    """Hide the recent past, forecast it, and compare with what happened."""
    with Progress(quiet=as_json) as progress:
        board = _open(project_dir, progress).backtest(models, covariates=flags.names(covariates), **told)
    say(board, as_json=as_json)


@lifelong.command(
    short_help="Fit a model.",
    epilog="Examples:  lifelong fit --model auto\n\n           lifelong fit orders.csv --model bg_nbd\n\n"
    "           lifelong fit --model pareto_nbd --covariates channel\n\n           lifelong fit --model blend",
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@flags.project
@flags.reading
@flags.model
@flags.until
@click.option(
    "--prior", default="", metavar="WHEN", help="Weakly informative prior: auto, on or off. [default: the project's]"
)
@flags.covariates
@flags.l2
@flags.known_since
@flags.answer
def fit(file: Path | None, project_dir: str, as_json: bool, covariates: str, **told: Any) -> None:
    """Fit a model to the project's orders; with FILE, to that file alone, storing nothing."""
    reading, asked = flags.split(told)
    with Progress(quiet=as_json) as progress:
        if file is not None:
            from lifelong.cli.alone import collect_rarely, without_pandas

            collect_rarely()
            without_pandas()
            from lifelong.project import fit_file

            fitted = fit_file(file, covariates=flags.names(covariates), **asked, **reading)
        else:
            fitted = _open(project_dir, progress).fit(covariates=flags.names(covariates), **asked)
    say(fitted, as_json=as_json)


@lifelong.command(
    short_help="Value every customer, with an interval.",
    epilog="Examples:  lifelong score --horizon 52w --margin 35% --discount 10%/year\n\n"
    "           lifelong score --level contribution",
)
@flags.project
@flags.horizon
@flags.margin
@flags.discount
@flags.level
@flags.answer
def score(project_dir: str, as_json: bool, **told: Any) -> None:
    """Value every customer with an interval, by the latest fit."""
    with Progress(quiet=as_json) as progress:
        scores = _open(project_dir, progress).score(**told)
    say(scores, as_json=as_json)


@lifelong.command(
    "next-orders",
    short_help="Say when each customer orders next.",
    epilog="Examples:  lifelong next-orders --horizon 13w\n\n           lifelong next-orders --out dates.csv --top 20",
)
@flags.project
@click.option("--horizon", metavar="TIME", default="26w", show_default=True, help="How far ahead: 13w or 90d.")
@click.option("--out", default="", metavar="FILE", help="Write all rows there: .csv, .parquet or .xlsx.")
@click.option(
    "--top", default=10, type=click.IntRange(min=0), metavar="N", show_default=True, help="Print the N earliest dates."
)
@flags.answer
def next_orders(project_dir: str, as_json: bool, horizon: str, out: str, top: int) -> None:
    """Say when each customer orders next, given the silence so far, or that an order is unlikely."""
    with Progress(quiet=as_json) as progress:
        answer = _open(project_dir, progress).next_orders(horizon=horizon, out=out)
    say(answer.as_dict(top) if as_json else partial(answer.text, top), as_json=as_json, whole=answer.as_dict(top))


@lifelong.command(
    short_help="Say what later spend goes together with.", epilog="Example:  lifelong drivers --horizon 26w"
)
@flags.project
@click.option("--horizon", metavar="TIME", default="26w", show_default=True, help="How long each is followed: 13w.")
@flags.until
@flags.answer
def drivers(project_dir: str, as_json: bool, **told: Any) -> None:
    """Rank what was known of customers at their first order by how later spend goes with it: association, not cause."""
    with Progress(quiet=as_json) as progress:
        found = _open(project_dir, progress).drivers(**told)
    say(found, as_json=as_json)


@lifelong.command(short_help="Write the model card.", epilog="Example:  lifelong card --out card.md")
@flags.project
@click.option("--out", default="", metavar="FILE", help="Where: .md or .html. [default: reports/ in the project]")
@flags.horizon
@flags.margin
@flags.discount
@flags.level
@flags.as_json
def card(project_dir: str, as_json: bool, out: str, **told: Any) -> None:
    """Write the model card of the latest fit: data, definition, back-test, calibration, findings and limits."""
    with Progress(quiet=as_json) as progress:
        path = _open(project_dir, progress).card(out, **told)
    say({"card": str(path)} if as_json else path, as_json=as_json)


@lifelong.command(short_help="Take a customer out, for good.", epilog="Example:  lifelong forget 17850 --yes")
@click.argument("customer")
@flags.project
@flags.yes
@flags.as_json
def forget(customer: str, project_dir: str, yes: bool, as_json: bool) -> None:
    """Take a CUSTOMER (an id or an e-mail) out of every file of the project, for good."""
    if not yes:
        with speech():
            asked = heard(N_("This rewrites the project without the customer and cannot be undone. Go on?"))
        click.confirm(asked, abort=True, err=True)
    with Progress(quiet=as_json) as progress:
        receipt = _open(project_dir, progress).forget(customer)
    say(receipt, as_json=as_json)


@lifelong.command(short_help="Make the store again from the landing.", epilog="Example:  lifelong rebuild")
@flags.project
@flags.as_json
def rebuild(project_dir: str, as_json: bool) -> None:
    """Make the store again from the landing."""
    with Progress(quiet=as_json) as progress:
        state = _open(project_dir, progress).rebuild()
    say(state, as_json=as_json)


@lifelong.command(short_help="Say what the project holds.", epilog="Example:  lifelong status")
@flags.project
@flags.as_json
def status(project_dir: str, as_json: bool) -> None:
    """Say what the project holds."""
    say(_open(project_dir, Progress(quiet=True)).status(), as_json=as_json)


@lifelong.group(short_help="See and undo joined customers.")
def identity() -> None:
    """See which customers were joined (guest and account), and undo it."""


@identity.command("list", epilog="Example:  lifelong identity list")
@flags.project
@flags.as_json
def identity_list(project_dir: str, as_json: bool) -> None:
    """List the joined customers with the rule that joined each."""
    say(_open(project_dir, Progress(quiet=True)).merges(), as_json=as_json)


@identity.command("undo", epilog="Example:  lifelong identity undo guest-204")
@click.argument("alias")
@flags.project
@flags.as_json
def identity_undo(alias: str, project_dir: str, as_json: bool) -> None:
    """Take ALIAS out of the customer that it was joined to; scores are made again without the join."""
    with Progress(quiet=as_json) as progress:
        left = _open(project_dir, progress).undo_merge(alias)
    say(left, as_json=as_json)


@lifelong.command(
    short_help="See it work on real data.", epilog="Examples:  lifelong demo\n\n           lifelong demo grocer"
)
@click.argument("which", default="cdnow", type=click.Choice(["cdnow", "grocer", "simulated"]))
@click.option("--project", "project_dir", default="", metavar="DIR", help="The project's folder. [default: demo/WHICH]")
@click.option(
    "--open/--no-open", "is_opened", default=None, help="Open the report in the browser. [default: on a terminal]"
)
@flags.as_json
def demo(which: str, project_dir: str, is_opened: bool | None, as_json: bool) -> None:
    """Show it on real data: a music shop (cdnow), a grocer's year, or a simulated shop whose truth is known."""
    from lifelong.project import demo as run_demo

    with Progress(quiet=as_json) as progress:
        answer = run_demo(which, Path(project_dir or Path("demo") / which), progress)
    say(answer, as_json=as_json)
    if not as_json:
        say(lambda: "\n" + heard(N_("now on a file of your own:  lifelong run orders.csv")), as_json=False)
    if is_opened if is_opened is not None else sys.stdout.isatty() and not as_json:
        click.launch(answer.report)


@lifelong.command(short_help="Set up completion in your shell.", epilog='Example:  eval "$(lifelong completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes commands and flags in SHELL; put its line into your shell's start file."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is not None:
        say(kind(lifelong, {}, "lifelong", "_LIFELONG_COMPLETE").source(), as_json=False)


_GROUPS = (
    calculator, channels, contracts, costs, decisions, grouping, looking, over_time, plan, posteriors, reports, serving,
    settings, spending, touching,
)  # fmt: skip
for _group in _GROUPS:
    for _command in _group.COMMANDS:
        lifelong.add_command(_command)
