"""Painting the screen as Textual does, by public means."""

from __future__ import annotations

from typing import Any, TypeVar

from textual.app import App
from textual.content import Content
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget

from lenet_tui.terminal.flow_control import FlowControl

ReturnType = TypeVar("ReturnType")


class PlainApp(App[ReturnType]):
    """An app whose screen can be painted anew. ``flow``: what the terminal has not taken yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.flow = FlowControl()
        super().__init__(*args, **kwargs)

    def on_mount(self) -> None:
        """After a suspension the terminal shows what another program wrote."""
        self.app_resume_signal.subscribe(self, lambda _: self.repaint())

    def repaint(self) -> None:
        """Send the whole screen again, in case something disturbed it."""
        self.refresh()


class PlainScreen(Screen[ScreenResultType]):
    """A screen that Textual paints 60 times a second at most."""

    @property
    def flow(self) -> FlowControl:
        """What the terminal has not taken yet."""
        app = self.app
        return app.flow if isinstance(app, PlainApp) else FlowControl()

    def paint(self, *widgets: Widget) -> None:
        """Paint ``widgets``, which have changed, soon; Textual's next tick does that."""


def set_border_titles(widget: Widget, title: Content | None, subtitle: Content | None) -> None:
    """Set the texts in the upper and the lower line of a border; ``None`` leaves one as it is."""
    if title is not None:
        widget.border_title = title
    if subtitle is not None:
        widget.border_subtitle = subtitle
