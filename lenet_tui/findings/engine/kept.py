"""What keeps the graphs of earlier iterations alive, and the line where it takes them."""

from __future__ import annotations

import ast
import gc
import inspect
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CellType, FrameType, FunctionType
from typing import Any

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.findings.engine.calls import node_of
from lenet_tui.findings.engine.holders import MOST, SEVERAL, holdings
from lenet_tui.findings.engine.nodes import edges, sequence
from lenet_tui.training.engine.frame_locals import frame_locals
from lenet_tui.training.engine.own_errors import is_own_file
from lenet_tui.training.engine.trainer import Trainer

NODES = 50_000
"""Nodes of a graph that are gone through."""
DEEPEST = 6
ADDING = ("append", "appendleft", "add", "extend", "insert", "update", "setdefault", "put")


@dataclass(frozen=True, slots=True)
class Kept:
    """``holder``: a name, as ``curve`` or ``meter.losses``; ``kind``: of what it holds them in.

    ``graphs``: of how many iterations. ``lines``: where something is put into it, ``file.py:17``.
    ``bounded``: whether it lets go of the oldest by itself.
    """

    holder: str
    kind: str
    graphs: int
    lines: tuple[str, ...]
    bounded: bool = False


def kept(trainer: Trainer, born: Callable[[int], int], earlier: Collection[int]) -> Kept | None:
    """Who holds graphs of the most iterations; ``None``: nobody was found.

    ``born``: the iteration of a node by autograd's count of it; ``earlier``: those whose graphs are
    of no more use.
    """
    most: Kept | None = None
    for holding in holdings(trainer):
        found = _iterations((t for _, t in holding.tensors()), born, earlier)
        if found > (most.graphs if most is not None else 1):
            kind = type(holding.value).__name__
            bounded = isinstance(holding.value, deque) and holding.value.maxlen is not None
            lines = tuple(_lines(trainer, holding.name, None))
            most = Kept(holding.name, kind, found, lines, bounded)
    return most or _anywhere(trainer, born, earlier)


def only_put_into(trainer: Trainer, first: int) -> bool:
    """Whether all that hold a graph are lists and the like that nobody reads.

    Then no later backward leads into one. ``first``: as autograd has counted its first node.
    """

    def graph(tensor: Tensor) -> bool:
        return (sequence(node_of(tensor)) or -1) >= first

    held = [h.name for h in holdings(trainer) if any(graph(t) for _, t in h.tensors())]
    return bool(held) and all(_unread(trainer, name) for name in held)


def _unread(trainer: Trainer, name: str) -> bool:
    """Whether the file that puts something into what has this name does nothing else to it."""
    leaf = name.rpartition(".")[2]
    path = next((path for path in _files(trainer) if leaf in _puts(path)), "")
    return bool(path) and _only_adds(path, leaf)


def _iterations(
    tensors: Iterable[Tensor], born: Callable[[int], int], earlier: Collection[int]
) -> int:
    """Of how many earlier iterations these tensors hold nodes."""
    roots = [root for tensor in tensors if (root := node_of(tensor)) is not None]
    numbers = [sequence(root) for root in roots]
    found = {born(n) for n in numbers if n is not None and born(n) in earlier}
    if len(found) == len(earlier):  # as of a list of losses
        return len(found)
    seen = 0
    for root in roots:
        for _, node in edges(root):
            number = sequence(node)
            if number is not None and born(number) in earlier:
                found.add(born(number))
            seen += 1
            if seen > NODES:
                return len(found)
    return len(found)


def _anywhere(
    trainer: Trainer, born: Callable[[int], int], earlier: Collection[int]
) -> Kept | None:
    """Of all tensors that there are, those of earlier iterations, and a name that leads to one."""
    gc.unfreeze()  # what a check had set aside
    tensors: list[Tensor] = []
    known: set[Node] = set()
    for each in gc.get_objects():
        if issubclass(type(each), Tensor) and each.requires_grad and len(known) < NODES:
            root = node_of(each)
            nodes = {n for _, n in edges(root)} - known if root is not None else set()
            numbers = (sequence(node) for node in nodes)
            if any(number is not None and born(number) in earlier for number in numbers):
                tensors.append(each)
            else:
                known |= nodes
    ways = [way for t in tensors[:MOST] if (way := _way(t, {id(tensors)})) is not None]
    names = [way[0] for way in ways]
    for name in sorted(set(names), key=names.count, reverse=True):
        _, kind, file = next(way for way in ways if way[0] == name)
        graphs = _iterations((t for t in tensors), born, earlier)
        return Kept(name, kind, graphs, tuple(_lines(trainer, name, file)))
    return None


Way = tuple[str, str, str]
"""A name, the kind of what holds it, and the file of whose code it is."""


