"""Who is going quiet, judged by their own rhythm, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from markupsafe import escape

from lifelong import i18n
from lifelong.i18n import message, plural
from lifelong.report import drawings
from lifelong.report.words import Range, duration, people, rhythm, unit_of, values_of, whole, with_interval

if TYPE_CHECKING:
    from lifelong.report.inputs import ReportData
    from lifelong.report.words import Unit

SHOWN = 10
SILENT_TIMES = 2.0
ALIVE_LOW, ALIVE_HIGH = 0.25, 0.75
HELD_BACK = 5  # one in so many is left alone, drawn by lot


class Quiet(NamedTuple):
    """Customers who have broken their own rhythm: rows of the scores, most at risk first, and what is at risk."""

    rows: tuple[int, ...]
    total: float


def quiet(data: ReportData) -> Quiet:
    """Those silent for more than twice their own rhythm whom the model neither keeps nor has given up.

    Where the data hold no amounts, what is at risk is counted in orders: expected orders x (1 - alive) / alive.
    """
    alive, silent = values_of(data, "alive"), values_of(data, "silent_days")
    own = values_of(data, "rhythm_days")
    with np.errstate(invalid="ignore"):
        is_quiet = (silent > SILENT_TIMES * own) & (alive >= ALIVE_LOW) & (alive <= ALIVE_HIGH)
    at_risk = _at_risk(data, alive)
    ids = data.scores.table.column("customer_id").to_pylist()
    found = sorted(np.flatnonzero(is_quiet).tolist(), key=lambda i: (-at_risk[i], str(ids[i])))
    return Quiet(tuple(found), float(at_risk[found].sum()))


def _at_risk(data: ReportData, alive: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if data.has_money:
        return np.nan_to_num(values_of(data, "at_risk"))
    orders = values_of(data, "orders")
    return np.asarray(np.where(alive > 0, orders * (1 - alive) / np.maximum(alive, 1e-9), 0.0))


def section(data: ReportData) -> dict[str, Any]:
    """The table of those most at risk and the action."""
    unit, found = unit_of(data), quiet(data)
    alive = values_of(data, "alive")
    at_risk = _at_risk(data, alive)
    top = list(found.rows[:SHOWN])
    ranges = [_range(data, i) for i in top]
    high = drawings.nice_ceiling(max((r.high for r in ranges), default=1.0))
    ids = data.scores.table.column("customer_id").to_pylist()
    silent, own = values_of(data, "silent_days"), values_of(data, "rhythm_days")
    rows = [
        {"customer": escape(str(ids[i])), "at_risk": unit.plain(float(at_risk[i])), "alive": i18n.percent(float(alive[i]), 0),
         "why": message("Orders {rhythm}; silent for {silence}").format(rhythm=rhythm(own[i]), silence=duration(silent[i])),
         "so_far": unit.plain(float(values_of(data, "historic")[i])) if data.has_money else "",
         "range": unit.spread(r), "drawing": drawings.along(r, 0.0, high, with_interval(unit.say(r), unit.spread(r)))}
        for i, r in zip(top, ranges, strict=True)
    ]  # fmt: skip
    return {
        "title": _title(unit, found),
        "measure": message(
            "Customers silent for more than twice their own rhythm, with a 25 to 75 % chance of still being customers, most at risk first"
        ),
        "axis": i18n.between("0", unit.plain(high)),
        "rows": rows,
        "source": message("{shown} of {all}; all customers stand in the export.").format(
            shown=whole(len(rows)), all=whole(len(found.rows))
        ),
        "action": _action(data, unit, found),
    }


def _range(data: ReportData, row: int) -> Range:
    if not data.has_money:
        value = float(values_of(data, "orders")[row])
        return Range(value, value, value)
    return Range(*(float(values_of(data, c)[row]) for c in ("value", "low80", "high80")))


def _title(unit: Unit, found: Quiet) -> str:
    count = len(found.rows)
    if not count:
        return message("Nobody has broken their own rhythm enough to act on")
    if not unit.currency:
        return plural(
            "{customers} has broken their own rhythm; {orders} expected orders go with them",
            "{customers} have broken their own rhythm; {orders} expected orders go with them", count,
        ).format(customers=people(count), orders=i18n.number(found.total, 0))  # fmt: skip
    return plural(
        "{customers} has broken their own rhythm; {value} of {noun} goes with them",
        "{customers} have broken their own rhythm; {value} of {noun} goes with them", count,
    ).format(customers=people(count), value=unit.plain(found.total), noun=unit.noun)  # fmt: skip


def _action(data: ReportData, unit: Unit, found: Quiet) -> dict[str, str] | None:
    """Whom to write to, whom to leave alone so that the effect can be seen, and what it may cost."""
    count = len(found.rows)
    if count < 2:
        return None
    alone = count // HELD_BACK
    each = found.total / count
    text = message("What a message may cost cannot be said here, since the data hold no amounts.")
    if unit.currency:
        text = message(
            "At risk are {each} each on average. If one message in ten kept someone who would have left, it "
            "would pay up to {most} a message."
        ).format(each=unit.plain(each), most=unit.plain(each / 10))
    head = message("Write to {count} of them this week").format(count=whole(count - alone))
    if alone:
        head = message("Write to {count} of them this week and leave {alone} alone").format(
            count=whole(count - alone), alone=whole(alone)
        )
        lot = message("The {alone} left alone, drawn by lot, will show whether it did.").format(alone=whole(alone))
        text = f"{text} {lot}"
    return {"title": head, "text": text, "command": data.action}
