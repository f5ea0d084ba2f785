"""Papers by reader: which parts each kind holds. Every word of a number is made where the full report makes it."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from lifelong import i18n
from lifelong.definitions import DEFINITIONS
from lifelong.i18n import message
from lifelong.report import brought, glossary, judged, money_parts, origin, retention, risk, trust, value, verdict
from lifelong.report.figures import Column
from lifelong.report.paper import Beside, Grid, Paper, Part, Words
from lifelong.report.words import values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lifelong.report.figures import Figure
    from lifelong.report.inputs import ReportData

    Block = Figure | Grid | Words
    Maker = Callable[[ReportData, Beside], Sequence[Block]]

#: What each kind's definitions explain, besides the five numbers.
_TERMS = {
    "full": "interval median gini alive at_risk historic cohort unripe bias mae coverage80 month_revenue month_interval "
    "month_margin rlv clv_new future_equity customer_equity cac_paid new_value ratio_fieller gross_margin contribution left",
    "founder": "interval at_risk",
    "marketing": "interval alive at_risk historic cohort unripe gini cac_paid new_value ratio_fieller",
    "finance": "interval cohort unripe month_revenue month_interval month_margin rlv clv_new future_equity customer_equity "
    "gross_margin contribution left bias",
    "data": "interval",
}


def paper(kind: str, data: ReportData, beside: Beside, lang: str = "en") -> Paper:
    """The paper of a kind.

    Args:
        kind: one of :data:`lifelong.report.paper.KINDS`.
        data: what the full report prints.
        beside: what other verbs say.
        lang: the language that is spoken now.
    """
    head = verdict.masthead(data)
    numbers = verdict.numbers(data)
    parts = [
        Part(key, title, tuple(block for make in makers for block in make(data, beside)))
        for key, title, makers in _plan(kind)
    ]
    keys = [row["key"] for row in numbers["rows"] if row["key"]] + _TERMS[kind].split()
    told = {entry["key"]: entry for entry in glossary.entries(data)}
    return Paper(
        kind=kind,
        lang=lang,
        as_of=data.as_of,
        title=head["title"],
        sub=head["sub"],
        facts=tuple((fact["name"], fact["text"]) for fact in head["facts"]),
        sentences=tuple(verdict.sentences(data)),
        numbers=numbers,
        parts=tuple(part for part in parts if part.blocks),
        terms=tuple(told[key] for key in dict.fromkeys(keys) if key in DEFINITIONS) if kind != "founder" else (),
        colophon=(
            message("Made by lifelong {version}. Rounded half to even.").format(version=version("lifelong")),
            f"lifelong report --kind {kind}",
        ),
    )  # fmt: skip


def _plan(kind: str) -> Sequence[tuple[str, str, Sequence[Maker]]]:
    """Keys, titles and makers of the parts of a kind."""
    worth: tuple[str, str, Sequence[Maker]] = ("value", message("Where value sits"), (_equity, _spread, _best))
    quiet: tuple[str, str, Sequence[Maker]] = ("quiet", message("Going quiet"), (_quiet, _action))
    money: tuple[str, str, Sequence[Maker]] = (
        "money", message("Money to come"), (money_parts.forecast, money_parts.equity, money_parts.refusals),
    )  # fmt: skip
    costs: tuple[str, str, Sequence[Maker]] = ("costs", message("What is left of revenue"), (money_parts.costs,))
    growth: tuple[str, str, Sequence[Maker]] = ("channels", message("What customers cost"), (money_parts.channels,))
    ages: tuple[str, str, Sequence[Maker]] = ("cohorts", message("Cohorts"), (_brought, _kept))
    test: tuple[str, str, Sequence[Maker]] = ("trust", message("May you believe it?"), (_test,))
    ledger: tuple[str, str, Sequence[Maker]] = ("data", message("The data behind it"), (_ledger, _files, _findings))
    fit: tuple[str, str, Sequence[Maker]] = ("fit", message("The fit"), (_parameters,))
    return {
        "founder": (
            ("value", message("Where value sits"), (_best, _track)),
            ("act", message("What to do"), (_action,)),
        ),
        "marketing": (worth, ages, quiet, growth),
        "finance": (("value", message("Where value sits"), (_equity,)), money, costs, ages, test),
        "data": (ledger, fit),
        "full": (worth, ages, test, quiet, money, costs, growth, ledger, fit),
    }[kind]


# -- blocks of the full report


def _equity(data: ReportData, _: Beside) -> Sequence[Block]:
    made = value.equity(data)
    heads = (message("Of whom"), message("Expected"), message("From, to"))
    rows = [(f"{row['name']}, {row['note']}", row["number"], row["range"]) for row in made["rows"]]
    return [Grid("equity", made["title"], made["measure"], columns(heads), tuple(rows), made["source"])]


def _spread(data: ReportData, _: Beside) -> Sequence[Block]:
    return [value.spread(data)]


def _best(data: ReportData, _: Beside) -> Sequence[Block]:
    return [value.best(data)]


def _brought(data: ReportData, _: Beside) -> Sequence[Block]:
    made = brought.section(data)
    return [made] if made else []


def _kept(data: ReportData, _: Beside) -> Sequence[Block]:
    made = retention.section(data)
    return made["figures"] if made else []


def _track(data: ReportData, _: Beside) -> Sequence[Block]:
    figures: list[Figure] = trust.section(data)["figures"]
    return figures[:1]


def _test(data: ReportData, _: Beside) -> Sequence[Block]:
    return [*trust.section(data)["figures"], *judged.section(data)["figures"]]


def _quiet(data: ReportData, _: Beside) -> Sequence[Block]:
    if data.is_subscribed:
        return []
    made = risk.section(data)
    if not made["rows"]:
        return [Words("quiet-none", made["title"], ())]
    heads = (
        message("Customer"),
        message("At risk"),
        message("Still a customer"),
        message("Why"),
        message("80 % interval"),
    )
    rows = [(str(r["customer"].unescape()), r["at_risk"], r["alive"], r["why"], r["range"]) for r in made["rows"]]
    cells = columns(heads, words=(0, 3))
    picked = risk.quiet(data).rows[: len(rows)]
    name = "at_risk" if data.has_money else "orders"
    behind = [
        (row[0], float(values_of(data, name)[i]), float(values_of(data, "alive")[i]), row[3], row[4])
        for row, i in zip(rows, picked, strict=True)
    ]
    return [Grid("quiet", made["title"], made["measure"], cells, tuple(rows), made["source"], tuple(behind))]


def _action(data: ReportData, _: Beside) -> Sequence[Block]:
    made = None if data.is_subscribed else risk.section(data)["action"]
    return [Words("action", made["title"], (made["text"],), made["command"])] if made else []


def _ledger(data: ReportData, _: Beside) -> Sequence[Block]:
    made = origin.ledger(data)
    if made is None:
        return []
    rows = tuple((name, text) for group in made["groups"] for name, text, _ in group)
    return [Grid("ledger", made["title"], "", columns((message("Accounted for"), message("Amount"))), rows)]


def _files(data: ReportData, _: Beside) -> Sequence[Block]:
    made = origin.ledger(data)
    if made is None:
        return []
    heads = ("File", "Rows", "Used", "Twice", "Quarantine", "Days")
    sent = [*data.imports, *data.enrolled]
    total = [sum(getattr(r, k) for r in sent) for k in ("rows_in", "kept", "duplicates", "quarantined")]
    behind = [
        (r.source, r.rows_in, r.kept, r.duplicates, r.quarantined, f[5])
        for r, f in zip(sent, made["files"], strict=True)
    ]
    last = (message("All files"), *(i18n.number(n) for n in total), "")
    return [
        Grid(
            "files", message("File by file"), message("Rows"), columns(tuple(message(h) for h in heads), words=(0, 5)),
            (*(tuple(row) for row in made["files"]), last), "", (*behind, (last[0], *total, "")), (1, 2, 3, 4),
        )
    ]  # fmt: skip


def _findings(data: ReportData, _: Beside) -> Sequence[Block]:
    found = origin.findings(data)
    if not found:
        return [Words("findings", message("Nothing stood out in the data"), ())]
    heads = (message("Code"), message("How grave"), message("What was found"))
    rows = tuple((one["code"], one["level"], one["text"]) for one in found)
    return [Grid("findings", message("What you should know about it"), "", columns(heads, words=(0, 1, 2)), rows)]


def _parameters(data: ReportData, _: Beside) -> Sequence[Block]:
    made = origin.parameters(data)
    heads = (message("Parameter"), message("Meaning"), message("Estimate"), message("95 % interval"))
    rows = [
        (f"{fit['name']}: {p['name']}", p["meaning"], p["estimate"], p["range"])
        for fit in made["fits"]
        for p in fit["rows"]
    ]
    return [Grid("fit", made["title"], made["measure"], columns(heads, words=(0, 1)), tuple(rows))]


def columns(heads: Sequence[str], words: Sequence[int] = (0,)) -> tuple[Column, ...]:
    """Heads; all but ``words`` are of numbers."""
    return tuple(Column(head, at not in words) for at, head in enumerate(heads))


def figures_of(data: ReportData) -> dict[str, Any]:
    """The five numbers as numbers: name to value, low and high (80 %), for a workbook."""
    t, unit = data.scores.totals, data.currency
    told = {"orders": (t.orders, t.orders_low80, t.orders_high80)}
    return {"value": (t.value, t.low80, t.high80), **told} if unit else told
