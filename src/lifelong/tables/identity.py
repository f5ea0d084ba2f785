"""Guests and accounts of one person are one customer: by deterministic rules that can be listed and undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.phrases import phrase
from lifelong.tables.clean_frame import entered, returned
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

GUEST = "guest with an account's e-mail"
TWICE = "accounts with one e-mail"
SHARED_BY = 5  # an e-mail under more customers than this is a till, a mask or a firm's, and says nothing

# Addresses of a role, not of a person.
ROLES = (
    "info, office, kontakt, contact, sales, shop, sklep, biuro, zamowienia, admin, support, help, hello, mail, "
    "noreply, no-reply, postmaster, webmaster, accounting, rechnung, bestellung, buchhaltung, commande, facture, "
    "zakaz, orders, order, marketing, none, na, nomail, noemail, brak, guest"
)
# Marketplaces that put a mask in place of the buyer's address.
MASKS = (
    "marketplace.amazon.com, marketplace.amazon.de, marketplace.amazon.co.uk, marketplace.amazon.fr, "
    "marketplace.amazon.pl, members.ebay.com, allegromail.pl, user.allegrogroup.pl, privaterelay.appleid.com"
)


def merges(lines_kept: Any, undone: Sequence[str] = ()) -> Any:
    """Who is whom: one row for each customer number that is another customer's.

    Customers with one normalised e-mail are one, and so on from one to the next. The representative is the account
    with the earliest order, then the smallest number; a guest, whose number is the e-mail itself, is one only where
    there is no account. E-mails of roles, and e-mails under more than ``SHARED_BY`` customers, join nobody.

    Args:
        lines_kept: lines without a reason that are no duplicates.
        undone: aliases, or rules (``GUEST``, ``TWICE``), that shall not apply.

    Returns:
        A frame of the same engine with the texts alias, customer_id, rule, sorted by alias.
    """
    frame = entered(lines_kept)
    found = [row for row in _joined(_collected(_pairs(frame))) if row[0] not in undone and row[2] not in undone]
    if not found:
        nobody = frame.select(**{name: nw.col("customer_id") for name in ("alias", "customer_id", "rule")})
        return returned(nobody.head(0), lines_kept)
    columns = {name: [row[i] for row in found] for i, name in enumerate(("alias", "customer_id", "rule"))}
    return returned(_like(frame, columns), lines_kept)


def findings(lines_kept: Any) -> tuple[Finding, ...]:
    """What the e-mails cannot tell: those that many customers share."""
    shared = _collected(_counted(entered(lines_kept)).filter(nw.col("_people") > SHARED_BY).select("email", "_people"))
    if not shared["email"]:
        return ()
    most = max(shared["_people"])
    text = phrase(
        "{email:,} e-mails stand under more than {shared_by} customers each; they join nobody",
        email=len(shared["email"]),
        shared_by=SHARED_BY,
    )
    return (Finding("D120", text, "info", {"emails": len(shared["email"]), "most": most}),)


def _counted(frame: Any) -> Any:
    """Each e-mail with the number of customers under it."""
    known = frame.filter(~nw.col("email").is_null() & ~nw.col("customer_id").is_null())
    return known.group_by("email").agg(_people=nw.col("customer_id").n_unique())


def _pairs(frame: Any) -> Any:
    """customer_id, email and the first second of it, for e-mails that say something about two customers or more."""
    role = f"^(?:{'|'.join(ROLES.split(', '))})@|@(?:{'|'.join(m.replace('.', '[.]') for m in MASKS.split(', '))})$"
    several = _counted(frame).filter((nw.col("_people") > 1) & (nw.col("_people") <= SHARED_BY))
    several = several.filter(~nw.col("email").str.contains(role)).select("email")
    timed = frame.with_columns(_time=nw.col("day").cast(nw.Int64) * 86_400 + nw.col("second"))
    rows = timed.select("customer_id", "email", "_time").join(several, on="email", how="semi")
    return rows.group_by("customer_id", "email").agg(_first=nw.col("_time").min())


def _joined(pairs: dict[str, list[Any]]) -> list[tuple[str, str, str]]:
    """(alias, customer, rule) of the connected parts of the graph of customers and e-mails."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    first: dict[str, int] = {}
    guests = set()
    for customer, email, when in zip(pairs["customer_id"], pairs["email"], pairs["_first"], strict=True):
        first[customer] = min(when, first.get(customer, when))
        if customer == email:
            guests.add(customer)
        parent[root(f"c {customer}")] = root(f"e {email}")
    parts: dict[str, list[str]] = {}
    for customer in first:
        parts.setdefault(root(f"c {customer}"), []).append(customer)
    told = []
    for members in parts.values():
        chosen = min(members, key=lambda c: (c in guests, first[c], c))
        told += [(c, chosen, GUEST if c in guests else TWICE) for c in members if c != chosen]
    return sorted(told)


def _collected(frame: Any) -> dict[str, list[Any]]:
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return {name: eager[name].to_list() for name in eager.columns}


def _like(frame: Any, columns: dict[str, list[Any]]) -> Any:
    """A small frame of the same engine; an engine that cannot take lists reads them from an Arrow table."""
    schema = dict.fromkeys(columns, nw.String)
    implementation = frame.implementation
    if isinstance(frame, nw.LazyFrame):
        backend: Any = implementation if implementation.is_polars() else "pyarrow"
        return nw.from_dict(columns, schema=schema, backend=backend).lazy(backend=implementation)
    return nw.from_dict(columns, schema=schema, backend=implementation)
