"""A firm's file: look at it (`plan`), then stream what is needed of it into the landing (`extract`)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from lifelong import schema
from lifelong.errors import ConfigError, DataError, did_you_mean
from lifelong.phrases import phrase
from lifelong.sources import columns as headers
from lifelong.sources import dates, grain, numbers
from lifelong.sources.look import Look, ReadPlan
from lifelong.sources.reading import copied, looked_at
from lifelong.tables.clean_rules import Rules
from lifelong.tables.clean_time import zone_of
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_HINTS = {":dmy": "dmy", ":mdy": "mdy", ":ymd": "ymd", ":.": ".", ":,": ","}
_MONEY = ("revenue", "unit_price", "refund", "cost")


def plan(
    path: Path | str,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str = "",
    rates: Mapping[str, str] | None = None,
    timezone: str = "UTC",
    keep: Sequence[str] = (),
    today: int | None = None,
) -> ReadPlan:
    """Look at a file and decide how it is read.

    Args:
        path: CSV, TSV, Parquet, JSON Lines or Excel; text also packed by gzip, bzip2 or xz.
        columns: canonical name to the file's column. ``ordered_at`` may end in ``:dmy``, ``:mdy`` or ``:ymd`` and an
            amount in ``:.`` or ``:,``, which settles what the data leave open.
        currency: the project's currency; else the file's own.
        rates: other currencies' value of one unit in the project's.
        timezone: the project's zone.
        keep: further columns to keep.
        today: the last day that is not in the future.

    Raises:
        DataError: E101 unreadable, E102 no column, E103 no table, E105 currencies, E106 empty, E107 dates, E108 amounts.
        ConfigError: E302 unknown column, E301 rate, currency or zone not understood, E303 Excel without its extra.
    """
    path, home = Path(path), code_of(currency)
    zone_of(timezone)
    rated = exchange_rates(rates or {}, home)
    seen, found, hints = _mapped(path, columns or {})
    kept = _kept(keep, seen.header, path.name)
    texts = {name: seen.texts(theirs) for name, theirs in found.items()}
    home = home or currency_of(found, texts, path.name, dict(rated))
    rules = Rules(
        columns=tuple(found),
        currency=home,
        rates=rated,
        decimal=_decimal(seen, found, texts, hints, path.name),
        dates=hints.get("ordered_at") or dates.order_of(texts["ordered_at"], found["ordered_at"], path.name),
        timezone=timezone,
        source_zone="UTC" if headers.is_utc(found["ordered_at"]) else "",
        grain=grain.of(texts),
        cancel_prefix=grain.cancel_prefix(texts),
        continued=grain.is_continued(seen, found),
        today=today_in(timezone) if today is None else today,
    )
    return ReadPlan(
        str(path), seen.format, seen.compression, seen.encoding, seen.separator, seen.skip, seen.header, found, kept,
        rules, _findings(rules, texts),
    )  # fmt: skip


def extract(plan: ReadPlan, out: Path, progress: Callable[[int, int | None], None] | None = None) -> int:
    """Stream the mapped and kept columns into one Parquet file, as texts, every row of the source in its order.

    The file has the canonical columns, the kept ones, and ``fault`` with ``raw`` where a row could not be parsed:
    nothing is left out. A row's number is its place, from 1, or stands in ``row`` (int64). It is not there, or whole.

    Args:
        plan: from :func:`plan`.
        out: the Parquet file to write.
        progress: called with the rows done and all rows, where these are known.

    Returns:
        How many rows there are.
    """
    return copied(plan, Path(out), progress or (lambda _done, _total: None))


def _mapped(path: Path, columns: Mapping[str, str]) -> tuple[Look, dict[str, str], dict[str, str]]:
    """The look at a file, its columns under canonical names, and what the user says of how they are written."""
    seen = looked_at(path)
    given, hints = hinted(columns, seen.header)
    return seen, headers.mapped(seen.header, given, path.name), hints


def today_in(timezone: str) -> int:
    """The day that it is in a zone, as days since 1970-01-01."""
    now = datetime.now(zone_of(timezone)).date()
    return (now - datetime(1970, 1, 1, tzinfo=UTC).date()).days


def hinted(given: Mapping[str, str], header: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The user's columns without what they say behind a colon, and that."""
    names, hints = {}, {}
    for canonical, theirs in given.items():
        ending = next((e for e in _HINTS if theirs.endswith(e) and theirs not in header), "")
        names[canonical] = theirs.removesuffix(ending) if ending else theirs
        if ending:
            hints[canonical] = _HINTS[ending]
    return names, hints


