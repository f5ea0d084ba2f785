"""Arguments of verbs: of which kind, how long, and how each is read from what a stranger sends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_Many = TypeVar("_Many", dict[Any, Any], list[Any])
Kind = Literal["text", "number", "flag", "choice", "map", "list", "upload"]
#: The longest text that an argument may be: a name, a horizon, a list of shares.
LONGEST = 200
#: So many texts a map or a list may hold.
MANY = 100
#: Signs that no argument holds: control signs, line ends, and those that turn the direction of reading.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Param:
    """One argument of a verb.

    Attributes:
        name: as in Python.
        kind: ``text``, ``number``, ``flag``, ``choice`` (of ``choices``), ``map`` and ``list`` of texts, or ``upload``
            (the id of an uploaded file).
        say: what it means, in a line.
        default: what the verb takes where nothing is told.
        longest: how many signs a text may have.
        is_needed: that it must be told.
        is_personal: that it names a customer; no record of a job keeps it.
    """

    name: str
    kind: Kind
    say: str
    choices: tuple[str, ...] = ()
    default: Any = ""
    longest: int = LONGEST
    is_needed: bool = False
    is_personal: bool = False


def read(param: Param, value: Any) -> Any:
    """What was told, as the argument's kind; ValueError or TypeError where it is none."""
    return _READ[param.kind](param, value)


def _read_text(param: Param, value: Any) -> str:
    if not isinstance(value, str) or len(value) > param.longest or _UNSEEN.search(value):
        raise ValueError
    return value.strip()


def _read_number(_: Param, value: Any) -> float | str:
    if isinstance(value, bool):
        raise TypeError
    return "" if value == "" else _finite(float(value))


def _finite(number: float) -> float:
    if number != number or abs(number) > 1e15:
        raise ValueError
    return number


def _read_flag(_: Param, value: Any) -> bool:
    if value in (True, "true", "1", "on"):
        return True
    if value in (False, "false", "0", ""):
        return False
    raise ValueError


def _read_choice(param: Param, value: Any) -> str:
    if value not in param.choices:
        raise ValueError
    return str(value)


def _read_map(param: Param, value: Any) -> dict[str, str]:
    return {_read_text(param, k): _read_text(param, v) for k, v in sorted(_few(dict(value)).items())}


def _read_list(param: Param, value: Any) -> list[str]:
    if isinstance(value, str):
        raise TypeError
    return [_read_text(param, one) for one in _few(list(value))]


def _few(told: _Many) -> _Many:
    if len(told) > MANY:
        raise ValueError
    return told


def _read_upload(_: Param, value: Any) -> str:
    if not isinstance(value, str) or len(value) != 16 or set(value) - set("0123456789abcdef"):
        raise ValueError
    return value


_READ: Mapping[Kind, Callable[[Param, Any], Any]] = {
    "text": _read_text,
    "number": _read_number,
    "flag": _read_flag,
    "choice": _read_choice,
    "map": _read_map,
    "list": _read_list,
    "upload": _read_upload,
}
