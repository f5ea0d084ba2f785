"""A paper as PDF: A4, tagged for screen readers (PDF/UA-1), fonts inside, the same bytes for the same paper.

Typst sets it from a template of ours. Words go to it as JSON, never as markup, so that no word of the data is run.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import tempfile
from dataclasses import asdict
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from lifelong.charts import tokens
from lifelong.definitions import DEFINITIONS
from lifelong.errors import ConfigError, missing_extra
from lifelong.i18n import message
from lifelong.phrases import phrase
from lifelong.report.figures import COLUMNS, Figure
from lifelong.report.fonts import FACES
from lifelong.report.paper import Grid
from lifelong.store import files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifelong.report.figures import Column
    from lifelong.report.paper import Paper, Part, Words

#: What stands for a sign that no font of ours has.
MISSING = "\N{WHITE SQUARE}"
_BOLD = re.compile(r'<b class="est">(.*?)</b>', re.DOTALL)
#: The size of the body in points: one page for who leads the firm.
_SIZE = {"founder": 9.5}
_DROPPED = ("class", "role", "aria-labelledby")


def write(paper: Paper, path: Path) -> Path:
    """Write the PDF to ``path``, all of it or nothing, and return the path.

    Raises:
        ConfigError: E303 where typst is not installed, E561 where it cannot set the paper.
        StoreError: E403 where the disk refuses.
    """
    made = render(paper)
    with files.disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_bytes(path, made)
    return path


def render(paper: Paper) -> bytes:
    """The PDF's bytes."""
    try:
        import typst
    except ImportError:
        raise missing_extra("typst", "pdf", "writing PDF") from None
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        template = package_files("lifelong.report").joinpath("templates/paper.typ").read_bytes()
        (place / "paper.typ").write_bytes(template)
        (place / "paper.json").write_text(_shown(json.dumps(told(paper, place), ensure_ascii=False)), encoding="utf-8")
        compiler = typst.Compiler(
            str(place / "paper.typ"), root=folder, font_paths=_fonts(), ignore_system_fonts=True, package_path=folder, package_cache_path=folder
        )  # fmt: skip
        day = dt.datetime.fromisoformat(paper.as_of).replace(tzinfo=dt.UTC)
        try:
            made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=day)
        except typst.TypstError as fault:
            raise ConfigError(
                "E561",
                phrase("the PDF could not be set: {message}", message=fault.message),
                where=phrase("the {kind} report", kind=paper.kind),
                why="; ".join(fault.hints) or "typst refuses what it cannot tag or draw",
                fix="write it as .html, which prints well, and report this",
            ) from None
    assert isinstance(made, bytes)  # noqa: S101 - one PDF, and no place to write it to was named
    return made


def _fonts() -> list[Any]:
    """Folders of our two families; where they are not installed, typst takes its own."""
    from importlib.util import find_spec

    names = [name for name in dict.fromkeys(face.package for face in FACES) if find_spec(name)]
    return [str(package_files(name) / "files") for name in names]


def _shown(text: str) -> str:
    """The text with an empty square for each sign that the fonts lack, such as a name in Chinese: PDF/UA has no gaps."""
    from fontTools.ttLib import TTFont

    known = {ord(sign) for d in DEFINITIONS.values() for sign in d.formula + d.text} | set(range(0x80))
    for name in _fonts():
        for path in Path(name).glob("*-Regular.ttf"):
            with TTFont(path, lazy=True) as font:
                known |= set(font.getBestCmap())
    return "".join(sign if ord(sign) in known else MISSING for sign in text)


