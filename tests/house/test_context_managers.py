"""No generator under ``contextmanager`` raises another exception than the one it was thrown.

From Python 3.12 on that makes a circle of the exception, its frames and contextlib's, so that what
a failed op had allocated stays until the garbage collector runs. A class makes none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.harness.terminal import ROOT

FILES = sorted((ROOT / "lenet_tui").rglob("*.py"))


def generators(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names = [ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list]
            if {"contextmanager", "asynccontextmanager"}.intersection(names):
                yield node


def raised_anew(function: ast.AST) -> list[int]:
    """The lines in which a handler raises something else than what it has caught."""
    handlers = [node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler)]
    raises = [node for handler in handlers for node in ast.walk(handler)]
    return [node.lineno for node in raises if isinstance(node, ast.Raise) and node.exc]


def test_no_context_manager_of_a_generator_raises_anew() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in FILES
        for function in generators(ast.parse(file.read_text("utf-8")))
        for line in raised_anew(function)
    ]
    assert not found, "a class with __enter__ and __exit__ frees what the exception holds"


@pytest.mark.parametrize(("ends", "count"), [("raise", 0), ("raise ValueError from error", 1)])
def test_the_rule_sees_it(ends: str, count: int) -> None:
    source = (
        "@contextlib.contextmanager\ndef f():\n    try:\n        yield\n"
        f"    except TypeError as error:\n        {ends}\n"
    )
    (function,) = generators(ast.parse(source))
    assert len(raised_anew(function)) == count
