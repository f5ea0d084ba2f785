"""The simulated shop, shared by this folder's tests."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType


def load_shop() -> ModuleType:
    """The module shop.py, which stands beside this file and is no test."""
    name = "report_test_shop"
    if name not in sys.modules:
        spec = spec_from_file_location(name, Path(__file__).with_name("shop.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def shop() -> ModuleType:
    return load_shop()


@pytest.fixture(scope="session")
def page(shop: ModuleType) -> str:
    """The whole report of a shop of 1,200 customers."""
    from lifelong.report.html import render

    return render(shop.report_of(1200, truth=shop.TRUTH))
