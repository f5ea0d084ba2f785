"""The model card: what was fitted, on what, how well it did on the firm's own past, and where it must not be trusted.

Written from the values of the run and nothing else, as Markdown or HTML, so that it can lie beside the numbers that it
speaks of. No customer is named in it, and no group of fewer than ten is shown.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from lifelong import i18n, plugins
from lifelong.definitions import DEFINITIONS, METRICS
from lifelong.errors import ConfigError
from lifelong.phrases import phrase
from lifelong.report.board import is_baseline
from lifelong.report.judged import choice_name, group_name
from lifelong.report.origin import findings
from lifelong.report.words import model_name, named
from lifelong.score.together import BUYERS, SUBSCRIBERS
from lifelong.store import files
from lifelong.units import Horizon, Money

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lifelong.report.inputs import ReportData
    from lifelong.values import Fit, ImportReport, Leaderboard

_SPECIAL = re.compile(r"([\\`*_\[\]|#~!])")
#: Gaps between words; what parts the thousands of a number is none.
_GAP = re.compile(r"(?<=\d)[\u00a0\u202f](?=\d)|(\s+)")

LEAST = 10  # customers of a tenth that is shown


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the card: sentences, then a table whose first row is its head."""

    title: str
    lines: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


def write(data: ReportData, path: Path) -> Path:
    """Write the card to a .md or .html file, all of it or nothing, and return the path.

    Raises:
        ConfigError: E302 for another ending.
        StoreError: E403 where the disk refuses.
    """
    makers = {".md": markdown, ".html": html}
    if path.suffix.lower() not in makers:
        raise ConfigError(
            "E302",
            phrase("{name!r} has no ending that a card can have", name=path.name),
            where=str(path),
            fix="end the name in .md or .html",
        )
    return files.write_page(path, makers[path.suffix.lower()](data))


def markdown(data: ReportData) -> str:
    """The card as Markdown; words of the data can neither format nor link anything."""
    parts = [f"# {_plain(_title(data))}\n"]
    for section in sections(data):
        parts.append(f"\n## {section.title}\n")
        parts += [f"\n{'- ' if len(section.lines) > 1 else ''}{_plain(line)}" for line in section.lines]
        parts.append("\n" if section.lines else "")
        if section.table:
            head, *rows = section.table
            parts.append("\n" + "\n".join([_row(head), _row(["---"] * len(head)), *map(_row, rows)]) + "\n")
    return "".join(parts)


def html(data: ReportData) -> str:
    """The card as one HTML file: no script, no style, nothing to fetch."""
    body = Markup("")
    for section in sections(data):
        body += Markup("<h2>{}</h2>\n").format(section.title)
        if section.lines:
            items = Markup("").join(Markup("<li>{}</li>\n").format(line) for line in section.lines)
            body += Markup("<ul>\n{}</ul>\n").format(items)
        if section.table:
            head, *rows = (
                Markup("").join(_cells(row, first)) for first, row in zip(_firsts(section), section.table, strict=True)
            )
            body += Markup("<table>\n<thead><tr>{}</tr></thead>\n<tbody>\n").format(head)
            body += Markup("").join(Markup("<tr>{}</tr>\n").format(row) for row in rows) + Markup(
                "</tbody>\n</table>\n"
            )
    page = Markup(
        '<!doctype html>\n<html lang="{2}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{0}</title>\n</head>\n'
        "<body>\n<h1>{0}</h1>\n{1}</body>\n</html>\n"
    )
    return str(page.format(_title(data), body, i18n.language()))


def sections(data: ReportData) -> list[Section]:
    """The card's parts in their order; the same for both forms."""
    board = data.leaderboard
    judged = (
        _judged(data, board)
        if board is not None
        else [Section(i18n.message("Back-test"), (f"{data.instead[0]}: {data.instead[1]}.",))]
    )
    known = [f"{one['level']} {one['code']}: {one['text']}" for one in findings(data)]
    return [
        _what(data), _definition(data), *map(_parameters, _fits(data)), *judged,
        Section(i18n.message("Findings"), tuple(known) or (i18n.message("None."),)), Section(i18n.message("Limits"), tuple(_limits(data))),
    ]  # fmt: skip


# -- what it is


def _title(data: ReportData) -> str:
    told = i18n.message("Model card: {model} of {name}, as of {day}")
    return told.format(model=model_name(data.fit.name), name=data.name, day=data.as_of)


def _fits(data: ReportData) -> list[Fit]:
    return [data.fit, *([data.fit.spend] if data.fit.spend else [])]


