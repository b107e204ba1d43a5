"""Painting only what is in a changed part of the screen, and of that only what is seen.

Textual 8.2 draws every line of every widget in the rectangle around all changes: with a line
changed at the top and one at the bottom, the whole screen, to throw most of it away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from textual._compositor import Compositor, CompositorUpdate, ReflowResult
from textual.content import Content
from textual.geometry import Region, Size
from textual.screen import Screen, ScreenResultType
from textual.strip import Strip
from textual.widget import Widget

from lenet_tui.terminal.ui.plain_painting import PlainScreen

Piece = tuple[int, int, Strip]
"""(y, x, strip): cells to be shown from a place on."""


WIDE = 2
"""Columns that a character of Chinese takes."""


class PartUpdate(CompositorUpdate):
    """Some pieces of lines, by themselves."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces

    def render_segments(self, console: Console) -> str:
        return "".join(
            f"\x1b[{y + 1};{x + 1}H{strip.render(console)}" for y, x, strip in self.pieces
        )


class PartCompositor(Compositor):
    """Draws each changed region by itself, the widgets in front first, until it is filled.

    Textual cuts every line where any widget begins or ends, also below one that lies over it, and
    makes two blanks of a wide character that is cut: notifications lost Chinese characters.

    A layout tells each widget whose size has changed since the last one. Textual compares with a
    map that whoever asks where a widget is may have renewed in between; then nobody is told.
    """

    def __init__(self) -> None:
        super().__init__()
        self._laid_out = self._full_map
        """The map of the last layout."""

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay all out anew; returns what was hidden, shown and resized since this was last done."""
        self._full_map = self._laid_out
        result = super().reflow(parent, size)
        self._laid_out = self._full_map
        self._full_map_invalidated = False
        return result

    def clear(self) -> None:
        """Let go of all widgets."""
        super().clear()
        self._laid_out = self._full_map

    def render_partial_update(self) -> PartUpdate | None:  # type: ignore[override]
        screen = self.size.region
        regions = _merged(region.intersection(screen) for region in self._dirty_regions)
        self._dirty_regions.clear()
        if not regions:
            return None
        return PartUpdate([piece for region in regions for piece in self._pieces(region)])

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        """What is seen of each line of the screen, by the place where it begins."""
        chops: list[dict[int, Strip]] = [{} for _ in range(self.size.height)]
        for y, x, strip in self._pieces(crop):
            if is_rendered_line(y):
                chops[y][x] = strip
        return [dict(sorted(chop.items())) for chop in chops]

    def _pieces(self, area: Region) -> Iterator[Piece]:
        """What is seen in ``area``, each cell once, with the whole of what its edges cut."""
        free = {y: [(area.x, area.right)] for y in area.line_range}
        before: list[Region] = []
        for widget, (region, clip) in self.visible_widgets.items():
            shown = region.intersection(clip)
            seen = shown.intersection(area)
            before.append(shown)
            rows = [y for y in seen.line_range if _in(seen, free.get(y, ()))]
            if not seen.area or not rows:
                continue
            lines = range(rows[0], rows[-1] + 1)
            crop = Region(seen.x, lines.start, seen.width, len(lines)).translate(-region.offset)
            for y, strip in zip(lines, widget.render_lines(crop), strict=True):
                left: list[tuple[int, int]] = []
                for start, end in free.get(y, ()):
                    x1, x2 = max(start, seen.x), min(end, seen.right)
                    if x1 >= x2:
                        left.append((start, end))
                        continue
                    whole = (x1, x2) == (seen.x, seen.right)
                    piece = strip if whole else strip.crop(x1 - seen.x, x2 - seen.x)
                    if area.x < x1 and x2 < area.right:
                        yield y, x1, piece
                    else:
                        yield _unbroken((y, x1, piece), widget, region, shown, before)
                    left += [(a, b) for a, b in ((start, x1), (x2, end)) if a < b]
                free[y] = left
            free = {y: spans for y, spans in free.items() if spans}
            if not free:
                return


def _unbroken(
    piece: Piece, widget: Widget, region: Region, shown: Region, before: Sequence[Region]
) -> Piece:
    """A piece of a widget's line with the whole of a wide character that its ends cut.

    A cut leaves a blank of it, which would be drawn over a half of what is there. ``before``: where
    the widgets in front are, and this one; what one of these covers is not drawn.
    """
    y, x, strip = piece
    for at, end in ((x - 1, slice(1)), (x + strip.cell_length, slice(-1, None))):
        if not shown.x <= at < shown.right or _ends(strip, end) != " ":
            continue
        if not any(one.contains(at, y) for one in before[:-1]):
            left = min(at, x)
            both = Region(left, y, strip.cell_length + 1, 1).translate(-region.offset)
            (wider,) = widget.render_lines(both)
            if cell_len(_ends(wider, end)) == WIDE:
                x, strip = left, wider
    return y, x, strip


def _ends(strip: Strip, end: slice) -> str:
    """The first or the last character of a strip, without joining all of it."""
    segments = strip._segments[end]
    return segments[0].text[end] if segments else ""


def paint_parts(screen: Screen[Any]) -> None:
    """Have a screen, which has just been made, painted by its changed parts."""
    screen._compositor = PartCompositor()


class PartScreen(PlainScreen[ScreenResultType]):
    """A screen that is painted by its changed parts, as soon as nothing else waits to be handled.

    Textual waits for the next of 60 ticks a second, which a run's frames would take from the keys.
    """

    def __init__(self) -> None:
        super().__init__()
        paint_parts(self)

    def _on_idle(self) -> None:  # type: ignore[override]  # Textual calls the screen's own too
        self.paint()

    def paint(self, *widgets: Widget) -> None:
        """Paint what has changed, ``widgets`` too; new layouts wait for Textual's tick."""
        awaited = self._layout_required or self._scroll_required or self._repaint_required
        self._dirty_widgets.update(widgets)
        if not awaited and self._dirty_widgets and self.is_current and not self.app._batch_count:
            self._compositor.update_widgets(self._dirty_widgets)
            self._compositor_refresh()


