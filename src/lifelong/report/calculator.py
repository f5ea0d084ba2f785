"""The calculator as one HTML file that computes without a network: the only page of ours that holds a script."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from lifelong.charts import tokens
from lifelong.definitions import DEFINITIONS
from lifelong.i18n import language, message
from lifelong.money.calculator import LEAST, LEAST_SHARE, MOST
from lifelong.report.html import environment
from lifelong.store import files
from lifelong.units import MOST_PER_YEAR
from lifelong.values.calculation import LINES

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import Calculation

PERCENT, SMALL, LARGE = f"{100 * LEAST_SHARE:.10f}".rstrip("0"), f"{LEAST:.10f}".rstrip("0"), f"{MOST:.0f}"
SHARES = {"churn", "margin", "discount"}
MEANINGS = ("typed_value", "cac", "net_value", "ratio", "payback", "steady_base", "equity_added")


def write(made: Calculation, path: Path) -> Path:
    """Write the page with the calculation's inputs to ``path``, all of it or nothing.

    Raises:
        StoreError: E403, where the disk refuses.
    """
    return files.write_page(path, render(made))


def render(made: Calculation) -> str:
    """The page as text. Its policy lets nothing run or load but this style sheet and this script, told by their hashes."""
    style, script = _style(), _asset("calculator.js")
    policy = f"default-src 'none'; style-src 'sha256-{_hash(style)}'; script-src 'sha256-{_hash(script)}'"
    told: dict[str, Any] = {
        "lang": language(),
        "_": message,
        "inputs": [_input(made, one) for one in _inputs()],
        "timings": (
            ("begin", message("at its begin")),
            ("mid", message("in its middle")),
            ("end", message("at its end")),
        ),
        "timing": made.inputs["timing"],
        "answers": _answers(),
        "meanings": [
            {"title": message(one.title), "text": message(one.text), "formula": one.formula}
            for one in (DEFINITIONS[key] for key in MEANINGS)
        ],
    }
    marked = {name: Markup(text) for name, text in (("style", style), ("script", script))}  # noqa: S704 - our own files
    return environment().get_template("calculator.html.j2").render(told, policy=policy, **marked)


def _input(made: Calculation, row: tuple[Any, ...]) -> dict[str, Any]:
    told = dict(zip(("key", "label", "hint", "least", "most", "required"), row, strict=True))
    number = made.inputs[row[0]]
    shown = "" if number is None else f"{float(number) * (100 if row[0] in SHARES else 1):.10g}"
    return {**told, "value": shown}


def _inputs() -> tuple[tuple[Any, ...], ...]:
    """Inputs: key, label, hint, least, most, whether it must be typed. Shares are typed in per cent."""
    stays = f"{1 / LEAST_SHARE:.10g}"
    return (
        ("churn", message("Customers lost a month, %"), message("churn; or the next one"), PERCENT, f"{100 - 100 * LEAST_SHARE:.10g}", False),
        ("lifetime", message("Months that they stay"), message("mean lifetime, more than 1"), "1.000001", stays, False),
        ("invoice", message("Invoice"), message("what a customer pays at a time, the median"), SMALL, LARGE, True),
        ("invoices_a_month", message("Invoices a month"), "", SMALL, LARGE, True),
        ("new_customers", message("New customers a month"), "", SMALL, LARGE, True),
        ("spend", message("Marketing and sales a month"), "", "0", LARGE, True),
        ("overhead", message("Overhead a month"), message("that new customers are to bear"), "0", LARGE, False),
        ("margin", message("Margin, %"), message("what is left of an invoice; empty: value is revenue"), PERCENT, "100", False),
        ("discount", message("Discount a year, %"), message("money later is worth less"), "0", f"{100 * MOST_PER_YEAR:g}", False),
    )  # fmt: skip


def _answers() -> list[dict[str, Any]]:
    """Answers in the order of the print, each with its title and with what stands where there is no number."""
    titles = {
        "value": message("Value of a new customer"),
        "value_by_churn": message("By the churn"),
        "value_by_lifetime": message("By the lifetime"),
        "cac": message("Cost of winning one (CAC)"),
        "cac_loaded": message("With overhead"),
        "net_value": message("Value less that cost"),
        "ratio": message("Value to cost (LTV:CAC)"),
        "payback_months": message("Payback, months"),
        "payback_with_leavers": message("With those who leave, months"),
        "base": message("Customers in the long run"),
        "customers_lost": message("Lost a month then"),
        "equity_added": message("Added by a month's new ones"),
    }
    nothing = {"ratio": message("nothing is spent"), "payback_with_leavers": message("never")}
    return [
        {"key": key, "title": titles[key], "unit": unit, "none": nothing.get(key, "–"), "within": title[0] == " "}
        for key, title, unit in LINES
    ]


def _style() -> str:
    stacks = f"--sans: {tokens.SANS}; --serif: {tokens.SERIF};"
    sheet = _asset("calculator.css")
    return sheet.replace("/*light*/", f"{tokens.css(tokens.LIGHT)} {stacks}").replace(
        "/*dark*/", tokens.css(tokens.DARK)
    )


def _asset(name: str) -> str:
    return resources.files("lifelong.report").joinpath(f"templates/{name}").read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