def _what(data: ReportData) -> Section:
    fit, origin = data.fit, data.fit.origin
    name = f"{model_name(fit.name)} ({fit.name})"
    purpose = (
        i18n.message("forecasting orders and value of present customers who pay by contract and leave openly")
        if fit.model in plugins.known("contracts")
        else i18n.message("forecasting orders and value of present customers who buy freely and leave unseen")
    )
    made_by = i18n.message("lifelong {version}, seed {seed}")
    rows = [
        (i18n.message("Model"), i18n.message("{model}; spend by {spend}").format(model=name, spend=model_name(fit.spend.model)) if fit.spend else name),
        (i18n.message("What it is for"), purpose),
        (i18n.message("Customers"), said(data.scores.customers)),
        (i18n.message("Distinct histories"), said(origin.patterns)),
        (i18n.message("Last day of the data"), origin.until or data.as_of),
        (i18n.message("Hash of the histories"), origin.data or i18n.unknown()),
        (i18n.message("Version and seed"), made_by.format(version=origin.version or i18n.unknown(), seed=origin.seed)),
        *map(_file, (*data.imports, *data.enrolled)),
    ]  # fmt: skip
    return Section(i18n.message("What it is"), (), ((i18n.message("Fact"), i18n.message("Value")), *rows))


def _file(one: ImportReport) -> tuple[str, str]:
    """A file that was read: its name, its rows, and what they were."""
    if one.kind == "subscriptions":
        told = i18n.message(
            "{rows} rows: {kept} used, {quarantined} in quarantine, {twice} said twice; {count} subscriptions, {first} to {last}"
        )
    else:
        told = i18n.message(
            "{rows} rows: {kept} used, {quarantined} in quarantine, {twice} said twice; {count} orders, {first} to {last}"
        )
    parts = told.format(
        rows=said(one.rows_in), kept=said(one.kept), quarantined=said(one.quarantined), twice=said(one.duplicates),
        count=said(one.orders), first=one.first_day, last=one.last_day,
    )  # fmt: skip
    return i18n.message("File {name}").format(name=one.source), parts


def _definition(data: ReportData) -> Section:
    t, unit = data.scores.totals, data.currency
    rows = [
        (i18n.message("All customers"), i18n.message("Expected"), i18n.message("80 % from"), i18n.message("80 % to")),
        (i18n.message("Orders"), *map(said, (t.orders, t.orders_low80, t.orders_high80))),
    ]
    if unit:
        rows.append((i18n.message("Value, {unit}").format(unit=unit), *map(said, (t.value, t.low80, t.high80))))
        for name, key in (
            (i18n.message("Value of subscribers, {unit}"), SUBSCRIBERS), (i18n.message("Value of those who order, {unit}"), BUYERS),
        ):  # fmt: skip
            if part := data.scores.groups.get(key):
                rows.append((name.format(unit=unit), *map(said, (part.value, part.low80, part.high80))))
    meaning = [
        i18n.message("Value means {definition}.").format(definition=data.scores.definition),
        *(i18n.message(DEFINITIONS[key].text) for key in ("value", "interval", "orders", "alive")),
    ]
    return Section(i18n.message("What the numbers mean"), tuple(meaning), tuple(rows))


def _parameters(fit: Fit) -> Section:
    rows = [(p.name, p.unit, *map(said, (p.estimate, p.se, p.low, p.high))) for p in fit.params]
    head = (i18n.message("Parameter"), i18n.message("Unit"), i18n.message("Estimate"), i18n.message("Standard error"), i18n.message("95 % from"), i18n.message("95 % to"))  # fmt: skip
    lines = (i18n.message("Log-likelihood {number}.").format(number=said(fit.loglik)),)
    return Section(
        i18n.message("Parameters of {model}").format(model=model_name(fit.model)),
        lines,
        (head, *rows),
    )


# -- how well it did


def _judged(data: ReportData, board: Leaderboard) -> list[Section]:
    parts = [_measures(data.fit.name, board)]
    if board.chosen == data.fit.name:
        parts += [one for one in (_groups(board), _tenths(board)) if len(one.table) > 1]
    own = [r for r in board.costs if r["model"] == data.fit.name]
    if own:
        head = (i18n.message("Choice"), i18n.message("Best possible"), i18n.message("Missed"), i18n.message("90 % from"), i18n.message("90 % to"), i18n.message("Saved"), i18n.message("90 % from"), i18n.message("90 % to"), i18n.message("Against"))  # fmt: skip
        parts.append(
            Section(
                i18n.message("Cost of being wrong"),
                (i18n.message(DEFINITIONS["missed"].text),),
                (head, *map(_cost, own)),
            )
        )
    return parts


def _groups(board: Leaderboard) -> Section:
    head = (i18n.message("Group"), i18n.message("Customers"), i18n.message("Forecast"), i18n.message("90 % from"), i18n.message("90 % to"), i18n.message("Came"), i18n.message("Off"))  # fmt: skip
    keys = ("customers", "forecast", "low90", "high90", "came")
    rows = [
        (group_name(r), *(said(r[k]) for k in keys), i18n.message("yes") if r["is_off"] else i18n.message("no"))
        for r in board.calibration
    ]
    return Section(
        i18n.message("Calibration by group"), (i18n.message(DEFINITIONS["calibration"].text),), (head, *rows)
    )


def _tenths(board: Leaderboard) -> Section:
    head = (i18n.message("Tenth"), i18n.message("Customers"), i18n.message("Forecast each"), i18n.message("80 % from"), i18n.message("80 % to"), i18n.message("Came each"))  # fmt: skip
    keys = ("decile", "customers", "forecast", "low80", "high80", "actual")
    rows = [tuple(said(r.get(k)) for k in keys) for r in board.deciles if r["customers"] >= LEAST]
    return Section(i18n.message("Calibration by tenth"), (), (head, *rows))


