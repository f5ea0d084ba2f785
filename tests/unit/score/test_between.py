"""Expected orders in a stretch ahead agree with the model's closed form."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

import lifelong as ll
from lifelong.score.between import orders_between
from lifelong.values import Estimate, Fit

THETA = np.array([0.553, 10.578, 0.606, 11.669])


def test_the_stretch_is_the_difference_of_two_closed_forms() -> None:
    fit = Fit("pareto_nbd", (Estimate("r", 0.553, 0.1, 0, 1, ""),), THETA, np.eye(4) * 1e-6, -1.0)
    x, t_x, T = np.array([0, 2, 9]), np.array([0, 213, 250]), np.array([270, 272, 280])
    table = pa.table({"x": x, "t_x": t_x, "T": T})
    start, stop = np.array([0.0, 10.0, 30.0]), np.array([30.0, 30.0, 30.0])
    got = orders_between(fit, table, start, stop)
    model = ll.ParetoNBD()
    for i in range(3):
        weeks = x[i], t_x[i] / 7, T[i] / 7
        want = model.expect(THETA, *weeks, stop[i] / 7) - (
            model.expect(THETA, *weeks, start[i] / 7) if start[i] else 0.0
        )
        assert np.isclose(got[i], want, rtol=2e-3, atol=1e-9)
