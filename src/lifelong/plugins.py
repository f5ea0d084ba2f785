"""One registry for models, sources, exports and engines, filled by entry points.

A package that offers a model says in its own pyproject.toml::

    [project.entry-points."lifelong.models"]
    my_model = "my_package:MyModel"
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from lifelong.errors import ConfigError, did_you_mean
from lifelong.phrases import phrase

_BUILT_IN: dict[str, dict[str, str]] = {
    "models": {
        "bg_cnbd_2": "lifelong.models.cnbd_k:BGCNBD2",
        "bg_cnbd_3": "lifelong.models.cnbd_k:BGCNBD3",
        "bg_cnbd_4": "lifelong.models.cnbd_k:BGCNBD4",
        "bg_cnbd_5": "lifelong.models.cnbd_k:BGCNBD5",
        "bg_cnbd_6": "lifelong.models.cnbd_k:BGCNBD6",
        "mbg_cnbd_2": "lifelong.models.cnbd_k:MBGCNBD2",
        "mbg_cnbd_3": "lifelong.models.cnbd_k:MBGCNBD3",
        "mbg_cnbd_4": "lifelong.models.cnbd_k:MBGCNBD4",
        "mbg_cnbd_5": "lifelong.models.cnbd_k:MBGCNBD5",
        "mbg_cnbd_6": "lifelong.models.cnbd_k:MBGCNBD6",
        "bg_bb_1w": "lifelong.models.in_occasions:BGBB1W",
        "bg_bb_2w": "lifelong.models.in_occasions:BGBB2W",
        "bg_bb_4w": "lifelong.models.in_occasions:BGBB4W",
        "bg_bb_13w": "lifelong.models.in_occasions:BGBB13W",
        "bg_bb_26w": "lifelong.models.in_occasions:BGBB26W",
        "bg_bb_1y": "lifelong.models.in_occasions:BGBB1Y",
        "bg_nbd": "lifelong.models.bg_nbd:BGNBD",
        "ggompertz_nbd": "lifelong.models.ggompertz_nbd:GGompertzNBD",
        "mbg_nbd": "lifelong.models.mbg_nbd:MBGNBD",
        "nbd": "lifelong.models.nbd:NBD",
        "pareto_nbd": "lifelong.models.pareto_nbd:ParetoNBD",
        "pareto_nbd_correlated": "lifelong.models.correlation:CorrelatedParetoNBD",
    },
    "contracts": {
        "bdw": "lifelong.models.bdw:BdW",
        "constant_churn": "lifelong.models.segments:ConstantChurn",
        "discrete_weibull": "lifelong.models.discrete_weibull:DiscreteWeibull",
        "sbg": "lifelong.models.sbg:SBG",
        "two_segments": "lifelong.models.segments:TwoSegments",
    },
    "spend": {
        "gamma_gamma": "lifelong.models.gamma_gamma:GammaGamma",
        "gamma_gamma_dependent": "lifelong.models.gamma_gamma_dependent:DependentGammaGamma",
        "normal_normal": "lifelong.models.normal_normal:NormalNormal",
    },
}


#: The purchase models that ``auto`` tries of our own: quick, and each at home in many shops. Others are named by the user.
USUAL = ("bg_nbd", "mbg_nbd", "pareto_nbd")


def usual() -> tuple[str, ...]:
    """The purchase models that ``auto`` tries: the usual ones of ours, and all that are plugged in."""
    return tuple(sorted({*USUAL, *known("models")} - (_BUILT_IN["models"].keys() - set(USUAL))))


def known(kind: str) -> tuple[str, ...]:
    """The names of a kind, built in and plugged in, sorted."""
    from importlib.metadata import entry_points  # slow to load, and not needed for what is built in

    plugged = {point.name for point in entry_points(group=f"lifelong.{kind}")}
    return tuple(sorted(_BUILT_IN.get(kind, {}).keys() | plugged))


def load(kind: str, name: str) -> Any:
    """The class or function of that name. Built-in names cannot be replaced from outside."""
    path = _BUILT_IN.get(kind, {}).get(name)
    if path is not None:
        module, _, attribute = path.partition(":")
        return getattr(import_module(module), attribute)
    from importlib.metadata import entry_points

    for point in entry_points(group=f"lifelong.{kind}"):
        if point.name == name:
            try:
                return point.load()
            except (ImportError, AttributeError) as problem:
                raise ConfigError(
                    "E303",
                    phrase("the {kind} {name!r} cannot be loaded: {problem}", kind=kind, name=name, problem=problem),
                    where=point.value,
                    why="a package offers it by entry point, but it is not there",
                    fix=phrase("install that package again, or take another: {kind}", kind=", ".join(known(kind))),
                ) from problem
    noun = {"spend": "spend model"}.get(kind, kind.removesuffix("s"))
    raise ConfigError(
        "E302",
        phrase("there is no {noun} {name!r}", noun=noun, name=name),
        why=did_you_mean(name, known(kind)),
        fix="take a known name",
    )
