"""One registry for models, sources, exports and engines, filled by entry points.

A package that offers a model says in its own pyproject.toml::

    [project.entry-points."lifelong.models"]
    my_model = "my_package:MyModel"
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from lifelong.errors import ConfigError, did_you_mean

_BUILT_IN: dict[str, dict[str, str]] = {
    "models": {
        "bg_nbd": "lifelong.models.bg_nbd:BGNBD",
        "mbg_nbd": "lifelong.models.mbg_nbd:MBGNBD",
        "pareto_nbd": "lifelong.models.pareto_nbd:ParetoNBD",
    },
    "contracts": {
        "bdw": "lifelong.models.bdw:BdW",
        "constant_churn": "lifelong.models.segments:ConstantChurn",
        "discrete_weibull": "lifelong.models.discrete_weibull:DiscreteWeibull",
        "sbg": "lifelong.models.sbg:SBG",
        "two_segments": "lifelong.models.segments:TwoSegments",
    },
    "spend": {"gamma_gamma": "lifelong.models.gamma_gamma:GammaGamma"},
}


def known(kind: str) -> tuple[str, ...]:
    """The names of a kind, built in and plugged in, sorted."""
    plugged = {point.name for point in entry_points(group=f"lifelong.{kind}")}
    return tuple(sorted(_BUILT_IN.get(kind, {}).keys() | plugged))


def load(kind: str, name: str) -> Any:
    """The class or function of that name. Built-in names cannot be replaced from outside."""
    path = _BUILT_IN.get(kind, {}).get(name)
    if path is not None:
        module, _, attribute = path.partition(":")
        return getattr(import_module(module), attribute)
    for point in entry_points(group=f"lifelong.{kind}"):
        if point.name == name:
            try:
                return point.load()
            except (ImportError, AttributeError) as problem:
                raise ConfigError(
                    "E303",
                    f"the {kind} {name!r} cannot be loaded: {problem}",
                    where=point.value,
                    why="a package offers it by entry point, but it is not there",
                    fix="install that package again, or take another: " + ", ".join(known(kind)),
                ) from problem
    raise ConfigError(
        "E302", f"there is no {kind} {name!r}", why=did_you_mean(name, known(kind)), fix="take a known name"
    )
