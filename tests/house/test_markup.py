"""Held over the source: no string becomes markup, and what is not ours is cleaned on its way.

Textual reads markup in what labels, options, titles, toasts and tree nodes are made of, unless
that is a ``Content`` or a ``Text``, or ``markup=False`` is said.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.harness.sources import PACKAGE, called, nodes, trees

PLAIN = {"Static", "Label", "RichLog", "HelpText"}
"""Calls that must say ``markup=False``; the app's own ``notify`` never reads markup."""
MADE_OF = {"Option", "add", "add_leaf", "set_label", "Button"}
"""Calls whose first argument must be a Content or Text, or words of ours."""
TITLES = {"border_title", "border_subtitle", "tooltip"}
FOREIGN = {"op", "arguments", "error", "formula", "warnings"}
"""Attributes that hold what is not ours, wherever they are."""
SHOWS = {"Content", "Text", "styled", "assemble", "append", "notify"}
OURS = {"line.arguments", "state.op"}
"""Cleaned already where it is made."""
CLEANED = {"clean", "clean_lines", "add"}
"""Calls that clean what they are given (``add``: a line of the log)."""


@cache
def of_screens() -> dict[Path, ast.Module]:
    """The files that may show something."""
    found = trees().items()
    return {file: tree for file, tree in found if "ui" in file.relative_to(PACKAGE).parts}


@cache
def makers() -> set[str]:
    """Functions and attributes that are a Content or a Text by their annotations."""
    found = set()
    for file, function in nodes(ast.FunctionDef):
        if file in of_screens() and function.returns is not None:
            kinds = set(ast.unparse(function.returns).split(" | "))
            found |= {function.name} if kinds <= {"Content", "Text"} else set()
    for file, given in nodes(ast.AnnAssign):
        if file in of_screens() and isinstance(given.target, ast.Name):
            kind = ast.unparse(given.annotation)
            found |= {given.target.id} if kind in ("Content", "Text") else set()
    return found | {"Content", "Text", "styled", "assemble", "join", "blank", "words"}


class Scope:
    """A function, and whether what stands in it is no bare string."""

    def __init__(self, function: ast.AST) -> None:
        self.values: dict[str, list[ast.expr]] = {}
        self.args: dict[str, str] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._note(target, node.value)
            elif isinstance(node, ast.arg) and node.annotation is not None:
                self.args[node.arg] = ast.unparse(node.annotation)

    def _note(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.values.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, part in zip(target.elts, value.elts, strict=False):
                self._note(one, part)

    def safe(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant):
            return "[" not in str(node.value)
        if isinstance(node, ast.IfExp):
            return self.safe(node.body) and self.safe(node.orelse)
        if isinstance(node, ast.BinOp):
            return self.safe(node.left) and self.safe(node.right)
        if isinstance(node, ast.Subscript):
            return self.safe(node.value)
        if isinstance(node, ast.Attribute):
            return node.attr in makers()
        if isinstance(node, ast.Name):
            annotated = self.args.get(node.id, "")
            given = self.values.get(node.id, [])
            return annotated.removesuffix(" | None") in ("Content", "Text") or (
                bool(given) and all(self.safe(value) for value in given)
            )
        return called(node) in makers()


def complaints(path: Path, tree: ast.Module) -> Iterator[str]:
    made = [n for n in ast.walk(tree) if isinstance(n, (ast.Call, ast.Assign))]
    functions = [
        n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    inner = {id(node): f for f in functions for node in ast.walk(f)}

    @cache
    def scope(function: ast.AST) -> Scope:
        return Scope(function)

    def safe(node: ast.expr) -> bool:
        return scope(inner.get(id(node), tree)).safe(node)

    for node in made:
        where = f"{path}:{node.lineno}"
        name = called(node)
        if name in ("from_markup", "print"):
            yield f"{where} {name}"
        if isinstance(node, ast.Call):
            said = {k.arg: k.value for k in node.keywords}
            plain = said.get("markup")
            if name in PLAIN and not (isinstance(plain, ast.Constant) and plain.value is False):
                yield f"{where} {name} without markup=False"
            shown = node.args[0] if name in MADE_OF and node.args and not in_log(node) else None
            if shown is not None and not safe(shown):
                yield f"{where} {ast.unparse(node)} of a string"
            if name in SHOWS:
                for bad in foreign(node):
                    yield f"{where} {bad} is not cleaned"
        if isinstance(node, ast.Assign):
            for target in node.targets:
                parts = target.elts if isinstance(target, ast.Tuple) else [target]
                for number, part in enumerate(parts):
                    if isinstance(part, ast.Attribute) and part.attr in TITLES:
                        value = node.value
                        if isinstance(value, ast.Tuple):
                            value = value.elts[number]
                        if not safe(value):
                            yield f"{where} {part.attr} = {ast.unparse(value)}"


def in_log(node: ast.Call) -> bool:
    """``add`` of the log (which cleans, and reads no markup) or of a set."""
    owner = ast.unparse(node.func)
    return called(node) == "add" and not owner.endswith((".root.add", "parent.add"))


def foreign(node: ast.AST) -> Iterator[str]:
    """What is not ours below ``node`` and does not pass through ``clean``."""
    for child in ast.iter_child_nodes(node):
        if called(child) in CLEANED or isinstance(child, (ast.Compare, ast.Lambda)):
            continue
        if isinstance(child, ast.IfExp):
            yield from foreign(child.body)
            yield from foreign(child.orelse)
            continue
        if isinstance(child, ast.Attribute) and child.attr in FOREIGN:
            if ast.unparse(child) not in OURS:
                yield ast.unparse(child)
        elif isinstance(child, ast.keyword) or called(child) not in SHOWS:
            yield from foreign(child)


@pytest.mark.slow
def test_nothing_becomes_markup_and_what_is_not_ours_is_cleaned() -> None:
    assert [line for path, tree in of_screens().items() for line in complaints(path, tree)] == []


@pytest.mark.parametrize(
    "line",
    [
        "Static(name)",
        "Label(name, markup=True)",
        "Text.from_markup('x')",
        "print(x)",
        "Option(f'{name}')",
        "Option(name)",
        "tree.root.add(line.title, line)",
        "node.add_leaf(title)",
        "self.border_title = name",
        "self.border_title, self.border_subtitle = Content('x'), f'[{name}]'",
        "Content(node.op)",
        "Content.styled(f'{row.op} x', 'bold')",
        "text.append(report.error)",
        "app.notify(words('x', reason=report.error), markup=False)",
    ],
)
def test_what_is_held_would_be_found(line: str) -> None:
    """Else it would hold nothing."""
    tree = ast.parse(f"def f(self, name: str):\n    {line}\n")
    assert list(complaints(PACKAGE / "app" / "ui" / "x.py", tree))
