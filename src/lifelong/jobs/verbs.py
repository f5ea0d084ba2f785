"""The verbs that a server may run, with what each may be told. No argument is a path: files come by upload.

Each is a method of :class:`lifelong.project.Project` under the same name; the table only says which of its arguments a
stranger to this machine may set, and of which kind.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from lifelong.config import Config
from lifelong.errors import ConfigError, did_you_mean
from lifelong.jobs.params import Param, read
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifelong.jobs.params import Kind


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb: its name, what it does in a line, its arguments, and whether it changes the project.

    ``is_instant`` marks one that needs no project and answers at once, so that it waits in no queue; ``is_quick`` one that
    does so once the roster of customers is there.
    """

    name: str
    say: str
    params: tuple[Param, ...] = ()
    writes: bool = False
    method: str = field(default="")
    is_instant: bool = False
    is_quick: bool = False

    @property
    def calls(self) -> str:
        """The method of the project."""
        return self.method or self.name

    @property
    def personal(self) -> frozenset[str]:
        """The arguments that name a customer."""
        return frozenset(param.name for param in self.params if param.is_personal)

    def param(self, name: str) -> Param:
        """The argument of that name; E302 where there is none."""
        for one in self.params:
            if one.name == name:
                return one
        raise ConfigError(
            "E302",
            phrase("{name} takes no {argument!r}", name=self.name, argument=name),
            where=self.name,
            why=did_you_mean(name, [p.name for p in self.params]),
            fix=phrase("take one of {params}", params=", ".join(p.name for p in self.params))
            if self.params
            else "leave it out",
        )


def _text(name: str, say: str, *, is_needed: bool = False) -> Param:
    return Param(name, "text", say, is_needed=is_needed)


def _choice(name: str, say: str, *choices: str) -> Param:
    return Param(name, "choice", say, choices, choices[0])


def _settings() -> tuple[Param, ...]:
    """Every setting but the one that is a path."""
    kinds: Mapping[type, Kind] = {str: "text", bool: "flag", tuple: "list"}
    return tuple(
        Param(f.name, kinds[type(f.default)], str(f.metadata["say"]), default=None)
        for f in fields(Config)
        if f.name != "product_costs"
    )


def _person(name: str, say: str) -> Param:
    return Param(name, "text", say, is_needed=True, is_personal=True)


HORIZON = _text("horizon", "How far ahead: 52w, 90d, 2y or lifetime.")
MARGIN = _text("margin", "Gross margin as a share of revenue, such as 35%.")
DISCOUNT = _text("discount", "What money later is worth less, such as 10%/year.")
LEVEL = _choice("level", "What a value is.", "", "revenue", "gross", "contribution")
UNTIL = _text("until", "As of that day, such as 2026-10-31.")
BY = _choice("by", "What the cuts are shares of.", "value", "customers")
_COLUMNS = Param("columns", "map", "Our names of columns to the file's.", default=None)
_CURRENCY = _text("currency", "Currency of the amounts, such as EUR.")
_ZONE = _text("timezone", "The zone that a day belongs to, such as Europe/Warsaw.")
_BAD = _text("bad_share", "Above this share of bad rows the file is refused whole, such as 5%.")
_FILE = Param("file", "upload", "The uploaded file.", is_needed=True)
VALUE = (HORIZON, MARGIN, DISCOUNT)


def _page(what: str) -> tuple[Param, Param]:
    return (
        Param("start", "number", f"{what} from that one on; the first is 0.", (), 0.0),
        Param("most", "number", f"{what}: at most so many of them.", (), 50.0),
    )


_WHAT = _choice("what", "Which table.", "scores", "orders", "subscriptions", "spend", "segments", "quarantine")
_PAPER = (
    _choice("kind", "For whom.", "full", "founder", "marketing", "finance", "data"),
    _choice("format", "How it is written.", "html", "pdf", "xlsx"),
    _text("lang", "The language, such as en."),
)

#: What the calculator may be told; all but the first five may be left out.
_FIVE = {
    "churn": "Share of customers lost a month, such as 5%.",
    "lifetime": "How long a customer stays, such as 20m.",
    "invoice": "The median invoice, such as 500.",
    "new_customers": "New customers a month.",
    "spend": "Marketing and sales a month.",
    "margin": "Gross margin, such as 40%.",
    "discount": "What money later is worth less, such as 10%/year.",
    "invoices_a_month": "Invoices of a customer a month.",
    "overhead": "Overhead a month.",
    "timing": "begin, mid or end of a month.",
}


def _channels() -> tuple[Param, ...]:
    return (
        _text("age", "Customers are compared at that age, such as 180d."),
        _text("since", "Spend and customers since that day."),
        _text("target", "The wished ratio of value to cost."),
        _text("payback", "Within how many months a customer must pay back."),
        _text("cash", "Cash at hand."),
        _text("rule", "How touches name a channel."),
    )


