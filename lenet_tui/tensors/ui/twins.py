"""Panes one above the other that are compared: both draw at one scale."""

from __future__ import annotations

from textual.geometry import Size
from textual.widget import Widget


def shared_size(pane: Widget, picture: Widget, kind: type[Widget]) -> Size:
    """The size of ``pane``'s picture, no higher than others of its ``kind`` beside it allow."""
    width, height = picture.size
    if pane.screen.maximized is None and pane.parent is not None:
        heights = [w.size.height for w in pane.parent.children if isinstance(w, kind)]
        height -= pane.size.height - min(filter(None, heights), default=pane.size.height)
    return Size(width, max(0, height))
