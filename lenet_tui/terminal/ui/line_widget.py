"""A widget of lines of text, each drawn when it is first seen and again when it has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.segment import Segment
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from lenet_tui.terminal.ui.runs import Runs, StyleBook

Line = Content | Runs


def bands(lines: Iterable[int], width: int) -> Iterator[Region]:
    """Yield regions of ``width`` that hold ``lines`` (in ascending order), neighbours in one."""
    first = end = -1
    for y in lines:
        if y != end:
            if end > first:
                yield Region(0, first, width, end - first)
            first = y
        end = y + 1
    if end > first:
        yield Region(0, first, width, end - first)


def is_flat(widget: Widget) -> bool:
    """Return whether nothing but spaces beside them is drawn around or over a widget's lines."""
    styles = widget.styles
    gutter, padding = styles.gutter, styles.padding
    bare = gutter == padding and not (padding.top or padding.bottom)
    bare = bare and not any(kind for kind, _ in styles.outline)
    return bare and widget.opacity == 1 and not styles.tint.a and styles.text_opacity == 1


def _same(one: Line, other: Line) -> bool:
    if isinstance(one, Runs) or isinstance(other, Runs):
        return isinstance(one, Runs) and one.is_same(other)
    return one.is_same(other)


class LineWidget(Widget):
    """Shows lines, which are neither wrapped nor aligned.

    Textual's ``Static`` would draw and paint all of them anew for a change in one.
    """

    ALLOW_SELECT = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines: tuple[Line, ...] = ()
        self._book = StyleBook()
        self._strips: dict[int, Strip] = {}
        self._strips_width = -1

    @property
    def first(self) -> int:
        """The index of the line that is seen at the top."""
        return 0

    def put(self, lines: Sequence[Line]) -> None:
        """Show ``lines`` instead; only those that have changed are painted."""
        old, self.lines = self.lines, tuple(lines)
        both = min(len(old), len(lines))
        changed = [y for y in range(both) if not _same(old[y], self.lines[y])]
        changed += range(both, max(len(old), len(lines)))
        for y in changed:
            self._strips.pop(y, None)
        first, height = self.first, self.size.height
        seen = [y - first for y in changed if 0 <= y - first < height]
        if seen:  # from edge to edge, so that no line need be cut
            left = self.styles.padding.left
            whole = bands(seen, self.outer_size.width)
            self.refresh(*(band.translate((-left, 0)) for band in whole))

    def render_line(self, y: int) -> Strip:
        if not 0 <= (y := y + self.first) < len(self.lines):
            return Strip([])
        line = self.lines[y]
        if isinstance(line, Runs):
            return self._runs_drawn(line, (), self.background_colors[1])
        runs = line.render(self.visual_style, end="")
        return Strip([Segment(text, style.rich_style) for text, style in runs])

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines as they were drawn; Textual would put each together anew."""
        if not is_flat(self):
            return super().render_lines(crop)
        width = self.outer_size.width
        if width != self._strips_width:
            self._strips, self._strips_width = {}, width
        numbers = range(crop.y + self.first, crop.bottom + self.first)
        if any(number not in self._strips for number in numbers):
            self._complete(number for number in numbers if number not in self._strips)
        strips = [self._strips[number] for number in numbers]
        if crop.column_span == (0, width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    def _complete(self, numbers: Iterable[int]) -> None:
        """Draw lines from edge to edge."""
        blank, background = self.visual_style.rich_style, self.background_colors[1]
        filters, width, room = self.get_line_filters(), self._strips_width, self.size.width
        left = self.styles.padding.left
        before, after = Segment(" " * left, blank), Segment(" " * (width - left - room), blank)
        for number in numbers:
            line = self.lines[number] if number < len(self.lines) else None
            if isinstance(line, Runs) and line.width == room == width:
                self._strips[number] = self._runs_drawn(line, filters, background)
                continue
            text = self.render_line(number - self.first).adjust_cell_length(room, blank)
            strip = Strip([before, *text, after], width) if width > room else text
            for filter in filters:
                strip = strip.apply_filter(filter, background)
            self._strips[number] = strip

    def _runs_drawn(self, line: Runs, filters: Sequence[LineFilter], background: Color) -> Strip:
        """Draw a line of runs, filtered."""
        segments = self._book.segments(line, self.visual_style, filters, background)
        return Strip(segments, line.width)

    def notify_style_update(self) -> None:
        """Draw everything anew, in other colours."""
        super().notify_style_update()
        self._strips.clear()
        self._book.forget()
