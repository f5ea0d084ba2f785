"""The verb that says what leads are worth. Nothing is kept: a table of leads in, a value out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lifelong.decide import lead_trial
from lifelong.decide.lead_leaks import leaks
from lifelong.decide.leads import FEW, LeadModel, Leads, bins
from lifelong.errors import ConfigError, DataError
from lifelong.phrases import phrase
from lifelong.project import runs
from lifelong.project.folder import Folder, silent
from lifelong.units import Horizon, Rate, date_of, day_of
from lifelong.values import Finding, LeadValues
from lifelong.values.leads import LeadSource, LeadTrial

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.decide.leads import Answer
    from lifelong.sources.leads import LeadFile

    Floats = NDArray[np.float64]

#: By default converting counts within the time in which so many of the conversions came.
MOST = 0.95
#: Fewer judged converts tell nothing of a ranking.
FEWEST = 25
#: Half the widths of an 80 % and a 90 % interval, in standard deviations.
Z = {"80": 1.2815515655446004, "90": 1.6448536269514722}


@dataclass(frozen=True, slots=True)
class Asked:
    """How a table of leads is read and what is asked of it, as far as the user says."""

    columns: Mapping[str, str] = field(default_factory=dict)
    within: str = ""
    until: str = ""
    discount: str = "0"
    cost: str | float = 0.0
    ignore: tuple[str, ...] = ()


def leads(file: str | Path, asked: Asked, project: str | Path = ".", out: str | Path = "") -> LeadValues:
    """What each lead of a table is worth: the chance that it converts times what a convert of its kind brings.

    Args:
        file: CSV, TSV, Parquet, JSON Lines or Excel; a row a lead.
        asked: how it is read, and within which time converting counts.
        project: whose scores value the converts, where the table has customer ids and no values.
        out: a .csv, .parquet or .xlsx to write the rows to.

    Raises:
        DataError: E432 without usable values, E433 where the table is not understood.
        FitError: E431 where no lead has converted.
    """
    from lifelong.sources.leads import read

    told = read(Path(file), asked.columns)
    value, definition = _values(told, Path(project))
    dropped = leaks(told.features, told.is_converted)
    features = {n: v for n, v in told.features.items() if n not in dropped and n not in asked.ignore}
    made, as_of, span, is_dated = _timed(told, asked, value, features)
    edges = bins(made, span)
    model = lead_trial.chosen(made, edges, np.random.default_rng(lead_trial.SEED))
    trial = _tried(made, edges)
    model = model.weighed(model.weight, Rate.parse(asked.discount).per_year, _cost(asked.cost))
    came = model.answer(made)
    converted = ~np.isnan(made.delay)
    is_open = ~converted & (made.seen < span) if is_dated else ~converted
    now = model.answer(made, np.where(is_open & is_dated, np.clip(made.seen, 0.0, span), 0.0))
    answer = LeadValues(
        as_of=date_of(int(as_of)).isoformat() if is_dated else "",
        within_days=int(span) if is_dated else 0,
        leads=len(made),
        converts=int(made.within(span).sum()),
        open=int(is_open.sum()),
        weight=model.weight,
        definition=f"{definition}, times the chance of converting" + (f", less {_cost(asked.cost):g} a lead" if _cost(asked.cost) else ""),
        trial=trial,
        sources=_sources(model, made, came),
        table=_table(told, made, now, is_open),
        findings=tuple(_findings(dropped, model, made, came, trial, is_dated=is_dated)),
    )  # fmt: skip
    return replace(answer, path=str(_written(answer, Path(out)))) if out else answer


def _values(told: LeadFile, project: Path) -> tuple[Floats, str]:
    """What each convert is worth, and what that means: by the file, else by the project's latest scores."""
    if "value" in told.columns:
        return np.where(
            told.is_converted, told.value, np.nan
        ), f"{told.columns['value']} of a convert, as the file has it"
    folder = Folder(project, silent)
    if not told.customers or not folder.exists:
        raise DataError(
            "E432", "nothing says what a convert is worth", where=told.name,
            why="leads are ranked by value, not by chance alone",
            fix="name a column of values (--column value=NAME), or one of customer ids and a project with scores (--project DIR)",
        )  # fmt: skip
    run = runs.last(folder)
    rows = run.rows()
    known = dict(zip(rows["customer_id"].to_pylist(), rows["value"].to_pylist(), strict=True))
    found = np.array([np.nan if (v := known.get(c)) is None else v for c in told.customers], float)
    return np.where(told.is_converted, found, np.nan), str(run.told["definition"])


def _timed(
    told: LeadFile, asked: Asked, value: Floats, features: Mapping[str, object]
) -> tuple[Leads, float, float, bool]:
    """The leads with their delays; the last day, the span in days, and whether there are days at all."""
    size = len(told.ids)
    if np.isnan(told.created).all() or (told.is_converted.any() and np.isnan(told.converted[told.is_converted]).all()):
        flagged = np.where(told.is_converted, 1.0, np.nan)
        return Leads(features, told.paths, flagged, np.ones(size), value), np.nan, 1.0, False
    ends = np.concatenate([told.created, told.converted[told.is_converted]])
    as_of = float(day_of(asked.until)) if asked.until else float(ends.max())
    late = int((told.created > as_of).sum())
    delay = np.where(told.converted <= as_of, np.maximum(told.converted - told.created, 0.0), np.nan)
    made = Leads(features, told.paths, delay, as_of - told.created, np.where(np.isnan(delay), np.nan, value))
    if late:
        raise ConfigError(
            "E301", phrase("{late:,} leads came after {until}", late=late, until=asked.until), where="--until",
            why="of what came later nothing was known then", fix="leave them out of the file, or give a later day",
        )  # fmt: skip
    if asked.within:
        span = Horizon.parse(asked.within).days
    else:
        span = float(np.ceil(np.nanquantile(delay, MOST))) if (~np.isnan(delay)).any() else 1.0
    if not np.isfinite(span):
        raise ConfigError(
            "E301", phrase("{within!r} has no end", within=asked.within), where="--within", why="a lead that may convert for ever is never followed to the end",
            fix="write --within 90d",
        )  # fmt: skip
    return made, as_of, max(span, 1.0), True