def set_border_titles(widget: Widget, title: Content | None, subtitle: Content | None) -> None:
    """Set the texts in the upper and the lower line of a border; ``None`` leaves one as it is.

    Only the lines that change are painted. Textual's own attributes would have the whole widget
    painted, which in a run is most of the work.
    """
    if title is not None:
        widget._border_title = title
        _refresh_line(widget, 0)
    if subtitle is not None:
        widget._border_subtitle = subtitle
        _refresh_line(widget, widget.outer_size.height - 1)


def _refresh_line(widget: Widget, y: int) -> None:
    """Have a line painted; ``y`` and its ends count from the outside of the border."""
    line = Region(0, y, widget.outer_size.width, 1)
    widget.refresh(line.translate(-widget.content_offset))


def _in(region: Region, spans: Iterable[tuple[int, int]]) -> bool:
    """Whether a region has cells in any of the spans of a line."""
    return any(start < region.right and end > region.x for start, end in spans)


def _merged(regions: Iterable[Region]) -> list[Region]:
    """Regions in which those given are, few and apart: what touches or overlaps is one."""
    merged: list[Region] = []
    for region in sorted(r for r in regions if r.area):
        taken = region
        while near := [r for r in merged if _joins(r, taken)]:
            merged = [r for r in merged if r not in near]
            taken = Region.from_union([*near, taken])
        merged.append(taken)
    return merged


def _joins(one: Region, other: Region) -> bool:
    """Whether two regions overlap, or are close to each other in the same columns."""
    if one.overlaps(other):
        return True
    near = one.y <= other.bottom + CLOSE and other.y <= one.bottom + CLOSE
    return one.column_span == other.column_span and near


CLOSE = 2
"""Lines between two changes in the same columns that are drawn along with them."""