def _way(start: Any, left_out: set[int]) -> Way | None:
    """Go from an object to who refers to it, as far as a name; the nearest one."""
    waiting: list[tuple[Any, str, int]] = [(start, "", 0)]
    seen = {id(start), *left_out, id(waiting)}
    while waiting:
        one, kind, depth = waiting.pop(0)
        for by in gc.get_referrers(one):
            if id(by) in seen:
                continue
            seen.add(id(by))
            named = _named(by, one, kind or type(one).__name__)
            if named is not None:
                return named
            if isinstance(by, (*SEVERAL, dict)) and depth < DEEPEST:
                waiting.append((by, type(by).__name__, depth + 1))
    return None


def _named(by: Any, one: Any, kind: str) -> Way | None:
    """The name that ``by`` has for ``one``."""
    if isinstance(by, FrameType):
        file = by.f_code.co_filename
        name = next((n for n, v in frame_locals(by).items() if v is one), "")
        return (name, kind, file) if name and is_own_file(file) else None
    if isinstance(by, CellType):
        for function in (f for t in gc.get_referrers(by) for f in gc.get_referrers(t)):
            if isinstance(function, FunctionType) and by in (function.__closure__ or ()):
                code = function.__code__
                at = next(n for n, c in enumerate(function.__closure__ or ()) if c is by)
                return code.co_freevars[at], kind, code.co_filename
        return None
    if isinstance(by, dict):
        key = next((k for k, v in by.items() if v is one), None)
        if isinstance(key, str) and "__name__" in by and "__builtins__" in by:
            return key, kind, str(by.get("__file__") or "")
        owner = next((o for o in gc.get_referrers(by) if getattr(o, "__dict__", None) is by), None)
        return _of_object(owner, one, kind)
    return _of_object(by, one, kind)


def _of_object(owner: Any, one: Any, kind: str) -> Way | None:
    attributes = getattr(owner, "__dict__", None)
    if owner is None or not isinstance(attributes, dict):
        return None
    key = next((k for k, v in attributes.items() if v is one), None)
    try:
        file = inspect.getsourcefile(type(owner)) or ""
    except TypeError:
        file = ""
    if not isinstance(key, str) or not is_own_file(file):
        return None
    return f"{type(owner).__name__}.{key}", kind, file


# Lines


def _lines(trainer: Trainer, name: str, file: str | None) -> Iterator[str]:
    """The lines of the owner's files that put something into what has this name."""
    leaf = name.rpartition(".")[2]
    for path in _files(trainer, file):
        found = _puts(path).get(leaf, ())
        if found:
            yield from (f"{Path(path).name}:{number}" for number in found)
            return


def _files(trainer: Trainer, file: str | None = None) -> Iterator[str]:
    """The owner's files: a given one, the training file, and those of the classes of its names."""
    files = dict.fromkeys([file or "", str(trainer.file.names.get("__file__") or "")])
    for value in trainer.file.names.values():
        with suppress(TypeError):  # it has none
            kind = value if isinstance(value, type) else type(value)
            files[inspect.getsourcefile(kind) or ""] = None
    return (path for path in files if path and is_own_file(path))


@lru_cache(maxsize=16)
def _puts(path: str) -> dict[str, tuple[int, ...]]:
    """The lines inside of functions and loops that add to a name, by the last part of it.

    Where nothing adds to it, those that assign to it.
    """
    adds: dict[str, list[int]] = {}
    assigns: dict[str, list[int]] = {}
    for node in _inner(path):
        if isinstance(node, ast.AugAssign):
            _note(adds, node.target, node.lineno)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ADDING:
                _note(adds, node.func.value, node.lineno)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                into = adds if isinstance(target, ast.Subscript) else assigns
                if not isinstance(node.value, (ast.Constant, ast.List, ast.Dict)):
                    _note(into, target, node.lineno)
    return {name: tuple(sorted(set(lines))) for name, lines in {**assigns, **adds}.items()}


@lru_cache(maxsize=16)
def _only_adds(path: str, leaf: str) -> bool:
    """Whether functions and loops do nothing with a name but call what adds to it."""
    nodes = _inner(path)
    calls = [n.func for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    adding = {id(func.value) for func in calls if func.attr in ADDING}
    named = [n for n in nodes if leaf in (getattr(n, "id", ""), getattr(n, "attr", ""))]
    return all(id(node) in adding for node in named)


@lru_cache(maxsize=16)
def _inner(path: str) -> tuple[ast.AST, ...]:
    """What is inside of functions and loops of a file."""
    try:
        tree = ast.parse(Path(path).read_text("utf-8"))
    except (OSError, SyntaxError, ValueError):
        return ()
    inner = [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.For, ast.While))]
    return tuple({id(n): n for scope in inner for n in ast.walk(scope)}.values())


def _note(found: dict[str, list[int]], target: ast.expr, line: int) -> None:
    while isinstance(target, (ast.Subscript, ast.Call)):
        target = target.value if isinstance(target, ast.Subscript) else target.func
        if isinstance(target, ast.Attribute) and target.attr in ADDING:
            target = target.value
    if isinstance(target, ast.Name):
        found.setdefault(target.id, []).append(line)
    elif isinstance(target, ast.Attribute):
        found.setdefault(target.attr, []).append(line)
