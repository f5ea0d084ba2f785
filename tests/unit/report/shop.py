"""A simulated shop as a ReportData: the BG/NBD story drawn with numpy, with predictions in closed form.

The report's rooms are tested on it without the rooms that fit and score. What a test asserts is how the report says
these numbers, so they only have to be of a shop's shape.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from lifelong.report.inputs import ReportData
from lifelong.units import date_of, day_of
from lifelong.values import Estimate, Finding, Fit, ImportReport, Leaderboard, Origin, Scores, Totals

R, ALPHA, MARGIN = 0.35, 4.4, 0.35  # order rates: gamma of shape R, rate ALPHA weeks
UNTIL = day_of("1998-06-30")


class Shop:
    """Customers with their order days, and what a model of the right kind says about them."""

    def __init__(self, n: int, seed: int = 7, currency: str = "USD") -> None:
        rng = np.random.default_rng(seed)
        self.n, self.currency, self.rng = n, currency, rng
        self.first = day_of("1997-01-01") + rng.integers(0, 450, n)
        rate = rng.gamma(R, 1 / ALPHA, n) / 7
        leave = rng.exponential(250 * rng.gamma(1.2, 1.0, n) + 20)
        self.days = [
            first + np.sort(np.unique(np.r_[0, rng.uniform(0, min(life, UNTIL - first), rng.poisson(lam * min(life, UNTIL - first))).astype(int)]))
            for first, lam, life in zip(self.first, rate, leave, strict=True)
        ]  # fmt: skip
        self.x = np.array([len(d) - 1 for d in self.days])
        self.last = np.array([d[-1] for d in self.days])
        self.spend = rng.gamma(3.0, 1 / 3.0, n) * 34
        self.alive = 1 / (1 + 0.02 * np.exp(np.minimum((UNTIL - self.last) / np.maximum(self.rhythm(), 20) / 1.6, 8)))
        self.alive = np.where(self.x == 0, 0.35, self.alive)
        self.orders = self.alive * 52 * (R + self.x) / (ALPHA + (UNTIL - self.first) / 7) * 0.7

    def rhythm(self) -> np.ndarray[Any, Any]:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.x > 0, (self.last - self.first) / np.maximum(self.x, 1), np.nan)

    def table(self) -> pa.Table:
        value = self.orders * self.spend * MARGIN
        rhythm = self.rhythm()
        historic = (self.x + 1) * self.spend * MARGIN
        low, high = value * 0.2, value * 2.2 + 1
        return pa.table({
            "customer_id": [f"C{i:05d}" for i in range(self.n)], "alive": self.alive, "orders": self.orders,
            "value": value, "median": value * 0.7, "low80": low, "high80": high, "low90": low * 0.5, "high90": high * 1.3,
            "historic": historic, "total": historic + value,
            "silent_days": pa.array(UNTIL - self.last, pa.int32()),
            "rhythm_days": pa.array(rhythm, mask=np.isnan(rhythm)),
            "at_risk": (1 - self.alive) * value / self.alive,
        })  # fmt: skip


def totals(
    orders: np.ndarray[Any, Any], value: np.ndarray[Any, Any], alive: np.ndarray[Any, Any], model: float = 0.08
) -> Totals:
    """A group's totals: chance as for sums of skewed values, the model's own error on top."""
    v, o = float(value.sum()), float(orders.sum())
    sd = float(np.sqrt((value**2).sum() * 2.5 + (model * v) ** 2))
    own = float(np.sqrt((value**2).sum() * 2.5))
    sdo = float(np.sqrt((orders + orders**2).sum() + (model * o) ** 2))
    return Totals(
        len(value), float(alive.sum()), o, v, v - 1.2 * sd, v + 1.36 * sd, v - 1.5 * sd, v + 1.8 * sd,
        o - 1.2 * sdo, o + 1.36 * sdo, o - 1.5 * sdo, o + 1.8 * sdo, 1 - own / sd if sd else 0.0,
    )  # fmt: skip


def scores_of(shop: Shop) -> Scores:
    table = shop.table()
    value = table["value"].to_numpy()
    best = np.argsort(-value, kind="stable")[: -(-shop.n // 5)]
    groups = {
        "all": totals(shop.orders, value, shop.alive),
        "best 20 %": totals(shop.orders[best], value[best], shop.alive[best]),
    }
    for month in sorted({date_of(d).strftime("%Y-%m") for d in shop.first.tolist()}):
        own = np.array([date_of(d).strftime("%Y-%m") == month for d in shop.first.tolist()])
        groups[f"cohort {month}"] = totals(shop.orders[own], value[own], shop.alive[own])
    return Scores(
        "1998-06-30", "52w", shop.currency, "gross margin (35 % of revenue), next 52w, discounted 10%/year at the time of each order",
        shop.n, groups["all"], table, groups, (), "bg_nbd",
    )  # fmt: skip


def cohort_rows(shop: Shop) -> list[dict[str, Any]]:
    rows = []
    month = np.array([date_of(d).year * 12 + date_of(d).month for d in shop.first.tolist()])
    end = date_of(UNTIL).year * 12 + date_of(UNTIL).month
    for m in sorted(set(month.tolist())):
        own = [d for d, k in zip(shop.days, month, strict=True) if k == m]
        name = f"{(m - 1) // 12}-{(m - 1) % 12 + 1:02d}"
        ages = [np.array([date_of(x).year * 12 + date_of(x).month - m for x in d.tolist()]) for d in own]
        for period in range(end - m + 4):
            hits = [int((a == period).sum()) for a in ages]
            ripe = m + period <= end
            rows.append({
                "cohort": name, "first_day": f"{name}-01", "customers": len(own), "period": period,
                "buyers": sum(h > 0 for h in hits) if ripe else 0, "orders": sum(hits) if ripe else 0,
                "revenue": sum(hits) * 3400 if ripe else 0, "is_ripe": ripe,
                "expected": None if ripe else len(own) * 0.09,
            })  # fmt: skip
    return rows


def board_of(shop: Shop, miss: float = -0.12, gain: float = 0.2) -> Leaderboard:
    rng = np.random.default_rng(3)
    start = day_of("1997-01-01")
    weeks = []
    level = shop.n / 33
    for i in range(78):
        mean = level * (min(i, 40) / 40 * 0.9 + 0.1) * (1 if i < 40 else np.exp(-(i - 40) / 70))
        held = i >= 52
        counted = float(rng.poisson(mean))
        forecast = mean * (1 + miss) if held else mean
        weeks.append({
            "week_start": date_of(start + 7 * i).isoformat(), "counted": counted, "forecast": forecast,
            "low80": forecast * 0.86 - 2, "high80": forecast * 1.14 + 2, "baseline": level * 1.05 if held else None, "is_holdout": held,
        })  # fmt: skip
    base = 0.82 / (1 - gain) if gain < 1 else 1.0
    rows = []
    for k, origin in enumerate(("1997-09-30", "1997-12-31", "1998-03-31")):
        for model, mae, bias, cov in (
            ("bg_nbd", 0.82, miss, 0.81), ("pareto_nbd", 0.825, miss + 0.01, 0.8), ("mbg_nbd", 0.87, miss - 0.03, 0.71),
            ("baseline_last", base, 0.4, None), ("baseline_cells", base * 1.08, 0.1, None),
        ):  # fmt: skip
            rows.append({"model": model, "origin": origin, "bias": bias + 0.01 * k, "mae": mae * (1 + 0.03 * k), "rmse": mae * 2,
                         "spearman": 0.5, "gini_norm": 0.8, "decile_error": 0.2, "capture": 0.7, "coverage80": cov,
                         "coverage90": cov, "log_score": -0.9})  # fmt: skip
    deciles = []
    for d in range(1, 11):
        f = 4.0 / d**1.6 + 0.15
        deciles.append(
            {
                "decile": d,
                "customers": shop.n // 10,
                "forecast": f,
                "low80": f * 0.88,
                "high80": f * 1.12,
                "actual": f * (1.02 + 0.03 * d),
            }
        )
    why = "BG/NBD has the smallest error per customer at all three test dates; Pareto/NBD comes within 1 %."
    sure = judged_of(rows, shop.currency)
    return Leaderboard(rows, "bg_nbd", why, {}, weeks, deciles, (), *sure)


def judged_of(rows: list[dict[str, Any]], currency: str) -> tuple[list[dict[str, Any]], ...]:
    """Intervals of the error each, groups and costs, as the judge gives them."""
    means = {
        m: float(np.mean([r["mae"] for r in rows if r["model"] == m])) for m in dict.fromkeys(r["model"] for r in rows)
    }
    intervals: list[dict[str, Any]] = []
    for model, mean in means.items():
        gap = mean - means["bg_nbd"]
        told = (None,) * 3 if model == "bg_nbd" else (gap, gap - 0.02, gap + 0.02)
        names = ("difference", "difference_low", "difference_high")
        intervals.append(
            {
                "model": model,
                "metric": "mae",
                "mean": mean,
                "low": mean - 0.1,
                "high": mean + 0.1,
                **dict(zip(names, told, strict=True)),
            }
        )
    groups = [
        {"by": by, "group": name, "customers": 200, "forecast": 100.0, "low90": 70.0, "high90": 140.0, "came": came, "p": p, "is_off": p < 0.05}
        for by, name, came, p in (
            ("cohort", "1997-Q1", 95.0, 1.0), ("value", "best 20 % so far", 120.0, 0.8), ("orders", "1", 88.0, 1.0), ("channel", "<b>mail</b>", 190.0, 0.003),
        )
    ]  # fmt: skip
    costs = [
        {"model": model, "choice": choice, "cap": cap, "perfect": 900_000, "missed": 210_000, "missed_low": 190_000, "missed_high": 232_000,
         "rival": "last_period", "saved": saved, "saved_low": saved and saved - 20_000, "saved_high": saved and saved + 20_000, "currency": currency}
        for model, saved in (("bg_nbd", 15_000), ("last_period", None))
        for choice, cap in (("top 10 %", None), ("cap", 1250))
    ]  # fmt: skip
    return intervals, groups, costs if currency else []


def fit_of(shop: Shop) -> Fit:
    params = (
        Estimate("r", 0.2426, 0.0126, 0.219, 0.269, ""), Estimate("alpha", 4.4136, 0.378, 3.731, 5.221, "weeks"),
        Estimate("a", 0.7929, 0.186, 0.501, 1.256, ""), Estimate("b", 2.4259, 0.705, 1.372, 24.289, ""),
    )  # fmt: skip
    spend = Fit("gamma_gamma", (Estimate("p", 6.25, 1.19, 4.3, 9.08, ""), Estimate("q", 3.74, 0.29, 3.21, 4.36, ""),
                                Estimate("v", 15.45, 4.1, 9.2, 26.0, shop.currency or "units")),
                np.array([6.25, 3.74, 15.45]), np.eye(3) * 0.01, -4055.9, (), {}, Origin(customers=shop.n))  # fmt: skip
    note = Finding("F201", "a = 0.79 is below 1, so the mean number of orders over a whole life has no upper bound.")
    return Fit("bg_nbd", params, np.array([p.estimate for p in params]), np.eye(4) * 0.01, -9582.4, (note,), {},
               Origin("7c1e55aa94f0c1d2", shop.n, 1411, "1998-06-30", "0.1.0", 7), spend if shop.currency else None)  # fmt: skip


def import_of(shop: Shop) -> ImportReport:
    rows = int(shop.x.sum()) + shop.n
    money = rows * 3400 if shop.currency else None
    return ImportReport(
        source="orders.csv", batch="b1", rows_in=rows + 255, kept=rows, quarantined=13, duplicates=242,
        money_in=money + 9900 if money else None, money_kept=money, money_quarantined=1900 if money else None,
        money_duplicates=8000 if money else None, currency=shop.currency, orders=rows, customers=shop.n,
        first_day="1997-01-01", last_day="1998-06-30",
        findings=(Finding("D104", "13 of the rows have no customer; they are kept in quarantine."),
                  Finding("D120", "80 orders of 0.00 are kept as orders and left out of spend.", "info")),
    )  # fmt: skip


def report_of(n: int = 3000, *, currency: str = "USD", seed: int = 7, **changes: Any) -> ReportData:
    """A report's data for a shop of n customers; ``changes`` replace fields."""
    shop = Shop(n, seed, currency)
    second = [d[1] - d[0] for d in shop.days if len(d) > 1]
    once = int((shop.x == 0).sum())
    loyalty = {
        "customers": n, "one_time": once, "repeat_rate": 1 - once / n, "tenure_days": float(np.median(UNTIL - shop.first)),
        "repeat_revenue_share": float((shop.x * shop.spend).sum() / ((shop.x + 1) * shop.spend).sum()),
        "median_days_to_second": float(np.median(second)) if second else None,
    }  # fmt: skip
    scores = scores_of(shop)
    if not currency:
        scores = replace(scores, definition="orders (the data hold no amounts), next 52w, not discounted")
    data = ReportData(
        "Harbour Books", "1998-06-30", currency, scores, fit_of(shop), board_of(shop), [import_of(shop)], loyalty, cohort_rows(shop),
    )  # fmt: skip
    return replace(data, **changes)


TRUTH = (
    {
        "name": "Value of all customers",
        "unit": "money",
        "predicted": 42000.0,
        "low": 39000.0,
        "high": 45500.0,
        "true": 43120.0,
    },
    {
        "name": "Orders of all customers",
        "unit": "orders",
        "predicted": 5210.0,
        "low": 5010.0,
        "high": 5420.0,
        "true": 5466.0,
    },
    {"name": "Still customers", "unit": "customers", "predicted": 1320.0, "low": None, "high": None, "true": 1288.0},
    {
        "name": "Customers inside their own interval",
        "unit": "share",
        "predicted": 0.8,
        "low": 0.78,
        "high": 0.82,
        "true": 0.806,
    },
    {"name": "r", "unit": "number", "predicted": 0.243, "low": 0.226, "high": 0.26, "true": 0.25},
)
