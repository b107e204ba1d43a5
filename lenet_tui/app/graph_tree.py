"""The autograd graph as a tree: where each node is met on the way from the root."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lenet_tui.protocol.frame import Graph, GraphNode

DEEP = 60
"""Levels of a tree that are drawn one below the other."""


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


def beside(branches: Sequence[Branch]) -> list[bool]:
    """Which branches stand beside the one above instead of below it, where the tree is deep.

    They are those that most of the tree hangs on: so a chain of thousands is a list, and what is
    below another is never deeper than a few levels (the logarithm of their number).
    """
    levels: list[int] = []
    for branch in branches:
        levels.append(levels[branch.above] + 1 if branch.above >= 0 else 0)
    found = [False] * len(branches)
    if max(levels, default=0) <= DEEP:
        return found
    sizes, largest = [1] * len(branches), [-1] * len(branches)
    for number in range(len(branches) - 1, 0, -1):
        above = branches[number].above
        sizes[above] += sizes[number]
        if largest[above] < 0 or sizes[number] > sizes[largest[above]]:
            largest[above] = number
    for number in largest:
        if number >= 0:
            found[number] = True
    return found
