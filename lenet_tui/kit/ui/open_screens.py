"""Whether a screen is still there when an answer comes that it has waited for."""

from __future__ import annotations

from textual.widget import Widget


def is_open(widget: Widget) -> bool:
    """Whether the screen of a widget, or the screen that it is, has not been left.

    One that is left loses its widgets before it is detached and its workers end.
    """
    return widget.is_attached and widget.screen in widget.app.screen_stack
