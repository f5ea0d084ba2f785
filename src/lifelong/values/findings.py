"""Findings, and the plain forms that go into JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from lifelong.phrases import Phrase, heard, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a user should know about a result: a code, one sentence, and the figures behind it."""

    code: str
    text: str
    severity: Severity = "warning"
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape: code and text, with severity and facts beside them; and the message of a text with slots."""
        told = {"code": self.code, "text": self.text, "severity": self.severity, "facts": dict(self.facts)}
        return told | ({"said": self.text.as_dict()} if isinstance(self.text, Phrase) else {})

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Self:
        """A finding from its JSON shape."""
        return cls(told["code"], unpacked(told.get("said"), told["text"]), told["severity"], told["facts"])

    def __str__(self) -> str:
        return f"{self.code} {heard(self.text)}"


def plain(value: Any) -> Any:
    """A JSON-safe form: numpy scalars become Python's; nan and infinities become None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.tolist()]
    return value


def to_json(value: Any) -> str:
    """One line of JSON for anything with ``as_dict``."""
    return json.dumps(plain(value.as_dict() if hasattr(value, "as_dict") else value), ensure_ascii=False)
