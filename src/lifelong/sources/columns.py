"""Which of a file's columns is which: headers in English, Polish, Russian, French and German, or as the user says."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from lifelong import schema
from lifelong.errors import ConfigError, DataError, did_you_mean
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Names of each canonical column, best first; compared without case, accents, blanks and signs.
NAMES: dict[str, str] = {
    "order_id": (
        "order id, order_id, orderid, order number, order no, order #, order, invoice, invoice no, invoiceno, "
        "invoice id, invoice number, basket id, transaction id, receipt, receipt number, name, number, "
        "numer zamówienia, nr zamówienia, zamówienie, id zamówienia, numer faktury, faktura, paragon, "
        "номер заказа, заказ, id заказа, № заказа, номер чека, чек, "
        "numéro de commande, n° de commande, no commande, commande, id commande, facture, numéro de facture, "
        "bestellnummer, bestell nr, bestellung, bestell id, auftragsnummer, auftrag, rechnungsnummer, rechnung, id"
    ),
    "customer_id": (
        "customer id, customer_id, customerid, customer number, customer no, client id, clientid, user id, userid, "
        "household id, panelist id, member id, buyer id, account id, customer, client, buyer, user, household, "
        "id klienta, numer klienta, nr klienta, klient, kupujący, nabywca, "
        "id клиента, номер клиента, код клиента, клиент, покупатель, "
        "id client, numéro client, n° client, code client, acheteur, "
        "kundennummer, kunden nr, kunden id, kundenid, kunde, käufer, customer email, customer e-mail"
    ),
    "email": (
        "email, e-mail, mail, customer email, email address, billing email, buyer email, adres e-mail, adres email, "
        "e-mail klienta, e-mail kupującego, электронная почта, почта, эл. почта, email клиента, adresse e-mail, "
        "adresse email, courriel, e-mail adresse, e-mail-adresse, kunden e-mail"
    ),
    "phone": (
        "phone, phone number, telephone, mobile, billing phone, telefon, numer telefonu, телефон, номер телефона, "
        "téléphone, telephone, portable, telefonnummer, handy"
    ),
    "ordered_at": (
        "ordered at, ordered_at, order date, orderdate, order time, created at, created (utc), created, date created, "
        "date_created_gmt, created date, purchase date, purchased at, invoice date, invoicedate, invoice datetime, "
        "transaction date, transaction timestamp, transaction time, paid at, datetime, timestamp, date, day, time, "
        "data zamówienia, data złożenia, data zakupu, data utworzenia, data sprzedaży, data, "
        "дата заказа, дата покупки, дата создания, дата продажи, дата и время, дата, "
        "date de commande, date commande, date d'achat, date de création, date de la commande, "
        "bestelldatum, kaufdatum, auftragsdatum, rechnungsdatum, erstellt am, datum"
    ),
    "revenue": (
        "revenue, net revenue, net sales, total, order total, total price, total amount, grand total, amount, "
        "amount paid, paid amount, sales value, sales, spend, value, order value, turnover, price total, line total, "
        "n. revenue (formatted), n. revenue, subtotal, sum, "
        "wartość, wartość zamówienia, kwota, kwota zamówienia, suma, razem, wartość sprzedaży, przychód, do zapłaty, "
        "сумма, сумма заказа, выручка, стоимость, итого, стоимость заказа, "
        "montant, montant total, total ttc, total ht, chiffre d'affaires, ca, montant de la commande, "
        "betrag, gesamtbetrag, umsatz, gesamt, summe, gesamtsumme, bestellwert, rechnungsbetrag"
    ),
    "refund": (
        "refund, refunded amount, amount refunded, refund amount, refunded, refunds, returned amount, zwrot, "
        "kwota zwrotu, zwrócono, возврат, сумма возврата, remboursement, montant remboursé, remboursé, erstattung, "
        "rückerstattung, erstatteter betrag"
    ),
    "cost": (
        "cost, costs, cogs, cost of goods, unit cost total, koszt, koszt zakupu, koszty, себестоимость, затраты, "
        "coût, cout, coût d'achat, kosten, wareneinsatz, einkaufskosten"
    ),
    "quantity": (
        "quantity, qty, units, pieces, lineitem quantity, items sold, count, cds, ilość, liczba, sztuk, szt, "
        "количество, кол-во, шт, quantité, qté, nombre, menge, anzahl, stück, stückzahl"
    ),
    "unit_price": (
        "unit price, unitprice, price, lineitem price, item price, price each, cena, cena jednostkowa, "
        "цена, цена за единицу, цена за штуку, prix, prix unitaire, preis, einzelpreis, stückpreis"
    ),
    "currency": ("currency, currency code, waluta, валюта, devise, monnaie, währung, wahrungscode, währungscode"),
    "product": (
        "product, product id, sku, lineitem sku, stock code, stockcode, item, item id, article, article id, "
        "product name, lineitem name, description, product(s), produkt, kod produktu, nazwa produktu, towar, "
        "товар, артикул, код товара, наименование, produit, référence, réf, nom du produit, artikel, artikelnummer, "
        "produktname, bezeichnung"
    ),
    "channel": (
        "channel, source, attribution, sales channel, marketing channel, utm source, utm_source, kanał, źródło, "
        "kanał sprzedaży, канал, источник, канал продаж, canal, canal de vente, kanal, vertriebskanal, quelle"
    ),
    "status": (
        "status, order status, financial status, payment status, state, stan, status zamówienia, статус, "
        "статус заказа, состояние, statut, état, statut de la commande, bestellstatus, zustand"
    ),
}
NEEDED = ("customer_id", "ordered_at")
_CURRENCY = re.compile(r"[(\[]\s*([A-Za-z]{3}|[€$£]|zł|₽)\s*[)\]]")


def plain(name: str) -> str:
    """A header without case, accents, blanks and signs, so that "Order_ID" and "order id" are one."""
    folded = unicodedata.normalize(
        "NFKD", name.strip().lstrip("\ufeff").casefold().replace("ł", "l").replace("ß", "ss")
    )
    return "".join(c for c in folded if c.isalnum() or c in "#№")


def mapped(header: Sequence[str], given: Mapping[str, str], where: str) -> dict[str, str]:
    """The file's column for each canonical column that it has, with those that an order needs.

    Args:
        header: the file's column names.
        given: canonical name to the file's, as the user says; these come first.
        where: the file, for errors.

    Raises:
        ConfigError: E302, where a given name is not known, with the closest one.
        DataError: E102, where customer or time is in no column.
    """
    found = recognised(header, given, where)
    for canonical in NEEDED:
        if canonical not in found:
            raise _missing(canonical, header, where)
    return found


def recognised(header: Sequence[str], given: Mapping[str, str], where: str) -> dict[str, str]:
    """As :func:`mapped`, whatever is missing."""
    found = by_user(header, given, where, schema.names(schema.SOURCE))
    taken = set(found.values())
    by_plain: dict[str, str] = {}
    for name in header:
        by_plain.setdefault(plain(name), name)
        by_plain.setdefault(plain(_CURRENCY.sub("", name)), name)
    for canonical, names in _known().items():
        if canonical in found:
            continue
        for name in names:
            column = by_plain.get(name)
            if column is not None and column not in taken:
                found[canonical] = column
                taken.add(column)
                break
    if "customer_id" not in found and "email" in found:
        found["customer_id"] = found["email"]
    if "revenue" in found and found["revenue"] == found.get("unit_price"):
        del found["unit_price"]
    if "revenue" not in found and "unit_price" in found and "quantity" not in found and "unit_price" not in given:
        found["revenue"] = found.pop("unit_price")
    order = schema.names(schema.SOURCE)
    return {name: found[name] for name in order if name in found}


def _known() -> dict[str, list[str]]:
    return {canonical: [plain(name) for name in names.split(", ")] for canonical, names in NAMES.items()}


def by_user(header: Sequence[str], given: Mapping[str, str], where: str, known: Sequence[str]) -> dict[str, str]:
    """The file's columns that the user names, by their canonical names.

    Raises:
        ConfigError: E302 where a name is not known, or the file has no such column.
    """
    by_plain = {plain(name): name for name in reversed(header)}
    found = {}
    for canonical, theirs in given.items():
        if canonical not in known:
            raise ConfigError(
                "E302", phrase("there is no column {canonical!r}", canonical=canonical), where="--column", why=did_you_mean(canonical, known),
                fix="write --column canonical=theirs, such as --column customer_id=client",
            )  # fmt: skip
        column = theirs if theirs in header else by_plain.get(plain(theirs))
        if column is None:
            raise ConfigError(
                "E302", phrase("the file has no column {theirs!r}", theirs=theirs), where=where, why=did_you_mean(theirs, header),
                fix=phrase("write --column {canonical}=NAME with a name of the file's header", canonical=canonical),
            )  # fmt: skip
        found[canonical] = column
    return found


def _missing(canonical: str, header: Sequence[str], where: str) -> DataError:
    meaning = {c.name: c.meaning for c in schema.SOURCE}[canonical]
    shown = ", ".join(name or "(no name)" for name in header[:20])
    return DataError(
        "E102", phrase("no column says {canonical}", canonical=canonical), where=phrase("{where}, header: {shown}", where=where, shown=shown),
        why=phrase("{meaning} Without it there is no order", meaning=meaning),
        fix=phrase("name it:  --column {canonical}=NAME", canonical=canonical),
    )  # fmt: skip


def currency_in(name: str) -> str:
    """The currency that a header names, as in "Amount (EUR)"; or nothing."""
    found = _CURRENCY.search(name)
    if not found:
        return ""
    signs = {"€": "EUR", "$": "USD", "£": "GBP", "zł": "PLN", "₽": "RUB", "UTC": "", "GMT": ""}
    word = found[1] if found[1] in signs else found[1].upper()
    return signs.get(word, word)


def is_utc(name: str) -> bool:
    """The header says that its times are UTC."""
    return bool(re.search(r"(?i)\b(utc|gmt)\b|_gmt$|_utc$", name))
