"""A sentence that knows its message and its slots, so that another language can speak it later.

It is made in English and is an English ``str``: it is printed, kept and compared as any text. Beside that it remembers
the message that it was made of and what stood in its slots; :func:`lifelong.i18n.speak` says it in the reader's language,
even after JSON or another process has carried it (:meth:`Phrase.as_dict`, :func:`unpacked`).

A message is written as for ``str.format``: ``phrase("{rows:,} rows have no customer", rows=13)``. A number with a format
follows the language (its marks, its sign for per cent); one without, and every text, is a name and stays as it is: so
commands keep their numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

#: Who speaks texts for the one who reads them now (:func:`heard`); nobody, and they are heard in English.
SPEAKER: ContextVar[Callable[[str], str] | None] = ContextVar("speaker", default=None)


class Phrase(str):
    """An English text with its origin.

    Attributes:
        message: the English message, with its slots.
        many: the message for several, where the number in the slot ``count`` chooses; else "".
        slots: by name, a text (which may be a Phrase itself) or a number.
    """

    __slots__ = ("many", "message", "slots")
    message: str
    many: str
    slots: Mapping[str, Any]

    def __new__(cls, message: str, many: str, slots: Mapping[str, Any]) -> Self:
        """The English text of a message with these slots."""
        slots = {name: value for name, value in slots.items() if f"{{{name}" in message + many}
        chosen = many if many and slots["count"] != 1 else message
        made = super().__new__(cls, chosen.format_map(slots) if slots else chosen)
        made.message, made.many = message, many
        made.slots = {name: _safe(value) for name, value in slots.items()}
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return (_carried, (str(self), self.message, self.many, dict(self.slots)))

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape: ``{"message", "slots"}`` and, where a number chooses, ``"many"``."""
        told: dict[str, Any] = {"message": self.message} | ({"many": self.many} if self.many else {})
        return told | {"slots": {name: packed(value) for name, value in self.slots.items()}}


def phrase(message: str, /, **slots: object) -> Phrase:
    """The text of a message with these slots.

    >>> phrase("{rows:,} rows have no customer", rows=4212)
    '4,212 rows have no customer'
    """
    return Phrase(message, "", slots)


def counted(one: str, many: str, /, **slots: object) -> Phrase:
    """The text of the message for one or for several, as the slot ``count`` has it.

    >>> counted("{count:,} row", "{count:,} rows", count=1)
    '1 row'
    """
    return Phrase(one, many, slots)


def joined(texts: Sequence[str], mark: str = ", ") -> Phrase:
    """Texts with a mark between them; each is spoken for itself."""
    names = [f"part{at}" for at in range(len(texts))]
    return phrase(mark.join(f"{{{name}}}" for name in names), **dict(zip(names, texts, strict=True)))


def N_(message: str) -> str:  # noqa: N802 (gettext's own name for it)
    """A message that is spoken elsewhere: marks it for the catalogues."""
    return message


def heard(text: str) -> str:
    """The text as the reader of this moment hears it: English, or what :data:`SPEAKER` makes of it."""
    speaker = SPEAKER.get()
    return speaker(text) if speaker else text


def spoken(message: str, /, **slots: object) -> str:
    """The text of a message with these slots as the reader of this moment hears it."""
    return heard(phrase(message, **slots))


def figure(value: float | Decimal, form: str) -> str:
    """A number as the reader of this moment hears it: in English as ``format`` has it."""
    return heard(phrase(f"{{x:{form}}}", x=value))


def packed(text: str) -> str | dict[str, Any]:
    """What JSON holds of a text: a phrase as its English, its message and its slots; any other as it is."""
    return {"text": str(text), **text.as_dict()} if isinstance(text, Phrase) else text


def unpacked(told: Any, text: str = "") -> str:
    """A text of what :func:`packed` wrote; its English may be told beside it."""
    if not isinstance(told, Mapping):
        return str(told or text)
    slots = {name: unpacked(one) if isinstance(one, Mapping) else one for name, one in told["slots"].items()}
    return _carried(str(told.get("text", text)), str(told["message"]), str(told.get("many", "")), slots)


def _carried(text: str, message: str, many: str, slots: Mapping[str, Any]) -> Phrase:
    """A text from elsewhere: its English is taken as it was, and not made again."""
    made = str.__new__(Phrase, text)
    made.message, made.many, made.slots = message, many, slots
    return made


def _safe(value: Any) -> Any:
    """A slot as JSON can hold it: a text, a whole number or a float."""
    if isinstance(value, str | int):
        return value
    if hasattr(value, "__float__"):
        whole = hasattr(value, "__index__")
        number = int(value) if whole else float(value)
        return number if whole or math.isfinite(number) else str(number)
    return str(value)
