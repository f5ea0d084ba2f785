"""Write the locked requirements: names, versions and hashes, and nothing about where they were fetched.

Run by `make lock`. What is locked comes from pyproject.toml alone. Releases younger than the cooldown are not
taken: a hijacked release is usually found within days.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COOLDOWN = timedelta(days=7)
HEADER = "# Made by `make lock` from pyproject.toml: every name with version and hashes. Do not edit.\n"


def wanted(extras: tuple[str, ...], groups: tuple[str, ...]) -> list[str]:
    """The requirements of pyproject.toml, with references to the package itself resolved to its extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    optional = project["project"].get("optional-dependencies", {})
    found = list(project["project"]["dependencies"]) + list(project["build-system"]["requires"]) + ["editables>=0.5"]
    for requirement in [r for g in groups for r in project["dependency-groups"][g]]:
        own = re.fullmatch(r"lifelong\[([\w,\s-]+)\]", requirement)
        found += [r for e in own[1].split(",") for r in optional[e.strip()]] if own else [requirement]
    return sorted({*found, *(r for e in extras for r in optional[e])})


def clean_environment() -> dict[str, str]:
    """The environment without any package-index setting, so that hashes are the default index's."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_"))}
    return kept | {"PIP_CONFIG_FILE": os.devnull}


def write(name: str, requirements: list[str], constraint: Path | None = None) -> None:
    """Resolve for every platform and Python from 3.11 on, and write the file."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent) + os.pathsep + os.environ.get("PATH", ""))
    if uv is None:
        sys.exit("uv is not installed: python -m pip install uv")
    newest = (datetime.now(UTC) - COOLDOWN).strftime("%Y-%m-%dT00:00:00Z")
    command = [uv, "pip", "compile", "--no-config", "--universal", "--python-version", "3.11", "--generate-hashes"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--no-header", "--quiet"]
    command += ["--no-strip-extras"]  # pip up to 23.2 takes name[extra] for unpinned where only the bare name is pinned
    command += ["--exclude-newer", newest]
    command += ["--constraint", str(constraint)] if constraint else []
    made = subprocess.run(  # noqa: S603 - a fixed command
        [*command, "-"],
        input="\n".join(requirements),
        text=True,
        capture_output=True,
        env=clean_environment(),
        check=False,
    )
    if made.returncode:
        sys.exit(made.stderr)
    (ROOT / name).write_text(HEADER + made.stdout, encoding="utf-8")
    count = len(re.findall(r"^[A-Za-z0-9]", made.stdout, re.M))
    sys.stdout.write(f"{name}: {count} packages, none newer than {newest[:10]}\n")


if __name__ == "__main__":
    everything = ROOT / "requirements.lock.txt"
    write(everything.name, wanted(("xlsx", "notebook"), ("dev",)))
    write("requirements-run.lock.txt", wanted(("xlsx", "web"), ()), everything)
    write(
        "requirements-engines.lock.txt",
        wanted(("xlsx", "notebook", "spark", "grocer"), ("dev",)),
        everything,
    )
