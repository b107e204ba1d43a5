"""The autograd pane: the graph as it is drawn."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widgets.tree import TreeNode

from lenet_tui.app.ui.panes.autograd import AutogradPane, GraphTree
from lenet_tui.protocol.frame import Graph, GraphNode
from tests.harness.pane_app import running, shown, until
from tests.harness.running_app import running as app_running

LOSS = GraphNode(0, "MseLossBackward0", "loss", False, (1,), 1, ((1, 10), None))
LINEAR = GraphNode(1, "AddmmBackward0", "fc3", False, (2, 3), 2, ((10,), (1, 84)))
BIAS = GraphNode(2, "AccumulateGrad", "fc3.bias", True, (), 3, ())
RELU = GraphNode(3, "ReluBackward0", "fc2.relu", False, (), 0, ())
GRAPH = Graph(0, False, (LOSS, LINEAR, BIAS, RELU), current=2)


async def test_what_ran_and_whether_the_graph_is_alive_is_seen_whole() -> None:
    pane = AutogradPane(id="autograd")
    async with running(pane) as (app, pilot):
        app.answer(graph=GRAPH)
        await until(pilot, lambda: "│ freed" in shown(pane))
        assert "3 of 4 nodes ran · graph and its saved tensors" in shown(pane)
        assert "✔ AddmmBackward0  fc3  #2 → 10, 1×84" in shown(pane)
        assert "▶ AccumulateGrad  fc3.bias" in shown(pane)
        app.answer(graph=Graph(0, True, GRAPH.nodes, vector="onehot 3"))
        await until(pilot, lambda: "graph alive" in shown(pane))


async def test_a_step_writes_the_labels_anew_of_what_it_changes(monkeypatch: Any) -> None:
    nodes = tuple(
        GraphNode(n, f"Op{n}Backward0", "", False, (n + 1,) if n < 49 else (), n + 1, ())
        for n in range(50)
    )
    reached = (0, 1, 2, 9, 8)
    graphs = [Graph(0, True, nodes, n - 1, "", n) for n in reached]
    written: list[object] = []
    label = AutogradPane._label

    def counted(*of: Any) -> Any:
        written.append(of)
        return label(*of)

    monkeypatch.setattr(AutogradPane, "_label", counted)
    found, counts = [], []
    for steps in (graphs, graphs[-1:]):
        pane = AutogradPane(id="autograd")
        async with running(pane) as (app, pilot):
            for graph in steps:
                written.clear()
                app.answer(graph=graph)
                await pilot.pause()
                counts.append(len(written))
            found.append(labels(pane.query_one(GraphTree).root))
    assert counts == [50, 1, 2, 8, 2, 50]
    assert found[0] == found[1] and sum("✔" in text for text in found[0]) == 7


def labels(node: TreeNode[Any]) -> list[str]:
    return [str(node.label), *(text for below in node.children for text in labels(below))]


async def test_in_ascii_it_is_drawn_with_nothing_else() -> None:
    pane = AutogradPane(id="autograd")
    async with running(pane, ascii_only=True) as (app, pilot):
        pane.styles.border = ("ascii", "white")
        app.answer(graph=GRAPH)
        await until(pilot, lambda: "AddmmBackward0" in shown(pane))
        assert shown(pane).isascii(), shown(pane)
        assert "v + AddmmBackward0  fc3  #2 -> 10, 1x84" in shown(pane)
        assert "` . ReluBackward0" in shown(pane)


@pytest.mark.slow
async def test_in_few_lines_what_ran_and_what_comes_is_around_the_node() -> None:
    async with app_running((120, 40)) as run:
        run.app.main.tabs.open("autograd")
        await run.press("n", "n", "n", *"ssssssssss")
        tree = run.app.main.query_one(GraphTree)
        lines = run.lines[-9:-2]
        assert sum("Backward0" in line or "AccumulateGrad" in line for line in lines) >= 5
        assert 0 < tree.cursor_line - tree.scroll_offset.y < tree.size.height - 1
        await run.press("7")
        assert "loss.grad_fn.next_functions" in run.text
        await run.press("7")
        assert tree.size.height >= 12
