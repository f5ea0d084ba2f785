"""Fits on disk come back equal, byte for byte, and nothing else is read as a fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from lifelong.errors import StoreError
from lifelong.store import fits
from lifelong.values import Estimate, Finding, Fit, Origin

if TYPE_CHECKING:
    from pathlib import Path


def _fit(name: str = "bg_nbd", spend: Fit | None = None) -> Fit:
    return Fit(
        model=name,
        params=(
            Estimate("r", 0.1 + 0.2, 0.01, float("nan"), 0.5, ""),
            Estimate("alpha", 4.4, float("nan"), 1, 9, "weeks"),
        ),
        theta=np.array([0.1 + 0.2, 4.4]),
        covariance=np.array([[1 / 3, 0.1], [0.1, 2.0]]),
        loglik=-9582.42920731,
        findings=(Finding("F201", "a ridge", "warning", {"corr": 0.99}),),
        info={"evaluations": 12},
        origin=Origin("abcdef0123", 10, 5, "1997-09-30", "0.1.0", 7),
        spend=spend,
        free=1,
    )


def test_a_fit_comes_back_exactly(tmp_path: Path) -> None:
    fit = _fit(spend=_fit("gamma_gamma"))
    name = fits.save(fit, tmp_path)
    back = fits.load(tmp_path)
    assert back.theta.tolist() == fit.theta.tolist()
    assert back.covariance.tolist() == fit.covariance.tolist()
    assert back.as_dict() == fit.as_dict()
    assert back.free == 1
    assert back.spend is not None
    assert back.spend.model == "gamma_gamma"
    assert np.isnan(back.params[0].low)
    first = (tmp_path / f"{name}.json").read_bytes()
    fits.save(fit, tmp_path)
    assert (tmp_path / f"{name}.json").read_bytes() == first


def test_no_fit_and_unknown_names_are_coded(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        fits.load(tmp_path / "none")
    assert caught.value.code == "E201"
    fits.save(_fit(), tmp_path)
    with pytest.raises(StoreError, match="bg_nb"):
        fits.load(tmp_path, "bg_nbt-1997")


def test_a_pickle_or_a_stranger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "evil.json").write_bytes(b"\x80\x04cposix\nsystem\n.")
    with pytest.raises(StoreError) as caught:
        fits.load(tmp_path, "evil")
    assert caught.value.code == "E401"
