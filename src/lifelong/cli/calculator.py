"""The commands that compute from typed numbers alone."""

from __future__ import annotations

from typing import Any

import click

from lifelong.cli import flags
from lifelong.cli.speech import say


@click.command(
    short_help="Say what a customer is worth by five typed numbers.",
    epilog="Examples:  lifelong calculator --churn 5% --invoice 500 --new-customers 10 --spend 8000\n\n"
    "           lifelong calculator --lifetime 20m --invoice 500 --new-customers 10 --spend 8000 --margin 40% --discount 10%/year",
)
@click.option("--churn", metavar="SHARE", default="", help="Customers lost a month, such as 5%.")
@click.option("--lifetime", metavar="TIME", default="", help="How long customers stay on average, such as 20m or 2y.")
@click.option("--invoice", metavar="MONEY", required=True, help="What a customer pays at a time: the median invoice.")
@click.option("--new-customers", metavar="NUMBER", required=True, help="Customers won a month.")
@click.option("--spend", metavar="MONEY", required=True, help="Marketing and sales expenses a month.")
@click.option(
    "--margin", metavar="SHARE", default="", help="What is left of an invoice, such as 40%. [default: revenue]"
)
@click.option("--discount", metavar="RATE", default="0", show_default=True, help="Such as 10%/year.")
@click.option("--invoices-a-month", metavar="NUMBER", default="1", show_default=True, help="How often a customer pays.")
@click.option("--overhead", metavar="MONEY", default="0", show_default=True, help="Further costs a month of winning.")
@click.option(
    "--timing", metavar="WHEN", default="begin", show_default=True, help="When a month is paid: begin, mid or end."
)
@click.option("--xlsx", metavar="FILE", default="", help="Write a workbook with live formulas to take away.")
@click.option("--html", metavar="FILE", default="", help="Write a page that computes by itself, without a network.")
@flags.answer
def calculator(as_json: bool, **told: Any) -> None:
    """Compute value, cost of winning (CAC), their ratio and payback; no data are needed and none are read."""
    from lifelong.project import calculate

    made = calculate(**told)
    say(made, as_json=as_json)
    for name, what in (("xlsx", "workbook"), ("html", "page")):
        if told[name] and not as_json:
            click.echo(f"{what:<9}{told[name]}")


@click.command(
    "business-case",
    short_help="Say whether a programme that betters figures pays.",
    epilog="Example:  lifelong business-case --customers 1000 --invoice 50 --margin 40% --churn 5% --to-churn 4% --upfront 5000",
)
@click.option("--customers", metavar="NUMBER", required=True, help="Customers now.")
@click.option("--churn", metavar="SHARE", required=True, help="Customers lost a month, such as 5%.")
@click.option("--to-churn", metavar="SHARE", default="", help="What it is hoped to become.")
@click.option("--invoice", metavar="MONEY", required=True, help="What a customer pays at a time.")
@click.option("--to-invoice", metavar="MONEY", default="", help="What it is hoped to become.")
@click.option("--margin", metavar="SHARE", required=True, help="What is left of an invoice, such as 40%.")
@click.option("--to-margin", metavar="SHARE", default="", help="What it is hoped to become.")
@click.option("--invoices-a-month", metavar="NUMBER", default="1", show_default=True, help="How often a customer pays.")
@click.option("--to-invoices-a-month", metavar="NUMBER", default="", help="How often it is hoped to become.")
@click.option("--new-customers", metavar="NUMBER", default="0", show_default=True, help="Customers won a month.")
@click.option("--to-new-customers", metavar="NUMBER", default="", help="How many it is hoped to become.")
@click.option("--upfront", metavar="MONEY", default="0", show_default=True, help="What it costs at once.")
@click.option("--monthly", metavar="MONEY", default="0", show_default=True, help="What it costs a month.")
@click.option("--months", metavar="NUMBER", default="36", show_default=True, help="How long is counted.")
@click.option(
    "--ramp", metavar="NUMBER", default="0", show_default=True, help="Months until the whole effect is there."
)
@click.option("--discount", metavar="RATE", default="0", show_default=True, help="Such as 10%/year.")
@click.option("--xlsx", metavar="FILE", default="", help="Write a workbook with live formulas, month by month.")
@flags.answer
def business_case(as_json: bool, **told: Any) -> None:
    """Set what a programme costs against what it adds: net present value, payback, and on what it hangs."""
    from lifelong.project import business_case as argue

    say(argue(**told), as_json=as_json)
    if told["xlsx"] and not as_json:
        click.echo(f"workbook {told['xlsx']}")


COMMANDS = (calculator, business_case)