def _kept(keep: Sequence[str], header: Sequence[str], where: str) -> tuple[str, ...]:
    reserved = {*schema.names(schema.SOURCE), "row", "fault", "raw"}
    for name in keep:
        if name not in header or name in reserved:
            raise ConfigError(
                "E302", phrase("the column {name!r} cannot be kept", name=name), where=where,
                why="its name is one of ours" if name in reserved else did_you_mean(name, header),
                fix="name columns of the file's header",
            )  # fmt: skip
    return tuple(dict.fromkeys(keep))


def code_of(currency: str) -> str:
    """The code in capitals, refused where it cannot be one; nothing stays nothing."""
    code = currency.strip().upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise ConfigError(
            "E301", phrase("{currency!r} is not a currency", currency=currency), where="--currency", why="ISO 4217 codes have three letters",
            fix="write --currency EUR",
        )  # fmt: skip
    return code


def exchange_rates(rates: Mapping[str, str], home: str) -> tuple[tuple[str, str], ...]:
    """Rates as cleaning wants them: other currencies' codes and what one unit is worth, as exact decimal text."""
    told = []
    for currency, rate in sorted(rates.items()):
        try:
            number = Decimal(str(rate).strip().replace(",", "."))
        except InvalidOperation:
            number = Decimal(0)
        if not number.is_finite() or not Decimal("0.00000001") <= number < 100_000:
            raise ConfigError(
                "E301", phrase("{rate!r} is not a rate", rate=rate), where=phrase("--rate {currency}", currency=currency),
                why=phrase("it is what one {currency} is worth in the project's currency, above 0 and below 100,000", currency=currency),
                fix=phrase("write --rate {currency}=0.92", currency=currency),
            )  # fmt: skip
        if code_of(currency) != home:
            told.append((code_of(currency), format(number.normalize(), "f")))
    return tuple(told)


def currency_of(found: Mapping[str, str], texts: Mapping[str, list[str]], where: str, rates: Mapping[str, str]) -> str:
    """The file's own currency: of its column, its header, or the signs at its amounts."""
    from collections import Counter

    named = Counter(t.strip().upper() for t in texts.get("currency", []) if t.strip())
    if not named:
        for name in _MONEY:
            named.update(numbers.currencies_in(texts.get(name, [])))
    others = {c: n for c, n in named.items() if c not in rates}
    if len(others) > 1:
        shown = ", ".join(f"{c} ({n:,})" for c, n in sorted(others.items(), key=lambda p: -p[1])[:5])
        largest = max(others, key=lambda c: others[c])
        other = min(others, key=lambda c: others[c])
        raise DataError(
            "E105", phrase("the file has amounts in several currencies: {shown}", shown=shown), where=where,
            why="amounts of two currencies cannot be added",
            fix=phrase("say the project's and each other's rate:  --currency {largest} --rate {other}=0.92", largest=largest, other=other),
        )  # fmt: skip
    if others:
        code = numbers.currencies_in([next(iter(others))])
        return next(iter(code), "") or next(iter(others))
    return next((headers.currency_in(found[n]) for n in _MONEY if n in found and headers.currency_in(found[n])), "")


def _decimal(
    seen: Look, found: Mapping[str, str], texts: Mapping[str, list[str]], hints: Mapping[str, str], where: str
) -> str:
    if seen.is_typed:
        return "."
    told = next((hints[name] for name in _MONEY if name in hints), "")
    money = [name for name in _MONEY if name in found]
    if told or not money:
        return told or "."
    return numbers.decimal_of((t for name in money for t in texts[name]), found[money[0]], where)


def _findings(rules: Rules, texts: Mapping[str, list[str]]) -> tuple[Finding, ...]:
    naive, aware = dates.clocks(texts["ordered_at"])
    told = []
    if naive and not rules.source_zone:
        text = phrase("times have no offset and are taken as {timezone}", timezone=rules.timezone)
        told.append(Finding("D110", text, "info", {"timezone": rules.timezone}))
    if naive and aware:
        told.append(Finding("D131", "some times have an offset and some have none", "warning", {"with": aware}))
    if rules.has_amount and not rules.currency:
        told.append(Finding("D130", "the file names no currency; amounts have two decimals", "info"))
    if not rules.has_amount:
        told.append(Finding("D132", "the file has no amounts: orders are counted, money is not", "warning"))
    return tuple(told)
