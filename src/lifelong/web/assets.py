"""The style sheet, the script and the fonts: made once from this package's files, named by their content."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from lifelong.charts import tokens
from lifelong.errors import AccessError
from lifelong.phrases import phrase
from lifelong.report import fonts, html

if TYPE_CHECKING:
    from starlette.requests import Request

#: What the fonts hold: Latin with its Polish and French letters, Cyrillic, punctuation, signs of currencies and numbers.
LETTERS = "".join(map(chr, (*range(0x20, 0x180), *range(0x401, 0x452)))) + "–—‘’“”„…‹›€₽№−×≤≥→▲▼\u00a0\u202f"
_KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "woff2": "font/woff2"}


@cache  # of files of installed packages, which do not change while the server runs
def files() -> dict[str, bytes]:
    """Every file under /static/, by its name."""
    made: dict[str, bytes] = {}
    rules = []
    for number, face in enumerate(fonts.FACES):
        data = fonts.subset(face, LETTERS)
        if data:
            name = f"font{number}.woff2"
            made[name] = data
            rules.append(
                f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-display:swap;'
                f'src:url(/static/{name}) format("woff2")}}'
            )
    own = resources.files("lifelong.web").joinpath("static")
    made["app.css"] = f"{html.style(chr(10).join(rules))}\n{own.joinpath('app.css').read_text('utf-8')}".encode()
    made["app.js"] = own.joinpath("app.js").read_bytes()
    return made


@cache  # as above
def version() -> str:
    """The content of all files in eight digits, so that a browser keeps them until they change."""
    digest = hashlib.sha256()
    for name, data in sorted(files().items()):
        digest.update(name.encode() + data)
    digest.update(repr(sorted(tokens.LIGHT.items())).encode())
    return digest.hexdigest()[:8]


def static(request: Request) -> Response:
    """One of the files."""
    name = request.path_params["name"]
    if name not in files():
        raise AccessError(
            "E515",
            "there is no such file",
            where=phrase("/static/{name}", name=name[:40]),
            fix="begin at the first page",
        )
    kept = {"cache-control": "public, max-age=31536000, immutable"} if request.query_params.get("v") else {}
    return Response(files()[name], media_type=_KINDS[name.rsplit(".", 1)[1]], headers=kept)


ROUTES = (Route("/static/{name}", static),)
