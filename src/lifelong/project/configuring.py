"""The verb `settings`: the lines of lifelong.toml with their meaning, changed only to what every verb can use."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from lifelong.config import Config
from lifelong.errors import ConfigError, LifelongError, did_you_mean
from lifelong.phrases import phrase
from lifelong.project import asked, cashing, costing, touching
from lifelong.units import share
from lifelong.values.settings import Setting, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lifelong.project.folder import Folder

#: Settings that are one of a few words.
CHOICES = {
    "level": ("", *asked.LEVELS),
    "prior": ("auto", "on", "off"),
    "allocate": ("revenue", "orders", "customers"),
}
#: Which verbs read a setting.
USED = {
    "name": "report card status",
    "currency": "ingest ingest-subscriptions spend",
    "timezone": "ingest ingest-subscriptions spend touches",
    "margin": "value retention formula costs cohorts channels campaigns limits forecast equity",
    "level": "value retention formula forecast report",
    "product_costs": "value costs cohorts",
    "payment_rate": "value costs cohorts",
    "payment_fixed": "value costs cohorts",
    "shipping": "value costs cohorts",
    "service": "value costs cohorts",
    "bad_debt": "value costs cohorts",
    "fixed_costs": "costs",
    "allocate": "costs",
    "discount": "value retention formula channels campaigns limits",
    "horizon": "value retention formula channels campaigns limits",
    "model": "value",
    "prior": "value",
    "bad_share": "ingest ingest-subscriptions spend touches",
    "keep": "ingest",
    "scenarios": "forecast sales-budget",
    "aliases": "spend touches channels",
    "pseudonyms": "ingest ingest-subscriptions spend touches forget",
    "starts_midway": "value cohorts report",
    "best_share": "",
}
#: Settings from which the values of customers follow.
VALUED = {name for name, verbs in USED.items() if "value" in verbs.split()}
#: What stored rows were read by: another value would part what is there from what comes.
READ_BY = {
    "currency": "the amounts that are stored are in the currency of their files; another name would not convert them",
    "timezone": "days of the stored orders were cut in this zone; those of later files would be cut in another",
    "pseudonyms": "what is stored was stored so; the same customer would stand under two names",
}
_SHARES = ("margin", "payment_rate", "bad_debt", "bad_share", "best_share")
_AMOUNTS = ("payment_fixed", "shipping", "service", "fixed_costs")
_LONGEST, _MANY = 200, 100


def settings(folder: Folder, changes: Mapping[str, Any]) -> Settings:
    """All settings; with changes, as they are after them. Either all of the changes are written, or none.

    Raises:
        ConfigError: E302 for a setting that does not exist, E301 and others for a value that no verb could use; E305 for a
            setting that stored rows were read by.
    """
    if not changes:
        folder.require()
        return told(folder)
    with folder.writing("settings"):
        before = folder.config()
        after = replace(before, **{name: _as(name, value) for name, value in changes.items()})
        changed = tuple(f.name for f in fields(Config) if getattr(before, f.name) != getattr(after, f.name))
        for name in changed:
            if why := _locked(folder, name):
                raise _refused(name, why)
        for name in changed:
            _check(folder, name, after)
        if changed:
            folder.save_config(after)
        anew = bool(VALUED & {*changed}) and (folder.root / "scores" / "latest").is_file()
        return replace(told(folder), changed=changed, value_again=anew)


def told(folder: Folder) -> Settings:
    """The settings as they are."""
    config = folder.config()
    default: dict[str, Any] = {f.name: f.default for f in fields(Config)}
    rows = [
        Setting(
            f.name, _kind(f.name, f.default), getattr(config, f.name), default[f.name], f.metadata["say"],
            tuple(USED[f.name].split()), CHOICES.get(f.name, ()), _locked(folder, f.name),
        )
        for f in fields(Config)
    ]  # fmt: skip
    return Settings(tuple(rows))


def _kind(name: str, default: Any) -> str:
    if name in CHOICES:
        return "choice"
    return {str: "text", bool: "flag", tuple: "list"}[type(default)]


def _locked(folder: Folder, name: str) -> str:
    """Why a setting cannot be changed in this project; empty where it can."""
    return READ_BY[name] if name in READ_BY and folder.landing.read().every else ""


def _refused(name: str, why: str) -> ConfigError:
    return ConfigError(
        "E305", phrase("{name} cannot be changed once rows are stored", name=name), where=phrase("lifelong.toml, {name}", name=name), why=why,
        fix="make a new project with the setting that you want, and read the files into it",
    )  # fmt: skip


def _as(name: str, value: Any) -> Any:
    """A value of the setting's kind, from what a command or a program says."""
    known: dict[str, Any] = {f.name: f.default for f in fields(Config)}
    if name not in known:
        raise ConfigError(
            "E302", phrase("there is no setting {key!r}", key=name), where="settings", why=did_you_mean(name, known), fix="take a known name"
        )  # fmt: skip
    want: Any = type(known[name])
    if want is bool and value in ("true", "false"):
        return value == "true"
    if want is tuple and isinstance(value, str | list | tuple):
        texts = [value] if isinstance(value, str) else list(value)
        if len(texts) <= _MANY and all(isinstance(text, str) and len(text) <= _LONGEST for text in texts):
            return tuple(text.strip() for text in texts if text.strip())
    elif isinstance(value, want) and (want is bool or len(value) <= _LONGEST):
        return value if want is bool else value.strip()
    raise ConfigError(
        "E301", phrase("{name} is not understood: {value!r}", name=name, value=str(value)[:60]), where=phrase("lifelong.toml, {name}", name=name),
        why={str: "it is a text", bool: "it is true or false", tuple: "it is a list of texts"}[want],
        fix=phrase("lifelong settings {name}={example}", name=name, example=_example(known[name])),
    )  # fmt: skip


