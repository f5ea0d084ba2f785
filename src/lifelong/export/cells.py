"""Text that a spreadsheet must not run as a formula.

A cell that begins with = + - @, a tab, a line end or NUL may be run when the file is opened (OWASP, "CSV injection";
ASVS 1.2.10). Such a text gets an apostrophe in front. A text that begins with apostrophes before such a sign gets one
more, so that taking one off brings every text back exactly. Numbers are no text and keep their minus.
"""

from __future__ import annotations

import re
from typing import Any

# The full-width forms are turned into plain ones by some programs on import.
TRIGGERS = "=+-@\t\r\n\0＝＋－＠"
_DANGEROUS = "^'*[=+\\-@\\t\\r\\n\\x00＝＋－＠]"
_START = re.compile(_DANGEROUS)
_MARKED = re.compile("^'" + _DANGEROUS[1:])


def escaped(text: str) -> str:
    """The text as it may stand in a cell: ``escaped("=1+1")`` is ``"'=1+1"``."""
    return f"'{text}" if _START.match(text) else text


def unescaped(cell: str) -> str:
    """The text that :func:`escaped` was given."""
    return cell[1:] if _MARKED.match(cell) else cell


def is_dangerous(text: Any) -> bool:
    """Whether a cell would need an apostrophe."""
    return isinstance(text, str) and _START.match(text) is not None
