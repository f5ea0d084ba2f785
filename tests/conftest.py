"""What all tests share: the real data sets, which lie beside the checkout and are never copied into it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets; absent on a stranger's machine, and then the test says so."""
    if not DATA.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have the real data sets beside the checkout, in ../shared/data")
        pytest.skip("the real data sets are not beside this checkout (../shared/data)")
    return DATA
