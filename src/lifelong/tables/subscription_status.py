"""What the system that bills says of a subscription, and whether its dates say the same. Pure narwhals.

What is decided here:

- **Dates count.** A subscription that is called active and has an end that has passed has ended; a note says so.
- **A trial is not paid for.** The first day is the one after the trial; who leaves in the trial never was a customer.
  Nor is one whose first payment is awaited (``incomplete``) or whose start is to come (``future``).
- **Notice is no end.** Who has cancelled and still runs pays until the end of the period that is paid for; where no column says when
  that is, the subscription is ``ending``, on a day that nobody knows.
- **Late is not lost.** ``past_due`` is still dunned; ``unpaid`` is what dunning has left behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.phrases import phrase
from lifelong.tables import clean_numbers as numbers
from lifelong.tables import clean_text as texts
from lifelong.values import Finding

if TYPE_CHECKING:
    from lifelong.values.findings import Severity

#: Words for each status, of Stripe, Recurly, Chargebee and others; compared in small letters.
STATUSES: dict[str, str] = {
    "active": "active, live, open, renewing, in_term, aktywna, aktywny, активна, активен, actif, active, aktiv",
    "trialing": "trialing, trial, in_trial, in trial, on_trial, on trial, okres próbny, пробный, essai, testphase",
    "past_due": "past_due, past due, overdue, in_dunning, dunning, zaległa, просрочена, impayé, überfällig",
    "unpaid": "unpaid, suspended, on_hold, on-hold, nieopłacona, неоплачена, suspendu, ausgesetzt",
    "paused": "paused, on pause, wstrzymana, приостановлена, en pause, pausiert",
    "ending": "non_renewing, non renewing, non-renewing, pending_cancellation, pending cancellation, pending-cancel, "
    "cancelling, canceling, cancels",
    "ended": "ended, cancelled, canceled, expired, churned, terminated, deleted, stopped, finished, inactive, closed, "
    "anulowana, zakończona, отменена, завершена, résilié, résiliée, annulé, terminé, gekündigt, beendet",
    "incomplete": "incomplete, incomplete_expired, pending, failed, unactivated, not started",
    "future": "future, scheduled, upcoming, not_started",
}
#: Nobody in these pays, or has paid.
UNPAYING = ("trialing", "incomplete", "future")
#: They are still there, and nothing more is expected of them.
GOING = ("unpaid", "ending")
_RUNNING = ("active", "past_due", "unpaid", "paused", "ending")
_YES = texts.forms("true, yes, y, t, 1, tak, да, oui, ja, vrai, wahr")
#: Code, severity and words of what a user should know of the rows that are kept.
FINDINGS: dict[str, tuple[Severity, str]] = {
    "D171": ("warning", "{rows:,} rows say that they run, and have an end that has passed: the date counts"),
    "D172": ("warning", "{rows:,} rows have a status that is not known: their dates alone count"),
    "D173": (
        "warning",
        "{rows:,} rows have ended and say no day: that of the notice is taken, or the end of the paid period",
    ),
    "D174": ("info", "{rows:,} rows are trials: who is in one is no paying customer yet"),
    "D175": ("info", "{rows:,} rows wait for a first payment, or never had one: nobody in them is a paying customer"),
    "D176": ("info", "{rows:,} rows begin later: nobody in them is a paying customer yet"),
    "D177": ("info", "{rows:,} rows are past due: their payment is late and asked for, and they count as being there"),
    "D178": (
        "info",
        "{rows:,} rows are unpaid after all reminders: no loss is dated, and nothing more is expected of them",
    ),
    "D179": ("info", "{rows:,} rows will end on a day that no column says: nothing more is expected of them"),
    "D180": ("info", "{rows:,} rows stand in a later file too, which holds"),
    "D181": ("warning", "{rows:,} rows say what an earlier row of the file says, and count once"),
}
#: Notes and statuses, and repeated rows, by the code of their finding.
CODES = {
    "has ended": "D171", "unknown status": "D172", "end by period": "D173", "trialing": "D174", "incomplete": "D175",
    "future": "D176", "past_due": "D177", "unpaid": "D178", "ending": "D179", "superseded": "D180", "repeated": "D181",
}  # fmt: skip


def among(names: tuple[str, ...]) -> nw.Expr:
    """Whether the row's status is one of these; a row without one is none of them."""
    return numbers.sure(texts.among(nw.col("status"), names))


def settled(frame: Any, today: int) -> Any:
    """Add ``status`` and ``note``, and make ``end`` what status, notice and the paid period say.

    Args:
        frame: with ``_status`` and ``_ends_with_period`` as texts, and the days ``end``, ``notice`` and ``paid_to``.
        today: the day on which the file was read: an end before it has passed.
    """
    word = texts.lower(nw.col("_status"))
    known = nw.coalesce(
        *(nw.when(texts.among(word, texts.forms(told))).then(nw.lit(name)) for name, told in STATUSES.items())
    )
    frame = frame.with_columns(status=known, _odd=~nw.col("_status").is_null())
    end, paid_to, is_over = nw.col("end"), nw.col("paid_to"), among(("ended",))
    with_period = numbers.sure(texts.among(texts.lower(nw.col("_ends_with_period")), _YES))
    # An end that is told beside "ends with the period" is the day of the notice.
    to_period = with_period & ~is_over & ~paid_to.is_null()
    has_notice = (with_period | ~nw.col("notice").is_null()) & end.is_null()
    frame = frame.with_columns(
        _no_end=end.is_null(), _open=has_notice & paid_to.is_null() & ~is_over & ~among(UNPAYING),
        end=nw.when(is_over & end.is_null()).then(nw.coalesce("notice", "paid_to"))
        .otherwise(nw.when(to_period | has_notice).then(paid_to).otherwise(end)),
    )  # fmt: skip
    has_passed = numbers.sure(nw.col("end") <= today) & among(_RUNNING)
    notes = {
        "unknown status": nw.col("_odd") & nw.col("status").is_null(),
        "has ended": has_passed,
        "end by period": is_over & nw.col("_no_end") & ~nw.col("end").is_null(),
    }
    return frame.with_columns(
        note=nw.coalesce(*(nw.when(fits).then(nw.lit(note)) for note, fits in notes.items())),
        status=nw.when(nw.col("_open")).then(nw.lit("ending")).otherwise(nw.col("status")),
    )


def after_trial(frame: Any) -> Any:
    """Days from the trial's end on: an earlier start or pause is moved there, and who left by then was in a trial only."""
    start, trial = nw.col("start"), nw.col("trial")
    is_later = numbers.sure(trial > start)
    is_only = is_later & numbers.sure(nw.col("end") <= trial)
    first = nw.when(is_later & ~is_only).then(trial).otherwise(start)
    frame = frame.with_columns(
        start=first, status=nw.when(is_only).then(nw.lit("trialing")).otherwise(nw.col("status"))
    )
    moved = {
        n: nw.when(nw.col(n) < nw.col("start")).then(nw.col("start")).otherwise(nw.col(n)) for n in ("pause", "resume")
    }
    sound = nw.col("reason").is_null()
    return frame.with_columns(**{n: nw.when(sound).then(day).otherwise(nw.col(n)) for n, day in moved.items()})


def findings(counts: dict[str, int]) -> list[Finding]:
    """What a user should know, by how many rows have each note, status or repetition, each under its own name."""
    told = []
    for name, code in CODES.items():
        if rows := counts.get(name, 0):
            severity, text = FINDINGS[code]
            told.append(Finding(code, phrase(text, rows=rows), severity, {"rows": rows}))
    return told
