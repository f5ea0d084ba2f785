"""Cells of text: what is empty, what is an e-mail, what is an identifier, what a status means."""

from __future__ import annotations

import narwhals as nw

# Blanks of all kinds that exports put around values. Listed, because engines disagree on what a blank is.
BLANKS = " \t\r\n\x0b\x0c\x00\u00a0\u202f\u2007\u2009\ufeff\u200b"

NOTHING = ("", "NULL", "null", "Null", "NaN", "nan", "NAN", "N/A", "n/a", "#N/A", "NA", "None", "none", "\\N", "-", "--")
NOBODY = ("0", "00", "guest", "Guest", "GUEST", "unknown", "Unknown", "anonymous", "0.0", "undefined")


def _spelt(words: str) -> tuple[str, ...]:
    """Each word (of a list parted by commas) in small letters, with a capital, and in capitals."""
    each = [word.strip() for word in words.split(",")]
    return tuple(dict.fromkeys(form for word in each for form in (word, word.capitalize(), word.upper())))


# Where shops say it in the order's state: money came and went back.
CANCELLED = _spelt(
    "cancelled, canceled, refunded, returned, reversed, chargeback, anulowane, anulowany, zwrócone, zwrócony, zwrot, "
    "отменён, отменен, возврат, возвращён, возвращен, annulé, annulée, annulee, remboursé, remboursée, storniert, "
    "erstattet, rückerstattet, zurückerstattet"
)
# ... and money never came.
UNPAID = _spelt(
    "failed, pending, pending payment, unpaid, draft, voided, expired, abandoned, on-hold, on hold, checkout-draft, "
    "incomplete, nieopłacone, oczekujące na płatność, nieudane, не оплачен, неоплачен, ожидает оплаты, échouée, échoué, "
    "brouillon, en attente, fehlgeschlagen, zahlung ausstehend, unbezahlt"
)
TEST = _spelt("test, testing, sandbox, test order, testbestellung, zamówienie testowe, commande test, тест")

TOTAL = r"^(?i:(?:grand |sub)?totals?|gesamt(?:summe)?|summe|razem|suma|ogółem|итого|всего|total général|somme)(?:[ :.].{0,40})?$"

_MAIL = "^[^@ \t\r\n\u00a0]+@[^@ \t\r\n\u00a0]+\\.[^@ \t\r\n\u00a0]+$"


def cell(name: str) -> nw.Expr:
    """The column's text without blanks around it; null where it says nothing."""
    text = nw.col(name).str.strip_chars(BLANKS)
    return nw.when(~text.is_in(NOTHING)).then(text)


def lower(text: nw.Expr) -> nw.Expr:
    """Lower case of plain letters; a text with others stays as it is, because engines differ on a dotted capital I."""
    return nw.when(text.str.contains("[^\x00-\x7f]")).then(text).otherwise(text.str.to_lowercase())


def mail(text: nw.Expr) -> nw.Expr:
    """An e-mail in its normal form, or null: lower case, nothing else is changed."""
    return nw.when(text.str.contains(_MAIL)).then(lower(text))


def identifier(text: nw.Expr) -> nw.Expr:
    """A number or name as an identifier: 17850.0 is 17850, a spreadsheet's leading ' goes, nobody is null."""
    bare = text.str.replace_all(r"^'|\.0+$", "")
    trimmed = nw.when(text.str.contains(r"^'|^[0-9]+\.0+$")).then(bare).otherwise(text)
    named = nw.when(~trimmed.is_in((*NOBODY, ""))).then(trimmed)
    odd = nw.when(text.str.contains("@")).then(lower(named)).otherwise(named)
    return nw.when(text.str.contains("^[1-9][0-9]*$")).then(text).otherwise(odd)


def is_rounded_number(text: nw.Expr) -> nw.Expr:
    """A long number that a spreadsheet wrote as 1.20253E+17: who it was cannot be known."""
    return text.str.contains(r"^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+$")
