"""What an ingest of subscriptions did, added up and said in words."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from lifelong.phrases import phrase
from lifelong.tables import subscription_status as statuses
from lifelong.tables.subscription_rows import REASONS, first_rows
from lifelong.units import date_of
from lifelong.values import Finding, ImportReport


def report(own: Any, currency: str, source: str, batch: str) -> ImportReport:
    """Count one file's rows and prices, and say what a user should know of them.

    Args:
        own: the file's rows of ``subscription_versions.versions``, an eager narwhals frame.
        currency: of the prices.
        source: the file's name.
        batch: the batch's id.

    Returns:
        A report of the kind ``subscriptions``: its money is the prices of one period, where they can be read.

    Raises:
        DataError: E109, where the parts are not the whole (a fault of ours).
    """
    parts = _parts(own)
    rows = {name: len(part) for name, part in parts.items()}
    money = {name: int(part["price"].sum() or 0) for name, part in parts.items()}
    kept, reasons, repeats = parts["kept"], tallied(parts["quarantined"], "reason"), tallied(own, "repeats")
    told = statuses.findings(counts(kept.to_native()) | repeats)
    days = (kept["start"].min(), kept["start"].max())
    return ImportReport(
        source=source,
        batch=batch,
        rows_in=len(own),
        kept=rows["kept"],
        quarantined=rows["quarantined"],
        duplicates=rows["duplicates"],
        money_in=int(own["price"].sum() or 0),
        money_kept=money["kept"],
        money_quarantined=money["quarantined"],
        money_duplicates=money["duplicates"],
        currency=currency,
        orders=rows["kept"],
        customers=kept["customer_id"].n_unique(),
        first_day="" if days[0] is None else date_of(days[0]).isoformat(),
        last_day="" if days[1] is None else date_of(days[1]).isoformat(),
        details={
            "reasons": reasons,
            "repeats": repeats,
            "statuses": tallied(kept, "status"),
            "rows": {reason: first_rows(parts["quarantined"], reason) for reason in reasons},
        },
        findings=(*set_aside(reasons), *told),
        kind="subscriptions",
    )


def _parts(own: Any) -> dict[str, Any]:
    """The rows by what became of them."""
    is_again, is_bad = ~nw.col("repeats").is_null(), ~nw.col("reason").is_null()
    flags = {"kept": ~is_again & ~is_bad, "quarantined": is_bad & ~is_again, "duplicates": is_again}
    return {name: own.filter(flag) for name, flag in flags.items()}


def tallied(rows: Any, name: str) -> dict[str, int]:
    """How often each value of a column stands there, of any eager frame; nulls are left out."""
    frame = nw.from_native(rows).filter(~nw.col(name).is_null()).group_by(name).agg(n=nw.len())
    return {str(k): int(n) for k, n in sorted(zip(frame[name].to_list(), frame["n"].to_list(), strict=True))}


def counts(rows: Any) -> dict[str, int]:
    """How many sound rows have each note and each status."""
    sound = nw.from_native(rows).filter(nw.col("reason").is_null()).to_native()
    return tallied(sound, "note") | tallied(sound, "status")


def set_aside(reasons: dict[str, int]) -> list[Finding]:
    """A finding for each reason for which rows were set aside."""
    return [
        Finding(
            "F285",
            phrase("{n:,} rows {text}; they are set aside", n=n, text=phrase(REASONS[reason][1])),
            "warning",
            {"rows": n},
        )
        for reason, n in reasons.items()
    ]
