"""The autograd pane: the ``grad_fn`` graph as a tree, and how far a backward has gone in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static, Tree
from textual.widgets.tree import TreeNode

from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import ascii_only, spelled
from lenet_tui.protocol.frame import Frame, Graph, GraphNode
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import shape_text


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
        self._head = Static(markup=False)
        self._reached = Static(id="autograd-path", markup=False)
        self._tree = GraphTree()
        self._start = ""
        self._shape: object = None
        self._current = -2
        self._places: dict[int, list[TreeNode[Branch]]] = {}

    def compose(self) -> ComposeResult:
        yield from (self._head, self._reached, self._tree)

    def on_mount(self) -> None:
        """Draw the tree in ASCII where only that may be used."""
        if ascii_only(self):
            self._tree.plain()

    def show(self, frame: Frame) -> None:
        graph = frame.graph
        text = self._state(graph)
        if self._head.content != text:
            self._head.update(text)
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
        if graph.current >= 0 or self._tree.cursor_node is None:
            self.call_after_refresh(self._go_to, self._places[number][0])

    def _go_to(self, place: TreeNode[Branch]) -> None:
        if self._tree.last_line >= 0:  # asking makes the tree number its lines anew
            self._tree.move_cursor(place)
            self._tree.scroll_to_node(place, animate=False)

    def on_resize(self) -> None:
        """The node that has just run stays in sight."""
        if self._tree.cursor_node is not None:
            self._tree.scroll_to_node(self._tree.cursor_node, animate=False)

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Branch]) -> None:
        """Show how Python reaches the node."""
        slots: list[int] = []
        place: TreeNode[Branch] | None = event.node
        while place is not None and place.data is not None:
            slots.append(place.data.slot)
            place = place.parent
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
        done = sum(node.order > 0 for node in graph.nodes)
        ran = words("autograd.ran", done=done, total=len(graph.nodes))
        alive = words("autograd.alive" if graph.alive else "autograd.freed")
        return Text(spelled(self, f" {self.glyphs.dot} ".join((start, ran, alive))))

    def _grow(self, graph: Graph | None) -> None:
        self._tree.clear()
        self._places, self._current = {}, -2
        if graph is None:
            return
        grown: list[TreeNode[Branch]] = []
        for branch in tree(graph):
            parent = grown[branch.above] if grown else self._tree.root
            opens = bool(branch.node.next) and not branch.again
            grown.append(parent.add("", branch, expand=True, allow_expand=opens))
            self._places.setdefault(branch.node.number, []).append(grown[-1])
        self._tree.root.expand()

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
