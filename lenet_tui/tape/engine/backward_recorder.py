"""The autograd graph: its nodes, the ops they belong to, and the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import repeat
from operator import attrgetter
from typing import Any

from torch import Tensor
from torch.autograd.function import BackwardCFunction
from torch.autograd.graph import Node

from lenet_tui.tape.engine.entries import Entry, GradientEntry, NodeEntry, OpEntry
from lenet_tui.tape.engine.new_node import leaf_node
from lenet_tui.tape.engine.node_hooks import NodeHooks
from lenet_tui.tape.engine.op_recorder import StopHere

_KINDS: dict[type, str] = {}
"""The kinds of nodes, by their classes: a graph has thousands of few."""
_ACCUMULATES = "AccumulateGrad"
_Accumulates = type(leaf_node())


def walk(
    roots: Sequence[Node], ops: Iterable[OpEntry], parameters: dict[int, str]
) -> list[NodeEntry]:
    """Every node reachable from these, in the order met, as not run yet.

    ``parameters``: name by ``id`` of the tensor. A node that no op returned (the transpose of a
    linear's weight) belongs to the op whose node led to it.
    """
    owners = _owners(ops)
    found: list[NodeEntry] = []
    seen: set[Node] = set()
    waiting = [(node, NodeEntry("", "", "", node)) for node in reversed(roots)]
    while waiting:
        node, before = waiting.pop()
        sort = type(node)
        if sort is _Accumulates:
            before.last = True
        if node in seen:
            continue
        seen.add(node)
        op = _KINDS.get(sort) or kind(node)
        if op == _ACCUMULATES:
            name = parameters.get(id(node.variable), "")  # type: ignore[attr-defined]
            found.append(NodeEntry(name, op, name.rpartition(".")[0], node, (), name))
            continue
        own = owners.get(node) or before
        following = node.next_functions
        entry = NodeEntry(own.name, op, own.module, node, following)
        found.append(entry)
        for n, _ in reversed(following):
            if n is not None:
                waiting.append((n, entry))
    return found


def _owners(ops: Iterable[OpEntry]) -> dict[Node, Entry]:
    """The op that returned what each node made, the last one of several."""
    found: dict[Node, Entry] = {}
    for op in ops:
        if len(op.edges) > 1:
            found.update((edge[0], op) for edge in op.edges if edge is not None)
        elif op.node is not None:
            found[op.node] = op
    return found


def kind(node: Node) -> str:
    """``AddmmBackward0``, ``AccumulateGrad``, …: the node's name without its namespace."""
    name = node.name().rpartition("::")[2]
    if type(node).__name__ == name:  # not where several kinds have a class in common
        _KINDS[type(node)] = name
    return name


class BackwardRecorder:
    """Hooks on every node; ``entries`` grow in the order in which autograd runs them.

    A function with a backward of its own may run another one in it, as a reentrant checkpoint does:
    the parameters that only that one reaches have an entry each time it gives them a gradient.
    ``copies``: of the parameters' gradients, which the owner's code may write in place. ``apart``:
    what nodes produced lies nowhere else, as that code may write into ``.grad`` later.
    """

    def __init__(
        self,
        nodes: list[NodeEntry],
        parameters: dict[str, Tensor],
        passed: Callable[[int, str], None],
        stop_after: int | None = None,
        *,
        copies: bool = False,
        apart: bool = False,
    ) -> None:
        self.watch: Callable[[Sequence[Entry]], None] | None = None
        """What is called after each node, with all entries so far."""
        made = [*map(attrgetter("node"), nodes)]
        nested = any(issubclass(sort, BackwardCFunction) for sort in {*map(type, made)})
        self._copies = copies or nested
        self.entries: list[Entry] = []
        self._parameters = parameters
        self._passed = passed
        self._stop_after = stop_after
        self._hands_over = not (apart or self._copies)
        ran = map(partial, repeat(self._ran), nodes)
        self._handles: list[Any] = [NodeHooks(zip(made, ran, strict=True))]
        if stop_after is not None:
            self._handles += [entry.node.register_prehook(self._before) for entry in nodes]
        if nested:
            self._know_all({entry.parameter for entry in nodes})

    def remove(self) -> None:
        """Remove the hooks, which would otherwise pile up."""
        for handle in self._handles:
            handle.remove()

    def _before(self, received: tuple[Tensor | None, ...]) -> None:
        if self._stop_after is not None and len(self.entries) >= self._stop_after:
            raise StopHere

    def _know_all(self, reached: set[str]) -> None:
        """Have the other parameters say when they are given a gradient."""
        self._given: dict[str, Tensor | None] = {}
        for name, p in self._parameters.items():
            if name not in reached and p.requires_grad and p.is_leaf:
                self._given[name] = _copy(p.grad)
                gave = partial(self._gave, name)
                handle = p.register_post_accumulate_grad_hook(gave)  # type: ignore[no-untyped-call]
                self._handles.append(handle)

    def _gave(self, name: str, parameter: Tensor) -> None:
        before, after = self._given[name], _copy(parameter.grad)
        self._given[name] = after
        module = name.rpartition(".")[0]
        self.entries.append(GradientEntry(name, _ACCUMULATES, module, before, after))
        self._passed(len(self.entries), _ACCUMULATES)

    def _ran(
        self,
        entry: NodeEntry,
        produced: tuple[Tensor | None, ...],
        received: tuple[Tensor | None, ...],
    ) -> None:
        """A node ran. Where what it produced becomes a ``.grad``, keep that memory, not the tensor:
        of a tensor that is held autograd makes a copy for each ``.grad``.
        """
        if entry.has_run:
            entry = replace(entry)
        if entry.parameter:
            grad = self._parameters[entry.parameter].grad
            entry.grad = _copy(grad) if self._copies else grad
        elif entry.last and self._hands_over:
            pairs = zip(produced, entry.following, strict=True)
            produced = tuple(
                [t if t is None or type(e[0]) is not _Accumulates else t.detach() for t, e in pairs]
            )
        entry.has_run, entry.produced, entry.received = True, produced, received
        entries = self.entries
        entries.append(entry)
        self._passed(len(entries), entry.op)
        if self.watch is not None:
            self.watch(entries)


def _copy(gradient: Tensor | None) -> Tensor | None:
    return None if gradient is None else gradient.detach().clone()
