"""Rules that choose customers: ``value >= 100 and (silent_days > 90 or channel = ads)``, read by a small grammar.

**Story.** A firm speaks of customers by what is known of them. A rule says so in one line that people can read, and the same
line chooses the same customers on the command line, in Python and on a page, as long as the scores are the same.

**Grammar.** Words are joined by ``and`` (binds closer) and ``or``; ``not`` turns a condition round; brackets group. A
condition is one of::

    NAME OP VALUE          OP: = != < <= > >=      value >= 100, alive < 50%, first_day >= 2025-01-01
    NAME in (VALUE, ...)                           channel in (ads, "paid search")
    NAME is known          NAME is unknown
    best SHARE             best SHARE by NAME      best 20%, best 5% by historic

A text with a space or a sign stands in double quotes; ``""`` within them is one. Capital letters of texts do not count.

**What is not known** meets no condition but ``is unknown``: ``channel != ads`` leaves out those whose channel is not known,
``not channel = ads`` holds them.

**Numerics.** ``best q`` are the next whole number of customers, those of equal measure in the order of their id, so that
every run agrees. Nothing is evaluated but these words: no code, no SQL.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import ConfigError, did_you_mean
from lifelong.phrases import phrase
from lifelong.score.scores import best

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
#: A rule is no longer than so many signs, has so many conditions, and so many brackets within each other.
LONGEST, MOST, DEEPEST = 2_000, 100, 20
_TOKEN = re.compile(r'\s*(?:(?P<quoted>"(?:[^"]|"")*")|(?P<sign><=|>=|!=|[=<>(),])|(?P<word>[^\s"=<>!(),]+))')
_PLAIN = re.compile(r'[^\s"=<>!(),]+')
_WORDS = frozenset({"and", "or", "not", "in", "is", "best", "by", "known", "unknown"})
_ORDERED = {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal"}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Condition:
    """``NAME OP VALUE``; of ``in`` several values, of ``known`` and ``unknown`` none."""

    name: str
    operator: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.operator in {"known", "unknown"}:
            return f"{self.name} is {self.operator}"
        told = ", ".join(quoted(value) for value in self.values)
        return f"{self.name} in ({told})" if self.operator == "in" else f"{self.name} {self.operator} {told}"

    def mask(self, table: pa.Table) -> Flags:
        """Who meets it, shape (customers,)."""
        import pyarrow.compute as pc

        column = _column(table, self.name)
        is_known = pc.is_valid(column) if column.null_count else np.ones(len(column), bool)
        if self.operator in {"known", "unknown"}:
            found = np.asarray(is_known)
            return found if self.operator == "known" else ~found
        values = [_value(self.name, value, column.type) for value in self.values]
        column = pc.utf8_lower(column) if isinstance(values[0], str) else column
        if self.operator in _ORDERED:
            if isinstance(values[0], str):
                raise _wrong_kind(
                    self.name,
                    self.values[0],
                    "a text has no order",
                    phrase("write {name} = {value}", name=self.name, value=self.values[0]),
                )
            made = getattr(pc, _ORDERED[self.operator])(column, values[0])
        else:
            made = pc.equal(column, values[0])
            for value in values[1:]:
                made = pc.or_(made, pc.equal(column, value))
            made = pc.invert(made) if self.operator == "!=" else made
        return np.asarray(pc.fill_null(made, False))


@dataclass(frozen=True, slots=True)
class Best:
    """``best SHARE by NAME``."""

    share: str
    by: str = "value"

    def __str__(self) -> str:
        return f"best {self.share}" + ("" if self.by == "value" else f" by {self.by}")

    def mask(self, table: pa.Table) -> Flags:
        """Who is among them."""
        column = _column(table, self.by)
        share = _number("best", self.share)
        if not 0.0 < share <= 1.0:
            raise _wrong_kind("best", self.share, "it is a share of the customers", "write best 20%")
        by = np.asarray(_numeric(self.by, column), np.float64)
        made = np.zeros(len(table), bool)
        if len(table):
            made[best(np.nan_to_num(by, nan=-np.inf), table["customer_id"].combine_chunks(), share)] = True
        return made


@dataclass(frozen=True, slots=True)
class Joined:
    """``and`` or ``or`` of two or more; ``not`` of one."""

    word: str
    parts: tuple[Node, ...]

    def __str__(self) -> str:
        told = [
            f"({p})" if isinstance(p, Joined) and p.word != "not" and p.word != self.word else str(p)
            for p in self.parts
        ]
        return f"not {told[0]}" if self.word == "not" else f" {self.word} ".join(told)

    def mask(self, table: pa.Table) -> Flags:
        """Who meets all, any or none of it."""
        masks = [part.mask(table) for part in self.parts]
        if self.word == "not":
            return ~masks[0]
        joined = np.logical_and if self.word == "and" else np.logical_or
        return np.asarray(joined.reduce(masks))


Node = Condition | Best | Joined


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that was read; ``str`` writes it in its one form."""

    node: Node

    def __str__(self) -> str:
        return str(self.node)

    @property
    def names(self) -> frozenset[str]:
        """The columns that it looks at."""
        return frozenset(_names(self.node))

    def mask(self, table: pa.Table) -> Flags:
        """Who is chosen of a table with a row a customer, shape (customers,).

        Raises:
            ConfigError: E532 for a column that the table does not have, E533 where a value does not fit its column.
        """
        return self.node.mask(table)


