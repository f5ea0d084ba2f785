"""A firm's table of subscriptions: texts to exact integers, one row in, one row out, each kept or set aside with a reason.

Pure narwhals, equal by ``==`` on every engine, as the cleaning of orders is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong import schema
from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.tables import clean_numbers as numbers
from lifelong.tables import clean_text as texts
from lifelong.tables import clean_time as times
from lifelong.tables import subscription_status as statuses
from lifelong.tables.clean_frame import along, before, entered, looked, names_of, returned
from lifelong.tables.refusing import MEND, leave_out, rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.tables.clean_rules import Rules

#: Reasons in the order in which they are tried: the code of the refusal where there are too many, and words for reports.
REASONS: dict[str, tuple[str, str]] = {
    "unreadable row": ("E104", "could not be read as rows of this file"),
    "no customer": ("E104", "have no customer"),
    "invalid date": ("E104", "have a date that does not exist or is not written as the others"),
    "no start": ("E104", "have no start"),
    "start in the future": ("E104", "start in the future"),
    "end before start": ("E224", "end before they start"),
    "no end": ("E171", "say that they have ended, and no column says when"),
    "pause outside": ("E228", "have a pause that does not lie within the subscription, or ends before it begins"),
    "no price": ("E226", "have no price, or none that can be read"),
    "foreign currency": ("E105", "are in another currency"),
    "unknown period": ("E227", "have a period that is not known"),
    "overlap": ("E225", "begin before an earlier subscription of the same customer has ended"),
}
#: Words for each period; compared in small letters.
PERIODS: dict[str, str] = {
    "week": "week, weekly, 1 week, w, tydzień, tygodniowo, неделя, еженедельно, semaine, hebdomadaire, woche, wöchentlich",
    "fortnight": "fortnight, fortnightly, biweekly, bi-weekly, 2 weeks, two weeks, 2 tygodnie, 2 недели, 2 semaines, "
    "quinzaine, 14 tage, zweiwöchentlich",
    "month": "month, monthly, 1 month, mo, m, miesiąc, miesięcznie, miesięczny, месяц, ежемесячно, mois, mensuel, "
    "mensuelle, monat, monatlich",
    "quarter": "quarter, quarterly, 3 months, q, kwartał, kwartalnie, квартал, ежеквартально, trimestre, trimestriel, "
    "quartal, vierteljährlich",
    "half-year": "half-year, half year, half-yearly, semiannual, semi-annual, biannual, 6 months, półrocze, półrocznie, "
    "полугодие, semestre, semestriel, halbjahr, halbjährlich",
    "year": "year, yearly, annual, annually, 1 year, 12 months, y, yr, rok, rocznie, roczny, год, ежегодно, an, année, "
    "annuel, annuelle, jahr, jährlich",
}
_DATES = {
    "start": "started_at", "end": "ended_at", "pause": "paused_at", "resume": "resumed_at", "notice": "cancelled_at",
    "paid_to": "period_ends_at", "trial": "trial_ended_at",
}  # fmt: skip
_KINDS: dict[str, Any] = {"text": nw.String, "int32": nw.Int32, "int64": nw.Int64}
_NEVER = 2_932_896  # 9999-12-31: the end of what still runs
_SHOWN = 3


def rows(raw: Any, rules: Rules, period: str = "") -> Any:
    """Clean a table of subscriptions.

    Rows of one customer may touch but not overlap: who has several contracts at once is given the contract's number as
    the customer. A row that begins before an earlier one has ended is set aside. What a status means stands in
    :mod:`~lifelong.tables.subscription_status`.

    Args:
        raw: frame with ``row`` (int64) and texts under the names of ``schema.SUBSCRIPTION_SOURCE``; ``fault`` is not
            null where the reader could not parse the row.
        rules: how this file writes dates and amounts.
        period: what a price pays for where no column says it.

    Returns:
        A frame of the same engine with the columns of ``schema.SUBSCRIPTIONS``.
    """
    return returned(apart(cleaned(raw, rules, period)), raw)


def cleaned(raw: Any, rules: Rules, period: str = "") -> Any:
    """The same as a narwhals frame, before rows are held against each other."""
    sent = entered(raw)
    have, frame = set(names_of(sent)), _texts(sent, period)
    for name, source in _DATES.items():
        if source not in have:
            frame = frame.with_columns(**{name: nw.lit(None, dtype=nw.Int32), f"_{name}_odd": nw.lit(False)})
            continue
        frame = times.read(frame, f"_{source}", rules.dates, (rules.timezone, rules.source_zone))
        there, is_date = ~nw.col(f"_{source}").is_null(), numbers.sure(nw.col("_is_date"))
        frame = frame.with_columns(
            **{f"_{name}_odd": there & ~is_date, name: nw.when(is_date).then(nw.col("_day")).cast(nw.Int32)}
        )
    frame = numbers.read(frame, "_price", rules.decimal, rules.digits)
    frame = statuses.settled(frame, rules.today)
    frame = statuses.after_trial(frame.with_columns(price=nw.col("_price_n"), reason=_reason(rules)))
    return frame.select(*(nw.col(c.name).cast(_KINDS[c.kind]) for c in schema.SUBSCRIPTIONS))


def too_bad(cleaned: Any, share: float, where: str) -> dict[str, int]:
    """How many rows each reason set aside.

    Raises:
        DataError: as :func:`refuse`.
    """
    frame = nw.from_native(cleaned)
    told = looked(frame, all=nw.len(), **{r: _sum(nw.col("reason") == r) for r in REASONS})
    total = int(told.pop("all"))
    counts = {reason: int(n) for reason, n in told.items() if n}
    refuse(counts, {reason: first_rows(frame, reason) for reason in counts}, total, share, where)
    return counts


def first_rows(frame: Any, reason: str) -> list[int]:
    """The first rows that a reason sets aside."""
    first = frame.filter(nw.col("reason") == reason).select("row").sort("row").head(_SHOWN)
    return [int(n) for n in (first.collect() if isinstance(first, nw.LazyFrame) else first)["row"].to_list()]


def refuse(counts: Mapping[str, int], rows: Mapping[str, Sequence[int]], total: int, share: float, where: str) -> None:
    """Refuse a table of which too much is bad.

    Args:
        counts: how many rows each reason set aside.
        rows: the first of them.
        total: all rows of the table.
        share: so large a part of them may be bad.
        where: the table's name.

    Raises:
        DataError: E104, E105, E171 or E224 to E228, by the commonest reason, where more than ``share`` of the rows are
            bad; E229 where none is left.
    """
    bad = sum(counts.values())
    if bad and bad > share * total:
        worst = max(counts, key=lambda reason: counts[reason])
        code, text = REASONS[worst]
        loss = leave_out(bad, total) if bad < total else ""
        raise DataError(
            code,
            phrase(
                "{counts:,} of {total:,} rows {text}; {bad:,} are bad in all",
                counts=counts[worst],
                total=total,
                text=phrase(text),
                bad=bad,
            ),
            where=rows_of(where, rows[worst]),
            why=phrase("more than {share:.3g} % of the rows would be left out", share=share * 100),
            fix=phrase("{fix}{loss}", fix=phrase(_FIX.get(worst, MEND)), loss=loss),
        )
    if bad == total:
        raise DataError(
            "E229",
            "the table holds no subscription",
            where=where,
            why="nothing could be kept of it",
            fix="look at the file, or name its columns: --column customer_id=...",
        )


_FIX = {
    "overlap": "give each contract's number as the customer:  --column customer_id=CONTRACT",
    "unknown period": "say the period in words such as month or year, or name another column:  --column period=NAME",
    "no price": "name another column:  --column price=NAME",
    "invalid date": "say what comes first:  --column started_at=NAME:dmy",
    "no end": "name the column of the end:  --column ended_at=NAME",
    "no customer": "name another column:  --column customer_id=email",
}


def _sum(flag: nw.Expr) -> nw.Expr:
    return nw.when(flag).then(nw.lit(1)).otherwise(nw.lit(0)).sum()


def _texts(frame: Any, period: str) -> Any:
    """Every source column as clean text, null where the file has no such column; the period by its name."""
    have, absent = set(names_of(frame)), nw.lit(None, dtype=nw.String)
    names = schema.names(schema.SUBSCRIPTION_SOURCE)
    frame = frame.select(
        "row",
        _fault=nw.col("fault").cast(nw.String) if "fault" in have else absent,
        **{f"_{n}": texts.cell(n) if n in have else absent for n in names},
    )
    frame = frame.with_columns(**{f"_{n}": texts.something(f"_{n}") for n in names})
    word = texts.lower(nw.col("_period"))
    known = [nw.when(texts.among(word, texts.forms(told))).then(nw.lit(name)) for name, told in PERIODS.items()]
    frame = frame.with_columns(
        customer_id=texts.somebody(texts.identifier(nw.col("_customer_id"))),
        subscription_id=texts.identifier(nw.col("_subscription_id")),
        plan=nw.col("_plan"),
        period=nw.coalesce(*known),
    )
    if period:
        told = nw.when(nw.col("_period").is_null()).then(nw.lit(period)).otherwise(nw.col("period"))
        frame = frame.with_columns(period=told)
    return frame


def _reason(rules: Rules) -> nw.Expr:
    """The first reason of ``REASONS`` that fits, without overlaps, or null."""
    start, end, pause, resume = (nw.col(name) for name in ("start", "end", "pause", "resume"))
    foreign = numbers.code(nw.col("_currency"), rules.currency) != rules.currency if rules.currency else nw.lit(False)
    tried = {
        "unreadable row": ~nw.col("_fault").is_null(),
        "no customer": nw.col("customer_id").is_null() | texts.is_rounded_number(nw.col("customer_id")),
        "invalid date": nw.any_horizontal(*(nw.col(f"_{name}_odd") for name in _DATES), ignore_nulls=False)
        | (start < 0),
        "no start": start.is_null(),
        "start in the future": (start > rules.today) & ~statuses.among(statuses.UNPAYING),
        "end before start": end < start,
        "no end": (nw.col("status") == "ended") & end.is_null(),
        "pause outside": (pause < start) | (pause > end) | (resume < pause) | (pause.is_null() & ~resume.is_null()),
        "no price": nw.col("_price_n").is_null() | (nw.col("_price_n") < 0),
        "foreign currency": foreign,
        "unknown period": nw.col("period").is_null(),
    }
    return nw.coalesce(*(nw.when(numbers.sure(fits)).then(nw.lit(reason)) for reason, fits in tried.items()))


def apart(frame: Any) -> Any:
    """Mark paid rows of :func:`cleaned` that begin before an earlier one of the same customer has ended.

    Rows are told apart by ``row``. Those with a reason, or ``repeats`` where the frame has it, are passed over.
    """
    counts = nw.col("reason").is_null() & ~statuses.among(statuses.UNPAYING)
    sound = frame.filter(counts & nw.col("repeats").is_null() if "repeats" in names_of(frame) else counts)
    until = nw.when(nw.col("end").is_null()).then(nw.lit(_NEVER)).otherwise(nw.col("end")).cast(nw.Int64)
    # Starts apart by the row, so that their order is one; a row with the start of another begins too soon.
    sound = sound.with_columns(_until=until, _at=nw.col("start").cast(nw.Int64) * 2**31 + nw.col("row"))
    latest = _latest(sound)
    first = nw.col("start").cast(nw.Int64)
    marks = latest.filter((first < nw.col("_latest")) | (first == nw.col("_start_before")))
    marks = marks.select("row", _mark=nw.lit("overlap"))
    joined = frame.join(marks, on="row", how="left").with_columns(reason=nw.coalesce("reason", "_mark"))
    return joined.drop("_mark")


def _latest(frame: Any) -> Any:
    """``_latest``: the last end of the customer's earlier rows; ``_start_before``: the start of the one before."""
    who = nw.col("customer_id")
    if isinstance(frame, nw.LazyFrame):
        told = before(frame, "_at", "customer_id").with_columns(_start_before=nw.col("before") // 2**31)
        most = along(nw.col("_until").cum_max(), "customer_id", "_at")
        told = told.with_columns(_most=most)
        return told.with_columns(_latest=along(nw.col("_most").shift(1), "customer_id", "_at"))
    # A window is not to be trusted on every eager engine: customers are numbered, so that one running maximum will do.
    told = frame.sort("customer_id", "_at")
    told = told.with_columns(_new=nw.when(who == who.shift(1)).then(nw.lit(0)).otherwise(nw.lit(1)))
    told = told.with_columns(_number=nw.col("_new").cum_sum().cast(nw.Int64) * 2**32)
    told = told.with_columns(_most=(nw.col("_number") + nw.col("_until")).cum_max())
    same = nw.col("_new") == 0
    return told.with_columns(
        _latest=nw.when(same).then(nw.col("_most").shift(1) - nw.col("_number")),
        _start_before=nw.when(same).then(nw.col("start").cast(nw.Int64).shift(1)),
    )
