"""A platform's report of advertising spend: texts to exact integers, one row in, one row out, each kept or set aside.

Pure narwhals, as the cleaning of orders and of subscriptions is.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong import schema
from lifelong.tables import clean_numbers as numbers
from lifelong.tables import clean_text as texts
from lifelong.tables import clean_time as times
from lifelong.tables.clean_frame import entered, names_of
from lifelong.tables.clean_numbers import sure
from lifelong.tables.clean_rules import Reason
from lifelong.tables.medium_rules import by_medium, by_source, common

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifelong.tables.clean_rules import Rules

#: What money may be spent for.
PURPOSES = ("acquisition", "retention", "brand", "fixed")
#: Reasons in the order in which they are tried.
REASONS: dict[str, Reason] = {
    "unreadable row": Reason("could not be read as rows of this file"),
    "total row": Reason("are the file's own totals", is_fault=False),
    "spoilt id": Reason("have a campaign number that a spreadsheet has rounded"),
    "foreign currency": Reason("are in another currency, for which no rate is given"),
    "invalid cost": Reason("have a cost that is not written as the others"),
    "invalid day": Reason("have a day that does not exist or is not written as the others"),
    "no day": Reason("say no day"),
    "end before start": Reason("end before they start"),
    "several days": Reason("tell of several days at once"),
    "day in the future": Reason("lie in the future"),
    "unknown purpose": Reason("have a purpose other than acquisition, retention, brand, fixed"),
}
_DATES = ("date", "starts", "ends", "month")
_WHOLE = ("impressions", "clicks")
_NAMED = ("campaign", "campaign_id", "ad")
#: Conversions are read to a millionth: platforms share one among several clicks.
_PARTS = 6
_EXTRA = 2  # further decimals of amounts that are exchanged
_SPOILT = r"^[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+$"
_BOUGHT = "(?i)purchase|lead|registration|subscribe|conversion"
#: A Google campaign's type by its words (English, German, French, Spanish, Polish, Russian), and where its money goes.
TYPES = {
    "paid shopping": "(?i)shopping|zakup|achat|compra|покуп|товар",
    "paid search": "(?i)search|such|recherche|búsqueda|wyszuk|поиск",
    "display": "(?i)display|reklamow|медийн|кмс",
    "paid video": "(?i)video|vidéo|vídeo|youtube|wideo|видео",
    "paid other": "(?i)performance max|demand gen|discovery|smart|app|max",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a whole file of spend beside :class:`~lifelong.tables.clean_rules.Rules`. JSON-able.

    Attributes:
        origin: the platform, or ``file``.
        currency: of the amounts where a row names none; empty: the project's.
        source, medium, channel: where rows name none.
        forced: the channel of all rows, where the user says it.
        purpose: where rows name none.
        first, last: the range of the whole file, days since 1970-01-01.
        spread: whether rows of several days may be dealt evenly over them.
        totals: what a total row begins with, a pattern.
        aliases: the firm's other names of sources and media, in small letters, to what they mean.
    """

    origin: str = "file"
    currency: str = ""
    source: str = ""
    medium: str = ""
    channel: str = ""
    forced: str = ""
    purpose: str = "acquisition"
    first: int | None = None
    last: int | None = None
    spread: bool = False
    totals: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Told:
        """What :meth:`as_dict` told."""
        return cls(**told)


def cleaned(raw: Any, rules: Rules, told: Told) -> Any:
    """Clean a report of spend.

    Args:
        raw: frame with ``row`` (int64) and texts under the names of ``schema.SPEND_SOURCE``; ``fault`` is not null where the
            reader could not parse the row.
        rules: how this file writes dates and amounts.
        told: what is known of the whole file.

    Returns:
        A narwhals frame of the same engine: ``row``, ``first`` and ``last`` day (int32), what ``schema.SPEND`` has from
        ``channel`` to ``origin``, ``label`` (the row's first words) and ``reason``, null where the row is kept. A cost that
        is not there is 0, and ``no_cost`` says so; ``rounded`` where it had more decimals than the currency.
    """
    frame = _texts(entered(raw))
    for name in _DATES:
        order = "ymd" if name == "month" else rules.dates
        frame = times.read(frame, f"_{name}", order, (rules.timezone, rules.source_zone))
        sound = sure(nw.col("_is_date"))
        frame = frame.with_columns(
            **{
                f"{name}_odd": ~nw.col(f"_{name}").is_null() & ~sound,
                f"{name}_day": nw.when(sound).then(nw.col("_day")).cast(nw.Int64),
            }
        )
    frame = _money(frame, rules, told)
    frame = _days(frame, rules, told)
    frame = _named(frame, told)
    frame = frame.with_columns(reason=_reason(rules, told))
    kept = [column.name for column in schema.SPEND if column.name != "day"]
    return frame.select("row", "first", "last", *kept, "label", "no_cost", "rounded", "reason")