def parse(text: str) -> Rule:
    """Read a rule.

    >>> str(parse('value>=100 AND (silent_days > 90 or channel = "paid search")'))
    'value >= 100 and (silent_days > 90 or channel = "paid search")'

    Raises:
        ConfigError: E531 where it is no rule.
    """
    if len(text) > LONGEST:
        raise _unreadable(
            phrase("the rule has {text:,} signs; {longest:,} are the most", text=len(text), longest=LONGEST),
            text,
            len(text),
        )
    return Rule(_Reader(text).whole())


def quoted(value: str) -> str:
    """A value as a rule writes it.

    >>> quoted("ads"), quoted('paid "x" search')
    ('ads', '"paid ""x"" search"')
    """
    is_plain = bool(_PLAIN.fullmatch(value)) and value.lower() not in _WORDS
    return value if is_plain else '"' + value.replace('"', '""') + '"'


class _Reader:
    """Reads from the left, one word ahead."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.conditions, self.depth = text, 0, 0, 0
        self.kind, self.word, self.begins = "", "", 0
        self.step()

    def step(self) -> None:
        """Go to the next word."""
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            if self.text[self.at :].strip():
                raise self.refused("a sign that no rule has")
            self.kind, self.word, self.begins = "end", "", len(self.text)
            return
        self.kind = str(found.lastgroup)
        self.word, self.begins, self.at = found[self.kind], found.start(self.kind), found.end()

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.word.lower() in words

    def refused(self, what: str) -> ConfigError:
        return _unreadable(what, self.text, self.begins if self.kind else self.at)

    def whole(self) -> Node:
        made = self.joined("or")
        if self.kind != "end":
            raise self.refused(phrase("{word!r} does not belong here", word=self.word))
        return made

    def joined(self, word: str) -> Node:
        each = self.negated if word == "and" else lambda: self.joined("and")
        parts = [each()]
        while self.is_word(word):
            self.step()
            parts.append(each())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def negated(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.refused(phrase("more than {deepest} brackets within each other", deepest=DEEPEST))
        made: Node
        if self.is_word("not"):
            self.step()
            made = Joined("not", (self.negated(),))
        elif self.word == "(" and self.kind == "sign":
            self.step()
            made = self.joined("or")
            self.sign(")")
        else:
            made = self.condition()
        self.depth -= 1
        return made

    def sign(self, sign: str) -> None:
        if self.kind != "sign" or self.word != sign:
            raise self.refused(phrase("{sign!r} is missing here", sign=sign))
        self.step()

    def name(self) -> str:
        if self.kind != "word" or self.word.lower() in _WORDS:
            raise self.refused("a name of what is known of customers belongs here")
        word = self.word
        self.step()
        return word

    def value(self) -> str:
        if self.kind not in {"word", "quoted"}:
            raise self.refused("a value belongs here")
        word = self.word[1:-1].replace('""', '"') if self.kind == "quoted" else self.word
        self.step()
        return word

    def condition(self) -> Node:
        self.conditions += 1
        if self.conditions > MOST:
            raise self.refused(phrase("more than {most} conditions", most=MOST))
        if self.is_word("best"):
            self.step()
            share = self.value()
            if not self.is_word("by"):
                return Best(share)
            self.step()
            return Best(share, self.name())
        name = self.name()
        if self.is_word("is"):
            self.step()
            if not self.is_word("known", "unknown"):
                raise self.refused("known or unknown belongs here")
            word = self.word.lower()
            self.step()
            return Condition(name, word)
        if self.is_word("in"):
            return self.listed(name)
        if self.kind != "sign" or self.word not in OPERATORS:
            raise self.refused(phrase("one of {operators} belongs here", operators=" ".join(OPERATORS)))
        operator = self.word
        self.step()
        return Condition(name, operator, (self.value(),))

    def listed(self, name: str) -> Node:
        self.step()
        self.sign("(")
        values = [self.value()]
        while self.kind == "sign" and self.word == ",":
            self.step()
            values.append(self.value())
        self.sign(")")
        return Condition(name, "in", tuple(values))


def _names(node: Node) -> list[str]:
    if isinstance(node, Joined):
        return [name for part in node.parts for name in _names(part)]
    return [node.by if isinstance(node, Best) else node.name]


def _column(table: pa.Table, name: str) -> Any:
    known = [one for one in table.column_names if one != "customer_id"]
    if name in known:
        return table[name]
    raise ConfigError(
        "E532", phrase("nothing called {name!r} is known of customers", name=name), where="the rule", why=did_you_mean(name, known),
        fix=phrase("write one of {known}", known=", ".join(known)),
    )  # fmt: skip


def _numeric(name: str, column: Any) -> Any:
    import pyarrow as pa

    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise _wrong_kind("best", name, phrase("{name} is no number", name=name), "write best 20% by value")
    return column.cast(pa.float64()).to_numpy()


def _value(name: str, text: str, kind: Any) -> Any:
    """A value as its column has it."""
    import pyarrow as pa

    if pa.types.is_date(kind):
        try:
            return pa.scalar(dt.date.fromisoformat(text if _DATE.fullmatch(text) else ""), kind)
        except ValueError:
            raise _wrong_kind(
                name, text, phrase("{name} is a day", name=name), phrase("write {name} >= 2025-01-31", name=name)
            ) from None
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _number(name, text)
    return text.lower()


def _number(name: str, text: str) -> float:
    is_share = text.endswith("%")
    try:
        number = float(text.removesuffix("%").replace("_", "x"))
    except ValueError:
        raise _wrong_kind(
            name,
            text,
            phrase("{name} is a number", name=name),
            phrase("write {name} >= 10 or {name} >= 10%", name=name),
        ) from None
    if not np.isfinite(number):
        raise _wrong_kind(name, text, phrase("{name} is a number", name=name), phrase("write {name} >= 10", name=name))
    return number / 100.0 if is_share else number


def _unreadable(what: str, text: str, at: int) -> ConfigError:
    around = text[max(at - 20, 0) : at + 20]
    return ConfigError(
        "E531", what, where=phrase("the rule, sign {at}: {around!r}", at=at + 1, around=around) if around else "the rule, at its end",
        why="a rule chooses customers only where it is understood whole",
        fix='write it as: value >= 100 and (silent_days > 90 or channel = "paid search")',
    )  # fmt: skip


def _wrong_kind(name: str, value: str, why: str, fix: str) -> ConfigError:
    return ConfigError(
        "E533", phrase("{value!r} does not fit {name}", value=value, name=name), where="the rule", why=why, fix=fix
    )
