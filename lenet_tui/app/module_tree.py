"""The modules of a model as a tree of its forward's ops, in the order in which they run.

A plain list of nodes, parents before what is in them: what is folded is skipped in one step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from lenet_tui.protocol.frame import OpRow, Parameter
from lenet_tui.text.alike import differs_from
from lenet_tui.text.clean import clean

INPUT, MODULE, OP, PARAMETER, TARGET, LOSS = (
    *("input", "module", "op", "parameter"),
    *("target", "loss"),
)
FROZEN, TIED, UNGROUPED = "frozen", "tied", "ungrouped"


@dataclass(frozen=True, slots=True)
class Node:
    """One line that there may be. ``tensor``: what the panes show when it is chosen.

    ``path``: of a module; of others the name. ``title``: that name without the fold's that it is
    in; ``differs``: where it begins to differ from those beside it. ``depth``: in how many folds
    it is. ``parent`` and ``end``: the numbers of the node it is in (-1: none) and of the one after
    the last in it. ``first`` to ``last``: which ops it is, or has in it. ``count``: of the
    parameters' elements, each once. ``marks``: what is true of all its parameters.
    """

    kind: str
    tensor: str
    path: str
    title: str
    depth: int = 0
    parent: int = -1
    end: int = 0
    first: int = 0
    last: int = 0
    count: int = 0
    op: str = ""
    row: OpRow | None = None
    parameter: Parameter | None = None
    marks: tuple[str, ...] = ()
    differs: int = 0

    @property
    def ops(self) -> int:
        """How many ops it has in it."""
        return self.last - self.first


def _stem(name: str) -> str:
    """A name without the number of its repeat."""
    stem, _, number = name.rpartition("#")
    return stem if stem and number.isdecimal() else name


@dataclass(slots=True)
class ModuleTree:
    """``nodes`` in the order of the lines, and where each tensor is."""

    nodes: list[Node] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)

    def above(self, number: int) -> Iterator[int]:
        """The numbers of the nodes that a node is in, the nearest first."""
        while number >= 0 and (number := self.nodes[number].parent) >= 0:
            yield number

    def place_like(self, tensor: str, before: ModuleTree) -> int:
        """Where a tensor of the tree before is here; one of another forward (``conv1#2``) has the
        place of its like, one that is not here the first.
        """
        if tensor in self.places or not self.places:
            return self.places.get(tensor, 0)
        stem = _stem(tensor)
        alike, earlier = ([n for n in t.places if _stem(n) == stem] for t in (self, before))
        which = earlier.index(tensor) if tensor in earlier else 0
        return self.places[alike[min(which, len(alike) - 1)]] if alike else 0

    def visible(self, is_open: Callable[[int], bool]) -> list[int]:
        """The numbers of the nodes that are in no closed one; costs as much as they are many."""
        seen, number = [], 0
        while number < len(self.nodes):
            seen.append(number)
            end = self.nodes[number].end
            number = number + 1 if end > number + 1 and is_open(number) else end
        return seen


def module_tree(
    ops: Sequence[OpRow], parameters: Sequence[Parameter], inputs: Sequence[str] = (INPUT,)
) -> ModuleTree:
    """The tree of a forward: the inputs, its ops in their modules, other parameters, the loss."""
    return _Builder(ops, parameters).build(inputs)


class _Builder:
    def __init__(self, ops: Sequence[OpRow], parameters: Sequence[Parameter]) -> None:
        self._ops = ops
        self._parts = [row.module.split(".") if row.module else [] for row in ops]
        self._parameters = {p.name: p for p in parameters}
        self._nodes: list[Node] = []

    def build(self, inputs: Sequence[str]) -> ModuleTree:
        for name in inputs:
            self._leaf(Node(INPUT, name, name, clean(name)))
        self._run(0, len(self._ops), 0, -1)
        read = {name for row in self._ops for name in row.parameters}
        count = len(self._ops)
        self._unread([name for name in self._parameters if name not in read], 0, -1)
        self._leaf(Node(TARGET, TARGET, TARGET, TARGET, first=count, last=count))
        self._leaf(Node(LOSS, LOSS, LOSS, LOSS, first=count, last=count))
        self._tell_apart()
        places: dict[str, int] = {}
        for number, node in enumerate(self._nodes):
            if node.kind != MODULE:
                places.setdefault(node.tensor, number)
        return ModuleTree(self._nodes, places)

    def _leaf(self, node: Node) -> None:
        self._nodes.append(replace(node, end=len(self._nodes) + 1))

    def _run(self, first: int, last: int, known: int, parent: int) -> None:
        """Add ops ``first`` to ``last``; the first ``known`` parts of their modules are alike."""
        times: dict[str, int] = {}
        at = first
        while at < last:
            parts = self._parts[at]
            if len(parts) == known:
                self._op(at, known, parent)
                at += 1
                continue
            end = at + 1
            while end < last and self._parts[end][known : known + 1] == parts[known : known + 1]:
                end += 1
            if end == at + 1:
                self._op(at, known, parent)
            else:
                self._module(at, end, known, parent, times)
            at = end

    def _module(
        self, first: int, last: int, known: int, parent: int, times: dict[str, int]
    ) -> None:
        parts, common = self._parts[first], known + 1
        while len(parts) > common and all(
            self._parts[n][common : common + 1] == parts[common : common + 1]
            for n in range(first, last)
        ):
            common += 1  # one module that has only another in it
        path, title = ".".join(parts[:common]), ".".join(parts[known:common])
        times[title] = times.get(title, 0) + 1
        if times[title] > 1:  # it runs again
            title = f"{title} #{times[title]}"
        number = len(self._nodes)
        rows = self._ops[first:last]
        names = {name for row in rows for name in row.parameters}
        own = [self._parameters[name] for name in names if name in self._parameters]
        node = Node(
            MODULE, rows[-1].name, path, clean(title), self._depth(parent), parent,
            first=first, last=last, count=sum(math.prod(p.shape) for p in own), marks=_all(own),
        )  # fmt: skip
        self._nodes.append(node)
        self._run(first, last, common, number)
        self._nodes[number] = replace(node, end=len(self._nodes))

    def _op(self, at: int, known: int, parent: int) -> None:
        """Add an op: a module's is titled ``conv1``, called ``conv2d``; another only ``relu``."""
        row, fold = self._ops[at], ".".join(self._parts[at][:known])
        tail = row.name.rpartition(".")[2]
        functional = tail == row.op or tail.startswith(f"{row.op}#")
        own_last = row.name.partition("#")[0] == fold
        title = "" if functional or own_last else row.name.removeprefix(f"{fold}.")
        called = f"{clean(tail if functional else row.op)} {clean(row.short)}".rstrip()
        own = [self._parameters[name] for name in row.parameters if name in self._parameters]
        number = len(self._nodes)
        node = Node(
            OP, row.name, row.name, clean(title), self._depth(parent), parent,
            first=at, last=at + 1, count=row.count, op=called, row=row, marks=_marks(own),
        )  # fmt: skip
        self._nodes.append(node)
        for name in row.parameters:
            self._parameter(name, name.rpartition(".")[2], at, number)
        self._nodes[number] = replace(node, end=len(self._nodes))

    def _parameter(self, name: str, title: str, at: int, parent: int) -> None:
        known = self._parameters.get(name)
        count, marks = math.prod(known.shape) if known else 0, _marks([known] if known else [])
        node = Node(PARAMETER, name, name, clean(title), self._depth(parent), parent)
        self._leaf(replace(node, first=at, last=at, count=count, parameter=known, marks=marks))

    def _unread(self, names: Sequence[str], known: int, parent: int) -> None:
        """Add parameters that no op reads as they are, in their modules; ``known`` as in ``_run``.

        They are all there is before the ops of a forward are known.
        """
        at, count = 0, len(self._ops)
        while at < len(names):
            parts, end = names[at].split("."), at + 1
            while end < len(names) and names[end].split(".")[: known + 1] == parts[: known + 1]:
                end += 1
            inside = names[at:end]
            if len(inside) == 1 or len(parts) == known + 1:
                self._parameter(names[at], ".".join(parts[known:]), count, parent)
                at += 1
                continue
            at, common = end, known + 1
            while all(n.split(".")[: common + 1] == parts[: common + 1] for n in inside) and all(
                n.count(".") > common for n in inside
            ):
                common += 1
            own, number = [self._parameters[n] for n in inside], len(self._nodes)
            node = Node(
                MODULE, inside[0], ".".join(parts[:common]), clean(".".join(parts[known:common])),
                self._depth(parent), parent, first=count, last=count,
                count=sum(math.prod(p.shape) for p in own), marks=_all(own),
            )  # fmt: skip
            self._nodes.append(node)
            self._unread(inside, common, number)
            self._nodes[number] = replace(node, end=len(self._nodes))

    def _depth(self, parent: int) -> int:
        return 0 if parent < 0 else self._nodes[parent].depth + 1

    def _tell_apart(self) -> None:
        """Find where each title begins to differ from those of the nodes beside it."""
        beside: dict[int, list[int]] = {}
        for number, node in enumerate(self._nodes):
            beside.setdefault(node.parent, []).append(number)
        for numbers in beside.values():
            places = differs_from([self._nodes[n].title for n in numbers])
            for number, place in zip(numbers, places, strict=True):
                if place:
                    self._nodes[number] = replace(self._nodes[number], differs=place)


def _all(own: Sequence[Parameter]) -> tuple[str, ...]:
    """What holds of all of these parameters."""
    if not own:
        return ()
    frozen = () if any(p.trained for p in own) else (FROZEN,)
    return frozen if any(p.grouped for p in own) else (*frozen, UNGROUPED)


def _marks(own: Sequence[Parameter]) -> tuple[str, ...]:
    """The same, and whether one of them has a second name."""
    return (*_all(own), TIED) if any(p.also for p in own) else _all(own)
