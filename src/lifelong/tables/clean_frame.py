"""Into narwhals and back: pandas' own integers cannot be missing, so its frames are worked on as Arrow tables."""

from __future__ import annotations

from typing import Any

import narwhals as nw


def entered(frame: Any) -> Any:
    """A narwhals frame of any engine's frame; a pandas frame becomes an Arrow one."""
    given = nw.from_native(frame)
    if isinstance(given, nw.DataFrame) and given.implementation.is_pandas():
        given = nw.from_native(nw.from_native(given.to_native().reset_index(drop=True)).to_arrow())
    if given.implementation.is_pyarrow():  # two kinds of text cannot stand one below the other
        given = given.with_columns(nw.col(n).cast(nw.String) for n, kind in given.schema.items() if kind == nw.String)
    return given


def returned(frame: Any, like: Any) -> Any:
    """The native frame of the engine that ``like`` came from; pandas gets Arrow types, which keep integers exact."""
    given = nw.from_native(like)
    if isinstance(given, nw.DataFrame) and given.implementation.is_pandas():
        pandas = given.implementation.to_native_namespace()
        return frame.to_native().to_pandas(types_mapper=pandas.ArrowDtype)
    return frame.to_native()


def names_of(frame: Any) -> list[str]:
    """The column names, also of a lazy frame."""
    return list(frame.collect_schema().names())


def is_empty(frame: Any) -> bool:
    """No row is there; of a lazy frame one row is asked for."""
    some = frame.head(1)
    return len(some.collect() if isinstance(some, nw.LazyFrame) else some) == 0


def looked(frame: Any, **figures: nw.Expr) -> dict[str, Any]:
    """Figures of a frame, asked for at once; nothing counts as 0."""
    told = frame.select(**figures)
    told = told.collect() if isinstance(told, nw.LazyFrame) else told
    return {name: told[name].to_list()[0] or 0 for name in figures}


def spread(frame: Any, by: list[str], **figures: nw.Expr) -> Any:
    """Add figures of each group to all of its rows.

    A window does that on most engines. On PyArrow a window puts its figures beside the wrong rows from some 65,000
    rows on, since it trusts a join to keep the order of rows, which PyArrow's does not: there an open join does it,
    in which all of a row stays together. No key may be null.
    """
    if frame.implementation.is_pyarrow():
        return frame.join(frame.group_by(*by).agg(**figures), on=by, how="left")
    return frame.with_columns(**{name: figure.over(*by) for name, figure in figures.items()})


def before(frame: Any, name: str, by: str | list[str]) -> Any:
    """A lazy frame with ``before``: the value of an earlier row of the same group, in the order of the values.

    Only lazy engines are asked: PyArrow's windows are not to be trusted, see :func:`spread`.
    """
    return frame.with_columns(before=nw.col(name).shift(1).over(by, order_by=name))


def along(figure: nw.Expr, by: str, order: str) -> nw.Expr:
    """A figure that runs along the rows of each group in an order, of a lazy frame only: as :func:`before`."""
    return figure.over(by, order_by=order)
