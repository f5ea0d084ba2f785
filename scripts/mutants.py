"""Small faults for a source file, one at a time: what `make mutation` asks the tests to notice.

Not touched: docstrings, type hints, decorators, imports, sentences for people and subscripts of einsum (which would
only raise). A fault changes arithmetic, a comparison, a constant, a sign, a condition, a bound, a call of numpy, or
leaves a statement out.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
COMPARISON: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
SWAPPED = {
    "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any", "floor": "ceil",
    "ceil": "floor", "zeros": "ones", "ones": "zeros", "log1p": "log", "expm1": "exp",
}  # fmt: skip
#: Calls of one argument that may be left out, and calls of two of which either argument may be taken.
PLAIN = {"exp", "log", "log1p", "expm1", "sqrt", "abs", "floor", "ceil", "arcsinh", "clip"}
BOUNDS = {"min", "max", "minimum", "maximum"}
#: Keywords of numpy that only say how a result is kept.
STORAGE = {"dtype", "copy", "out", "strict"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: ``before`` becomes ``after`` in a line of a file; ``nth`` tells equal ones on a line apart."""

    file: str
    line: int
    statement: int
    text: str
    before: str
    after: str
    nth: int
    start: int
    end: int

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What stays the same when lines move."""
        return self.file, self.text, self.before, self.after, self.nth

    def apply(self, source: bytes) -> bytes:
        """The source with this fault in it."""
        return source[: self.start] + self.after.encode() + source[self.end :]

    def __str__(self) -> str:
        nth = f" (#{self.nth})" if self.nth else ""
        return f"{self.file}:{self.line}: {self.text}\n      {self.before}  ->  {self.after}{nth}"


def mutants(file: str, source: bytes) -> tuple[list[Mutant], int]:
    """All faults of a file in the order of its text, and how many sentences for people were left out."""
    lines = source.split(b"\n")
    offsets = [0]
    for row in lines:
        offsets.append(offsets[-1] + len(row) + 1)
    made, seen, sentences = [], Counter[tuple[str, str, str]](), 0
    for node, statement, after in _faults(ast.parse(source)):
        start = offsets[node.lineno - 1] + node.col_offset
        end = offsets[node.end_lineno - 1] + node.end_col_offset
        before = source[start:end].decode()
        if after is None:
            sentences += 1
            continue
        text = lines[node.lineno - 1].decode().strip()
        here = (text, before, after)
        made.append(Mutant(file, node.lineno, statement, text, before, after, seen[here], start, end))
        seen[here] += 1
    return made, sentences


def _faults(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, int, str | None]]:
    """(node, first line of its statement, what to put there; None: a sentence)."""
    stack: list[tuple[ast.AST, int]] = [(tree, 0)]
    while stack:
        node, statement = stack.pop()
        if isinstance(node, ast.stmt):
            statement = node.lineno
        if isinstance(node, ast.expr | ast.stmt):
            for after in _of_statement(node) if isinstance(node, ast.stmt) else _of_expression(node):
                yield node, statement, after
        stack += [(child, statement) for child in reversed(list(_children(node)))]


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What may be changed within a node."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Call) and _name(node.func) in {"einsum", "cast"}:
        yield from node.args[1:]
        return
    left_out = {"annotation", "returns", "decorator_list", "bases"}
    for name, value in ast.iter_fields(node):
        if name not in left_out:
            yield from (v for v in (value if isinstance(value, list) else [value]) if isinstance(v, ast.AST))


def _of_statement(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        other = ast.AugAssign(node.target, ARITHMETIC[type(node.op)](), node.value)
        yield ast.unparse(other)
    call = isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
    stored = isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name | ast.Tuple)
    if call or stored or isinstance(node, ast.AugAssign | ast.Raise | ast.Break | ast.Continue):
        yield "pass"


def _of_expression(node: ast.expr) -> Iterator[str | None]:
    match node:
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield _text(ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right))
        case ast.Compare():
            for i, op in enumerate(node.ops):
                ops = [COMPARISON[type(op)]() if i == j else o for j, o in enumerate(node.ops)]
                yield _text(ast.Compare(node.left, ops, node.comparators))
        case ast.BoolOp():
            yield _text(ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))
        case ast.UnaryOp():
            yield _text(node.operand)
        case ast.IfExp():
            yield _text(ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse))
        case ast.Constant():
            yield from _of_constant(node.value)
        case ast.Call():
            yield from _of_call(node)


def _of_constant(value: object) -> Iterator[str | None]:
    if isinstance(value, bool):
        yield repr(not value)
    elif isinstance(value, int | float):
        yield repr(value + 1)
    elif isinstance(value, str):
        yield None if " " in value else repr(value + "?")


def _of_call(node: ast.Call) -> Iterator[str]:
    name = _name(node.func)
    if name in SWAPPED:  # only names and attributes have a name: hence the ignored type
        func = (
            ast.Name(SWAPPED[name])
            if isinstance(node.func, ast.Name)
            else ast.Attribute(node.func.value, SWAPPED[name])
        )
        yield _text(ast.Call(func, node.args, node.keywords))
    if name in PLAIN and node.args:
        yield _text(node.args[0])
    if name in BOUNDS and len(node.args) == 2:
        yield _text(node.args[0])
        yield _text(node.args[1])
    if name == "where" and len(node.args) == 3:
        yield _text(ast.Call(node.func, [node.args[0], node.args[2], node.args[1]], node.keywords))
    if isinstance(node.func, ast.Attribute):
        for i, keyword in enumerate(node.keywords):
            if keyword.arg not in STORAGE and _name(node.func.value) == "np":
                yield _text(ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1 :]))


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _text(node: ast.expr) -> str:
    """In brackets, and on one line, so that it means the same wherever it stands."""
    return f"({ast.unparse(node)})"
