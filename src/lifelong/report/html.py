"""The report as one HTML file: no script, no network, the same bytes for the same data."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib import resources
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from lifelong.charts import tokens
from lifelong.i18n import NBSP, language
from lifelong.report import (
    brought,
    cohorts,
    fonts,
    glossary,
    judged,
    loyalty,
    origin,
    retention,
    risk,
    trust,
    truth,
    value,
    verdict,
    wording,
)
from lifelong.store import files

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment

    from lifelong.report.inputs import ReportData
    from lifelong.report.paper import Paper

_FONTS = "/*fonts*/"
#: What a number of the page links to.
_LINK = re.compile(r'href="#d-(\w+)"')
_SPACED = re.compile(r"(?<=\d) %")


def write(data: ReportData, path: Path) -> Path:
    """Write the report to ``path``, all of it or nothing, and return the path.

    Raises StoreError E403 where the disk refuses.
    """
    return files.write_page(path, render(data))


def render(data: ReportData) -> str:
    """The whole page as text. All words of the data pass through autoescape; no script stands in the page at all."""
    return dressed(unstyled(data))


def render_paper(paper: Paper) -> str:
    """A paper for one kind of reader as one page, in the same manner."""
    linked = {term["key"] for term in paper.terms}
    template = environment().get_template("paper.html.j2")
    return dressed(template.render(paper=paper, linked=linked, style=_FONTS, policy=_FONTS))


def dressed(page: str) -> str:
    """A page with its style sheet, the letters that it prints, and the policy that allows that sheet alone."""
    sheet = style(fonts.font_faces(page))
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    policy = f"default-src 'none'; font-src data:; style-src 'sha256-{digest}'"
    # the two marks stand before any word of the data, so that no such word is taken for one of them
    head, _, rest = page.partition(_FONTS)
    middle, _, tail = rest.partition(_FONTS)
    return f"{head}{policy}{middle}{sheet}{tail}"


def unstyled(data: ReportData) -> str:
    """The page before its policy, style sheet and fonts are set in, with a mark where each will stand."""
    template, seen = environment().get_template("report.html.j2"), view(data)
    linked = set(_LINK.findall(template.render(seen, style=_FONTS, policy=_FONTS)))
    linked |= {"subscribers"} if data.enrolled else set()  # of whom the masthead speaks
    seen["glossary"] = [entry for entry in seen["glossary"] if entry["key"] in linked or entry["example"]]
    return template.render(seen, style=_FONTS, policy=_FONTS)


def view(data: ReportData) -> dict[str, Any]:
    """All that the template prints, section by section."""
    return {
        "data": data,
        "lang": language(),
        "version": version("lifelong"),
        "made_from": Markup("<code>{}</code>").format(data.fit.origin.data[:12]),
        "masthead": verdict.masthead(data),
        "sentences": verdict.sentences(data),
        "numbers": verdict.numbers(data),
        "value": value.section(data),
        "loyalty": None if data.is_subscribed else loyalty.section(data),
        "retention": retention.section(data),
        "cohorts": cohorts.section(data),
        "brought": brought.section(data),
        "trust": trust.section(data),
        "judged": judged.section(data),
        "risk": None if data.is_subscribed else risk.section(data),
        "truth": truth.section(data),
        "ledger": origin.ledger(data),
        "parameters": origin.parameters(data),
        "findings": origin.findings(data),
        "truncation": origin.truncation(data),
        "glossary": glossary.entries(data),
    }


def environment() -> Environment:
    """Templates, with every word of the data escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("lifelong.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_unbroken,
        extensions=["jinja2.ext.i18n"],
    )
    return wording.teach(made)


def _unbroken(value: Any) -> Any:
    """A number and its per cent sign stay on one line; what is markup already (a customer's id) is left as it is."""
    return _SPACED.sub(f"{NBSP}%", value) if type(value) is str else value


def style(faces: str) -> Markup:
    """The style sheet with the tokens and the font faces set in."""
    sheet = resources.files("lifelong.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    stacks = f"--sans: {tokens.SANS}; --serif: {tokens.SERIF};"
    for mark, text in (
        ("/*light*/", f"{tokens.css(tokens.LIGHT)} {stacks}"),
        ("/*dark*/", tokens.css(tokens.DARK)),
        ("/*print*/", tokens.css(tokens.PRINT)),
        (_FONTS, faces),
    ):
        sheet = sheet.replace(mark, text)
    return Markup(sheet)  # noqa: S704 - our own file and tokens
