"""What an ingest of spend did, added up and said in words; and the refusal where a file cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong.errors import DataError
from lifelong.phrases import joined, phrase
from lifelong.tables.refusing import MEND, rows_of
from lifelong.tables.spend_rows import REASONS
from lifelong.units import Money, date_of
from lifelong.values import Finding
from lifelong.values.spend_report import SpendReport

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.tables.spend_days import Parts

    Row = Mapping[str, Any]

_SHOWN = 3


def report(rows: Sequence[Row], parts: Parts, currency: str, origin: str, names: tuple[str, str]) -> SpendReport:
    """Count one file's rows and costs.

    Args:
        rows: the file's cleaned rows.
        parts: what became of them.
        currency: of the costs.
        origin: the platform.
        names: of the file and of its batch.

    Raises:
        DataError: E109, where the parts are not the whole (a fault of ours).
    """
    kept = [row for row in rows if row["reason"] is None]
    reasons = {r: [row for row in rows if row["reason"] == r] for r in REASONS}
    return SpendReport(
        source=names[0],
        batch=names[1],
        origin=origin,
        rows_in=len(rows),
        rows=dict(parts.rows),
        cost_in=sum(row["cost"] for row in rows),
        cost=dict(parts.cost),
        currency=currency,
        campaigns=len({(row["source"], row["campaign"]) for row in kept}),
        first_day=date_of(min(row["first"] for row in kept)).isoformat() if kept else "",
        last_day=date_of(max(row["last"] for row in kept)).isoformat() if kept else "",
        channels=dict(sorted(parts.channels.items())),
        details={
            "reasons": {r: len(of) for r, of in reasons.items() if of},
            "rows": {r: [int(row["row"]) for row in of[:_SHOWN]] for r, of in reasons.items() if of},
            "several": sum(row["last"] > row["first"] for row in kept),
            "costs": sum(not row["no_cost"] for row in kept),
        },
        findings=(*_findings(rows, kept, reasons, currency), *_shared(parts.shared, origin)),
    )


def _findings(
    rows: Sequence[Row], kept: Sequence[Row], reasons: Mapping[str, Sequence[Row]], currency: str
) -> list[Finding]:
    found = []
    totals = reasons["total row"]
    if totals:
        shown = [phrase("{n!r} {cost}", n=_name(r), cost=_money(r["cost"], currency)) for r in totals[:_SHOWN]]
        text = phrase("total rows left out: {shown}", shown=joined(shown))
        if len(totals) > _SHOWN:
            more = len(totals) - _SHOWN
            text = phrase("total rows left out: {shown} and {more:,} more", shown=joined(shown), more=more)
        found.append(Finding("F361", text, "info", {"rows": len(totals)}))
        found += _unlike(rows, totals, currency)
    for reason, of in reasons.items():
        if of and REASONS[reason].is_fault:
            text = phrase("{of:,} rows {text}; they are set aside", of=len(of), text=phrase(REASONS[reason].text))
            found.append(Finding("F363", text, "warning", {"rows": len(of)}))
    unpaid, rounded = sum(row["no_cost"] for row in kept), sum(row["rounded"] for row in kept)
    if unpaid:
        found.append(
            Finding(
                "F364", phrase("{unpaid:,} rows name no cost; it counts as 0", unpaid=unpaid), "info", {"rows": unpaid}
            )
        )
    if rounded:
        text = phrase("{rounded:,} costs had more decimals than the currency and were rounded to even", rounded=rounded)
        found.append(Finding("F364", text, "info", {"rows": rounded}))
    below = sum(row["cost"] for row in kept if row["cost"] < 0)
    if below:
        found.append(
            Finding("F364", phrase("credits below zero are taken off: {below}", below=_money(below, currency)), "info")
        )
    spread = [row for row in kept if row["last"] > row["first"]]
    if spread:
        cost = _money(sum(row["cost"] for row in spread), currency)
        text = phrase(
            "{spread:,} rows tell of several days; their {cost} are dealt evenly over them",
            spread=len(spread),
            cost=cost,
        )
        found.append(Finding("F364", text, "warning", {"rows": len(spread)}))
    return found


def _shared(days: int, origin: str) -> list[Finding]:
    """Two reports of a platform that name different campaigns on the same days: two accounts, or one renamed."""
    if not days:
        return []
    text = phrase(
        "an earlier file of {origin} names other campaigns on {days:,} of these days, and both "
        "count: right for two accounts, twice the cost where a campaign was renamed",
        origin=origin,
        days=days,
    )
    return [Finding("F365", text, "warning", {"days": days})]


def _unlike(rows: Sequence[Row], totals: Sequence[Row], currency: str) -> list[Finding]:
    """The file's own total against the sum of its rows: half a minor unit a row may go in rounding."""
    own = [row for row in rows if row["reason"] != "total row"]
    whole = sum(row["cost"] for row in own)
    if any(2 * abs(row["cost"] - whole) <= len(own) for row in totals):
        return []
    told = max(totals, key=lambda row: row["cost"])
    text = phrase(
        "the file's total {told!r} is {cost}, its rows sum to {whole}: rows may have been filtered out, or be missing",
        told=_name(told),
        cost=_money(told["cost"], currency),
        whole=_money(whole, currency),
    )
    return [Finding("F362", text, "warning", {"difference": told["cost"] - whole})]


