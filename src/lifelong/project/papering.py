"""The verb `report` for one kind of reader, as HTML, PDF or XLSX: gathers what the paper prints, and writes it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifelong import i18n
from lifelong.errors import ConfigError, DataError, FitError, did_you_mean
from lifelong.i18n import message
from lifelong.phrases import phrase
from lifelong.project import asked, channelling, enrolling, reporting, valuing, winning
from lifelong.report.paper import FORMATS, KINDS, Beside
from lifelong.store import files, fits
from lifelong.values.made import Made

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lifelong.project.asked import Question
    from lifelong.project.folder import Folder
    from lifelong.report.inputs import ReportData
    from lifelong.report.paper import Paper

#: Languages in which papers are written: those whose catalogue is whole.
LANGUAGES = i18n.SPOKEN
#: Kinds that print what other verbs say of money.
_WITH_MONEY = {"full": ("forecast", "equity", "costs", "channels"), "finance": ("forecast", "equity", "costs"), "marketing": ("channels",)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """For whom, in which format and language; empty means what the file's ending says, and English.

    Raises ConfigError E302 for a word that is not known.
    """

    kind: str = "full"
    format: str = ""
    lang: str = ""

    def __post_init__(self) -> None:
        """Each word is one of those that are known."""
        for flag, told, known in (("--kind", self.kind, KINDS), ("--format", self.format, ("", *FORMATS)), ("--lang", self.lang, ("", *LANGUAGES))):  # fmt: skip
            if told not in known:
                raise ConfigError(
                    "E302",
                    phrase("there is no report of {flag} {told!r}", flag=flag.strip("-"), told=told),
                    where=flag,
                    why=did_you_mean(told, [word for word in known if word]),
                    fix=phrase("take one of {known}", known=", ".join(word for word in known if word)),
                )

    def ending(self, path: Path | None) -> str:
        """The format: as told, else by the file's ending, else HTML."""
        by_name = path.suffix.lower().lstrip(".") if path else ""
        told = self.format or by_name or "html"
        if told not in FORMATS or (by_name and by_name != told):
            raise ConfigError(
                "E562",
                phrase("the file {name!r} does not end as its format does", name=path.name if path else ""),
                where="--out",
                why="a program that opens it goes by the ending",
                fix=phrase("end the name in .{told}", told=told if told in FORMATS else "html"),
            )
        return told


def write(folder: Folder, path: Path | None, question: Question, wanted: Wanted) -> Made:
    """Gather and write one paper."""
    from lifelong.report import html, papers

    ending = wanted.ending(path)
    with i18n.speaking(wanted.lang or "en"):
        data = _data(folder, question)
        is_page = (wanted.kind, ending) == ("full", "html")
        # other verbs are asked before the lock is taken: some of them take it too
        made = None if is_page else papers.paper(
            wanted.kind, data, beside(folder, data, question, wanted.kind), wanted.lang or "en"
        )  # fmt: skip
        with folder.writing("report"):
            place = path or reporting.place(folder, file_name(wanted, data.as_of, ending))
            folder.progress("writing the report", 0, None)
            if made is None:
                html.write(data, place)
            else:
                _write(made, data, place, ending)
    bytes_ = place.read_bytes()
    return Made(
        str(place), wanted.kind, ending, wanted.lang or "en", data.as_of, len(bytes_), hashlib.sha256(bytes_).hexdigest()
    )  # fmt: skip


def file_name(wanted: Wanted, as_of: str, ending: str) -> str:
    """The name of a paper's file.

    >>> file_name(Wanted("founder"), "2026-10-31", "pdf")
    'clv-report-founder_2026-10-31_en.pdf'
    """
    kind = "" if wanted.kind == "full" else f"-{wanted.kind}"
    return f"clv-report{kind}_{as_of}_{wanted.lang or 'en'}.{ending}"


def _data(folder: Folder, question: Question) -> ReportData:
    """What the full report prints."""
    if enrolling.is_alone(folder):
        from lifelong.project.subscribing import Asked

        return reporting.subscribers_data(folder, enrolling.subscriptions(folder, Asked(), question, None))
    with folder.writing("report"):
        folder.tables()  # of orders: without one, this is said before a fit is asked for
        made = fits.load(folder.root / "fits")
        at = asked.base(folder, made.origin.until)
        return reporting.gather(folder, at, made, valuing.score_base(folder, made, at, question))


def _write(made: Paper, data: ReportData, path: Path, ending: str) -> None:
    from lifelong.report import html, typeset

    if ending == "xlsx":
        _workbook(made, data, path)
    elif ending == "pdf":
        typeset.write(made, path)
    else:
        files.write_page(path, html.render_paper(made))


def beside(folder: Folder, data: ReportData, question: Question, kind: str) -> Beside:
    """What other verbs say, as far as the project has ground for it; a refusal is told in its place."""
    from lifelong.project import cashing, costing, equity

    if not data.has_money:
        return Beside()
    has_spend = bool(folder.landing.read().spend)
    makers: dict[str, tuple[str, Callable[[], Any]]] = {
        "forecast": (message("There is no forecast by month"), lambda: cashing.forecast(folder, cashing.Wanted())),
        "equity": (message("Customer equity cannot be said"), lambda: equity.equity(folder, equity.Told())),
    }
    if not data.is_subscribed:
        left = message("What is left of revenue cannot be said")
        makers["costs"] = left, lambda: costing.costs(folder, costing.Asked())
    if has_spend and not data.is_subscribed:
        makers["channels"] = (
            message("The cost of winning customers cannot be said"),
            lambda: channelling.channels(folder, channelling.Asked(winning.Tables()), question),
        )
    made: dict[str, Any] = {}
    refused = []
    for name in _WITH_MONEY.get(kind, ()):
        if name not in makers:
            continue
        title, make = makers[name]
        try:
            made[name] = make()
        except (ConfigError, DataError, FitError) as error:
            refused.append((title, f"{error.what}. {error.fix}"))
    return Beside(**made, refused=tuple(refused))


def _workbook(made: Paper, data: ReportData, path: Path) -> None:
    from lifelong.export import report_workbook
    from lifelong.report import papers

    titles = {"value": message("Value of all customers"), "orders": message("Orders of all customers")}
    figures = [(name, titles[name], *amounts) for name, amounts in papers.figures_of(data).items()]
    head = report_workbook.Head(made.title, made.facts, [str(one.striptags()) for one in made.sentences], figures)
    grids = made.grids()
    names = report_workbook.named([grid.key for grid in grids])
    sheets = [
        report_workbook.Sheet(
            names[grid.key], grid.title, [column.head for column in grid.columns], grid.numbers or grid.rows, grid.summed
        )
        for grid in grids
    ]  # fmt: skip
    customers = None if made.kind == "data" else data.scores.table
    keys = [term["key"] for term in made.terms] or ["equity", "interval", "orders"]
    report_workbook.workbook(head, sheets, customers, keys, path)
