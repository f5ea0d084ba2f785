"""The scorecard as one HTML page, in the words and figures of the print; no script, nothing to fetch."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING

from markupsafe import Markup

from lifelong.charts import tokens
from lifelong.definitions import DEFINITIONS
from lifelong.i18n import language, message
from lifelong.report.html import environment
from lifelong.store import files

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values.scorecard import Scorecard


def write(made: Scorecard, path: Path) -> Path:
    """Write the page, all of it or nothing.

    Raises:
        StoreError: E403, where the disk refuses.
    """
    return files.write_page(path, render(made))


def render(made: Scorecard) -> str:
    """The page as text; its policy lets nothing load but its style sheet, told by its hash."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    bridge = made.bridge.pairs(made.digits) if made.bridge else []
    return environment().get_template("scorecard.html.j2").render(
        made=made, lang=language(), _=message, heads=_heads(), rows=made.rows(), bridge=bridge,
        why=made.bridge.why if made.bridge else "", notes=made.notes(),
        meanings=[DEFINITIONS[entry.key] for entry in made.entries],
        policy=f"default-src 'none'; style-src 'sha256-{digest}'",
        style=Markup(style),  # noqa: S704 - our own file and tokens
    )  # fmt: skip


def _heads() -> tuple[str, ...]:
    return message("figure"), message("now"), message("80 %"), message("last time"), message("change")


def _style() -> str:
    stacks = f"--sans: {tokens.SANS}; --serif: {tokens.SERIF};"
    sheet = resources.files("lifelong.report").joinpath("templates/scorecard.css").read_text(encoding="utf-8")
    sheet = sheet.replace("/*light*/", f"{tokens.css(tokens.LIGHT)} {stacks}")
    return sheet.replace("/*dark*/", tokens.css(tokens.DARK)).replace("/*print*/", tokens.css(tokens.PRINT))
