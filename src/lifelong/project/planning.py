"""The verbs of the sales budget: a forecast kept as the plan, and the plan against what came."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.decide.variance import Sums, parts, place
from lifelong.errors import ConfigError, DataError
from lifelong.phrases import phrase
from lifelong.project import asked, cashing, paying
from lifelong.project.typed import amount
from lifelong.store import files
from lifelong.units import apportion, date_of, day_of
from lifelong.values.sales_budget import WHO, Band, BudgetMonth, Compared, PlanActual, SalesBudget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lifelong.money.cash import Course, Flows
    from lifelong.project.asked import Base
    from lifelong.project.folder import Folder
    from lifelong.values.cash import CashForecast

    Floats = np.ndarray[Any, np.dtype[np.float64]]

KIND = "lifelong-plan/1"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is planned.

    Attributes:
        of: what the forecast behind it is asked.
        cac: cost of winning a customer, major units; empty where it is not known.
        spend: to be spent on winning a month; with ``cac`` it says how many come.
    """

    of: cashing.Wanted = field(default_factory=cashing.Wanted)
    cac: str | float = ""
    spend: str | float = ""


def sales_budget(folder: Folder, wanted: Wanted, xlsx: Path | None = None) -> SalesBudget:
    """Forecast the coming months, set spend beside them, and keep all as the plan."""
    cac, spend, of = _told(wanted)
    factors = cashing.levers_of(folder, of)
    with folder.writing("sales-budget"):
        who = paying.payers(folder, "sales-budget")
        said, course, worlds = cashing.forecast_of(folder, who, of, factors)
        months, total = _months(said, course, worlds, _spent(said, cac, spend))
        plan = SalesBudget(
            as_of=said.as_of, currency=said.currency, digits=said.digits, model=said.model, definition=said.definition,
            customers=who.customers, factors=factors, cac=cac, monthly=spend, months=months, total=total, findings=said.findings,
        )  # fmt: skip
        if xlsx:
            from lifelong.export import budget_workbook

            budget_workbook.workbook(course, said, plan, xlsx)
        return _keep(folder, plan)


def _told(wanted: Wanted) -> tuple[float | None, float | None, cashing.Wanted]:
    """Cost of winning, spend a month, and the forecast to ask for: what is to be spent may say how many come."""
    cac = None if wanted.cac == "" else amount(wanted.cac, "--cac", "40")
    spend = None if wanted.spend == "" else amount(wanted.spend, "--spend", "2000", is_zero_allowed=True)
    if cac is None or spend is None:
        return cac, spend, wanted.of
    if wanted.of.plan or wanted.of.new_customers != "":
        raise ConfigError(
            "E481", "spend, the cost of winning and new customers are all told", where="--spend, --cac, --new-customers",
            why="two of them say what the third is", fix="leave one out:  --spend 2000 --cac 40",
        )  # fmt: skip
    return cac, spend, replace(wanted.of, new_customers=spend / cac)


def _spent(said: CashForecast, cac: float | None, spend: float | None) -> list[int] | None:
    """What is to be spent each month, minor units."""
    unit, won = 10**said.digits, said.new_customers
    if spend is not None:
        return [round(spend * unit)] * len(won)
    if cac is None:
        return None
    whole = round(cac * sum(won) * unit)
    return apportion(whole, won) if whole else [0] * len(won)