def _cost(text: str | float) -> float:
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not (np.isfinite(found) and found >= 0):
        raise ConfigError(
            "E301",
            phrase("{text!r} is no cost", text=text),
            where="--cost",
            why="it is taken off each lead's value",
            fix="write --cost 2.50",
        )
    return found


def _tried(made: Leads, edges: Floats) -> LeadTrial | None:
    """The trial, where enough converts can be judged."""
    judged = made.judged(edges[-1])
    if int((judged & made.within(edges[-1])).sum()) < FEWEST or made.outcome(edges[-1])[judged].sum() <= 0:
        return None
    done = lead_trial.trial(made, edges)
    return LeadTrial(len(done.brought), *done.captured, lead_trial.TOP, done.total, tuple(done.reliability()))


def _sources(model: LeadModel, made: Leads, came: Answer) -> tuple[LeadSource, ...]:
    """By the first rung of the path; nothing where there is none."""
    if not made.paths or not made.paths[0]:
        return ()
    first = np.array([path[0] for path in made.paths], object)
    converted = made.within(model.edges[-1])
    found = []
    for name in sorted(set(first.tolist())):
        rows = first == name
        chance, value = float(came.chance[rows].mean()), float(came.value[rows].mean())
        convert = float(came.product[rows].sum() / max(came.chance[rows].sum(), 1e-300))
        group = model.chances.groups[(name,)]
        found.append(
            LeadSource(name, int(rows.sum()), int((rows & converted).sum()), chance, convert, value, group.own)
        )
    return tuple(sorted(found, key=lambda s: (-s.value, s.source)))


def _table(told: LeadFile, made: Leads, now: Answer, is_open: NDArray[np.bool_]) -> pa.Table:
    """The rows of ``schema.LEADS``: open leads by value first, the others in the file's order."""
    import pyarrow as pa

    ids = np.array(told.ids, object)
    order = np.lexsort((np.arange(len(ids)), np.where(is_open, -now.value, 0.0), ~is_open))
    rank = np.empty(len(ids), np.int64)
    rank[order] = np.arange(1, len(ids) + 1)
    state = np.where(is_open, "open", np.where(~np.isnan(made.delay), "converted", "expired"))
    whole = len(made.paths[0]) if made.paths else 0
    bounds = {
        f"{side}{width}": v for width, z in Z.items() for side, v in zip(("low", "high"), now.interval(z), strict=True)
    }
    columns = {
        "lead_id": pa.array(ids[order].tolist(), pa.string()),
        "rank": pa.array([int(r) if o else None for r, o in zip(rank[order], is_open[order], strict=True)], pa.int32()),
        "state": pa.array(state[order].tolist(), pa.string()),
        "chance": now.chance[order],
        **{name: bounds[name][order] for name in ("low80", "high80", "low90", "high90")},
        "value": now.value[order],
        "unknown": pa.array(((now.known < whole) | now.strange)[order].astype(np.int32)),
    }
    return pa.table(columns)


def _findings(
    dropped: tuple[str, ...], model: LeadModel, made: Leads, came: Answer, trial: LeadTrial | None, *, is_dated: bool
) -> list[Finding]:
    found = []
    if dropped:
        text = phrase("left out, for only converts have them filled: {dropped}", dropped=", ".join(dropped))
        found.append(Finding("F431", text, "warning", {"columns": list(dropped)}))
    if not is_dated:
        text = phrase(
            "the file does not say when leads came and converted: whoever has not converted counts as one who will not, however young"
        )
        found.append(Finding("F432", text, "warning"))
    converts = int(made.within(model.edges[-1]).sum())
    if converts < FEW:
        text = phrase(
            "only {converts} converts: chance and value are those of the source, drawn toward the "
            "mean; other columns are not used",
            converts=converts,
        )
        found.append(Finding("F433", text, "info", {"converts": converts}))
    unknown = int(((came.known < (len(made.paths[0]) if made.paths else 0)) | came.strange).sum())
    if unknown:
        text = phrase(
            "{unknown} leads have a word that is too rare to tell apart: the mean of what stands above stands there",
            unknown=unknown,
        )
        found.append(Finding("F434", text, "info", {"leads": unknown}))
    if trial is None:
        text = phrase("too few converts were followed to the end to say how far the ranking can be trusted")
        found.append(Finding("F435", text, "warning"))
    elif trial.by_value <= max(trial.by_luck, trial.by_chance):
        text = phrase(
            "on unseen leads the ranking by value brought {by_value:.0%}, no more than by chance "
            "({by_chance:.0%}) or luck ({by_luck:.0%})",
            by_value=trial.by_value,
            by_chance=trial.by_chance,
            by_luck=trial.by_luck,
        )
        found.append(Finding("F436", text, "warning", {"by_value": trial.by_value, "by_chance": trial.by_chance}))
    return found


def _written(answer: LeadValues, out: Path) -> Path:
    """The rows, and what they mean beside each."""
    from lifelong import export

    return export.write(answer.table, out, beside={"as_of": answer.as_of, "definition": answer.definition})
