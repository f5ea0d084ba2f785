"""Rows set aside, the rebuild and files of spend by the pages: counted to the cent, made again the same."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from tests.web.asking import done, root, waited

from lifelong.project import Project

if TYPE_CHECKING:
    from starlette.testclient import TestClient


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
