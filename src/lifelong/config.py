"""lifelong.toml and Config, one the other's mirror. The only configuration file; secrets only as ${NAME}."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError, did_you_mean
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_NAME = "lifelong.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """A project's settings; each field is one line of lifelong.toml, under the comment in its metadata."""

    name: str = field(default="", metadata={"say": "The firm's or shop's name, as reports print it."})
    currency: str = field(
        default="", metadata={"say": "Currency of the amounts (ISO 4217), such as EUR. Empty: taken from the file."}
    )
    timezone: str = field(default="UTC", metadata={"say": "A day belongs to this zone, such as Europe/Warsaw."})
    margin: str = field(
        default="",
        metadata={"say": "Gross margin as a share of revenue, such as 35%. Empty: from costs, or revenue itself."},
    )
    level: str = field(
        default="",
        metadata={
            "say": "What a value is: revenue, gross or contribution. Empty: gross margin if it is known, or revenue."
        },
    )
    product_costs: str = field(
        default="",
        metadata={"say": "A CSV of product and cost_rate, in this folder: what goods cost, product by product."},
    )
    payment_rate: str = field(
        default="", metadata={"say": "What a payment costs, as a share of revenue, such as 2.9%."}
    )
    payment_fixed: str = field(default="", metadata={"say": "And for each order, in the project's currency: 0.30."})
    shipping: str = field(default="", metadata={"say": "What shipping an order costs you, such as 4.50."})
    service: str = field(
        default="", metadata={"say": "What serving an order costs you: packing, support. Such as 1.20."}
    )
    bad_debt: str = field(default="", metadata={"say": "Share of revenue that is never paid, such as 0.5%."})
    fixed_costs: str = field(
        default="", metadata={"say": "Fixed costs a month: rent, salaries, software. Such as 12000."}
    )
    allocate: str = field(
        default="revenue", metadata={"say": "Who bears fixed costs: by revenue, by orders or by customers."}
    )
    discount: str = field(default="10%/year", metadata={"say": "What money later is worth less, a year. 0 for none."})
    horizon: str = field(default="52w", metadata={"say": "How far ahead values look: 52w, 90d, 2y or lifetime."})
    model: str = field(
        default="auto",
        metadata={"say": "auto lets the back-test choose; or a name, such as pareto_nbd or mbg_cnbd_2+calendar."},
    )
    prior: str = field(
        default="auto", metadata={"say": "Weakly informative prior: auto (below 500 customers), on or off."}
    )
    bad_share: str = field(default="1%", metadata={"say": "Above this share of bad rows an ingest is refused whole."})
    keep: tuple[str, ...] = field(
        default=(), metadata={"say": "Further columns of the file to keep. Others are not stored."}
    )
    scenarios: tuple[str, ...] = field(
        default=(),
        metadata={
            "say": 'Scenarios of a forecast: levers times a factor, such as "lean: acquisition=0.8, basket=0.95".'
        },
    )
    aliases: tuple[str, ...] = field(
        default=(),
        metadata={"say": 'Other names of sources, media and channels, such as "nl=email" or "fb=facebook".'},
    )
    pseudonyms: bool = field(
        default=False, metadata={"say": "Store customers under a keyed hash; the key stays outside this folder."}
    )
    starts_midway: bool = field(
        default=False,
        metadata={"say": "true where customers were there before the data begin: first orders are then not first."},
    )
    best_share: str = field(default="20%", metadata={"say": "Whom reports call the best customers."})


def read(path: Path) -> Config:
    """Read a lifelong.toml; unknown settings and wrong types are errors, with the closest name."""
    import tomllib

    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # editors on Windows write a mark first
    except OSError as problem:
        raise ConfigError(
            "E301",
            phrase("{file_name} cannot be read: {strerror}", file_name=FILE_NAME, strerror=problem.strerror or problem),
            where=str(path),
            fix="permit reading it, or make it anew with lifelong init",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise ConfigError(
            "E301",
            phrase("{file_name} is not valid TOML: {problem}", file_name=FILE_NAME, problem=problem),
            where=str(path),
            fix="mend the line named",
        ) from None
    return of(raw, str(path))


def of(told: Mapping[str, Any], where: str) -> Config:
    """A Config from what was told by name; lists of texts may be lists or tuples.

    Raises:
        ConfigError: E302 for a name that no setting has, E301 for a value of another kind.
    """
    return Config(**checked(told, where))


def checked(told: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Settings by name, each of its kind; errors as of :func:`of`."""
    known = {f.name: f for f in fields(Config)}
    given: dict[str, Any] = {}
    for key, value in told.items():
        if key not in known:
            raise ConfigError(
                "E302",
                phrase("there is no setting {key!r}", key=key),
                where=where,
                why=did_you_mean(key, known),
                fix="mend or remove it",
            )
        want = type(known[key].default)
        if want is tuple and isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
            value = tuple(value)
        elif want is tuple or not isinstance(value, want):
            raise ConfigError(
                "E301",
                phrase("{key} must be {want}, not {value!r}", key=key, want=_kind(want), value=value),
                where=where,
                why="a setting of the wrong kind would be guessed at",
                fix=phrase("write {key} = {default}", key=key, default=_toml(known[key].default)),
            )
        given[key] = value
    return given


def text(config: Config) -> str:
    """The file that :func:`read` reads back to the same Config, a comment on each line."""
    lines = ["# Settings of this project. Delete a line to get its default back.", ""]
    for f in fields(Config):
        lines += [f"# {f.metadata['say']}", f"{f.name} = {_toml(getattr(config, f.name))}", ""]
    return "\n".join(lines)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    escaped = "".join(
        f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else {"\\": "\\\\", '"': '\\"'}.get(c, c) for c in value
    )
    return f'"{escaped}"'


def _kind(want: type) -> str:
    kinds = {str: phrase("text in quotes"), bool: phrase("true or false"), tuple: phrase("a list of texts")}
    return kinds[want]
