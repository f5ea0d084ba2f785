"""Pictures of every page of the web app, for the documentation: at desktop width in English, at phone width in turns of the others.

python scripts/pictures.py FOLDER       a made shop, its server, Chromium; two PNG files a page
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
#: Width, height and how the two pictures of a page are told apart.
SHAPES = {"desktop": (1280, 900, "light"), "phone": (360, 780, "dark")}
OTHERS = ("pl", "ru", "fr")
COLOURS = 96


def pages(base: str, page: Page) -> dict[str, str]:
    """Every page by its name: those of the navigation, and those to which they lead."""
    from lifelong.web.nav import GROUPS

    found = {entry.path.strip("/") or "overview": entry.path for _, entries in GROUPS for entry in entries}
    page.goto(f"{base}/customers")
    one = page.locator("tbody a").first.get_attribute("href") or ""
    return found | {"customer": one, "identity": "/identity", "quarantine": "/quarantine", "forget": "/forget"}


def small(picture: bytes) -> bytes:
    """The picture with few colours."""
    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


def taken(browser: Browser, entry: str, folder: Path) -> int:
    """Take all pictures; every page is opened twice, so that its answers are there."""
    base = entry.split("/login")[0]
    count = 0
    for shape, (width, height, scheme) in SHAPES.items():
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        page = context.new_page()
        page.goto(entry)
        for at, (name, path) in enumerate(pages(base, page).items()):
            language = "" if shape == "desktop" else f"/{OTHERS[at % len(OTHERS)]}"
            page.goto(f"{base}{language}{path}")
            page.wait_for_timeout(6000 if shape == "desktop" else 500)
            page.goto(f"{base}{language}{path}")
            page.wait_for_timeout(300)
            (folder / f"{name}-{shape}.png").write_bytes(small(page.screenshot()))
            count += 1
        context.close()
    return count


def main(folder: Path) -> int:
    """Make the shop, serve it, take the pictures."""
    from playwright.sync_api import sync_playwright
    from tests.web.serving import rich_project, serving

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="shop-") as place, sync_playwright() as p:
        shop = rich_project(Path(place) / "made", 900)
        with serving(shop) as server:
            browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            sys.stdout.write(f"{taken(browser, server.entry, folder)} pictures in {folder}\n")
            browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
