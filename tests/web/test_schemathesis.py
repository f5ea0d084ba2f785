"""PROMISE 37: schemathesis over the OpenAPI document finds nothing: no 5xx, and every answer is as it was declared."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from lifelong.web.app import make_app
from lifelong.web.security import Gate

if TYPE_CHECKING:
    from collections.abc import Iterator

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

TOKEN = "a-token-of-the-tests-0123456789"


def _serving() -> Any:
    spec = spec_from_file_location("schemathesis_serving", Path(__file__).with_name("serving.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    project = _serving().rich_project(tmp_path_factory.mktemp("fuzzed"), 120)
    headers = {"authorization": f"Bearer {TOKEN}"}
    gate = Gate(TOKEN)
    gate.is_right = lambda told: told == TOKEN  # type: ignore[method-assign] # no count: wrong tokens are tried on purpose
    with TestClient(make_app(project, gate), base_url="http://127.0.0.1", headers=headers) as one:
        yield one
