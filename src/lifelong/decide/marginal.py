"""What the next customer of a channel costs, where its months tell how fast returns fall; elsewhere nothing is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from lifelong.decide.curves import fit_curves
from lifelong.decide.identified import MONTHS, check
from lifelong.values.spending import SpendHistory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.values.winning import Cost, Won


def marginal_costs(costs: Sequence[Cost], won: Sequence[Won], lags: Mapping[str, int]) -> dict[str, float]:
    r"""Marginal cost of winning, :math:`ds / dA = s / (g A)` by the power curve of a channel, at the mean spend of its months.

    Median of the draws, minor units, by channel. A channel is left out where it has fewer than six months with spend and customers, or
    where its months do not tell the slope (each customer cost the same, or spend hardly varied).

    Args:
        costs: money spent; acquisition counts.
        won: customers won.
        lags: as ``decide.channels.Terms`` has them.
    """
    spent: dict[tuple[str, int], int] = defaultdict(int)
    customers: dict[tuple[str, int], float] = defaultdict(float)
    for cost in costs:
        if cost.purpose == "acquisition":
            spent[cost.channel, cost.month - lags.get(cost.channel, 0)] += cost.cost
    for each in won:
        customers[each.channel, each.month] += each.customers
    months = {month for _, month in customers}
    rows = [
        {"month": month, "channel": name, "spend": cost, "new_customers": customers.get((name, month), 0.0)}
        for (name, month), cost in spent.items()
        if cost > 0 and month in months
    ]
    used = Counter(row["channel"] for row in rows)
    winners = {name for name, _ in customers}
    rows = [row for row in rows if used[row["channel"]] >= MONTHS and row["channel"] in winners]
    if not rows:
        return {}
    history = SpendHistory.of(rows, {str(row["channel"]): (1.0, 0.0) for row in rows})
    held, _ = check(history)
    curves = fit_curves(history, silent=held)
    made = {}
    for c, name in enumerate(history.channels):
        if name not in held:
            spend = float(history.spend[history.used[:, c], c].mean())
            log_won = curves.level[:, c] + curves.slope[:, c] * (np.log(spend) - curves.centre[c])
            made[name] = float(np.median(spend / (curves.slope[:, c] * np.exp(log_won))))
    return made
