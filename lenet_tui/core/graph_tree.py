"""The autograd graph as a tree: who hands gradients to whom, in the notebook's own words."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.core.frames import Graph, GraphNode


@dataclass(frozen=True, slots=True)
class Branch:
    """A node where the tree meets it. ``path``: how Python reaches it from the root.

    ``again``: met before; its own branches stand there.
    """

    node: GraphNode
    path: str
    again: bool
    branches: tuple[Branch, ...]


def tree(graph: Graph, start: str) -> Branch:
    """The tree from the graph's root; ``start``: how Python names it (``loss.grad_fn``)."""
    made: dict[int, Branch] = {}
    seen: set[int] = set()
    order: list[tuple[int, str, tuple[int, ...]]] = []
    # A graph may be deeper than Python's stack: walk it with a list, then build from the leaves.
    waiting = [(graph.root, start)]
    while waiting:
        number, path = waiting.pop()
        if number in seen:
            continue
        seen.add(number)
        onward = graph.nodes[number].next
        order.append((number, path, onward))
        waiting += reversed([(n, step(path, k)) for k, n in enumerate(onward)])
    paths = {number: path for number, path, _ in order}
    for number, path, onward in reversed(order):
        branches = tuple(
            made[n]
            if paths[n] == step(path, k)
            else Branch(graph.nodes[n], step(path, k), True, ())
            for k, n in enumerate(onward)
        )
        made[number] = Branch(graph.nodes[number], path, False, branches)
    return made[graph.root]


def step(path: str, number: int) -> str:
    """The path of the function that receives gradient ``number`` of the one at ``path``."""
    return f"{path}.next_functions[{number}][0]"
