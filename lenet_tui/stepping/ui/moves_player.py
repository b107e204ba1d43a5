"""A file of moves, played line by line; and a recorder of the moves made by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.message_pump import MessagePump
from textual.timer import Timer

from lenet_tui.history.retrace import retrace
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import Snapshot
from lenet_tui.protocol.moves import Continue, Goto, Move
from lenet_tui.stepping.ui.move_queue import MoveQueue, PendingMove

PAUSE = 1.0
"""Seconds between two lines when they are played on."""


class MovesPlayer:
    """Plays moves one by one. ``timers`` times them; ``changed`` is called at another next line."""

    def __init__(
        self,
        timers: MessagePump,
        queue: MoveQueue,
        moves: Sequence[Move],
        changed: Callable[[], None],
    ) -> None:
        self._timers = timers
        self._queue = queue
        self._changed = changed
        self._timer: Timer | None = None
        self.moves = tuple(moves)
        self.done = 0

    @property
    def next(self) -> Move | None:
        """The next line; ``None`` at the end."""
        return self.moves[self.done] if self.done < len(self.moves) else None

    @property
    def on(self) -> bool:
        """Whether lines are played on, with a pause between them."""
        return self._timer is not None

    def play(self) -> None:
        """Make the next line's move, unless one is being made."""
        move = self.next
        if move is None:
            self.stop()
        elif self._queue.pending is None and self._queue.ask(move):
            self.done += 1
            self._changed()

    def play_on(self) -> None:
        """Play line after line until the end or ``stop``."""
        if self.next is not None and self._timer is None:
            self._timer = self._timers.set_interval(PAUSE, self.play)
            self.play()

    def stop(self) -> None:
        """Play no further by itself."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._changed()


class MovesRecorder:
    """The moves made so far, as a file of moves would make them again in the same session."""

    def __init__(self) -> None:
        self.moves: list[Move] = []
        self._lost = False
        self._saved: Snapshot | None = None
        self._iteration = 0

    def note(self, pending: PendingMove, frame: Frame, stopped: bool) -> None:
        """Note a move that ended in ``frame``; a run by hand is noted by where it ended."""
        if pending.watched and stopped:
            self.moves.append(Continue(2))  # from there it stops at the same place
        elif pending.move is not None and not pending.paused:
            self.moves.append(pending.move)
        elif stopped and not pending.paused and not frame.boundary:
            self._stopped_in(frame.position.iteration)
        else:
            self.arrived(frame)
        self._iteration = frame.position.iteration

    def _stopped_in(self, iteration: int) -> None:
        """A watchpoint ended a free run inside an iteration: to its start, and on to that point."""
        if iteration - 1 > self._iteration:
            self.moves.append(Goto(iteration - 1))
        self.moves.append(Continue(2))

    def lost(self, saved: Snapshot | None = None) -> None:
        """The engine has died, or takes up a ``saved`` session: it is not known yet where."""
        self._lost, self._saved = True, saved or self._saved

    def arrived(self, frame: Frame) -> None:
        """Note where the session is now; in the middle of an iteration, nothing has moved."""
        if frame.boundary:
            self.moves.append(Goto(frame.position.iteration))

    def seen(self, frame: Frame) -> bool:
        """Note the first frame after an engine's death, where the session goes on."""
        if not self._lost:
            return False
        saved, self._lost, self._saved = self._saved, False, None
        if saved is None:
            self.arrived(frame)
        else:
            self.moves += retrace(saved, frame.boundary)
        self._iteration = frame.position.iteration
        return True

    @property
    def text(self) -> str:
        """One move a line."""
        return "".join(f"{move}\n" for move in self.moves)
