"""English, Polish, Russian and French: their numbers, months and counted things, as CLDR has them.

Source: Unicode CLDR, by way of Babel, against which a test holds them.
"""

from __future__ import annotations

from lifelong.i18n.language import NBSP, Locale

NARROW = "\u202f"


def _one_other(count: int) -> str:
    return "one" if abs(count) == 1 else "other"


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_UNITS = ("day", "week", "month", "quarter", "year", "order", "customer", "cohort", "point", "row", "unit")

EN = Locale(
    code="en",
    decimal=".",
    group=",",
    money="{sign}{symbol}{number}",
    symbols={
        "USD": "$",
        "EUR": "€",
        "GBP": "£",
        "JPY": "¥",
        "INR": "₹",
        "ILS": "₪",
        "KRW": "₩",
        "NGN": "₦",
        "VND": "₫",
    },
    spread="{low} to {high}",
    span="{low} to {high}",
    months=_MONTHS,
    months_short=tuple(month[:3] for month in _MONTHS),
    day="{day} {month} {year}",
    month="{month} {yy}",
    plural=_one_other,
    units={unit: {"one": unit, "other": f"{unit}s"} for unit in _UNITS},
    words={
        "unknown": "not known",
        "absent": "not estimated",
        "unclear": "no clear change",
        "lifetime": "the rest of life",
    },
)


def _slavic_tail(count: int) -> str:
    """Few for 2 to 4 but not 12 to 14, many otherwise."""
    last, two = abs(count) % 10, abs(count) % 100
    return "few" if 2 <= last <= 4 and not 12 <= two <= 14 else "many"


def _polish(count: int) -> str:
    return "one" if abs(count) == 1 else _slavic_tail(count)


def _russian(count: int) -> str:
    return "one" if abs(count) % 10 == 1 and abs(count) % 100 != 11 else _slavic_tail(count)


def _french(count: int) -> str:
    return "one" if abs(count) in (0, 1) else "other"


def _forms(table: dict[str, str], categories: str) -> dict[str, dict[str, str]]:
    """Units with a form for each plural category."""
    return {unit: dict(zip(categories.split(), forms.split("/"), strict=True)) for unit, forms in table.items()}


PL = Locale(
    code="pl",
    decimal=",",
    group=NBSP,
    money="{sign}{number}" + NBSP + "{symbol}",
    symbols={"PLN": "zł", "EUR": "€"},
    spread="od {low} do {high}",
    span="od {low} do {high}",
    months=(
        "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
        "lipca", "sierpnia", "września", "października", "listopada", "grudnia",
    ),
    months_short=("sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru"),
    day="{day} {month} {year}",
    month="{month} {yy}",
    plural=_polish,
    units=_forms(
        {
            "day": "dzień/dni/dni/dnia",
            "week": "tydzień/tygodnie/tygodni/tygodnia",
            "month": "miesiąc/miesiące/miesięcy/miesiąca",
            "quarter": "kwartał/kwartały/kwartałów/kwartału",
            "year": "rok/lata/lat/roku",
            "order": "zamówienie/zamówienia/zamówień/zamówienia",
            "customer": "klient/klienci/klientów/klienta",
            "cohort": "kohorta/kohorty/kohort/kohorty",
            "point": "punkt/punkty/punktów/punktu",
            "row": "wiersz/wiersze/wierszy/wiersza",
            "unit": "jednostka/jednostki/jednostek/jednostki",
        },
        "one few many other",
    ),
    words={
        "unknown": "nie wiadomo",
        "absent": "nie oszacowano",
        "unclear": "bez wyraźnej zmiany",
        "lifetime": "cały dalszy czas",
    },
)  # fmt: skip

RU = Locale(
    code="ru",
    decimal=",",
    group=NBSP,
    money="{sign}{number}" + NBSP + "{symbol}",
    symbols={
        "RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "ILS": "₪", "KRW": "₩", "VND": "₫",
        "UAH": "₴",
    },
    spread="от {low} до {high}",
    span="с {low} по {high}",
    months=(
        "января", "февраля", "марта", "апреля", "мая", "июня",
        "июля", "августа", "сентября", "октября", "ноября", "декабря",
    ),
    months_short=(
        "янв.", "февр.", "март", "апр.", "май", "июнь", "июль", "авг.", "сент.", "окт.", "нояб.", "дек.",
    ),
    day="{day} {month} {year}" + NBSP + "г.",
    month="{month} {yy}",
    plural=_russian,
    units=_forms(
        {
            "day": "день/дня/дней/дня",
            "week": "неделя/недели/недель/недели",
            "month": "месяц/месяца/месяцев/месяца",
            "quarter": "квартал/квартала/кварталов/квартала",
            "year": "год/года/лет/года",
            "order": "заказ/заказа/заказов/заказа",
            "customer": "клиент/клиента/клиентов/клиента",
            "cohort": "когорта/когорты/когорт/когорты",
            "point": "пункт/пункта/пунктов/пункта",
            "row": "строка/строки/строк/строки",
            "unit": "единица/единицы/единиц/единицы",
        },
        "one few many other",
    ),
    words={
        "unknown": "неизвестно",
        "absent": "не оценено",
        "unclear": "без явного изменения",
        "lifetime": "всё дальнейшее время",
    },
    months_dated=(
        "янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек.",
    ),
)  # fmt: skip

FR = Locale(
    code="fr",
    decimal=",",
    group=NARROW,
    money="{sign}{number}" + NBSP + "{symbol}",
    symbols={"EUR": "€", "USD": "$US", "GBP": "£GB", "INR": "₹", "ILS": "₪", "KRW": "₩", "VND": "₫"},
    spread="de {low} à {high}",
    span="du {low} au {high}",
    months=(
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
    months_short=(
        "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
    ),
    day="{day} {month} {year}",
    month="{month} {yy}",
    plural=_french,
    units=_forms(
        {
            "day": "jour/jours",
            "week": "semaine/semaines",
            "month": "mois/mois",
            "quarter": "trimestre/trimestres",
            "year": "an/ans",
            "order": "commande/commandes",
            "customer": "client/clients",
            "cohort": "cohorte/cohortes",
            "point": "point/points",
            "row": "ligne/lignes",
            "unit": "unité/unités",
        },
        "one other",
    ),
    words={
        "unknown": "inconnu",
        "absent": "non estimé",
        "unclear": "pas de changement net",
        "lifetime": "tout le temps à venir",
    },
)  # fmt: skip
