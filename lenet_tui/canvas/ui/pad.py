"""The pad: the picture in half-blocks, drawn on by mouse and by a cursor that keys move."""

from __future__ import annotations

import numpy as np
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lenet_tui.canvas.drawing import Drawing, Place
from lenet_tui.protocol.views import TOP
from lenet_tui.tensors.arrangement import Box, Room
from lenet_tui.tensors.ui.heatmap.canvas import cursor_marks
from lenet_tui.tensors.ui.heatmap.drawing import Drawing as Painted
from lenet_tui.tensors.ui.heatmap.ink import Ink, Surface, ink_for, surface_of
from lenet_tui.tensors.ui.heatmap.palette import Codes
from lenet_tui.terminal.ui.line_widget import bands

RIGHT = 3
"""The mouse button that erases."""
UP, PAINTS, ERASES = PENS = ("up", "paints", "erases")
"""What a moved cursor does with the picture, and the left button."""


class Pad(Widget, can_focus=True):
    """Shows a ``Drawing`` as large as fits, and puts strokes on it.

    ``cursor``: row and column of the pixel that keys are about. ``pen``: one of ``PENS``.
    """

    ALLOW_SELECT = False

    class Changed(Message):
        """The picture is another one."""

    class Moved(Message):
        """The cursor is on another pixel."""

    def __init__(self, drawing: Drawing, id: str | None = None) -> None:
        super().__init__(id=id)
        self.drawing = drawing
        self.cursor: Place = (drawing.height // 2, drawing.width // 2)
        self.pen = UP
        self._surface: Surface | None = None
        self._painted: Painted | None = None
        self._strips: dict[int, Strip] = {}
        self._dragged: tuple[Place, bool] | None = None
        """The last place of the stroke under way, and whether it erases."""

    # What is drawn

    @property
    def ink(self) -> Ink:
        """How it is drawn, by theme and terminal."""
        if self._surface is None:
            self._surface = surface_of(self)
        return ink_for(self._surface, "picture")

    def wanted(self, width: int, height: int) -> tuple[int, int]:
        """The cells (columns, lines) that the picture takes of so many."""
        room = self.ink.room(width, height)
        zoom, block = self._scale(room)
        rows, cols = (-(-n // block) * zoom for n in self.drawing.pixels.shape)
        return cols * room.across, -(-rows // room.line)

    def _scale(self, room: Room) -> tuple[int, int]:
        """By how much a pixel is magnified; else how many pixels across one stands for."""
        height, width = self.drawing.pixels.shape
        zoom = min(room.rows // height, room.cols // width)
        if zoom > 0:
            return zoom, 1
        return 1, max(-(-height // max(room.rows, 1)), -(-width // max(room.cols, 1)), 1)

    def _codes(self, room: Room) -> Codes:
        """The palette's code of each pixel of the widget."""
        zoom, block = self._scale(room)
        shares = self.drawing.shares
        if block > 1:
            rows, cols = (-(-n // block) * block for n in shares.shape)
            padded = np.zeros((rows, cols), np.float32)
            padded[: shares.shape[0], : shares.shape[1]] = shares
            shares = padded.reshape(rows // block, block, cols // block, block).max((1, 3))
        codes = self.ink.levels[np.rint(shares * TOP).astype(np.uint8)]
        codes = codes.repeat(zoom, 0).repeat(zoom, 1)
        odd = -len(codes) % room.line
        return np.pad(codes, ((0, odd), (0, 0)), constant_values=self.ink.palette.blank)

    def redraw(self) -> None:
        """Paint the lines that differ from what is seen."""
        if not self.is_attached or not self.size.area:
            return
        ink = self.ink
        room = ink.room(*self.size)
        codes = self._codes(room)
        new = Painted(ink, room, self.size.width, codes, ink.cells(codes))
        if self.has_focus:
            zoom, block = self._scale(room)
            row, col = (n // block * zoom for n in self.cursor)
            marks = cursor_marks(Box(col, row, zoom, zoom), room)
            for x, y, mark in marks:
                if y < codes.shape[0] and x < codes.shape[1]:
                    new.over[y // room.line][x] = ink.marked(int(codes[y, x]), mark, True)
        old, self._painted = self._painted, new
        lines = new.differing(old) if old and old.room == new.room else None
        if lines is None:
            self._strips.clear()
            self.refresh()
        elif lines:
            for y in lines:
                self._strips.pop(y, None)
            self.refresh(*bands(lines, self.size.width))

    def render_line(self, y: int) -> Strip:
        if self._painted is None or self._painted.width != self.size.width:
            return Strip.blank(self.size.width, self.ink.blank_style)
        if y not in self._strips:
            self._strips[y] = self._painted.line(y)
        return self._strips[y]

    def notify_style_update(self) -> None:
        """Another theme: other colours."""
        super().notify_style_update()
        self._surface = self._painted = None
        self.redraw()

    on_resize = on_focus = on_blur = redraw

    # What is done with it

    def move(self, down: int, right: int) -> None:
        """Move the cursor; with the pen down it draws."""
        before, shape = self.cursor, self.drawing.pixels.shape
        row, col = (
            min(max(at + by, 0), n - 1)
            for at, by, n in zip(before, (down, right), shape, strict=True)
        )
        self.cursor = row, col
        if self.pen != UP and self.cursor != before:
            self.drawing.begin()
            self.drawing.stroke(before, self.cursor, erase=self.pen == ERASES)
            self.changed()
        else:
            self.redraw()
        self.post_message(self.Moved())

    def dab(self, erase: bool) -> None:
        """Touch the picture at the cursor."""
        self.drawing.begin()
        self.drawing.stroke(self.cursor, self.cursor, erase=erase)
        self.changed()

    def changed(self) -> None:
        """Show the picture as it is now."""
        self.redraw()
        self.post_message(self.Changed())

    # The mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A stroke begins; the right button erases."""
        self.drawing.begin()
        self.capture_mouse()
        self._dragged = self._place(event), event.button == RIGHT or self.pen == ERASES
        self._drag(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The stroke goes on."""
        if self._dragged is not None:
            self._drag(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """The stroke has ended."""
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()

    def _drag(self, event: events.MouseEvent) -> None:
        assert self._dragged is not None
        (before, erase), here = self._dragged, self._place(event)
        self._dragged = here, erase
        self.drawing.stroke(before, here, erase=erase)
        shape = self.drawing.pixels.shape
        row, col = (min(max(at, 0), n - 1) for at, n in zip(here, shape, strict=True))
        self.cursor = row, col
        self.changed()
        self.post_message(self.Moved())

    def _place(self, event: events.MouseEvent) -> Place:
        """The pixel under the mouse, which may be beyond the edge; of two in a cell the upper."""
        room = self.ink.room(*self.size)
        zoom, block = self._scale(room)
        offset = event.screen_offset - self.content_region.offset
        return offset.y * room.line * block // zoom, offset.x // room.across * block // zoom
