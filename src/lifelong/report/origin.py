"""What stands behind the numbers: rows and money accounted for, the fitted parameters, all findings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from lifelong import i18n, plugins
from lifelong.i18n import N_, message, plural
from lifelong.report.words import listed, model_name, named, whole
from lifelong.units import Money

if TYPE_CHECKING:
    from lifelong.report.inputs import ReportData
    from lifelong.values import Estimate, Finding, Fit, ImportReport

_MEANING = {
    ("bg_nbd", "r"): N_("shape of the spread of order rates"),
    ("bg_nbd", "alpha"): N_("scale of that spread"),
    ("bg_nbd", "a"): N_("spread of the chance to leave after an order"),
    ("bg_nbd", "b"): N_("spread of the chance to stay after an order"),
    ("bg_nbd", "ahead"): N_("pace of the year to come, by what the calendar expects"),
    ("pareto_nbd", "s"): N_("shape of the spread of leaving rates"),
    ("pareto_nbd", "beta"): N_("scale of that spread"),
    ("gamma_gamma", "p"): N_("how steady one customer’s orders are"),
    ("gamma_gamma", "q"): N_("how alike customers’ means are"),
    ("gamma_gamma", "v"): N_("scale of spend"),
    ("gamma_gamma", "gamma"): N_("scale of spend"),
    ("gamma_gamma", "delta"): N_("how spend rises with the number of orders"),
}
#: Of a coefficient, by the beginning of its name.
_MOVED = {"trans": N_("logarithm of its factor on ordering"), "life": N_("logarithm of its factor on leaving")}
_SAME = {"mbg_nbd": "bg_nbd", "gamma_gamma_dependent": "gamma_gamma"}
_LEVEL = {"error": N_("Error"), "warning": N_("Warning"), "info": N_("Note")}


def ledger(data: ReportData) -> dict[str, Any] | None:
    """Rows and money, reconciled; None where no ingest report was given."""
    reports = list(data.imports) or list(data.enrolled)
    if not reports:
        return None
    total = {k: sum(getattr(r, k) for r in reports) for k in ("rows_in", "kept", "quarantined", "duplicates", "orders")}
    rows = [
        (_in_files(len(reports)), whole(total["rows_in"]), ""),
        (message("Said twice, counted once"), _less(total["duplicates"]), ""),
        (message("In quarantine"), _less(total["quarantined"]), ""),
        (message("Rows used"), whole(total["kept"]), "sum"),
    ]
    groups = [rows]
    money = _money(reports, of_prices=data.is_subscribed)
    if money:
        groups.append(money)
    files = [
        [
            note.format(file=r.source),
            whole(r.rows_in),
            whole(r.kept),
            whole(r.duplicates),
            whole(r.quarantined),
            _span(r),
        ]
        for note, sent in (("{file}", data.imports), (message("{file} (subscriptions)"), data.enrolled))
        for r in sent
    ]
    return {"groups": groups, "files": files, "title": _title(total, reports), "orders": whole(total["orders"])}


def _in_files(count: int) -> str:
    return message("Rows in the file") if count == 1 else message("Rows in {count} files").format(count=count)


def _money(reports: list[ImportReport], *, of_prices: bool = False) -> list[tuple[str, str, str]]:
    """The same for money, exact to the smallest coin; nothing where any file has no amounts or another currency."""
    currencies = {r.currency for r in reports}
    parts = ("money_in", "money_kept", "money_quarantined", "money_duplicates")
    if len(currencies) != 1 or any(r.money_in is None for r in reports):
        return []
    currency = currencies.pop()
    amount = {k: sum(int(getattr(r, k) or 0) for r in reports) for k in parts}
    difference = amount["money_in"] - amount["money_kept"] - amount["money_quarantined"] - amount["money_duplicates"]
    say = {k: i18n.ledger(Money(v, currency)) for k, v in amount.items()}
    if of_prices:
        sent, used = (message("Prices in the file"), message("Prices in the files")), message("Prices used")
    else:
        sent, used = (message("Revenue in the file"), message("Revenue in the files")), message("Revenue used")
    return [
        (sent[len(reports) > 1], say["money_in"], ""),
        (message("In rows said twice"), say["money_duplicates"], ""),
        (message("In quarantine"), say["money_quarantined"], ""),
        (used, say["money_kept"], ""),
        (message("Difference"), i18n.ledger(Money(difference, currency)), "sum"),
    ]


def _less(count: int) -> str:
    return f"{i18n.MINUS}{whole(count)}" if count else "0"


def _span(r: ImportReport) -> str:
    return (
        i18n.days(i18n.short_date(r.first_day), i18n.short_date(r.last_day))
        if r.first_day and r.last_day
        else i18n.unknown()
    )


def _title(total: dict[str, int], reports: list[ImportReport]) -> str:
    lost = total["quarantined"]
    told = (
        message("Every row is accounted for, to the cent") if _money(reports) else message("Every row is accounted for")
    )
    if not lost:
        return told
    kept = plural("{count} could not be used and is kept aside", "{count} could not be used and are kept aside", lost)
    return f"{told}; {kept.format(count=whole(lost))}"


def parameters(data: ReportData) -> dict[str, Any]:
    """The fitted parameters of the model and of its spend model."""
    fits = [data.fit, *([data.fit.spend] if data.fit.spend else [])]
    return {
        "title": _fit_title(data.fit),
        "measure": message("Estimates with 95 % intervals; time in renewals") if _own(data.fit.model) else message("Estimates with 95 % intervals; time in weeks"),
        "fits": [{"name": model_name(f.model), "rows": [_parameter(f.model, p) for p in f.params],
                  "loglik": i18n.number(f.loglik, 1), "customers": whole(f.origin.customers)} for f in fits],
    }  # fmt: skip


def _fit_title(fit: Fit) -> str:
    loose = [p.name for f in (fit, *([fit.spend] if fit.spend else [])) for p in f.params if not _is_held(p)]
    if loose:
        return message("The data hold {parameters} only loosely").format(parameters=listed(loose))
    return message("The data hold every parameter of the model")


def _is_held(p: Estimate) -> bool:
    """Whether the interval spans less than a factor of ten, on one side of 0."""
    near, far = sorted((abs(p.low), abs(p.high)))
    return math.isfinite(far) and p.low * p.high > 0 and far / near < 10


def _own(model: str) -> dict[str, str]:
    """What the parameters of a contract mean, in its own words; empty for other models."""
    if model not in plugins.known("contracts"):
        return {}
    return {p.name: p.meaning for p in plugins.load("contracts", model).params}


def _parameter(model: str, p: Estimate) -> dict[str, str]:
    plain = model.partition("+")[0]
    meaning = _own(model).get(p.name) or _MEANING.get((_SAME.get(plain, plain), p.name))
    meaning = meaning or _MEANING.get(("bg_nbd", p.name), "") or _MOVED.get(p.name.partition("_")[0], "")
    known = math.isfinite(p.low) and math.isfinite(p.high)
    digits = min(max(i18n.precision(p.low, p.high) + 1, 0), 8) if known else 4
    return {
        "name": p.name, "meaning": message(meaning), "unit": message(p.unit), "estimate": i18n.number(p.estimate, digits),
        "range": i18n.number_interval(p.low, p.high, digits) if known else i18n.unknown(),
    }  # fmt: skip


def findings(data: ReportData) -> list[dict[str, str]]:
    """All findings once each, the grave ones first."""
    sources: list[Finding] = [*data.notes]
    for report in (*data.imports, *data.enrolled):
        sources += report.findings
    sources += [*data.fit.findings, *(data.fit.spend.findings if data.fit.spend else ()), *data.scores.findings]
    sources += data.leaderboard.findings if data.leaderboard else ()
    seen: dict[tuple[str, str], Finding] = {}
    for one in sources:
        seen.setdefault((one.code, one.text), one)
    rank = {"error": 0, "warning": 1, "info": 2}
    ordered = sorted(seen.values(), key=lambda f: rank[f.severity])
    return [
        {"level": message(_LEVEL[f.severity]), "kind": f.severity, "code": f.code, "text": named(i18n.speak(f.text))}
        for f in ordered
    ]


def truncation(data: ReportData) -> str:
    """What it means where customers were there before the data begin; empty where they were not."""
    if not data.is_left_truncated:
        return ""
    first = min((r.first_day for r in data.imports if r.first_day), default="")
    before = message("Many of these customers were customers before the data begin.")
    if first:
        told = message("Many of these customers were customers before {day}, the first day of the data.")
        before = told.format(day=i18n.date(first))
    rest = message(
        "Their true first orders are not seen, so tenure, time to the second "
        "order and cohorts count from the first order that is seen, and customers who had already left are missing. Ranks "
        "and forecasts of orders hold better than anything that counts from the first order."
    )
    return f"{before} {rest}"
