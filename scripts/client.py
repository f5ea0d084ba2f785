"""Write the typed methods of the client from the table of verbs."""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "src" / "lifelong" / "client"
ARGUMENTS = '''"""What each verb may be told. Made by scripts/client.py from the table of verbs; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Required, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
'''
METHODS = '''"""A method for each verb. Made by scripts/client.py from the table of verbs; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from lifelong.client.calling import Caller

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.client import arguments
'''
KINDS = {"text": "str", "number": "float", "flag": "bool", "map": "Mapping[str, str]", "list": "Sequence[str]"}


def made() -> dict[str, str]:
    """The text of each module."""
    from lifelong.jobs.verbs import VERBS

    types, methods = [], []
    for verb in VERBS.values():
        title = "".join(part.title() for part in verb.name.split("-"))
        name = verb.name.replace("-", "_")
        has_file = any(param.kind == "upload" for param in verb.params)
        fields = []
        for param in verb.params:
            if param.kind == "upload":
                continue
            kind = f"Literal[{', '.join(map(_quoted, param.choices))}]" if param.choices else KINDS[param.kind]
            fields.append(f"    {param.name}: {f'Required[{kind}]' if param.is_needed else kind}")
        if fields:
            types.append(
                f'\n\nclass {title}(TypedDict, total=False):\n    """{verb.say}"""\n\n' + "\n".join(fields) + "\n"
            )
        takes = (["path: str | Path"] if has_file else []) + ([f"**asked: Unpack[arguments.{title}]"] if fields else [])
        told = "{**asked}" if fields else "{}"
        told = told.replace("}", ', "file": self.send(path)}') if has_file else told
        methods.append(
            f"\n    def {name}({', '.join(['self', *takes])}) -> dict[str, Any]:\n"
            f'        """{verb.say}"""\n        return self.ask({_quoted(verb.name)}, {told})\n'
        )
    face = '\n\nclass Verbs(Caller):\n    """Every verb that the server runs."""\n'
    return {"arguments.py": ARGUMENTS + "".join(types), "verbs.py": METHODS + face + "".join(methods)}


def _quoted(text: str) -> str:
    return f'"{text}"'


def main(check: bool) -> int:
    """Write or compare; the number of modules that are out of date."""
    stale = 0
    for name, text in made().items():
        if not check:
            (FOLDER / name).write_text(text, encoding="utf-8")
        elif (FOLDER / name).read_text(encoding="utf-8") != text:
            sys.stdout.write(f"client/{name} is out of date: run `make docs`\n")
            stale += 1
    return stale


if __name__ == "__main__":
    sys.exit(1 if main("--check" in sys.argv) else 0)
