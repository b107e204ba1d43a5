"""The autograd graph as a tree: which node passes gradients to which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lenet_tui.protocol.frame import Graph, GraphNode


@dataclass(frozen=True, slots=True)
class Branch:
    """A node where the tree meets it, as ``next_functions[slot][0]`` of the one above.

    ``again``: the tree has met it before, and shows its branches there.
    """

    node: GraphNode
    slot: int
    again: bool
    branches: tuple[Branch, ...]


def tree(graph: Graph) -> Branch:
    """The tree from the graph's root.

    A graph may be deeper than Python's stack: it is walked with a list, then built from the leaves.
    """
    met: dict[int, tuple[int, int]] = {}
    order: list[int] = []
    to_visit = [(graph.root, (-1, 0))]
    while to_visit:
        number, place = to_visit.pop()
        if number in met:
            continue
        met[number] = place
        order.append(number)
        onward = graph.nodes[number].next
        to_visit += reversed([(n, (number, slot)) for slot, n in enumerate(onward)])
    built: dict[int, Branch] = {}
    for number in reversed(order):
        branches = tuple(
            built[n] if met[n] == (number, slot) else Branch(graph.nodes[n], slot, True, ())
            for slot, n in enumerate(graph.nodes[number].next)
        )
        built[number] = Branch(graph.nodes[number], met[number][1], False, branches)
    return built[graph.root]


def path(start: str, slots: Iterable[int]) -> str:
    """How Python reaches a node from ``start`` (``loss.grad_fn``), slot by slot."""
    return start + "".join(f".next_functions[{slot}][0]" for slot in slots)