def _texts(frame: Any) -> Any:
    """Every source column as clean text under its name with a dash before it; null where the file has no such column."""
    have, absent = set(names_of(frame)), nw.lit(None, dtype=nw.String)
    names = schema.names(schema.SPEND_SOURCE)
    frame = frame.select(
        "row",
        _fault=nw.col("fault").cast(nw.String) if "fault" in have else absent,
        _raw=nw.col("raw").cast(nw.String) if "raw" in have else absent,
        **{f"_{n}": texts.cell(n) if n in have else absent for n in names},
    )
    frame = frame.with_columns(**{f"_{n}": texts.something(f"_{n}") for n in names})
    dashes = {f"_{n}": nw.when(~nw.col(f"_{n}").str.contains("^[–—-]+$")).then(nw.col(f"_{n}")) for n in names}
    frame = frame.with_columns(**dashes)
    month = nw.col("_month")
    first = nw.when(month.str.contains("^[0-9]{4}-[0-9]{1,2}$")).then(nw.concat_str(month, nw.lit("-01")))
    return frame.with_columns(_month=nw.when(first.is_null()).then(month).otherwise(first))


def _money(frame: Any, rules: Rules, told: Told) -> Any:
    """Costs and conversion values in the project's minor units; counts; null where a figure is none or cannot be read."""
    extra = _EXTRA if rules.rates else 0
    for name, digits in (("cost", rules.digits + extra), ("conversion_value", rules.digits + extra)):
        frame = numbers.read(frame, f"_{name}", rules.decimal, digits)
    for name in _WHOLE:
        frame = numbers.read(frame, f"_{name}", rules.decimal, 0)
    bought = nw.col("_indicator").is_null() | nw.col("_indicator").str.contains(_BOUGHT)
    results = nw.when(bought).then(nw.col("_results"))
    frame = frame.with_columns(_conversions=nw.coalesce("_conversions", results))
    frame = numbers.read(frame, "_conversions", rules.decimal, _PARTS)
    home = rules.currency
    named = nw.coalesce(
        numbers.code(nw.col("_currency"), home),
        numbers.marked_currency(nw.col("_cost"), told.currency or home),
        nw.lit(told.currency or home),
    )
    frame = frame.with_columns(_named=named)
    rates = {**dict(rules.rates), home: "1"}
    if rules.rates:
        for name in ("cost", "conversion_value"):
            frame = frame.with_columns(_sum=nw.lit(None).cast(nw.Int64))
            for code, rate in sorted(rates.items()):
                frame = numbers.exchanged(frame, f"_{name}_n", rate, extra)
                there = nw.when(nw.col("_named") == code).then(nw.col(f"_{name}_n_there"))
                frame = frame.with_columns(_sum=nw.coalesce(there, nw.col("_sum")))
            frame = frame.with_columns(nw.col("_sum").alias(f"_{name}_n"))
    is_home = texts.among(nw.col("_named"), tuple(rates)) if home else nw.lit(True)
    known = sure(is_home) & ~nw.col("_cost_bad") & ~nw.col("_cost_large")
    return frame.with_columns(
        _foreign=~sure(is_home),
        no_cost=nw.col("_cost").is_null() & nw.col("_fault").is_null(),
        rounded=nw.col("_cost_rounded"),
        cost=nw.when(known).then(nw.coalesce(nw.col("_cost_n"), nw.lit(0))).otherwise(nw.lit(0)).cast(nw.Int64),
        impressions=nw.col("_impressions_n"),
        clicks=nw.col("_clicks_n"),
        conversions=nw.col("_conversions_n").cast(nw.Float64) / float(10**_PARTS),
        conversion_value=nw.when(known).then(nw.col("_conversion_value_n")),
    )


