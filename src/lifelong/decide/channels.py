"""The cost of winning a customer by month and by channel, every unit of money counted once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lifelong.errors import ConfigError, DataError, did_you_mean
from lifelong.phrases import phrase
from lifelong.units import apportion
from lifelong.values.findings import Finding
from lifelong.values.spending import month_text
from lifelong.values.winning import WINNING, Cac, ChannelCost, MonthCost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lifelong.values.winning import Cost, Won

#: By what costs that belong to no channel may be dealt.
RULES = ("customers", "cost", "evenly")


@dataclass(frozen=True, slots=True)
class Terms:
    """How costs meet customers.

    Attributes:
        lags: by channel, the months by which its cost comes after the customers whom it won; below 0 it comes before them.
        overhead: stated overhead of a month, minor units.
        rule: how costs that belong to no channel are dealt, one of :data:`RULES`.
        incremental: by channel, the share of its customers who would not have come otherwise.
        by: ``channel`` or ``campaign``.
        currency, digits: of the amounts.
    """

    lags: Mapping[str, int] = field(default_factory=dict)
    overhead: int = 0
    rule: str = "customers"
    incremental: Mapping[str, float] = field(default_factory=dict)
    by: str = "channel"
    currency: str = ""
    digits: int = 2

    def check(self, names: set[str]) -> None:
        """Refuse what cannot be meant.

        Raises:
            ConfigError: E382, where a channel, a rule or a share is not known.
        """
        for flag, told in (("--lag", self.lags), ("--incremental", self.incremental)):
            for name in told:
                if name not in names:
                    raise _wish(
                        flag, phrase("there is no channel {name!r}", name=name), did_you_mean(name, sorted(names))
                    )
        if self.rule not in RULES:
            raise _wish(
                "--deal",
                phrase("there is no rule {rule!r}", rule=self.rule),
                phrase("known: {rules}", rules=", ".join(RULES)),
            )
        if any(not 0.0 < part <= 1.0 for part in self.incremental.values()):
            raise _wish(
                "--incremental",
                "a share of 0 or above 1",
                "who would not have come otherwise is a part of those who came",
            )


def cost_of_winning(
    costs: Sequence[Cost],
    won: Sequence[Won],
    terms: Terms,
    marginal: Mapping[str, float] | None = None,
    span: tuple[int, int] | None = None,
) -> Cac:
    r"""The cost of winning a customer, by the definitions of ``values.winning``.

    :math:`CAC_m = \sum_c s_{c,m+l_c} / A_m`, where :math:`l_c` is the lag of channel c. What no channel's customers can be set
    against (a channel of costs without customers, fixed costs, overhead) is dealt over channels by a stated rule, so that the
    parts sum to the whole; the rule moves costs between channels and never makes or hides any.

    Args:
        costs: money spent.
        won: customers won.
        terms: how the two meet.
        marginal: what the next customer of a channel costs, minor units, where that is known.
        span: the first and the last month in which it is known who was won; by default those of ``won``.

    Raises:
        DataError: E381, where nobody was won, or no money was spent on winning.
        ConfigError: E382, where a wish is not understood.
    """
    terms.check({row.channel for row in costs} | {row.channel for row in won})
    if sum(row.customers for row in won) <= 0:
        raise _unusable("nobody was won", "the cost of winning is a cost by customers")
    first, last = span or (min(row.month for row in won), max(row.month for row in won))
    spent, parts = _placed(costs, terms, first, last)
    customers = _summed((row.month, getattr(row, terms.by), row.customers) for row in won)
    direct, shared = _divided(spent, customers)
    paying = {name for name, cost in direct.items() if cost > 0}
    if not paying and not shared:
        known = phrase("customers are known from {first} to {last}", first=month_text(first), last=month_text(last))
        raise _unusable("no money was spent on winning customers in the months in which customers are known", known)
    months, fixed = [], _fixed(costs, terms, first, last)
    by_month = _summed((row.month, "", row.cost) for row in costs)
    for month in range(first, last + 1):
        rows = {name: n for (when, name), n in customers.items() if when == month}
        winning = sum(cost for (when, _), cost in spent.items() if when == month)
        counts = (sum(rows.values()), sum(n for name, n in rows.items() if name in paying))
        money = (int(by_month.get((month, ""), 0)), winning, winning + fixed[month])
        months.append(_month(month_text(month), counts, money))
    whole = _month("all", (sum(m.customers for m in months), sum(m.paid for m in months)),
                   (sum(m.spend for m in months), sum(m.winning for m in months), sum(m.loaded for m in months)))  # fmt: skip
    channels = _channels(direct, shared + sum(fixed.values()), customers, terms)
    found = _told_apart(channels, costs, terms, marginal or {})
    return Cac(terms.currency, terms.digits, terms.by, terms.rule, sum(row.cost for row in costs), parts,
               terms.overhead * len(months), whole, tuple(months), found, _findings(parts, whole, _alone(spent, direct)))  # fmt: skip


def _placed(
    costs: Sequence[Cost], terms: Terms, first: int, last: int
) -> tuple[dict[tuple[int, str], int], dict[str, int]]:
    """Winning costs by the month of their customers and by name; and where all money went, to the minor unit."""
    spent: dict[tuple[int, str], int] = defaultdict(int)
    parts = {"winning": 0, "retention": 0, "fixed": 0, "outside": 0}
    for row in costs:
        month = row.month - terms.lags.get(row.channel, 0)
        if not first <= month <= last:
            parts["outside"] += row.cost
        elif row.purpose in WINNING:
            parts["winning"] += row.cost
            spent[month, getattr(row, terms.by)] += row.cost
        else:
            parts[row.purpose] += row.cost
    return spent, parts


def _fixed(costs: Sequence[Cost], terms: Terms, first: int, last: int) -> dict[int, int]:
    """Fixed costs and stated overhead of each month."""
    fixed = dict.fromkeys(range(first, last + 1), terms.overhead)
    for row in costs:
        month = row.month - terms.lags.get(row.channel, 0)
        if row.purpose == "fixed" and month in fixed:
            fixed[month] += row.cost
    return fixed


def _divided(
    spent: Mapping[tuple[int, str], int], customers: Mapping[tuple[int, str], float]
) -> tuple[dict[str, int], int]:
    """Costs of names that won customers, and the sum of those of names that did not."""
    winners = {name for (_, name), n in customers.items() if n > 0}
    direct = dict.fromkeys(sorted(winners), 0)
    shared = 0
    for (_, name), cost in spent.items():
        if name in direct:
            direct[name] += cost
        else:
            shared += cost
    return direct, shared


def _alone(spent: Mapping[tuple[int, str], int], direct: Mapping[str, int]) -> dict[str, int]:
    """Costs by name, of names that won nobody."""
    sums: dict[str, int] = defaultdict(int)
    for (_, name), cost in sorted(spent.items()):
        if name not in direct and cost:
            sums[name or "(no campaign)"] += cost
    return sums


def _channels(
    direct: Mapping[str, int], shared: int, customers: Mapping[tuple[int, str], float], terms: Terms
) -> list[ChannelCost]:
    won = {name: sum(n for (_, each), n in customers.items() if each == name) for name in direct}
    weights = {
        "customers": list(won.values()),
        "cost": [float(max(v, 0)) for v in direct.values()],
        "evenly": [1.0] * len(won),
    }[terms.rule]
    weights = weights if sum(weights) > 0 else [1.0] * len(won)
    sign = -1 if shared < 0 else 1
    dealt = [sign * part for part in apportion(abs(shared), weights)]
    return [
        ChannelCost(name, won[name], cost, part, cost / won[name] if cost else None, (cost + part) / won[name])
        for (name, cost), part in zip(direct.items(), dealt, strict=True)
    ]


def _told_apart(
    channels: Sequence[ChannelCost], costs: Sequence[Cost], terms: Terms, marginal: Mapping[str, float]
) -> tuple[ChannelCost, ...]:
    """With the costs that only some channels have, the dearest first."""
    actions, clicks = (_counted(costs, terms.by, what) for what in ("actions", "clicks"))
    made = []
    for row in channels:
        part, done = terms.incremental.get(row.name), actions.get(row.name)
        made.append(replace(
            row, incremental=row.cost / (row.customers * part) if part else None, marginal=marginal.get(row.name),
            actions=done, cpa=row.cost / done if done else None, clicks=clicks.get(row.name),
        ))  # fmt: skip
    return tuple(sorted(made, key=lambda row: (-row.cost, row.name)))


def _counted(costs: Sequence[Cost], by: str, what: str) -> dict[str, float]:
    counts: dict[str, float] = defaultdict(float)
    for row in costs:
        if row.purpose in WINNING and getattr(row, what) is not None:
            counts[getattr(row, by)] += getattr(row, what)
    return counts


def _month(month: str, counts: tuple[float, float], sums: tuple[int, int, int]) -> MonthCost:
    won, paid = counts
    spend, winning, loaded = sums
    each = (_by(spend, won), _by(winning, won), _by(winning, paid), _by(loaded, won))
    return MonthCost(month, won, paid, spend, winning, loaded, *each)


def _by(cost: int, customers: float) -> float | None:
    return cost / customers if customers > 0 else None


def _summed(rows: Iterable[tuple[int, str, float]]) -> dict[tuple[int, str], float]:
    sums: dict[tuple[int, str], float] = defaultdict(float)
    for month, name, amount in rows:
        sums[month, name] += amount
    return sums


def _findings(parts: Mapping[str, int], whole: MonthCost, alone: Mapping[str, int]) -> tuple[Finding, ...]:
    found = []
    if alone:
        text = phrase(
            "money was spent and nobody came by that name, so its cost is shared by all: {alone}; do "
            "names differ (--same)?",
            alone=", ".join(alone),
        )
        found.append(Finding("F388", text, "info", {"cost": dict(alone)}))
    if parts["outside"]:
        text = phrase(
            "{outside:.0%} of all spend belongs to months in which no customers are told; it counts "
            "in no cost of winning",
            outside=parts["outside"] / sum(parts.values()),
        )
        found.append(Finding("F381", text, "info", {"cost": parts["outside"]}))
    free = 1.0 - whole.paid / whole.customers
    if free > 0.3:
        text = phrase(
            "{free:.0%} of new customers came by channels that cost nothing or are not known: blended"
            " hides what a paid one costs",
            free=free,
        )
        found.append(Finding("F383", text, "warning", {"unpaid": free}))
    return tuple(found)


def _wish(flag: str, what: str, why: str) -> ConfigError:
    return ConfigError(
        "E382", what, where=flag, why=why, fix="write it as the command's help shows:  lifelong channels --help"
    )


def _unusable(what: str, why: str) -> DataError:
    return DataError(
        "E381", what, where="the table of costs or of customers", why=why,
        fix="give costs (month,channel,purpose,cost) and customers (month,channel,customers) of the same months",
    )  # fmt: skip
