"""The autograd graph as a tree: which node passes gradients to which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lenet_tui.protocol.frame import Graph, GraphNode


@dataclass(frozen=True, slots=True)
class Branch:
    """A node where the tree meets it, as ``next_functions[slot][0]`` of the branch ``above``.

    ``above``: that branch's number in the tree; -1: there is none. ``again``: the tree has met the
    node before, and shows its branches there.
    """

    node: GraphNode
    slot: int
    again: bool
    above: int


def tree(graph: Graph) -> list[Branch]:
    """All branches from the graph's root, each one before those below it.

    A graph may be deeper than Python's stack: it is walked with a list.
    """
    branches: list[Branch] = []
    met: set[int] = set()
    to_visit = [(graph.root, 0, -1)]
    while to_visit:
        number, slot, above = to_visit.pop()
        node = graph.nodes[number]
        if number not in met:
            here = len(branches)
            to_visit += reversed([(n, slot, here) for slot, n in enumerate(node.next)])
        branches.append(Branch(node, slot, number in met, above))
        met.add(number)
    return branches


def path(start: str, slots: Iterable[int]) -> str:
    """How Python reaches a node from ``start`` (``loss.grad_fn``), slot by slot."""
    return start + "".join(f".next_functions[{slot}][0]" for slot in slots)
