"""The autograd graph: its nodes, the ops they belong to, and the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import Tensor
from torch.autograd.function import BackwardCFunction
from torch.autograd.graph import Node

from lenet_tui.tape.engine.entries import Entry, GradientEntry, NodeEntry, OpEntry
from lenet_tui.tape.engine.forward_recorder import StopHere


@dataclass(slots=True, eq=False)
class NodeInfo:
    """A node reachable from a root. ``name`` and ``module``: of the forward op it came from."""

    node: Node
    op: str
    name: str
    module: str
    parameter: str
    next: tuple[Node, ...]


_KINDS: dict[type, str] = {}
"""The kinds of nodes, by their classes: a graph has thousands of few."""


def walk(
    root: Node | Sequence[Node], ops: Iterable[OpEntry], parameters: dict[int, str]
) -> list[NodeInfo]:
    """Every node reachable from ``root``, or from several, in the order met.

    ``parameters``: name by ``id`` of the tensor. A node that no op returned (the transpose of a
    linear's weight) belongs to the op whose node led to it.
    """
    owners = {e[0]: (op.name, op.module) for op in ops for e in op.edges if e is not None}
    found: list[NodeInfo] = []
    seen: set[Node] = set()
    roots = [root] if isinstance(root, Node) else list(root)
    waiting: list[tuple[Node, tuple[str, str]]] = [(node, ("", "")) for node in reversed(roots)]
    while waiting:
        node, led = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        owner = owners.get(node, led)
        onward = tuple([n for n, _ in node.next_functions if n is not None])
        op = _KINDS.get(type(node)) or kind(node)
        if op == "AccumulateGrad":
            name = parameters.get(id(node.variable), "")  # type: ignore[attr-defined]
            found.append(NodeInfo(node, op, name, name.rpartition(".")[0], name, onward))
            continue
        found.append(NodeInfo(node, op, *owner, "", onward))
        waiting += [(n, owner) for n in reversed(onward)]
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
    ``copies``: of the parameters' gradients, which the owner's code may write in place.
    """

    def __init__(
        self,
        infos: list[NodeInfo],
        parameters: dict[str, Tensor],
        passed: Callable[[int, str], None],
        stop_after: int | None = None,
        copies: bool = False,
    ) -> None:
        nested = any(isinstance(info.node, BackwardCFunction) for info in infos)
        self._copies = copies or nested
        self.entries: list[Entry] = []
        self._parameters = parameters
        self._passed = passed
        self._stop_after = stop_after
        self._handles: list[Any] = [
            info.node.register_hook(partial(self._done, info)) for info in infos
        ]
        if stop_after is not None:
            self._handles += [info.node.register_prehook(self._before) for info in infos]
        if nested:
            self._know_all({info.parameter for info in infos})

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
        self.entries.append(GradientEntry(name, "AccumulateGrad", module, before, after))
        self._passed(len(self.entries), "AccumulateGrad")

    def _done(
        self,
        info: NodeInfo,
        produced: tuple[Tensor | None, ...],
        received: tuple[Tensor | None, ...],
    ) -> None:
        grad = self._parameters[info.parameter].grad if info.parameter else None
        if self._copies:
            grad = _copy(grad)
        self.entries.append(
            NodeEntry(
                info.name, info.op, info.module, info.node, produced, received, info.parameter, grad
            )
        )
        self._passed(len(self.entries), info.op)


def _copy(gradient: Tensor | None) -> Tensor | None:
    return None if gradient is None else gradient.detach().clone()
