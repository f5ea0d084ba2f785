"""Reports of advertising spend: whose they are, which column is which, and how they write days and amounts.

Google Ads, Meta Ads Manager, TikTok Ads, GA4's cost import, and plain tables; headers in six languages (``ads_names``).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lifelong import schema
from lifelong.errors import ConfigError, DataError, did_you_mean
from lifelong.phrases import N_, phrase
from lifelong.sources import ads_range, dates, encodings, excel, files, numbers
from lifelong.sources.ads_names import DATES, DECIMALS, NAMES, PLATFORMS, TIKTOK, TOTALS
from lifelong.sources.columns import NAMES as ORDERS
from lifelong.sources.columns import by_user, currency_in, plain
from lifelong.sources.look import ReadPlan
from lifelong.sources.reading import looked_at
from lifelong.tables.clean_rules import Rules
from lifelong.tables.clean_time import zone_of
from lifelong.tables.spend_rows import PURPOSES, Told
from lifelong.units import day_of
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from lifelong.sources.look import Look

_BRACKET = re.compile(r"\s*[(\[]\s*(?:[A-Za-z]{3}|[€$£]|zł|₽)\s*[)\]]")
_MONEY = ("cost", "conversion_value", "conversions", "results")
_TITLED = ("google_ads",)  # whose marks others have too: two of them, or its own words above the header


@dataclass(frozen=True, slots=True)
class Reading:
    """How a report is to be read, as far as the user says; the rest is seen from the file.

    Attributes:
        columns: our name (``schema.SPEND_SOURCE``) to the file's.
        currency: of the amounts, where the file does not say.
        rates: what one unit of another currency is worth in the project's.
        timezone: the zone that a day belongs to.
        channel: of all rows.
        purpose: of rows that name none.
        spread: deal rows of several days evenly over them.
        first, last: the range of the file, where it says none.
        bad_share: above this share of bad rows the file is refused whole.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    rates: Mapping[str, str] = field(default_factory=dict)
    timezone: str = ""
    channel: str = ""
    purpose: str = "acquisition"
    spread: bool = False
    first: str = ""
    last: str = ""
    bad_share: str = ""


@dataclass(frozen=True, slots=True)
class SpendPlan:
    """How a report is read: ``files.extract`` reads by ``reading``, ``spend_rows.cleaned`` cleans by its rules and ``told``."""

    reading: ReadPlan
    told: Told
    unread: tuple[str, ...]


def plan(path: Path, asked: Reading, home: str, timezone: str) -> SpendPlan:
    """Look at a report of spend and decide how it is read.

    Args:
        path: CSV, TSV (also of UTF-16), Parquet, JSON Lines or Excel.
        asked: what the user says.
        home: the project's currency; empty where it has none yet.
        timezone: the project's, where the user names none.

    Raises:
        DataError: E361 where no column says the cost; E363 where the currency is not clear; E365 where there is no row; E101,
            E103, E107, E108 as for orders.
        ConfigError: E302 for a column, a purpose or a currency that is not known; E301 for days that are none.
    """
    zone = asked.timezone or timezone
    zone_of(zone)
    seen = _looked(path)
    above = _above(path, seen)
    given, hints = files.hinted(asked.columns, seen.header)
    found, language = _mapped(seen.header, given, path.name)
    origin = _origin(seen.header, above)
    if origin == "file" and "cost" not in given:
        _no_orders(seen.header, path.name)
    texts = {name: seen.texts(theirs) for name, theirs in found.items()}
    stated = _stated(found, texts, files.code_of(asked.currency), path.name)
    main = home or stated or _only(texts, path.name)
    assumed: list[Finding] = []
    told = Told(
        origin, stated, *_of(origin), asked.channel.strip(), _purpose(asked.purpose), *_range(asked, above),
        asked.spread, _totals(),
    )  # fmt: skip
    guess = language if origin in {"google_ads", "meta_ads", "tiktok_ads"} else ""
    rules = Rules(
        columns=tuple(found),
        currency=main,
        rates=files.exchange_rates(asked.rates, main),
        decimal=_decimal(seen, found, texts, hints, (path.name, guess, assumed)),
        dates=_dates(texts, found, hints, (path.name, guess, assumed)),
        timezone=zone,
        today=files.today_in(zone),
    )
    if not stated and "currency" not in found:
        assumed.append(_unnamed(main))
    columns = found | {"label": _label(seen, told.totals)}
    how = ReadPlan(
        str(path), seen.format, seen.compression, seen.encoding, seen.separator, seen.skip, seen.header, columns, (), rules,
        tuple(assumed),
    )  # fmt: skip
    return SpendPlan(how, told, tuple(name for name in seen.header if name and name not in found.values()))


def _of(origin: str) -> tuple[str, str, str]:
    platform = PLATFORMS[origin]
    return platform.source, platform.medium, platform.channel