def _measures(model: str, board: Leaderboard) -> Section:
    """Every measure of the model with its interval, beside both baselines."""
    origins = sorted({str(r["origin"]) for r in board.rows})
    lines = [
        i18n.message("Tested at {days}; each measure is the mean over them.").format(days=", ".join(origins)),
        i18n.message("Amounts are by the margin that the back-test was given."),
        i18n.message(DEFINITIONS["metric_interval"].text),
        named(board.why),
    ]
    if not any(r["model"] == model for r in board.rows):
        return Section(i18n.message("Back-test"), (*lines, i18n.message("This model was not among those tested.")))
    rivals = [m for m in dict.fromkeys(str(r["model"]) for r in board.rows) if is_baseline(m)]
    head = (i18n.message("Measure"), i18n.message("Mean"), i18n.message("90 % from"), i18n.message("90 % to"), *map(model_name, rivals))  # fmt: skip
    rows = []
    for metric in METRICS:
        own = board.interval(model, metric)
        if own is not None:
            others = [board.interval(name, metric) for name in rivals]
            rows.append(
                (
                    i18n.message(DEFINITIONS[metric].title),
                    *map(said, (own["mean"], own["low"], own["high"])),
                    *(said(o["mean"]) if o else i18n.message("none") for o in others),
                )
            )
    return Section(i18n.message("Back-test"), tuple(lines), (head, *rows) if rows else ())


def _cost(row: Mapping[str, Any]) -> tuple[str, ...]:
    names = ("perfect", "missed", "missed_low", "missed_high", "saved", "saved_low", "saved_high")
    amounts = (
        i18n.unknown() if row[n] is None else i18n.ledger(Money(int(row[n]), str(row["currency"]))) for n in names
    )
    return (choice_name(row), *amounts, model_name(str(row["rival"])))


# -- where it ends


def _limits(data: ReportData) -> list[str]:
    """What the numbers do not say: some always, some because of this run."""
    board, made = data.leaderboard, []
    if board is None:
        made.append(
            i18n.message(
                "Without a back-test of all models nobody can say how far other models would have done better."
            )
        )
    else:
        held = str(board.rows[0].get("horizon", "")) if board.rows else ""
        asked = Horizon.parse(data.scores.horizon)
        if held and (asked.is_lifetime or asked.days > Horizon.parse(held).days):
            told = i18n.message(
                "Values look {ahead} ahead, and the back-test looked {held}: what lies beyond was never tested."
            )
            made.append(told.format(ahead=data.scores.horizon, held=held))
        if board.level("mae") and board.chosen == data.fit.name:
            near = ", ".join(model_name(m) for m in board.level("mae"))
            made.append(i18n.message("By the error each it cannot be told from {models}.").format(models=near))
        off = [group_name(r) for r in board.calibration if r["is_off"]]
        if off and board.chosen == data.fit.name:
            told = i18n.message(
                "It missed these groups by more than chance: {groups}. Do not set them beside others by its forecast."
            )
            made.append(told.format(groups=", ".join(off)))
    if data.is_left_truncated:
        made.append(
            i18n.message(
                "Customers were there before the data begin, so tenure and cohorts count from the first order that is seen."
            )
        )
    return [
        *made,
        i18n.message(
            "A forecast says what comes if the firm goes on as before. It does not say what an action changes: for that, test the action."
        ),
        i18n.message("Customers not yet won are not in it."),
        i18n.message(
            "The past is not the future: the intervals of measures hold other customers of the same weeks, not other weeks."
        ),
        i18n.message(
            "A low value is no reason to deny service, safety, complaints or credit, and nobody should be refused by it alone."
        ),
    ]


# -- how it is written


def said(value: float | None) -> str:
    """A number to four significant digits, whole from a thousand on.

    >>> said(0.24259), said(1234.5), said(3), said(None)
    ('0.2426', '1,234', '3', 'not known')
    """
    if value is None or not math.isfinite(value):
        return i18n.unknown()
    if isinstance(value, int) or value == 0 or abs(value) >= 1000:
        return i18n.number(value)
    return i18n.number(value, min(3 - math.floor(math.log10(abs(value))), 12))


def _plain(text: str) -> str:
    return _SPECIAL.sub(
        r"\\\1",
        str(escape(_GAP.sub(lambda found: " " if found[1] else found[0], text).strip()))
        .replace("&#39;", "'")
        .replace("&#34;", '"'),
    )


def _row(cells: Sequence[str]) -> str:
    shown = cells if set(cells) == {"---"} else [_plain(cell) for cell in cells]
    return f"| {' | '.join(shown)} |"


def _firsts(section: Section) -> list[str]:
    return ["th", *["td"] * (len(section.table) - 1)]


def _cells(row: Sequence[str], kind: str) -> list[Markup]:
    return [Markup("<{0}>{1}</{0}>").format(Markup(kind), cell) for cell in row]  # noqa: S704 - th or td
