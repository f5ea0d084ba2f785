"""What an ingest did, added up and said in words; and the refusal where too much of a file cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.tables.clean_duplicates import order_key
from lifelong.tables.clean_frame import entered
from lifelong.tables.clean_refunds import paired, refunding
from lifelong.tables.clean_rules import REASONS, Rules
from lifelong.tables.quality_findings import about
from lifelong.tables.refusing import rows_of
from lifelong.units import date_of
from lifelong.values import ImportReport

if TYPE_CHECKING:
    from collections.abc import Callable

    Kinds = Callable[[Any, str], int | None]

_SHOWN = 3  # row numbers of a reason that an error names


def report(
    lines_with_duplicates: Any, rules: Rules, source: str, batch: str, kinds: Kinds | None = None
) -> ImportReport:
    """Count one batch's rows and money, and say what a user should know of them.

    Args:
        lines_with_duplicates: the batch's rows as ``clean.duplicates`` marked them.
        rules: the rules by which they were cleaned.
        source: the file's name.
        batch: the batch's id.
        kinds: a quick way to count the different values of a column; None where it cannot say.

    Raises:
        DataError: E109, where the parts are not the whole (a fault of ours).
    """
    frame = entered(lines_with_duplicates).with_columns(_key=order_key())
    classes = _classes(frame)
    kept = frame.filter(nw.col("reason").is_null() & ~nw.col("duplicate"))
    facts = _facts(kept, kinds(kept.to_native(), "customer_id") if kinds else None)
    if facts["refunds"]:
        facts |= _refunds(kept)
    facts["days"] = sorted(_rows(kept.group_by("day").agg(n=nw.len()).select("day"), "day"))
    facts["rows"] = {r: _first_rows(frame, r) for r in classes["reasons"]}
    return _report(classes, facts, rules, (source, batch))


def _report(classes: dict[str, Any], facts: dict[str, Any], rules: Rules, names: tuple[str, str]) -> ImportReport:
    """What was counted, as a report of the file and the batch of those names."""
    parts, has_amount = classes["parts"], rules.has_amount
    money = {name: part[1] if has_amount else None for name, part in parts.items()}
    total = [sum(part[i] for part in parts.values()) for i in (0, 1)]
    details = {
        "reasons": classes["reasons"],
        "repeats": classes["repeats"],
        "refunds": {k: facts.get(k, 0) for k in ("refunds", "matched", "refunded")}
        | {"rules": facts.get("by_rule", {})},
        "rows": facts["rows"],
        "is_rounded": facts["rounded"],
    }
    return ImportReport(
        source=names[0],
        batch=names[1],
        rows_in=total[0],
        kept=parts["kept"][0],
        quarantined=parts["quarantined"][0],
        duplicates=parts["duplicates"][0],
        money_kept=money["kept"],
        money_quarantined=money["quarantined"],
        money_duplicates=money["duplicates"],
        money_in=total[1] if has_amount else None,
        currency=rules.currency,
        orders=facts["orders"],
        customers=facts["customers"],
        first_day=_iso(facts["first_day"]),
        last_day=_iso(facts["last_day"]),
        details=details,
        findings=about(classes, facts, rules),
    )


def too_bad(report: ImportReport, share: float) -> None:
    """Refuse a file of which more than the allowed share of rows is faulty.

    Raises:
        DataError: E104, or E105 where the rows are in a currency without a rate.
    """
    counts = {r: told["rows"] for r, told in report.details.get("reasons", {}).items() if REASONS[r].is_fault}
    bad = sum(counts.values())
    foreign = counts.get("foreign currency", 0)
    if not foreign and (not bad or bad <= share * report.rows_in):
        return
    worst = "foreign currency" if foreign else max(counts, key=lambda r: counts[r])
    rows = counts[worst]
    shown = report.details["rows"][worst]
    others = phrase("; {more:,} more are bad for other reasons", more=bad - rows) if bad > rows else ""
    allowed = "" if foreign else phrase("; allowed {share}", share=_percent(share))
    raise DataError(
        "E105" if foreign else "E104",
        phrase(
            "{rows:,} of {rows_in:,} rows {text} ({share}{allowed}){others}",
            rows=rows,
            rows_in=report.rows_in,
            text=phrase(REASONS[worst].text),
            share=_percent(rows / report.rows_in),
            allowed=allowed,
            others=others,
        ),
        where=rows_of(report.source, shown, rows),
        why=_WHY.get(worst, "an order needs a customer, a day and an amount that can be read"),
        fix=_fix(worst, report, bad),
    )


_WHY = {
    "no customer": "an order without a customer belongs in nobody's history",
    "foreign currency": "amounts of two currencies cannot be added",
    "invalid date": "an order without a day cannot be put in time",
    "date in the future": "an order that has not happened yet is a mistake in the file or in its order of day and month",
}


def _fix(reason: str, report: ImportReport, bad: int) -> str:
    """The command that mends the commonest cause, and the one that takes the loss."""
    command = f"lifelong ingest {report.source}"
    if reason == "foreign currency":
        return phrase("give each currency's rate:  {command} --rate USD=0.92", command=command)
    loss = f"{command} --bad-share {_percent_up(bad / report.rows_in)}"
    columns = {"no customer": "customer_id=email", "no amount": "revenue=...", "invalid amount": "revenue=..."}
    if reason in columns:
        other = f"{command} --column {columns[reason]}"
        return phrase("name another column:  {other}\n      or leave them out:  {loss}", other=other, loss=loss)
    return phrase("mend the rows, or leave them out:  {loss}", loss=loss)


def _percent(share: float) -> str:
    return phrase("{share:.3g} %", share=share * 100)


def _percent_up(share: float) -> str:
    return f"{min(int(share * 100) + 1, 100)}%"


def _classes(frame: Any) -> dict[str, Any]:
    """Rows and money by what became of them: kept, each reason, each kind of repetition."""
    grouped = frame.group_by("reason", "repeats").agg(n=nw.len(), money=nw.col("revenue").sum())
    told = _table(grouped.with_columns(nw.col("n").cast(nw.Int64), nw.col("money").cast(nw.Int64)))
    parts = {"kept": [0, 0], "quarantined": [0, 0], "duplicates": [0, 0]}
    reasons: dict[str, dict[str, int]] = {}
    repeats: dict[str, dict[str, int]] = {}
    for reason, repeat, n, money in zip(told["reason"], told["repeats"], told["n"], told["money"], strict=True):
        amount = int(money or 0)
        part = parts["duplicates" if repeat else "quarantined" if reason else "kept"]
        part[0], part[1] = part[0] + n, part[1] + amount
        if repeat or reason:
            told_of = (repeats if repeat else reasons).setdefault(repeat or reason, {"rows": 0, "money": 0})
            told_of["rows"], told_of["money"] = told_of["rows"] + n, told_of["money"] + amount
    ordered = {r: reasons[r] for r in REASONS if r in reasons}
    return {"parts": parts, "reasons": ordered, "repeats": dict(sorted(repeats.items()))}


def _facts(kept: Any, customers: int | None) -> dict[str, Any]:
    """Figures of the kept rows, in one pass, or two where lines make up orders; customers as far as they are known."""
    money = nw.coalesce("revenue", nw.lit(0))
    alone = nw.col("is_alone") | (nw.col("is_single") & nw.col("order_id").is_null())
    flagged = kept.with_columns(
        _alone=alone.cast(nw.Int64), _minus=(money < 0).cast(nw.Int64), _zero=(money == 0).cast(nw.Int64),
        _round=nw.col("is_rounded").cast(nw.Int64), _other=nw.when(~alone).then(nw.col("_key")),
    )  # fmt: skip
    sums = {
        "alone": "_alone",
        "refunds": "_minus",
        "zeros": "_zero",
        "rounded": "_round",
        "refunded": "refund",
        "money": "revenue",
    }
    told = _table(
        flagged.select(
            *(nw.col(c).sum().cast(nw.Int64).alias(n) for n, c in sums.items()),
            largest=nw.col("revenue").max(),
            first_day=nw.col("day").min(),
            last_day=nw.col("day").max(),
            customers=nw.col("customer_id").n_unique() if customers is None else nw.lit(customers),
            kept=nw.len(),
        )
    )
    facts = {name: values[0] for name, values in told.items()} | {"others": 0, "holes": 0}
    if int(facts["alone"] or 0) < facts["kept"]:
        others = flagged.select(others=nw.col("_other").n_unique(), holes=nw.col("_other").is_null().any())
        facts |= {name: values[0] for name, values in _table(others).items()}
    facts = {name: int(value or 0) if name not in {"first_day", "last_day"} else value for name, value in facts.items()}
    facts["orders"] = facts["alone"] + facts["others"] - facts["holes"]
    return facts


def _refunds(kept: Any) -> dict[str, Any]:
    """How many refunds found the order that they take back, by rule."""
    back = paired(refunding(kept)).filter(nw.col("_is_back") == 1)
    told = _table(back.group_by("rule").agg(n=nw.len()))
    by_rule = {rule or "none": int(n) for rule, n in zip(told["rule"], told["n"], strict=True)}
    tried = sum(by_rule.values())
    return {"by_rule": dict(sorted(by_rule.items())), "tried": tried, "matched": tried - by_rule.get("none", 0)}


def _first_rows(frame: Any, reason: str) -> list[int]:
    some = frame.filter((nw.col("reason") == reason) & ~nw.col("duplicate")).select("row").sort("row").head(_SHOWN)
    return [int(row) for row in _rows(some, "row")]


def _rows(frame: Any, name: str) -> list[Any]:
    return _table(frame)[name]


def _table(frame: Any) -> dict[str, list[Any]]:
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return {name: eager[name].to_list() for name in eager.columns}


def _iso(day: int | None) -> str:
    return "" if day is None else date_of(day).isoformat()
