"""Pages of a project without a browser: asked, sent forms to, and waited for; and a project with all that can be odd."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from starlette.testclient import TestClient

from lifelong.project import Project
from lifelong.web import nav
from lifelong.web.app import make_app
from lifelong.web.security import Gate

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "t" * 32
PATHS = [entry.path for _, entries in nav.GROUPS for entry in entries]
PATHS += ["/identity", "/quarantine", "/forget"]
#: Orders of which three rows cannot be used; a guest who has an account, and two accounts with one e-mail.
ODD = """order_id,customer_id,email,date,total,product
1,K0001,anna@example.org,2026-01-05,10.00,lamp
2,anna@example.org,anna@example.org,2026-01-09,20.00,lamp
3,,,2026-01-09,20.00,lamp
4,K0002,b@example.org,2026-13-09,20.00,lamp
5,K0003,c@example.org,2026-01-09,abc,=cmd()
6,K0004,c@example.org,2026-01-19,5.50,lamp
7,K0003,c@example.org,2026-02-09,12.00,mug
"""


def odd_project(folder: Path) -> Path:
    """An unscored project with all that can be odd."""
    (folder / "odd.csv").write_text(ODD)
    shop = Project(folder / "odd", settings={"currency": "EUR"})
    shop.ingest(folder / "odd.csv", bad_share="90%")
    return folder / "odd"


def client_of(project: Path) -> TestClient:
    headers = {"authorization": f"Bearer {TOKEN}", "accept": "text/html", "accept-language": "en"}
    return TestClient(
        make_app(project, Gate(TOKEN, frozenset({"127.0.0.1"}))), base_url="http://127.0.0.1", headers=headers
    )


def root(client: TestClient) -> Path:
    found: Path = client.app.state.desk.root
    return found


def done(client: TestClient, path: str, data: dict[str, str]) -> str:
    """Send a form, wait for its job, and return the page that tells of it."""
    begun = client.post(path, data=data, follow_redirects=False)
    assert begun.status_code == 303, begun.text
    address = begun.headers["location"]
    job = address.partition("job=")[2].partition("&")[0] or address.rpartition("/")[2]
    client.app.state.desk.queue.wait(job, 120)
    return html.unescape(client.get(address).text)


def waited(client: TestClient, path: str) -> str:
    """A page once all of its answers are there."""
    for _ in range(20):
        text = client.get(path).text
        found = re.search(r'data-job="(\w+)"', text)
        if found is None:
            return text
        client.app.state.desk.queue.wait(found[1], 60)
    raise AssertionError(f"{path} is never done")
