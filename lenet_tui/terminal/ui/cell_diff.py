"""Repainting only the cells that changed.

Textual sends every line of a changed widget from its left edge, each cell with all its colours.
Here every update is compared with what the terminal already shows, and only the difference is
sent. This leans on private parts of Textual 8.2 (``App._display`` and three classes of its
compositor); whatever is not known exactly is written as Textual would write it.
"""

from __future__ import annotations

from typing import Any, TypeVar

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip

from lenet_tui.terminal.ui.partial_compositor import PartUpdate
from lenet_tui.terminal.ui.pens import Cell, Writer, cells_of

ReturnType = TypeVar("ReturnType")


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
        if type(update) is LayoutUpdate:
            left, top, width, height = update.region
            if not self._rows or (len(self._rows), len(self._rows[0])) != (
                top + height,
                left + width,
            ):
                self._rows = [[None] * (left + width) for _ in range(top + height)]
            writer = Writer()
            for y, line in enumerate(update.strips, top):
                x = left
                for strip in line:
                    self._paint(writer, y, x, strip, console)
                    x += strip.cell_length
            return writer.finish()
        if type(update) is ChopsUpdate:
            writer = Writer()
            for y, x1, x2 in update.spans:
                chops = zip(update.chop_ends[y], update.chops[y].items(), strict=False)
                for end, (x, chop) in chops:
                    if chop is not None and x < x2 and end > x1:
                        self._paint(writer, y, x, chop, console)
            return writer.finish()
        if type(update) is PartUpdate:
            writer = Writer()
            for y, x, strip in update.pieces:
                self._paint(writer, y, x, strip, console)
            return writer.finish()
        self.forget()
        return update.render_segments(console)

    def _paint(self, writer: Writer, y: int, x: int, strip: Strip, console: Console) -> None:
        system = console._color_system or ColorSystem.TRUECOLOR  # as Strip.render does
        cells = cells_of(strip, system)
        row = self._rows[y] if y < len(self._rows) else []
        end = x + strip.cell_length
        if cells is None or end > len(row):
            writer.raw(y, x, strip.render(console))
            row[x:end] = [None] * len(row[x:end])
        elif (old := row[x:end]) != cells:
            writer.put(y, x, cells, old)
            row[x:end] = cells


class LeanUpdate(CompositorUpdate):
    """An update of the screen that is compared with the shadow when it is really written."""

    def __init__(self, update: CompositorUpdate, shadow: Shadow) -> None:
        self._update = update
        self._shadow = shadow

    def render_segments(self, console: Console) -> str:
        return self._shadow.sequence(self._update, console)


class LeanApp(App[ReturnType]):
    """An app that sends only the cells that changed. ``lean``: whether it does."""

    lean = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._shadow = Shadow()
        super().__init__(*args, **kwargs)

    def on_mount(self) -> None:
        """After a suspension the terminal is another's work."""
        self.app_resume_signal.subscribe(self, lambda _: self.repaint())

    def on_resize(self) -> None:
        """Terminals do as they like with what was there."""
        self._shadow.forget()

    def repaint(self) -> None:
        """Send the whole screen again, in case something disturbed it."""
        self._shadow.forget()
        self.refresh()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if self.lean and isinstance(renderable, CompositorUpdate):
            renderable = LeanUpdate(renderable, self._shadow)
        super()._display(screen, renderable)
