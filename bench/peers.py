"""The peers, each in an environment of its own under .bench/, made with whatever interpreter of the right age is found."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).resolve().parents[1] / ".bench"


@dataclass(frozen=True)
class Peer:
    """A package to be measured against.

    Attributes:
        name: the environment's folder.
        module: what is imported.
        packages: what pip installs; versions are the ones that the bars name.
        pythons: versions of Python that it runs on, best first.
    """

    name: str
    module: str
    packages: tuple[str, ...]
    pythons: tuple[str, ...]


LIFETIMES = Peer("lifetimes", "lifetimes", ("lifetimes==0.11.3",), ("3.9", "3.8"))
PYMC = Peer("pymc", "pymc_marketing.clv", ("pymc-marketing==1.3.0",), ("3.12", "3.13"))


class MissingPeerError(Exception):
    """The peer cannot be measured here; the text says why."""


def python_of(peer: Peer) -> Path:
    """The interpreter of the peer's environment, which is made where it is absent."""
    python = HOME / peer.name / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = HOME / peer.name / ".installed"
    if done.exists():
        return python
    base = _interpreter(peer.pythons)
    if base is None:
        wanted = " or ".join(peer.pythons)
        raise MissingPeerError(f"{peer.packages[0]} needs Python {wanted}; none is on PATH, in pyenv or with uv")
    print(f"  installing {peer.packages[0]} into .bench/{peer.name} (once) ...", flush=True)
    shutil.rmtree(HOME / peer.name, ignore_errors=True)
    for command in (
        [str(base), "-m", "venv", str(HOME / peer.name)],
        [str(python), "-m", "pip", "install", "-q", *peer.packages],
    ):
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            raise MissingPeerError(f"{peer.packages[0]} could not be installed: {made.stderr.strip()[-300:]}")
    done.touch()
    return python


def _interpreter(versions: tuple[str, ...]) -> Path | None:
    """A Python of one of these versions: named so on PATH, kept by pyenv, or known to uv."""
    for version in versions:
        candidates = [shutil.which(f"python{version}"), *_pyenv(version), _uv(version)]
        for candidate in candidates:
            if candidate and _is(Path(candidate), version):
                return Path(candidate)
    return None


def _pyenv(version: str) -> list[str]:
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [p for p in root.glob(f"{version}.*") if re.fullmatch(re.escape(version) + r"\.\d+", p.name)]
    return [str(p / "bin" / "python") for p in sorted(found, key=lambda p: int(p.name.rsplit(".", 1)[1]), reverse=True)]


def _uv(version: str) -> str | None:
    uv = shutil.which("uv")
    if uv is None:
        return None
    found = subprocess.run(
        [uv, "python", "find", "--no-python-downloads", version], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or None


def _is(python: Path, version: str) -> bool:
    """Whether it runs and is what its name says (a pyenv shim may be of a version that is switched off)."""
    try:
        told = subprocess.run([str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                              capture_output=True, text=True, check=False)  # fmt: skip
    except OSError:
        return False
    return told.returncode == 0 and told.stdout.strip() == version
