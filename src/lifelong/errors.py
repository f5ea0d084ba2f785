"""Every failure that a user can meet: a code, where it stands, why it matters, and how to mend it.

Facts are fields and the text is made from them, so that Python, the command line, REST and the web show the
same four things in the same order. There is one class for each kind of failure, never one for each message.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

from lifelong.phrases import heard, packed, phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

CODES: dict[str, str] = {
    # -- E1: the data
    "E101": "the file cannot be read",
    "E102": "a needed column is not there",
    "E103": "the file's shape is not understood",
    "E104": "too many rows cannot be used",
    "E105": "several currencies and no rates",
    "E106": "the file holds no order",
    "E107": "the file's dates are not understood",
    "E108": "the file's amounts are not understood",
    "E109": "the report does not add up to the source",
    "E151": "there are no amounts, and a blend is of values",
    "E161": "the covariates are not those of the customers",
    "E171": "subscriptions have ended on no day",
    "E172": "the project holds no subscriptions",
    "E173": "two kinds of value cannot be added",
    "E181": "the project keeps no such column",
    "E182": "these do not go together",
    "E183": "the first orders cannot be used",
    "E184": "the customers' circumstances are not known",
    # -- E2: the fit
    "E201": "there is nothing to learn from",
    "E202": "the value is not defined",
    "E203": "the history is too short",
    "E204": "this is not the model's kind of business",
    "E205": "the data lack what the model needs",
    "E211": "a covariate cannot be read",
    "E212": "a covariate has a new value",
    "E213": "the covariates do not fit the model",
    "E214": "the covariates leave a gap",
    "E215": "the covariates cannot be used",
    "E216": "the model cannot run in the firm's calendar",
    "E217": "the history is too short to learn from",
    "E218": "too few outcomes to learn from",
    "E219": "too few origins to learn from",
    "E221": "the prior is not one that a posterior can have",
    "E222": "the groups cannot be pooled",
    "E223": "the gaps do not fit the histories",
    "E224": "subscriptions end before they start",
    "E225": "subscriptions of one customer overlap",
    "E226": "subscriptions have no price",
    "E227": "a subscription's period is not known",
    "E228": "pauses do not lie within their subscription",
    "E229": "no subscription can be used",
    "E233": "the days to compare are in the wrong order",
    "E234": "too few customers were followed for so long",
    "E235": "there is no spend that anything could go with",
    "E236": "there is nothing to compare customers by",
    # -- E3: what was asked for
    "E301": "the setting is not understood",
    "E302": "the name is not known",
    "E303": "an optional part is not installed",
    "E304": "the project is not there",
    "E305": "the setting cannot be changed any more",
    "E351": "a number of the calculator cannot be used",
    "E361": "no column says the cost",
    "E362": "spend has no day",
    "E363": "the currency of spend is not clear",
    "E364": "a spreadsheet has spoilt the numbers of campaigns",
    "E365": "the file holds no spend",
    "E366": "too many rows of spend cannot be used",
    "E367": "the project holds no spend",
    "E368": "the costs behind a margin are not known",
    "E369": "the costs of products cannot be used",
    "E371": "the table of touches cannot be used",
    "E372": "too many touches are bad",
    "E373": "nothing says how new customers came",
    "E374": "a Markov chain would have too many states",
    "E375": "a wish for attribution is not understood",
    "E376": "there is nothing to deal out",
    "E377": "an alias is not understood",
    "E381": "costs or customers cannot be used",
    "E382": "a wish about channels is not understood",
    "E383": "customers have not been followed for so long",
    "E384": "what customers bring, or where they came from, is not known",
    "E385": "a change cannot be told from the trend",
    "E386": "a limit needs a margin",
    "E388": "the claimed conversions cannot be used",
    "E391": "the history of spend cannot be used",
    "E392": "the value of a new customer is not known",
    "E393": "no plan keeps budget and bounds",
    "E394": "a wish for the budget is not understood",
    "E395": "the history of spend is too short",
    "E396": "a test of a new channel cannot be planned so",
    "E397": "the cut cannot be worked out",
    # -- E4: the store
    "E401": "a stored file has changed or is damaged",
    "E402": "the project is in use",
    "E403": "the disk refused",
    "E404": "the project was made by another version",
    # -- E41: cash to come
    "E411": "so many months cannot be forecast",
    "E412": "there is no such lever",
    "E413": "cash needs amounts",
    "E414": "a plan of new customers cannot be used",
    "E415": "there is no such scenario",
    # -- E42: decisions
    "E421": "the cuts part nothing",
    "E422": "there is no value to part",
    "E423": "a sum over all time has no bound",
    "E424": "there is nothing to group customers by",
    "E425": "there are no moves between days yet",
    "E426": "there is no money to compare",
    "E427": "the groups to compare are not understood",
    # -- E43: leads
    "E431": "no lead has converted",
    "E432": "the values of converted leads cannot be used",
    "E433": "the table of leads cannot be used",
    # -- E44: cohorts and definitions of value
    "E441": "the two numbers are not of one definition",
    "E442": "the level of value is not known",
    "E443": "the cohorts cannot be compared at this age",
    # -- E45: referrals
    "E451": "the table of referrals cannot be used",
    # -- E46: the textbook formula
    "E461": "the textbook formula cannot be computed",
    # -- E48: plans and scorecards
    "E481": "the plan cannot be made of what is told",
    "E482": "there is no plan to compare with",
    "E483": "no month of the plan is over yet",
    # -- E49: the acquisition channel, levers
    "E491": "a rule needs touches that are not there",
    "E492": "the model does not say what more retention brings",
    "E493": "so much retention is not to be had",
    # -- E55: alerts, budgets of a project
    "E551": "the orders cover too few weeks for control limits",
    "E552": "the project does not hold what a budget is planned from",
    # -- E46: occasions
    "E463": "the histories are not counted by occasions",
    "E464": "a model of occasions knows no days",
    # -- E5: what may be seen and done
    "E501": "the customer is not known",
    "E502": "the key is missing",
    "E503": "nothing of that name is kept",
    "E504": "the request is too large",
    "E505": "the idempotency key was used before",
    "E506": "too much is waiting",
    "E507": "the work was ended from outside",
    "E508": "the project is served already",
    "E511": "the token is missing or wrong",
    "E512": "the request names another host",
    "E513": "the request comes from another site",
    "E514": "too many wrong tokens",
    "E515": "there is no such page",
    "E516": "the server would be open to others",
    "E521": "no file was chosen",
    "E522": "the project holds orders already",
    "E523": "two columns are read as the same one",
    "E524": "the id was not confirmed",
    "E531": "the rule is not understood",
    "E532": "nothing of that name is known of customers",
    "E533": "a value does not fit what is compared with it",
    "E534": "no rule of that name is kept",
    "E535": "a rule cannot have that name",
    # -- E54: the REST API and what asks it
    "E541": "a header is said twice",
    "E542": "the body comes too slowly",
    "E543": "the cursor is of another list",
    "E544": "the job was stopped",
    "E545": "the server is not reached",
    "E546": "the token cannot be carried",
    "E561": "the PDF cannot be set",
    "E562": "the file does not end as its format does",
    "E563": "the time of a schedule is not understood",
    # -- E9: our own fault
    "E900": "an unforeseen failure",
}


class LifelongError(Exception):
    """A failure that is told to the user, with all that is needed to mend it.

    Args:
        code: the stable number of the failure, a key of :data:`CODES`.
        what: the finding in one line, with the figures.
        where: file, row, column or setting.
        why: why it matters.
        fix: what to do, with the exact command where there is one.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, code: str, what: str, *, where: str = "", why: str = "", fix: str = "") -> None:
        if code not in CODES:
            raise KeyError(f"{code} is not in lifelong.errors.CODES")
        super().__init__(what)
        self.code = code
        self.what = what
        self.where = where
        self.why = why
        self.fix = fix

    def __str__(self) -> str:
        told = {heard(name): getattr(self, name) for name in ("where", "why", "fix")}
        wide = max(map(len, told))
        lines = [f"{self.code}  {heard(self.what)}"]
        return "\n".join([*lines, *(f"{name:<{wide}} {heard(text)}" for name, text in told.items() if text)])

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.code, self.what, self.where, self.why, self.fix))

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """The one shape of an error in JSON: ``{"error": {"code", "where", "why", "fix"}}``, in English.

        Beside these stands ``said``: what, where, why and fix one by one, each a text, or a text with its message and
        slots, so that another language can speak it.
        """
        why = f"{self.what}. {self.why}" if self.why else self.what
        told = {name: getattr(self, name) for name in ("what", "where", "why", "fix")}
        said = {name: packed(text) for name, text in told.items() if text}
        return {"error": {"code": self.code, "where": self.where, "why": why, "fix": self.fix, "said": said}}


def _rebuild(kind: type[LifelongError], code: str, what: str, where: str, why: str, fix: str) -> LifelongError:
    return kind(code, what, where=where, why=why, fix=fix)


class ConfigError(LifelongError):
    """The question is wrong: a setting, a name, a flag, a missing optional part."""

    exit_code = 2


class DataError(LifelongError):
    """The data cannot be used as they are."""


class FitError(LifelongError):
    """The data cannot say what was asked of them."""


class StoreError(LifelongError):
    """The project's files, lock or disk stand in the way."""


class AccessError(LifelongError):
    """The caller may not see or do this."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint with the closest known name, or all of them where none is close."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return phrase("did you mean {name!r}?", name=close[0])
    return phrase("known: {names}", names=", ".join(names)) if names else phrase("none is known")


def missing_extra(package: str, extra: str, purpose: str) -> ConfigError:
    """The error for an optional part that is not installed, with the exact command."""
    return ConfigError(
        "E303",
        phrase("{purpose} needs the package {package!r}, which is not installed", purpose=purpose, package=package),
        why="it is an optional part, so that the core stays small",
        fix=phrase('python -m pip install "lifelong[{extra}]"', extra=extra),
    )
