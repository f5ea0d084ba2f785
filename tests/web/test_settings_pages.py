"""Settings, erasure, joins, rows set aside and the rebuild, by the pages: what they write, and that nothing is left behind."""

from __future__ import annotations

import html
import json
import re
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from lifelong import config
from lifelong.jobs import VERBS
from lifelong.project import Project
from lifelong.web import nav
from lifelong.web.app import make_app
from lifelong.web.security import Gate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

_SPEC = spec_from_file_location("settings_serving", Path(__file__).with_name("serving.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
serving = module_from_spec(_SPEC)
_SPEC.loader.exec_module(serving)

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


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """An unscored project with all that can be odd."""
    (tmp_path / "odd.csv").write_text(ODD)
    shop = Project(tmp_path / "odd", settings={"currency": "EUR"})
    shop.ingest(tmp_path / "odd.csv", bad_share="90%")
    return tmp_path / "odd"


def client_of(project: Path) -> TestClient:
    headers = {"authorization": f"Bearer {TOKEN}", "accept": "text/html", "accept-language": "en"}
    return TestClient(
        make_app(project, Gate(TOKEN, frozenset({"127.0.0.1"}))), base_url="http://127.0.0.1", headers=headers
    )


@pytest.fixture
def scored(made_shop: Path, tmp_path: Path) -> Iterator[TestClient]:
    """Pages of a copy of the scored shop."""
    import shutil

    with client_of(Path(shutil.copytree(made_shop, tmp_path / "scored"))) as one:
        yield one


@pytest.fixture
def pages(odd: Path) -> Iterator[TestClient]:
    with client_of(odd) as one:
        yield one


def root(client: TestClient) -> Path:
    found: Path = client.app.state.desk.root  # type: ignore[attr-defined] # of FastAPI
    return found


def done(client: TestClient, path: str, data: dict[str, str]) -> str:
    """Send a form, wait for its job, and return the page that tells of it."""
    begun = client.post(path, data=data, follow_redirects=False)
    assert begun.status_code == 303, begun.text
    address = begun.headers["location"]
    job = address.partition("job=")[2].partition("&")[0] or address.rpartition("/")[2]
    client.app.state.desk.queue.wait(job, 120)  # type: ignore[attr-defined] # of FastAPI
    return html.unescape(client.get(address).text)


def waited(client: TestClient, path: str) -> str:
    """A page once all of its answers are there."""
    for _ in range(20):
        text = client.get(path).text
        found = re.search(r'data-job="(\w+)"', text)
        if found is None:
            return text
        client.app.state.desk.queue.wait(found[1], 60)  # type: ignore[attr-defined] # of FastAPI
    raise AssertionError(f"{path} is never done")


# -- settings ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_every_setting_with_what_it_means(pages: TestClient) -> None:
    page = html.unescape(pages.get("/settings").text)
    for row in Project(root(pages)).settings().rows:
        assert row.say in page, row.name
        is_open = row.name in {p.name for p in VERBS["settings"].params} and not row.locked
        assert (f'name="{row.name}"' in page) == is_open, row.name
        if row.locked:
            assert row.locked in page, row.name


def test_a_change_is_written_and_every_answer_after_it_is_new(scored: TestClient) -> None:
    shop, desk = root(scored), scored.app.state.desk  # type: ignore[attr-defined] # of FastAPI
    before = desk.ask("costs", {}, 60).value
    state = desk.answers.state()
    page = done(scored, "/settings", {"margin": "30%", "discount": "10%/year", "keep": "a\r\nb", "currency": "EUR"})
    assert "Written: Gross margin, Further columns to keep." in page
    assert "Value your customers again" in page
    kept = config.read(shop / config.FILE_NAME)
    assert (kept.margin, kept.keep) == ("30%", ("a", "b"))
    assert desk.answers.state() != state
    assert desk.answers.get("costs", {}) is None
    after = desk.ask("costs", {}, 60).value
    revenue = before["revenue"]
    assert before["costs"]["goods"] == pytest.approx(0.6 * revenue, abs=before["orders"])
    assert after["costs"]["goods"] == pytest.approx(0.7 * revenue, abs=before["orders"])
    page = done(scored, "/settings", {"margin": "30%", "keep": "a\nb"})
    assert "Nothing was changed" in page
    assert "Value your customers again" not in page


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"margin": "lots", "name": "New name"}, "E301"),
        ({"discount": "10"}, "E301"),
        ({"horizon": "soon"}, "E301"),
        ({"level": "profit"}, "E302"),
        ({"model": "pareto"}, "E302"),
        ({"bad_share": ""}, "E301"),
        ({"payment_fixed": "0.305"}, "E301"),
        ({"aliases": "fb is facebook"}, "E377"),
        ({"scenarios": "lean: acquisition"}, "E415"),
        ({"scenarios": "lean: luck=2"}, "E412"),
        ({"timezone": "Europe/Warsaw"}, "E305"),
        ({"currency": "USD"}, "E305"),
        ({"pseudonyms": "true"}, "E305"),
    ],
)
def test_what_no_verb_could_use_is_refused_and_nothing_is_written(
    pages: TestClient, told: dict[str, str], code: str
) -> None:
    path = root(pages) / config.FILE_NAME
    was = path.read_bytes()
    page = done(pages, "/settings", told)
    assert f"<small>{code}</small>" in page
    assert f"lifelong.toml, {next(iter(told))}" in page
    assert path.read_bytes() == was
    assert Project(root(pages)).settings().as_dict()["changed"] == []