def told(paper: Paper, place: Path) -> dict[str, Any]:
    """What the template prints; each drawing is written into the folder as a file of its own."""
    is_short = paper.kind == "founder"
    figures = [block for part in paper.parts for block in part.blocks if isinstance(block, Figure)]
    for block in figures:
        if block.drawings:
            (place / f"{block.key}.svg").write_text(coloured(str(block.drawings[0])), encoding="utf-8")
    return {
        "title": paper.title, "sub": paper.sub, "lang": paper.lang, "size": _SIZE.get(paper.kind, 10), "colours": tokens.PRINT,
        "facts": paper.facts, "sentences": [_runs(str(one)) for one in paper.sentences],
        "numbers": [_number(row) for row in paper.numbers["rows"]],
        "parts": [{"title": part.title, "rows": _rows(part)} for part in paper.parts],
        "terms": [dict(term) for term in paper.terms],
        "twins": [] if is_short else [_twin(block) for block in figures if block.twin and block.drawings],
        "colophon": paper.colophon,
        "heads": {
            "verdict": message("Verdict"), "numbers": message("Five numbers"), "terms": message("Definitions"),
            "twins": message("The figures as tables"), "again": message("Again:"),
            "scale": message("Each bar spans ±{scale} around its number; tints are 80 % intervals. Black was counted, colour is expected.").format(scale=paper.numbers["scale"]),
        },
    }  # fmt: skip


def _runs(sentence: str) -> list[dict[str, Any]]:
    """A sentence as pieces that are plain or stand in colour."""
    pieces = _BOLD.split(sentence)
    return [{"text": html.unescape(text), "est": at % 2 == 1} for at, text in enumerate(pieces) if text]


def _number(row: Any) -> dict[str, Any]:
    drawn = row["drawing"]
    told = {key: row[key] for key in ("name", "number", "spread", "note", "kind")}
    places = {"low": drawn.low, "at": drawn.at, "high": drawn.high} if drawn else {}
    return {**told, "drawn": drawn is not None, **places}


def _rows(part: Part) -> list[list[dict[str, Any]]]:
    """Blocks one under the other; two figures in a row that a page has beside others stand side by side here too."""
    rows: list[list[Figure | Grid | Words]] = []
    for block in part.blocks:
        before = rows[-1] if rows else []
        if _is_beside(block) and len(before) == 1 and _is_beside(before[0]):
            before.append(block)
        else:
            rows.append([block])
    return [[_block(block) for block in row] for row in rows]


def _is_beside(block: Figure | Grid | Words) -> bool:
    return isinstance(block, Figure) and block.width in COLUMNS and bool(block.drawings)


def _block(block: Figure | Grid | Words) -> dict[str, Any]:
    if isinstance(block, Figure):
        file = f"{block.key}.svg" if block.drawings else ""
        said = ". ".join(part for part in (block.title, block.measure, block.source) if part)
        return {"kind": "figure", "title": block.title, "measure": block.measure, "source": block.source or block.missing, "file": file, "alt": said}  # fmt: skip
    if isinstance(block, Grid):
        head = {"title": block.title, "measure": block.measure, "source": block.source, "summed": bool(block.summed)}
        return {"kind": "grid", **head, "columns": _heads(block.columns, block.rows), "rows": block.rows}
    return {"kind": "words", **asdict(block)}


def _twin(block: Figure) -> dict[str, Any]:
    assert block.twin is not None  # noqa: S101 - asked for before
    return {"title": block.title, "columns": _heads(block.twin.columns, block.twin.rows), "rows": block.twin.rows}


def _heads(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Columns: the one of words that has the longest cell takes the room that the others leave."""
    longest = {at: max((len(row[at]) for row in rows), default=0) for at, c in enumerate(columns) if not c.is_number}
    wide = max(longest, key=lambda at: longest[at], default=0)
    return [{"head": c.head, "number": c.is_number, "wide": at == wide} for at, c in enumerate(columns)]


def coloured(svg: str) -> str:
    """A drawing with the light column's colours instead of variables of a style sheet, and nothing that only a page needs."""
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    for node in root.iter():
        for key, text in list(node.attrib.items()):
            if key in _DROPPED:
                del node.attrib[key]
            else:
                node.set(key, tokens.literal(text))
    ET.register_namespace("", "http://www.w3.org/2000/svg")
    return ET.tostring(root, encoding="unicode")
