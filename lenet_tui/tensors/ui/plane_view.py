"""Draws a plane, line by line, with the window always in sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lenet_tui.kit.ui.settings import ascii_only
from lenet_tui.tensors.ui.heatmap.ink import sign_style
from lenet_tui.tensors.ui.heatmap.palette import TRUE, Palette
from lenet_tui.tensors.ui.planes import (
    GLYPH_WIDTH,
    Array,
    Figures,
    Mark,
    Plane,
    Role,
    cell_text,
    figures,
    narrow,
    sign_mark,
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns of a ``cell`` and of the rows' ``names``, what is in sight, and how numbers are
    written (``None``: marks).
    """

    cell: int
    names: int
    rows: range
    cols: range
    figures: Figures | None


class PlaneView(Widget):
    """Rows and columns of cells under their numbers; scrolls by itself to where the window is."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "plane--edge",
        *(f"plane--{role.value}" for role in Role),
    }
    DEFAULT_CSS = """
    PlaneView { border: round $border-blurred; border-title-color: $foreground;
        border-subtitle-color: $foreground-muted; background: $background; }
    PlaneView:focus { border: round $border; border-title-color: $accent; }
    PlaneView > .plane--edge { color: $foreground-muted; }
    PlaneView > .plane--plain { color: $foreground-muted; }
    PlaneView > .plane--read { color: auto; background: $primary; text-style: bold; }
    PlaneView > .plane--winner { color: auto; background: $success; text-style: bold; }
    PlaneView > .plane--hole { color: $foreground-muted; background: $primary 25%; }
    PlaneView > .plane--padding { color: $text-warning; background: $warning 12%; }
    PlaneView > .plane--padding-hole { color: $text-warning; background: $primary 25%; }
    PlaneView > .plane--padding-read {
        color: auto; background: $warning; text-style: bold;
    }
    PlaneView > .plane--source { color: $text-warning; text-style: bold; }
    PlaneView > .plane--cut { color: $error; }
    PlaneView > .plane--current { color: auto; background: $accent; text-style: bold; }
    PlaneView:ansi > .plane--read { color: ansi_black; background: ansi_blue; }
    PlaneView:ansi > .plane--hole { color: ansi_blue; background: ansi_default; }
    PlaneView:ansi > .plane--padding { color: ansi_yellow; background: ansi_default; }
    PlaneView:ansi > .plane--padding-hole { color: ansi_blue; background: ansi_default; }
    PlaneView:ansi > .plane--padding-read { color: ansi_black; background: ansi_yellow; }
    PlaneView:ansi > .plane--winner { color: ansi_black; background: ansi_green; }
    PlaneView:ansi > .plane--current { color: ansi_black; background: ansi_magenta; }
    PlaneView:ansi > .plane--source { color: ansi_yellow; }
    """

    @dataclass
    class Clicked(Message):
        """A cell was clicked: its row and column, as positions in the plane."""

        view: PlaneView
        row: int
        col: int

        @property
        def control(self) -> PlaneView:
            return self.view

    def __init__(self, id: str, focusable: bool = False) -> None:
        super().__init__(id=id)
        self.can_focus = focusable
        self._plane: Plane | None = None
        self._numbers: bool | None = None
        self._empty = ""
        self._measured: Array | None = None
        self._figures: tuple[Figures, ...] = ()
        self._limit = 0.0
        self._top = self._left = 0

    def show(self, plane: Plane | None, numbers: bool | None = None, empty: str = "") -> None:
        """Draw ``plane``; where there is none, the line ``empty``.

        ``numbers``: show numbers rather than marks; ``None``: where the whole row fits.
        """
        rows = len(self._plane.rows) if self._plane else 0
        self._plane, self._numbers, self._empty = plane, numbers, empty
        values = plane.values if plane else None
        if not _same(values, self._measured):
            self._measured, self._figures = values, figures(values)
            finite = values[np.isfinite(values)] if values is not None else np.zeros(0)
            self._limit = float(np.abs(finite).max()) if finite.size else 0.0
        self.refresh(layout=rows != (len(plane.rows) if plane else 0))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """All rows and the line above them."""
        return 1 + (len(self._plane.rows) if self._plane else 0)

    def render_line(self, y: int) -> Strip:
        """One line: the columns' numbers on top, then a row of cells each."""
        width = self.content_size.width
        base = self.rich_style
        plane = self._plane
        if plane is None:
            lines = Content(self._empty).wrap(max(width, 1)) if self._empty else []
            text = lines[y].plain if y < len(lines) else ""
            return Strip([Segment(text, base)]).adjust_cell_length(width, base)
        layout = self._layout(plane)
        segments: list[Segment] = []
        if y == 0:
            segments = self._header(plane, layout)
        elif y - 1 < len(layout.rows):
            segments = self._row(plane, layout.rows[y - 1], layout)
        return Strip(segments).adjust_cell_length(width, base)

    def _layout(self, plane: Plane) -> Layout:
        """What fits, at the place that shows the window."""
        width, height = self.content_size
        ends = (plane.rows[0], plane.rows[-1]) if plane.rows else (0,)
        names = max(len(str(abs(row))) for row in ends) + (plane.mode not in ("zeros", "-inf")) + 1
        figures, cell = None, GLYPH_WIDTH
        for figures in self._figures if self._numbers is not False else ():
            cell = max(figures.width + 2, GLYPH_WIDTH)
            if self._numbers or len(plane.cols) * cell <= width - names:
                break
        else:
            figures, cell = None, GLYPH_WIDTH
        (top, bottom), (left, right) = plane.focus
        rows = _in_sight(plane.rows, self._top, max(height - 1, 1), top, bottom)
        cols = _in_sight(plane.cols, self._left, max((width - names) // cell, 1), left, right)
        self._top, self._left = rows.start, cols.start
        return Layout(cell, names, rows, cols, figures)

    def _header(self, plane: Plane, layout: Layout) -> list[Segment]:
        line = [" "] * (layout.names + len(layout.cols) * layout.cell)
        free = 0
        for nth, col in enumerate(layout.cols):
            name = self._edge_name(plane, col, rows=False)
            end = layout.names + nth * layout.cell + layout.cell - 1
            start = end - len(name)
            if name and start >= free:
                line[start:end] = name
                free = end + 1
        return [Segment("".join(line), self.get_component_rich_style("plane--edge"))]

    def _row(self, plane: Plane, row: int, layout: Layout) -> list[Segment]:
        edge = self.get_component_rich_style("plane--edge")
        name = self._edge_name(plane, row, rows=True)
        segments = [Segment(f"{name.rjust(layout.names - 1)} ", edge)]
        for col in layout.cols:
            mark = plane.mark(row, col)
            if plane.heat and layout.figures is None and mark.value is not None:
                sign = sign_mark(mark.value)
                text = f"[{sign}]" if mark.role is Role.CURRENT else f" {sign} "
            else:
                text = cell_text(mark, layout.cell, layout.figures, plane.mode)
            text = narrow(text) if ascii_only(self) else text
            segments.append(Segment(text, self._style(plane, mark)))
        return segments

    def _style(self, plane: Plane, mark: Mark) -> Style:
        style = self.get_component_rich_style(f"plane--{mark.role.value}")
        if plane.heat and mark.role is Role.PLAIN and mark.value is not None:
            return self._heat(mark.value) or style
        return style

    def _heat(self, value: float) -> Style | None:
        """The colour of a signed value; ``None`` where the theme has none or it is not finite."""
        if not np.isfinite(value) or not self._limit or self.app.native_ansi_color:
            return None
        dark = self.app.current_theme.dark
        if not self.app.no_color and self.app.console.color_system in ("standard", "windows"):
            return sign_style(float(np.sign(value)), dark=dark)
        palette: Palette = TRUE[(dark, True)]
        half = len(palette.colours) // 2
        red, green, blue = palette.colours[half + round(value / self._limit * half)]
        bright = 0.299 * red + 0.587 * green + 0.114 * blue > 110
        return Style(
            color="#000000" if bright else "#ffffff", bgcolor=f"#{red:02x}{green:02x}{blue:02x}"
        )

    def _edge_name(self, plane: Plane, position: int, rows: bool) -> str:
        """The number at the edge; with ``=`` before it where padding copies that cell."""
        name = (plane.row_name if rows else plane.col_name)(position)
        return name if not name or name == str(position) or plane.heat else f"={name}"

    def on_click(self, event: events.Click) -> None:
        """Post which cell was clicked."""
        plane, offset = self._plane, event.get_content_offset(self)
        if plane is None or offset is None:
            return
        layout = self._layout(plane)
        row, col = offset.y - 1, (offset.x - layout.names) // layout.cell
        if 0 <= row < len(layout.rows) and 0 <= col < len(layout.cols):
            self.post_message(self.Clicked(self, layout.rows[row], layout.cols[col]))


def _in_sight(whole: range, start: int, room: int, first: int, last: int) -> range:
    """``room`` of the positions, moved from ``start`` just as far as to show first … last."""
    start = max(start, last + 1 - room)
    start = min(start, first)
    start = min(max(start, whole.start), max(whole.stop - room, whole.start))
    return range(start, min(start + room, whole.stop))


def _same(left: Array | None, right: Array | None) -> bool:
    """Whether both are the same part of the same (read-only) array."""
    if left is None or right is None:
        return left is right
    return left.shape == right.shape and left.ctypes.data == right.ctypes.data
