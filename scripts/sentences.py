"""Where the sources say something to a user: the texts of errors, findings and steps of work, found in the syntax tree.

A text stands in a call of an error, of Finding or of progress, in a name that such a call uses in the same function, or in an
argument of a function that hands it on to such a call.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "lifelong"
ERRORS = {"LifelongError", "ConfigError", "DataError", "FitError", "StoreError", "AccessError"}
FIELDS = {"what", "where", "why", "fix"}
#: Tables of such texts at the top of a file.
TABLES = {"FINDINGS", "TEXTS", "REASONS", "_WHY", "_FIX", "_REFUSALS"}
HANDED = FIELDS | {"words"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    """A file of the sources.

    Attributes:
        name: its path below the package.
        tree: its syntax.
        functions, parameters: its functions, and the names of their arguments.
        carriers: its functions that hand arguments on as texts: by name, those arguments.
    """

    name: str
    tree: ast.Module
    carriers: dict[str, set[str]] = field(default_factory=dict)
    functions: list[Function] = field(init=False)
    parameters: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.functions = [node for node in ast.walk(self.tree) if isinstance(node, Function)]
        self.parameters = {one.name: [arg.arg for arg in _arguments(one)] for one in self.functions}


@cache  # of sources that do not change while a script runs
def modules() -> tuple[Module, ...]:
    """The files of the package, each with its carriers, of its own and imported ones."""
    made = [Module(str(path.relative_to(SOURCE)), ast.parse(path.read_text())) for path in sorted(SOURCE.rglob("*.py"))]
    shared: dict[str, dict[str, set[str]]] = {}
    for _ in range(3):  # a carrier may hand on to a carrier
        for one in made:
            for function in one.functions:
                names = {arg.arg for arg in _arguments(function)} & HANDED
                used = {leaf.id for _, leaf in _said(function, one) if isinstance(leaf, ast.Name)} & names
                if used:
                    one.carriers.setdefault(function.name, set()).update(used)
        for one in made:
            stem = one.name.removesuffix(".py").replace("/", ".")
            shared[f"lifelong.{stem}"] = {k: v for k, v in one.carriers.items() if not k.startswith("_")}
        for one in made:
            for node in ast.walk(one.tree):
                if isinstance(node, ast.ImportFrom) and node.module in shared:
                    known = shared[node.module]
                    one.carriers.update({a.name: known[a.name] for a in node.names if a.name in known})
    return tuple(made)


def texts() -> list[tuple[str, str, ast.expr]]:
    """Every text: file, what it is of an error (or "text"), and the expression, of a choice each branch."""
    found = {}
    for one in modules():
        for scope in [one.tree, *one.functions]:
            for kind, leaf in _said(scope, one):
                found[one.name, leaf.lineno, leaf.col_offset] = (one.name, kind, leaf)
    return list(found.values())


def messages() -> list[tuple[str, str]]:
    """Texts without slots, which are messages as they stand, with their file; not places, names and flags."""
    told = [(name, kind, leaf) for name, kind, leaf in texts()]
    for one in modules():
        for node in one.tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if any(isinstance(target, ast.Name) and target.id in TABLES for target in targets):
                values = node.value.values if isinstance(getattr(node, "value", None), ast.Dict) else []
                told += [(one.name, "text", leaf) for value in values for leaf in ast.walk(value)]
    return [
        (name, leaf.value)
        for name, kind, leaf in told
        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) and is_prose(kind, leaf.value)
    ]


def is_prose(kind: str, text: str) -> bool:
    """Whether a text has words to translate, rather than the name of a place alone."""
    return " " in text and not (kind == "where" and text.startswith("--"))


def _said(scope: ast.AST, module: Module) -> list[tuple[str, ast.expr]]:
    """The leaves of the texts that a function says, or a module beside its functions."""
    found: list[tuple[str, ast.expr]] = []
    for node in ast.walk(scope):
        if isinstance(node, ast.Call):
            for kind, value in _told(node, module):
                for leaf in _leaves(value):
                    found.append((kind, leaf))
                    if isinstance(leaf, ast.Name) and isinstance(scope, Function):
                        found += [(kind, one) for told in _assigned(scope, leaf.id) for one in _leaves(told)]
    return found


def _told(call: ast.Call, module: Module) -> list[tuple[str, ast.expr]]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    named = [(key.arg or "", key.value) for key in call.keywords]
    if name in ERRORS:
        return [("what", one) for one in call.args[1:2]] + [(k, v) for k, v in named if k in FIELDS]
    if name == "Finding":
        return [("text", one) for one in call.args[1:2]] + [(k, v) for k, v in named if k == "text"]
    if name in {"progress", "_progress"}:
        return [("step", one) for one in call.args[:1]]
    carried = module.carriers.get(name, set())
    order = [one for one in module.parameters.get(name, sorted(carried)) if one not in {"self", "cls"}]
    placed = list(zip(order, call.args, strict=False))
    return [(k, v) for k, v in placed + named if k in carried]


def _leaves(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.IfExp):
        return _leaves(node.body) + _leaves(node.orelse)
    if isinstance(node, ast.BoolOp):
        return [leaf for value in node.values for leaf in _leaves(value)]
    return [node]


def _assigned(function: Function, name: str) -> list[ast.expr]:
    found: list[ast.expr] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                found += _of(target, node.value, name)
        elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
            found += _of(node.target, node.value, name)
    return found


def _of(target: ast.expr, value: ast.expr, name: str) -> list[ast.expr]:
    if isinstance(target, ast.Name) and target.id == name:
        return [value]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return [one for place, told in zip(target.elts, value.elts, strict=False) for one in _of(place, told, name)]
    return []


def _arguments(function: Function) -> list[ast.arg]:
    told = function.args
    return [*told.posonlyargs, *told.args, *told.kwonlyargs]
