"""One Chromium for each file of tests, and one scored shop for all that need one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.web import serving
from tests.web.asking import client_of, odd_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser
    from starlette.testclient import TestClient

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
    made: Path = serving.rich_project(tmp_path_factory.mktemp("made"), 120)
    return made


@pytest.fixture(scope="module")
def shop_copy(made_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the scored project, for one file of tests."""
    return Path(shutil.copytree(made_shop, tmp_path_factory.mktemp("copy") / "shop"))


@pytest.fixture
def scored(made_shop: Path, tmp_path: Path) -> Iterator[TestClient]:
    """Pages of a copy of the scored shop."""
    with client_of(Path(shutil.copytree(made_shop, tmp_path / "scored"))) as one:
        yield one


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[TestClient]:
    with client_of(odd_project(tmp_path)) as one:
        yield one
