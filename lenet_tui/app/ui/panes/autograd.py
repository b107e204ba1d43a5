"""The autograd pane: the ``grad_fn`` graph as a tree, and how far a backward has gone in it."""

from __future__ import annotations

from bisect import bisect_right
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static, Tree
from textual.widgets.tree import TreeNode

from lenet_tui.app.graph_tree import Branch, beside, path, tree
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import ascii_only, spelled
from lenet_tui.protocol.frame import Frame, Graph, GraphNode
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import shape_text
from lenet_tui.text.words import Words

LOW = 9
"""Lines from which there is room for two above the tree."""


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
    AutogradPane.-low #autograd-path { display: none; }
    AutogradPane.-low:focus-within Static { display: none; }
    AutogradPane.-low:focus-within #autograd-path { display: block; }
    AutogradPane Tree { height: 1fr; background: transparent; scrollbar-size-horizontal: 0; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._head = Static(markup=False)
        self._reached = Static(id="autograd-path", markup=False)
        self._tree = GraphTree()
        self._start = ""
        self._shape: object = None
        self._listed: tuple[GraphNode, ...] | None = None
        self._ran: list[tuple[int, int]] = []
        """The nodes that a backward runs: when each does, and its number."""
        self._current = -2
        self._places: dict[int, list[TreeNode[Branch]]] = {}
        self._branches: list[Branch] = []
        self._labelled: tuple[Graph, Words] | None = None

    def compose(self) -> ComposeResult:
        yield from (self._head, self._reached, self._tree)

    def on_mount(self) -> None:
        """Draw the tree in ASCII where only that may be used."""
        if ascii_only(self):
            self._tree.plain()

    def show(self, frame: Frame) -> None:
        graph = frame.graph
        if graph and graph.nodes is not self._listed:
            self._ran = sorted((node.order, node.number) for node in graph.nodes if node.order)
        text = self._state(graph)
        if self._head.content != text:
            self._head.update(text)
        if (graph.nodes if graph else None) is not self._listed:
            self._known_nodes(frame, graph)
        if graph:
            self._relabel(graph)
            self._follow(graph)

    def _known_nodes(self, frame: Frame, graph: Graph | None) -> None:
        """Grow the tree of other nodes; of the same ones, computed again, it stays."""
        self._listed = graph.nodes if graph else None
        shape = graph and tuple((n.op, n.name, n.next) for n in graph.nodes)
        if shape != self._shape:
            self._shape = shape
            from_output = bool(graph and graph.vector) or frame.loss is None
            self._start = "output.grad_fn" if from_output else "loss.grad_fn"
            self._grow(graph)

    def _relabel(self, graph: Graph) -> None:
        """Write the labels anew of the nodes that are not as they were, or the language is not."""
        before, language = self._labelled, self.words
        known = before[0].nodes if before is not None and before[1] is language else ()
        was = before[0].current if before is not None else -1
        ran = before[0].ran if before is not None else graph.ran
        if before is not None and known is graph.nodes:
            first, last = sorted(self._count(one) for one in (before[0], graph))
            numbers = {number for _, number in self._ran[first:last]}
            candidates = sorted(numbers | ({was, graph.current} - {-1}))
        else:
            candidates = [*range(len(graph.nodes))]
        for number in candidates:
            node = graph.nodes[number]
            same = number < len(known) and known[number] == node and ran(node) == graph.ran(node)
            if same and (number == graph.current) == (number == was):
                continue
            for place in self._places.get(node.number, ()):
                place.set_label(self._label(node, graph, place))
        self._labelled = graph, language

    def _follow(self, graph: Graph) -> None:
        """Put the cursor on the node that has just run; on the root where none has."""
        if graph.current == self._current:
            return
        self._current = graph.current
        number = graph.current if graph.current >= 0 else graph.root
        if graph.current >= 0 or self._tree.cursor_node is None:
            self.call_after_refresh(self._go_to, self._places[number][0])

    def _go_to(self, place: TreeNode[Branch]) -> None:
        if self._tree.last_line >= 0:  # asking makes the tree number its lines anew
            self._tree.move_cursor(place)
            self._centre()

    def on_resize(self) -> None:
        """The node that has just run stays in sight; where it is low, one line is above the tree:
        how far the backward is, or while the tree has the focus how Python reaches the node.
        """
        self.set_class(self.size.height < LOW, "-low")
        if self._tree.cursor_node is not None:
            self._centre()

    def _centre(self) -> None:
        """Scroll to what is around the cursor: what came before it and what comes after."""
        top = self._tree.cursor_line - self._tree.size.height // 2
        self._tree.scroll_to(y=max(0, top), animate=False)

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Branch]) -> None:
        """Show how Python reaches the node."""
        slots: list[int] = []
        branch = event.node.data
        while branch is not None:
            slots.append(branch.slot)
            branch = self._branches[branch.above] if branch.above >= 0 else None
        reached = path(self._start, reversed(slots[:-1])) if slots else ""
        width = self._reached.content_size.width
        over = len(reached) - width
        if over > 0 and width:  # nodes differ in the end of it
            gap = spelled(self, " … ")
            reached = self._start + gap + reached[len(self._start) + over + len(gap) :]
        self._reached.update(Text(reached, "dim"), layout=False)

    def _state(self, graph: Graph | None) -> Text:
        words = self.words
        if graph is None:
            return Text(words("autograd.none"))
        start = (
            words("autograd.from-vector", vector=graph.vector)
            if graph.vector
            else words("autograd.from-loss")
        )
        done = self._count(graph)
        ran = words("autograd.ran", done=done, total=len(graph.nodes))
        alive = words("autograd.alive" if graph.alive else "autograd.freed")
        return Text(spelled(self, f" {self.glyphs.dot} ".join((start, ran, alive))))

    def _grow(self, graph: Graph | None) -> None:
        self._tree.clear()
        self._places, self._current, self._labelled = {}, -2, None
        if graph is None:
            return
        grown: list[TreeNode[Branch]] = []
        self._branches = tree(graph)
        for branch, stands_beside in zip(self._branches, beside(self._branches), strict=True):
            parent = grown[branch.above] if grown else self._tree.root
            if stands_beside:
                parent = parent.parent or parent
            opens = bool(branch.node.next) and not branch.again
            grown.append(parent.add("", branch, expand=True, allow_expand=opens))
            self._places.setdefault(branch.node.number, []).append(grown[-1])
        self._tree.root.expand()

    def _count(self, graph: Graph) -> int:
        """How many of the nodes have run."""
        return bisect_right(self._ran, (graph.reached, len(graph.nodes)))

    def _label(self, node: GraphNode, graph: Graph, place: TreeNode[Branch]) -> Text:
        current, ran = node.number == graph.current, graph.ran(node)
        again = place.data is not None and place.data.again
        glyphs = self.glyphs
        mark = glyphs.current if current else (glyphs.done if ran else glyphs.later)
        style = "bold reverse" if current else ("" if ran else "dim")
        label = Text(f"{mark} {clean(node.op)}", style)
        label.append(f"  {clean(node.name)}", "bold" if node.parameter else "")
        if again:
            label.append(" " + self.words("autograd.again"), "dim")
        elif ran:
            shapes = ", ".join("None" if s is None else shape_text(s) for s in node.gradients)
            flowed = f" {glyphs.arrow} {shapes}" if shapes else ""
            label.append(spelled(self, f"  #{node.order}{flowed}"), "dim")
        return label
