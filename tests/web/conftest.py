"""One Chromium for each file of tests, and one scored shop for all that need one."""

from __future__ import annotations

import os
import shutil
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have Chromium at {CHROMIUM}")
        pytest.skip("there is no Chromium on this machine")
    with playwright.sync_playwright() as p:
        one = p.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield one
        one.close()


@pytest.fixture(scope="session")
def made_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scored project of 120 customers; copy it, since others read it too."""
    spec = spec_from_file_location("made_shop_serving", Path(__file__).with_name("serving.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Path = module.rich_project(tmp_path_factory.mktemp("made"), 120)
    return made


@pytest.fixture(scope="module")
def shop_copy(made_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the scored project, for one file of tests."""
    return Path(shutil.copytree(made_shop, tmp_path_factory.mktemp("copy") / "shop"))
