"""One move at a time: the one that the engine is making, and those that wait."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import monotonic

from lenet_tui.protocol.messages import Command, DoMove, Pause, RunFree
from lenet_tui.protocol.moves import Continue, Goto, Move, ReverseContinue, Run

WAITING_LIMIT = 256
"""Moves that may wait while the engine works; more are dropped, so that a held key ends."""


TYPED_AHEAD = 1.0
"""Seconds for which a move with an end of its own is not cut short by the next key: ``g12⏎nn`` in
one piece goes to 12 and then on, however slow the machine is."""


@dataclass(frozen=True, slots=True)
class PendingMove:
    """What was sent and is not answered yet: a move, or a free run (``None``).

    ``paused``: it was asked to end before its time. ``watched``: it is a step of a run. ``since``:
    when it was sent, in seconds of ``monotonic``.
    """

    number: int
    move: Move | None
    paused: bool = False
    watched: bool = False
    since: float = field(default=-TYPED_AHEAD, compare=False)

    @property
    def pausable(self) -> bool:
        """Whether ``Pause`` ends it."""
        return self.move is None or isinstance(self.move, (Continue, ReverseContinue, Run, Goto))

    @property
    def fresh(self) -> bool:
        """Whether the next key was perhaps typed ahead, to come after it."""
        bounded = isinstance(self.move, (Run, Goto))
        return bounded and monotonic() - self.since < TYPED_AHEAD


class MoveQueue:
    """Sends moves one after another; a run is paused first when something else is asked for."""

    def __init__(self, send: Callable[[Command], None]) -> None:
        self._send = send
        self._number = 0
        self.pending: PendingMove | None = None
        self.waiting: deque[Move | None] = deque()

    @property
    def running(self) -> bool:
        """Whether a run is under way that a pause would end."""
        return self.pending is not None and self.pending.pausable

    @property
    def can_pause(self) -> bool:
        """Whether a run is under way that has not been asked to end."""
        return self.pending is not None and self.pending.pausable and not self.pending.paused

    @property
    def runs_free(self) -> bool:
        """Whether a free run is under way, not paused, or waits."""
        pending = self.pending
        runs = pending is not None and pending.move is None and not pending.paused
        return runs or None in self.waiting

    @property
    def moves(self) -> tuple[Move | None, ...]:
        """The move that is being made, and those that wait; ``None``: a free run."""
        under_way = () if self.pending is None else (self.pending.move,)
        return (*under_way, *self.waiting)

    def step(self, move: Move) -> None:
        """Make a step of a run, unless something is under way."""
        if self.pending is None:
            self._submit(move, watched=True)

    def ask(self, move: Move | None) -> bool:
        """Make ``move`` (``None``: run freely) now or in its turn.

        ``False``: too many wait already, it is dropped.
        """
        if self.pending is None:
            self._submit(move)
            return True
        self.pause(at_once=False)
        if len(self.waiting) >= WAITING_LIMIT:
            return False
        self.waiting.append(move)
        return True

    def pause(self, *, at_once: bool = True) -> None:
        """Ask a run to stop, once; if not ``at_once``, only one that is no longer fresh."""
        pending = self.pending
        if pending is None or (pending.fresh and not at_once):
            return
        if self.can_pause:
            self.pending = replace(pending, paused=True)
            self._send(Pause())

    def drop_free_runs(self) -> None:
        """Free runs that have not begun are not wanted any longer."""
        while None in self.waiting:
            self.waiting.remove(None)

    def answered(self, number: int) -> PendingMove | None:
        """Note that ``number`` is answered and send the next; ``None``: it is not ours."""
        if self.pending is None or self.pending.number != number:
            return None
        pending, self.pending = self.pending, None
        if self.waiting:
            self._submit(self.waiting.popleft())
        return pending

    def forget(self) -> bool:
        """The engine is gone: nothing is under way, nothing waits. Whether something was."""
        busy = self.pending is not None
        self.pending = None
        self.waiting.clear()
        return busy

    def _submit(self, move: Move | None, watched: bool = False) -> None:
        number = self._number = self._number + 1
        self.pending = PendingMove(number, move, watched=watched, since=monotonic())
        self._send(RunFree(number) if move is None else DoMove(number, move, watched=watched))