def _days(frame: Any, rules: Rules, told: Told) -> Any:
    """The first and the last day of each row: its own day, its range, its month, or the range of the whole file."""
    frame = frame.with_columns(month_day=nw.col("month_day") - times.month_and_date(nw.col("month_day"))[1] + 1)
    later = nw.col("month_day") + 31  # a day of the next month, whose own place in it says where that begins
    frame = frame.with_columns(_end_of_month=later - times.month_and_date(later)[1])
    first = nw.coalesce("date_day", "starts_day", "month_day", nw.lit(told.first).cast(nw.Int64))
    last = nw.coalesce(
        nw.col("date_day"),
        nw.col("ends_day"),
        nw.col("starts_day"),
        nw.col("_end_of_month"),
        nw.lit(told.last).cast(nw.Int64),
    )
    frame = frame.with_columns(first=first, last=last)
    until = nw.when((nw.col("first") <= rules.today) & (nw.col("last") > rules.today)).then(nw.lit(rules.today))
    return frame.with_columns(
        first=nw.col("first").cast(nw.Int32), last=nw.coalesce(until, nw.col("last")).cast(nw.Int32)
    )


def _named(frame: Any, told: Told) -> Any:
    """Source, medium, channel, campaign, purpose and origin of each row; ``label``, the words it begins with."""
    blank = nw.lit("")
    source = nw.coalesce(nw.col("_source"), nw.lit(told.source))
    medium = nw.coalesce(nw.col("_medium"), nw.lit(told.medium))
    frame = frame.with_columns(source=source, medium=medium)
    by_type = [nw.when(nw.col("_campaign_type").str.contains(words)).then(nw.lit(c)) for c, words in TYPES.items()]
    names = (common(nw.col(name), told.aliases) for name in ("source", "medium"))
    frame = frame.with_columns(**dict(zip(("_from", "_by"), names, strict=True)))
    tags = nw.col("_from"), nw.col("_by")
    ours = [nw.when(sure(fits)).then(nw.lit(channel)) for fits, channel in (*by_medium(*tags), *by_source(*tags))]
    told_of = [nw.lit(told.forced)] if told.forced else []
    typed = by_type if told.source == "google" else []
    fixed = [nw.lit(told.channel)] if told.channel else []
    purpose = nw.coalesce(texts.lower(nw.col("_purpose")), nw.lit(told.purpose))
    return frame.with_columns(
        channel=nw.coalesce(*told_of, nw.col("_channel"), *typed, *fixed, *ours, nw.lit(schema.UNKNOWN)),
        campaign=nw.coalesce(*(nw.col(f"_{name}") for name in _NAMED), blank),
        purpose=purpose,
        origin=nw.lit(told.origin),
        label=nw.coalesce(nw.col("_label"), nw.col("_campaign"), nw.col("_raw"), blank),
    )


def _reason(rules: Rules, told: Told) -> nw.Expr:
    """The first reason of ``REASONS`` that fits, or null."""
    first, last = nw.col("first"), nw.col("last")
    odd = nw.any_horizontal(*(nw.col(f"{name}_odd") for name in _DATES), ignore_nulls=False)
    spoilt = [sure(nw.col(name).str.contains(_SPOILT)) for name in ("_campaign_id", "_campaign")]
    undated = nw.col("date_day").is_null() & nw.col("month_day").is_null()
    begins = sure(nw.col("label").str.contains(told.totals)) if told.totals else nw.lit(False)
    named = nw.col("_campaign").is_null() | sure(nw.col("_campaign").str.contains(told.totals or "^$"))
    is_total = begins & undated & (named | ~nw.col("_fault").is_null())
    names = [name for name in _NAMED if name in rules.columns]
    if told.origin in {"meta_ads", "tiktok_ads"} and names:  # the grand total is a row without a name
        is_total = is_total | nw.all_horizontal(*(nw.col(f"_{name}").is_null() for name in names), ignore_nulls=False)
    tried = {
        "total row": is_total,
        "unreadable row": ~nw.col("_fault").is_null(),
        "spoilt id": spoilt[0] | spoilt[1],
        "foreign currency": nw.col("_foreign"),
        "invalid cost": nw.col("_cost_bad") | nw.col("_cost_large"),
        "invalid day": odd | (first < 0),
        "no day": first.is_null() | last.is_null(),
        "end before start": last < first,
        "several days": (last > first) & nw.lit(not told.spread),
        "day in the future": first > rules.today,
        "unknown purpose": ~texts.among(nw.col("purpose"), PURPOSES),
    }
    return nw.coalesce(*(nw.when(sure(fits)).then(nw.lit(reason)) for reason, fits in tried.items()))
