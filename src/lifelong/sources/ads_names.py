"""What advertising platforms call their columns, in the languages of their users: tables, and nothing that decides.

Formats change. A new name is a new word here; no code knows a header.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Names of each canonical column by language, best first; compared without case, accents, blanks and signs, and without
#: a currency in brackets.
NAMES: dict[str, dict[str, str]] = {
    "date": {
        "en": "day, date, utm date, spend date",
        "de": "tag, datum",
        "fr": "jour",
        "es": "día, fecha",
        "pl": "dzień, data",
        "ru": "день, дата",
    },
    "starts": {
        "en": "reporting starts, start date, date start, from",
        "de": "berichtsstart, startdatum, auswertungsbeginn",
        "fr": "début des rapports, début du rapport, date de début",
        "es": "inicio del informe, fecha de inicio",
        "pl": "początek raportowania, rozpoczęcie raportu, data rozpoczęcia",
        "ru": "дата начала отчетности, начало отчетности, дата начала",
    },
    "ends": {
        "en": "reporting ends, end date, date stop, to, until",
        "de": "berichtsende, enddatum, auswertungsende",
        "fr": "fin des rapports, fin du rapport, date de fin",
        "es": "fin del informe, fecha de finalización, fecha de fin",
        "pl": "koniec raportowania, zakończenie raportu, data zakończenia",
        "ru": "дата окончания отчетности, окончание отчетности, дата окончания",
    },
    "month": {"en": "month", "de": "monat", "fr": "mois", "es": "mes", "pl": "miesiąc", "ru": "месяц"},
    "channel": {"en": "channel, marketing channel", "de": "kanal", "fr": "canal", "pl": "kanał", "ru": "канал"},
    "source": {"en": "utm source, source"},
    "medium": {"en": "utm medium, medium"},
    "campaign": {
        "en": "campaign name, utm campaign, campaign",
        "de": "kampagnenname, kampagne",
        "fr": "nom de la campagne, campagne",
        "es": "nombre de la campaña, campaña",
        "pl": "nazwa kampanii, kampania",
        "ru": "название кампании, кампания",
    },
    "campaign_id": {
        "en": "campaign id, utm id, utm campaign id",
        "de": "kampagnen-id, kampagnennummer",
        "fr": "id de la campagne, identifiant de la campagne, id de campagne",
        "es": "identificador de la campaña, id de campaña",
        "pl": "identyfikator kampanii, id kampanii",
        "ru": "id кампании, идентификатор кампании",
    },
    "ad": {
        "en": "ad set name, ad group name, ad group, ad name",
        "de": "name der anzeigengruppe, anzeigengruppenname, anzeigengruppe, anzeigenname",
        "fr": "nom de l'ensemble de publicités, groupe d'annonces, nom de la publicité",
        "es": "nombre del conjunto de anuncios, grupo de anuncios, nombre del anuncio",
        "pl": "nazwa zestawu reklam, grupa reklam, nazwa reklamy",
        "ru": "название группы объявлений, группа объявлений, название объявления",
    },
    "campaign_type": {
        "en": "campaign type, advertising channel type",
        "de": "kampagnentyp",
        "fr": "type de campagne",
        "es": "tipo de campaña",
        "pl": "typ kampanii",
        "ru": "тип кампании",
    },
    "purpose": {"en": "purpose", "de": "zweck", "fr": "objectif", "pl": "cel", "ru": "цель"},
    "cost": {
        "en": "cost, amount spent, spend, total cost, ad cost, utm cost, costs",
        "de": "kosten, ausgegebener betrag, ausgaben",
        "fr": "coût, montant dépensé, dépenses, coûts",
        "es": "coste, costo, importe gastado, gasto",
        "pl": "koszt, wydana kwota, kwota wydana, wydatki",
        "ru": "стоимость, расходы, расход, потраченная сумма, сумма затрат, затраты",
    },
    "currency": {
        "en": "currency code, currency",
        "de": "währungscode, währung",
        "fr": "code de devise, code devise, devise",
        "es": "código de moneda, moneda, divisa",
        "pl": "kod waluty, waluta",
        "ru": "код валюты, валюта",
    },
    "impressions": {
        "en": "impr., impressions",
        "de": "impressionen, impr.",
        "fr": "impr., impressions",
        "es": "impresiones, impr.",
        "pl": "wyświetlenia, wyśw.",
        "ru": "показы",
    },
    "clicks": {
        "en": "link clicks, clicks, clicks (all)",
        "de": "link-klicks, linkklicks, klicks, klicks (alle)",
        "fr": "clics sur un lien, clics sur le lien, clics, clics (tous)",
        "es": "clics en el enlace, clics, clics (todos)",
        "pl": "kliknięcia linku, kliknięcia łącza, kliknięcia",
        "ru": "клики по ссылке, клики",
    },
    "conversions": {
        "en": "conversions, purchases, website purchases",
        "de": "conversions, käufe, website-käufe",
        "fr": "conversions, achats, achats sur le site web",
        "es": "conversiones, compras, compras en el sitio web",
        "pl": "konwersje, zakupy",
        "ru": "конверсии, покупки",
    },
    "conversion_value": {
        "en": "conv. value, conversion value, purchases conversion value, total conversion value",
        "de": "conv.-wert, conversion-wert, conversion-wert von käufen",
        "fr": "valeur de conv., valeur de conversion, valeur de conversion des achats",
        "es": "valor de conv., valor de conversión, valor de conversión de compras",
        "pl": "wartość konwersji, wartość konwersji z zakupów",
        "ru": "ценность конверсий, ценность конверсии покупок",
    },
    "results": {
        "en": "results",
        "de": "ergebnisse",
        "fr": "résultats",
        "es": "resultados",
        "pl": "wyniki",
        "ru": "результаты",
    },
    "indicator": {
        "en": "result indicator, result type",
        "de": "ergebnisindikator, ergebnistyp",
        "fr": "indicateur de résultat, indicateur de résultats, type de résultat",
        "es": "indicador de resultado, tipo de resultado",
        "pl": "wskaźnik wyniku, typ wyniku",
        "ru": "индикатор результата, тип результата",
    },
}

#: What stands before the decimals of an amount, and what comes first in a date, by language: asked only where the file's own
#: amounts and dates leave it open. English dates do not say.
DECIMALS = {"en": ".", "de": ",", "fr": ",", "es": ",", "pl": ",", "ru": ","}
DATES = {"de": "dmy", "fr": "dmy", "es": "dmy", "pl": "dmy", "ru": "dmy"}


@dataclass(frozen=True, slots=True)
class Platform:
    """A kind of file.

    Attributes:
        title: what people call it.
        source: ``utm_source`` that its clicks carry.
        medium: ``utm_medium``.
        channel: where its money goes, unless the campaign's type says otherwise.
        marks: headers that no other kind has.
        titles: first lines that stand above the header.
    """

    title: str
    source: str = ""
    medium: str = ""
    channel: str = ""
    marks: str = ""
    titles: str = ""


#: By the name that stands in ``origin``; the first of which a mark is found is taken.
PLATFORMS: dict[str, Platform] = {
    "ga4": Platform("a cost import as GA4 has it", marks="utm source, utm medium"),
    "meta_ads": Platform(
        "Meta Ads Manager", "facebook", "paid-social", "paid social",
        "amount spent, ausgegebener betrag, montant dépensé, importe gastado, wydana kwota, kwota wydana, потраченная сумма, "
        "сумма затрат, reporting starts, berichtsstart, début des rapports, inicio del informe, początek raportowania",
    ),
    "google_ads": Platform(
        "Google Ads", "google", "cpc", "paid search",
        "currency code, währungscode, code de devise, código de moneda, kod waluty, код валюты, campaign status, "
        "kampagnenstatus, état de la campagne, avg. cpc, durchschn. cpc, cpc moy., conv. rate, conv. value",
        "campaign report, kampagnenbericht, rapport sur les campagnes, rapport sur la campagne, rapport de campagne, "
        "rapport campagne, informe de campaña, informe de campañas, raport dotyczący kampanii, raport kampanii, "
        "отчет о кампаниях, отчет по кампаниям",
    ),
    "tiktok_ads": Platform("TikTok Ads", "tiktok", "paid-social", "paid social"),
    "file": Platform("a table of spend"),
}  # fmt: skip
#: TikTok's own four columns, which are nobody's mark: all of them have to be there, and next to nothing else.
TIKTOK = "campaign name, start date, end date, cost"

#: What a row of the file's own totals begins with.
TOTALS = (
    "total, grand total, totals, gesamt, gesamtsumme, summe, insgesamt, total général, totale, totaal, łącznie, razem, suma, "
    "ogółem, итого, всего"
)
#: Months as written in a range above the header, by their first letters.
MONTHS: tuple[str, ...] = (
    "jan january januar janvier janv enero ene styczeń stycznia sty января янв",
    "feb february februar février févr fév febrero luty lutego lut февраля фев",
    "mar march märz mrz mär mars marzo marzec marca марта мар",
    "apr april avril avr abril abr kwiecień kwietnia kwi апреля апр",
    "may mai mayo maj maja мая май",
    "jun june juni juin junio czerwiec czerwca cze июня июн",
    "jul july juli juillet juil julio lipiec lipca lip июля июл",
    "aug august août agosto ago sierpień sierpnia sie августа авг",
    "sep sept september septembre septiembre wrzesień września wrz сентября сен",
    "oct october oktober okt octobre octubre październik października paź октября окт",
    "nov november novembre noviembre listopad listopada lis ноября ноя",
    "dec december dezember dez décembre déc diciembre dic grudzień grudnia gru декабря дек",
)