def _cash() -> tuple[Param, ...]:
    return (
        Param("months", "number", "How many months.", (), 12.0),
        _text("new_customers", "New customers a month."),
        _text("scenario", "A scenario of lifelong.toml."),
        Param("what_if", "map", "Levers and their multipliers.", (), {}),
        MARGIN,
    )


def _firm() -> tuple[Param, ...]:
    names = {
        "new_customers": "New customers a month.",
        "cac": "Cost of winning one.",
        "wacc": "The rate, such as 10%/year.",
        "margin": "Gross margin, such as 35%.",
        "fixed_costs": "Fixed costs a month.",
        "tax": "Tax, such as 25%.",
    }
    return (
        *(_text(name, say) for name, say in names.items()),
        Param("months", "number", "How many months of coming customers."),
    )


VERBS: Mapping[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("ingest", "Read an export of orders.", (_FILE, _COLUMNS, _CURRENCY, _ZONE, _BAD), writes=True),
        Verb("spend", "Read an export of advertising spend.", (_FILE, _COLUMNS, _CURRENCY, _BAD), writes=True),
        Verb("touches", "Read visits and clicks.", (_FILE, _COLUMNS, _ZONE, _BAD), writes=True),
        Verb(
            "ingest-subscriptions",
            "Read a table of subscriptions.",
            (_FILE, _COLUMNS, _CURRENCY, _ZONE, _BAD, _text("period", "What a price pays for: week, month, year.")),
            writes=True,
            method="ingest_subscriptions",
        ),
        Verb("value", "Back-test, fit and score.", (*VALUE, UNTIL), writes=True),
        Verb("demo", "Bring sample data into an empty project and value them.", writes=True),
        Verb("settings", "The project's settings, shown, or changed where any is told.", _settings(), writes=True),
        Verb("forget", "Erase a customer.", (_person("customer", "The id or e-mail."),), writes=True),
        Verb("rebuild", "Remake the tables from what was read.", writes=True),
        Verb(
            "identity-undo",
            "Take a customer out of the one that it was joined to.",
            (_person("alias", "The id that was joined to another."),),
            writes=True,
            method="undo_merge",
        ),
        Verb("report", "Write a report.", (*_PAPER, *VALUE, LEVEL), writes=True, method="make_report"),
        Verb(
            "export",
            "Write a table to a file.",
            (_WHAT, _choice("format", "How it is written.", "csv", "csv-european", "parquet", "xlsx")),
            writes=True,
            method="make_export",
        ),
        Verb("preview", "The first rows of a table, and what its columns mean.", (_WHAT,)),
        Verb("status", "What the project holds."),
        Verb("check", "What was found about the data."),
        Verb(
            "identity",
            "Customers that were joined, by which rule, and what speaks for it.",
            _page("The joins"),
            method="joined",
        ),
        Verb(
            "quarantine",
            "Rows that were set aside, by reason, with their money.",
            (_text("reason", "Only rows of that reason."), *_page("The rows")),
        ),
        Verb(
            "stages",
            "New, active, cooling, lapsed, by the own rhythm.",
            (UNTIL, _text("since", "Moves since that day.")),
        ),
        Verb("next-orders", "When each customer orders next.", (HORIZON,), method="next_orders"),
        Verb("trend", "How value moved between scores.", (HORIZON,)),
        Verb(
            "retention",
            "What keeping more customers is worth.",
            (Param("points", "number", "Points more.", (), 1.0), *VALUE),
        ),
        Verb("drivers", "What value goes with.", (HORIZON, UNTIL)),
        Verb(
            "cohorts",
            "Customers by the time they came.",
            (
                _text("by", "By month, quarter, year or an attribute."),
                _choice(
                    "measure", "What is followed.", "retention", "repeat", "orders", "revenue", "margin", "contribution"
                ),
                _text("age", "month, week, or days."),
                Param("cumulative", "flag", "Add up over ages.", (), False),
                MARGIN,
                UNTIL,
                Param("compare", "list", "Two cohorts to compare.", (), []),
                Param("at", "number", "The age to compare at."),
            ),
        ),
        Verb(
            "tiers",
            "Customers by value, with steady cuts.",
            (BY, _text("cuts", "Shares, such as 1/5/10/25/50."), HORIZON),
        ),
        Verb(
            "migration", "Moves between tiers.", (BY, _text("cuts", "Shares, such as 1/5/10/25/50."), HORIZON, DISCOUNT)
        ),
        Verb(
            "groups",
            "Groups by what they bring.",
            (_text("by", "An attribute.", is_needed=True), _text("measure", "total, value or historic."), HORIZON),
        ),
        Verb("potential", "Realised and future value.", (_text("share", "The best share, such as 20%."), HORIZON)),
        Verb(
            "why",
            "Why a group is worth less.",
            (_text("group", "As channel=ads.", is_needed=True), _text("against", "Another group."), HORIZON),
        ),
        Verb(
            "segment",
            "Who a rule chooses, and what they hold.",
            (Param("rule", "text", "Such as value >= 100 and silent_days > 90.", longest=2_000),),
        ),
        Verb("customer", "One customer.", (_person("customer", "The id."),), is_quick=True),
        Verb(
            "formula",
            "The textbook formula beside the model.",
            (*VALUE, LEVEL, Param("cac", "number", "Cost of winning one.")),
        ),
        Verb("costs", "From revenue to contribution."),
        Verb("opportunities", "Where money is to be won or lost."),
        Verb("alerts", "What changed beyond chance in the latest week.", (UNTIL,)),
        Verb("channels", "What each channel's customers cost and bring.", _channels()),
        Verb("campaigns", "The same of campaigns.", _channels()),
        Verb("limits", "What may be spent to win one more.", _channels()),
        Verb(
            "attribution",
            "Which touches value is credited to.",
            (_text("rule", "first, last, linear, position, markov, shapley."), _text("window", "Such as 90d.")),
        ),
        Verb(
            "forecast",
            "Revenue to come, of present and of coming customers.",
            _cash(),
        ),
        Verb(
            "sales-budget",
            "Keep a forecast as the plan, with spend beside it.",
            (*_cash(), _text("cac", "Cost of winning a customer."), _text("spend", "Spend on winning a month.")),
            writes=True,
            method="sales_budget",
        ),
        Verb(
            "plan-actual", "The plan against what came.", (_text("planned", "The planning day."),), method="plan_actual"
        ),
        Verb(
            "budget",
            "The best split of a month's spend over the project's channels.",
            (
                _text("total", "A month; free: whatever pays."),
                _text("trust", "How far a channel may move, such as 30%."),
                _text("risk", "Standard deviations taken off the gain."),
                _text("hurdle", "What money must bring beyond itself where the total is free."),
                Param("bounds", "map", "A channel's least and most a month, such as 1000-5000.", (), {}),
                Param("carries", "flag", "Let spend act in later months.", (), False),
                MARGIN,
            ),
        ),
        Verb(
            "cut",
            "What spending less on some channels costs.",
            (
                Param("cuts", "map", "By channel, the share of its spend that is cut.", (), {}, is_needed=True),
                _text("lifetime", "How long customers stay, such as 20m."),
                Param("quarters", "number", "How far to look.", (), 8.0),
                MARGIN,
            ),
        ),
        Verb("equity", "What the customer base is worth, and why it changed.", _firm()),
        Verb("valuation", "What the firm is worth by its customers.", _firm()),
        Verb(
            "calculator",
            "A customer's worth from five numbers.",
            tuple(
                _text(name, say, is_needed=name in ("invoice", "new_customers", "spend")) for name, say in _FIVE.items()
            ),
            method="calculate",
            is_instant=True,
        ),
    )
}


