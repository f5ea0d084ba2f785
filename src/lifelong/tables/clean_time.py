"""Dates and times as a day and a second of it, by integer arithmetic, in the project's zone.

No engine's date parser is used: they differ, and a lazy one stops at the first bad value. A text is brought to
``YYYY-MM-DD HH:MM:SS`` by patterns and slices, the day number follows from the civil calendar's integer formula
(years begin in March, 400 of them have 146,097 days), and a zone is the sum of its offsets between transitions.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import narwhals as nw

from lifelong.errors import ConfigError
from lifelong.phrases import phrase

_CANONICAL = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_CLOCK = r"(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)?"
_OFFSET = r" ?(?:Z|z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})"
_FULL = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_CLOCK}(?:{_OFFSET})?$"
_BEGIN, _END, _ERA = 0, 4_102_444_800, 315_576_000  # 1970 to 2100 in eras of ten years, in seconds


def read(frame: Any, name: str, dates: str, zones: tuple[str, str]) -> Any:
    """Add ``_day``, ``_second`` (0 where the text is no time) and ``_is_date`` for a column of texts.

    Args:
        frame: a narwhals frame.
        name: its column of texts; ``_at`` is used on the way.
        dates: the order of day, month and year, or ``s`` or ``ms``.
        zones: the project's zone, and ``UTC`` or nothing for what a time without offset means.
    """
    frame = frame.with_columns(_at=nw.col(name))
    if dates in {"s", "ms"}:
        return _counted(frame, dates, zones[0])
    if dates == "ymd":
        frame = frame.with_columns(_odd=~_AT.str.contains(_CANONICAL))
    else:
        frame = frame.with_columns(_odd=~_AT.is_null())
    for stage in (_year_first if dates == "ymd" else _year_last)(dates) + _clock():
        frame = frame.with_columns(**stage)
    return _moment(frame, *zones)


_AT = nw.col("_at")
_Stage = dict[str, nw.Expr]


def _where(pattern: str, text: nw.Expr) -> _Stage:
    """The stage that replaces odd texts of that pattern."""
    return {
        "_at": nw.when(nw.col("_odd")).then(nw.when(_AT.str.contains(pattern)).then(text).otherwise(_AT)).otherwise(_AT)
    }


def _padded(at: int) -> _Stage:
    """A zero before a single digit at that place."""
    head = [_AT.str.slice(0, at)] if at else []
    return _where(f"^.{{{at}}}[0-9](?:[^0-9].*)?$", nw.concat_str(*head, nw.lit("0"), _AT.str.slice(at)))


def _year_first(_: str) -> list[_Stage]:
    dash = nw.lit("-")
    compact = nw.concat_str(_AT.str.slice(0, 4), dash, _AT.str.slice(4, 2), dash, _AT.str.slice(6))
    dashed = nw.concat_str(_AT.str.slice(0, 4), dash, _AT.str.slice(5, 2), dash, _AT.str.slice(8))
    return [
        _where("^[0-9]{8}(?:[ T].*)?$", compact),
        _padded(5),
        _padded(8),
        _where("^[0-9]{4}(?:/[0-9]{2}/|[.][0-9]{2}[.])[0-9]{2}", dashed),
    ]


def _year_last(dates: str) -> list[_Stage]:
    """Day or month first; a two-digit year is of this century below 70, as POSIX has it."""
    century = nw.when(_AT.str.contains("^.{6}[0-6]")).then(nw.lit("20")).otherwise(nw.lit("19"))
    day, month = (0, 3) if dates == "dmy" else (3, 0)
    dash = nw.lit("-")
    turned = nw.concat_str(
        _AT.str.slice(6, 4), dash, _AT.str.slice(month, 2), dash, _AT.str.slice(day, 2), _AT.str.slice(10)
    )
    sound = "^(?:[0-9]{2}/[0-9]{2}/|[0-9]{2}[.][0-9]{2}[.]|[0-9]{2}-[0-9]{2}-)[0-9]{4}(?:[^0-9].*)?$"
    return [
        {"_at": nw.when(_AT.str.contains("^[0-9]{4}-")).then(nw.concat_str(nw.lit("?"), _AT)).otherwise(_AT)},
        _padded(0),
        _padded(3),
        _where("^[^?].{5}[0-9]{2}(?:[^0-9].*)?$", nw.concat_str(_AT.str.slice(0, 6), century, _AT.str.slice(6))),
        _where(sound, turned),
    ]


def _clock() -> list[_Stage]:
    """One blank before the clock, its hour of two digits, and AM or PM turned into it."""
    noon = "^.{10}[ T](?:0[1-9]|1[0-2]):[0-9:.]+ ?[AaPp][.]?[Mm][.]?$"
    after = nw.when(_AT.str.contains("[Pp][.]?[Mm][.]?$")).then(nw.lit("p")).otherwise(nw.lit("a"))
    hours = {f"{half}{hour:02d}": f"{hour % 12 + 12 * (half == 'p'):02d}" for half in "ap" for hour in range(1, 13)}
    key = nw.concat_str(after, _AT.str.slice(11, 2))
    bare = _AT.str.replace_all(" ?[AaPp][.]?[Mm][.]?$", "").str.slice(13)
    turned = nw.coalesce(*(nw.when(nw.col("_half") == told).then(nw.lit(hour)) for told, hour in hours.items()))
    return [
        _where("^.{10}(?:, ?| {2,})[0-9]", _AT.str.replace_all("(?:, ?| {2,})", " ")),
        _padded(11),
        {"_half": nw.when(nw.col("_odd")).then(nw.when(_AT.str.contains(noon)).then(key))},
        {
            "_at": nw.when(nw.col("_half").is_null()).then(_AT)
            .otherwise(nw.concat_str(_AT.str.slice(0, 11), turned, bare))
        },
    ]  # fmt: skip


def _moment(frame: Any, timezone: str, source_zone: str) -> Any:
    """Day and second of canonical texts, in the project's zone."""
    matches = nw.when(nw.col("_odd")).then(_AT.str.contains(_FULL)).otherwise(~_AT.is_null())  # odd ones were mended
    frame = frame.with_columns(_is_date=matches)
    frame = frame.with_columns(_at=nw.when(nw.col("_is_date")).then(_AT).otherwise(nw.lit("1970-01-01")))
    frame = frame.with_columns(
        _y=_AT.str.slice(0, 4).cast(nw.Int64), _m=_AT.str.slice(5, 2).cast(nw.Int64),
        _d=_AT.str.slice(8, 2).cast(nw.Int64), _timed=nw.col("_odd") & _AT.str.contains("^.{10}[ T]"),
    )  # fmt: skip
    clock = nw.when(nw.col("_timed")).then(_AT.str.slice(11, 8))
    frame = frame.with_columns(_clock=clock)
    frame = frame.with_columns(
        _h=_slot(0), _i=_slot(3),
        _s=nw.when(nw.col("_clock").str.contains("^.{5}:[0-9]{2}")).then(_slot(6)).otherwise(nw.lit(0)),
    )  # fmt: skip
    is_time = (nw.col("_h") < 24) & (nw.col("_i") < 60) & (nw.col("_s") < 60)
    there = exists(nw.col("_y"), nw.col("_m"), nw.col("_d"))
    frame = frame.with_columns(
        _is_date=nw.col("_is_date") & is_time & there,
        _day=civil(nw.col("_y"), nw.col("_m"), nw.col("_d")),
        _second=nw.col("_h") * 3600 + nw.col("_i") * 60 + nw.col("_s"),
    )
    return _to_zone(frame, timezone, source_zone)


