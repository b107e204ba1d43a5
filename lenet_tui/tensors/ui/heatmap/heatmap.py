"""The heatmap: a view drawn by Textual's line API."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.geometry import Region
from textual.strip import Strip

from lenet_tui.protocol.views import View
from lenet_tui.tensors.arrangement import Arrangement, Room
from lenet_tui.tensors.tiling import Index
from lenet_tui.tensors.ui.heatmap.canvas import names
from lenet_tui.tensors.ui.heatmap.drawing import Drawing, draw
from lenet_tui.tensors.ui.heatmap.ink import Ink, Surface, ink_for, surface_of
from lenet_tui.tensors.ui.heatmap.picker import Picker
from lenet_tui.terminal.ui.line_widget import bands, is_flat


class Heatmap(Picker):
    """Draws a ``View`` in an ``Arrangement``; only lines that change are painted again.

    ``picture``: draw in grey. ``long``: tile names in full, as in ``channel {name}``.
    """

    def __init__(self, *, picture: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.picture = picture
        self.long = "{name}"
        self._surface: Surface | None = None
        self._shown: tuple[View, Arrangement] | None = None
        self._kernels = self._sample = False
        self._regions: tuple[tuple[Index, Index], ...] = ()
        self._drawing: Drawing | None = None
        self._strips: dict[int, Strip] = {}

    @dataclass
    class Scrolled(Picker.Reshaped):
        """Grid row ``top`` is to be the first."""

        top: int

    class Restyled(Picker.Reshaped):
        """It is drawn with another ink, which may have other room."""

    @property
    def surface(self) -> Surface:
        """What there is to draw on, by theme and terminal."""
        if self._surface is None:
            self._surface = surface_of(self)
        return self._surface

    @property
    def ink(self) -> Ink:
        """How it is drawn."""
        scale = self._shown[0].scale if self._shown else None
        kind = "signed" if scale is None or scale.signed else "unsigned"
        return ink_for(self.surface, "picture" if self.picture else kind)

    @property
    def room(self) -> Room:
        """The pixels there are, for ``arrange``."""
        return self.ink.room(*self.size)

    @property
    def arrangement(self) -> Arrangement | None:
        """Of what is shown."""
        return self._shown[1] if self._shown else None

    def show(
        self, view: View, arrangement: Arrangement, *, kernels: bool = False, sample: bool = False
    ) -> None:
        """Draw ``view``, which ``arrangement.request`` asked for.

        ``kernels``: tiles are named by output and input. ``sample``: they are one sample's.
        """
        self._shown = view, arrangement
        self._kernels, self._sample = kernels, sample
        if self.cursor is not None and not _inside(self.cursor, arrangement.shape):
            self.cursor = None
        self._draw()

    def forget(self) -> None:
        """Draw nothing until the next view."""
        self._shown = None
        self._draw()

    def highlight(self, *regions: tuple[Index, Index]) -> None:
        """Mark regions (first and last index, each of one tile) by their corners; none: none."""
        if regions != self._regions:
            self._regions = regions
            self._draw()

    # Drawing

    def _draw(self) -> None:
        """Draw anew; ask for a repaint of the lines that differ."""
        if not self.is_attached:
            return
        new = draw(self._shown, self.ink, *self.size)
        if self._shown is not None:
            arrangement = self._shown[1]
            named = names(arrangement, new.room, self._kernels, self.long, self._sample)
            new.write(named, self.rich_style.color, self.surface.ascii)
            regions = [r for r in self._regions if _inside(r[1], arrangement.shape)]
            cursor = self.cursor if self.has_focus else None
            if cursor is not None and not _inside(cursor, arrangement.shape):
                cursor = None  # of a tensor that is not shown yet
            new.mark(arrangement, regions, cursor)
        lines = new.differing(self._drawing) if self._drawing else None
        self._drawing = new
        if lines is None:
            self._strips.clear()
            self.refresh()
        elif lines:
            for y in lines:
                self._strips.pop(y, None)
            self.refresh(*bands(lines, self.size.width))

    def render_line(self, y: int) -> Strip:
        if self._drawing is None or self._drawing.width != self.size.width:
            return Strip.blank(self.size.width, self.ink.blank_style)
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._drawing.line(y)
        return strip

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are, where there is nothing around them and no filter to pass.

        Textual would copy and filter every cell of them on each repaint.
        """
        if self.styles.gutter or not is_flat(self) or self.surface.colours == "none":
            return super().render_lines(crop)
        strips = [self.render_line(y) for y in crop.line_range]
        if crop.column_span == (0, self.size.width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    def notify_style_update(self) -> None:
        """Another theme: other colours, and perhaps other pixels."""
        super().notify_style_update()
        before, self._surface = self._surface, None
        self._drawing = None
        self._draw()
        if before is not None and before != self.surface:
            self.post_message(self.Restyled())

    def on_resize(self) -> None:
        """Draw what there is at the new size until what fits it comes."""
        self._draw()

    def on_focus(self) -> None:
        """The cursor is seen while the heatmap has the focus; at first on the first element."""
        if self.cursor is None:
            self.action_step(0, 0)
        self._draw()

    def on_blur(self) -> None:
        """No focus, no cursor."""
        self._draw()

    def watch_cursor(self) -> None:
        """Draw the cursor where it is now."""
        self._draw()

    # Moving

    def action_step(self, right: int, down: int) -> None:
        """Move by one pixel of the picture, over gaps; scroll where there is more."""
        if self._shown is None:
            return
        arrangement = self._shown[1]
        here = self.cursor if self.cursor and _inside(self.cursor, arrangement.shape) else None
        box = arrangement.box(here) if here is not None else None
        if box is None:
            index = arrangement.index_at(0, arrangement.label)
        else:
            index = _next(arrangement, box.x, box.y, right, down)
            moved = arrangement.scrolled(arrangement.top + down)
            if index is None and moved.top != arrangement.top:
                index = _next(moved, box.x, box.y - down * moved.pitch[0], right, down)
                self.post_message(self.Scrolled(moved.top))
        if index is not None:
            self.place(index)

    def action_page(self, pages: int) -> None:
        """Scroll by as many tiles as are seen."""
        if self._shown:
            self._scroll(self._shown[1].top + pages * self._shown[1].visible)

    def action_edge(self, end: int) -> None:
        """Scroll to the first tiles or the last."""
        if self._shown:
            self._scroll(self._shown[1].last_top if end > 0 else 0)

    def _scroll(self, top: int) -> None:
        """Ask for other tiles, the cursor on the first; the picture comes with the next view."""
        if self._shown is not None:
            moved = self._shown[1].scrolled(top)
            if moved.top != self._shown[1].top:
                self.post_message(self.Scrolled(moved.top))
                index = moved.index_at(0, moved.label)
                if self.cursor is not None and index is not None:
                    self.place(index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll one row of tiles."""
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll one row of tiles."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        if self._shown and self._shown[1].last_top:
            event.stop()
            self._scroll(self._shown[1].top + by)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; a second click chooses."""
        if self._shown is None:
            return
        room, arrangement = self.room, self._shown[1]
        for half in range(room.line):
            index = arrangement.index_at(event.x // room.across, event.y * room.line + half)
            if index is not None:
                self.place(index)
                if event.chain > 1:
                    self.action_choose()
                return


def _next(
    arrangement: Arrangement, x: int, y: int, right: int, down: int
) -> tuple[int, ...] | None:
    """The element of the next pixel that way from the one at (``x``, ``y``), past gaps."""
    start = arrangement.tile_at(x, y)
    for _ in range(sum(arrangement.pitch) + 2):
        x, y = x + right, y + down
        if arrangement.tile_at(x, y) != start:
            index = arrangement.index_at(x, y)
            if index is not None:
                return index
    return None


def _inside(index: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    return len(index) == len(shape) and all(i < n for i, n in zip(index, shape, strict=True))
