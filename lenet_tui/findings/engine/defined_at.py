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


@lru_cache(maxsize=8)
def _lines(path: str) -> dict[str, int]:
    try:
        body = ast.parse(Path(path).read_text("utf-8")).body
    except (OSError, SyntaxError, ValueError):
        return {}
    found: dict[str, int] = {}
    for statement in body:
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
