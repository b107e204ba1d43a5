"""The autograd pane: the ``grad_fn`` graph as a tree, and how far a backward has gone in it."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static, Tree
from textual.widgets.tree import TreeNode

from lenet_tui.app.graph_tree import Branch, path, tree
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import ascii_only, spelled
from lenet_tui.protocol.frame import Frame, Graph, GraphNode
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import shape_text


class GraphTree(Tree[Branch]):
    """The graph's nodes; below each are the nodes that it passes gradients to."""

    def __init__(self) -> None:
        super().__init__("", id="autograd-tree")
        self.show_root = False
        self.guide_depth = 2

    def plain(self) -> None:
        """Draw guides and toggles in ASCII."""
        self.ICON_NODE, self.ICON_NODE_EXPANDED = "> ", "v "
        guides = ("  ", "| ", "` ", "| ")
        self.LINES = dict.fromkeys(self.LINES, guides)


class AutogradPane(Pane):
    """The arrows move through the graph; the line above shows how Python reaches the node."""

    wants_graph: ClassVar[bool] = True
    DEFAULT_CSS = """
    AutogradPane { height: 1fr; }
    AutogradPane Static { padding: 0 1; }
    AutogradPane #autograd-path { height: 1; }
    AutogradPane Tree { height: 1fr; background: transparent; scrollbar-size-horizontal: 0; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._start = ""
        self._shape: object = None
        self._current = -2
        self._places: dict[int, list[TreeNode[Branch]]] = {}

    def compose(self) -> ComposeResult:
        yield Static(id="autograd-state", markup=False)
        yield Static(id="autograd-path", markup=False)
        yield GraphTree()

    def on_mount(self) -> None:
        """Draw the tree in ASCII where only that may be used."""
        if ascii_only(self):
            self.query_one(GraphTree).plain()

    def show(self, frame: Frame) -> None:
        graph = frame.graph
        state, text = self.query_one("#autograd-state", Static), self._state(graph)
        if state.content != text:
            state.update(text)
        shape = graph and tuple((n.op, n.name, n.next) for n in graph.nodes)
        if shape != self._shape:
            self._shape = shape
            from_output = bool(graph and graph.vector) or frame.loss is None
            self._start = "output.grad_fn" if from_output else "loss.grad_fn"
            self._grow(graph)
        if graph:
            for node in graph.nodes:
                for place in self._places.get(node.number, ()):
                    place.set_label(self._label(node, node.number == graph.current, place))
            self._follow(graph)

    def _follow(self, graph: Graph) -> None:
        """Put the cursor on the node that has just run; on the root where none has."""
        if graph.current == self._current:
            return
        self._current = graph.current
        number = graph.current if graph.current >= 0 else graph.root
        if graph.current >= 0 or self.query_one(GraphTree).cursor_node is None:
            self.call_after_refresh(self._go_to, self._places[number][0])

    def _go_to(self, place: TreeNode[Branch]) -> None:
        tree = self.query_one(GraphTree)
        if tree.last_line >= 0:  # asking makes the tree number its lines anew
            tree.move_cursor(place)
            tree.scroll_to_node(place, animate=False)

    def on_resize(self) -> None:
        """The node that has just run stays in sight."""
        tree = self.query_one(GraphTree)
        if tree.cursor_node is not None:
            tree.scroll_to_node(tree.cursor_node, animate=False)

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Branch]) -> None:
        """Show how Python reaches the node."""
        slots: list[int] = []
        place: TreeNode[Branch] | None = event.node
        while place is not None and place.data is not None:
            slots.append(place.data.slot)
            place = place.parent
        reached = path(self._start, reversed(slots[:-1])) if slots else ""
        line = self.query_one("#autograd-path", Static)
        over = len(reached) - line.content_size.width
        if over > 0 and line.content_size.width:  # nodes differ in the end of it
            gap = spelled(self, " … ")
            reached = self._start + gap + reached[len(self._start) + over + len(gap) :]
        line.update(Text(reached, "dim"), layout=False)

    def _state(self, graph: Graph | None) -> Text:
        words = self.words
        if graph is None:
            return Text(words("autograd.none"))
        start = (
            words("autograd.from-vector", vector=graph.vector)
            if graph.vector
            else words("autograd.from-loss")
        )
        done = sum(node.order > 0 for node in graph.nodes)
        ran = words("autograd.ran", done=done, total=len(graph.nodes))
        alive = words("autograd.alive" if graph.alive else "autograd.freed")
        return Text(spelled(self, f" {self.glyphs.dot} ".join((start, ran, alive))))

    def _grow(self, graph: Graph | None) -> None:
        widget = self.query_one(GraphTree)
        widget.clear()
        self._places, self._current = {}, -2
        if graph is None:
            return
        grown: list[TreeNode[Branch]] = []
        for branch in tree(graph):
            parent = grown[branch.above] if grown else widget.root
            opens = bool(branch.node.next) and not branch.again
            grown.append(parent.add("", branch, expand=True, allow_expand=opens))
            self._places.setdefault(branch.node.number, []).append(grown[-1])
        widget.root.expand()

    def _label(self, node: GraphNode, current: bool, place: TreeNode[Branch]) -> Text:
        again = place.data is not None and place.data.again
        glyphs = self.glyphs
        mark = glyphs.current if current else (glyphs.done if node.order else glyphs.later)
        style = "bold reverse" if current else ("" if node.order else "dim")
        label = Text(f"{mark} {clean(node.op)}", style)
        label.append(f"  {clean(node.name)}", "bold" if node.parameter else "")
        if again:
            label.append(" " + self.words("autograd.again"), "dim")
        elif node.order:
            shapes = ", ".join("None" if s is None else shape_text(s) for s in node.gradients)
            flowed = f" {glyphs.arrow} {shapes}" if shapes else ""
            label.append(spelled(self, f"  #{node.order}{flowed}"), "dim")
        return label
