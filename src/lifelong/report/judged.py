"""How sure the back-test is: models told apart or not, groups that miss, and what deciding by the forecast costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong import charts, i18n
from lifelong.i18n import N_, message, plural
from lifelong.report.board import is_baseline, measured
from lifelong.report.figures import figure, twin
from lifelong.report.words import Range, digits_of, listed, model_name, share
from lifelong.units import Money, minor_digits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.report.figures import Figure
    from lifelong.report.inputs import ReportData
    from lifelong.values import Leaderboard

_BY = {
    "cohort": N_("First order {group}"),
    "value": N_("Value: {group}"),
    "orders": N_("Order days: {group}"),
    "channel": N_("Channel: {group}"),
    "country": N_("Country: {group}"),
}


def section(data: ReportData) -> dict[str, Any]:
    """Figures and the table of costs; nothing where the back-test was kept without them."""
    board = data.leaderboard
    if board is None:
        return {"figures": [], "costs": None}
    drawn = [*([apart(data, board)] if _rivals(board) else []), *([groups(data, board)] if board.calibration else [])]
    return {"figures": drawn, "costs": costs(board) if board.costs else None}


# -- models


def apart(data: ReportData, board: Leaderboard) -> Figure:
    """Every model's error each less that of the one used, with intervals."""
    rivals, unit, name = _rivals(board), measured(data), model_name(board.chosen)
    rows = [
        charts.Standing(
            model_name(r["model"]), r["difference"], r["difference_low"], r["difference_high"],
            is_pale=is_baseline(r["model"]), is_strong=r["difference_low"] <= 0,
        )
        for r in rivals
    ]  # fmt: skip
    table = [
        [
            model_name(r["model"]),
            *(_signed(r[k], unit.currency) for k in ("difference", "difference_low", "difference_high")),
        ]
        for r in rivals
    ]
    return figure(
        "apart",
        (_apart_title(board, rivals), message("Error each of {noun} less that of {model}; bands 90 %").format(noun=unit.noun, model=name),
         message("Right of the line a model errs more than {model}. Drawn again were customers, not weeks.").format(model=name)),
        lambda px: charts.standings(rows, px, say=lambda v: _signed(v, "", digits_of(v))),
        twin((message("Model"), message("Difference"), message("From"), message("To")), table),
    )  # fmt: skip


def _rivals(board: Leaderboard) -> list[Mapping[str, Any]]:
    """Differences of the error each to the winner's, the least first."""
    known = [r for r in board.intervals if r["metric"] == "mae" and r["difference_low"] is not None]
    return sorted(known, key=lambda r: (float(r["difference"]), str(r["model"])))


def _apart_title(board: Leaderboard, rivals: Sequence[Mapping[str, Any]]) -> str:
    name, level = model_name(board.chosen), set(board.level("mae"))
    less = [model_name(str(r["model"])) for r in rivals if r["difference_high"] < 0]
    if less:
        told = plural(
            "{others} errs less each than {model}, which fits totals and chances better",
            "{others} err less each than {model}, which fits totals and chances better", len(less),
        )  # fmt: skip
        return told.format(others=listed(less), model=name)
    near = [model_name(str(r["model"])) for r in rivals if r["model"] in level]
    if near:
        return message("{model} cannot be told from {others} by the error each").format(model=name, others=listed(near))
    return message("{model} errs less than every other, by more than chance").format(model=name)


def _signed(value: float, currency: str, digits: int | None = None) -> str:
    if currency:
        return i18n.money(value, currency, signed=True)
    return i18n.number(value, 3 if digits is None else digits, signed=True)


# -- groups


def groups(data: ReportData, board: Leaderboard) -> Figure:
    """What came in each group against its forecast, with the interval of that."""
    unit = measured(data)
    rows = [r for r in board.calibration if r["forecast"] > 0]
    found = [r for r in rows if r["is_off"]]
    lines = [_line(r) for r in rows]
    table = [
        [
            group_name(r),
            i18n.number(r["customers"]),
            *(unit.plain(r[k]) for k in ("forecast", "low90", "high90", "came")),
            share(r["p"]),
        ]
        for r in rows
    ]
    title = message("No group of customers misses by more than chance")
    if found:
        title = message("{count} of {all} groups miss by more than chance: {groups}").format(
            count=len(found), all=len(rows), groups=listed([group_name(r) for r in found[:3]])
        )
    heads = (
        message("Group"), message("Customers"), message("Forecast"), message("From"), message("To"), message("Came"),
        message("Chance of such a miss"),
    )  # fmt: skip
    return figure(
        "groups",
        (title, message("{noun} that came, against the forecast of the group; bands 90 %").format(noun=unit.title),
         message("Strong names are off even when it is counted how many groups were looked at.")),
        lambda px: charts.standings(lines, px, say=lambda v: i18n.percent(v, 0, signed=True), is_forecast=True),
        twin(heads, table),
    )  # fmt: skip


def _line(row: Mapping[str, Any]) -> charts.Standing:
    """A group's row of the figure: relative to its forecast."""
    came, low, high = (float(row[key] / row["forecast"] - 1) for key in ("came", "low90", "high90"))
    return charts.Standing(group_name(row), came, low, high, is_strong=bool(row["is_off"]))


def group_name(row: Mapping[str, Any]) -> str:
    """A group of the calibration as people call it."""
    return message(_BY[str(row["by"])]).format(group=row["group"])


# -- costs


def costs(board: Leaderboard) -> dict[str, Any]:
    """What deciding by the chosen model loses in a hold-out, and what it saves against the better baseline."""
    own = [r for r in board.costs if r["model"] == board.chosen]
    sure = [r for r in own if r["saved_low"] is not None and r["saved_low"] > 0]
    title = message(
        "That deciding by the forecast misses less than the rule of thumb is not shown: chance could explain it"
    )
    if sure:
        title = message(
            "Deciding by the forecast misses less than the rule of thumb in {sure} of {all} choices, by more than chance"
        ).format(sure=len(sure), all=len(own))
    return {"title": title, "rows": [_cost(r) for r in own]}


def choice_name(row: Mapping[str, Any]) -> str:
    """A choice in words."""
    if row["cap"] is None:
        share_ = str(row["choice"]).removeprefix("top ").replace(" %", f"{i18n.NBSP}%")
        return message("Look after the top {share}").format(share=share_)
    cap = i18n.ledger(Money(int(row["cap"]), str(row["currency"])))
    return message("Spend up to {cap} on each").format(cap=cap)


def _cost(row: Mapping[str, Any]) -> dict[str, str]:
    currency = str(row["currency"])
    return {
        "choice": choice_name(row), "perfect": i18n.ledger(Money(int(row["perfect"]), currency)),
        "missed": _amount(row, "missed"), "missed_range": _between(row, "missed"),
        "saved": _amount(row, "saved"), "saved_range": _between(row, "saved"), "rival": model_name(str(row["rival"])),
    }  # fmt: skip


def _major(row: Mapping[str, Any], name: str) -> Range:
    unit = 10.0 ** minor_digits(str(row["currency"]))
    low, high = (row[name] if row[end] is None else row[end] for end in (f"{name}_low", f"{name}_high"))
    return Range(row[name] / unit, low / unit, high / unit)


def _amount(row: Mapping[str, Any], name: str) -> str:
    r = _major(row, name)
    return i18n.money_within(r.value, r.low, r.high, str(row["currency"]))


def _between(row: Mapping[str, Any], name: str) -> str:
    r = _major(row, name)
    return i18n.interval(r.low, r.high, str(row["currency"]))
