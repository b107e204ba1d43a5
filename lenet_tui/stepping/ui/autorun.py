"""Running by itself: from one op a second, by a timer, to flat out, by the engine."""

from __future__ import annotations

from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer

from lenet_tui.protocol.moves import Forward
from lenet_tui.stepping.speeds import FIRST, NAMES, SPEEDS, Speed
from lenet_tui.stepping.ui.move_queue import MoveQueue


class AutoRun:
    """Starts and stops a run at the present speed. ``changed`` is called when that changes.

    A run at a speed is a timer here; one that is flat out is a move in the queue.
    """

    def __init__(self, timers: MessagePump, queue: MoveQueue, changed: Callable[[], None]) -> None:
        self._timers = timers
        self._queue = queue
        self._changed = changed
        self._timer: Timer | None = None
        self._index = FIRST

    @property
    def speed(self) -> Speed:
        return SPEEDS[self._index]

    @property
    def on(self) -> bool:
        """Whether a run is under way, at any speed."""
        return self._timer is not None or self._queue.runs_free

    def set_speed(self, name: str) -> None:
        """Take the speed of that name, for the next run."""
        self._index = NAMES.index(name)

    def start(self) -> None:
        """Run at the present speed."""
        self.stop()
        if self.speed.flat_out:
            self._queue.ask(None)
        else:
            self._timer = self._timers.set_interval(self.speed.seconds, self._tick)
            self._tick()
        self._changed()

    def stop(self, *, at_once: bool = True) -> None:
        """Stop the run, and one that waits for a watchpoint too; see ``MoveQueue.pause``."""
        was_on = self.on
        self._stop_timer()
        self._queue.drop_free_runs()
        self._queue.pause(at_once=at_once)
        if was_on:
            self._changed()

    def halt(self) -> None:
        """A move stopped by itself: no more steps by the timer. What waits was asked for since."""
        if self._timer is not None:
            self._stop_timer()
            self._changed()

    def shift(self, by: int) -> bool:
        """A faster or slower speed, at which a run goes on; ``False``: there is none."""
        index = max(0, min(len(SPEEDS) - 1, self._index + by))
        if index == self._index:
            return False
        was_on = self.on
        self._index = index
        if was_on:
            self.start()
        else:
            self._changed()
        return True

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _tick(self) -> None:
        self._queue.step(Forward(self.speed.unit))
