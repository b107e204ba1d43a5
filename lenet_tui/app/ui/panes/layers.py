"""The layers pane: every op of the forward, and every tensor that can be shown."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from lenet_tui.app.ui.panes.layer_lines import Line, layer_lines, total
from lenet_tui.app.ui.panes.layer_tree import LayerTree
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import ascii_only
from lenet_tui.protocol.frame import Frame, Parameter
from lenet_tui.text.numbers import ascii_text, thousands


class LayersPane(Pane):
    """Choosing a line chooses the tensor that the tensor pane shows."""

    ALLOW_MAXIMIZE = True

    @dataclass
    class Chosen(Message):
        """The person wants to see ``tensor``."""

        tensor: str

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.listed = LayerTree()
        self._parameters: tuple[Parameter, ...] = ()
        self._frame: Frame | None = None
        self._tensor = ""
        self._names: tuple[tuple[str, ...], ...] = ()
        self._all_fit: bool | None = None
        self._settled = False

    def compose(self) -> ComposeResult:
        yield self.listed

    def know(self, parameters: tuple[Parameter, ...]) -> None:
        """The model's parameters, once the engine has built it."""
        self._parameters = parameters
        self._names = ()
        if not self._tensor and parameters:
            self._tensor = parameters[0].name

    def show(self, frame: Frame) -> None:
        self._frame = frame
        self._fill()
        self._titles()

    def choose(self, tensor: str) -> None:
        """Put the cursor on the line of ``tensor``, if there is one."""
        self._tensor = tensor
        node = self._node(tensor)
        if node is not None and self.listed.cursor_node is not node:
            self._open(node)
            if self.listed.last_line >= 0:  # asking makes the tree number its lines anew
                self.listed.move_cursor(node)

    @on(Tree.NodeHighlighted)
    def _highlighted(self, event: Tree.NodeHighlighted[Line]) -> None:
        event.stop()
        if not self._settled or event.node.data is None:
            return
        if event.node is self.listed.cursor_node:
            self._open(event.node)
            self._tensor = event.node.data.tensor
            self._titles()
            self.post_message(self.Chosen(self._tensor))

    def on_resize(self) -> None:
        """More or less room: open as many lines as fit."""
        self.call_after_refresh(self._fold)

    def _titles(self) -> None:
        """Above: how much the model learns; below: what the cursor's op does."""
        count = self.words("layers.total", n=thousands(total(self._parameters)))
        room = self.size.width - 4
        details = self._details()
        detail = next((d for d in details if cell_len(d) <= room), details[-1])
        titles = (f"{self.words('layers.title')}  {count}", detail)
        if ascii_only(self):
            titles = (ascii_text(titles[0]), ascii_text(titles[1])[:room])
        self.entitle(*titles)

    def _details(self) -> list[str]:
        """Details of the op that the cursor is on, the longest first: all, or its shapes alone."""
        for node in self.listed.root.children:
            line = node.data
            if line and self._tensor in (line.tensor, *(u.tensor for u in line.under)):
                return [line.detail, line.flow]
        return [""]

    def _fill(self) -> None:
        lines = layer_lines(self._frame, self._parameters)
        names = tuple((line.tensor, *(u.tensor for u in line.under)) for line in lines)
        self.listed.titles = max(len(line.title) for line in lines if line.op or line.under)
        if names != self._names:
            self._names = names
            self._rebuild(lines)
            return
        for node, line in zip(self.listed.root.children, lines, strict=True):
            _update(node, line)
            for child, under in zip(node.children, line.under, strict=True):
                _update(child, under)

    def _rebuild(self, lines: list[Line]) -> None:
        tree = self.listed
        tree.clear()
        for line in lines:
            node = tree.root.add(Text(line.title), line, allow_expand=False)
            for under in line.under:
                node.add_leaf(Text(under.title), under)
        self._all_fit = None
        self._settled = False
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """After a rebuild: the cursor goes back to where it was."""
        self._settled = True
        self._fold()
        self.choose(self._tensor)
        self._titles()
        self.post_message(self.Chosen(self._tensor))

    def _fold(self) -> None:
        """Open everything if it fits; else only what the cursor is on."""
        fit = sum(1 + len(n.children) for n in self.listed.root.children) <= self.listed.size.height
        if fit != self._all_fit:
            self._all_fit = fit
            self._open(self.listed.cursor_node or self._node(self._tensor))

    def _open(self, seen: TreeNode[Line] | None) -> None:
        """Show the parameters of the op at ``seen``, and hide those of others; all if all fit."""
        for node in self.listed.root.children:
            if node.is_expanded != (bool(self._all_fit) or seen in (node, *node.children)):
                node.toggle()
                self.call_after_refresh(self.listed.forget_bar)

    def _node(self, tensor: str) -> TreeNode[Line] | None:
        candidate: TreeNode[Line]
        for node in self.listed.root.children:
            for candidate in (node, *node.children):
                if candidate.data is not None and candidate.data.tensor == tensor:
                    return candidate
        return None


def _update(node: TreeNode[Line], line: Line) -> None:
    """Repaint the node only if its line has changed."""
    if node.data != line:
        node.data = line
        node.refresh()
