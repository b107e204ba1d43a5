"""Private names of Textual and rich are used in one folder only, where a version check guards them.

A private name of theirs is a module, function, class or attribute that begins with one underscore.
Our own classes may have private names too, unless a class of Textual that they extend has the same.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.harness.sources import PACKAGE, called, trees
from tests.harness.terminal import ROOT

ROOM = PACKAGE / "terminal" / "ui" / "private"
LIBRARIES = ("textual", "rich")
BY_NAME = ("getattr", "setattr", "hasattr", "delattr", "patch")
"""Functions that take an attribute's name as a string."""


def meets_them(file: Path) -> bool:
    """Whether a file may hold objects of these libraries."""
    return "ui" in file.parts or "from rich" in file.read_text("utf-8")


@cache
def files() -> dict[Path, ast.Module]:
    """The files outside the room that may hold objects of these libraries, each parsed."""
    found = trees().items()
    return {file: tree for file, tree in found if meets_them(file) and ROOM not in file.parents}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def of_a_library(module: str) -> bool:
    return module.partition(".")[0] in LIBRARIES


def imports(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """What a source imports, with the statement that does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def test_no_private_module_or_function_is_imported() -> None:
    assert len(files()) > 100
    for file, tree in files().items():
        for node, name in imports(tree):
            private = of_a_library(name) and any(map(is_private, name.split(".")))
            assert not private, (file, name)
            ours = name.startswith("lenet_tui.terminal.ui.private")
            assert not ours or guarded(tree, node), (file, name)


def guarded(tree: ast.AST, node: ast.AST) -> bool:
    """Whether a statement is in the body of an ``if`` that asks ``private_ok()``."""
    for branch in ast.walk(tree):
        if isinstance(branch, ast.If) and "private_ok()" in ast.unparse(branch.test):
            body = {ast.dump(part, include_attributes=True) for part in branch.body}
            if ast.dump(node, include_attributes=True) in body:
                return True
    return False


def test_no_private_attribute_of_theirs_is_used_or_overridden() -> None:
    wrong = []
    for file, tree in files().items():
        own = set(defined(tree))
        for name, owner in used(tree):
            if owner is None and name not in own:
                wrong.append(f"{name} is an attribute of something that {file} does not define")
            elif owner is not None and (base := library_base_with(file, owner, name)):
                wrong.append(f"{file}: {owner}: {base} has a {name} too")
    assert wrong == []


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
        elif isinstance(node, ast.Call) and called(node) in BY_NAME:
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
    return frozenset((*vars(kind), *defined(classes_of(kind.__module__)[kind.__qualname__])))


@cache
def classes_of(module: str) -> dict[str, ast.ClassDef]:
    """The classes of a module by their qualified names."""
    return dict(classes(ast.parse(inspect.getsource(importlib.import_module(module)))))


def classes(node: ast.AST, above: str = "") -> Iterator[tuple[str, ast.ClassDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield above + child.name, child
            yield from classes(child, f"{above}{child.name}.")
        elif isinstance(child, (ast.If, ast.Try)):
            yield from classes(child, above)


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
