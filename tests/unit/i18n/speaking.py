"""A language for tests, in the place of Russian: every message in brackets, numbers as Russian has them."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

ROOT = Path(__file__).resolve().parents[3]


def bracketed(folder: Path) -> Path:
    """The folder with a compiled catalogue of all messages of the sources."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import catalogues
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    made = Catalog(locale="ru", charset="utf-8", fuzzy=False)
    for message in catalogues.gathered():
        if isinstance(message.id, tuple | list):
            made.add(message.id, tuple(f"[{message.id[-1]}]" for _ in range(made.num_plurals)))
        elif message.id:
            made.add(message.id, f"[{message.id}]")
    place = folder / "ru" / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "lifelong.mo").open("wb") as file:
        write_mo(file, made)
    return folder


#: Runs the command line with the catalogues of a folder: ``python -c BOOT FOLDER words ...``.
BOOT = """
import gettext, sys
from lifelong.i18n import messages
place = sys.argv.pop(1)
messages._catalogue = lambda code: gettext.translation("lifelong", place, languages=[code], fallback=True)
from lifelong.cli import main
main()
"""
