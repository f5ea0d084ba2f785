"""Where opportunities are sought: a project's folder, and how commands and amounts name it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifelong.units import minor_digits

if TYPE_CHECKING:
    from lifelong.project.folder import Folder


@dataclass(frozen=True, slots=True)
class Place:
    """The project that is looked at: its folder, and how a command names it."""

    folder: Folder

    @property
    def flag(self) -> str:
        """``--project DIR``, as a shell reads it."""
        return f"--project {shlex.quote(str(self.folder.root))}"

    @property
    def unit(self) -> float:
        """Minor units of a major one."""
        return 10.0 ** minor_digits(self.folder.currency)
