"""The commands that serve a project: to a browser and programs, and to an assistant."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from lifelong.cli import flags


@click.command(
    short_help="Open the web app.",
    epilog="Examples:  lifelong serve --project shop\n\n           LIFELONG_TOKEN=... lifelong serve --host 0.0.0.0 --behind-proxy --allow-host clv.example.com",
)
@flags.project
@click.option("--port", default=8765, show_default=True, help="Where to listen; 0 finds a free port.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address; others than this machine's need TLS."
)
@click.option(
    "--allow-host", "allow_hosts", multiple=True, metavar="NAME", help="A further name by which it may be asked."
)
@click.option("--tls-cert", "cert", default="", metavar="FILE", help="The certificate, for https.")
@click.option("--tls-key", "key", default="", metavar="FILE", help="Its key.")
@click.option("--behind-proxy", is_flag=True, help="A proxy in front does https.")
@click.option("--open/--no-open", "is_opened", default=None, help="Open the browser. [default: on a terminal]")
@flags.as_json
def serve(project_dir: str, is_opened: bool | None, as_json: bool, **where: Any) -> None:
    """Open the web app over a project, on this machine alone.

    It prints an address with a token; whoever has it sees the project. Nothing leaves the machine.
    """
    from lifelong.web.server import Listening
    from lifelong.web.server import serve as implementation

    listening = Listening(**where)
    wanted = (sys.stdout.isatty() and not as_json) if is_opened is None else is_opened

    def say(address: str) -> None:
        click.echo(
            json.dumps({"address": address})
            if as_json
            else f"lifelong runs at\n\n    {address}\n\nStop it with Ctrl+C."
        )

    implementation(Path(project_dir), listening, is_opened=wanted, say=say)


@click.command(
    name="mcp",
    short_help="Let an assistant ask the project.",
    epilog="Example:  lifelong mcp --project shop",
)
@flags.project
def mcp_server(project_dir: str) -> None:
    """Offer the verbs that read, and the calculator, to an assistant, over the Model Context Protocol.

    The assistant's program starts this command and speaks with it over standard input and output. No verb that changes
    the project is offered, and nothing listens on the network.
    """
    from lifelong.jobs.assistant import serve as implementation

    implementation(Path(project_dir))


COMMANDS = (serve, mcp_server)
