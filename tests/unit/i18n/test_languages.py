"""Polish, Russian and French write numbers, money, days and plurals as CLDR has them (by way of Babel)."""

from __future__ import annotations

import datetime as dt

import pytest
from babel import Locale, dates, numbers

from lifelong import i18n
from lifelong.i18n.languages import FR, PL, RU

OTHERS = ["pl", "ru", "fr"]
CURRENCIES = ["USD", "EUR", "GBP", "PLN", "RUB", "JPY", "INR", "UAH", "CHF"]


def _plain(text: str) -> str:
    """Kinds of space and of minus are the project's own rule."""
    return text.replace("\u202f", "\u00a0").replace("\u00a0", " ").replace("\u2212", "-")


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("amount", [-1234.5, 0.5, 1284300.5])
def test_money_is_that_of_cldr(lang: str, currency: str, amount: float) -> None:
    expected = numbers.format_currency(amount, currency, locale=lang)
    assert _plain(i18n.money(amount, currency, lang=lang)) == _plain(expected)


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("month", range(1, 13))
def test_days_and_months_are_those_of_cldr(lang: str, month: int) -> None:
    day = dt.date(2026, month, 22)
    assert _plain(i18n.date(day, lang=lang)) == _plain(dates.format_date(day, "long", locale=lang))
    short = i18n.month(day, lang=lang).split(" ")[0]
    assert short == dates.format_date(day, "LLL", locale=lang)


@pytest.mark.parametrize("one", [PL, RU, FR])
@pytest.mark.parametrize("count", [0, 1, 2, 4, 5, 11, 12, 14, 21, 22, 25, 101, 112, 1000, 1_000_000])
def test_plurals_are_those_of_cldr(one: i18n.Locale, count: int) -> None:
    expected = Locale.parse(one.code).plural_form(count)
    # CLDR's French has a form of its own for whole millions, which differs from "other" only before "de"
    assert one.plural(count) == ("other" if expected == "many" and one is FR else expected)
    assert all(one.plural(count) in forms for forms in one.units.values())


def test_a_block_speaks_its_language_and_leaves_it_again() -> None:
    with i18n.speaking("pl"):
        assert i18n.language() == "pl"
        assert i18n.quantity(22, "customer") == "22\u00a0klienci"
        assert i18n.money(1284300.5, "PLN") == "1\u00a0284\u00a0300,50\u00a0zł"
    assert i18n.quantity(22, "customer") == "22\u00a0customers"


def test_a_message_without_a_translation_is_said_in_english() -> None:
    with i18n.speaking("fr"):
        assert i18n.message("zq no such message") == "zq no such message"
        assert i18n.plural("zq one", "zq many", 1) == "zq one"
