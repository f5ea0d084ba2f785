"""The commands as the help lists them: by what they are for."""

from __future__ import annotations

import click

#: Commands as the help lists them: what they are for, and their names.
SECTIONS = {
    "Begin": "run serve mcp demo calculator",
    "Bring data in": "init look ingest ingest-subscriptions spend touches check quarantine status identity forget rebuild",
    "Value customers": "backtest fit posterior score subscriptions report schedule card export",
    "Understand them": "customer segment opportunities alerts cohorts stages next-orders drivers groups why potential tiers migration trend formula",
    "Win and keep them": "channels campaigns limits audit attribution budget cut try-channel leads referrals retention",
    "Count money": "costs forecast sales-budget plan-actual scorecard equity valuation business-case",
    "Set up": "settings completion",
}


class Sectioned(click.Group):
    """Commands listed by what they are for."""

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click passes it to all of these
        formatter: click.HelpFormatter,
    ) -> None:
        """Write each section's commands with a line of help."""
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(60)) for name in names.split()])
