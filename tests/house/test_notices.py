"""Held over the source: what a person is told of crosses as a key that both languages have.

What argparse itself says of the command line is English.
"""

from __future__ import annotations

import ast
import string
from functools import cache
from importlib import import_module

import pytest

from lenet_tui.text.notice import Problem, notice, verbatim
from tests.harness.sources import PACKAGE, called, nodes

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
def problems() -> set[str]:
    """The classes that are a ``Problem``, by their names."""
    classes = {c.name: {ast.unparse(b) for b in c.bases} for _, c in nodes(ast.ClassDef)}
    found = {"Problem"}
    while True:
        more = {name for name, bases in classes.items() if found & bases} - found
        if not more:
            return found
        found |= more


def literals(node: ast.expr) -> list[ast.expr]:
    """The one or two expressions that an argument may be."""
    if isinstance(node, ast.IfExp):
        return [*literals(node.body), *literals(node.orelse)]
    return [node]


@cache
def said() -> list[tuple[str, ast.Call, str | None]]:
    """Each notice made and each problem raised: where, the call, its key; ``None``: no literal."""
    makes = {"notice", *problems()}
    return [
        (
            f"{file.relative_to(PACKAGE)}:{node.lineno}",
            node,
            str(one.value) if isinstance(one, ast.Constant) else None,
        )
        for file, node in nodes(ast.Call)
        if node.args and called(node) in makes
        for one in literals(node.args[0])
    ]


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
    functions = [function for _, function in nodes(ast.FunctionDef)]
    return {f.name for f in functions if f.returns and ast.unparse(f.returns) in problems()}


def test_no_other_exception_holds_a_text() -> None:
    found = []
    known = {*problems(), *makers(), *INTERNAL, "refuse"}
    for file, node in nodes(ast.Raise):
        if not isinstance(node.exc, ast.Call) or called(node.exc) in known:
            continue
        inside = [part for given in node.exc.args for part in ast.walk(given)]
        if any(isinstance(n, ast.Constant) and isinstance(n.value, str) for n in inside):
            found.append(f"{file}:{node.lineno} {ast.unparse(node.exc)}")
    assert found == []


def test_screens_say_a_problem_in_their_own_language() -> None:
    """``str`` of one is English. What the system says of a file is in its own language."""
    found = []
    for file, handler in nodes(ast.ExceptHandler):
        if "ui" in file.relative_to(PACKAGE).parts and handler.type is not None:
            caught = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
            text = " ".join(ast.unparse(line) for line in handler.body)
            ours = caught & {*problems(), "ValueError"} and "OSError" not in caught
            if ours and f"str({handler.name})" in text:
                found.append(f"{file}:{handler.lineno}")
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