def _slot(at: int) -> nw.Expr:
    """Two digits of the clock, 0 where there is none."""
    text = nw.when(nw.col("_timed")).then(nw.col("_clock").str.slice(at, 2)).otherwise(nw.lit("0"))
    digits = nw.when(text.str.contains("^[0-9]{1,2}$")).then(text).otherwise(nw.lit("0"))
    return digits.cast(nw.Int64)


def _counted(frame: Any, dates: str, timezone: str) -> Any:
    """Day and second of seconds (or milliseconds) since 1970-01-01 UTC."""
    digits = "^[0-9]{1,11}(?:[.][0-9]+)?$" if dates == "s" else "^[0-9]{1,14}(?:[.][0-9]+)?$"
    frame = frame.with_columns(_is_date=_AT.str.contains(digits))
    text = nw.when(nw.col("_is_date")).then(_AT.str.replace_all("[.].*$", "")).otherwise(nw.lit("0"))
    frame = frame.with_columns(_utc=text.cast(nw.Int64))
    if dates == "ms":
        frame = frame.with_columns(_utc=nw.col("_utc") // 1000)
    frame = frame.with_columns(_utc=zoned(nw.col("_utc"), timezone))
    frame = frame.with_columns(_day=nw.col("_utc") // 86_400)
    return frame.with_columns(_second=nw.col("_utc") - nw.col("_day") * 86_400)


def civil(year: nw.Expr, month: nw.Expr, date: nw.Expr) -> nw.Expr:
    """Days since 1970-01-01 of a date of the Gregorian calendar (years 0 to 9999)."""
    is_late = month > 2
    y = nw.when(is_late).then(year).otherwise(year - 1)
    m = nw.when(is_late).then(month - 3).otherwise(month + 9)
    return y * 365 + over(y, 4) - over(y, 100) + over(y, 400) + over(m * 153 + 2, 5) + date - 719_469


def over(number: nw.Expr, by: int) -> nw.Expr:
    """A small integer over another, rounded down: IEEE division is exact where the quotient is whole.

    Far quicker on lazy engines than their integer division below zero.
    """
    return (number / float(by)).floor().cast(nw.Int64)


def month_and_date(day: nw.Expr) -> tuple[nw.Expr, nw.Expr]:
    """The calendar month and the day of it, both from 1, of days since 1970-01-01; the reverse of :func:`civil`."""
    z = day.cast(nw.Int64) + 719_468
    of_era = z - over(z, 146_097) * 146_097
    year = over(of_era - over(of_era, 1_460) + over(of_era, 36_524) - over(of_era, 146_096), 365)
    of_year = of_era - (year * 365 + over(year, 4) - over(year, 100))
    shifted = over(of_year * 5 + 2, 153)  # March is 0
    month = nw.when(shifted < 10).then(shifted + 3).otherwise(shifted - 9)
    return month, of_year - over(shifted * 153 + 2, 5) + 1


def exists(year: nw.Expr, month: nw.Expr, date: nw.Expr) -> nw.Expr:
    """Whether there is such a date; only the last days of a month need a closer look."""
    is_short = (month == 4) | (month == 6) | (month == 9) | (month == 11)
    is_leap = (over(year, 4) * 4 == year) & ((over(year, 100) * 100 != year) | (over(year, 400) * 400 == year))
    late = nw.when(month == 2).then((date == 29) & is_leap).otherwise((date <= 30) | ((date == 31) & ~is_short))
    sound = nw.when(date <= 28).then(date >= 1).otherwise(late)
    return (month >= 1) & (month <= 12) & sound


def _to_zone(frame: Any, timezone: str, source_zone: str) -> Any:
    """Turn a written day and second into the zone's own, where the text or the file says which zone it means."""
    is_signed = nw.col("_timed") & _AT.str.contains("^.{16,}[+-][0-9]{2}:?(?:[0-9]{2})?$")
    is_zulu = nw.col("_timed") & (nw.lit(source_zone == "UTC") | _AT.str.contains("(?:Z|z|UTC|GMT)$"))
    tail = nw.when(is_signed).then(_AT.str.slice(16).str.replace_all("^[^+-]*|:", ""))
    frame = frame.with_columns(_tail=tail, _moved=is_signed | is_zulu)
    minutes = nw.when(nw.col("_tail").str.len_chars() == 5).then(nw.col("_tail").str.slice(3, 2)).otherwise(nw.lit("0"))
    hours = nw.when(~nw.col("_tail").is_null()).then(nw.col("_tail").str.slice(1, 2)).otherwise(nw.lit("0"))
    frame = frame.with_columns(_shift=hours.cast(nw.Int64) * 3600 + minutes.cast(nw.Int64) * 60)
    shift = nw.when(nw.col("_tail").str.starts_with("-")).then(-nw.col("_shift")).otherwise(nw.col("_shift"))
    frame = frame.with_columns(_utc=nw.col("_day") * 86_400 + nw.col("_second") - shift)
    frame = frame.with_columns(
        _utc=nw.when(nw.col("_moved")).then(zoned(nw.col("_utc"), timezone)).otherwise(nw.col("_utc"))
    )
    day = nw.col("_utc") // 86_400
    frame = frame.with_columns(_day=nw.when(nw.col("_moved")).then(day).otherwise(nw.col("_day")))
    second = nw.col("_utc") - nw.col("_day") * 86_400
    return frame.with_columns(_second=nw.when(nw.col("_moved")).then(second).otherwise(nw.col("_second")))


def zoned(utc: nw.Expr, timezone: str) -> nw.Expr:
    """Seconds since 1970 in UTC to those that the zone's clocks show: a sum over the zone's transitions, by era."""
    if timezone == "UTC":
        return utc
    start, changes = transitions(timezone)
    if not changes:
        return utc + start
    eras = []
    for begin in range(_BEGIN, _END, _ERA):
        before = [offset for at, offset in changes if at < begin]
        within = [(at, offset) for at, offset in changes if begin <= at < begin + _ERA]
        offset, steps = (before or [start])[-1], []
        for at, after in within:
            steps.append(nw.when(utc >= at).then(nw.lit(after - offset)).otherwise(nw.lit(0)))
            offset = after
        eras.append(nw.when(utc < begin + _ERA).then(nw.sum_horizontal(nw.lit((before or [start])[-1]), *steps)))
    return utc + nw.coalesce(*eras, nw.lit(changes[-1][1]))


def transitions(timezone: str) -> tuple[int, list[tuple[int, int]]]:
    """The zone's offset at the start of 1970, and each (UTC second, new offset in seconds) up to 2100."""
    zone = zone_of(timezone)

    def offset(second: int) -> int:
        told = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).astimezone(zone).utcoffset()
        return int((told or timedelta(0)).total_seconds())

    found, before, step = [], offset(0), 7 * 86_400
    for stop in range(step, _END, step):
        after = offset(stop)
        if after != before:
            low, high = stop - step, stop
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            found.append((high, after))
            before = after
    return offset(0), found


def zone_of(timezone: str) -> tzinfo:
    """The zone of that name, or an error that says how zones are named."""
    if timezone == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as problem:
        raise ConfigError(
            "E301",
            phrase("{timezone!r} is not a time zone that this machine knows", timezone=timezone),
            where="timezone",
            why=str(problem),
            fix="write a name such as Europe/Warsaw; on Windows: python -m pip install tzdata",
        ) from None
