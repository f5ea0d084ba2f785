"""The text of a PDF that typst set, by its own maps of glyphs: no program of another is needed to read it."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_TOKEN = re.compile(rb"/(\w+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\)|(ET)", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text(pdf: bytes) -> str:
    """What stands on all pages; pieces that are set apart have a line each."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    said = []
    for body in pages(pdf):
        (content,) = re.findall(rb"/Contents (\d+) 0 R", body)
        fonts = _fonts(objects, body)
        now: dict[int, str] = {}
        for font, literal, end in _TOKEN.findall(_stream(objects[int(content)])):
            if font:
                now = fonts.get(font, {})
            elif end:
                said.append("\n")
            else:
                raw = _ESCAPE.sub(_unescaped, literal)
                said += [now.get(int.from_bytes(raw[at : at + 2], "big"), "") for at in range(0, len(raw), 2)]
    return "".join(said).replace("\u00a0", " ")


def pages(pdf: bytes) -> list[bytes]:
    """The objects of pages, in their order."""
    return [body for _, body in _OBJECT.findall(pdf) if re.search(rb"/Type/Page\b(?!s)", body)]


def _fonts(objects: dict[int, bytes], page: bytes) -> dict[bytes, dict[int, str]]:
    found = re.search(rb"/Resources (\d+) 0 R", page)
    resources = objects[int(found[1])] if found else page
    inside = re.search(rb"/Font<<(.*?)>>", resources, re.DOTALL)
    if inside is None:
        return {}
    return {name: _map(objects, objects[int(number)]) for name, number in re.findall(rb"/(\w+) (\d+) 0 R", inside[1])}


def _map(objects: dict[int, bytes], font: bytes) -> dict[int, str]:
    found = re.search(rb"/ToUnicode (\d+) 0 R", font)
    if found is None:
        return {}
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", _stream(objects[int(found[1])]))
    return {int(glyph, 16): bytes.fromhex(signs.decode()).decode("utf-16-be") for glyph, signs in pairs}


def _stream(body: bytes) -> bytes:
    (raw,) = _STREAM.findall(body)
    return zlib.decompress(raw) if b"/FlateDecode" in body else raw


def _unescaped(found: re.Match[bytes]) -> bytes:
    told = found[1]
    return bytes([int(told, 8)]) if told.isdigit() else _PLAIN.get(told, told)
