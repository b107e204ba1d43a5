"""Frames as they come: the rail at once, the panes one by one, and between them keys are heard.

That is why the panes are not bound to the main screen's ``frame``, as the rail and the status line
are: a binding would show it to all of them in one go.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from time import monotonic

from textual.screen import Screen

from lenet_tui.kit.ui.pane import Pane
from lenet_tui.protocol.frame import Frame
from lenet_tui.terminal.flow_control import FlowControl

UNSEEN_SECONDS = 1 / 2
"""Seconds between two of a run's frames while nobody can see them; else the engine paces them."""
LOOK_EACH = 0.01
"""Seconds between two looks at whether the terminal has taken the last frame."""
ROUNDS = 8
"""Rounds of the event loop from a key that was read to what it changed, painted; and one more."""
GATHER = 4
"""Rounds of the event loop from what was changed to all of it reported to the screen."""
HEAR_EACH = 0.008
"""Seconds for which panes are shown one after the other before a key is heard: to paint each by
itself costs more than what most of them paint."""


class FrameScheduler:
    """Shows the newest frame pane by pane, and acknowledges it where the engine waits for that.

    ``panes_for``: the panes that a frame is to be shown to. ``shown``: called when they all show
    the newest. ``acknowledge``: reports to the engine that the terminal has taken it. ``running``:
    whether a run is under way, whose frames must leave time for keys. ``flow``: what the terminal
    has taken; one frame is on the way to it at a time. ``seen``: whether anybody can see it.
    """

    def __init__(
        self,
        screen: Screen[None],
        *,
        panes_for: Callable[[Frame], Sequence[Pane]],
        shown: Callable[[], None],
        acknowledge: Callable[[], None],
        running: Callable[[], bool],
        flow: Callable[[], FlowControl],
        seen: Callable[[], bool],
    ) -> None:
        self._screen = screen
        self._panes_for, self._shown = panes_for, shown
        self._acknowledge, self._running = acknowledge, running
        self._flow, self._seen = flow, seen
        self._frame: Frame | None = None
        self._owed = False
        self._left: deque[Pane] = deque()
        self._turns: dict[Pane, int] = {}
        """When each pane was last shown a frame, counted in panes that were shown one."""
        self._turn = 0
        self._new = asyncio.Event()
        self._batch = ExitStack()
        self._held = False
        """Whether nothing is painted for now."""
        self._came = 0.0
        self._answered_at = 0.0

    @property
    def due(self) -> bool:
        """Whether panes wait to be shown the newest frame."""
        return self._new.is_set() or bool(self._left)

    def take(self, frame: Frame, answer: bool) -> None:
        """Show a frame. ``answer``: the engine waits to hear that the terminal has taken it."""
        self._frame = frame
        self._owed = self._owed or answer
        if not self.due:
            self._hold()
        self._new.set()

    async def run(self) -> None:
        """Show the newest frame pane by pane: a key would wait for all of them."""
        try:
            while await self._new.wait() and await self._show():
                pass
        finally:
            self._paint()

    async def _show(self) -> bool:
        """Show the newest frame; returns whether there is an app to show more in."""
        while self._flow().behind:
            self._paint()
            await asyncio.sleep(LOOK_EACH)
        self._came = monotonic()
        heard = self._came if self._running() else 0.0  # what is above the panes comes first
        while self.due:
            if monotonic() - heard >= HEAR_EACH:
                await self._hear()
                heard = monotonic()
            assert self._frame is not None
            if self._new.is_set():
                self._renew(self._frame)
            if not self._screen.app.is_running:  # on the way out: panes are taken apart
                return False
            if self._left:
                pane = self._left.popleft()
                self._turns[pane] = self._turn = self._turn + 1
                pane.show(self._frame)
        await self._gather()
        self._finish()
        return True

    def _renew(self, frame: Frame) -> None:
        """A newer frame is for all the panes; where some have not shown the last one yet, those
        come first that have shown none for longest.
        """
        self._new.clear()
        panes = self._panes_for(frame)
        if self._left:
            panes = sorted(panes, key=lambda pane: self._turns.get(pane, 0))
        self._left = deque(panes)

    async def _hear(self) -> None:
        """Let the event loop run, so that keys are handled and what is shown is painted."""
        self._paint()
        for _ in range(ROUNDS):
            await asyncio.sleep(0)

    def _hold(self) -> None:
        """Paint nothing of a run's frame yet: to paint all of it at once costs the run least."""
        if self._running() and not self._held:
            self._batch.enter_context(self._screen.app.batch_update())
            self._held = True

    async def _gather(self) -> None:
        """Let the widgets report to the screen what is to be painted, if that is held back."""
        for _ in range(GATHER if self._held else 0):
            await asyncio.sleep(0)

    def _paint(self) -> None:
        """Have painted what was held back."""
        if self._held:
            self._held = False
            self._batch.close()
            self._screen.check_idle()

    def _finish(self) -> None:
        self._paint()
        self._shown()
        owed, self._owed = self._owed, False
        self._screen.call_after_refresh(self._painted, owed, monotonic() - self._came)

    def _painted(self, owed: bool, spent: float) -> None:
        self._flow().mark()
        if owed:
            self._answer(spent)

    def _answer(self, spent: float = 0.0) -> None:
        """Ask for a run's next frame: keys get as long as the last took, ``spent`` seconds."""
        now = monotonic()
        behind = LOOK_EACH if self._flow().behind else 0.0
        unseen = 0.0 if self._seen() else self._answered_at + UNSEEN_SECONDS - now
        wait = max(unseen, spent, behind)
        if wait > 0 and self._running():
            self._screen.set_timer(wait, self._answer)
        else:
            self._answered_at = now
            self._acknowledge()
