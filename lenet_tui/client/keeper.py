"""What a session is made of, kept in the app's process, where the engine's death cannot take it."""

from __future__ import annotations

import math
from dataclasses import replace

from lenet_tui.core.moves import Continue, Forward, Goto, Run
from lenet_tui.core.phases import Position
from lenet_tui.core.protocol import (
    Busy,
    Command,
    DoMove,
    Forgotten,
    Kept,
    Look,
    Moved,
    Recorded,
    Report,
    RunFree,
    Snapshot,
    Start,
)  # fmt: skip

_ONWARD = (Forward, Run, Goto, Continue)

BEGUN = (0, 0, math.inf)
"""The end of a session in which nothing has been done."""


class Keeper:
    """Holds the keyframes, the last snapshot and what is looked at.

    Keyframes count as kept only from the next snapshot on: a new engine gets a snapshot and just
    the keyframes that were there when it was taken.
    """

    def __init__(self) -> None:
        self._start: Start | None = None
        self._look: Look | None = None
        self._snapshot: Snapshot | None = None
        self._blobs: dict[int, bytes] = {}
        self._settled: dict[int, bytes] = {}
        self._seen: tuple[Position, int] | None = None
        self._onward = False

    def sent(self, command: Command) -> None:
        """Note what the engine is told."""
        if isinstance(command, Look):
            self._look = command
        elif isinstance(command, (DoMove, RunFree)):
            # Only then is what is being done known from the snapshot: the next phases, in turn.
            self._onward = isinstance(command, RunFree) or isinstance(command.move, _ONWARD)
        elif isinstance(command, Start):
            self._start, self._snapshot, self._seen = command, command.snapshot, None
            if command.snapshot is None:
                self._blobs, self._settled = {}, {}

    def received(self, report: Report) -> bool:
        """Note what the engine says; whether it was meant for the keeper alone."""
        if isinstance(report, Kept):
            self._blobs[report.iteration] = report.blob
        elif isinstance(report, Forgotten):
            for iteration in report.iterations:
                self._blobs.pop(iteration, None)
        elif isinstance(report, Recorded):
            self._snapshot, self._seen = report.snapshot, None
            self._settled = dict(self._blobs)
        else:
            if isinstance(report, Busy) and self._onward and not report.silent:
                self._seen = report.position, report.segment
            elif isinstance(report, Moved) and self._start:
                # A new seed begins a new session; all other changes are in the snapshot.
                options = replace(self._start.options, seed=report.frame.options.seed)
                self._start = replace(self._start, options=options)
            return False
        return True

    def keyframe(self, iteration: int) -> bytes:
        """A keyframe's bytes; none if it is not kept, which the engine will complain of."""
        return self._blobs.get(iteration, b"")

    def carry_on(self) -> list[Command]:
        """What a new engine must be told to be where the last one was."""
        self._blobs = dict(self._settled)
        if self._start is None:
            return []
        look: list[Command] = [self._look] if self._look else []
        return [Start(self._start.options, self._reached()), *look]

    def resume(self) -> list[Command]:
        """The same for an engine that is well: a session that has only begun begins again.

        Its ``init`` gives the same to the bit, and then the engine finds out the ops to come.
        """
        kept = self._snapshot
        if kept and kept.end <= BEGUN and not (kept.scripts or kept.watches):
            self._snapshot = None
        return self.carry_on()

    def _reached(self) -> Snapshot | None:
        """The last snapshot, moved on to where the engine has been seen since."""
        snapshot = self._snapshot
        if snapshot is None or self._seen is None:
            return snapshot
        position, segment = self._seen
        if position.op is None:  # nothing of that phase is done
            if segment < 1:
                return snapshot
            segment -= 1
        here = position.iteration, segment, position.op or math.inf
        before = snapshot.position
        if here <= (before.iteration, snapshot.segment, before.op or math.inf):
            return snapshot
        end = max(snapshot.end, here)
        return replace(snapshot, position=position, segment=segment, end=end)
