"""The findings of an ingest: one table of codes, and when each is said."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lifelong.phrases import phrase
from lifelong.tables.clean_rules import REASONS, Rules
from lifelong.units import Money, date_of
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifelong.values.findings import Severity

# Code, severity and words of every finding about a file. D110 and D130 onwards come from the reading of it.
FINDINGS: dict[str, tuple[Severity, str]] = {
    "D101": ("info", "{rows:,} rows stand in other files too and count once"),
    "D102": ("info", "{rows:,} rows are older versions of orders that a later file has; the later one holds"),
    "D103": ("warning", "{rows:,} rows repeat an order of the same file and count once"),
    "D104": ("info", "{rows:,} test orders are set aside"),
    "D105": ("warning", "{rows:,} rows have no customer"),
    "D106": ("warning", "{rows:,} rows have a date in the future"),
    "D107": ("warning", "{rows:,} rows have no date that can be read"),
    "D108": ("warning", "{rows:,} rows have no amount that can be read"),
    "D109": ("error", "{rows:,} rows are in another currency, for which no rate is given"),
    "D111": ("warning", "one row brings in {share:.0%} of all revenue: {amount}"),
    "D112": ("info", "{rows:,} refunds found the order that they take back, {left:,} did not and stand by themselves"),
    "D113": ("info", "{rows:,} amounts had more decimals than the currency and were rounded to even"),
    "D114": ("warning", "no order at all from {first} to {last} ({days} days)"),
    "D115": ("info", "{rows:,} total lines are set aside"),
    "D116": ("info", "{rows:,} orders that were never paid are set aside"),
    "D117": ("warning", "{rows:,} rows could not be read at all"),
    "D118": ("warning", "{rows:,} rows have a customer number that a spreadsheet has rounded"),
    "D119": ("info", "{rows:,} rows bring in nothing; they count as orders"),
    "D120": ("info", "{emails:,} e-mails stand under many customers each; they join nobody"),
}
_BY_REASON = {
    "test order": "D104", "no customer": "D105", "date in the future": "D106", "no date": "D107", "invalid date": "D107",
    "date before 1970": "D107", "no amount": "D108", "invalid amount": "D108", "amount too large": "D108",
    "foreign currency": "D109", "total line": "D115", "not paid": "D116", "unreadable row": "D117",
    "damaged customer": "D118",
}  # fmt: skip
_BY_REPEAT = {"overlap": "D101", "superseded": "D102", "repeated": "D103"}
_FEW, _LARGE = 100, 20  # of a hundred rows or more, one may bring in a twentieth of all
_GAP = 30  # days without any order, where the usual day has one


def finding(code: str, **facts: Any) -> Finding:
    """The finding of that code with its figures."""
    severity, words = FINDINGS[code]
    return Finding(code, phrase(words, **facts), severity, facts)


def about(classes: dict[str, Any], facts: dict[str, Any], rules: Rules) -> tuple[Finding, ...]:
    """All findings of a batch, from its counts."""
    rows: dict[str, int] = {}
    for reason, told in classes["reasons"].items():
        rows[_BY_REASON[reason]] = rows.get(_BY_REASON[reason], 0) + told["rows"]
    for repeat, told in classes["repeats"].items():
        rows[_BY_REPEAT[repeat]] = told["rows"]
    if facts["rounded"]:
        rows["D113"] = facts["rounded"]
    if rules.has_amount and facts["zeros"]:
        rows["D119"] = facts["zeros"]
    told = [finding(code, rows=n) for code, n in rows.items()]
    if facts["refunds"]:
        told.append(finding("D112", rows=facts["matched"], left=facts["tried"] - facts["matched"]))
    kept = classes["parts"]["kept"][0]
    if kept >= _FEW and facts["money"] > 0 and facts["largest"] * _LARGE > facts["money"]:
        amount = str(Money(facts["largest"], rules.currency)).strip()
        told.append(finding("D111", share=facts["largest"] / facts["money"], amount=amount))
    told += [
        finding("D114", first=date_of(a + 1).isoformat(), last=date_of(b - 1).isoformat(), days=b - a - 1)
        for a, b in gaps(facts["days"])
    ]
    return tuple(sorted(told, key=lambda f: f.code))


def gaps(days: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of neighbouring order days with a hole between them that the shop's own rhythm does not explain."""
    steps = sorted(b - a for a, b in pairwise(days))
    if len(steps) < 10:  # a rhythm needs some days
        return []
    usual = steps[len(steps) // 2]
    return [(a, b) for a, b in pairwise(days) if b - a - 1 >= max(_GAP, 10 * usual)]


def fault_codes() -> frozenset[str]:
    """Codes of findings about rows that count as faults."""
    return frozenset(code for reason, code in _BY_REASON.items() if REASONS[reason].is_fault)
