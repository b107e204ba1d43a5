"""Frames as they come: the rail at once, the panes one by one, and between them keys are heard."""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING

from lenet_tui.protocol.messages import Painted

if TYPE_CHECKING:
    from lenet_tui.app.ui.app import LenetApp
    from lenet_tui.kit.ui.pane import Pane
    from lenet_tui.protocol.frame import Frame

FRAME_SECONDS = 1 / 30
"""A run's frames come no faster than this."""
ROUNDS = 8
"""Rounds of the event loop from a key that was read to what it changed, painted; and one more."""


class Showing:
    """Has the newest frame painted, and tells the engine so where it waits to hear it."""

    def __init__(self, app: LenetApp) -> None:
        self._app = app
        self._owed = False
        self._left: deque[Pane] = deque()
        self._new = asyncio.Event()
        self._came = 0.0
        self._painted_at = 0.0
        app.run_worker(self._show())

    @property
    def due(self) -> bool:
        """Whether panes wait to be shown the newest frame."""
        return self._new.is_set() or bool(self._left)

    def take(self, frame: Frame, answer: bool) -> None:
        """Show a frame. ``answer``: the engine waits to hear that it is painted.

        Where it is comes first, and is painted before the first pane.
        """
        app = self._app
        app.frame = frame
        app.show_state()
        self._owed = self._owed or answer
        if not self.due:
            self._came = monotonic()
        self._new.set()

    async def _show(self) -> None:
        """Show the panes what is new, for ever. One after the other: a key would wait for all."""
        while await self._new.wait():
            while self.due:
                await self._hear()
                if self._new.is_set():
                    self._renew()
                if self._left:
                    self._left.popleft().show(self._frame)
            self._finish()

    def _renew(self) -> None:
        """A newer frame is for all the panes; those that have not shown the last come first."""
        self._new.clear()
        panes = self._app.main.panes_for(self._frame)
        late = [pane for pane in self._left if pane in panes]
        self._left = deque([*late, *(pane for pane in panes if pane not in late)])

    async def _hear(self) -> None:
        """Let the loop go round, so that keys are handled and what is shown is painted."""
        for _ in range(ROUNDS):
            await asyncio.sleep(0)

    @property
    def _frame(self) -> Frame:
        frame = self._app.frame
        assert frame is not None
        return frame

    def _finish(self) -> None:
        self._app.look()
        if self._owed:
            self._owed = False
            self._app.main.call_after_refresh(self._answer, monotonic() - self._came)

    def _answer(self, spent: float = 0.0) -> None:
        """Ask for a run's next frame: keys get as long as the last took, ``spent`` seconds."""
        app, now = self._app, monotonic()
        wait = max(self._painted_at + FRAME_SECONDS - now, spent)
        if wait > 0 and app.control.running:
            app.set_timer(wait, self._answer)
        else:
            self._painted_at = now
            app.send(Painted())