def _unnamed(main: str) -> Finding:
    text = phrase(
        "the file names no currency; its costs are taken as {main}", main=main or phrase("amounts of two decimals")
    )
    return Finding("F364", text, "info")


def is_one(path: Path) -> bool:
    """Whether a file is a report of one of the platforms, by its header."""
    try:
        seen = _looked(path)
        _mapped(seen.header, {}, path.name)
    except DataError:
        return False
    return _origin(seen.header, _above(path, seen)) != "file"


def _no_orders(header: Sequence[str], where: str) -> None:
    """Refuse a table of orders, whose cost is that of goods."""
    who = {plain(word) for name in ("customer_id", "email", "order_id") for word in ORDERS[name].split(", ")}
    found = [name for name in header if plain(name) in who - {"id", "name", "number"}]
    if found:
        raise DataError(
            "E361", "the file looks like orders, not like spend", where=phrase("{where}, column {found}", where=where, found=found[0]),
            why="spend belongs to a channel and a day, not to a customer",
            fix=phrase("lifelong ingest {where};  or name the column if it is spend:  --column cost=NAME", where=where),
        )  # fmt: skip


def _purpose(told: str) -> str:
    if told not in PURPOSES:
        raise ConfigError(
            "E302", phrase("there is no purpose {told!r}", told=told), where="--purpose", why=did_you_mean(told, PURPOSES),
            fix=phrase("take one of {purposes}", purposes=", ".join(PURPOSES)),
        )  # fmt: skip
    return told


#: What an empty file is said to hold none of, of orders and of spend.
_EMPTY = {
    "the workbook holds no order": N_("the workbook holds no spend"),
    "the file holds no order": N_("the file holds no spend"),
}


def _looked(path: Path) -> Look:
    try:
        return looked_at(path)
    except DataError as problem:
        if problem.code != "E106":
            raise
        what = _EMPTY.get(problem.what, problem.what)
        raise DataError("E365", what, where=problem.where, why=problem.why, fix=problem.fix) from None


def _above(path: Path, seen: Look) -> tuple[str, ...]:
    """The lines above the header, of a text table or a workbook."""
    if seen.format == "xlsx":
        return excel.above(path, seen.skip)
    if seen.format != "csv":
        return ()
    text = encodings.text_of(encodings.head(path, seen.compression, 1 << 16), seen.encoding).lstrip("\ufeff")
    return tuple(line.strip(' \t,;"') for line in text.splitlines()[: seen.skip - 1])


def _bare(name: str) -> str:
    """A header to compare: without the currency in brackets, case, accents and signs."""
    return plain(_BRACKET.sub("", name))


def _mapped(header: Sequence[str], given: Mapping[str, str], where: str) -> tuple[dict[str, str], str]:
    """The file's column for each of ours, those that the user names first; and the language that most of them are in."""
    found, ours = recognised(header, given, where), {_bare(name) for name in header if name}
    spoken: Counter[str] = Counter()
    for tongues in NAMES.values():
        for tongue, words in tongues.items():
            spoken[tongue] += any(plain(word) in ours for word in words.split(", "))
    if "cost" not in found:
        _no_orders(header, where)
        raise DataError(
            "E361", "no column says the cost", where=phrase("{where}, header: {header}", where=where, header=", ".join(name or "(no name)" for name in header[:20])),
            why="what was spent is what a report of spend is for", fix="name it:  --column cost=NAME",
        )  # fmt: skip
    return found, max(spoken, key=lambda tongue: (spoken[tongue], tongue == "en"), default="en")


def recognised(header: Sequence[str], given: Mapping[str, str], where: str) -> dict[str, str]:
    """The file's column for each of ours that it has, those that the user names first; whatever is missing.

    Raises:
        ConfigError: E302, where a given name is not known.
    """
    found = by_user(header, given, where, [n for n in schema.names(schema.SPEND_SOURCE) if n != "label"])
    ours = {_bare(name): name for name in reversed(header) if name}
    for canonical, tongues in NAMES.items():
        words = (plain(word) for told in tongues.values() for word in told.split(", "))
        hits = (ours[word] for word in words if word in ours and ours[word] not in found.values())
        column = next(hits, None)
        if canonical not in found and column is not None:
            found[canonical] = column
    return found


def _origin(header: Sequence[str], above: Sequence[str]) -> str:
    """Whose report it is, by words above its header and headers that others have not; ``file`` where nobody's is seen."""
    own, lines = {_bare(name) for name in header}, {plain(line) for line in above}
    for name, platform in PLATFORMS.items():
        marks = {plain(word) for word in platform.marks.split(", ") if word} & own
        if lines & {plain(word) for word in platform.titles.split(", ") if word}:
            return name
        if len(marks) >= (2 if name in {*_TITLED, "ga4"} else 1):
            return name
    return "tiktok_ads" if {plain(word) for word in TIKTOK.split(", ")} <= own else "file"


