"""No generator under ``contextmanager`` raises another exception than the one it was thrown.

From Python 3.12 on that makes a circle of the exception, its frames and contextlib's, so that what
a failed op had allocated stays until the garbage collector runs. A class makes none.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.harness.sources import nodes


def is_generator(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it is decorated to be a context manager."""
    names = [ast.unparse(decorator).rpartition(".")[2] for decorator in function.decorator_list]
    return not {"contextmanager", "asynccontextmanager"}.isdisjoint(names)


def raised_anew(function: ast.AST) -> list[int]:
    """The lines in which a handler raises something else than what it has caught."""
    handlers = [node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler)]
    raises = [node for handler in handlers for node in ast.walk(handler)]
    return [node.lineno for node in raises if isinstance(node, ast.Raise) and node.exc]


@pytest.mark.slow
def test_no_context_manager_of_a_generator_raises_anew() -> None:
    functions: list[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]
    functions = [*nodes(ast.FunctionDef), *nodes(ast.AsyncFunctionDef)]
    found = [
        f"{file}:{line}"
        for file, function in functions
        if is_generator(function)
        for line in raised_anew(function)
    ]
    assert not found, "a class with __enter__ and __exit__ frees what the exception holds"


@pytest.mark.parametrize(("ends", "count"), [("raise", 0), ("raise ValueError from error", 1)])
def test_the_rule_sees_it(ends: str, count: int) -> None:
    source = (
        "@contextlib.contextmanager\ndef f():\n    try:\n        yield\n"
        f"    except TypeError as error:\n        {ends}\n"
    )
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert is_generator(function)
    assert len(raised_anew(function)) == count