def _name(row: Row) -> str:
    """What a total calls itself; of one without a name the label is its first cell, a date."""
    label = str(row["label"])[:40]
    return "(no name)" if not label or label[0].isdigit() else label


def _money(minor: int, currency: str) -> str:
    return (
        Money(minor, currency or "XXX").said()
        if currency
        else phrase("{amount:,.2f}", amount=Money(minor, "XXX").amount)
    )


def refuse(report: SpendReport, share: float) -> None:
    """Refuse a file that cannot be used as it is.

    Raises:
        DataError: E362 where rows say no day, or several at once; E364 where numbers of campaigns are spoilt; E105 where rows
            are in a currency without a rate; E366 where more than ``share`` of the rows are bad; E365 where none is kept.
    """
    counts = {r: n for r, n in report.details["reasons"].items() if REASONS[r].is_fault}
    for reason in ("spoilt id", "foreign currency", "several days"):
        if reason in counts:
            raise _refusal(reason, counts[reason], report)
    bad = sum(counts.values())
    if bad and counts.get("no day", 0) == report.rows_in - report.rows["totals"]:
        raise _refusal("no day", bad, report)
    if bad > share * report.rows_in:
        worst = max(counts, key=lambda r: counts[r])
        raise _refusal(
            worst, counts[worst], report, f"; or leave them out:  --bad-share {int(bad / report.rows_in * 100) + 1}%"
        )
    if not report.rows["kept"] + report.rows["older"]:
        raise DataError(
            "E365", phrase("{source} holds no spend", source=report.source), where=report.source, why="none of its rows could be kept",
            fix="look at the file, or name its columns:  --column cost=NAME --column date=NAME",
        )  # fmt: skip


_CODES = {"spoilt id": "E364", "foreign currency": "E105", "several days": "E362", "no day": "E362"}
_WHY = {
    "spoilt id": "1.20253E+17 stands for a million campaigns: the digits are lost for good",
    "foreign currency": "amounts of two currencies cannot be added",
    "several days": "no column says the day, and spend by day decides what a customer cost when",
    "no day": "no column says the day, and nothing above the header says from when to when",
}
_FIX = {
    "spoilt id": "export it again and do not open it in a spreadsheet, or take the column of numbers out if names are there",
    "foreign currency": "give each currency's rate:  --rate USD=0.92",
    "several days": "export it by day (a segment or breakdown by day), or deal each row evenly over its days:  --spread",
    "no day": "export it by day, name the column:  --column date=NAME, or say the range:\n"
    "      --from 2025-01-01 --to 2025-01-31 --spread",
    "invalid day": "say what comes first:  --column date=NAME:dmy",
    "invalid cost": "name another column:  --column cost=NAME, or its decimal sign:  --column cost=NAME:,",
    "unknown purpose": "write one of acquisition, retention, brand, fixed",
}


def _refusal(reason: str, rows: int, report: SpendReport, loss: str = "") -> DataError:
    text = phrase(REASONS[reason].text)
    return DataError(
        _CODES.get(reason, "E366"),
        phrase("{rows:,} of {rows_in:,} rows {text}", rows=rows, rows_in=report.rows_in, text=text),
        where=rows_of(report.source, report.details["rows"][reason], rows),
        why=_WHY.get(reason, "spend needs a day and a cost that can be read"),
        fix=phrase("{fix}{loss}", fix=phrase(_FIX.get(reason, MEND)), loss=loss),
    )
