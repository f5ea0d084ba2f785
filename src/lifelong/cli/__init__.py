"""The command line: one command a verb. It prints values and computes nothing."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from lifelong.cli.language import speech as spoken
from lifelong.phrases import N_, heard, phrase

if TYPE_CHECKING:
    import click

    from lifelong.errors import ConfigError


def main() -> None:
    """Run ``lifelong``. Exit codes: 0 done, 1 findings above the limit, 2 wrong usage, 3 failed."""
    import click

    from lifelong.cli.commands import lifelong
    from lifelong.cli.speech import fail
    from lifelong.errors import LifelongError

    as_json = "--json" in sys.argv[1:]
    try:
        sys.exit(lifelong.main(prog_name="lifelong", standalone_mode=False) or 0)
    except LifelongError as error:
        fail(error, as_json=as_json)
    except click.ClickException as problem:
        fail(_usage(problem), as_json=as_json)
    except (KeyboardInterrupt, click.Abort):
        with spoken():
            sys.stderr.write("\n" + heard(N_("stopped; nothing is half done")) + "\n")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _usage(problem: click.ClickException) -> ConfigError:
    """Click's own complaint in the one shape of an error."""
    from lifelong.errors import ConfigError

    context = getattr(problem, "ctx", None)
    path = context.command_path if context else "lifelong"
    return ConfigError(
        "E301", problem.format_message(), where=path, fix=phrase("{path} --help shows what it takes", path=path)
    )
