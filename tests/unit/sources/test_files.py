"""Looking at files: languages, encodings, separators, decimals, dates, columns and currencies."""

from __future__ import annotations

import bz2
import csv
import datetime as dt
import gzip
import io
import lzma
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.sources.looking import TODAY, a_file, code_of, landing_of, lines

from lifelong.errors import ConfigError, DataError
from lifelong.sources import files
from lifelong.tables import clean

if TYPE_CHECKING:
    from pathlib import Path

HEADERS = {
    "en": ("Order ID", "Customer ID", "Order Date", "Total", "Product"),
    "pl": ("Numer zamówienia", "Klient", "Data zamówienia", "Wartość", "Nazwa produktu"),
    "ru": ("Номер заказа", "Клиент", "Дата заказа", "Сумма", "Товар"),
    "fr": ("N° de commande", "Numéro client", "Date de commande", "Montant", "Référence"),
    "de": ("Bestellnummer", "Kundennummer", "Bestelldatum", "Gesamtbetrag", "Artikel"),
}
CUSTOMERS = {"en": "Smith", "pl": "Wójcik-Żółć", "ru": "Иванов Пётр", "fr": "Lefèvre", "de": "Müßig"}
ENCODINGS = {
    "en": ["utf-8", "utf-8-sig", "utf-16"],
    "pl": ["utf-8", "utf-8-sig", "utf-16", "cp1250"],
    "ru": ["utf-8", "utf-16-le", "cp1251"],
    "fr": ["utf-8", "utf-16-be", "cp1252"],
    "de": ["utf-8-sig", "cp1252", "cp1250"],
}
DECIMALS = {
    "1,234.56": ".",
    "1234.56": ".",
    "1.234,56": ",",
    "1 234,56": ",",
    "1\u00a0234,56": ",",
    "1\u202f234,56 €": ",",
}
MATRIX = [
    (language, encoding, separator, style)
    for i, (language, encoding) in enumerate((x, e) for x, told in ENCODINGS.items() for e in told)
    for j, separator in enumerate(",;\t|")
    for k, style in enumerate(DECIMALS)
    if (i + j + k) % 3 == 0 and not ("\u202f" in style and encoding.startswith("cp"))
]


def _written(style: str, cents: int) -> str:
    text = f"{cents / 100:,.2f}"
    sign = style.removesuffix(" €")
    group = "" if sign == "1234.56" else sign[1]
    text = text.replace(",", "G").replace(".", DECIMALS[style]).replace("G", group)
    return text + style[len(sign) :]


def _csv(rows: list[tuple[str, ...]], separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize(("language", "encoding", "separator", "style"), MATRIX)
def test_languages_encodings_separators_and_decimals(
    tmp_path: Path, language: str, encoding: str, separator: str, style: str
) -> None:
    cents = [123_456, 999, 1_000_005, 50]
    body = [
        (f"{1000 + i}", CUSTOMERS[language], f"{20 + i}.01.2025", _written(style, c), "x") for i, c in enumerate(cents)
    ]
    path = tmp_path / "orders.csv"
    path.write_bytes(_csv([HEADERS[language], *body], separator).encode(encoding))
    plan = files.plan(path, currency="EUR", today=TODAY)
    assert plan.columns == dict(
        zip(("order_id", "customer_id", "ordered_at", "revenue", "product"), HEADERS[language], strict=True)
    )
    assert (plan.separator, plan.rules.decimal, plan.rules.dates) == (separator, DECIMALS[style], "dmy")
    landing = landing_of(plan, tmp_path)
    assert landing["customer_id"].to_list() == [CUSTOMERS[language]] * 4
    path.unlink()
    assert landing["revenue"].to_list() == [row[3] for row in body]
    assert "fault" not in landing.columns


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bz2", "xz"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1250"])
def test_packed_files(tmp_path: Path, pack: Any, encoding: str) -> None:
    path = tmp_path / "zamówienia.csv.gz"
    text = "klient;data;kwota\nŻółw;2025-01-02;12,50\nŁoś;2025-01-03;1,00\n"
    path.write_bytes(pack(text.encode(encoding)))
    told = lines(path, currency="PLN")
    assert [(r["customer_id"], r["revenue"]) for r in told] == [("Żółw", 1250), ("Łoś", 100)]