def _stated(found: Mapping[str, str], texts: Mapping[str, Sequence[str]], said: str, where: str) -> str:
    """The currency of amounts in rows that name none: of the header, of the amounts' signs, or as the user says."""
    seen = currency_in(found["cost"])
    if not seen:
        marks = set(numbers.currencies_in(t for t in texts["cost"] if "$" not in t))
        seen = next(iter(marks)) if len(marks) == 1 else ""
    if said and seen and said != seen:
        raise DataError(
            "E363", phrase("the file's costs are in {seen}, not in {said}", seen=seen, said=said), where=phrase("{where}, column {cost}", where=where, cost=found["cost"]),
            why="--currency tells the currency of a file that does not say it",
            fix=phrase("leave --currency out; where the project counts in {said}, give a rate:  --rate "
"{seen}=0.92", said=said, seen=seen),
        )  # fmt: skip
    return seen or said


def _only(texts: Mapping[str, Sequence[str]], where: str) -> str:
    """The currency of a project that has none yet: the one that all rows name."""
    named = Counter(
        text.strip().upper() for text in texts.get("currency", ()) if re.fullmatch(r"\s*[A-Za-z]{3}\s*", text)
    )
    if len(named) > 1:
        shown = ", ".join(f"{code} ({n:,})" for code, n in named.most_common(5))
        raise DataError(
            "E363", phrase("the file has costs in several currencies, and the project has none yet: {shown}", shown=shown), where=where,
            why="amounts of two currencies cannot be added",
            fix='write the project\'s into lifelong.toml, as currency = "EUR", and give each other\'s rate:  --rate USD=0.92',
        )  # fmt: skip
    return next(iter(named), "")


def _range(asked: Reading, above: Sequence[str]) -> tuple[int | None, int | None]:
    """The first and last day of the whole file: as the user says, or as it stands above the header."""
    if asked.first or asked.last:
        first, last = day_of(asked.first or asked.last), day_of(asked.last or asked.first)
        if last < first:
            raise ConfigError(
                "E301", phrase("{last} comes before {first}", last=asked.last, first=asked.first), where="--from, --to",
                why="a range ends after it begins", fix="turn them round",
            )  # fmt: skip
        return first, last
    for line in above:
        found = ads_range.range_of(line)
        if found:
            return found
    return None, None


def _totals() -> str:
    """What a total row begins with, as a pattern: the word, and nothing, a sign or how many rows it sums behind it."""
    words = "|".join(re.escape(word).replace(r"\ ", " ") for word in TOTALS.split(", "))
    return rf"^(?i:{words})(?: ?[:(–-].*| of [0-9].*)?$"


def _label(seen: Look, totals: str) -> str:
    """The column in which total rows say that they are some: the first with such a cell, else the first of all."""
    known = re.compile(totals)
    return next(
        (name for name in seen.header if any(known.match(text.strip()) for text in seen.texts(name))), seen.header[0]
    )


def _decimal(
    seen: Look,
    found: Mapping[str, str],
    texts: Mapping[str, Sequence[str]],
    hints: Mapping[str, str],
    how: tuple[str, str, list[Finding]],
) -> str:
    """The decimal sign: the file's own, the user's, or where every amount can be read in two ways, the language's."""
    if seen.is_typed:
        return "."
    if "cost" in hints:
        return hints["cost"]
    where, language, assumed = how
    every = [text for name in _MONEY for text in texts.get(name, ()) if "%" not in text]
    return _or_by(
        lambda: numbers.decimal_of(every, found["cost"], where, "cost"), DECIMALS.get(language, ""), assumed,
        phrase("every amount can be read in two ways; its headers' language ({language}) decides", language=language),
    )  # fmt: skip


def _dates(
    texts: Mapping[str, Sequence[str]],
    found: Mapping[str, str],
    hints: Mapping[str, str],
    how: tuple[str, str, list[Finding]],
) -> str:
    """The order of day, month and year: likewise."""
    told = next((hints[name] for name in ("date", "starts", "ends") if name in hints), "")
    days = [text for name in ("date", "starts", "ends") for text in texts.get(name, ()) if re.search("[0-9]", text)]
    if told or not days:
        return told or "ymd"
    where, language, assumed = how
    name = next(name for name in ("date", "starts", "ends") if name in found)
    return _or_by(
        lambda: dates.order_of(days, found[name], where, name), DATES.get(language, ""), assumed,
        phrase("every day can be read in two ways; its headers' language ({language}) decides: the day "
"comes first", language=language),
    )  # fmt: skip


def _or_by(seen: Callable[[], str], usual: str, assumed: list[Finding], words: str) -> str:
    """What the file shows, or what is usual where it shows nothing clear, and a finding that says so."""
    try:
        return seen()
    except DataError:
        if not usual:
            raise
        assumed.append(Finding("F364", words, "warning"))
        return usual
