"""Which line of a model's source each op of its forward comes from: found by reading, not running.

A guess that holds for straight code: the calls in ``forward``, in the order in which Python
evaluates them, are matched with the ops as they were recorded.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

Op = tuple[str, str]
"""An op and the path of the module it ran in (empty: the model itself)."""

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.MatMult: "matmul",
    ast.Pow: "pow", ast.USub: "neg",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Call:
    """``path``: of what is called on ``self``; ``ops``: the names by which it may be recorded."""

    line: int
    path: str
    ops: tuple[str, ...]

    def runs(self, op: str, module: str) -> bool:
        if module:
            return bool(self.path) and f"{module}.".startswith(f"{self.path}.")
        return op in self.ops


@lru_cache(maxsize=16)
def op_lines(source: str, ops: tuple[Op, ...]) -> tuple[int, ...]:
    """The line (from 0) of ``source``, a class's, that runs each op; −1: not found.

    An op that is found nowhere gets the line of the one before it.
    """
    calls = _calls(source)
    lines: list[int] = []
    place, line = 0, -1
    for op, module in ops:
        found = _find(calls, place, op, module)
        if found is not None:
            place, line = found + 1, calls[found].line
        lines.append(line)
    return tuple(lines)


def _find(calls: Sequence[_Call], place: int, op: str, module: str) -> int | None:
    """The next call that may have run the op; else the first, as in a loop."""
    matching = [n for n, call in enumerate(calls) if call.runs(op, module)]
    return next((n for n in matching if n >= place), matching[0] if matching else None)


def _calls(source: str) -> list[_Call]:
    try:
        tree = ast.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError):
        return []
    functions = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))
    forward = next((f for f in functions if f.name == "forward"), None)
    return [] if forward is None else [c for node in forward.body for c in _evaluated(node)]


def _evaluated(node: ast.AST) -> Iterator[_Call]:
    """The calls in ``node`` in the order in which they are evaluated."""
    for child in ast.iter_child_nodes(node):
        yield from _evaluated(child)
    if isinstance(node, ast.Call):
        names = _dotted(node.func)
        path = ".".join(names[1:]) if names[:1] == ["self"] else ""
        yield _Call((node.func.end_lineno or node.lineno) - 1, path, (names[-1].strip("_"),))
    elif isinstance(node, (ast.BinOp, ast.AugAssign, ast.UnaryOp)):
        op = _OPERATORS.get(type(node.op))
        if op:
            yield _Call(node.lineno - 1, "", (op, f"i{op}", f"r{op}"))
    elif isinstance(node, ast.For):
        names = _dotted(node.iter)
        if names[:1] == ["self"]:  # ``for layer in self.layers: x = layer(x)``
            yield _Call(node.body[0].lineno - 1, ".".join(names[1:]), ())


def _dotted(node: ast.expr) -> list[str]:
    """``self.conv1`` as its names; of a longer expression the last name only."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [*_dotted(node.value), node.attr]
    if isinstance(node, ast.Subscript):
        return _dotted(node.value)
    return [""]
