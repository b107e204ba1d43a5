"""The layers pane: every op of the forward in its module, and every tensor that can be shown."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.message import Message

from lenet_tui.app.module_tree import INPUT, MODULE, OP, PARAMETER, module_tree
from lenet_tui.app.ui.panes.layer_columns import Columns, Look, columns, mark_texts
from lenet_tui.app.ui.panes.layer_lines import in_ascii, line_of, total
from lenet_tui.app.ui.panes.layer_search import LayerSearch, matches, nearest
from lenet_tui.app.ui.panes.layer_tree import LayerTree
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import ascii_only, spelled
from lenet_tui.protocol.frame import Frame, OpRow, Parameter
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import ascii_text, thousands

COUNT = 7
"""Cells of a count of parameters, at least."""


class LayersPane(Pane):
    """Choosing a line chooses the tensor that the tensor pane shows."""

    ALLOW_MAXIMIZE = True

    @dataclass
    class Chosen(Message):
        """The person wants to see ``tensor``."""

        tensor: str

    @dataclass
    class OpWanted(Message):
        """The session's cursor is to go to the op ``name``."""

        name: str

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.listed = LayerTree(self._columns)
        self.search = LayerSearch()
        self._parameters: tuple[Parameter, ...] = ()
        self._frame: Frame | None = None
        self._inputs: tuple[str, ...] = (INPUT,)
        self._made_of: tuple[tuple[OpRow, ...], tuple[Parameter, ...], tuple[str, ...]] | None = (
            None
        )
        self._tensor = ""
        self._here = -1
        self._titles_of: dict[int, int] = {}
        self._counts = COUNT
        self._found: list[int] = []
        self._searched_from = 0

    def compose(self) -> ComposeResult:
        yield self.listed
        yield self.search

    def know(self, parameters: tuple[Parameter, ...]) -> None:
        """The model's parameters, once the engine has built it."""
        self._parameters = parameters
        if not self._tensor and parameters:
            self._tensor = parameters[0].name

    @property
    def op(self) -> str:
        """The name of the op that the cursor's line is of; of a module, its last. Empty: none."""
        node = self.listed.node
        if node is not None and node.kind == PARAMETER and node.parent >= 0:
            node = self.listed.folds.tree.nodes[node.parent]
        return node.tensor if node is not None and node.kind in (OP, MODULE) and node.ops else ""

    def show(self, frame: Frame) -> None:
        self._frame = frame
        self._inputs = tuple(name for name, _ in frame.inputs) or self._inputs
        made_of = frame.rows.ops, self._parameters, self._inputs
        if made_of != self._made_of:
            self._made_of = made_of
            self._rebuild()
        inside = frame.position.op is not None and frame.entry is not None
        name = frame.entry.name if inside and frame.entry else ""
        self._here = self.listed.folds.tree.places.get(name, -1)
        self.listed.look_again()
        self._titles()

    def choose(self, tensor: str) -> None:
        """Put the cursor on the line of ``tensor``, if there is one, and open what it is in."""
        self._tensor = tensor
        node, place = self.listed.node, self.listed.folds.tree.places.get(tensor)
        if place is not None and (node is None or node.tensor != tensor):
            self.listed.select(place, keep=True)
            self._titles()

    def action_turn_level(self, by: int) -> None:
        """Open all modules one level further (1), or fold them (-1)."""
        self.listed.turn_level(by)
        self._selected()

    @on(LayerTree.Selected)
    def _selected(self) -> None:
        node = self.listed.node
        if node is not None:
            self._titles()
            if node.tensor != self._tensor:
                self._tensor = node.tensor
                self.post_message(self.Chosen(self._tensor))

    # Lines

    def _rebuild(self) -> None:
        """The ops or the parameters are others: the cursor stays on its tensor's line."""
        assert self._made_of is not None
        before, tree = self.listed.folds.tree, module_tree(*self._made_of)
        self._titles_of = {}
        for node in tree.nodes:
            if node.kind not in (MODULE, PARAMETER) and (node.op or node.kind == "loss"):
                width = max(self._titles_of.get(node.parent, 0), cell_len(node.title))
                self._titles_of[node.parent] = width
        counts = (len(thousands(n.count)) + 1 for n in tree.nodes)
        self._counts = max(COUNT, max(counts, default=0))
        self._found = []
        self._here = -1  # it was a line of the tree before
        self.listed.take(tree)
        place = tree.place_like(self._tensor, before)
        self.listed.select(place, keep=True)
        self._tensor = tree.nodes[place].tensor
        self.post_message(self.Chosen(self._tensor))

    def _columns(self, number: int, width: int) -> Columns:
        folds = self.listed.folds
        node = folds.tree.nodes[number]
        look = Look(
            self._here >= 0 and folds.shown_for(self._here) == number,
            folds.is_open(number),
            self._titles_of.get(node.parent, 0),
            self._counts,
        )
        line = line_of(node, self._frame)
        if ascii_only(self):
            line = in_ascii(line)
        texts = columns(node, line, look, width, words=self.words, glyphs=self.glyphs)
        return [(spelled(self, text), part) for text, part in texts]

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
        """Of the cursor's line, or of the search that goes on; the longest text first."""
        node = self.listed.node
        if self.has_class("-searching"):
            return self._search_details()
        if node is None:
            return [""]
        if node.kind == PARAMETER and node.marks:
            reasons = "  ".join(mark_texts(node, self.words, self.glyphs))
            return [f"{clean(node.path)}  {reasons}", reasons]
        if node.kind == PARAMETER and node.parent >= 0:
            node = self.listed.folds.tree.nodes[node.parent]
        line = line_of(node, self._frame)
        return [line.detail, line.flow]

    # Searching

    def start_search(self) -> None:
        """Let a name be typed."""
        self._searched_from = max(0, self.listed.folds.selected)
        self.add_class("-searching")
        self.search.open()
        self._find(self.search.text)

    @on(LayerSearch.Typed)
    def _typed(self, event: LayerSearch.Typed) -> None:
        event.stop()
        if self.has_class("-searching"):
            self._find(event.text)

    def _find(self, text: str) -> None:
        """Go to the first match from where the search began."""
        self._found = matches(self.listed.folds.tree.nodes, text)
        if self._found:
            self._visit(nearest(self._found, self._searched_from))
        self._titles()

    @on(LayerSearch.Other)
    def _other(self, event: LayerSearch.Other) -> None:
        event.stop()
        if self._found:
            self._visit(nearest(self._found, self.listed.folds.selected, event.by))
            self._searched_from = self.listed.folds.selected

    def _visit(self, number: int) -> None:
        self.listed.select(number, keep=True)
        self._selected()

    @on(LayerSearch.Left)
    def _left(self, event: LayerSearch.Left) -> None:
        event.stop()
        if not self.has_class("-searching"):
            return
        self.remove_class("-searching")
        if self.search.has_focus_within:
            self.listed.focus()
        self._titles()
        if event.taken and self._found and self.op:
            self.post_message(self.OpWanted(self.op))

    def _search_details(self) -> list[str]:
        """Which match it is, and the keys."""
        if not self._found:
            return [self.words("layers.found.none") if self.search.text else ""]
        selected = self.listed.folds.selected
        at = self._found.index(selected) + 1 if selected in self._found else 0
        texts = self.words("layers.found", at=at, n=len(self._found))
        return [f"{texts}  {self.words('layers.found.keys')}", texts]
