"""A specification's SVG, drawn by vl-convert: no browser, no network, no script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from lifelong.charts.grammar import Spec

_SVG = "http://www.w3.org/2000/svg"
_DROP = ("role", "aria-roledescription", "aria-label", "aria-hidden", "pointer-events", "stroke-miterlimit")
_LONG = re.compile(r"-?\d+\.\d{2,}")


def render(spec: Spec, *, name: str = "", labelled_by: str = "") -> str:
    """The figure as one inline ``<svg>`` element.

    Args:
        spec: a specification made by this room.
        name: a class for the element, such as ``wide``.
        labelled_by: ids of the elements that name the figure, for readers of the screen.

    The text is shortened (coordinates to a tenth of a px, which no screen shows) and made again from a parsed tree,
    so whatever stands in a label is text and never markup.
    """
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(spec, vl_version="6.1", allowed_base_urls=[])
    root = ET.fromstring(drawn)  # noqa: S314 - our own drawing, no foreign document
    _tidy(root)
    width, height = root.get("width", ""), root.get("height", "")
    root.attrib.clear()
    root.attrib.update({"class": f"plot {name}".strip(), "width": width, "height": height})
    root.attrib.update({"viewBox": f"0 0 {width} {height}", "role": "img"})
    if labelled_by:
        root.set("aria-labelledby", labelled_by)
    ET.register_namespace("", _SVG)
    return ET.tostring(root, encoding="unicode")


def _tidy(node: ET.Element) -> None:
    """Leave out what draws nothing: empty groups, back- and foregrounds, roles, ids, defaults."""
    for child in list(node):
        _tidy(child)
        tag = child.tag.removeprefix(f"{{{_SVG}}}")
        if (
            tag == "defs"
            or child.get("fill") == "transparent"
            or child.get("class") in {"background", "foreground"}
            or (tag == "g" and not len(child))
        ):
            node.remove(child)
    for key in [
        k for k in node.attrib if k in _DROP or k in {"class", "clip-path"} or (k == "opacity" and node.get(k) == "1")
    ]:
        del node.attrib[key]
    if node.get("transform") == "translate(0,0)":
        del node.attrib["transform"]
    for key, value in node.attrib.items():
        if key in {"d", "transform", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height"}:
            node.set(key, _LONG.sub(lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), value))
    _unwrap(node)


def _unwrap(node: ET.Element) -> None:
    """A group without attributes is no group: its children stand in its place."""
    children: list[ET.Element] = []
    for child in node:
        if child.tag == f"{{{_SVG}}}g" and not child.attrib:
            children.extend(child)
        else:
            children.append(child)
    node[:] = children
