"""A file of spend and new customers, a row a month and channel."""

from __future__ import annotations

import re
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.sources import files, numbers
from lifelong.sources.columns import by_user, currency_in, plain
from lifelong.sources.look import ReadPlan
from lifelong.sources.reading import looked_at
from lifelong.tables.clean_rules import Rules
from lifelong.units import to_minor
from lifelong.values.spending import SpendHistory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Names of each column, best first; compared without case, accents, blanks and signs.
NAMES = {
    "month": "month, date, period, miesiąc, data, месяц, дата, mois, monat, datum",
    "channel": "channel, source, campaign, medium, kanał, kampania, канал, кампания, canal, campagne, kanal, kampagne",
    "spend": "spend, cost, amount spent, amount, costs, wydatki, koszt, расходы, расход, затраты, dépenses, coût, ausgaben, kosten",
    "new_customers": (
        "new customers, customers, acquisitions, new customers won, conversions, nowi klienci, klienci, новые клиенты, клиенты, "
        "nouveaux clients, clients, neukunden, neue kunden, kunden"
    ),
    "value": "value, clv, ltv, cltv, customer value, wartość, ценность, valeur, wert",
    "value_sd": "value sd, value std, sd, value se, standard deviation, odchylenie, écart type, standardabweichung",
    "purpose": "purpose, cel, цель, objectif, zweck",
}
NEEDED = ("month", "channel", "spend", "new_customers")
_MONEY = ("spend", "value", "value_sd")
_BLANK = str.maketrans("", "", " \u00a0\u202f\u2009'’€$£")


def read(
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str = "",
    values: Mapping[str, Decimal] | None = None,
) -> SpendHistory:
    """Read a history of spend.

    Args:
        path: CSV, TSV, Parquet, JSON Lines or Excel.
        columns: our name (a key of :data:`NAMES`) to the file's.
        currency: of the amounts, where the file does not say; it says how many decimals a minor unit has.
        values: value of a customer by channel, in major units, for channels whose rows do not say it; ``""`` stands for all.

    Raises:
        DataError: E391 where a row cannot be used, E392 where a value is missing; E101, E103, E106, E108 as for orders.
        ConfigError: E302 for a column that is not known.
    """
    seen = looked_at(path)
    given, hints = files.hinted(columns or {}, seen.header)
    found = _mapped(seen.header, given, path.name)
    code = files.code_of(currency) or next((c for c in (currency_in(found[n]) for n in _MONEY if n in found) if c), "")
    texts = _texts(_plan(path, seen, found, code))
    cells = {name: [text or "" for text in texts.get(name, [])] for name in NAMES}
    signs = {
        name: "." if seen.is_typed else hints.get(name) or numbers.decimal_of(cells[name], found[name], path.name, name)
        for name in (*_MONEY, "new_customers")
        if name in found
    }
    rows, worth = [], {name: (float(to_minor(v, code)), float("nan")) for name, v in (values or {}).items()}
    for at in range(len(cells["month"])):
        row = _Row(path.name, at, {name: column[at].strip() for name, column in cells.items() if column}, signs)
        rows.append(row.told(code))
        if row.texts.get("value"):
            sd = row.number("value_sd") if row.texts.get("value_sd") else None
            known = float("nan") if sd is None else float(to_minor(sd, code))
            worth.setdefault(row.texts["channel"], (0.0, 0.0))
            worth[row.texts["channel"]] = (float(to_minor(row.number("value"), code)), known)
    for row_of in rows:
        if "" in worth:
            worth.setdefault(row_of["channel"], worth[""])
    return SpendHistory.of(sorted(rows, key=lambda r: (r["month"], r["channel"])), worth, code)


class _Row:
    """The texts of one row, and what they say."""

    def __init__(self, file: str, at: int, texts: Mapping[str, str], signs: Mapping[str, str]) -> None:
        self.file, self.at, self.texts, self.signs = file, at, texts, signs

    def told(self, code: str) -> dict[str, Any]:
        """The row as ``SpendHistory.of`` wants it."""
        if not self.texts["channel"]:
            raise self._wrong("channel")
        return {
            "month": self._month(),
            "channel": self.texts["channel"],
            "spend": to_minor(self.number("spend"), code),
            "new_customers": float(self.number("new_customers")),
            "purpose": (self.texts.get("purpose") or "acquisition").lower(),
        }

    def number(self, name: str) -> Decimal:
        """An amount or a count."""
        text = self.texts[name].translate(_BLANK)
        sign = self.signs[name]
        text = text.replace("," if sign == "." else ".", "").replace(",", ".")
        if not re.fullmatch(r"-?\d{1,13}(\.\d*)?([eE][-+]?\d{1,2})?", text):
            raise self._wrong(name)
        return Decimal(text)

    def _month(self) -> int:
        text = self.texts["month"]
        dated = re.match(r"(\d{4})[-/.](\d{1,2})(?:\D|$)", text)
        if dated and 1 <= int(dated[2]) <= 12:
            return int(dated[1]) * 12 + int(dated[2]) - 1
        if re.fullmatch(r"\d{1,3}(\.0+)?", text) and float(text) >= 1:
            return int(float(text)) - 1
        raise self._wrong("month")

    def _wrong(self, name: str) -> DataError:
        how = {"month": phrase("write months as 2025-01, or number them from 1"), "channel": phrase("name the channel")}
        return DataError(
            "E391",
            phrase("{name} cannot be read: {texts!r}", name=name, texts=self.texts[name]),
            where=phrase("{file}, row {at}", file=self.file, at=self.at + 1),
            why="each row says what a month's spend in a channel won",
            fix=how.get(name, "write a number"),
        )


def _mapped(header: Sequence[str], given: Mapping[str, str], where: str) -> dict[str, str]:
    """The file's column for each of ours."""
    found = by_user(header, given, where, list(NAMES))
    by_plain = {plain(re.sub(r"[(\[].*", "", name)): name for name in reversed(header)}
    for ours, names in NAMES.items():
        hits = [by_plain[plain(n)] for n in names.split(", ") if plain(n) in by_plain]
        free = [hit for hit in hits if hit not in found.values()]
        if ours not in found and free:
            found[ours] = free[0]
    for name in NEEDED:
        if name not in found:
            raise DataError(
                "E391",
                phrase("no column says {name}", name=name),
                where=phrase("{where}, header: {header}", where=where, header=", ".join(header[:20])),
                why="each row says what a month's spend in a channel won",
                fix=phrase("name it:  --column {name}=NAME", name=name),
            )
    return found


def _plan(path: Path, seen: Any, found: Mapping[str, str], code: str) -> ReadPlan:
    rules = Rules(columns=tuple(found), currency=code)
    return ReadPlan(
        str(path), seen.format, seen.compression, seen.encoding, seen.separator, seen.skip, seen.header, found, (), rules
    )  # fmt: skip


def _texts(how: ReadPlan) -> dict[str, list[str]]:
    """All rows of the file, column by column."""
    from pyarrow import parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "history.parquet"
        files.extract(how, out)
        table = pq.read_table(out)
    broken = [r for r in (table["fault"].to_pylist() if "fault" in table.column_names else []) if r]
    if broken:
        raise DataError(
            "E391",
            phrase("{broken} rows cannot be read", broken=len(broken)),
            where=Path(how.path).name,
            why=str(broken[0]),
            fix="export it again",
        )
    return {name: table[name].to_pylist() for name in how.columns}
