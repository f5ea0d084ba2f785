"""The verb that draws from a posterior: what the orders and a stated prior leave open about a model's parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lifelong import plugins
from lifelong.errors import ConfigError, FitError
from lifelong.phrases import phrase
from lifelong.project import asked, fitting, knowing, renewing, valuing
from lifelong.store import fits

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.project.folder import Folder
    from lifelong.values import Patterns, Pooled, Posterior


@dataclass(frozen=True, slots=True)
class Draw:
    """What is drawn.

    Attributes:
        by: the column by which customers are in groups that learn from each other; empty for none.
        how: ``laplace`` or ``nuts``.
        draws: how many in all.
        seed: equal seeds give equal draws.
        keep: whether the posterior becomes the latest fit, from which scores take their parameter draws.
    """

    by: str = ""
    how: str = "laplace"
    draws: int = 1000
    seed: int = 0
    keep: bool = False


def posterior(folder: Folder, model: str, until: str, draw: Draw, out: Path | None) -> Posterior | Pooled:
    """Draw; write the draws where a file is named."""
    if draw.keep and draw.by:
        raise knowing.apart("groups that learn from each other", "one fit of all customers")
    if out is not None and out.suffix != ".nc":
        raise ConfigError(
            "E301",
            phrase(
                "draws are written as NetCDF, not as {suffix}", suffix=out.suffix or phrase("a file without an ending")
            ),
            where="--out",
            why="ArviZ and others read them so",
            fix=phrase("--out {with_suffix}", with_suffix=out.with_suffix(".nc")),
        )
    from lifelong.values import Posterior

    with folder.writing("posterior"):
        at = asked.base(folder, until)
        name = _named(folder, at, model)
        at, _ = fitting.by_occasions(name, at)
        folder.progress(phrase("drawing from the posterior of {name}", name=name), 0, draw.draws)
        made = _pooled(folder, at, name, draw) if draw.by else _drawn(at, name, draw)
        if out is not None:
            made.to_arviz().to_netcdf(str(out))
        if draw.keep and isinstance(made, Posterior):  # groups were refused
            spend, _ = valuing.spend_of(valuing.saved_backtest(folder, at))
            fitted = fitting.finished(made.as_fit(draw.draws), at, folder.currency, folder.config().prior, spend)
            fits.save(fitted, folder.root / "fits")
    return made


def _named(folder: Folder, at: asked.Base, model: str) -> str:
    """The plain model that is meant; ``auto``, and ``blend``, take the back-test's winner by itself."""
    from lifelong.judge.blending import BLEND, statistical

    name = model or folder.config().model
    if name in {"auto", BLEND}:
        board = valuing.saved_backtest(folder, at)
        return statistical(board.chosen) if board else fitting.UNTESTED
    if renewing.is_contract(name):
        raise renewing.refused("this posterior")
    if "+" in name:
        raise knowing.apart("a posterior", "covariates, the firm's own calendar or a blend")
    return name


def _drawn(at: asked.Base, model: str, draw: Draw) -> Posterior:
    from lifelong.posterior import posterior as implementation

    data = _patterns(at.summary)
    made = implementation(plugins.load("models", model)(), data, how=draw.how, draws=draw.draws, seed=draw.seed)
    return replace(made, origin=replace(made.origin, data=data.digest))


def _pooled(folder: Folder, at: asked.Base, model: str, draw: Draw) -> Pooled:
    from lifelong.posterior import pool

    found = knowing.traits(folder, at, knowing.Known((draw.by,)))
    words = found.table[draw.by] if found is not None else None
    if words is None or str(words.type) != "string":
        raise FitError(
            "E222",
            phrase("{by} holds numbers, no groups", by=draw.by),
            where="--by",
            why="groups learn from each other, and each must be of several customers",
            fix="name a column of words, such as channel",
        )
    import pyarrow.compute as pc

    names = sorted(set(words.to_pylist()))
    groups = {name: _patterns(at.summary.filter(pc.equal(words, name))) for name in names}
    return pool(plugins.load("models", model)(), groups, draws=draw.draws, seed=draw.seed)


def _patterns(summary: Any) -> Patterns:
    from lifelong.tables import patterns

    return patterns.to_patterns(patterns.patterns(summary))
