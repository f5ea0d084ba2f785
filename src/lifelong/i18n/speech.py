"""Errors, findings and other phrases of the lower rooms, in the language spoken now."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from lifelong.errors import LifelongError
from lifelong.i18n.language import MINUS, NBSP
from lifelong.i18n.locales import language, locale, speaking
from lifelong.i18n.messages import message, plural
from lifelong.phrases import SPEAKER, Phrase, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# a slot of a message: {name}, {name!r}, {name:,.1f}; widths are no part of a sentence
_SLOT = re.compile(r"\{\{|\}\}|\{(\w+)(!r)?(?::(\+?,?(?:\.\d{1,2})?[dfg%]?))?\}")


def speak(text: str) -> str:
    """A text in the language spoken now: a phrase by its message and slots, any other as the message that it may be."""
    if language() == "en":
        return str(text)
    if not isinstance(text, Phrase):
        return message(text)
    count = text.slots.get("count")
    if text.many and isinstance(count, int):
        return _filled(plural(text.message, text.many, count), text)
    return _filled(message(text.message), text) if text.slots else message(text.message)


def speak_finding(finding: Mapping[str, Any]) -> str:
    """The text of a finding, as JSON has it, in the language spoken now."""
    return speak(unpacked(finding.get("said"), finding["text"]))


def speak_error(error: Mapping[str, Any] | LifelongError) -> dict[str, str]:
    """The four fields of a failure in the language spoken now; of one that JSON has, ``why`` begins with what it is."""
    if isinstance(error, LifelongError):
        return {"code": error.code} | {name: speak(getattr(error, name)) for name in ("where", "why", "fix")}
    said = error.get("said") or {name: error.get(name, "") for name in ("where", "why", "fix")}
    told = {name: speak(unpacked(said.get(name))) for name in ("what", "where", "why", "fix")}
    what = told.pop("what")
    return {**told, "code": str(error["code"]), "why": ". ".join(part for part in (what, told["why"]) if part)}


@contextlib.contextmanager
def aloud(code: str) -> Iterator[None]:
    """Within the block, errors, findings and values are printed in a language."""
    with speaking(code):
        token = SPEAKER.set(speak)
        try:
            yield
        finally:
            SPEAKER.reset(token)


def _filled(told: str, text: Phrase) -> str:
    """The message with its slots; a slot without a format has that of the English message."""
    formats = {one[1]: one[3] or "" for one in _SLOT.finditer(text.many or text.message) if one[1]}

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return found[0][0]
        if name not in text.slots:
            return found[0]
        return _shown(text.slots[name], found[3] or formats.get(name, ""), is_quoted=found[2] is not None)

    return _SLOT.sub(fill, told)


def _shown(value: Any, form: str, *, is_quoted: bool) -> str:
    if isinstance(value, Phrase):
        value = speak(value)
    if is_quoted:
        return repr(value)
    if isinstance(value, str) or not form:
        return str(value)
    words, english = locale(), format(value, form)
    text = english.translate({ord(","): words.group, ord("."): words.decimal})
    text = MINUS + text[1:] if text.startswith("-") else text
    return f"{text[:-1]}{NBSP}%" if text.endswith("%") else text