def verb(name: str) -> Verb:
    """The verb of that name; E302 with the closest one where there is none."""
    found = VERBS.get(name)
    if found is None:
        raise ConfigError(
            "E302",
            phrase("there is no verb {name!r}", name=name),
            why=did_you_mean(name, VERBS),
            fix=phrase("take one of {verbs}", verbs=", ".join(sorted(VERBS))),
        )
    return found


def arguments(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """What was told, each of its kind; what equals the default is left out, so that one question has one name.

    Raises:
        ConfigError: E302 for a verb or an argument that does not exist, E301 for one of another kind or one that is
            needed and was not told.
    """
    asked = verb(name)
    for param in asked.params:
        if param.is_needed and told.get(param.name, "") == "":
            raise ConfigError(
                "E301",
                phrase("{name} needs {param_name!r}", name=name, param_name=param.name),
                where=name,
                why=param.say,
                fix="tell it",
            )
    clean = {key: _as(asked, asked.param(key), value) for key, value in told.items()}
    return {key: value for key, value in sorted(clean.items()) if value != asked.param(key).default}


def _as(asked: Verb, param: Param, value: Any) -> Any:
    try:
        return read(param, value)
    except (TypeError, ValueError):
        known = ", ".join(repr(c) for c in param.choices)
        raise ConfigError(
            "E301",
            phrase("{name} is not understood: {value!r}", name=param.name, value=str(value)[:60]),
            where=phrase("{name}, {param_name}", name=asked.name, param_name=param.name),
            why=did_you_mean(str(value)[:60], param.choices) if param.choices else param.say,
            fix=phrase("give one of {known}", known=known) if known else phrase("give a {kind}", kind=param.kind),
        ) from None
