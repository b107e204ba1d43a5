"""The autograd graph: its nodes, the ops they belong to, and the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.tape.engine.entries import NodeEntry, OpEntry
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
        self._copies = copies
        self.entries: list[NodeEntry] = []
        self._parameters = parameters
        self._passed = passed
        self._stop_after = stop_after
        self._handles: list[Any] = [
            info.node.register_hook(partial(self._done, info)) for info in infos
        ]
        if stop_after is not None:
            self._handles += [info.node.register_prehook(self._before) for info in infos]

    def remove(self) -> None:
        """Remove the hooks, which would otherwise pile up."""
        for handle in self._handles:
            handle.remove()

    def _before(self, received: tuple[Tensor | None, ...]) -> None:
        if len(self.entries) == self._stop_after:
            raise StopHere

    def _done(
        self,
        info: NodeInfo,
        produced: tuple[Tensor | None, ...],
        received: tuple[Tensor | None, ...],
    ) -> None:
        grad = self._parameters[info.parameter].grad if info.parameter else None
        if self._copies and grad is not None:
            grad = grad.detach().clone()
        self.entries.append(
            NodeEntry(
                info.name, info.op, info.module, info.node, produced, received, info.parameter, grad
            )
        )
        self._passed(len(self.entries), info.op)
