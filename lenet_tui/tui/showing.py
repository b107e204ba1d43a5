"""Frames as they come: the rail at once, the panes when waiting keys have been heard."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from lenet_tui.core.protocol import Painted

if TYPE_CHECKING:
    from lenet_tui.core.frames import Frame
    from lenet_tui.tui.app import LenetApp

FRAME_SECONDS = 1 / 30
"""A run's frames come no faster than this."""


class Showing:
    """Has the newest frame painted, and tells the engine so where it waits to hear it."""

    def __init__(self, app: LenetApp) -> None:
        self._app = app
        self._waits = False
        self._owed = False
        self._came = 0.0
        self._painted_at = 0.0

    def take(self, frame: Frame, answer: bool) -> None:
        """Show a frame. ``answer``: the engine waits to hear that it is painted.

        Where it is comes first: all the panes take a few times as long.
        """
        app = self._app
        app.frame = frame
        app.show_state()
        app.main.paint_top()
        self._owed = self._owed or answer
        if not self._waits:
            self._waits, self._came = True, monotonic()
            app.call_later(self._show)

    def _show(self) -> None:
        app, self._waits = self._app, False
        if app.frame is not None:
            app.main.show(app.frame)
            app.look()
        if self._owed:
            self._owed = False
            app.main.call_after_refresh(self._answer, monotonic() - self._came)

    def _answer(self, spent: float = 0.0) -> None:
        """Ask for a run's next frame: keys get as long as the last took, ``spent`` seconds."""
        app, now = self._app, monotonic()
        wait = max(self._painted_at + FRAME_SECONDS - now, spent)
        if wait > 0 and app.control.running:
            app.set_timer(wait, self._answer)
        else:
            self._painted_at = now
            app.send(Painted())
