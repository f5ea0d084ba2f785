"""Customers in changing circumstances by the face of the library, without a project."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import lifelong as ll

ORDERS = pa.table({"customer_id": ["a", "a", "b"], "day": [20_000, 20_030, 20_010], "is_order": [1, 1, 1]})
SALES = pa.table({"day": [20_000 + 7 * i for i in range(8)], "sale": [i % 2 for i in range(8)]})


def test_followed_and_foreseen() -> None:
    told = ll.follow(ORDERS, SALES, until="2024-11-14")
    assert isinstance(told, ll.Timelines)
    assert (told.x.tolist(), told.t_x.tolist(), told.T.tolist()) == ([1, 0], [30, 0], [41, 31])
    ahead = ll.foresee(told.customer, SALES, after="2024-11-14", until="2025-11-14", unknown="last")
    assert isinstance(ahead, ll.Course)
    assert ahead.total.tolist() == [365, 365]
    assert [f.code for f in ahead.findings] == ["F254"]
    model = ll.TimeVaryingParetoNBD()
    fit = model.fit(told)
    assert (model.expect(fit.theta, told, ahead) > 0).all()
    assert model.draw_counts(fit, told, ahead, 3, np.random.default_rng(1)).shape == (3, 2)


def test_an_unknown_future_is_refused() -> None:
    with pytest.raises(ll.DataError) as told:
        ll.foresee(["a"], SALES, after="2024-11-14", until="2025-11-14")
    assert told.value.code == "E214"
