"""The data of the reference entries, read once each, and the fits that several entries ask about."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from tests.reference.test_models_golden import shop, table
from tests.reference.test_regular_golden import LOGS
from tests.reference.test_regular_golden import shop as with_gaps

from lifelong.models.covariates import Covariates
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.tables.gaps import spacings
from lifelong.tables.timelines import future, timelines
from lifelong.units import day_of
from lifelong.values import Patterns, Spend

if TYPE_CHECKING:
    from pathlib import Path

#: A day after the last one of any log.
EVER = day_of("2100-01-01")
BOTH = ["gender", "channel"]


@dataclass(frozen=True)
class Logs:
    """Every data set that an entry names, by name."""

    folder: Path

    @cached_property
    def entries(self) -> list[dict[str, Any]]:
        told = (self.folder / "reference" / "reference_values.json").read_text(encoding="utf-8")
        return list(json.loads(told)["values"])

    def entry(self, model: str, kind: str = "") -> dict[str, Any]:
        """The first entry of a model, of a kind where one is named."""
        return next(e for e in self.entries if e["model"].startswith(model) and kind in e["kind"])

    def patterns(self, name: str) -> Patterns:
        path, until = LOGS[name]
        return with_gaps(self.folder / path, until)

    @cached_property
    def cdnow_spend(self) -> Spend:
        one = table(self.folder / "cdnow" / "cdnow_cbs_39w.csv")
        return Spend(one["x"].astype(int), one["x"] * one["mean_repeat_spend"], np.ones(len(one["x"]), np.int64))

    @cached_property
    def cdnow_all_spend(self) -> Spend:
        """The first order's amount too: every order day of every customer."""
        path, until = LOGS["cdnow"]
        rows = pa.csv.read_csv(self.folder / path)
        rows = rows.append_column("day", day(rows)).filter(pc.less_equal(day(rows), day_of(until)))
        days = rows.group_by(["customer_id", "day"]).aggregate([("spend", "sum")])
        each = days.group_by("customer_id").aggregate([("day", "count"), ("spend_sum", "sum")])
        x, total = (each[name].to_numpy() for name in ("day_count", "spend_sum_sum"))
        return Spend(x, total, np.ones(len(x), np.int64))

    @cached_property
    def apparel_spend(self) -> Spend:
        return shop(self.folder / LOGS["apparel"][0], LOGS["apparel"][1], "price")[1]

    def orders(self, name: str) -> pa.Table:
        """A log as ``schema.ORDERS`` has it, whole."""
        rows = pa.csv.read_csv(self.folder / LOGS[name][0])
        ids = pc.cast(rows["customer_id"], pa.string())
        return pa.table({"customer_id": ids, "day": day(rows), "is_order": pa.array(np.ones(len(rows), np.int32))})

    @cached_property
    def apparel(self) -> dict[str, Any]:
        """The 600 customers to the end of 2006, with their two covariates."""
        made = spacings(self.orders("apparel"), day_of(LOGS["apparel"][1]))
        with (self.folder / "apparel" / "static_covariates.csv").open(newline="") as file:
            known = {row["customer_id"]: row for row in csv.DictReader(file)}
        columns = {name: np.array([int(known[one][name]) for one in made.customer_id]) for name in BOTH}
        return {"x": made.x, "t_x": made.t_x, "T": made.T} | columns

    def static_fit(self, **more: Any) -> Any:
        return Covariates(ParetoNBD(), BOTH, BOTH, **more).fit(self.apparel)

    @cached_property
    def weekly(self) -> pa.Table:
        read = pq.read_table(self.folder / "apparel" / "dynamic_covariates.parquet")
        return read.rename_columns({"week_start": "day"})

    @cached_property
    def apparel_weeks(self) -> Any:
        orders = self.orders("apparel")
        ids = pc.cast(orders["customer_id"], self.weekly["customer_id"].type)
        return timelines(orders.set_column(0, "customer_id", ids), self.weekly, day_of(LOGS["apparel"][1]))

    def apparel_ahead(self, until: str) -> Any:
        return future(self.apparel_weeks.customer, self.weekly, day_of(LOGS["apparel"][1]), day_of(until))

    @cached_property
    def donors(self) -> Patterns:
        rows = table(self.folder / "donations" / "donations_rf_1996_2001.csv")
        return Patterns.of(*(rows[name].astype(int) for name in ("x", "t_x", "n", "customers")))

    def survivors(self, segment: str, rows: int) -> list[int]:
        return table(self.folder / "retention" / "two_segment_survivors.csv")[segment].astype(int).tolist()[:rows]


def day(rows: pa.Table) -> Any:
    """The days of a log's dates, since 1970-01-01."""
    return pc.cast(pc.cast(rows["date"], pa.date32()), pa.int32())
