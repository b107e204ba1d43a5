"""Running by itself: from one op a second, by a timer, to flat out, by the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.message_pump import MessagePump
from textual.timer import Timer

from lenet_tui.protocol.moves import Forward
from lenet_tui.stepping.ui.move_queue import MoveQueue


@dataclass(frozen=True, slots=True)
class Speed:
    """A step of ``unit`` each ``seconds``; flat out where that is 0."""

    unit: str
    seconds: float

    @property
    def flat_out(self) -> bool:
        return not self.seconds


SPEEDS = (
    Speed("op", 1.0),
    Speed("op", 0.25),
    Speed("op", 0.05),
    Speed("phase", 1.0),
    Speed("phase", 0.25),
    Speed("iteration", 0.5),
    Speed("iteration", 0.1),
    Speed("iteration", 0),
)


class AutoRun:
    """Starts and stops a run at the present speed. ``changed`` is called when that changes."""

    def __init__(self, timers: MessagePump, queue: MoveQueue, changed: Callable[[], None]) -> None:
        self._timers = timers
        self._queue = queue
        self._changed = changed
        self._timer: Timer | None = None
        self._flat = False
        self._index = len(SPEEDS) - 1

    @property
    def speed(self) -> Speed:
        return SPEEDS[self._index]

    @property
    def on(self) -> bool:
        """Whether a run is under way, at any speed."""
        return self._timer is not None or self._flat

    def start(self) -> None:
        """Run at the present speed."""
        self.stop()
        if self.speed.flat_out:
            self._flat = self._queue.ask(None)
        else:
            self._timer = self._timers.set_interval(self.speed.seconds, self._tick)
            self._tick()
        self._changed()

    def stop(self, *, at_once: bool = True) -> None:
        """Stop the run, and one that waits for a watchpoint too; see ``MoveQueue.pause``."""
        was_on = self.on
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._flat = False
        self._queue.pause(at_once=at_once)
        if was_on:
            self._changed()

    def halt(self) -> None:
        """A move stopped by itself: no more steps by the timer. What waits was asked for since."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._changed()

    def ended(self) -> None:
        """The engine has ended the free run by itself."""
        if self._flat:
            self._flat = False
            self._changed()

    def shift(self, by: int) -> None:
        """A faster or slower speed; a run goes on at it."""
        was_on = self.on
        self._index = max(0, min(len(SPEEDS) - 1, self._index + by))
        if was_on:
            self.start()
        else:
            self._changed()

    def _tick(self) -> None:
        if self._queue.pending is None:
            self._queue.ask(Forward(self.speed.unit))
