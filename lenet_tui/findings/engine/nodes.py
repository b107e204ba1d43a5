"""The nodes of autograd's graph, and its count of them."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch.autograd.graph import Node


def sequence(node: Node | None) -> int | None:
    """Autograd's count of a node; ``None`` for a leaf, and where it has none."""
    if node is None or isinstance(node, _LEAF):
        return None
    count = getattr(node, "_sequence_nr", None)
    return int(count()) if count is not None else None


def _leaf() -> type[Node]:
    with torch.enable_grad():
        made = torch.ones(1, requires_grad=True).expand(2).grad_fn
    assert made is not None and made.next_functions[0][0] is not None
    return type(made.next_functions[0][0])


_LEAF = _leaf()
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
