"""The package's sources, parsed once for all tests of a worker that ask something of them."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

from tests.harness.terminal import ROOT

N = TypeVar("N", bound=ast.AST)
PACKAGE = ROOT / "lenet_tui"


@contextmanager
def _kept() -> Iterator[None]:
    """What is made is kept: a million objects that no collection need look at, now or later."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


@cache
def trees() -> dict[Path, ast.Module]:
    """Each Python file of the package, parsed."""
    with _kept():
        return {file: ast.parse(file.read_text("utf-8")) for file in sorted(PACKAGE.rglob("*.py"))}


@cache
def _nodes() -> dict[type, list[tuple[Path, ast.AST]]]:
    """All nodes of all files by their class: to look for one kind is not to walk over all."""
    found: dict[type, list[tuple[Path, ast.AST]]] = {}
    with _kept():
        for file, tree in trees().items():
            for node in ast.walk(tree):
                found.setdefault(type(node), []).append((file, node))
    return found


def nodes(kind: type[N]) -> list[tuple[Path, N]]:
    """Every node of a class in the package, with its file."""
    return [(file, node) for file, node in _nodes()[kind] if isinstance(node, kind)]


def called(node: ast.AST | None) -> str:
    """The last part of what is called, as ``add`` of ``tree.root.add(…)``; else empty."""
    if not isinstance(node, ast.Call):
        return ""
    func = node.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
