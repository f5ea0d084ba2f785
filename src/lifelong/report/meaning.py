"""What value means, in the language spoken now: made from the facts of the scores, not from their English words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lifelong import i18n
from lifelong.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHARE = re.compile(r"gross margin \((\d+(?:\.\d+)?) % of revenue\)")
#: What a value may be a sum of, where no share stands in it.
KINDS = (
    N_("revenue"),
    N_("contribution"),
    N_("gross margin (revenue less cost)"),
    N_("orders (the data hold no amounts)"),
)


def meaning(told: Mapping[str, Any]) -> str:
    """The definition of a run's value: of what, how far ahead, and how later money is discounted."""
    what = re.split(r", (?:next |the rest of life)", told["definition"])[0]
    found = _SHARE.fullmatch(what)
    if found:
        said = i18n.message("gross margin ({share} of revenue)").format(share=i18n.percent(float(found[1]) / 100, 0))
    else:
        said = i18n.message(what)
    return ", ".join((said, _ahead(told["horizon"]), _worth(float(told.get("per_year") or _rate(told["definition"])))))


def _ahead(horizon: str) -> str:
    if horizon == "lifetime":
        return i18n.message("the rest of life")
    return i18n.message("within {ahead}").format(ahead=i18n.horizon(horizon))


def _worth(per_year: float) -> str:
    if not per_year:
        return i18n.message("not discounted")
    rate = i18n.percent(per_year, 0 if (100 * per_year) % 1 < 1e-9 else 1)
    return i18n.message("discounted by {rate} a year").format(rate=rate)


def _rate(definition: str) -> float:
    """The rate as the English definition has it, where a run keeps none beside it."""
    found = re.search(r"discounted (\d+(?:\.\d+)?)%/year", definition)
    return float(found[1]) / 100 if found else 0.0