def _months(
    said: CashForecast, course: Course, worlds: list[Flows], spent: list[int] | None
) -> tuple[tuple[BudgetMonth, ...], BudgetMonth]:
    """Months and their total: the forecast's figures, with each part's own bands."""
    orders = course.means(said.factors)[0][:, 0]
    each = [world.revenue[0] * 10**said.digits for world in worlds]
    drawn = dict(zip(WHO, (*each, each[0] + each[1]), strict=True))
    sums = {who: np.cumsum(world, axis=0) for who, world in drawn.items()}
    made = []
    for m, month in enumerate(said.months):
        spend = None if spent is None else spent[m]
        made.append(BudgetMonth(
            begins=month.begins, ends=month.ends, new_customers=said.new_customers[m], existing_orders=float(orders[0, m]),
            new_orders=float(orders[1, m]), existing=month.existing, new=month.future, revenue=month.revenue,
            margin=month.margin, spend=spend, left=None if spend is None else month.margin - spend,
            bands={who: _band(world[m]) for who, world in drawn.items()},
            so_far={who: _band(world[m]) for who, world in sums.items()},
        ))  # fmt: skip
    last, whole = made[-1].so_far, said.total
    spend = None if spent is None else sum(spent)
    total = BudgetMonth(
        begins=whole.begins, ends=whole.ends, new_customers=float(sum(said.new_customers)),
        existing_orders=float(orders[0].sum()), new_orders=float(orders[1].sum()), existing=whole.existing, new=whole.future,
        revenue=whole.revenue, margin=whole.margin, spend=spend, left=None if spend is None else whole.margin - spend,
        bands=last, so_far=last,
    )  # fmt: skip
    return tuple(made), total


def _band(world: Floats) -> Band:
    return Band(*(round(float(q)) for q in np.quantile(world, [0.1, 0.9, 0.05, 0.95])))


def _keep(folder: Folder, plan: SalesBudget) -> SalesBudget:
    """Write the plan behind those that are kept; none is written over."""
    home = folder.root / "plans"
    home.mkdir(exist_ok=True)
    number = 1 + max((_number(path) for path in home.glob("*.json")), default=0)
    path = home / f"{plan.as_of}-{number:04d}.json"
    kept = replace(plan, path=f"plans/{path.name}")
    files.write_sealed(path, KIND, kept.as_dict())
    return kept


def _number(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])


def kept_plan(folder: Folder, planned: str = "") -> SalesBudget:
    """The plan that was kept last, or the last of a planning day.

    Raises:
        DataError: E482 where there is none.
    """
    day = date_of(day_of(planned)).isoformat() if planned else ""
    found = [path for path in (folder.root / "plans").glob("*.json") if path.name.startswith(day)]
    if not found:
        raise DataError(
            "E482", phrase("no plan of {day} is kept", day=day) if day else "no plan is kept yet", where=str(folder.root / "plans"),
            why="what came is compared with a plan that was made before", fix="lifelong sales-budget --months 12",
        )  # fmt: skip
    return SalesBudget.of(files.read_sealed(max(found, key=_number), KIND))


# -- plan and actual --------------------------------------------------------------------------------------------------


def plan_actual(folder: Folder, planned: str = "", out: Path | None = None) -> PlanActual:
    """The plan against what came in its months that are over, by the customers of then and by those won since."""
    with folder.writing("plan-actual"):
        plan = kept_plan(folder, planned)
        if paying.PAYMENTS in plan.definition:
            raise DataError(
                "E482", "the plan holds payments of subscriptions, and what came of these is not known", where=plan.path,
                why="a table of subscriptions says who is there, not what was paid in which month",
                fix="compare it with the books; or plan the orders alone, in a project without the table",
            )  # fmt: skip
        at = asked.base(folder)
    over = [month for month in plan.months if day_of(month.ends) <= at.until]
    if not over:
        raise DataError(
            "E483", phrase("the orders end on {until}, before the plan's first month does", until=date_of(at.until)),
            where=phrase("{begins} to {ends}", begins=plan.months[0].begins, ends=plan.months[0].ends), why="a part of a month says nothing of the whole",
            fix="lifelong ingest FILE  with the orders since",
        )  # fmt: skip
    came = _came(at, plan, over)
    rows = [row for m, month in enumerate(over) for row in _rows(_of_month(plan, m), came[m], month.bands)]
    whole = [
        Sums(sums[-1].customers, sum(s.orders for s in sums), sum(s.revenue for s in sums))
        for sums in zip(*came, strict=True)
    ]
    said = PlanActual(
        planned=plan.as_of, as_of=date_of(at.until).isoformat(), currency=plan.currency, digits=plan.digits,
        definition="actual is revenue of the orders, refunds taken off the order that they take back, others on their day; existing are the customers of the planning "
        "day, new are those won since; the plan's 80 % interval is its own of then",
        months=len(over), of_months=len(plan.months), rows=tuple(rows),
        total=tuple(_rows(_of_all(plan, over), whole, over[-1].so_far)),
    )  # fmt: skip
    if not out:
        return said
    from lifelong.export import writers

    beside = {"planned": said.planned, "as_of": said.as_of, "definition": said.definition}
    return replace(said, path=str(writers.write(said.to_arrow(), out, beside=beside)))


