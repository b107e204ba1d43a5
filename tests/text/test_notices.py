"""Held over the source: what a person is told of crosses as a key that both languages have.

What argparse itself says of the command line is English.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import lenet_tui
from lenet_tui.text.notice import Problem, notice, verbatim

PACKAGE = Path(lenet_tui.__file__).parent
TABLES = {
    path.parent.name: import_module(f"lenet_tui.{path.parent.name}.notices").NOTICES
    for path in sorted(PACKAGE.glob("*/notices.py"))
}
MAKERS = {"notice", "verbatim"}
INTERNAL = {
    "NoWindow": "torch itself says why a window cannot be",
    "NoArithmetic": "holds an op; the words say that it has no rule",
    "KeyError": "a name that the caller looks up itself",
}
"""Exceptions that may hold a text in one language, and why no reader of another meets it."""


@cache
def trees() -> dict[str, ast.Module]:
    """Each file of the package; read when a test needs it, not in each process that has tests."""
    return {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def called(node: ast.AST | None) -> str:
    """The last part of what is called."""
    if not isinstance(node, ast.Call):
        return ""
    func = node.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


@cache
def problems() -> set[str]:
    """The classes that are a ``Problem``, by their names."""
    classes = [
        n for tree in trees().values() for n in ast.walk(tree) if isinstance(n, ast.ClassDef)
    ]
    found = {"Problem"}
    while True:
        more = {c.name for c in classes if found & {ast.unparse(b) for b in c.bases}} - found
        if not more:
            return found
        found |= more


def literals(node: ast.expr) -> list[ast.expr]:
    """The one or two expressions that an argument may be."""
    if isinstance(node, ast.IfExp):
        return [*literals(node.body), *literals(node.orelse)]
    return [node]


def said() -> Iterator[tuple[str, ast.Call, str | None]]:
    """Each notice made and each problem raised: where, the call, its key; ``None``: no literal."""
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in {"notice", *problems()} and node.args:
                for one in literals(node.args[0]):
                    key = str(one.value) if isinstance(one, ast.Constant) else None
                    yield f"{name}:{node.lineno}", node, key


def text_of(key: str) -> str:
    return str(TABLES[key.partition(":")[0]][key][0])


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_key_is_in_the_table_of_its_room() -> None:
    keys = [(where, key) for where, _, key in said() if key is not None]
    assert len(keys) > 100
    missing = [(w, k) for w, k in keys if k not in TABLES.get(str(k).partition(":")[0], {})]
    assert missing == []


def test_what_is_no_literal_key_is_a_notice_already() -> None:
    for where, call, key in said():
        if key is None and not where.startswith("text/notice.py"):
            for one in literals(call.args[0]):
                is_notice = isinstance(one, ast.Attribute) and one.attr in ("notice", "error")
                assert is_notice or called(one) in MAKERS, f"{where} {ast.unparse(call)}"


def test_every_key_is_given_the_values_of_its_blanks() -> None:
    for where, call, key in said():
        if key is not None:
            given = {k.arg for k in call.keywords if k.arg}
            wanted = blanks(text_of(key))
            spread = any(k.arg is None for k in call.keywords)
            assert given <= wanted if spread else given == wanted, f"{where} {key}"


def test_every_key_is_used() -> None:
    used = {key for _, _, key in said()} | {"text:verbatim"}
    assert {key for table in TABLES.values() for key in table} - used == set()


def makers() -> set[str]:
    """The functions that return a ``Problem``, to be raised."""
    nodes = (n for tree in trees().values() for n in ast.walk(tree))
    functions = [n for n in nodes if isinstance(n, ast.FunctionDef) and n.returns]
    return {n.name for n in functions if n.returns and ast.unparse(n.returns) in problems()}


def test_no_other_exception_holds_a_text() -> None:
    found = []
    known = {*problems(), *makers(), *INTERNAL, "refuse"}
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
                continue
            if called(node.exc) in known:
                continue
            inside = [part for given in node.exc.args for part in ast.walk(given)]
            if any(isinstance(n, ast.Constant) and isinstance(n.value, str) for n in inside):
                found.append(f"{name}:{node.lineno} {ast.unparse(node.exc)}")
    assert found == []


def test_screens_say_a_problem_in_their_own_language() -> None:
    """``str`` of one is English. What the system says of a file is in its own language."""
    found = []
    for name, tree in trees().items():
        if "ui" not in Path(name).parts:
            continue
        for handler in ast.walk(tree):
            if isinstance(handler, ast.ExceptHandler) and handler.type is not None:
                caught = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
                text = " ".join(ast.unparse(line) for line in handler.body)
                ours = caught & {*problems(), "ValueError"} and "OSError" not in caught
                if ours and f"str({handler.name})" in text:
                    found.append(f"{name}:{handler.lineno}")
    assert found == []


def test_a_notice_is_said_in_both_languages() -> None:
    inner = notice("history:paused")
    assert [notice("parity:there", place="cpu", why=inner).text(n) for n in (0, 1)] == [
        "cpu: paused",
        "cpu：已暂停",
    ]
    many = notice("parity:there", place="cpu", why=(inner, verbatim("x")))
    assert [many.text(n) for n in (0, 1)] == ["cpu: paused; x", "cpu：已暂停；x"]
    with pytest.raises(Problem, match="paused"):
        raise Problem(inner)
