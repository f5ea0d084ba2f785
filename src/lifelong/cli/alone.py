"""A process that runs one command and ends: what that command has no use for is not loaded."""

from __future__ import annotations

import atexit
import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec


class NoPandas:
    """Says that there is no pandas, to whoever asks."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG004 - Python calls finders so
        """Refuse pandas, and leave all else to the finders behind."""
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not used by this command", name=name)
        return None


def without_pandas() -> None:
    """Keep PyArrow from loading pandas, for the rest of the process.

    PyArrow looks for pandas when it makes its first scalar, and where pandas is installed that takes a quarter of the
    time of a fit. It asks once and remembers the answer, so this is only for a process that is ours alone and
    begins here: where PyArrow or pandas are loaded already, somebody else may need both, and nothing is done.
    """
    if not {"pyarrow", "pandas"} & sys.modules.keys():
        sys.meta_path.insert(0, NoPandas)


def collect_rarely() -> None:
    """Look for circular rubbish only once a hundred thousand things were made, and not at the end: the process ends anyway."""
    gc.set_threshold(100_000, 20, 20)
    atexit.register(_leave)


def _leave() -> None:
    """Let the system take the memory back whole. DuckDB, where it was needed, wants its own objects to be counted out."""
    if "_duckdb" not in sys.modules:
        gc.freeze()