@dataclass(frozen=True, slots=True)
class _Planned:
    """What was planned for some days, of the existing and of the new customers."""

    begins: str
    ends: str
    sums: tuple[Sums, Sums]


def _of_month(plan: SalesBudget, m: int) -> _Planned:
    month, won = plan.months[m], sum(one.new_customers for one in plan.months[: m + 1])
    sums = Sums(plan.customers, month.existing_orders, month.existing), Sums(won, month.new_orders, month.new)
    return _Planned(month.begins, month.ends, sums)


def _of_all(plan: SalesBudget, over: list[BudgetMonth]) -> _Planned:
    existing = Sums(plan.customers, sum(m.existing_orders for m in over), sum(m.existing for m in over))
    new = Sums(sum(m.new_customers for m in over), sum(m.new_orders for m in over), sum(m.new for m in over))
    return _Planned(over[0].begins, over[-1].ends, (existing, new))


def _came(at: Base, plan: SalesBudget, over: list[BudgetMonth]) -> list[tuple[Sums, Sums]]:
    """What came in each month: customers, order days and revenue, of the existing and of the new."""
    import pyarrow.compute as pc

    first = dict(zip(at.summary["customer_id"].to_pylist(), at.summary["first_day"].to_pylist(), strict=True))
    begin, planned = day_of(over[0].begins), day_of(plan.as_of)
    since = at.orders.filter(pc.greater_equal(at.orders["day"], begin))
    # Whose orders were all taken back is no customer of the summary; what came in still did.
    joined = np.array([first.get(one, planned + 1) for one in since["customer_id"].to_pylist()], np.int64)
    day = since["day"].to_numpy().astype(np.int64)
    revenue = since["revenue"].cast("float64").fill_null(0.0).to_numpy()
    is_order = since["is_order"].to_numpy(zero_copy_only=False).astype(bool)
    code = pc.dictionary_encode(since["customer_id"]).combine_chunks().indices.to_numpy(zero_copy_only=False)
    firsts = at.summary["first_day"].to_numpy()
    made = []
    for month in over:
        last, inside = day_of(month.ends), (day >= day_of(month.begins)) & (day <= day_of(month.ends))
        counts = int((firsts <= planned).sum()), int(((firsts > planned) & (firsts <= last)).sum())
        both = []
        for many, of in zip(counts, (joined <= planned, joined > planned), strict=True):
            ordered = inside & of & is_order
            days = len(np.unique(np.stack([code[ordered], day[ordered]]), axis=1).T)
            both.append(Sums(many, days, round(float(revenue[inside & of].sum()))))
        made.append((both[0], both[1]))
    return made


def _rows(planned: _Planned, came: Sequence[Sums], bands: Mapping[str, Band]) -> list[Compared]:
    """Existing, new, and both together; the parts of both are the sums of each one's."""
    split = [parts(before, after) for before, after in zip(planned.sums, came, strict=True)]
    split.append((split[0][0] + split[1][0], split[0][1] + split[1][1], split[0][2] + split[1][2]))
    made = []
    before_after = zip(WHO, _with_both(planned.sums), _with_both(came), split, strict=True)
    for who, before, after, (customers, orders, spend) in before_after:
        band = bands[who]
        made.append(Compared(
            begins=planned.begins, ends=planned.ends, who=who, plan=before.revenue, actual=after.revenue,
            difference=after.revenue - before.revenue, low80=band.low80, high80=band.high80,
            place=place(after.revenue, band.low80, band.high80), customers=customers, orders=orders, spend=spend,
            plan_customers=before.customers, actual_customers=after.customers, plan_orders=before.orders,
            actual_orders=after.orders,
        ))  # fmt: skip
    return made


def _with_both(sums: Sequence[Sums]) -> list[Sums]:
    one, other = sums
    return [one, other, Sums(one.customers + other.customers, one.orders + other.orders, one.revenue + other.revenue)]
