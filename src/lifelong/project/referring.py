"""The verb that says what recommendations are worth. Nothing is kept: a table of referrals in, a value out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lifelong.decide.referrals import AGAIN, CIRCLE, SELF, Terms, chains, credited, shares, worth
from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.project import runs
from lifelong.project.typed import amount, typed_share, whole, wrong
from lifelong.units import minor_digits
from lifelong.values import Finding, ReferralValues
from lifelong.values.referrals import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from lifelong.project.folder import Folder
    from lifelong.sources.small_tables import SmallTable

#: Names of each column, best first; compared without case, blanks and signs.
NAMES = {
    "referrer": "referrer, referrer id, referred by, referring customer, advocate, sender, polecający, parrain, рекомендатель, empfehler",
    "referred": "referred, referred id, referee, friend, new customer, customer id, customer, polecony, filleul, приглашенный, geworbener",
    "date": "date, referred at, created at, created, data, дата, datum",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """How a table of referrals is read and what is taken, as far as the user says; texts or numbers, amounts in major units."""

    columns: Mapping[str, str] = field(default_factory=dict)
    incremental: str | float = "50%"
    unsure: str | float = "20%"
    cac: str | float = 0.0
    reward: str | float = 0.0
    depth: str | int = 3
    decay: str | float = "50%"

    def read(self, unit: int) -> Terms:
        """The terms that were meant, amounts in minor units.

        Raises:
            ConfigError: E351, where a number is not what it should be.
        """
        terms = Terms(
            incremental=typed_share(self.incremental, "--incremental", "50%"),
            unsure=typed_share(self.unsure, "--unsure", "20%"),
            cac=round(amount(self.cac, "--cac", "40", is_zero_allowed=True) * unit),
            reward=round(amount(self.reward, "--reward", "10", is_zero_allowed=True) * unit),
            depth=whole(self.depth, "--depth", 1, 10),
            decay=typed_share(self.decay, "--decay", "50%"),
        )
        most = (terms.incremental * (1.0 - terms.incremental)) ** 0.5
        if terms.unsure and terms.unsure >= most:
            why = phrase(
                "a share of {incremental:.0%} cannot be so unsure: less than {most:.0%}",
                incremental=terms.incremental,
                most=most,
            )
            raise wrong(
                "--unsure",
                phrase("a deviation of {unsure:.0%} cannot be", unsure=terms.unsure),
                why,
                "10%" if most > 0.1 else "0%",
            )
        return terms


def referrals(folder: Folder, file: str | Path, asked: Asked, out: str | Path = "") -> ReferralValues:
    """What recommendations are worth, beside the customers' own value.

    Args:
        folder: whose latest scores say what customers are worth.
        file: CSV, TSV, Parquet, JSON Lines or Excel; a row a referral: referrer, referred customer, date where known.
        asked: how it is read, and what is taken.
        out: a .csv, .parquet or .xlsx to write the rows to.

    Raises:
        DataError: E451, where the table cannot be used; nothing has been scored, or scores hold no value.
        ConfigError: E351, where a number is not what it should be.
    """
    from lifelong.sources import small_tables

    run = runs.last(folder)
    told = small_tables.SmallTable.read(Path(file), NAMES, _unusable, asked.columns)
    for name, what in (("referrer", "who recommended"), ("referred", "who was recommended")):
        if name not in told:
            raise told.missing(name, f"no column says {what}")
    digits = minor_digits(run.told["currency"])
    terms = asked.read(10**digits)
    above, aside = chains(_ordered(told))
    value = _values(run, 10**digits)
    worths = worth(value, above, terms)
    made = credited(above, worths, terms)
    own = sum(value[j] for j in worths)
    won = sum(round(terms.incremental * value[j]) for j in worths)
    sides = sorted(sum(worth(value, worths, terms, side).values()) for side in shares(terms))
    answer = ReferralValues(
        as_of=run.told["as_of"],
        currency=run.told["currency"],
        digits=digits,
        definition=run.told["definition"] + ", historic and predicted together",
        incremental=terms.incremental,
        rows=len(told),
        referred=len(worths),
        own_value=own,
        won=won,
        saved=terms.cac * len(worths),
        rewards=terms.reward * len(worths),
        value=sum(worths.values()),
        low80=sides[0],
        high80=sides[1],
        kinds=_kinds(value, made),
        table=_table(value, above, worths, made),
        findings=tuple(_findings(aside, len(above) - len(worths), terms)),
    )
    return replace(answer, path=str(_written(answer, Path(out)))) if out else answer


def _ordered(told: SmallTable) -> list[tuple[str, str]]:
    """Pairs with both ids, the earliest first."""
    pairs = list(zip(told.cells("referrer"), told.cells("referred"), strict=True))
    days = told.days("date") if "date" in told else np.zeros(len(pairs))
    order = np.argsort(np.nan_to_num(days, nan=np.inf), kind="stable")
    return [pairs[i] for i in order if all(pairs[i])]


def _values(run: runs.Run, unit: int) -> dict[str, int]:
    """Historic and predicted value of each customer, minor units."""
    rows = run.rows()
    totals = rows["total"].to_pylist()
    if all(v is None for v in totals):
        raise DataError(
            "E451", "the scores hold no value", where=str(run.path), why="the orders have no amounts, so nobody's worth is known",
            fix="ingest orders with amounts and score them",
        )  # fmt: skip
    return {c: round(v * unit) for c, v in zip(rows["customer_id"].to_pylist(), totals, strict=True) if v is not None}


def _kinds(value: Mapping[str, int], made: Mapping[str, int]) -> dict[str, int]:
    """Customers by own value and by what they bring through others."""
    middle = float(np.median(list(value.values()))) if value else 0.0
    found = dict.fromkeys(KINDS, 0)
    for customer, own in value.items():
        brings = made.get(customer, 0) > 0
        found[KINDS[(0 if own > middle else 2) + (0 if brings else 1)]] += 1
    return found


def _table(
    value: Mapping[str, int], above: Mapping[str, str], worths: Mapping[str, int], made: Mapping[str, int]
) -> pa.Table:
    """The rows of ``schema.REFERRALS``."""
    import pyarrow as pa

    count: dict[str, int] = {}
    for referred in worths:
        count[above[referred]] = count.get(above[referred], 0) + 1
    order = sorted(made, key=lambda c: (-made[c], c))
    return pa.table(
        {
            "customer_id": pa.array(order, pa.string()),
            "referred": pa.array([count.get(c, 0) for c in order], pa.int32()),
            "own_value": pa.array([value.get(c) for c in order], pa.int64()),
            "referral_value": pa.array([made[c] for c in order], pa.int64()),
        }
    )


def _findings(aside: Mapping[str, int], strangers: int, terms: Terms) -> list[Finding]:
    found = []
    for reason in (SELF, AGAIN, CIRCLE):
        if aside.get(reason):
            text = phrase("rows set aside, since the row {reason}: {aside:,}", reason=reason, aside=aside[reason])
            found.append(Finding("F451", text, "warning", {"rows": aside[reason]}))
    if strangers:
        text = phrase("{strangers:,} referred have no scores, so they count for nothing yet", strangers=strangers)
        found.append(Finding("F452", text, "info", {"referred": strangers}))
    if not terms.cac:
        text = phrase("no cost of winning was given, so recommendations save nothing of it (--cac 40)")
        found.append(Finding("F453", text, "info"))
    return found


def _unusable(what: str, name: str, where: str) -> DataError:
    return DataError(
        "E451", what, where=where, why="each row says who recommended whom",
        fix=phrase("name the column, such as --column {name}=NAME, or correct the file", name=name),
    )  # fmt: skip


def _written(answer: ReferralValues, out: Path) -> Path:
    from lifelong import export

    return export.write(answer.table, out, beside={"as_of": answer.as_of, "definition": answer.definition})
