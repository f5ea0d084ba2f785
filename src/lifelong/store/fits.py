"""Fits and other values on disk: sealed JSON, never pickle. Opening one runs nothing."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import StoreError, did_you_mean
from lifelong.phrases import phrase
from lifelong.store import files
from lifelong.values import Blend, Estimate, Finding, Fit, Origin

if TYPE_CHECKING:
    from pathlib import Path

KIND = "lifelong-fit/1"


def save(fit: Fit, folder: Path) -> str:
    """Write a fit; its name is its content, so that saving it again changes nothing. Returns the name."""
    folder.mkdir(parents=True, exist_ok=True)
    name = name_of(fit)
    write(fit, folder / f"{name}.json")
    files.write_bytes(folder / "latest", name.encode())
    return name


def name_of(fit: Fit) -> str:
    """The name under which a fit is kept."""
    return f"{fit.name}-{fit.origin.until}-{fit.origin.data[:8]}"


def write(fit: Fit, path: Path) -> None:
    """Write a fit to a file of its own."""
    files.write_sealed(path, KIND, _as_stored(fit))


def read(path: Path) -> Fit:
    """Read what :func:`write` wrote."""
    return _from_stored(files.read_sealed(path, KIND))


def digest(fit: Fit) -> str:
    """The fit's content in eight digits."""
    return hashlib.sha256(json.dumps(_as_stored(fit), sort_keys=True).encode()).hexdigest()[:8]


def load(folder: Path, name: str = "") -> Fit:
    """Read a fit by name, or the latest."""
    known = sorted(path.stem for path in folder.glob("*.json")) if folder.is_dir() else []
    latest = folder / "latest"
    if not name and latest.exists():
        name = latest.read_text(encoding="utf-8", errors="replace")
    if name not in known:
        raise StoreError(
            "E401" if name else "E201",
            phrase("there is no fit {name!r}", name=name) if name else "nothing has been fitted yet",
            where=str(folder),
            why=did_you_mean(name, known) if known else "a fit comes before scores",
            fix="lifelong fit",
        )
    return read(folder / f"{name}.json")


def _as_stored(fit: Fit) -> dict[str, Any]:
    told = fit.as_dict()
    told["info"].pop("seconds", None)  # the same input gives the same bytes
    told["theta"] = fit.theta.tolist()
    told["covariance"] = fit.covariance.tolist()
    told["free"] = fit.free
    told["spend"] = _as_stored(fit.spend) if fit.spend else None
    told["blend"] = fit.blend.as_stored() if fit.blend else None
    if fit.drawn is not None:
        told["drawn"] = fit.drawn.tolist()
    return told


def _from_stored(told: dict[str, Any]) -> Fit:
    params = tuple(Estimate(**_filled(p)) for p in told["params"])
    return Fit(
        model=told["model"],
        params=params,
        theta=np.array(told["theta"], np.float64),
        covariance=np.array(told["covariance"], np.float64),
        loglik=told["loglik"],
        findings=tuple(Finding.from_dict(f) for f in told["findings"]),
        info=told["info"],
        origin=Origin(**told["origin"]),
        spend=_from_stored(told["spend"]) if told["spend"] else None,
        free=told.get("free", 0),
        drawn=np.array(told["drawn"], np.float64) if "drawn" in told else None,
        blend=Blend.from_stored(told["blend"]) if told.get("blend") else None,
    )


def _filled(told: dict[str, Any]) -> dict[str, Any]:
    """JSON has no nan: an empty figure is one that the data could not say."""
    return {name: float("nan") if value is None else value for name, value in told.items()}
