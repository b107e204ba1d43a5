"""The line of a training file on which something is defined."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

from lenet_tui.training.engine.trainer import Trainer


def defined_at(trainer: Trainer, name: str) -> str:
    """``file.py:17`` of the last assignment of a name in the file; empty where there is none."""
    path = trainer.file.names.get("__file__")
    if not isinstance(path, str) or not name.isidentifier():
        return ""
    line = _lines(path).get(name, 0)
    return f"{Path(path).name}:{line}" if line else ""


def _body(path: str) -> list[ast.stmt]:
    try:
        return ast.parse(Path(path).read_text("utf-8")).body
    except (OSError, SyntaxError, ValueError):
        return []


@lru_cache(maxsize=8)
def _lines(path: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for statement in _body(path):
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            found[statement.name] = statement.lineno
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        for target in targets:
            several = target.elts if isinstance(target, ast.Tuple) else [target]
            found |= {t.id: statement.lineno for t in several if isinstance(t, ast.Name)}
    return found


def called_outside_functions(trainer: Trainer, method: str) -> str:
    """``file.py:17`` where the file itself, and no function of it, calls a method of this name.

    Empty where it does so nowhere, or at several lines.
    """
    path = trainer.file.names.get("__file__")
    lines = _calls(path, method) if isinstance(path, str) else ()
    return f"{Path(str(path)).name}:{lines[0]}" if len(lines) == 1 else ""


@lru_cache(maxsize=8)
def _calls(path: str, method: str) -> tuple[int, ...]:
    found: set[int] = set()
    waiting: list[ast.AST] = [*_body(path)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr == method:
            found.add(called.lineno)
        waiting += ast.iter_child_nodes(node)
    return tuple(sorted(found))


def made_at(trainer: Trainer, kind: str) -> str:
    """``file.py:17`` of the one line of the file that calls a class of this name; else empty."""
    path = trainer.file.names.get("__file__")
    lines = _makes(path, kind) if isinstance(path, str) else ()
    return f"{Path(str(path)).name}:{lines[0]}" if len(lines) == 1 else ""


@lru_cache(maxsize=8)
def _makes(path: str, kind: str) -> tuple[int, ...]:
    found: set[int] = set()
    for node in (inside for statement in _body(path) for inside in ast.walk(statement)):
        called = node.func if isinstance(node, ast.Call) else None
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if called is not None and name == kind:
            found.add(called.lineno)
    return tuple(sorted(found))
