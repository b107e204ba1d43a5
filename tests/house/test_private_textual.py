"""Private names of Textual and rich are used in one folder only, where a version check guards them.

A private name of theirs is a module, function, class or attribute that begins with one underscore.
Our own classes may have private names too, unless a class of Textual that they extend has the same.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.harness.terminal import ROOT

PACKAGE = ROOT / "lenet_tui"
ROOM = PACKAGE / "terminal" / "ui" / "private"
LIBRARIES = ("textual", "rich")
BY_NAME = ("getattr", "setattr", "hasattr", "delattr", "patch")
"""Functions that take an attribute's name as a string."""


def meets_them(file: Path) -> bool:
    """Whether a file may hold objects of these libraries."""
    return "ui" in file.parts or "from rich" in file.read_text("utf-8")


files = pytest.mark.parametrize(
    "file",
    [f for f in sorted(PACKAGE.rglob("*.py")) if meets_them(f) and ROOM not in f.parents],
    ids=lambda file: str(file.relative_to(PACKAGE)),
)


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def of_a_library(module: str) -> bool:
    return module.partition(".")[0] in LIBRARIES


@files
def test_no_private_module_or_function_is_imported(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            assert not (of_a_library(name) and any(map(is_private, name.split(".")))), name
            assert not name.startswith("lenet_tui.terminal.ui.private") or guarded(file, node), name


def guarded(file: Path, node: ast.AST) -> bool:
    """Whether a statement is in the body of an ``if`` that asks ``private_ok()``."""
    for branch in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(branch, ast.If) and "private_ok()" in ast.unparse(branch.test):
            body = {ast.dump(part, include_attributes=True) for part in branch.body}
            if ast.dump(node, include_attributes=True) in body:
                return True
    return False


@files
def test_no_private_attribute_of_theirs_is_used_or_overridden(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    own = set(defined(tree))
    for name, owner in used(tree):
        if owner is None:
            assert name in own, f"{name} is an attribute of something that {file} does not define"
        elif base := library_base_with(file, owner, name):
            raise AssertionError(f"{owner}: {base} has a {name} too")


def used(tree: ast.AST, owner: str | None = None) -> Iterator[tuple[str, str | None]]:
    """Private attributes, each with the class of ours whose ``self`` (or body) has it, if any."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            inner = f"{owner}.{node.name}" if owner else node.name
            yield from ((name, inner) for name in in_body(node) if is_private(name))
            yield from used(node, inner)
            continue
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            ours = ast.unparse(node.value) in ("self", "cls", "super()")
            if ast.unparse(node) != "os._exit":
                yield node.attr, owner if ours else None
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in BY_NAME:
            strings = (a.value for a in node.args if isinstance(a, ast.Constant))
            yield from ((s, None) for s in strings if isinstance(s, str) and is_private(s))
        yield from used(node, owner)


def in_body(node: ast.ClassDef) -> Iterator[str]:
    """Names that a class's body binds."""
    for statement in node.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement.name
        else:
            for part in ast.walk(statement):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    yield part.id


def defined(tree: ast.AST) -> Iterator[str]:
    """Private names that classes and modules of a source define."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from in_body(node)
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and ast.unparse(node.value) in ("self", "cls")
        ):
            yield node.attr


def library_base_with(file: Path, owner: str, name: str) -> str | None:
    """The class of Textual or rich among the bases of ours, ``owner``, that has ``name``."""
    module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    found: object = importlib.import_module(module)
    for part in owner.split("."):
        found = getattr(found, part)
    assert isinstance(found, type)
    for base in found.__mro__:
        if of_a_library(base.__module__) and name in names_of(base):
            return base.__qualname__
    return None


@cache
def names_of(kind: type) -> frozenset[str]:
    """What a class of a library and its instances have."""
    source = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    return frozenset((*vars(kind), *defined(source)))


def test_the_scan_finds_each_kind_of_use() -> None:
    source = """
class Ours(Widget):
    _size = 1
    def _on_mount(self):
        self._layout_required = getattr(self.app, "_exception")
        self.screen._compositor.reset()
        super()._render()
"""
    assert set(used(ast.parse(source))) == {
        ("_size", "Ours"), ("_on_mount", "Ours"), ("_layout_required", "Ours"),
        ("_exception", None), ("_compositor", None), ("_render", "Ours"),
    }  # fmt: skip
    from textual.widget import Widget  # noqa: PLC0415

    names = frozenset().union(*(names_of(base) for base in Widget.__mro__ if base is not object))
    assert {"_size", "_on_mount", "_layout_required", "_render"} <= names