def test_no_page_and_no_program_names_a_file(pages: TestClient) -> None:
    pages.post("/settings", data={"product_costs": "../../etc/passwd"})
    told = {"product_costs": "x.csv"}
    assert pages.post("/api/v1/settings", json=told, headers={"accept": "application/json"}).status_code == 422
    assert Project(root(pages)).config.product_costs == ""


def test_the_verb_is_the_same_by_rest(pages: TestClient) -> None:
    headers = {"prefer": "wait=30", "accept": "application/json"}
    answer = pages.post("/api/v1/settings", json={"margin": "40%", "aliases": ["nl=email"]}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["changed"] == ["margin", "aliases"]
    assert answer.json() == {**Project(root(pages)).settings().as_dict(), "changed": ["margin", "aliases"]}
    refused = pages.post("/api/v1/settings", json={"timezone": "Europe/Paris"}, headers=headers)
    assert set(refused.json()["error"]) == {"code", "where", "why", "fix", "said"}


# -- erasure ----------------------------------------------------------------------------------------------------------


def holding(project: Path, word: str) -> list[Path]:
    """Files of the project that hold the word in their bytes, their decompressed rows, or their names."""
    found = []
    for path in project.rglob("*"):
        if word.lower() in path.name.lower():
            found.append(path)
        if path.is_file():
            text = path.read_bytes().decode("latin-1")
            if path.suffix == ".parquet":
                text += json.dumps(pq.read_table(path).to_pydict(), default=str, ensure_ascii=False)
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as packed:
                    text += "".join(packed.read(name).decode("latin-1") for name in packed.namelist())
            found += [path] * (word.lower() in text.lower())
    return found


def test_of_who_is_erased_nothing_is_left_anywhere(scored: TestClient) -> None:
    shop, who = root(scored), "K0007"
    project = Project(shop)
    for path in PATHS:
        waited(scored, path)
    assert who in waited(scored, f"/customers/{who}")
    waited(scored, f'/segments?rule=customer_id = "{who}"')
    project.keep_rule(f'customer_id = "{who}"', "Only one")
    project.keep_rule("value >= 1", "Some")
    asked = {"prefer": "wait=60", "accept": "application/json"}
    assert scored.post("/api/v1/customer", json={"customer": who}, headers=asked).status_code == 200
    scored.post("/import/file", files={"file": ("more.csv", f"customer_id,date,total\n{who},2026-01-01,5\n".encode())})
    done(scored, "/exports/make", {"what": "scores", "format": "xlsx"})
    done(scored, "/exports/make", {"what": "orders", "format": "csv"})
    done(scored, "/reports/make", {"kind": "full", "format": "html", "lang": "en"})
    assert {path.parent.name for path in holding(shop, who)} >= {
        "landing", "scores", "segments", "exports", "answers",
    }  # fmt: skip
    before = project.status().facts["customers"]
    page = html.unescape(scored.get(f"/forget?customer={who}").text)
    assert "orders.csv" in page
    assert "removed, since they were made with the customer" in page
    page = done(scored, "/forget", {"customer": who, "again": who})
    assert "A customer is erased" in page
    assert who not in page
    rows = re.search(r'data-key="rows">([\d,]+)<', page)
    assert rows is not None
    receipt = json.loads(next((shop / "receipts").glob("*.json")).read_bytes())
    assert rows[1] == f"{receipt['rows_removed']:,}"
    assert holding(shop, who) == []
    assert [rule.name for rule in project.segments().rules] == ["Some"]
    assert project.status().facts["customers"] == before - 1
    # nothing of it comes back by asking again, nor from what the server remembers
    assert "went wrong" in waited(scored, f"/customers/{who}")
    jobs = scored.get("/api/v1/jobs", headers={"accept": "application/json"}).text
    assert who not in jobs
    again = done(scored, "/forget", {"customer": who, "again": who})
    assert "E501" in again
    assert who not in again
    assert holding(shop, who) == []


def test_after_an_erasure_every_page_shows_what_it_has(scored: TestClient) -> None:
    for path in PATHS:
        waited(scored, path)
    done(scored, "/forget", {"customer": "K0011", "again": "K0011"})
    for path in [*PATHS, "/customers/K0012"]:
        answer = scored.get(path)
        assert answer.status_code in (200, 404), path
        assert "<h1" in answer.text, path
        text = waited(scored, path)
        assert "E900" not in text, path
        assert "K0011" not in text, path


def test_the_id_has_to_be_typed_again(pages: TestClient) -> None:
    before = (root(pages) / "landing" / "manifest.json").read_bytes()
    for told in ({"customer": "K0001", "again": "K0002"}, {"customer": "", "again": ""}, {}):
        answer = pages.post("/forget", data=told)
        assert answer.status_code == 422
        assert "E524" in answer.text
    assert (root(pages) / "landing" / "manifest.json").read_bytes() == before


# -- joins ------------------------------------------------------------------------------------------------------------


def test_who_was_joined_is_shown_with_its_evidence_and_can_be_parted(pages: TestClient) -> None:
    page = html.unescape(waited(pages, "/identity"))
    assert "2 ids were joined to others; 2 customers are left" in page
    assert "guest with an account's e-mail" in page
    assert "c@example.org" in page
    page = done(pages, "/identity/undo", {"alias": "K0003"})
    assert "They are parted" in page
    page = html.unescape(waited(pages, "/identity"))
    assert "1 id was joined to another; 3 customers are left" in page
    assert "These stay apart" in page
    assert Project(root(pages)).merges().undone == ("K0003",)
    refused = done(pages, "/identity/undo", {"alias": "nobody"})
    assert "E501" in refused
    assert not [path for path in holding(root(pages), "nobody") if path.parent.name in ("jobs", "answers")]


def test_many_joins_come_in_pages(tmp_path: Path) -> None:
    lines = ["customer_id,email,date,total"]
    for number in range(60):
        lines += [
            f"A{number:03d},p{number}@example.org,2026-01-01,5",
            f"B{number:03d},p{number}@example.org,2026-02-01,5",
        ]
    (tmp_path / "o.csv").write_text("\n".join(lines))
    shop = Project(tmp_path / "many", settings={"currency": "EUR"})
    shop.ingest(tmp_path / "o.csv")
    told = [shop.joined(start=start, most=25) for start in (0, 25, 50)]
    assert [len(one.rows) for one in told] == [25, 25, 10]
    assert {row.alias: row.evidence for one in told for row in one.rows} == {
        f"B{number:03d}": (f"p{number}@example.org",) for number in range(60)
    }
    with client_of(tmp_path / "many") as client:
        first, second = waited(client, "/identity"), waited(client, "/identity?page=2")
    assert "A049" in first
    assert "A050" not in first
    assert "A050" in second


# -- rows set aside, rebuild ------------------------------------------------------------------------------------------


def test_rows_that_were_set_aside_are_counted_by_reason_to_the_cent(pages: TestClient) -> None:
    page = html.unescape(waited(pages, "/quarantine"))
    assert "3 rows are set aside, with €40.00" in page
    assert "=cmd()" in page
    only = html.unescape(waited(pages, "/quarantine?reason=invalid+date"))
    assert "2026-13-09" in only
    assert "=cmd()" not in only
    told = Project(root(pages)).quarantine()
    assert [(one.reason, one.rows, one.money) for one in told.reasons] == [
        ("invalid amount", 1, 0), ("invalid date", 1, 2000), ("no customer", 1, 2000),
    ]  # fmt: skip
    check = Project(root(pages)).check()
    assert sum(one.rows for one in told.reasons) == check.quarantined == len(told.rows)
    page = done(pages, "/exports/make", {"what": "quarantine", "format": "csv"})
    name = re.search(r'href="(/exports/quarantine[^"]*)"', page)
    assert name is not None
    text = pages.get(name[1]).text
    assert "'=cmd()" in text
    assert ",=cmd()" not in text


def test_a_project_without_bad_rows_says_so(scored: TestClient) -> None:
    assert "No row was set aside" in waited(scored, "/quarantine")
    assert "every id is a customer" in waited(scored, "/identity")


def test_a_rebuild_gives_the_same_content(pages: TestClient) -> None:
    was = Project(root(pages)).status().facts["content"]
    page = done(pages, "/import/rebuild", {})
    assert "hold the same" in page
    assert re.findall(r'data-key="content[^"]*">(\w+)<', page) == [was, was]


# -- spend ------------------------------------------------------------------------------------------------------------


def test_a_file_of_spend_is_mapped_by_hand_and_reconciles_to_the_cent(pages: TestClient) -> None:
    data = b"when_it_was;where;outlay\n2026-01-01;google;5,05\n2026-01-02;google;7,10\nnever;google;1,00\n"
    sent = pages.post("/import/file", files={"file": ("ads.csv", data)}, follow_redirects=False)
    address = sent.headers["location"]
    upload = address.partition("upload=")[2]
    page = html.unescape(pages.get(f"{address}&kind=spend").text)
    assert "E361" in page
    mapping = {
        "kind": "spend", "upload": upload, "name-0": "when_it_was", "as-0": "date", "name-1": "where", "as-1": "channel",
        "name-2": "outlay", "as-2": "cost", "currency": "EUR",
    }  # fmt: skip
    refused = done(pages, "/import/read", mapping)
    assert "E366" in refused
    page = done(pages, "/import/read", {**mapping, "bad_share": "50%"})
    cells = dict(re.findall(r'data-key="((?:rows|money)-\w+)">([^<]+)<', page))
    assert (cells["rows-in"], cells["rows-kept"], cells["rows-quarantined"]) == ("3", "2", "1")
    assert (cells["money-in"], cells["money-kept"], cells["money-quarantined"]) == ("€13.15", "€12.15", "€1.00")
    assert Project(root(pages)).status().facts["spend"] == "12.15 EUR"


def test_whose_report_it_is_is_said(pages: TestClient) -> None:
    data = (
        b"Campaign report\nAll time\nDay,Campaign,Campaign status,Currency code,Cost,Avg. CPC\n"
        b"2026-01-01,Brand,Enabled,EUR,5.00,0.50\n"
    )
    sent = pages.post("/import/file", files={"file": ("google.csv", data)}, follow_redirects=False)
    page = pages.get(sent.headers["location"]).text
    assert 'data-key="platform">Google Ads<' in page
    upload = sent.headers["location"].partition("upload=")[2]
    rows = re.findall(r'name="name-(\d+)" value="([^"]*)"><select.*?</select>', page)
    chosen = re.findall(r'<select name="as-(\d+)".*?</select>', page)
    assert len(rows) == len(chosen) == 6
    form = {"kind": "spend", "upload": upload} | {f"name-{number}": name for number, name in rows}
    for number, options in re.findall(
        r'<select name="as-(\d+)"(.*?)</select>', page
    ):  # as the page itself would send it
        picked = re.search(r'value="(\w*)" selected', options)
        form[f"as-{number}"] = picked[1] if picked else ""
    assert [form[f"as-{number}"] for number, _ in rows] == ["date", "campaign", "", "currency", "cost", ""]
    page = done(pages, "/import/read", form)
    assert "A report of Google Ads." in page


# -- in the browser ---------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_a_tour_from_a_customer_to_the_receipt(made_shop: Path, tmp_path: Path, browser: Browser) -> None:
    import shutil

    shop = Path(shutil.copytree(made_shop, tmp_path / "tour"))
    with serving.serving(shop) as server:
        page = browser.new_context(viewport={"width": 360, "height": 800}).new_page()
        page.goto(server.entry)
        page.goto(f"{server.base}/customers/K0005")
        page.locator('a[href*="/forget"]').click(timeout=60_000)
        page.get_by_label("Type the id to confirm").fill("K0005")
        page.get_by_role("button", name="Erase for good").click()
        page.get_by_role("heading", name="A customer is erased").wait_for(timeout=60_000)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.goto(f"{server.base}/segments")
        page.get_by_role("heading", name="your customers are not valued yet").wait_for()
        page.context.close()
    assert holding(shop, "K0005") == []


@pytest.mark.browser
def test_settings_are_changed_without_scripts(made_shop: Path, tmp_path: Path, browser: Browser) -> None:
    import shutil

    shop = Path(shutil.copytree(made_shop, tmp_path / "noscript"))
    with serving.serving(shop) as server:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(server.entry)
        page.goto(f"{server.base}/settings")
        page.get_by_label("Gross margin", exact=True).fill("25%")
        page.get_by_role("button", name="Write the settings").click()
        page.get_by_text("Written: Gross margin.").wait_for(timeout=30_000)
        page.context.close()
    assert config.read(shop / config.FILE_NAME).margin == "25%"
