"""A table of what products cost, as a share of their revenue: product, cost_rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong.errors import ConfigError, DataError
from lifelong.phrases import phrase
from lifelong.sources.small_tables import SmallTable
from lifelong.units import share

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {
    "product": "product, product id, sku, produkt, товар, produit, artikel",
    "cost_rate": "cost rate, cost share, rate, koszt, доля затрат, taux de coût, kostenanteil",
}


def read(path: Path) -> dict[str, float]:
    """Each product's cost as a share of revenue, from a table of ``product`` and ``cost_rate`` (35% or 0.35).

    Raises:
        DataError: E369 where a column is missing, a product stands twice, or a rate is none; E101, E103, E106 as for orders.
    """
    table = SmallTable.read(path, NAMES, _wrong)
    for name in NAMES:
        if name not in table:
            raise table.missing(name, f"no column says {name}")
    rates: dict[str, float] = {}
    for number, (product, text) in enumerate(zip(table.cells("product"), table.cells("cost_rate"), strict=True), 1):
        where = phrase("{name}, row {number}", name=path.name, number=number)
        if product in rates:
            raise _wrong(phrase("{product!r} stands twice", product=product), "product", where)
        try:
            rates[product] = share(text, flag="cost_rate")
        except ConfigError as problem:
            raise _wrong(problem.what, "cost_rate", where) from None
    return rates


def _wrong(what: str, _name: str, where: str) -> DataError:
    return DataError(
        "E369", what, where=where, why="what goods cost is taken from it, product by product",
        fix="write a row a product: product, and cost_rate as a share of revenue, such as 35%; orders keep no quantities, so that "
        "a cost a piece cannot be used",
    )  # fmt: skip
