"""Repainting only the cells that changed.

Textual sends every line of a changed widget from its left edge, each cell with all its colours.
Here every update is compared with what the terminal already shows, and only the difference is
sent. Whatever is not known exactly is written as Textual would write it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console, RenderableType
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.screen import Screen

from lenet_tui.terminal.ui.pens import Cell, Writer, cells_of
from lenet_tui.terminal.ui.plain_painting import PlainApp
from lenet_tui.terminal.ui.private.partial_compositor import PartUpdate, Piece

ReturnType = TypeVar("ReturnType")

HOLD = 0.02
"""Seconds between two looks at how much the terminal has not taken."""


class Shadow:
    """What the terminal shows, as far as we wrote it; a cell that is not known is ``None``."""

    def __init__(self) -> None:
        self._rows: list[list[Cell | None]] = []

    def forget(self) -> None:
        """Something else may have written to the terminal: nothing is known."""
        for row in self._rows:
            row[:] = [None] * len(row)

    def sequence(self, update: CompositorUpdate, console: Console) -> str:
        """What to send so that the terminal shows ``update``: the cells that differ."""
        pieces: Iterable[Piece]
        if type(update) is LayoutUpdate:
            pieces = self._all(update)
        elif type(update) is ChopsUpdate:
            pieces = _chopped(update)
        elif type(update) is PartUpdate:
            pieces = update.pieces
        else:
            self.forget()
            return update.render_segments(console)
        system = COLOR_SYSTEMS.get(console.color_system or "", ColorSystem.TRUECOLOR)
        writer = Writer()
        for y, x, strip in pieces:
            cells = cells_of(strip, system)
            row = self._rows[y] if y < len(self._rows) else []
            end = x + strip.cell_length
            if cells is None or end > len(row):
                writer.raw(y, x, strip.render(console))
                row[x:end] = [None] * len(row[x:end])
            elif (old := row[x:end]) != cells:
                writer.put(y, x, cells, old)
                row[x:end] = cells
        return writer.finish()

    def _all(self, update: LayoutUpdate) -> Iterator[Piece]:
        """The pieces of a whole screen; nothing is known of one of another size."""
        left, top, width, height = update.region
        size = (top + height, left + width)
        if not self._rows or (len(self._rows), len(self._rows[0])) != size:
            self._rows = [[None] * size[1] for _ in range(size[0])]
        for y, line in enumerate(update.strips, top):
            x = left
            for strip in line:
                yield y, x, strip
                x += strip.cell_length


def _chopped(update: ChopsUpdate) -> Iterator[Piece]:
    """The pieces of the lines' parts that changed."""
    for y, x1, x2 in update.spans:
        chops = zip(update.chop_ends[y], update.chops[y].items(), strict=False)
        for end, (x, chop) in chops:
            if chop is not None and x < x2 and end > x1:
                yield y, x, chop


class CellDiffUpdate(CompositorUpdate):
    """An update of the screen that is compared with the shadow when it is really written."""

    def __init__(self, update: CompositorUpdate, shadow: Shadow) -> None:
        self._update = update
        self._shadow = shadow

    def render_segments(self, console: Console) -> str:
        return self._shadow.sequence(self._update, console)


class CellDiffApp(PlainApp[ReturnType]):
    """An app that sends only the cells that changed; none while too many are on the way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._shadow = Shadow()
        self._late = False
        super().__init__(*args, **kwargs)

    def on_resize(self) -> None:
        """Terminals do as they like with what they showed at the size before."""
        self._shadow.forget()

    def repaint(self) -> None:
        """Send the whole screen again, in case something disturbed it."""
        self._shadow.forget()
        super().repaint()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, CompositorUpdate):
            if self._late or self.flow.full:
                self._paint_later()
                return
            renderable = CellDiffUpdate(renderable, self._shadow)
        super()._display(screen, renderable)

    def _paint_later(self) -> None:
        """Paint the whole screen when the terminal has taken more; what has not changed by then
        since the last paint is not sent.
        """
        if not self._late:
            self._late = True
            self.set_timer(HOLD, self._paint_now)

    def _paint_now(self) -> None:
        self._late = False
        if self.flow.full:
            self._paint_later()
        else:
            self.screen.refresh()
