"""Whether a channel's history says at all how fast its returns fall: where it does not, its money stays where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.decide.curves import panel_of
from lifelong.errors import FitError
from lifelong.phrases import phrase
from lifelong.values.findings import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.values.spending import SpendHistory

    Floats = NDArray[np.float64]

#: Months with spend and known customers that a channel needs: a level, a slope, a season's two terms and something left over.
MONTHS = 6
#: Log cost a customer that moves less than this is no measurement: it was computed from the spend.
CONSTANT = 0.01
#: The slope's standard error at which its own data weigh a fifth against a prior of 0.2 wide.
VAGUE = 0.4
#: Below so many degrees of freedom the noise itself is hardly known.
FEW = 10


def check(history: SpendHistory) -> tuple[dict[str, str], list[Finding]]:
    """Channels whose slope their history does not tell, each with the reason, and what else to know of the history.

    Raises:
        FitError: E395 where a channel has fewer than six months with spend and known customers.
    """
    months = history.used.sum(axis=0)
    if (months < MONTHS).any():
        short = [f"{name} ({n})" for name, n in zip(history.channels, months, strict=True) if n < MONTHS]
        raise FitError(
            "E395",
            phrase("channels with fewer than {months} months of spend: {short}", months=MONTHS, short=", ".join(short)),
            where="the history of spend",
            why="how fast returns fall is seen from months in which spend differed",
            fix="give more months, or leave the channel out until it has them; a new one:  lifelong try-channel",
        )
    constant = [c for i, c in enumerate(history.channels) if _is_constant(history, i)]
    errors = dict(zip(history.channels, slope_errors(history), strict=True))
    vague = [c for c in history.channels if errors[c] > VAGUE and c not in constant]
    held: dict[str, str] = dict.fromkeys(constant, phrase("constant CPA: slope not identified"))
    held |= dict.fromkeys(vague, phrase("spend hardly varied: slope not identified"))
    return held, _findings(history, constant, vague)


def slope_errors(history: SpendHistory) -> Floats:
    """Standard error of each channel's slope by its own data alone (least squares with the season), infinite where there is none."""
    panel = panel_of(history)
    told = np.full(len(history.channels), np.inf)
    for c in range(len(told)):
        rows = panel.used[:, c]
        terms = np.column_stack([np.ones(rows.sum()), panel.season[rows][:, _first_harmonic(panel.season)]])
        spend, won = panel.x[rows, c], panel.y[rows, c]
        moved = spend - terms @ np.linalg.lstsq(terms, spend, rcond=None)[0]
        free = int(rows.sum()) - terms.shape[1] - 1
        square = float(moved @ moved)
        if square < 1e-10 or free < 1:
            continue
        both = np.column_stack([terms, spend])
        left = won - both @ np.linalg.lstsq(both, won, rcond=None)[0]
        told[c] = np.sqrt(float(left @ left) / free / square)
    return told


def _first_harmonic(season: Floats) -> list[int]:
    return [0, season.shape[1] // 2]


def _is_constant(history: SpendHistory, channel: int) -> bool:
    """Each customer cost the same in every month, though spend moved; whole customers may be rounded."""
    rows = history.used[:, channel] & (history.customers[:, channel] > 0)
    spend, won = history.spend[rows, channel], history.customers[rows, channel]
    if len(spend) < 2 or np.std(np.log(spend)) < CONSTANT:
        return False
    rounding = 0.3 / float(won.mean()) if np.all(won == np.round(won)) else 0.0
    return float(np.std(np.log(spend / won))) < CONSTANT + rounding


def _findings(history: SpendHistory, constant: list[str], vague: list[str]) -> list[Finding]:
    found = []
    if constant:
        text = phrase(
            "constant CPA in {constant}: slope not identified. Each customer cost the same in every "
            "month, as if the figure had been computed from the spend; a plan by it would put "
            "everything into one channel",
            constant=", ".join(constant),
        )
        found.append(Finding("F391", text, "error", {"channels": constant}))
    if vague:
        text = phrase(
            "spend in {vague} hardly varied, or customers did for other reasons: slope not identified",
            vague=", ".join(vague),
        )
        found.append(Finding("F392", text, "error", {"channels": vague}))
    few = int(history.used.sum(axis=0).min()) - 4
    if few < FEW:
        text = phrase(
            "{few} months are few: the intervals are wide, and {wanted} more would tell much", few=few + 4, wanted=FEW
        )
        found.append(Finding("F393", text, "warning", {"months": few + 4}))
    empty = int((history.used & (history.customers == 0)).sum())
    if empty:
        text = phrase("{empty} months with spend won nobody; each counts as half a customer", empty=empty)
        found.append(Finding("F395", text, "warning", {"months": empty}))
    return found