def test_a_torn_gzip_is_told(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv.gz"
    text = "customer_id,date,total\n" + "".join(f"{i},2025-01-02,{i}.50\n" for i in range(1, 300_000))
    path.write_bytes(gzip.compress(text.encode())[:-5000])
    plan = files.plan(path, currency="EUR", today=TODAY)
    with pytest.raises(DataError) as told:
        files.extract(plan, tmp_path / "out.parquet")
    assert told.value.code == "E101"
    assert not (tmp_path / "out.parquet").exists()


def test_lines_before_the_header(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text(
        'sep=;\nReport of the shop\n\n"All time"\nKunde;Datum;Betrag\n7;31.01.2025;12,50\nGesamt;;12,50\n',
        encoding="utf-8",
    )
    told = lines(path)
    assert [r["reason"] for r in told] == [None, "total line"]


def test_a_semicolon_file_with_decimal_commas_is_no_comma_file(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("kunde;datum;betrag\n7;31.01.2025;12,50\n8;01.02.2025;3,00\n", encoding="utf-8")
    assert files.plan(path, today=TODAY).separator == ";"


def test_dates_that_the_data_decide(tmp_path: Path) -> None:
    assert (
        files.plan(a_file(tmp_path, "client,date,total", "7,03/04/2025,1.5", "7,13/04/2025,1.5")).rules.dates == "dmy"
    )
    assert (
        files.plan(a_file(tmp_path, "client,date,total", "7,03/04/2025,1.5", "7,04/13/2025,1.5")).rules.dates == "mdy"
    )
    assert files.plan(a_file(tmp_path, "client,date,total", "7,1741305600,1.5")).rules.dates == "s"
    assert files.plan(a_file(tmp_path, "client,date,total", "7,1741305600000,1.5")).rules.dates == "ms"


def test_dates_that_can_be_read_in_two_ways_are_refused_with_the_setting(tmp_path: Path) -> None:
    path = a_file(tmp_path, "client,date,total", "7,03/04/2025,1.5", "7,05/06/2025,1.5")
    code, error = code_of(path)
    assert (code, "ordered_at=date:dmy" in error.fix) == ("E107", True)
    told = lines(path, columns={"ordered_at": "date:mdy"})
    assert [r["day"] for r in told] == [(dt.date(2025, m, d) - dt.date(1970, 1, 1)).days for m, d in ((3, 4), (5, 6))]
    assert code_of(a_file(tmp_path, "client,date", "7,13/04/2025", "7,04/13/2025"))[0] == "E107"
    assert code_of(a_file(tmp_path, "client,date", "7,soon"))[0] == "E107"
    assert code_of(a_file(tmp_path, "client,date", "7,"))[0] == "E107"


def test_amounts_that_can_be_read_in_two_ways_are_refused_with_the_setting(tmp_path: Path) -> None:
    path = a_file(tmp_path, "client;date;total", "7;2025-01-02;1,234", "7;2025-01-02;5,678")
    code, error = code_of(path)
    assert (code, "revenue='total:,'" in error.fix) == ("E108", True)
    assert [r["revenue"] for r in lines(path, columns={"revenue": "total:."})] == [123_400, 567_800]


def test_columns_are_named_by_the_user_first(tmp_path: Path) -> None:
    path = a_file(tmp_path, "who,when,what,id", "7,2025-01-02,1.5,a")
    code, error = code_of(path)
    assert (code, "who, when" in error.where, "--column" in error.fix) == ("E102", True, True)
    plan = files.plan(path, columns={"customer_id": "who", "ordered_at": "WHEN", "revenue": "what"}, keep=("id",))
    assert plan.columns == {"order_id": "id", "customer_id": "who", "ordered_at": "when", "revenue": "what"}
    assert landing_of(plan, tmp_path)["id"].to_list() == ["a"]
    code, error = code_of(path, columns={"customer_id": "whom"})
    assert (code, error.why) == ("E302", "did you mean 'who'?")
    assert code_of(path, columns={"client": "who"})[0] == "E302"
    assert code_of(path, columns={"customer_id": "who", "ordered_at": "when"}, keep=("nothing",))[0] == "E302"
    assert code_of(a_file(tmp_path, "client,date,row", "7,2025-01-02,1"), keep=("row",))[0] == "E302"


SHOPIFY = "Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Created at,Lineitem quantity,Lineitem price,Lineitem sku,Refunded Amount,Notes,Id"
STRIPE = "id,Description,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer ID,Customer Email"


def test_a_shopify_export(tmp_path: Path) -> None:
    """Cells of the order stand on its first row only; a note spans lines; there is a byte order mark."""
    path = tmp_path / "orders_export.csv"
    path.write_bytes(
        b"\xef\xbb\xbf" + SHOPIFY.encode() + b"\n"
        b'#1001,A@b.pl,paid,2025-10-07 09:50:26 +0200,EUR,90.00,100.00,2025-10-07 23:50:26 -0400,1,60.00,S1,0.00,"one\ntwo, three",1\n'
        b"#1001,A@b.pl,,,,,,,2,15.00,S2,,,\n"
        b"#1002,c@d.pl,refunded,2025-10-08 09:50:26 +0200,EUR,50.00,50.00,2025-10-08 10:50:26 +0200,1,50.00,S1,50.00,,2\n"
    )
    plan = files.plan(path, timezone="Europe/Warsaw", today=TODAY)
    assert (plan.rules.grain, plan.rules.continued, plan.rules.currency) == ("line", True, "EUR")
    told = clean.lines(landing_of(plan, tmp_path), plan.rules).sort("row").to_dicts()
    assert [r["reason"] for r in told] == [None] * 3
    assert [(r["order_id"], r["customer_id"], r["revenue"], r["refund"]) for r in told] == [
        ("#1001", "a@b.pl", 10_000, 0), ("#1001", "a@b.pl", 0, 0), ("#1002", "c@d.pl", 0, 5000),
    ]  # fmt: skip
    assert told[0]["day"] == told[1]["day"] == (dt.date(2025, 10, 8) - dt.date(1970, 1, 1)).days


def test_a_stripe_export_has_utc_times_and_failed_payments(tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        STRIPE,
        "ch_1,x,2025-01-31 23:30:00,12.00,2.00,eur,Paid,cus_1,a@b.pl",
        "ch_2,x,2025-01-02 10:00:00,5.00,0,eur,Failed,cus_1,a@b.pl",
    )
    told = lines(path, timezone="Europe/Warsaw")
    assert [(r["reason"], r["revenue"], r["refund"]) for r in told] == [(None, 1000, 200), ("not paid", 500, 0)]
    assert told[0]["day"] == (dt.date(2025, 2, 1) - dt.date(1970, 1, 1)).days


def test_currencies(tmp_path: Path) -> None:
    path = a_file(tmp_path, "client,date,total,currency", "7,2025-01-02,1.5,EUR", "7,2025-01-03,1.5,USD")
    code, error = code_of(path)
    assert (code, "--rate" in error.fix) == ("E105", True)
    plan = files.plan(path, rates={"USD": "0,92", "EUR": "1"}, currency="eur", today=TODAY)
    assert (plan.rules.currency, plan.rules.rates) == ("EUR", (("USD", "0.92"),))
    assert files.plan(path, rates={"USD": "0.92"}).rules.currency == "EUR"
    assert files.plan(a_file(tmp_path, "client,date,Total (PLN)", "7,2025-01-02,1.5")).rules.currency == "PLN"
    assert files.plan(a_file(tmp_path, "client,date,total", "7,2025-01-02,£1.5")).rules.currency == "GBP"
    assert files.plan(a_file(tmp_path, "client,date,total", "7,2025-01-02,$1.5")).rules.currency == "USD"
    assert files.plan(a_file(tmp_path, "client,date,total", "7,2025-01-02,1.5 CHF")).rules.currency == "CHF"
    plan = files.plan(a_file(tmp_path, "client,date,total", "7,2025-01-02 10:00,1.5"))
    assert {f.code for f in plan.findings} == {"D110", "D130"}
    for wrong in ({"currency": "EURO"}, {"rates": {"USD": "cheap"}}, {"rates": {"USD": "0"}}, {"timezone": "Mars"}):
        with pytest.raises(ConfigError):
            files.plan(path, **wrong)


def test_grain_and_cancelled_invoices(tmp_path: Path) -> None:
    lines = ["invoice,client,date,sku,qty,unit price"]
    lines += [f"{536000 + i // 3},7,2025-01-{1 + i // 3:02d},p{i},2,1.25" for i in range(30)]
    plan = files.plan(a_file(tmp_path, *lines, "C536999,7,2025-02-01,p1,2,1.25"), currency="GBP", today=TODAY)
    assert (plan.rules.grain, plan.rules.cancel_prefix) == ("line", "C")
    told = clean.lines(landing_of(plan, tmp_path), plan.rules).sort("row")
    assert told["revenue"].to_list() == [250] * 30 + [-250]
    assert told["quantity"].to_list() == [2000] * 30 + [-2000]
    same = [f"7,2025-01-{1 + i // 4:02d},p{i}" for i in range(40)]
    assert files.plan(a_file(tmp_path, "client,date,product", *same)).rules.grain == "line"
    assert files.plan(a_file(tmp_path, "client,date,spend", *same)).rules.grain == "order"
