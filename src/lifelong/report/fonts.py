"""Two type families, cut down to the characters that one report prints, as WOFF2 inside its style sheet.

The files come from the packages font-source-sans-pro and font-source-serif-pro (SIL Open Font License); where they
are not installed, the stack behind them is used and nothing else changes.
"""

from __future__ import annotations

import base64
from importlib.resources import files
from io import BytesIO
from typing import NamedTuple


class Face(NamedTuple):
    """One cut: family and weight for CSS, and where its file lies."""

    family: str
    weight: int
    package: str
    file: str


FACES = (
    Face("Source Sans Pro", 400, "font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    Face("Source Sans Pro", 600, "font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
    Face("Source Serif Pro", 600, "font_source_serif_pro", "SourceSerifPro-Semibold.ttf"),
)


def font_faces(text: str) -> str:
    """``@font-face`` rules with the characters of ``text`` (and no others) embedded.

    The same characters give the same bytes: glyphs are sorted and no time of making is written.
    """
    rules = []
    for face in FACES:
        data = subset(face, "".join(sorted(set(text) - {"\n", "\r", "\t"})))
        if data:
            source = f"url(data:font/woff2;base64,{base64.b64encode(data).decode()})"
            rules.append(
                f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-display:swap;'
                f'src:{source} format("woff2")}}'
            )
    return "\n".join(rules)


def subset(face: Face, characters: str) -> bytes:
    """The face with these characters and no others, as WOFF2; empty where its package is not installed."""
    try:
        path = files(face.package) / "files" / face.file
        raw = path.read_bytes()
    except (ModuleNotFoundError, FileNotFoundError):
        return b""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont, newTable

    options = Options(
        flavor="woff2", hinting=False, desubroutinize=True, layout_features=["kern", "mark", "liga", "sups"]
    )
    options.drop_tables += ["DSIG", "FFTM", "name"]  # without names a third of the time; a browser needs none of them
    font = TTFont(BytesIO(raw), recalcTimestamp=False, recalcBBoxes=False, lazy=True)
    subsetter = Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    font["name"] = newTable("name")
    font["name"].names = []
    font.flavor = "woff2"
    out = BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()
