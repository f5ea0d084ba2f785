"""What an ingest of touches did, added up and said in words; and the refusal where too much of a file is bad."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.schema import UNKNOWN
from lifelong.tables.refusing import leave_out, rows_of
from lifelong.tables.subscription_report import tallied
from lifelong.tables.touches import REASONS
from lifelong.units import date_of
from lifelong.values import Finding, ImportReport

#: Above this share of touches without a channel a finding says so.
DARK = 0.05
_SHOWN = 3


def report(own: Any, kept: Any, source: str, batch: str) -> ImportReport:
    """Count one file's rows, and say what a user should know of them.

    Args:
        own: the file's rows of ``tables.touches.rows``, an eager narwhals frame.
        kept: those of them that count.
        source: the file's name.
        batch: the batch's id.

    Returns:
        A report of the kind ``touches``; its customers are the different persons touched.
    """
    bad = own.filter(~nw.col("reason").is_null())
    reasons, channels = tallied(bad, "reason"), tallied(kept, "channel")
    days = (kept["day"].min(), kept["day"].max())
    first = {reason: bad.filter(nw.col("reason") == reason)["row"].sort().head(_SHOWN).to_list() for reason in reasons}
    found = [
        Finding(
            "F285", phrase("{n:,} rows {text}; they are set aside", n=n, text=phrase(REASONS[r])), facts={"rows": n}
        )
        for r, n in reasons.items()
    ]
    dark = channels.get(UNKNOWN, 0)
    if dark > DARK * len(kept):
        text = phrase(
            "{dark:,} of {kept:,} touches do not say where they came from; they count under the channel {unknown}",
            dark=dark,
            kept=len(kept),
            unknown=UNKNOWN,
        )
        found.append(Finding("F374", text, facts={"touches": dark}))
    return ImportReport(
        source=source, batch=batch, rows_in=len(own), kept=len(kept), quarantined=len(bad),
        duplicates=len(own) - len(bad) - len(kept), money_in=None, money_kept=None, money_quarantined=None,
        money_duplicates=None, currency="", orders=len(kept), customers=kept["customer_id"].n_unique(),
        first_day="" if days[0] is None else date_of(days[0]).isoformat(),
        last_day="" if days[1] is None else date_of(days[1]).isoformat(),
        details={"reasons": reasons, "channels": channels, "rows": first}, findings=tuple(found), kind="touches",
    )  # fmt: skip


def refuse(told: ImportReport, share: float) -> None:
    """Refuse a file of which too much is bad, or nothing is left.

    Raises:
        DataError: E372.
    """
    reasons = told.details["reasons"]
    if told.quarantined <= share * told.rows_in and told.kept + told.duplicates:
        return
    worst = max(reasons, key=lambda reason: reasons[reason])
    loss = leave_out(told.quarantined, told.rows_in) if told.kept else ""
    raise DataError(
        "E372",
        phrase(
            "{rows:,} of {rows_in:,} rows {text}; {quarantined:,} are bad in all",
            rows=reasons[worst],
            rows_in=told.rows_in,
            text=phrase(REASONS[worst]),
            quarantined=told.quarantined,
        ),
        where=rows_of(told.source, told.details["rows"][worst]),
        why=phrase("above a share of {share:.0%} of bad rows nothing is stored", share=share),
        fix=phrase("mend the rows, or name another column:  --column touched_at=NAME{loss}", loss=loss),
    )
