"""A table of what products cost, as a share of their revenue: product, cost_rate."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from lifelong.errors import ConfigError, DataError
from lifelong.sources import encodings, sniff
from lifelong.sources.columns import plain
from lifelong.units import share

if TYPE_CHECKING:
    from pathlib import Path

_PRODUCT = "product, product id, sku, produkt, товар, produit, artikel"
_RATE = "cost rate, cost share, rate, koszt, доля затрат, taux de coût, kostenanteil"


def read(path: Path) -> dict[str, float]:
    """Each product's cost as a share of revenue, from a CSV of ``product`` and ``cost_rate`` (35% or 0.35).

    Raises:
        DataError: E369 where the file cannot be read, a product stands twice, or a rate is none.
    """
    if not path.is_file():
        raise _wrong(f"there is no file {path.name}", str(path), "check product_costs in lifelong.toml")
    content = path.read_bytes()
    text = encodings.text_of(content, encodings.encoding_of(content))
    shape = sniff.shape_of(text, path.name)
    names = [plain(name) for name in shape.header]
    at = [
        next((names.index(plain(n)) for n in told.split(", ") if plain(n) in names), -1) for told in (_PRODUCT, _RATE)
    ]
    if min(at) < 0:
        fix = "name the columns product and cost_rate; a cost a piece cannot be used, since orders keep no quantities"
        raise _wrong(
            "it needs the columns product and cost_rate", f"{path.name}, header: {', '.join(shape.header)}", fix
        )
    rows = csv.reader(
        io.StringIO("".join(text.lstrip("\ufeff").splitlines(keepends=True)[shape.skip :])), delimiter=shape.separator
    )
    rates: dict[str, float] = {}
    for number, cells in enumerate(rows, 1):
        if not any(cells):
            continue
        if len(cells) != len(names):
            raise _wrong(f"row {number} has {len(cells)} cells instead of {len(names)}", path.name, "mend the row")
        product = cells[at[0]].strip()
        if product in rates:
            raise _wrong(f"{product!r} stands twice", f"{path.name}, row {number}", "leave one of the rows")
        try:
            rates[product] = share(cells[at[1]].strip(), flag="cost_rate")
        except ConfigError as problem:
            raise _wrong(
                problem.what, f"{path.name}, row {number}", "write the cost as a share of revenue: 35%"
            ) from None
    return rates


def _wrong(what: str, where: str, fix: str) -> DataError:
    return DataError("E369", what, where=where, why="goods' costs are taken from it, product by product", fix=fix)
