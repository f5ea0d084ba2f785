"""The command line: one command a verb. It prints values and computes nothing."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run ``lifelong``. Exit codes: 0 done, 1 findings above the limit, 2 wrong usage, 3 failed."""
    from lifelong.cli.commands import lifelong
    from lifelong.cli.speech import fail
    from lifelong.errors import LifelongError

    try:
        lifelong.main(prog_name="lifelong", standalone_mode=False)
    except LifelongError as error:
        fail(error, as_json="--json" in sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped; nothing is half done\n")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as problem:
        _usage(problem)


def _usage(problem: Exception) -> None:
    """Click's own complaints, in the one shape of an error; anything else is a fault of ours and goes on."""
    import click

    from lifelong.cli.speech import fail
    from lifelong.errors import ConfigError

    if isinstance(problem, click.exceptions.Exit):
        sys.exit(problem.exit_code)
    if isinstance(problem, click.Abort):
        sys.exit(130)
    if not isinstance(problem, click.ClickException):
        raise problem
    context = getattr(problem, "ctx", None)
    path = context.command_path if context else "lifelong"
    error = ConfigError("E301", problem.format_message(), where=path, fix=f"{path} --help shows what it takes")
    fail(error, as_json="--json" in sys.argv[1:])