def _example(default: Any) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default or "...")


def _check(folder: Folder, name: str, config: Config) -> None:
    """Read a setting as the verbs do that use it; what they could not use is refused, with where it stands."""
    value = getattr(config, name)
    try:
        if name in CHOICES and value not in CHOICES[name]:
            known = [word for word in CHOICES[name] if word]
            raise ConfigError(
                "E302",
                phrase("there is no {value!r}", value=value),
                why=did_you_mean(value, known),
                fix=phrase("take one of {names}", names=", ".join(known)),
            )
        if name in _SHARES and (value or Config.__dataclass_fields__[name].default):
            share(value, flag=f"{name} =")
        elif name in _AMOUNTS:
            costing.amount(config, name, folder.currency)
        elif name in _READERS:
            _READERS[name](folder, config)
    except LifelongError as error:
        raise type(error)(
            error.code, error.what, where=phrase("lifelong.toml, {name}", name=name), why=error.why, fix=error.fix
        ) from None


def _zone(_: Folder, config: Config) -> None:
    from lifelong.tables.clean_time import zone_of

    zone_of(config.timezone)


def _currency(_: Folder, config: Config) -> None:
    from lifelong.sources.files import code_of

    code_of(config.currency)


def _model(_: Folder, config: Config) -> None:
    from lifelong.project.valuing import NOTHING, known_models

    if config.model != "auto":
        known_models([config.model], NOTHING)


def _products(folder: Folder, config: Config) -> None:
    from lifelong.sources import product_costs

    if config.product_costs:
        product_costs.read(folder.root / config.product_costs)


def _question(_: Folder, config: Config) -> None:
    asked.Question.of(replace(Config(), discount=config.discount, horizon=config.horizon))


def _scenarios(_: Folder, config: Config) -> None:
    for text in config.scenarios:
        cashing.factors_of(cashing.scenario(config.scenarios, text.partition(":")[0].strip()))


#: How the other settings are read.
_READERS: dict[str, Callable[[Folder, Config], Any]] = {
    "timezone": _zone,
    "currency": _currency,
    "model": _model,
    "product_costs": _products,
    "discount": _question,
    "horizon": _question,
    "scenarios": _scenarios,
    "aliases": lambda _, config: touching.parsed(config.aliases),
}
