"""Painting the screen as Textual does, by public means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from textual.app import App
from textual.content import Content
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget

from lenet_tui.terminal.flow_control import FlowControl
from lenet_tui.terminal.ui.fresh_screen import FreshScreen
from lenet_tui.terminal.ui.readable import BLACK_IN_BOLD, READABLE

MONOCHROME, NO_COLOR = Monochrome(), NoColor()
ReturnType = TypeVar("ReturnType")


class PlainApp(App[ReturnType]):
    """An app whose screen can be painted anew. ``flow``: what the terminal has not taken yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.flow = FlowControl()
        super().__init__(*args, **kwargs)

    def on_mount(self) -> None:
        """After a suspension the terminal shows what another program wrote."""
        self.app_resume_signal.subscribe(self, lambda _: self.repaint())

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Those of Textual, as they are to be for the present theme and terminal."""
        filters = list(super().get_line_filters())
        if self.no_color:
            # Textual chooses by its first theme; a terminal's own colours are no greys.
            own = self.native_ansi_color
            kinds = (Monochrome, NoColor)
            filters = [f for f in filters if not isinstance(f, kinds)] + [
                NO_COLOR if own else MONOCHROME
            ]
        readable = READABLE.get(self.console.color_system or "")
        if self.native_ansi_color:
            filters.append(BLACK_IN_BOLD)
        elif readable is not None:
            filters.append(readable)
        return filters

    def repaint(self) -> None:
        """Send the whole screen again, in case something disturbed it."""
        self.refresh()


class PlainScreen(FreshScreen[ScreenResultType]):
    """A screen that Textual paints 60 times a second at most."""

    @property
    def flow(self) -> FlowControl:
        """What the terminal has not taken yet."""
        app = self.app
        return app.flow if isinstance(app, PlainApp) else FlowControl()

    def paint(self, *widgets: Widget) -> None:
        """Paint ``widgets``, which have changed, soon; Textual's next tick does that."""


def paint_parts(screen: Screen[Any]) -> None:
    """Have a screen painted by its changed parts, which Textual does in its own way."""


def set_border_titles(widget: Widget, title: Content | None, subtitle: Content | None) -> None:
    """Set the texts in the upper and the lower line of a border; ``None`` leaves one as it is."""
    if title is not None:
        widget.border_title = title
    if subtitle is not None:
        widget.border_subtitle = subtitle
