"""The nodes of autograd's graph, and its count of them."""

from __future__ import annotations

from collections.abc import Iterator

from torch.autograd.graph import Node

from lenet_tui.tape.engine.new_node import leaf_node


def sequence(node: Node | None) -> int | None:
    """Autograd's count of a node; ``None`` for a leaf, and where it has none."""
    if node is None or isinstance(node, _LEAF):
        return None
    count = getattr(node, "_sequence_nr", None)
    return int(count()) if count is not None else None


_LEAF = type(leaf_node())
"""The class of what gives a leaf its gradient."""


def edges(root: Node) -> Iterator[tuple[Node | None, Node]]:
    """Every node reachable from a root, each with the one from which it was reached first."""
    waiting: list[tuple[Node | None, Node]] = [(None, root)]
    seen = {root}
    while waiting:
        parent, node = waiting.pop()
        yield parent, node
        for following, _ in node.next_functions:
            if following is not None and following not in seen:
                seen.add(following)
                waiting.append((node, following))
