"""The table of terms: one operand is chosen, enter goes to where it came from."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lenet_tui.explain.explanation import Explanation, Operand
from lenet_tui.explain.ui.history import Visit
from lenet_tui.explain.ui.term_columns import Layout, Piece, layout
from lenet_tui.explain.ui.term_lines import FEWEST, Line, lines
from lenet_tui.kit.ui.settings import ascii_only
from lenet_tui.text.numbers import ascii_text
from lenet_tui.text.words import Words

BELOW = 2
"""Lines below the terms: what is folded away, and the sum."""
UNFOLD = 4
"""How many times as many lines are seen after unfolding."""
AT_ONCE = 100
"""Lines that are seen at least after unfolding."""


class TermTable(Widget, can_focus=True):
    """Lines of terms, as many as fit; the rest is folded until it is asked for.

    The ``Visit`` that is shown holds what is chosen.
    """

    ALLOW_SELECT = False
    ALLOW_MAXIMIZE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", show=False),
        Binding("down,j", "step(1)", show=False),
        Binding("left,h", "part(-1)", show=False),
        Binding("right,l", "part(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "step(-1000000)", show=False),
        Binding("end", "step(1000000)", show=False),
        Binding("enter", "follow", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "terms--edge", "terms--zero", "terms--more", "terms--sum", "terms--running", "terms--mark",
        "terms--chosen",
    }  # fmt: skip
    DEFAULT_CSS = """
    TermTable { height: 1fr; min-height: 4; padding: 0 1; }
    TermTable > .terms--edge, TermTable > .terms--running { color: $foreground-muted; }
    TermTable > .terms--zero { color: $foreground-muted; }
    TermTable > .terms--more { color: $text-accent; }
    TermTable > .terms--sum { text-style: bold; }
    TermTable > .terms--mark { color: $text-accent; text-style: bold; }
    TermTable > .terms--chosen { text-style: underline; }
    TermTable:focus > .terms--chosen { text-style: reverse; }
    """

    class Chosen(Message):
        """Another operand is chosen (or none)."""

    class Followed(Message):
        """The person wants to know where ``operand`` came from."""

        def __init__(self, operand: Operand) -> None:
            self.operand = operand
            super().__init__()

    class Wanted(Message):
        """All terms that were sent are seen, and more are wanted."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._found: Explanation | None = None
        self._visit = Visit("")
        self._words: Words | None = None
        self._lines: tuple[Line, ...] = ()
        self._table = Layout((), ())
        self._top = 0
        self._needed = 0

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the table."""
        return self._lines

    @property
    def line(self) -> Line | None:
        """The line that is chosen."""
        chosen = self._visit.line
        return self._lines[chosen] if chosen < len(self._lines) else None

    @property
    def operand(self) -> Operand | None:
        """The operand that is chosen."""
        line = self.line
        return line.operands[self._visit.part] if line and line.operands else None

    def show(self, found: Explanation | None, visit: Visit, words: Words) -> None:
        """Show the terms of ``found``; ``None``: nothing."""
        if visit is not self._visit:
            self._top = 0
        self._found, self._visit, self._words = found, visit, words
        self._lay_out()

    @property
    def needed(self) -> int:
        """The lines that it takes to fold nothing but zeros away."""
        return self._needed

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Where all lines fit, no more than those."""
        return self._needed

    def _lay_out(self) -> None:
        visit = self._visit
        self._need()
        fits = max(FEWEST, self.size.height - 1 - BELOW)
        self._lines, self._table = (), Layout((), ())
        if self._found is not None and self._words is not None and self.size.width:
            shown = max(fits, visit.shown)
            self._lines = lines(
                self._found, largest=visit.largest, shown=shown, zeros=visit.shown > 0
            )
            if self._lines:
                self._table = layout(self._lines, self.size.width, self._words)
        if self._lines:
            visit.line = min(visit.line, max(n for n, x in enumerate(self._lines) if x.chooses))
        self._settle()

    def _need(self) -> None:
        """Work out ``needed``; where the height is its own, another number is another height."""
        needed, visit = 0, self._visit
        if self._found is not None:
            zeros = visit.shown > 0
            whole = lines(self._found, largest=visit.largest, shown=AT_ONCE, zeros=zeros)
            needed = 1 + len(whole)
        if needed != self._needed:
            self._needed = needed
            self.refresh(layout=True)

    def _settle(self) -> None:
        """Keep in sight what is chosen, after it or the lines have changed."""
        visit, room = self._visit, max(1, self.size.height - 1)
        line = self.line
        if line is not None:
            visit.part = max(0, min(visit.part, len(line.operands) - 1))
        at_end = visit.line >= len(self._lines) - BELOW
        low = len(self._lines) - 1 if at_end else visit.line
        self._top = max(min(self._top, visit.line), low - room + 1, 0)
        self.refresh()
        self.post_message(self.Chosen())

    def on_resize(self) -> None:
        """More or fewer lines fit."""
        self._lay_out()

    # Keys and mouse

    def action_step(self, by: int) -> None:
        """Choose another line."""
        chooses = [n for n, line in enumerate(self._lines) if line.chooses]
        if chooses:
            self._visit.line = max(0, min(self._visit.line + by, chooses[-1]))
            self._settle()

    def action_page(self, pages: int) -> None:
        """Choose a line a screenful away."""
        self.action_step(pages * max(1, self.size.height - 2))

    def action_part(self, by: int) -> None:
        """Choose the other operand of the term."""
        line = self.line
        if line is not None and 0 <= self._visit.part + by < len(line.operands):
            self._visit.part += by
            self._settle()

    def action_follow(self) -> None:
        """Go to where the operand came from; at the folded lines, unfold."""
        line, operand = self.line, self.operand
        if operand is not None:
            self.post_message(self.Followed(operand))
        elif line is not None and line.kind in ("more", "others"):
            self._unfold()

    def _unfold(self) -> None:
        shown = len(self._lines)
        self._visit.shown = max(AT_ONCE, shown * UNFOLD)
        found = self._found
        if found is not None and found.left and self._visit.shown > len(found.terms):
            self.post_message(self.Wanted())
        self._lay_out()

    def point(self, tensor: str, row: int, col: int) -> None:
        """Choose the first operand of ``tensor`` whose index ends in ``row``, ``col``."""
        for n, line in enumerate(self._lines):
            for part, operand in enumerate(line.operands):
                if operand.tensor == tensor and operand.index[-2:] == (row, col):
                    self._visit.line, self._visit.part = n, part
                    self._settle()
                    return

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked; a second click follows it."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < 1:
            return
        n = self._top + offset.y - 1
        if n >= len(self._lines) or not self._lines[n].chooses:
            return
        x = 0
        for piece in self._table.rows[n]:
            x += Segment(piece.text).cell_length
            if offset.x < x:
                self._visit.part = max(0, piece.part)
                break
        self._visit.line = n
        self._settle()
        if event.chain > 1:
            self.action_follow()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll, if there is more."""
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll, if there is more."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        last = len(self._lines) - max(1, self.size.height - 1)
        if last > 0:
            event.stop()
            self._top = max(0, min(self._top + by, last))
            self.refresh()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """The header, then the lines from the first one in sight."""
        base, width = self.rich_style, self.size.width
        n = self._top + y - 1
        if y == 0:
            row = self._table.header
        elif n < len(self._table.rows):
            row = self._table.rows[n]
        else:
            return Strip.blank(width, base)
        segments = [self._segment(piece, n if y else -1, at) for at, piece in enumerate(row)]
        return Strip(segments).adjust_cell_length(width, base)

    def _segment(self, piece: Piece, n: int, at: int) -> Segment:
        text, style = piece.text, self._style(piece.kind)
        if n == self._visit.line:
            if not at:
                text, style = "> " if ascii_only(self) else "▸ ", self._style("mark")
            elif piece.part in (-1, self._visit.part) and (piece.part >= 0 or at == 1):
                style += self.get_component_rich_style("terms--chosen", partial=True)
        return Segment(ascii_text(text) if ascii_only(self) else text, style)

    def _style(self, kind: str) -> Style:
        if f"terms--{kind}" not in self.COMPONENT_CLASSES:
            return self.rich_style
        return self.get_component_rich_style(f"terms--{kind}")
