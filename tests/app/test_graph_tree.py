"""The autograd graph as a tree: paths as Python writes them, shared nodes met once."""

from __future__ import annotations

from lenet_tui.app.graph_tree import Branch, path, tree
from lenet_tui.protocol.frame import Graph, GraphNode


def node(number: int, *onward: int) -> GraphNode:
    return GraphNode(number, f"Op{number}Backward0", "", False, onward, 0, ())


def places(branch: Branch, above: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    below = [place for b in branch.branches for place in places(b, (*above, b.slot))]
    return [above, *below]


def test_paths_are_the_notebooks() -> None:
    graph = Graph(0, True, (node(0, 1), node(1, 2, 3), node(2), node(3)))
    found = [path("loss.grad_fn", place) for place in places(tree(graph))]
    below = "loss.grad_fn.next_functions[0][0]"
    assert found == [
        "loss.grad_fn",
        below,
        f"{below}.next_functions[0][0]",
        f"{below}.next_functions[1][0]",
    ]


def test_a_shared_node_is_opened_once() -> None:
    graph = Graph(0, True, (node(0, 1, 2), node(1, 3), node(2, 3), node(3)))
    root = tree(graph)
    first, second = root.branches
    assert not first.branches[0].again
    assert second.branches[0].again
    assert second.branches[0].branches == ()


def test_a_deep_graph_does_not_exhaust_the_stack() -> None:
    deep = 20_000
    nodes = tuple(node(n, *([n + 1] if n + 1 < deep else [])) for n in range(deep))
    branch = tree(Graph(0, True, nodes))
    depth = 1
    while branch.branches:
        branch, depth = branch.branches[0], depth + 1
    assert depth == deep
