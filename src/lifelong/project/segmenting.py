"""The verb that chooses customers by a rule: how many, what they hold, who they are; and the rules that are kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.decide.rules import Best, Condition, Joined, parse, quoted
from lifelong.errors import AccessError, ConfigError, LifelongError, did_you_mean
from lifelong.phrases import phrase
from lifelong.project import renewing, rostering, runs
from lifelong.store import files
from lifelong.units import minor_digits
from lifelong.values.findings import Finding
from lifelong.values.segment import SavedRule, SavedRules, Segment

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.decide.rules import Node, Rule
    from lifelong.project.folder import Folder
    from lifelong.project.runs import Run
    from lifelong.values.scores import Totals

    Flags = NDArray[np.bool_]

__all__ = [
    "Rows", "chosen", "composed", "find", "keep", "members", "parse", "parted", "saved", "segment", "written",
]  # fmt: skip
KIND = "lifelong-segment/1"
BEST_FIFTH, ITS_NAME = "best 20%", "best 20 %"  # a rule whose total every run keeps, and the name that it has there
_NAME = re.compile(r"\w[\w &+.,()-]{0,59}")
#: Rows of conditions, a group of them each: column, operator, value.
Rows = tuple[tuple[tuple[str, str, str], ...], ...]


def segment(folder: Folder, told: str, *, name: str = "", version: int = 0, save: str = "") -> Segment:
    """Who a rule chooses by the latest scores, and what they hold; the rule is kept where ``save`` names it."""
    folder.require()
    kept = find(folder, name, version) if name else None
    rule = parse(kept.rule if kept else told)
    run, rows, mask = members(folder, rule)
    totals, notes = _totals(folder, run, rule, rows["customer_id"], mask)
    if save:
        kept = keep(folder, save, rule)
    words = run.told
    digits = minor_digits(words["currency"]) if words["currency"] else 0
    value, everything, historic = _sums(rows, mask, digits, has_money=bool(words["currency"]))
    return Segment(
        rule=str(rule), name=kept.name if kept else "", version=kept.version if kept else 0, as_of=words["as_of"],
        horizon=words["horizon"], currency=words["currency"], definition=words["definition"], digits=digits,
        customers=int(mask.sum()), of=len(mask), alive=float(np.nansum(rows["alive"].to_numpy()[mask])), value=value,
        all_value=everything, historic=historic, totals=totals, findings=notes,
    )  # fmt: skip


def members(folder: Folder, rule: Rule) -> tuple[Run, pa.Table, Flags]:
    """The latest run, its rows, and which of them a rule chooses; the roster is read where the scores do not say it all."""
    run = runs.last(folder)
    rows = run.rows()
    if not rule.names <= {*rows.column_names}:
        rows = rostering.read(rostering.roster(folder)[1])
    return run, rows, rule.mask(rows)


def chosen(folder: Folder, told: str) -> pa.Table:
    """The scores of whom a rule chooses, in the order of the scores."""
    run, _, mask = members(folder, parse(told))
    return run.rows().filter(mask)


def _sums(rows: pa.Table, mask: Flags, digits: int, *, has_money: bool) -> tuple[int | None, int | None, int | None]:
    """Value of the chosen, of all, and what the chosen have brought, in minor units."""
    from lifelong.score.trend import minor, worth

    if not has_money:
        return None, None, None
    value, brought = worth(rows), np.nan_to_num(rows["historic"].to_numpy())
    return minor(value[mask], digits), minor(value, digits), minor(brought[mask], digits)


def _totals(folder: Folder, run: Run, rule: Rule, ids: Any, mask: Flags) -> tuple[Totals | None, tuple[Finding, ...]]:
    """The total of the chosen with its intervals, by the fit that made the scores; or why there is none."""
    from lifelong.values.scores import Totals

    if mask.all():
        return Totals(**run.told["totals"]), ()
    if str(rule) == BEST_FIFTH and ITS_NAME in run.told["groups"]:
        return Totals(**run.told["groups"][ITS_NAME]), ()
    if not mask.any():
        return None, (Finding("F532", "the rule chooses nobody", "info"),)
    made = run.made_by() if run.has_fit else None
    if made is None or renewing.is_contract(made.model) or made.blend or run.subscribed:
        return None, (_without("the scores are not of one purchase model alone"),)
    try:
        found = _total(folder, run, ids.filter(mask).to_pylist())
    except LifelongError as error:
        return None, (_without(error.what),)
    if found is None:
        return None, (_without("the orders behind the scores have changed since"),)
    return found, ()


def _total(folder: Folder, run: Run, ids: Sequence[str]) -> Totals | None:
    from lifelong.project import costing, valuing
    from lifelong.project.knowing import seen_by
    from lifelong.score import ModelError, Terms, group_total

    at = run.base(folder)
    if at is None:
        return None
    made, question = run.made_by(), run.question
    measured = valuing.error_of(folder, made, at)
    at, margin, level = costing.at_level(folder, at, question)
    terms = Terms(question.horizon, margin, question.discount, folder.currency, measured or ModelError(), level=level)
    return group_total(made, seen_by(folder, made, at).summary, terms, ids)


def _without(why: str) -> Finding:
    return Finding("F531", phrase("the total has no interval here: {why}", why=why), "info")


# -- rules that are kept ----------------------------------------------------------------------------------------------


def keep(folder: Folder, name: str, rule: Rule) -> SavedRule:
    """Keep a rule under a name: a new version where another one is kept there.

    Raises:
        ConfigError: E535 where the name cannot be one.
    """
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise ConfigError(
            "E535", phrase("a rule cannot be called {name!r}", name=name[:60]), where="--save",
            why="a name has up to 60 letters, digits, spaces and - _ & + . , ( )", fix="write --save 'Best of ads'",
        )  # fmt: skip
    with folder.writing("segment"):
        versions = _versions(folder, name)
        if versions and versions[-1].rule == str(rule):
            return versions[-1]
        made = SavedRule(
            versions[0].name if versions else name,
            len(versions) + 1,
            str(rule),
            dt.datetime.now(dt.UTC).date().isoformat(),
        )
        path = _path(folder, name)
        path.parent.mkdir(exist_ok=True)
        told = [{"rule": one.rule, "saved": one.saved} for one in (*versions, made)]
        files.write_sealed(path, KIND, {"name": made.name, "versions": told})
    return made


def saved(folder: Folder) -> SavedRules:
    """All rules that are kept, by name, the newest version first."""
    folder.require()
    paths = sorted((folder.root / "segments").glob("*.json"))
    every = sorted((_read(path) for path in paths), key=lambda versions: versions[0].name.lower())
    return SavedRules(tuple(one for versions in every for one in reversed(versions)))


def find(folder: Folder, name: str, version: int = 0) -> SavedRule:
    """A rule by its name, and its version where not the newest is meant.

    Raises:
        AccessError: E534 where none is kept.
    """
    versions = _versions(folder, name)
    if versions and 0 <= version <= len(versions):
        return versions[version - 1]
    known = sorted({one.name for one in saved(folder).rules})
    raise AccessError(
        "E534", phrase("no rule {name!r} is kept", name=name[:60]) if not versions else phrase("{name!r} has no version {version}", name=name, version=version),
        where="segments/ in the project",
        why=did_you_mean(name, known) if not versions else phrase("it has {versions}", versions=len(versions)),
        fix="keep one:  lifelong segment RULE --save NAME",
    )  # fmt: skip


def drop_naming(folder: Folder, words: Collection[str]) -> None:
    """Remove the versions of kept rules that hold one of the words, and rules of which none is left."""
    if not words:
        return
    naming = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, sorted(words)))})(?![^\W_])", re.IGNORECASE)
    for path in sorted((folder.root / "segments").glob("*.json")):
        versions = _read(path)
        left = [
            {"rule": one.rule, "saved": one.saved} for one in versions if not naming.search(f"{one.name} {one.rule}")
        ]
        if not left:
            path.unlink()
        elif len(left) < len(versions):
            files.write_sealed(path, KIND, {"name": versions[0].name, "versions": left})


def _path(folder: Folder, name: str) -> Path:
    """The file of a name; capital letters do not count."""
    return folder.root / "segments" / f"{hashlib.sha256(name.strip().lower().encode()).hexdigest()[:16]}.json"


def _versions(folder: Folder, name: str) -> list[SavedRule]:
    path = _path(folder, name)
    return _read(path) if path.is_file() else []


def _read(path: Path) -> list[SavedRule]:
    told = files.read_sealed(path, KIND)
    return [SavedRule(told["name"], i, one["rule"], one["saved"]) for i, one in enumerate(told["versions"], 1)]


# -- rules as rows of conditions, as a page edits them ----------------------------------------------------------------


def composed(groups: Rows, *, is_any: bool) -> str:
    """Groups of conditions as a rule: any group of which all conditions hold, or all groups of which any does.

    >>> composed(((("value", ">=", "100"), ("channel", "=", "paid search")), (("best", "", "5%"),)), is_any=True)
    '(value >= 100 and channel = "paid search") or best 5%'
    """
    inner, outer = ("and", "or") if is_any else ("or", "and")
    told = [[_written(*row) for row in rows] for rows in groups if rows]
    parts = [f" {inner} ".join(rows) for rows in told]
    if len(parts) > 1:
        parts = [f"({part})" if len(rows) > 1 else part for part, rows in zip(parts, told, strict=True)]
    return f" {outer} ".join(parts)


def parted(rule: Rule) -> tuple[Rows, bool] | None:
    """A rule as such groups, and whether any of them is enough; None where it is not of that form."""
    node = rule.node
    for outer, inner in (("or", "and"), ("and", "or")):
        parts = node.parts if isinstance(node, Joined) and node.word == outer else (node,)
        groups = [_rows(part, inner) for part in parts]
        if all(groups):
            return tuple(group for group in groups if group), outer == "or"
    return None


def _rows(node: Node, word: str) -> tuple[tuple[str, str, str], ...] | None:
    parts = node.parts if isinstance(node, Joined) and node.word == word else (node,)
    rows = [_row(part) for part in parts]
    return tuple(row for row in rows if row) if all(rows) else None


def _row(node: Node) -> tuple[str, str, str] | None:
    if isinstance(node, Best):
        return ("best", "", node.share) if node.by == "value" else None
    if isinstance(node, Condition) and node.operator != "in":
        return (node.name, node.operator, "".join(node.values))
    return None


def _written(name: str, operator: str, value: str) -> str:
    if name == "best":
        return str(Best(value))
    if operator in {"known", "unknown"}:
        return str(Condition(name, operator))
    return f"{name} {operator} {quoted(value)}"


def written(folder: Folder, made: Segment, out: Path) -> Segment:
    """The segment with its customers in a file."""
    from lifelong import export as writers
    from lifelong.project import runs

    _, beside = runs.exported(folder)
    return replace(made, path=str(writers.write(chosen(folder, made.rule), out, beside=beside, is_european=False)))
