"""The verb `opportunities`: what the other verbs tell of this project, as ranked money with the next command to run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lifelong.decide.opportunities import EFFORT, ranked, sum_band
from lifelong.errors import DataError, LifelongError
from lifelong.money.acquiring import Z
from lifelong.phrases import N_, phrase
from lifelong.project import asked, runs, seeking_costs, valuing
from lifelong.project.groups_told import shortfalls
from lifelong.project.sought import Place
from lifelong.units import date_of, minor_digits
from lifelong.values import Finding
from lifelong.values.opportunities import Opportunities, Opportunity, Unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    import pyarrow as pa

    from lifelong.project.folder import Folder
    from lifelong.project.runs import Run

#: Customers below whom a list is not worth an action.
FEWEST = 5
DEFINITION = N_(
    "money at stake, not money that is sure to be won; ranked by the lower end of its 80 % interval; the rows overlap, so they are "
    "never added up; effort: low, a list or a setting that is there; medium, a campaign or a test of weeks; high, a change of "
    "product, price or supply; no experiment is kept, so none of them is called a cause"
)


def opportunities(folder: Folder, out: Path | None = None) -> Opportunities:
    """Look wherever this project holds data, and rank what is found; what cannot be looked at is said."""
    folder.require()
    at, place = asked.base(folder), Place(folder)
    if not at.has_money:
        raise DataError(
            "E413", "opportunities are ranked in money, and the orders hold no amounts", where=str(folder.root),
            why="without amounts no action can be set against another",
            fix="ingest orders with a column of amounts:  --column revenue=NAME",
        )  # fmt: skip
    sources: dict[str, Callable[[Place], Sequence[Opportunity]]] = {
        N_("customers who fall silent"): _cooling,
        "customers with potential": _rising,
        N_("groups that bring less"): shortfalls,
        N_("spend on channels"): seeking_costs.channels,
        N_("contribution by channel of orders"): seeking_costs.contribution,
        N_("rows that were set aside"): seeking_costs.aside,
    }
    found: list[Opportunity] = []
    unseen: list[Unseen] = []
    for name, look in sources.items():
        folder.progress(phrase("looking at {name}", name=name), 0, None)
        try:
            found += look(place)
        except LifelongError as problem:
            unseen.append(Unseen(name, f"{problem.what} ({problem.code})", problem.fix))
    is_tested = valuing.saved_backtest(folder, at) is not None
    if not is_tested:
        why = N_("these orders were not back-tested, so forecasts are one step less sure")
        unseen.append(Unseen(N_("the back-test"), why, f"lifelong backtest {place.flag}"))
    why = N_("it needs the conversions that a platform claims")
    unseen.append(Unseen(N_("claims of platforms"), why, f"lifelong audit FILE {place.flag}"))
    rows = ranked(found, is_tested=is_tested)
    notes = () if rows else (Finding("F481", "nothing that was looked at has money at stake beyond chance", "info"),)
    made = Opportunities(
        date_of(at.until).isoformat(), folder.currency, minor_digits(folder.currency), DEFINITION, rows, tuple(unseen), notes
    )  # fmt: skip
    if not out:
        return made
    from lifelong.export import writers

    beside = {"as_of": made.as_of, "currency": made.currency, "definition": made.definition}
    return replace(made, path=str(writers.write(made.to_arrow(), out, beside=beside)))


def _cooling(place: Place) -> list[Opportunity]:
    """Customers of more than mean value who should have ordered by now: what is still expected of them."""
    from lifelong.project.staging import stages

    run, rows = _scored(place)
    told = stages(place.folder, run.told["as_of"], "", None)
    if told.value is None:
        raise runs.none("the scores are not of these orders", f"lifelong score {place.flag}")
    ids = told.table["customer_id"].filter(_is(told.table["stage"], "cooling"))
    chosen = _among(rows, ids)
    value = rows["value"].to_numpy()
    chosen &= value > value.mean()
    if chosen.sum() < FEWEST:
        return []
    many, (money, low, high) = int(chosen.sum()), _band(run, rows, chosen, place.unit)
    return [Opportunity(
        kind="cooling", what=phrase("valuable customers who fall silent"), money=money, low80=low, high80=high, over=_over(run), effort=EFFORT["cooling"],
        grounds="forecast",
        evidence=phrase(
            "{many:,} customers of more than mean value have been silent for longer than four in five of their kind are; so "
            "much is still expected of them, and lost where they have gone", many=many,
        ),
        action=phrase("write to them, the dearest first, and leave a random tenth alone: it shows what the letter brings"),
        command=f"lifelong stages {place.flag} --out stages.csv", customers=many, is_weak_spot=False,
    )]  # fmt: skip


def _rising(place: Place) -> list[Opportunity]:
    """Customers who have brought little and will bring much."""
    from lifelong.project.grouping import potential

    run, rows = _scored(place)
    told = potential(place.folder, "20%", run.told["horizon"], None)
    chosen = _among(rows, told.rising["customer_id"])
    if chosen.sum() < FEWEST:
        return []
    many, (money, low, high) = int(chosen.sum()), _band(run, rows, chosen, place.unit)
    lifts = max(told.why, key=lambda name: told.why[name])
    return [Opportunity(
        kind="rising", what=phrase("customers with potential"), money=money, low80=low, high80=high, over=_over(run),
        effort=EFFORT["rising"], grounds="forecast",
        evidence=phrase(
            "{many:,} customers are among the best fifth by what they will bring and not by what they have brought; what lifts "
            "most of them: {lifts}", many=many, lifts=phrase(lifts),
        ),
        action=phrase("treat them as your best ones now: service, early news, no discounts that they do not need"),
        command=f"lifelong potential {place.flag} --out rising.csv", customers=many, is_weak_spot=False,
    )]  # fmt: skip


def _scored(place: Place) -> tuple[Run, pa.Table]:
    """The latest scores, with money."""
    run = runs.last(place.folder)
    rows = run.rows()
    if rows["value"].null_count == len(rows):
        raise runs.none("the latest scores hold no money", f"lifelong score {place.flag}")
    return run, rows


def _is(column: Any, word: str) -> Any:
    import pyarrow.compute as pc

    return pc.equal(column, word)


def _among(rows: pa.Table, ids: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    from lifelong.score.stages import places

    return places(rows["customer_id"], ids) >= 0


def _band(run: Run, rows: pa.Table, chosen: Any, unit: float) -> tuple[int, int, int]:
    """Money and its interval in minor units, by each customer's own and the total's."""
    low, high, value = (rows[name].to_numpy()[chosen] for name in ("low80", "high80", "value"))
    totals = run.told["totals"]
    shared = (totals["high80"] - totals["low80"]) / (2.0 * Z[80] * totals["value"]) if totals["value"] > 0 else 0.0
    total, least, most = sum_band(value, (high - low) / (2.0 * Z[80]), shared)
    return round(total * unit), round(least * unit), round(most * unit)


def _over(run: Run) -> str:
    if run.told["horizon"] == "lifetime":
        return phrase("the rest of life, as scored")
    return phrase("the next {horizon}, as scored", horizon=run.told["horizon"])
