"""Takes the definitions that a name needs out of a module's source, with the imports they use."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from lenet_tui.protocol.request import Rejected
from lenet_tui.training.source_text import without_asides

ALLOWED = frozenset({*sys.stdlib_module_names, "torch"})


@dataclass(frozen=True, slots=True)
class Pulled:
    """``imports`` by the names they bind, ``definitions`` by their names, in source order."""

    imports: dict[str, str]
    definitions: dict[str, str]


def pull(source: str, wanted: Iterable[str]) -> Pulled:
    """What is at the top level of ``source`` and is needed by the ``wanted`` names.

    ``Rejected`` if that takes more than torch and the standard library.
    """
    module = _Module(source)
    found: dict[str, str] = {}
    imports: dict[str, str] = {}
    todo = list(wanted)
    while todo:
        name = todo.pop()
        if name in module.imports:
            imports[name] = module.imports[name]
        elif name in module.definitions and name not in found:
            node = module.definitions[name]
            found[name] = module.text(node)
            todo += _names(node)
        elif name in module.unclear:
            raise Rejected("export:unclear", name=name)
    for line in imports.values():
        if _root(line) not in ALLOWED:
            raise Rejected("export:import", line=line)
    ordered = {name: found[name] for name in module.definitions if name in found}
    return Pulled({n: imports[n] for n in module.imports if n in imports}, ordered)


def merged(*parts: Pulled) -> Pulled:
    """All of them together; ``Rejected`` where one name would mean two things."""
    imports: dict[str, str] = {}
    definitions: dict[str, str] = {}
    for part in parts:
        for name, text in (*part.imports.items(), *part.definitions.items()):
            known = {**imports, **definitions}.get(name, text)
            if known != text:
                raise Rejected("export:name-taken", name=name)
        imports |= part.imports
        definitions |= part.definitions
    return Pulled(imports, definitions)


def import_lines(imports: Iterable[str]) -> list[str]:
    """Import statements, each once: the standard library's, a blank line, torch's."""
    plain = sorted({line for line in imports if line.startswith("import ")})
    origins: dict[str, set[str]] = {}
    for line in imports:
        if line not in plain:
            origin, _, names = line.removeprefix("from ").partition(" import ")
            origins.setdefault(origin, set()).add(names)
    plain += [f"from {o} import {', '.join(sorted(origins[o]))}" for o in sorted(origins)]
    torch = [line for line in plain if _root(line) == "torch"]
    rest = [line for line in plain if line not in torch]
    return [*rest, *([""] if rest and torch else []), *torch]


class _Module:
    """What a module's top level binds."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines()
        self.imports: dict[str, str] = {}
        self.definitions: dict[str, ast.stmt] = {}
        self.unclear: set[str] = set()
        for node in ast.parse(source).body:
            self._take(node)

    def _take(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                self.imports[name] = ast.unparse(ast.Import([alias]))
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                line = ast.unparse(ast.ImportFrom(node.module, [alias], node.level))
                self.imports[alias.asname or alias.name] = line
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.definitions[node.name] = node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    self.definitions[target.id] = node
                else:
                    self.unclear |= _stored(target)
        else:
            self.unclear |= _stored(node)

    def text(self, node: ast.stmt) -> str:
        """The source of a definition with its decorators, without remarks to type checkers."""
        above = [d.lineno for d in getattr(node, "decorator_list", ())]
        first, last = min([node.lineno, *above]), node.end_lineno
        return without_asides("\n".join(self._lines[first - 1 : last]))


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _stored(node: ast.AST) -> set[str]:
    """Every name that a statement binds, in whatever way."""
    names: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            names.add(inner.id)
        elif isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(inner.name)
        elif isinstance(inner, (ast.Import, ast.ImportFrom)):
            names |= {a.asname or a.name.partition(".")[0] for a in inner.names}
    return names


def _root(line: str) -> str:
    return line.split()[1].partition(".")[0]
