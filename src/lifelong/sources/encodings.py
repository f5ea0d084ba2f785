"""Which bytes a text file is made of: compression, byte order mark, UTF-8, UTF-16, or a Windows code page."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import zlib
from itertools import pairwise
from typing import IO, TYPE_CHECKING

from lifelong.errors import DataError
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE = 1 << 20  # bytes that are looked at before a file is read
_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
_OPEN = {"gzip": gzip.open, "bz2": bz2.open, "xz": lzma.open}

# Letters that texts in the languages of each code page are full of, and that the others show as odd signs.
_LETTERS = {
    "cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽőűŐŰäöüÄÖÜß",
    "cp1251": "".join(chr(c) for c in range(0x410, 0x450)) + "ёЁіІїЇєЄґҐ№",
    "cp1252": "àâçéèêëîïôùûüÿœæÀÂÇÉÈÊËÎÏÔÙÛÜŒÆäöüßÄÖÜñáíóúÑ€",
}


def compression(head: bytes) -> str:
    """The name of the compression whose mark the file begins with, or nothing."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "")


def opened(path: Path, packed: str) -> IO[bytes]:
    """The file's bytes, unpacked."""
    if packed == "zstd":
        raise DataError(
            "E101", phrase("{name} is packed by zstd", name=path.name), where=str(path), why="only gzip, bzip2 and xz are unpacked",
            fix=phrase("zstd -d {name}", name=path.name),
        )  # fmt: skip
    opener = _OPEN.get(packed)
    return opener(path, "rb") if opener else path.open("rb")  # type: ignore[operator] # each opener takes a path and a mode


def head(path: Path, packed: str, size: int = SAMPLE) -> bytes:
    """The first bytes of the unpacked file.

    Raises:
        DataError: E101, where the file cannot be read or the packing is damaged from the start.
    """
    try:
        with opened(path, packed) as stream:
            return stream.read(size)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as problem:
        raise unreadable(path, problem) from None


def unreadable(path: Path, problem: Exception) -> DataError:
    """The error of a file whose bytes cannot be had."""
    return DataError(
        "E101", phrase("{name} cannot be read", name=path.name), where=str(path), why=str(problem) or type(problem).__name__,
        fix="check that the file is whole and that you may read it; fetch it again if it is not",
    )  # fmt: skip


def encoding_of(sample: bytes) -> str:
    """The encoding of a text's first bytes, as Python names it.

    A byte order mark decides; then UTF-16 by its zeros; then UTF-8 if it holds; then the Windows code page whose
    own letters the odd bytes most often become.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if sample.startswith(mark):
            return name
    pairs = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > 0.4 * pairs and sample[0::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.4 * pairs and sample[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=False)
    except UnicodeDecodeError:
        return _code_page(sample)
    return "utf-8"


def _code_page(sample: bytes) -> str:
    """The code page in which most odd bytes are letters of its languages, beside other letters, not amid digits."""
    text = sample.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    if sum(c > "\x7f" for c in text) - broken > 3 * broken:
        return "utf-8"  # most odd signs are sound: the broken ones are faults, not another encoding
    scores = {}
    for page, letters in _LETTERS.items():
        text = sample.decode(page, errors="replace")
        known = frozenset(letters)
        good = sum(c in known for c in text)
        bad = sum(c == "\ufffd" for c in text)
        mixed = sum(_is_mixed(word) for word in text.split())
        scores[page] = good - 3 * bad - 2 * mixed
    return max(scores, key=lambda page: (scores[page], page == "cp1252"))


def _is_mixed(word: str) -> bool:
    """A word of two scripts, or with a capital after a small letter among its odd letters: read wrongly."""
    odd = [c for c in word if ord(c) > 127]
    if not odd:
        return False
    cyrillic = any("\u0400" <= c <= "\u04ff" for c in word)
    latin = any(c.isalpha() and not "\u0400" <= c <= "\u04ff" for c in word)
    strange = any(not c.isalpha() and c not in "€’“”„–—…\u00a0\u202f«»§°№×" for c in odd)
    inner = any(a.islower() and b.isupper() for a, b in pairwise(word))
    return (cyrillic and latin) or strange or inner


def transcoded(path: Path, packed: str, encoding: str, out: Path) -> None:
    r"""Write the file as UTF-8 without mark, in pieces; bytes that the encoding does not know become ``\xNN``."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="backslashreplace")
    try:
        with opened(path, packed) as stream, out.open("wb") as target:
            while piece := stream.read(1 << 22):
                target.write(decoder.decode(piece).encode("utf-8", errors="backslashreplace"))
            target.write(decoder.decode(b"", final=True).encode("utf-8", errors="backslashreplace"))
    except (OSError, EOFError, zlib.error, lzma.LZMAError, UnicodeError) as problem:
        raise unreadable(path, problem) from None


def text_of(sample: bytes, encoding: str) -> str:
    """A sample as text, its last broken character left out."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    return decoder.decode(sample, final=False)


def lines_of(stream: IO[bytes], encoding: str) -> io.TextIOWrapper:
    """The stream's text, line ends as they are."""
    return io.TextIOWrapper(stream, encoding=encoding, errors="backslashreplace", newline="")
