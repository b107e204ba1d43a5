"""The list of layers and parameters: a tree, each line in columns as wide as the pane."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from lenet_tui.app.ui.panes.layer_lines import Line
from lenet_tui.kit.ui.settings import glyphs_of, spelled
from lenet_tui.text.clean import clean

COUNTS_FROM = 34
"""Columns from which there is room for the number of parameters."""
FLOW_FROM = 54
"""Columns from which there is room for an op's input shape too."""


class LayerTree(Tree[Line], inherit_bindings=False):
    """The lines, laid out in columns. The parameters of an op open where there is room."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", show=False),
        Binding("up,k", "cursor_up", show=False),
        Binding("pagedown", "page_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "layers--mark",
        "layers--title",
        "layers--op",
        "layers--parameter",
        "layers--later",
        "layers--shape",
        "layers--count",
    }

    def __init__(self) -> None:
        self._part_styles: dict[tuple[str, bool], Style] = {}
        super().__init__("")
        self.show_root = False
        self.show_guides = False
        self.auto_expand = False
        self.guide_depth = 2
        self.titles = 0

    def render_label(self, node: TreeNode[Line], base_style: Style, style: Style) -> Text:
        """The line in columns, plain; ``render_line`` draws it in colours."""
        return Text("".join(text for text, _ in self._columns(node)), style=base_style + style)

    def get_label_width(self, node: TreeNode[Line]) -> int:
        indent = 0 if node.parent is None or node.parent.is_root else self.guide_depth
        return max(0, self.scrollable_content_region.width - indent)

    def render_line(self, y: int) -> Strip:
        """Draw a line; Textual would find all its styles again for each change of its text."""
        number, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        node = self.get_node_at_line(number)
        if node is None or not width:
            return Strip.blank(width, self.rich_style)
        hovered = number == self.hover_line
        base = self._part_style("tree--highlight-line") if hovered else self.rich_style
        base += Style(meta={"line": number, "node": node.id})  # so that clicks find it
        over = self._part_style("tree--label", partial=True)
        if hovered:
            over += self._part_style("tree--highlight", partial=True)
        if number == self.cursor_line:
            over += self._part_style("tree--cursor")
        segments = [Segment(" " * (width - self.get_label_width(node)), base)]
        for text, part in self._columns(node):
            style = self._part_style(f"layers--{part}", partial=True) if part else None
            segments.append(Segment(text, base + style + over))
        return Strip([s for s in segments if s.text]).adjust_cell_length(width, base)

    def forget_bar(self) -> None:
        """Take the scrollbar away where all lines fit: Textual does that at a resize only."""
        self.show_vertical_scrollbar = self.virtual_size.height > self.size.height

    def _columns(self, node: TreeNode[Line]) -> list[tuple[str, str | None]]:
        """The texts of a line and their parts; what does not fit is cut at the left part."""
        line, width = node.data, self.get_label_width(node)
        if line is None:
            return [(" " * width, None)]
        here = line.here or (not node.is_expanded and any(u.here for u in line.under))
        right = self._right(line)
        room = width - sum(cell_len(text) for text, _ in right)
        columns: list[tuple[str, str | None]] = []
        for text, part in self._parts(line, here, node.parent is not None and node.parent.is_root):
            fitted = _cut(text, room)
            columns.append((fitted, part))
            room -= cell_len(fitted)
        columns += [(" " * room, None), *right]
        return [(spelled(self, text), part) for text, part in columns]

    def _parts(self, line: Line, here: bool, top: bool) -> list[tuple[str, str]]:
        mark = (f"{glyphs_of(self).current if here else ' '} ", "mark")
        if not top:
            return [mark, (line.title, "parameter")]
        title = f"{line.title:<{self.titles}} " if line.op else f"{line.title} "
        reached = line.reached
        return [
            mark,
            (title, "title" if reached else "later"),
            (clean(line.op), "op" if reached else "later"),
        ]

    def _right(self, line: Line) -> list[tuple[str, str]]:
        shape = line.shape or ("" if line.reached else glyphs_of(self).later)
        if line.flow and self.size.width >= FLOW_FROM:
            shape = line.flow
        count = line.count.rjust(7) if self.size.width >= COUNTS_FROM else ""
        return [(f" {shape}", "shape"), (count, "count")]

    def _part_style(self, name: str, *, partial: bool = False) -> Style:
        key = name, self.has_focus
        if key not in self._part_styles:
            self._part_styles[key] = self.get_component_rich_style(name, partial=partial)
        return self._part_styles[key]

    def notify_style_update(self) -> None:
        """Forget the styles: the colours have changed."""
        super().notify_style_update()
        self._part_styles = {}


def _cut(text: str, room: int) -> str:
    """What has room of ``text``: no word or number in part, but for the first."""
    if cell_len(text) <= room:
        return text
    words = text.split(" ")
    while len(words) > 1 and cell_len(" ".join(words)) > room:
        words.pop()
    return set_cell_size(" ".join(words), min(room, cell_len(" ".join(words))))
