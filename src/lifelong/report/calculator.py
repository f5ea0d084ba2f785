"""The calculator as one HTML file that computes without a network: the only page of ours that holds a script."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from lifelong.charts import tokens
from lifelong.definitions import DEFINITIONS
from lifelong.money.calculator import LEAST, LEAST_SHARE, MOST
from lifelong.report.html import environment
from lifelong.store import files
from lifelong.units import MOST_PER_YEAR
from lifelong.values.calculation import LINES

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import Calculation

PERCENT, SMALL, LARGE = f"{100 * LEAST_SHARE:.10f}".rstrip("0"), f"{LEAST:.10f}".rstrip("0"), f"{MOST:.0f}"
#: Inputs: key, label, hint, least, most, whether it must be typed. Shares are typed in per cent.
INPUTS = (
    ("churn", "Customers lost a month, %", "churn; or the next one", PERCENT, f"{100 - 100 * LEAST_SHARE:.10g}", False),
    ("lifetime", "Months that they stay", "mean lifetime, more than 1", "1.000001", f"{1 / LEAST_SHARE:.10g}", False),
    ("invoice", "Invoice", "what a customer pays at a time, the median", SMALL, LARGE, True),
    ("invoices_a_month", "Invoices a month", "", SMALL, LARGE, True),
    ("new_customers", "New customers a month", "", SMALL, LARGE, True),
    ("spend", "Marketing and sales a month", "", "0", LARGE, True),
    ("overhead", "Overhead a month", "that new customers are to bear", "0", LARGE, False),
    ("margin", "Margin, %", "what is left of an invoice; empty: value is revenue", PERCENT, "100", False),
    ("discount", "Discount a year, %", "money later is worth less", "0", f"{100 * MOST_PER_YEAR:g}", False),
)
SHARES = {"churn", "margin", "discount"}
TIMINGS = (("begin", "at its begin"), ("mid", "in its middle"), ("end", "at its end"))
NONE = {"ratio": "nothing is spent", "payback_with_leavers": "never"}
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
        "inputs": [_input(made, one) for one in INPUTS],
        "timings": TIMINGS,
        "timing": made.inputs["timing"],
        "answers": [_answer(*line) for line in LINES],
        "meanings": [DEFINITIONS[key] for key in MEANINGS],
    }
    marked = {name: Markup(text) for name, text in (("style", style), ("script", script))}  # noqa: S704 - our own files
    return environment().get_template("calculator.html.j2").render(told, policy=policy, **marked)


def _input(made: Calculation, row: tuple[Any, ...]) -> dict[str, Any]:
    told = dict(zip(("key", "label", "hint", "least", "most", "required"), row, strict=True))
    number = made.inputs[row[0]]
    shown = "" if number is None else f"{float(number) * (100 if row[0] in SHARES else 1):.10g}"
    return {**told, "value": shown}


def _answer(key: str, title: str, unit: str) -> dict[str, Any]:
    text = title.strip()
    said = text[0].upper() + text[1:] + (", months" if unit == "months" else "")
    return {"key": key, "title": said, "unit": unit, "none": NONE.get(key, "–"), "within": title[0] == " "}


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
