"""Cells of text: what is empty, what is an e-mail, what is an identifier, what a status means."""

from __future__ import annotations

import narwhals as nw

# Blanks of all kinds that exports put around values. Listed, because engines disagree on what a blank is.
BLANKS = " \t\r\n\x0b\x0c\x00\u00a0\u202f\u2007\u2009\ufeff\u200b"

NOTHING = (
    "",
    "NULL",
    "null",
    "Null",
    "NaN",
    "nan",
    "NAN",
    "N/A",
    "n/a",
    "#N/A",
    "NA",
    "None",
    "none",
    "\\N",
    "-",
    "--",
)
NOBODY = ("", "0", "00", "guest", "Guest", "GUEST", "unknown", "Unknown", "anonymous", "undefined")


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

TEST_NAME = "^(?i:test)(?:[-_ #0-9].*)?$"
TEST_MAIL = "^test[0-9]*@"
TOTAL = r"(?:^|\n)(?i:(?:grand |sub)?totals?|gesamt(?:summe)?|summe|razem|suma|ogółem|итого|всего|total général|somme)(?:[ :.][^\n]{0,40})?(?:\n|$)"

_MAIL = "^[^@ \t\r\n\u00a0]+@[^@ \t\r\n\u00a0]+\\.[^@ \t\r\n\u00a0]+$"


def among(text: nw.Expr, words: tuple[str, ...]) -> nw.Expr:
    """The text is one of these words. By a pattern: a long list would become a join on some engines."""
    return text.str.contains(f"^(?:{'|'.join(_literal(word) for word in words)})$")


def forms(words: str) -> tuple[str, ...]:
    """Words parted by commas, for :func:`lower`, which leaves a text with other than plain letters: these in three forms."""
    each = words.split(", ")
    return tuple(dict.fromkeys(f for w in each for f in (w, *((w.capitalize(), w.upper()) if not w.isascii() else ()))))


def _literal(word: str) -> str:
    return "".join(f"[{c}]" if c in ".()+*?|$/#" else "[\\\\]" if c == "\\" else c for c in word)


def cell(name: str) -> nw.Expr:
    """The column's text without blanks around it; null where it says nothing."""
    text = nw.col(name)
    around = text.str.contains(f"^[{BLANKS}]|[{BLANKS}]$")
    return nw.when(around).then(text.str.strip_chars(BLANKS)).otherwise(text)


def something(name: str) -> nw.Expr:
    """The text, or null where it is a word for nothing."""
    return nw.when(~among(nw.col(name), NOTHING)).then(nw.col(name))


def lower(text: nw.Expr) -> nw.Expr:
    """Lower case of plain letters; a text with others stays as it is, because engines differ on a dotted capital I."""
    return nw.when(text.str.contains("[^\x00-\x7f]")).then(text).otherwise(text.str.to_lowercase())


def mail(text: nw.Expr) -> nw.Expr:
    """An e-mail in its normal form, or null: lower case, nothing else is changed."""
    return nw.when(text.str.contains(_MAIL)).then(lower(text))


def identifier(text: nw.Expr) -> nw.Expr:
    """A number or name as an identifier: 17850.0 is 17850, a spreadsheet's leading ' goes."""
    return nw.when(text.str.contains("^'|^[0-9]+[.]0+$")).then(text.str.replace_all("^'|[.]0+$", "")).otherwise(text)


def somebody(text: nw.Expr) -> nw.Expr:
    """An identifier, or null where it stands for nobody; e-mails in small letters."""
    named = nw.when(~among(text, NOBODY)).then(text)
    return nw.when(text.str.contains("@", literal=True)).then(lower(text)).otherwise(named)


def is_rounded_number(text: nw.Expr) -> nw.Expr:
    """A long number that a spreadsheet wrote as 1.20253E+17: who it was cannot be known."""
    return text.str.contains(r"^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+$")
