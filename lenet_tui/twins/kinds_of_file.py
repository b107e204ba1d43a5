"""Whether a Python file is a training file or a script, from its text: it is not executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lenet_tui.twins.result import Twins

STEP, MODEL, DATA = "step", "model", "data"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def of_files(a: str, b: str, **extent: Any) -> Twins:
    """The question for two files: as scripts, if either of them is no training file."""
    if all(map(is_training_file, (a, b))):
        return Twins(a, b, **extent)
    return Twins(scripts=((a,), (b,)), **extent)


def is_training_file(file: str) -> bool:
    """Whether it has a ``step``, or a ``model`` with its ``data``, and trains nothing by itself.

    What cannot be read or parsed is none: as a script it says why.
    """
    try:
        body = ast.parse(Path(file).read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return False
    if any(map(_trains, _run(body))):
        return False
    names = set(_bound(body))
    return STEP in names or {MODEL, DATA} <= names


def _run(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """What an import of the file runs: no functions, and not what is for the script alone."""
    for node in body:
        if isinstance(node, FUNCTIONS) or _is_guard(node):
            continue
        yield node
        yield from _run(list(ast.iter_child_nodes(node)))


def _is_guard(node: ast.AST) -> bool:
    """Whether it is ``if __name__ == …``."""
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
    )


def _trains(node: ast.AST) -> bool:
    """Whether it calls a backward."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "backward"
    )


def _bound(body: Sequence[ast.AST]) -> Iterator[str]:
    """The names that the file gives something at its top, also inside ``if`` and ``with``."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name for alias in node.names)
        elif not _is_guard(node):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            if not isinstance(node, ast.Lambda):
                yield from _bound(list(ast.iter_child_nodes(node)))
