"""The catalogues of messages: gather them from the sources, bring each language up to date, compile, check.

python scripts/catalogues.py            gather, update, compile
python scripts/catalogues.py --check    fail where a message is missing, fuzzy, stale or lacks a slot
"""

from __future__ import annotations

import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

sys.path.insert(0, str(Path(__file__).parent))
import sentences

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "lifelong"
PLACE = SOURCE / "i18n" / "catalogues"
LANGUAGES = ("pl", "ru", "fr")
METHODS = [("**/templates/**.j2", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.j2": {"extensions": "jinja2.ext.i18n", "trimmed": "false", "newstyle_gettext": "true"}}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "message": None, "plural": (1, 2)}
KEYWORDS |= {"phrase": None, "spoken": None, "heard": None, "counted": (1, 2)}
NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # the same text compiles to the same bytes on any day
_SLOT = re.compile(r"%\((\w+)\)[sd]|\{(\w*)(?:!r)?(?::[^{}]*)?\}")


def gathered() -> Catalog:
    """Every message of the sources, and of the registries whose texts are data."""
    made = Catalog(project="lifelong", charset="utf-8", fuzzy=False)
    found = extract_from_dir(str(SOURCE), METHODS, OPTIONS, KEYWORDS, strip_comment_tags=True)
    for file, _, text, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        if re.search(
            "[a-z]", _SLOT.sub("", text if isinstance(text, str) else text[0])
        ):  # else numbers and marks alone
            made.add(text, None, [(file, 0)], auto_comments=comments, context=context)
    for origin, text in registries():
        made.add(text, None, [(origin, 0)])
    return made


def registries() -> list[tuple[str, str]]:
    """Texts that are data: titles of errors, definitions of numbers; and those of errors and findings without slots."""
    sys.path.insert(0, str(ROOT / "src"))
    from dataclasses import fields

    from lifelong.config import Config
    from lifelong.definitions import DEFINITIONS
    from lifelong.errors import CODES

    told = [("errors.py", text) for text in CODES.values()]
    told += [("config.py", str(setting.metadata["say"])) for setting in fields(Config)]
    for definition in DEFINITIONS.values():
        parts = (definition.title, definition.text, definition.changes)
        told += [("definitions", part) for part in parts if part]
    return told + sentences.messages()


def path(language: str) -> Path:
    """The catalogue of a language."""
    return PLACE / language / "LC_MESSAGES" / "lifelong.po"


def read(language: str) -> Catalog:
    """The catalogue of a language, empty where there is none yet."""
    if not path(language).exists():
        return Catalog(locale=language, project="lifelong", charset="utf-8", fuzzy=False)
    with path(language).open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, source: Catalog) -> Catalog:
    """The language's translations of exactly the messages of the sources; nothing is guessed from a similar one."""
    old = read(language)
    made = Catalog(locale=language, project="lifelong", charset="utf-8", fuzzy=False)
    for message in source:
        if not message.id:
            continue
        before = old.get(message.id)
        kept = before.string if before and type(before.id) is type(message.id) else ""
        made.add(message.id, kept, [(file, 0) for file in sorted({file for file, _ in message.locations})])
    return made


def as_po(catalog: Catalog) -> bytes:
    """A catalogue as text, without days, so that the same messages give the same bytes."""
    out = io.BytesIO()
    write_po(out, catalog, width=0, sort_output=True, omit_header=True, include_lineno=False)
    forms = catalog.plural_forms
    head = (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: lifelong\\n"\n'
        f'"Language: {catalog.locale}\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {forms}\\n"\n\n'
    )
    return (head.encode() + out.getvalue()).rstrip() + b"\n"


def as_mo(language: str) -> bytes:
    """The compiled catalogue of what stands in the file."""
    with path(language).open("rb") as file:
        catalog = read_po(file, locale=language)
    catalog.fuzzy = False
    catalog.creation_date = NO_DAY
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def faults(language: str, source: Catalog) -> list[str]:
    """What is missing, stale or wrong in a language."""
    kept = read(language)
    found = [f"stale: {one.id!r}" for one in kept if one.id and source.get(one.id) is None]
    for message in source:
        if message.id:
            found += _fault(message, kept.get(message.id))
    return found


def _fault(source: Message, kept: Message | None) -> list[str]:
    told = kept.string if kept else ""
    strings = told if isinstance(told, tuple | list) else (told,)
    if kept is None or not all(strings):
        return [f"missing: {source.id!r}"]
    if kept.fuzzy:
        return [f"fuzzy: {source.id!r}"]
    ids = source.id if isinstance(source.id, tuple | list) else (source.id,)
    wanted = slots(ids[-1])
    # of a form for few, a slot may be left out, as English leaves "1" out; the last form has them all
    wrong = [one for one in strings[:-1] if not slots(one) <= wanted] + [strings[-1]] * (slots(strings[-1]) != wanted)
    return [f"slots differ: {source.id!r} -> {one!r}" for one in wrong]


def slots(text: str) -> set[str]:
    """The names of a message's slots."""
    return {name for pair in _SLOT.findall(text) for name in pair if name}


def say(line: str) -> None:
    """A line on standard output."""
    sys.stdout.write(f"{line}\n")


def main() -> int:
    """Update, or check."""
    source = gathered()
    if "--check" in sys.argv[1:]:
        from lifelong.i18n import SPOKEN

        offered = [language for language in LANGUAGES if language in SPOKEN]
        found = [f"{language}: {fault}" for language in offered for fault in faults(language, source)]
        for language in offered:
            compiled = path(language).with_suffix(".mo")
            if not compiled.exists() or compiled.read_bytes() != as_mo(language):
                found.append(f"{language}: the compiled catalogue is not that of the text")
        more = [f"and {len(found) - 40} more"] if len(found) > 40 else []
        say("\n".join([*found[:40], *more]) or "catalogues are complete")
        return int(bool(found))
    for language in LANGUAGES:
        path(language).parent.mkdir(parents=True, exist_ok=True)
        path(language).write_bytes(as_po(updated(language, source)))
        path(language).with_suffix(".mo").write_bytes(as_mo(language))
        left = [one for one in faults(language, source) if one.startswith("missing")]
        say(f"{language}: {sum(1 for m in source if m.id)} messages, {len(left)} not yet written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
