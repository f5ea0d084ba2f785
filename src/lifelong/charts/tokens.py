"""The tokens of the visual language: the only place where a colour or a type size is named.

Charts name a colour by its CSS variable (``var(--est)``), so that one SVG serves light and dark. Where no style
sheet stands behind a drawing (a notebook, a PNG), :func:`literal` writes the light column instead.

Ink is what happened, colour is what is expected, tint is how unsure that is.
"""

from __future__ import annotations

import re
from typing import Any

LIGHT: dict[str, str] = {
    "paper": "#ffffff", "well": "#f4f6f6", "rule": "#d5dbdd", "grid": "#e6eaeb", "hatch": "#dde3e4",
    "ink": "#16191c", "ink-2": "#4b5359", "ink-3": "#5e666d", "base": "#8a9399",
    "est": "#0a6c74", "band": "#c4e0e2", "band-2": "#e5f1f2",
    "warn": "#8f4700", "bad": "#a8281e", "good": "#2b6a2e",
    "q1": "#f0f3f4", "q2": "#dde4e7", "q3": "#c5d0d5", "q4": "#a6b6bd", "q5": "#4f6771", "q6": "#2b414b",
    "q-flip": "#ffffff",
}  # fmt: skip

DARK: dict[str, str] = {
    "paper": "#14181a", "well": "#1b2124", "rule": "#363f44", "grid": "#262d31", "hatch": "#2b3338",
    "ink": "#e9ecec", "ink-2": "#b4bdc2", "ink-3": "#9aa5ab", "base": "#79848a",
    "est": "#5cc4c4", "band": "#1d5156", "band-2": "#18343a",
    "warn": "#f2b35e", "bad": "#ff9a8d", "good": "#86cc88",
    "q1": "#1c2326", "q2": "#26303a", "q3": "#33424d", "q4": "#465965", "q5": "#a3b5be", "q6": "#d3dde2",
    "q-flip": "#14181a",
}  # fmt: skip

#: Paper takes black ink and slightly darker greys; all else is the light column.
PRINT: dict[str, str] = LIGHT | {"ink": "#000000", "ink-2": "#3d4449", "ink-3": "#4f575d"}

SANS = '"Source Sans Pro", "Segoe UI", system-ui, -apple-system, Roboto, "Noto Sans", sans-serif'
SERIF = '"Source Serif Pro", Charter, Georgia, "Noto Serif", serif'

_VARIABLE = re.compile(r"var\(--([a-z0-9-]+)\)")


def css(tokens: dict[str, str]) -> str:
    """The tokens as custom properties, for a style sheet."""
    return " ".join(f"--{name}: {colour};" for name, colour in tokens.items())


def literal(spec: Any) -> Any:
    """A specification with each CSS variable replaced by the light column's colour or font stack.

    >>> literal({"stroke": "var(--est)"})
    {'stroke': '#0a6c74'}
    """
    if isinstance(spec, dict):
        return {key: literal(value) for key, value in spec.items()}
    if isinstance(spec, list):
        return [literal(value) for value in spec]
    if isinstance(spec, str):
        return _VARIABLE.sub(lambda found: (LIGHT | {"sans": SANS, "serif": SERIF})[found[1]], spec)
    return spec


def luminance(colour: str) -> float:
    """WCAG relative luminance of ``#rrggbb``: 0 is black, 1 is white."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG contrast of two colours, 1 to 21.

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
