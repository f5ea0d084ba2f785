"""Reports of advertising spend: each trap of the platforms' files is a test."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.sources.reports import ENGLISH, FRENCH, GERMAN, META, NEUTRAL, TIKTOK, project, written

from lifelong.errors import ConfigError, DataError
from lifelong.sources import ads, ads_range
from lifelong.units import day_of

if TYPE_CHECKING:
    from pathlib import Path


def test_google_in_english_leaves_its_totals_out_and_reads_dashes_and_thousands(tmp_path: Path) -> None:
    shop = project(tmp_path)
    report = shop.spend(written(tmp_path, ENGLISH))
    assert report.origin == "google_ads"
    assert report.rows == {"kept": 3, "totals": 2, "quarantined": 0, "older": 0}
    assert report.cost == {"kept": 133446, "totals": 266892, "quarantined": 0, "older": 0}
    assert report.channels == {"paid search": 133446, "paid shopping": 0}
    assert report.unread == ("CTR", "Search impr. share")
    assert {f.code for f in report.findings} == {"F361", "F364"}  # totals left out; one cost is not there
    rows = shop.spend_table().to_pylist()
    assert [(r["day"], r["campaign"], r["cost"], r["impressions"], r["clicks"]) for r in rows] == [
        (day_of("2025-01-01"), "Brand", 123456, 12345, 120),
        (day_of("2025-01-02"), "Brand", 9990, 900, 9),
        (day_of("2025-01-02"), "Shelf", 0, 0, 0),
    ]
    assert [(r["conversions"], r["conversion_value"]) for r in rows] == [(3.0, 45000), (0.5, 7500), (0.0, 0)]
    assert {(r["source"], r["medium"], r["purpose"]) for r in rows} == {("google", "cpc", "acquisition")}


def test_the_cost_is_the_file_s_own_to_the_cent(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(ENGLISH.split("\n", 2)[2])))
    own = [r for r in rows if not r["Day"].startswith("Total")]
    whole = sum(Decimal(r["Cost"].replace(",", "").replace("--", "0").strip()) for r in own)
    shop = project(tmp_path)
    report = shop.spend(written(tmp_path, ENGLISH))
    assert Decimal(report.cost["kept"]) / 100 == whole
    assert shop.spend().cost == report.cost["kept"] == sum(shop.spend_table()["cost"].to_pylist())


def test_totals_are_found_in_whichever_column_names_them(tmp_path: Path) -> None:
    lines = ENGLISH.replace("Day,Campaign,", "Day,Campaign,Campaign status,").splitlines()
    moved = [*lines[:3]]
    for line in lines[3:]:
        day, name, rest = line.split(",", 2)
        moved.append(f" --,--,{day},{rest}" if day.startswith("Total") else f"{day},{name},Enabled,{rest}")
    report = project(tmp_path).spend(written(tmp_path, "\n".join(moved) + "\n"))
    assert report.rows["totals"] == 2


def test_a_campaign_that_only_sounds_like_a_total_is_kept(tmp_path: Path) -> None:
    report = project(tmp_path).spend(written(tmp_path, ENGLISH.replace("Shelf", "Total look")))
    assert report.rows["kept"] == 3


def test_a_total_that_is_not_the_sum_is_told(tmp_path: Path) -> None:
    report = project(tmp_path).spend(
        written(tmp_path, ENGLISH.replace("2025-01-02,Brand,Search,EUR,99.90", "2025-01-02,Brand,Search,EUR,9.90"))
    )
    (told,) = [f for f in report.findings if f.code == "F362"]
    assert told.facts == {"difference": 9000}
    assert "1,334.46 EUR" in told.text
    assert "1,244.46 EUR" in told.text


def test_google_in_german_without_days_is_refused_unless_spread_is_asked(tmp_path: Path) -> None:
    path, shop = written(tmp_path, GERMAN, encoding="utf-16"), project(tmp_path)
    with pytest.raises(DataError) as problem:
        shop.spend(path)
    assert problem.value.code == "E362"
    assert "--spread" in problem.value.fix
    assert shop.status().facts["rows"] == 0
    report = shop.spend(path, spread=True)
    assert report.cost["kept"] == 133446
    assert (report.first_day, report.last_day) == ("2025-01-01", "2025-01-31")
    rows = [r for r in shop.spend_table().to_pylist() if r["campaign"] == "Marke"]
    assert len(rows) == 31
    assert {r["cost"] for r in rows} == {322, 323}
    assert sum(r["cost"] for r in rows) == 9990
    assert sum(r["impressions"] for r in rows) == 900


def test_a_report_of_all_time_has_no_range_to_spread_over(tmp_path: Path) -> None:
    path, shop = (
        written(tmp_path, GERMAN.replace('"1. Januar 2025 - 31. Januar 2025"', "Gesamter Zeitraum")),
        project(tmp_path),
    )
    with pytest.raises(DataError, match="2 of 3 rows say no day") as problem:
        shop.spend(path, spread=True)
    assert problem.value.code == "E362"
    assert "--from" in problem.value.fix
    assert shop.spend(path, spread=True, first="2025-01-01", last="2025-03-31").last_day == "2025-03-31"
    one = shop.spend(path, first="2025-01-01")  # a range of one day needs no spreading
    assert (one.first_day, one.last_day) == ("2025-01-01", "2025-01-01")
    with pytest.raises(ConfigError, match="comes before"):
        shop.spend(path, first="2025-02-01", last="2025-01-01")


def test_google_in_french_as_tabs_in_utf_16(tmp_path: Path) -> None:
    report = project(tmp_path).spend(written(tmp_path, FRENCH, "fr.csv", "utf-16"))
    assert (report.origin, report.cost["kept"], report.rows["totals"]) == ("google_ads", 133446, 1)


def test_amounts_that_can_be_read_in_two_ways_follow_the_headers_language(tmp_path: Path) -> None:
    text = (
        GERMAN.replace("99,90", "1.000")
        .replace("1.234,56", "1.234")
        .replace("1.334,46", "2.234")
        .replace("3,00", "3")
        .replace("0,50", "1")
        .replace("3,50", "4")
    )
    shop = project(tmp_path)
    report = shop.spend(written(tmp_path, text), spread=True)
    assert report.cost["kept"] == 223400
    assert any(f.code == "F364" and "(de) decides" in f.text for f in report.findings)
    plain = "date,channel,cost\n2025-01-01,radio,1.234\n"  # nobody's language
    with pytest.raises(DataError) as problem:
        shop.spend(written(tmp_path, plain, "plain.csv"))
    assert problem.value.code == "E108"
    assert shop.spend(tmp_path / "plain.csv", columns={"cost": "cost:,"}).cost["kept"] == 123400


def test_days_that_can_be_read_in_two_ways_follow_the_headers_language(tmp_path: Path) -> None:
    shop = project(tmp_path)
    german = GERMAN.replace("Kampagnenstatus", "Tag").replace("Aktiviert", "02/01/2025")
    report = shop.spend(written(tmp_path, german))
    assert (report.first_day, report.cost["kept"]) == ("2025-01-02", 133446)
    english = ENGLISH.replace("2025-01-01", "02/01/2025").replace("2025-01-02", "02/01/2025")
    with pytest.raises(DataError) as problem:
        shop.spend(written(tmp_path, english, "en.csv"))
    assert problem.value.code == "E107"
    assert shop.spend(tmp_path / "en.csv", columns={"date": "Day:mdy"}).first_day == "2025-02-01"


def test_meta_s_unnamed_first_row_is_a_total_and_its_header_names_the_currency(tmp_path: Path) -> None:
    shop = project(tmp_path)
    report = shop.spend(written(tmp_path, META))
    assert (report.origin, report.currency) == ("meta_ads", "EUR")
    assert report.cost == {"kept": 150075, "totals": 150075, "quarantined": 0, "older": 0}
    assert "'(no name)' 1,500.75 EUR" in str(report.findings[0])
    # results are conversions only where their indicator says so
    assert [r["conversions"] for r in shop.spend_table().to_pylist()] == [10.0, None]


def test_meta_s_total_is_known_where_ads_are_named_and_no_campaign(tmp_path: Path) -> None:
    report = project(tmp_path).spend(written(tmp_path, META.replace("Campaign name", "Ad name")))
    assert report.cost["kept"] == report.cost["totals"] == 150075


@pytest.mark.parametrize(
    "header",
    [
        "Inicio del informe,Fin del informe,Nombre de la campaña,Importe gastado (EUR)",
        "Berichtsstart,Berichtsende,Kampagnenname,Ausgegebener Betrag (EUR)",
        "Début des rapports,Fin des rapports,Nom de la campagne,Montant dépensé (EUR)",
        "Początek raportowania,Koniec raportowania,Nazwa kampanii,Wydana kwota (EUR)",
        "Дата начала отчетности,Дата окончания отчетности,Название кампании,Потраченная сумма (EUR)",
    ],
)
def test_meta_in_other_languages(tmp_path: Path, header: str) -> None:
    report = project(tmp_path).spend(
        written(tmp_path, f'{header}\n2025-01-05,2025-01-05,A,"12,50"\n2025-01-05,2025-01-05,,"12,50"\n')
    )
    assert (report.origin, report.cost["kept"], report.cost["totals"], report.first_day) == (
        "meta_ads",
        1250,
        1250,
        "2025-01-05",
    )


@pytest.mark.parametrize("column", ["Campaign ID", "Campaign name"])
def test_numbers_that_a_spreadsheet_has_rounded_are_refused(tmp_path: Path, column: str) -> None:
    text = f"Reporting starts,Reporting ends,{column},Amount spent (EUR)\n2025-01-01,2025-01-01,1.20253E+17,10\n"
    with pytest.raises(DataError, match="spreadsheet has rounded") as problem:
        project(tmp_path).spend(written(tmp_path, text))
    assert problem.value.code == "E364"


def test_tiktok_is_spread_over_each_row_s_own_days(tmp_path: Path) -> None:
    shop, path = project(tmp_path), written(tmp_path, TIKTOK)
    with pytest.raises(DataError, match="several days"):
        shop.spend(path)
    report = shop.spend(path, spread=True)
    assert (report.origin, report.rows["totals"]) == ("tiktok_ads", 1)
    assert shop.spend_table()["cost"].to_pylist() == [3334, 3333, 3333]
    assert any("names no currency" in f.text for f in report.findings)


def test_the_neutral_form_is_ga4_s_cost_import_with_currency_and_purpose(tmp_path: Path) -> None:
    shop = project(tmp_path)
    report = shop.spend(written(tmp_path, NEUTRAL))
    assert report.origin == "ga4"
    told = {(r["channel"], r["purpose"], r["campaign"]): r["cost"] for r in shop.spend_table().to_pylist()}
    assert told == {
        ("paid search", "acquisition", "brand"): 1250, ("email", "retention", "jan"): 500,
        ("paid social", "acquisition", "8"): 0, ("unknown", "acquisition", ""): 100,
    }  # fmt: skip


def test_a_plain_table_by_month_is_spread_over_the_month(tmp_path: Path) -> None:
    text = "month,channel,cost\n2024-02,television,290.00\n2024-12,television,31.00\n"
    shop = project(tmp_path)
    report = shop.spend(written(tmp_path, text), spread=True)
    assert (report.origin, report.first_day, report.last_day) == ("file", "2024-02-01", "2024-12-31")
    assert [r["cost"] for r in shop.spend_table().to_pylist()] == [1000] * 29 + [100] * 31


def test_currencies_need_rates_and_contradictions_are_refused(tmp_path: Path) -> None:
    dollars = written(tmp_path, META.replace("EUR", "USD"))
    shop = project(tmp_path)
    with pytest.raises(DataError, match="another currency") as problem:
        shop.spend(dollars)
    assert problem.value.code == "E105"
    assert shop.spend(dollars, rates={"USD": "0.9"}).cost["kept"] == 135067  # 900.45 and 450.225, half to even
    with pytest.raises(DataError) as problem:
        shop.spend(dollars, currency="EUR")
    assert problem.value.code == "E363"
    signs = "date,channel,cost\n2025-01-01,radio,$5.00\n2025-01-02,radio,$6.00\n"
    with pytest.raises(DataError, match="another currency"):
        shop.spend(written(tmp_path, signs, "signs.csv"))
    euros = shop.spend(written(tmp_path, signs.replace("$", "€"), "euros.csv"))
    assert euros.cost["kept"] == 1100


def test_a_project_without_a_currency_takes_the_file_s(tmp_path: Path) -> None:
    shop = project(tmp_path, "")
    several = written(tmp_path, NEUTRAL.replace("5.00,EUR", "5.00,USD"))
    with pytest.raises(DataError, match=r"EUR \(3\), USD \(1\)") as problem:
        shop.spend(several)
    assert problem.value.code == "E363"
    assert shop.spend(written(tmp_path, NEUTRAL, "euro.csv")).currency == "EUR"
    assert shop.spend().currency == "EUR"
    assert shop.spend(several, rates={"USD": "0.5"}).cost["kept"] == 1250 + 250 + 100


def test_a_file_without_any_currency_is_told(tmp_path: Path) -> None:
    report = project(tmp_path, "").spend(written(tmp_path, "date,cost\n2025-01-01,5\n"))
    assert "amounts of two decimals" in str(report.findings[0])
    assert report.channels == {"unknown": 500}
    assert "EUR" not in str(report)


def test_faults_are_set_aside_and_too_many_refuse_the_file(tmp_path: Path) -> None:
    text = (
        "date,channel,cost,purpose,start date,end date\n2025-01-01,radio,5.00,,,\n2025-02-31,radio,5.00,,,\n2025-01-03,radio,free,,,\n"
        "2999-01-01,radio,1.00,,,\n2025-01-05,radio,1.00,fun,,\n,radio,1.00,,2025-01-09,2025-01-08\n,radio,2.00,,,\n"
        "2025-01-06,radio,-1.00,,,\n2025-01-07,radio,0.005,,,\n2025-01-08,radio,1.00,,,,too many cells\n"
    )
    shop, path = project(tmp_path), written(tmp_path, text)
    with pytest.raises(DataError) as problem:
        shop.spend(path)
    assert problem.value.code == "E366"
    assert "--bad-share 71%" in problem.value.fix
    report = shop.spend(path, bad_share="80%")
    assert report.details["reasons"] == dict.fromkeys(
        (
            "unreadable row",
            "invalid cost",
            "invalid day",
            "no day",
            "end before start",
            "day in the future",
            "unknown purpose",
        ),
        1,
    )
    assert report.cost["kept"] == 500 - 100 + 0
    assert report.cost_in == report.cost["kept"] + report.cost["quarantined"]
    assert {f.code for f in report.findings} == {"F363", "F364"}
    assert len(list((shop.path / "quarantine").glob("spend-*.parquet"))) == 1


def test_a_campaign_that_ends_later_is_spread_up_to_today(tmp_path: Path) -> None:
    report = project(tmp_path).spend(written(tmp_path, TIKTOK.replace("2025-01-03", "2999-01-03")), spread=True)
    assert report.last_day < "2999"
    assert report.cost["kept"] == 10000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("day,campaign,clicks\n2025-01-01,a,5\n", "E361"),
        ("date,cost\n", "E365"),
        ("date,channel,cost\nTotal,,5.00\n", "E365"),
        ("", "E365"),
        ("just words\n", "E103"),
    ],
)
def test_files_without_spend_are_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(DataError) as problem:
        project(tmp_path).spend(written(tmp_path, text))
    assert problem.value.code == code


def test_names_that_are_not_known(tmp_path: Path) -> None:
    shop, path = project(tmp_path), written(tmp_path, NEUTRAL)
    for told in ({"purpose": "fun"}, {"columns": {"price": "cost"}}, {"columns": {"label": "cost"}}):
        with pytest.raises(ConfigError) as problem:
            shop.spend(path, **told)
        assert problem.value.code == "E302"


def test_parquet_knows_its_numbers(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "spend.parquet"
    pq.write_table(pa.table({"date": ["2025-01-01"], "channel": ["radio"], "cost": [1.5]}), path)
    assert project(tmp_path).spend(path).cost["kept"] == 150


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("January 1, 2025 - January 31, 2025", ("2025-01-01", "2025-01-31")),
        ("Feb 3, 2025 – Mar 4, 2025", ("2025-02-03", "2025-03-04")),
        ("01.12.2024 - 31.12.2024", ("2024-12-01", "2024-12-31")),
        ("1er août 2025 - 2 août 2025", ("2025-08-01", "2025-08-02")),
        ("1 de enero de 2025 - 2 de enero de 2025", ("2025-01-01", "2025-01-02")),
        ("1 stycznia 2025–2 stycznia 2025", ("2025-01-01", "2025-01-02")),
        ("1 января 2025 г. – 2 января 2025 г.", ("2025-01-01", "2025-01-02")),
        ("2025-01-05", ("2025-01-05", "2025-01-05")),
        ("All time", None),
        ("January 31, 2025 - January 1, 2025", None),
        ("31.02.2025 - 01.03.2025", None),
        ("1 foo 2025 - 2 foo 2025", None),
    ],
)
def test_ranges_above_the_header(text: str, days: Any) -> None:
    found = ads_range.range_of(text)
    assert found == (None if days is None else tuple(day_of(day) for day in days))


def test_whose_file_it_is_hangs_on_marks_that_others_have_not(tmp_path: Path) -> None:
    text = "date,campaign,currency code,cost\n2025-01-01,a,EUR,1.00\n"  # one mark of Google's is not enough
    plan = ads.plan(written(tmp_path, text), ads.Reading(), "EUR", "UTC")
    assert plan.told.origin == "file"
    forced = ads.plan(tmp_path / "spend.csv", ads.Reading(channel="radio"), "EUR", "UTC")
    assert forced.told.forced == "radio"


def test_orders_and_spend_are_not_taken_for_each_other(tmp_path: Path) -> None:
    shop = project(tmp_path)
    orders = "order_id,customer_id,date,total,cost\n1,a,2025-01-01,10,4\n"
    with pytest.raises(DataError, match="looks like orders") as problem:
        shop.spend(written(tmp_path, orders, "orders.csv"))
    assert problem.value.code == "E361"
    assert "lifelong ingest orders.csv" in problem.value.fix
    assert shop.spend(tmp_path / "orders.csv", columns={"cost": "cost"}).cost["kept"] == 400
    with pytest.raises(DataError) as problem:
        shop.ingest(written(tmp_path, META, "meta.csv"))
    assert (problem.value.code, problem.value.fix) == (
        "E102",
        "it looks like a report of spend:  lifelong spend meta.csv",
    )
    with pytest.raises(DataError) as problem:
        shop.ingest(written(tmp_path, "a,b\n1,2\n", "other.csv"))
    assert "--column" in problem.value.fix


def test_a_workbook_s_range_stands_above_its_header(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "google.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for place, cells in enumerate(list(csv.reader(io.StringIO(GERMAN)))):
        sheet.write_row(place, 0, cells)
    book.close()
    report = project(tmp_path).spend(path, spread=True)
    assert (report.origin, report.cost["kept"], report.last_day) == ("google_ads", 133446, "2025-01-31")
