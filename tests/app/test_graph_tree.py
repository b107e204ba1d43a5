"""The autograd graph as a tree: paths as Python writes them, shared nodes met once."""

from __future__ import annotations

from lenet_tui.app.graph_tree import beside, path, tree
from lenet_tui.protocol.frame import Graph, GraphNode


def node(number: int, *onward: int) -> GraphNode:
    return GraphNode(number, f"Op{number}Backward0", "", False, onward, 0, ())


def places(graph: Graph) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    for branch in tree(graph):
        found.append((*found[branch.above], branch.slot) if branch.above >= 0 else ())
    return found


def test_paths_are_the_notebooks() -> None:
    graph = Graph(0, True, (node(0, 1), node(1, 2, 3), node(2), node(3)))
    found = [path("loss.grad_fn", place) for place in places(graph)]
    below = "loss.grad_fn.next_functions[0][0]"
    assert found == [
        "loss.grad_fn",
        below,
        f"{below}.next_functions[0][0]",
        f"{below}.next_functions[1][0]",
    ]


def test_a_shared_node_is_opened_once() -> None:
    graph = Graph(0, True, (node(0, 1, 2), node(1, 3), node(2, 3), node(3, 4), node(4)))
    branches = tree(graph)
    assert [(b.node.number, b.again) for b in branches] == [
        (0, False), (1, False), (3, False), (4, False), (2, False), (3, True),
    ]  # fmt: skip
    assert not any(branch.above == 5 for branch in branches)


def test_a_deep_graph_does_not_exhaust_the_stack() -> None:
    deep = 20_000
    nodes = tuple(node(n, *([n + 1] if n + 1 < deep else [])) for n in range(deep))
    assert [branch.above for branch in tree(Graph(0, True, nodes))] == [*range(-1, deep - 1)]


def test_a_chain_is_a_list_and_what_hangs_on_it_is_below() -> None:
    # each of a thousand ops reads a parameter, and every tenth what came ten before it
    nodes = []
    for n in range(0, 2000, 2):
        onward = [n + 1, *([n + 2] if n + 2 < 2000 else [])]
        if n % 20 == 0 and n + 22 < 2000:
            onward.append(n + 22)
        nodes += [node(n, *onward), node(n + 1)]
    branches = tree(Graph(0, True, tuple(nodes)))
    levels: list[int] = []
    for branch, stands in zip(branches, beside(branches), strict=True):
        levels.append(levels[branch.above] + (not stands) if branch.above >= 0 else 0)
    assert max(levels) <= 2 and sum(level == 0 for level in levels) >= 1000
    assert not any(beside(branches[:20]))
