"""Fixed costs: how much of a month's falls into some days, and who bears it."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from lifelong.errors import ConfigError, did_you_mean
from lifelong.phrases import phrase
from lifelong.units import apportion, date_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: By what fixed costs may be dealt.
RULES = ("revenue", "orders", "customers")


def fixed_costs(a_month: int, first: int, last: int) -> int:
    """The fixed costs of some days: of each calendar month the part that its days make up.

    Args:
        a_month: minor units.
        first: a day, since 1970-01-01.
        last: the last day, not before it.

    >>> from lifelong.units import day_of
    >>> fixed_costs(310_00, day_of("2025-01-01"), day_of("2025-02-14"))
    46500
    """
    months: dict[tuple[int, int], int] = {}
    for day in range(first, last + 1):
        when = date_of(day)
        months[when.year, when.month] = months.get((when.year, when.month), 0) + 1
    return round(sum((Fraction(a_month * days, _length(*month)) for month, days in months.items()), Fraction(0)))


def _length(year: int, month: int) -> int:
    begin = date_of(0).replace(year=year, month=month)
    return ((begin + timedelta(days=31)).replace(day=1) - begin).days


def allocated(total: int, bearers: Sequence[Mapping[str, int]], rule: str) -> list[int]:
    """Deal fixed costs over those who bear them: by revenue, by orders or by customers, to the minor unit.

    Whatever the rule, the parts sum to the total: a rule moves costs between bearers and never makes or hides any. Where
    all weights are 0, or a bearer's is below (revenue that was paid back), that bearer weighs nothing; where nobody weighs
    anything, all bear alike.

    Args:
        total: minor units, 0 or more.
        bearers: each with ``revenue``, ``orders`` and ``customers``; at least one.
        rule: one of :data:`RULES`.

    Raises:
        ConfigError: E302 for a rule that is not known.

    >>> allocated(100, [{"revenue": 300, "orders": 1}, {"revenue": 100, "orders": 2}], "revenue")
    [75, 25]
    """
    if rule not in RULES:
        raise ConfigError(
            "E302", phrase("there is no rule {rule!r} to deal fixed costs by", rule=rule), where="allocate", why=did_you_mean(rule, RULES),
            fix=phrase("take one of {rules}", rules=", ".join(RULES)),
        )  # fmt: skip
    weights = [max(bearer[rule], 0) for bearer in bearers]
    return apportion(total, weights if any(weights) else [1] * len(weights))
