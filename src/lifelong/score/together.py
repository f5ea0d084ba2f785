"""A firm with both kinds of business: scores of free buyers and of subscribers as one table and one total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError
from lifelong.phrases import phrase
from lifelong.schema import SCORES
from lifelong.values import Scores, Totals

if TYPE_CHECKING:
    import pyarrow as pa

#: Names of groups where subscribers and buyers are added.
SUBSCRIBERS, BUYERS = "who subscribe", "who buy freely"
#: What is asked must be the same of all.
SAME = ("as_of", "horizon", "currency", "definition")


def together(*parts: Scores) -> Scores:
    r"""Scores of several kinds of business as one.

    **Story.** Somebody who subscribes and also buys freely is one customer, worth both.

    **Formula.** Money and orders are added. Somebody is still a customer who is one of any kind:
    :math:`1 - \prod_k (1 - p_k)`. Quantiles of a customer of several kinds are added too, as if good luck in one were good
    luck in all, which is the widest that they can be. Models of different kinds err each by itself, so that the ends
    of a total lie from its mean by the root of the summed squares of the parts' distances.

    Args:
        parts: scores as of one day, of one horizon, currency and definition.

    Raises:
        ConfigError: E301, where there is none, or they differ in one of these.
    """
    for name in SAME:
        told = list(dict.fromkeys(str(getattr(part, name)) for part in parts))
        if len(told) != 1:
            raise ConfigError(
                "E301",
                phrase(
                    "scores of different {name} cannot be added: {told}",
                    name=name,
                    told=" and ".join(told) or phrase("there are none"),
                ),
                where=name,
                why="a sum has one meaning only where its parts have the same",
                fix="score each kind with the same day, horizon, margin and discount",
            )
    table = _table([part.table for part in parts])
    total = _total([part.totals for part in parts], table)
    first = parts[0]
    groups = {"all": total, **{f"by {part.model}": part.totals for part in parts}}
    findings = {(f.code, f.text): f for part in parts for f in part.findings}
    return Scores(
        first.as_of,
        first.horizon,
        first.currency,
        first.definition,
        len(table),
        total,
        table,
        groups,
        tuple(findings.values()),
        ", ".join(dict.fromkeys(part.model for part in parts)),
    )


def _table(tables: list[pa.Table]) -> pa.Table:
    """A row a customer, sorted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    every = pa.concat_tables([t.select([c.name for c in SCORES]) for t in tables], promote_options="permissive")
    # A sum of logarithms is one of a product; whoever is surely there gives minus infinity, and 1.
    gone = pc.ln(pc.subtract(1.0, every["alive"]))
    every = every.set_column(every.column_names.index("alive"), "alive", gone)
    how = {"silent_days": "min", "rhythm_days": "min"}
    names = [c.name for c in SCORES if c.name != "customer_id"]
    made = every.group_by("customer_id").aggregate([(name, how.get(name, "sum")) for name in names])
    columns: dict[str, Any] = {name: made[f"{name}_{how.get(name, 'sum')}"] for name in names}
    columns["alive"] = pc.subtract(1.0, pc.exp(columns["alive"]))
    return pa.table({"customer_id": made["customer_id"], **columns}).sort_by("customer_id")


def _total(totals: list[Totals], table: pa.Table) -> Totals:
    """The total, each part's doubt by itself."""
    import pyarrow.compute as pc

    orders, value = (sum(getattr(t, name) for t in totals) for name in ("orders", "value"))

    def end(name: str) -> float:
        middle, mean = ("orders", orders) if name.startswith("orders") else ("value", value)
        away = sum((getattr(t, name) - getattr(t, middle)) ** 2 for t in totals) ** 0.5
        return float(mean + away if "high" in name else max(mean - away, 0.0))

    widths = [(t.high80 - t.low80) ** 2 for t in totals]
    part = sum(w * t.model_share for w, t in zip(widths, totals, strict=True)) / sum(widths) if sum(widths) else 0.0
    alive = float(pc.sum(table["alive"]).as_py() or 0.0)
    ends = {
        f"{of}{name}": end(f"{of}{name}") for of in ("", "orders_") for name in ("low80", "high80", "low90", "high90")
    }
    return Totals(customers=len(table), alive=alive, orders=orders, value=value, model_share=part, **ends)
