"""Reports of spend in the shapes of the platforms, made by code: each test changes what its trap is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong import Project

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = """Campaign report
"January 1, 2025 - January 2, 2025"
Day,Campaign,Campaign type,Currency code,Cost,Impr.,Clicks,CTR,Search impr. share,Conversions,Conv. value
2025-01-01,Brand,Search,EUR,"1,234.56","12,345",120,0.97%,< 10%,3.00,450.00
2025-01-02,Brand,Search,EUR,99.90,900,9,1.00%, --,0.50,75.00
2025-01-02,Shelf,Shopping,EUR, --,0,0, --, --,0.00,0.00
Total: Account,--,--,EUR,"1,334.46","13,245",129,0.97%,< 10%,3.50,525.00
Total: Campaigns,--,--,EUR,"1,334.46","13,245",129,0.97%,< 10%,3.50,525.00
"""
GERMAN = """Kampagnenbericht
"1. Januar 2025 - 31. Januar 2025"
Kampagnenstatus,Kampagne,Währungscode,Kosten,Impr.,Klicks,Conversions
Aktiviert,Dach,EUR,"1.234,56","12.345",120,"3,00"
Aktiviert,Marke,EUR,"99,90",900,9,"0,50"
Gesamt: Konto,--,EUR,"1.334,46","13.245",129,"3,50"
"""
FRENCH = (
    "Rapport sur les campagnes\n1 janvier 2025 - 2 janvier 2025\nJour\tCampagne\tCode de devise\tCoût\tImpr.\tClics\n"
    "2025-01-01\tPrintemps\tEUR\t1\u202f234,56\t12\u202f345\t120\n2025-01-02\tPrintemps\tEUR\t99,90\t900\t9\n"
    "Total : compte\t--\tEUR\t1\u202f334,46\t13\u202f245\t129\n"
)
META = """"Reporting starts","Reporting ends","Campaign name","Results","Result indicator","Amount spent (EUR)","Link clicks","Day"
2025-01-01,2025-01-02,,15,,"1,500.75",90,
2025-01-01,2025-01-01,Prospecting,10,actions:offsite_conversion.fb_pixel_purchase,"1,000.50",60,2025-01-01
2025-01-02,2025-01-02,Traffic,5,actions:link_click,500.25,30,2025-01-02
"""
TIKTOK = """Campaign name,Start date,End date,Cost
Dance,2025-01-01,2025-01-03,100.00
Total of 1 results,-,-,100.00
"""
NEUTRAL = """utm_source,utm_medium,date,utm_id,utm_campaign,impressions,clicks,cost,currency,purpose
google,cpc,20250101,7,brand,1000,50,12.50,EUR,
newsletter,email,20250101,,jan,,,5.00,EUR,Retention
facebook,paid_social,20250102,8,,10,1,,EUR,
somewhere,else,20250102,,,,,1.00,EUR,
"""


def project(folder: Path, currency: str = "EUR") -> Project:
    """An empty project."""
    return Project(folder / "shop", settings={"currency": currency})


def written(folder: Path, text: str, name: str = "spend.csv", encoding: str = "utf-8") -> Path:
    """A file of that text."""
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path
