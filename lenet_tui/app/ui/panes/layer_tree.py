"""The tree of modules, ops and parameters, drawn line by line: a step costs what is seen of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lenet_tui.app.folds import Folds
from lenet_tui.app.module_tree import MODULE, ModuleTree, Node

Draw = Callable[[int, int], list[tuple[str, str | None]]]
"""The texts of a node's line in so many cells, each with the part of a line that it is."""
MARGIN = 2
"""Lines that stay seen above and below one that is jumped to, where there are more."""


class LayerTree(ScrollView, can_focus=True):
    """The lines that are seen, of ``folds``. ``drawn``: what each of those on the screen shows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", show=False),
        Binding("up,k", "step(-1)", show=False),
        Binding("right,l", "open", show=False),
        Binding("left,h", "close", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home", "edge(-1)", show=False),
        Binding("end", "edge(1)", show=False),
        Binding("enter", "enter", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "layers--cursor",
        "layers--hover",
        "layers--mark",
        "layers--title",
        "layers--op",
        "layers--parameter",
        "layers--later",
        "layers--shape",
        "layers--count",
        "layers--note",
    }

    @dataclass
    class Selected(Message):
        """The person has put the cursor on a line."""

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        self.folds = Folds()
        self.lines: list[int] = []
        self.cursor_line = -1
        self._draw_line = draw
        self._drawn: dict[int, object] = {}
        self._hover = -1
        self._part_styles: dict[tuple[str, bool], Style] = {}

    @property
    def node(self) -> Node | None:
        """The node that the cursor is on."""
        chosen = self.folds.selected
        return self.folds.tree.nodes[chosen] if chosen >= 0 else None

    def take(self, tree: ModuleTree) -> None:
        """Show another tree; its caller selects a node of it."""
        self.folds.take(tree)
        self._arrange()

    def select(self, number: int, *, keep: bool = False) -> None:
        """Put the cursor on a node; ``keep``: open what it is in, else on what it is folded in."""
        if keep:
            self.folds.keep(number)
        self.folds.selected = number  # the parameters of an op are seen where one is selected
        self.folds.selected = self.folds.shown_for(number)
        self._arrange()
        self._reveal(MARGIN if keep else 0)

    def turn_level(self, by: int) -> None:
        """Fold or open all modules one level further; the cursor goes to what it is folded in."""
        self.folds.turn_level(by)
        self.folds.selected = self.folds.shown_for(self.folds.selected)
        self._arrange()
        self._reveal(MARGIN)

    def look_again(self) -> None:
        """Paint the lines on the screen whose texts have changed."""
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        for line in range(top, top + height):
            if self._drawn.get(line) != self._content(line):
                self._paint(line)

    # Lines

    def _arrange(self) -> None:
        """Find the lines that are seen, after a change of what is folded or selected."""
        lines = self.folds.lines()
        before, self.lines = self.cursor_line, lines
        selected = self.folds.selected
        self.cursor_line = lines.index(selected) if selected in lines else -1
        size = Size(self.scrollable_content_region.width, len(lines))
        if size != self.virtual_size:
            self.virtual_size = size
            self.show_vertical_scrollbar = size.height > self.size.height
        self._paint(before)
        self.look_again()

    def _content(self, line: int) -> object:
        """All that a line shows depends on."""
        if not 0 <= line < len(self.lines):
            return None
        width = self.scrollable_content_region.width
        on = line == self.cursor_line, line == self._hover, self.has_focus, width
        return tuple(self._draw_line(self.lines[line], width)), on

    def _paint(self, line: int) -> None:
        if line >= 0:
            self._drawn.pop(line, None)
            self.refresh(Region(0, line - self.scroll_offset.y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        line, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        content = self._drawn[line] = self._content(line)
        if content is None or not width:
            return Strip.blank(width, self.rich_style)
        base = self._part_style("layers--hover") if line == self._hover else self.rich_style
        over = Style.null()
        if line == self.cursor_line:
            over = self._part_style("layers--cursor")
        segments = []
        for text, part in self._draw_line(self.lines[line], width):
            style = self._part_style(f"layers--{part}", partial=True) if part else Style.null()
            segments.append(Segment(text, base + style + over))
        return Strip([s for s in segments if s.text]).adjust_cell_length(width, base)

    def _part_style(self, name: str, *, partial: bool = False) -> Style:
        key = name, self.has_focus
        if key not in self._part_styles:
            self._part_styles[key] = self.get_component_rich_style(name, partial=partial)
        return self._part_styles[key]

    def notify_style_update(self) -> None:
        """Forget the styles: the colours have changed."""
        super().notify_style_update()
        self._part_styles = {}

    def watch_has_focus(self, focused: bool) -> None:
        """The cursor's line looks otherwise."""
        super().watch_has_focus(focused)
        self._paint(self.cursor_line)

    def on_resize(self) -> None:
        """Open as many modules as fit."""
        self.folds.fit(self.size.height)
        self._drawn.clear()
        if self.folds.selected >= 0:
            self.folds.selected = self.folds.shown_for(self.folds.selected)
        self._arrange()
        self._reveal(0)
        self.refresh()

    # Moving

    def _reveal(self, margin: int) -> None:
        """Scroll so that the cursor's line is seen."""
        top, height, line = self.scroll_offset.y, self.size.height, self.cursor_line
        if line < 0 or not height:
            return
        margin = min(margin, max(0, (height - 1) // 2))
        goal = min(max(top, line - height + 1 + margin), line - margin)
        goal = max(0, min(goal, len(self.lines) - height))
        if goal != top:
            self.scroll_to(y=goal, animate=False, immediate=True)

    def _go(self, line: int) -> None:
        if self.lines:
            number = self.lines[max(0, min(line, len(self.lines) - 1))]
            if number != self.folds.selected:
                self.select(number)
                self.post_message(self.Selected())

    def action_step(self, by: int) -> None:
        """Move the cursor by lines."""
        self._go(self.cursor_line + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by what is seen."""
        self._go(self.cursor_line + by * max(1, self.size.height - 1))

    def action_edge(self, end: int) -> None:
        """Move the cursor to the first line or the last."""
        self._go(len(self.lines) - 1 if end > 0 else 0)

    def action_open(self) -> None:
        """Open a folded module; from an open one, go to its first line."""
        node = self.node
        if node is None or node.kind != MODULE:
            return
        if self.folds.is_open(self.folds.selected):
            self._go(self.cursor_line + 1)
        else:
            self.turn()

    def action_close(self) -> None:
        """Fold an open module; from anything else, go to the module that it is in."""
        node = self.node
        if node is None:
            return
        if node.kind == MODULE and self.folds.is_open(self.folds.selected):
            self.turn()
        elif node.parent >= 0:
            self._go(self.lines.index(node.parent))

    async def action_enter(self) -> None:
        """Open or fold a module; explain the number of anything else."""
        if self.node is not None and self.node.kind == MODULE:
            self.turn()
        else:
            await self.run_action("app.command('explain-number')")

    def turn(self) -> None:
        """Open the module under the cursor, or fold it."""
        self.folds.turn(self.folds.selected)
        self._arrange()
        self._reveal(0)

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; on a module's line also open or fold it."""
        line = event.y + self.scroll_offset.y
        if 0 <= line < len(self.lines) and event.x < self.scrollable_content_region.width:
            self._go(line)
            if self.node is not None and self.node.kind == MODULE:
                self.turn()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Light the line under the pointer."""
        self._hover_over(event.y + self.scroll_offset.y)

    def on_leave(self) -> None:
        """The pointer is elsewhere."""
        self._hover_over(-1)

    def _hover_over(self, line: int) -> None:
        before, self._hover = self._hover, line
        if before != line:
            self._paint(before)
            self._paint(line)
