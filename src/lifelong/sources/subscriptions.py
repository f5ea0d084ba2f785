"""A firm's table of subscriptions: which column is which, and how it writes dates and prices. Read as orders are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong import schema
from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.sources import dates, numbers
from lifelong.sources.columns import by_user, currency_in, is_utc, plain
from lifelong.sources.files import code_of, currency_of, hinted, today_in
from lifelong.sources.look import ReadPlan
from lifelong.sources.reading import looked_at
from lifelong.tables.clean_rules import Rules
from lifelong.tables.clean_time import zone_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

#: Names of each canonical column, best first; compared without case, accents, blanks and signs.
NAMES: dict[str, str] = {
    "customer_id": (
        "customer id, customer, client id, client, account id, account code, account, user id, user, member id, member, subscriber id, "
        "subscriber, id klienta, klient, абонент, id клиента, клиент, id client, abonné, kundennummer, kunde, abonnent, "
        "email, e-mail, customer email, subscription id, subscription, id"
    ),
    "started_at": (
        "started at, start, start (utc), start date, subscription start, activated at, created (utc), created, created at, signup date, "
        "joined, from, begin, data rozpoczęcia, początek, od, дата начала, начало, date de début, début, beginn, "
        "startdatum, vertragsbeginn"
    ),
    "ended_at": (
        "ended at, ended at (utc), end, end date, subscription end, expires at, expired at, cancelled at, canceled at, canceled at (utc), "
        "cancel date, churned at, churn date, to, until, data zakończenia, koniec, do, дата окончания, конец, "
        "date de fin, fin, ende, enddatum, vertragsende"
    ),
    "cancelled_at": "cancelled at, canceled at, canceled at (utc), cancel date",
    "period_ends_at": (
        "period ends at, current period end, current period end (utc), current period ends at, current term end, "
        "period end, paid until, opłacone do, оплачено до, payé jusqu'au, bezahlt bis"
    ),
    "ends_with_period": "ends with period, cancel at period end, cancel at end of period",
    "trial_ended_at": (
        "trial ended at, trial end, trial end (utc), trial ends at, trial end date, koniec okresu próbnego, "
        "конец пробного периода, fin d'essai, fin de l'essai, testende"
    ),
    "paused_at": "paused at, pause start, pause, paused, pause from, wstrzymano, пауза, suspendu, pausiert",
    "resumed_at": "resumed at, pause end, resumed, resume, pause until, wznowiono, возобновлено, repris, fortgesetzt",
    "plan": "plan, product, tier, plan name, plan code, plan id, subscription plan, abonament, тариф, abonnement, formule, tarif",
    "price": (
        "price, amount, mrr, fee, plan amount, total recurring amount, plan unit price, unit price, unit amount, revenue, total, cena, kwota, opłata, цена, сумма, prix, "
        "montant, preis, betrag"
    ),
    "period": (
        "period, interval, billing period, billing interval, billing cycle, term, frequency, okres, okres rozliczeniowy, "
        "период, интервал, période, périodicité, intervall, abrechnungszeitraum, laufzeit"
    ),
    "currency": "currency, currency code, waluta, валюта, devise, währung",
    "subscription_id": "subscription id, subscription uuid, subscription, uuid, contract id, contract number, contract, id",
    "status": (
        "status, state, subscription status, subscription state, stan, status subskrypcji, статус, состояние, statut, "
        "état, zustand"
    ),
}
_DATES = (
    "started_at", "ended_at", "cancelled_at", "period_ends_at", "trial_ended_at", "paused_at", "resumed_at",
)  # fmt: skip


def plan(
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str = "",
    timezone: str = "UTC",
    has_period: bool = False,
) -> ReadPlan:
    """Look at a table of subscriptions and decide how it is read; ``files.extract`` then reads it.

    Args:
        path: as for orders.
        columns: canonical name (``schema.SUBSCRIPTION_SOURCE``) to the file's; ``started_at`` may end in ``:dmy`` and the
            price in ``:,``.
        currency: of the prices, where the file does not say.
        timezone: the zone that a day belongs to.
        has_period: what a price pays for was told, so that no column need say it.

    Raises:
        DataError: E102 and E227 where a needed column is missing; E101, E103, E105 to E108 as for orders.
        ConfigError: E302 for a column that is not known.
    """
    zone_of(timezone)
    home, seen = code_of(currency), looked_at(path)
    given, hints = hinted(columns or {}, seen.header)
    found = _mapped(seen.header, given, path.name, has_period=has_period)
    texts = {name: seen.texts(theirs) for name, theirs in found.items()}
    as_orders = {"revenue": found["price"]} | ({"currency": found["currency"]} if "currency" in found else {})
    home = home or currency_of(as_orders, {"revenue": texts["price"]} | texts, path.name, {})
    days = [text for name in _DATES for text in texts.get(name, ()) if text.strip()]
    price = found["price"]
    decimal = hints.get("price") or numbers.decimal_of(texts["price"], price, path.name, "price")
    began = found["started_at"]
    rules = Rules(
        columns=tuple(found),
        currency=home or currency_in(price),
        decimal="." if seen.is_typed else decimal,
        dates=hints.get("started_at") or dates.order_of(days, began, path.name, "started_at"),
        timezone=timezone,
        source_zone="UTC" if is_utc(began) else "",
        today=today_in(timezone),
    )
    return ReadPlan(
        str(path), seen.format, seen.compression, seen.encoding, seen.separator, seen.skip, seen.header, found, (), rules
    )  # fmt: skip


def is_one(path: Path) -> bool:
    """Whether a file's header says customer, start and price."""
    try:
        return bool(_mapped(looked_at(path).header, {}, path.name, has_period=True))
    except DataError:
        return False


