"""After a fit that knows more of customers than their orders, every verb answers, or says by a code why it cannot."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc
import pytest
from tests.money_shop import money_shop, written

import lifelong as ll
from lifelong.errors import LifelongError
from lifelong.jobs.uploads import Uploads
from lifelong.jobs.verbs import VERBS, arguments
from lifelong.jobs.worker import call
from lifelong.project.asked import base
from lifelong.project.knowing import newcomers, seen_by
from lifelong.units import date_of, day_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ASKED: dict[str, dict[str, Any]] = {
    "groups": {"by": "channel"},
    "why": {"group": "channel=ads"},
    "segment": {"rule": "value >= 10"},
    "customer": {"customer": "c001"},
    "forget": {"customer": "c003"},
    "identity-undo": {"alias": "c001"},
    "cut": {"cuts": {"ads": "20%"}},
    "calculator": {"churn": "5%", "invoice": "50", "new_customers": "10", "spend": "100"},
    "retention": {"points": 1.0},
}
FILES = {
    "ingest": [
        ["order_id", "customer_id", "ordered_at", "revenue", "channel"],
        ["z1", "c001", "2025-02-20", "12.00", "ads"],
    ],
    "spend": [["day", "channel", "purpose", "cost"], ["2025-02-20", "ads", "acquisition", "12.00"]],
    "touches": [["customer_id", "touched_at", "channel"], ["c001", "2025-02-19T01:00:00", "ads"]],
    "ingest-subscriptions": [["customer_id", "started_at", "ended_at", "price", "period"]]
    + [
        [f"s{i}", date_of(day_of("2024-01-01") + 7 * i), date_of(day_of("2024-11-01") + i) if i % 2 else "", 9, "month"]
        for i in range(30)
    ],
}
#: What no fit could answer in this shop, and the code that says so.
REFUSED = {"identity-undo": "E501", "retention": "E204", "plan-actual": "E482", "demo": "E522", "cut": "E397"}


def known(shop: ll.Project) -> Any:
    return shop.fit("pareto_nbd", covariates=["channel"])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    made, _ = money_shop(tmp_path_factory.mktemp("known"), 2)
    known(made)
    made.score(horizon="52w", discount="10%/year")
    return made


def upload(root: Path, name: str) -> str:
    async def parts() -> AsyncIterator[bytes]:
        yield written(root / "cache" / f"{name}.csv", FILES[name]).read_bytes()

    return asyncio.run(Uploads(root).take(f"{name}.csv", parts(), 1 << 20))


def test_every_verb_answers_after_a_fit_with_covariates(shop: ll.Project) -> None:
    refused = {}
    # Last what changes the project, and after all of it subscribers: with them the margin must be told.
    for name, verb in sorted(VERBS.items(), key=lambda item: (item[1].writes, item[0] == "ingest-subscriptions")):
        told = ASKED.get(name, {}) | ({"file": upload(shop.path, name)} if name in FILES else {})
        if verb.writes:  # the one before may have changed what there is
            known(shop)
            shop.score(horizon="52w", discount="10%/year")
        try:
            call(shop.path, name, arguments(name, told), lambda *_: None)
        except LifelongError as error:
            refused[name] = error
    assert {name: error.code for name, error in refused.items()} == REFUSED
    assert all(error.fix for error in refused.values())


def test_a_new_customer_is_worth_the_mean_of_the_kinds(tmp_path: Path) -> None:
    shop, _ = money_shop(tmp_path, 2)
    made = known(shop)
    at = base(shop._folder)
    mixed = newcomers(shop._folder, made, at, 400)
    assert mixed.num_rows == 400
    assert set(mixed["x"].to_pylist()) == {0}
    told = {row["values"]: row["counts"] / 400 for row in pc.value_counts(mixed["channel"]).to_pylist()}
    here = seen_by(shop._folder, made, at).summary["channel"]
    for row in pc.value_counts(here).to_pylist():
        assert told[row["values"]] == pytest.approx(row["counts"] / len(here), abs=1 / 400)
    each = ll.predict(made, mixed, horizon="52w").table.group_by("customer_id").aggregate([("value", "sum")])
    parts = np.array(each["value_sum"].to_pylist())
    answer = shop.formula(horizon="52w", discount="0", margin="100%")
    assert answer.model_value - answer.first_order == pytest.approx(parts.mean(), rel=0.02)


def test_more_retention_is_told_of_kinds_that_leave_at_steady_rates(tmp_path: Path) -> None:
    shop, _ = money_shop(tmp_path, 2)
    known(shop)
    moved = shop.equity(cac="5").elasticities
    assert set(moved) == {"retention", "margin", "discount", "acquisition", "cac"}
    assert moved["retention"] > moved["discount"]
    months = {f: shop.forecast(months=6, what_if={"retention": f}).total.revenue for f in (0.9, 1.0, 1.05)}
    assert months[0.9] < months[1.0] < months[1.05]


def test_a_fit_of_customers_older_than_the_data_is_asked_of_newcomers_too(tmp_path: Path) -> None:
    rng, rows = np.random.default_rng(3), []
    for i in range(150):
        first = int(rng.integers(-100, 200))
        days = first + np.r_[0, np.cumsum(rng.exponential(40, 12))].astype(int)
        rows += [
            [f"o{len(rows) + k}", f"c{i}", date_of(day_of("2024-01-01") + int(d)), 20 + i % 7,
             date_of(day_of("2024-01-01") + first)]
            for k, d in enumerate(d for d in days if 0 <= d < 400)
        ]  # fmt: skip
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    shop.ingest(
        written(tmp_path / "o.csv", [["order_id", "customer_id", "ordered_at", "revenue", "since"], *rows]),
        keep=["since"],
    )
    shop.fit("pareto_nbd", known_since="since")
    assert shop.formula(horizon="1y").model_value > 0
    assert shop.equity(cac="5").clv > 0
    assert shop.forecast(months=3).total.revenue > 0