def _mapped(header: Sequence[str], given: Mapping[str, str], where: str, *, has_period: bool) -> dict[str, str]:
    """The file's column for each canonical one that it has: those that the user names first."""
    by_plain = {plain(name): name for name in reversed(header)}
    found = by_user(header, given, where, list(NAMES))
    for canonical, names in NAMES.items():
        taken = set(found.values())
        hits = (by_plain[plain(n)] for n in names.split(", ") if plain(n) in by_plain)
        column = next((hit for hit in hits if hit not in taken), None)
        if canonical not in found and column is not None:
            found[canonical] = column
    if "status" in found and found.get("ended_at") not in given.values():
        _noticed(found)
    needed = [c.name for c in schema.SUBSCRIPTION_SOURCE if c.is_required] + ([] if has_period else ["period"])
    for canonical in needed:
        if canonical not in found:
            raise _missing(canonical, header, where)
    return {name: found[name] for name in schema.names(schema.SUBSCRIPTION_SOURCE) if name in found}


def _noticed(found: dict[str, str]) -> None:
    """A lone day of cancelling is an end only where no status says that the subscription still runs."""
    notices = {plain(name) for name in NAMES["cancelled_at"].split(", ")}
    if "ended_at" in found and plain(found["ended_at"]) in notices and "cancelled_at" not in found:
        found["cancelled_at"] = found.pop("ended_at")


def _missing(canonical: str, header: Sequence[str], where: str) -> DataError:
    meaning = {c.name: c.meaning for c in schema.SUBSCRIPTION_SOURCE}[canonical]
    return DataError(
        "E227" if canonical == "period" else "E102", phrase("no column says {canonical}", canonical=canonical),
        where=phrase("{where}, header: {header}", where=where, header=", ".join(name or "(no name)" for name in header[:20])),
        why=phrase("{meaning} Without it there is no subscription to value", meaning=meaning), fix="name it:  --column period=NAME  or say it for all rows:  --period month" if canonical == "period" else phrase("name it:  --column {canonical}=NAME", canonical=canonical),
    )  # fmt: skip
