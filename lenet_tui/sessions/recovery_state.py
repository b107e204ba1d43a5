"""What a session consists of, stored in the app's process, so that it survives the engine's."""

from __future__ import annotations

import math
import time
from dataclasses import replace

from lenet_tui.protocol import messages
from lenet_tui.protocol.blob import LARGE, Blob
from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.loss_series import Losses
from lenet_tui.protocol.moves import Continue, Forward, Goto, Run, Set
from lenet_tui.protocol.position import Position
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import MAX_BYTES
from lenet_tui.text.notice import Problem

_ONWARD = (Forward, Run, Goto, Continue)

SAVED_KEYFRAMES = 8
SAVED_BYTES = 4 * 2**20
"""What a save holds at most of keyframes, beside the first and the last: what lies between them is
run again when it is gone back to."""

BEFORE = 2
"""A position is run from so many iterations before: its own, and the one with the last update."""

BEGUN = (0, 0, math.inf)
"""The end of a session in which nothing has been done."""


class Unsaved(Problem):
    """Raised for a session that cannot be saved, with one line on why."""


class RecoveryState:
    """Stores the keyframes, the last snapshot and what the screen shows.

    A new engine gets a snapshot and only those keyframes that were there when it was taken.
    """

    def __init__(self) -> None:
        self._start: messages.Start | None = None
        self._subscription: messages.Subscription | None = None
        self._snapshot: messages.Snapshot | None = None
        self._blobs: dict[int, Blob] = {}
        self._settled: dict[int, Blob] = {}
        self._seen: tuple[Position, int] | None = None
        self._onward = self._moving = False
        self._seeding: int | None = None
        """The move, if it is under way, that sets a seed: it begins a new session, with the options
        of that moment. All other changes are in the snapshot."""
        self._ready: messages.Ready | None = None
        self._loss: float | None = None
        self._losses = Losses()
        self._withheld: int | None = None
        """The first iteration whose loss came with a snapshot and not yet with a frame."""

    def take(self, saved: SavedSession) -> None:
        """Store the session that was read from a file."""
        self._start = messages.Start(saved.options, saved.snapshot)
        sizes = tuple((n, len(blob)) for n, blob in saved.keyframes.items())
        self._snapshot = replace(saved.snapshot, keyframes=sizes)
        self._blobs = dict(saved.keyframes)
        self._settled = dict(saved.keyframes)
        self._seen, self._loss = None, saved.loss
        self._losses = Losses.read(saved.losses, saved.losses_from, saved.named)

    def saved(self, most: int | None = None) -> SavedSession | None:
        """What is written to a file; ``None`` while nothing has been done.

        Raises ``Unsaved`` where it would take more than ``most`` bytes, by default more than is
        saved by itself.
        """
        most = MAX_BYTES if most is None else most
        start, ready, snapshot = self._start, self._ready, self._snapshot
        if start is None or ready is None or snapshot is None or not _touched(snapshot):
            return None
        keyframes = _thinned(self._settled, snapshot.position.iteration)
        if not keyframes:
            return None
        size = sum(map(len, keyframes.values()))
        if size > most - LARGE:
            raise Unsaved("sessions:too-large-to-save", size=size >> 20, most=most >> 20)
        options = replace(start.options, device=ready.options.device)
        last = snapshot.end[0]  # a run's frame may have brought losses after that
        return SavedSession(
            options,
            snapshot,
            {iteration: bytes(blob) for iteration, blob in keyframes.items()},
            ready.torch,
            ready.threads,
            ready.cpu,
            self._loss,
            *self._losses.written(last),
            time.time(),
            self._losses.written_named(last),
        )

    @property
    def stored(self) -> tuple[int, int]:
        """The iterations of the last snapshot's position, and of the last keyframe up to there."""
        here = self._snapshot.position.iteration if self._snapshot else 0
        return here, max((n for n in self._settled if n <= here), default=0)

    @property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """Those of the last snapshot."""
        return self._snapshot.evaluations if self._snapshot else ()

    def mean_loss(self, first: int, last: int) -> float:
        """The mean of the losses of iterations ``first`` to ``last``; NaN: none is known."""
        losses = self._losses.values[max(first, 1) : last + 1]
        return float(losses.mean()) if len(losses) else math.nan

    def sent(self, command: messages.Command) -> None:
        """Note a command that the engine gets."""
        if isinstance(command, messages.Subscription):
            self._subscription = command
        elif isinstance(command, messages.RunFree):
            self._onward = self._moving = True
        elif isinstance(command, messages.DoMove):
            # Only then is what is being done known from the snapshot: the next phases, in turn.
            self._onward, self._moving = isinstance(command.move, _ONWARD), True
            seeds = isinstance(command.move, Set) and command.move.option == "seed"
            self._seeding = command.number if seeds else None
        elif isinstance(command, messages.Start):
            self._start, self._snapshot, self._seen = command, command.snapshot, None
            if command.snapshot is None:
                self._blobs, self._settled = {}, {}
                self._losses = Losses()

    def received(self, report: messages.Report) -> messages.Report | None:
        """Note a report of the engine; return what the app sees of it, ``None``: nothing."""
        if isinstance(report, messages.Keyframe):
            self._blobs[report.iteration] = report.blob
        elif isinstance(report, messages.EvictedKeyframes):
            for iteration in report.iterations:
                self._blobs.pop(iteration, None)
        elif isinstance(report, messages.Recorded):
            self._snapshot, self._seen = report.snapshot, None
            self._settled = dict(self._blobs)
            if len(report.losses):
                self._losses.add(report.losses_from, report.losses, report.named)
                self._withheld = min(self._withheld or report.losses_from, report.losses_from)
        else:
            if isinstance(report, messages.Ready):
                self._ready = report
            elif isinstance(report, (messages.Moved, messages.FrameUpdate)):
                self._moving = self._moving and not isinstance(report, messages.Moved)
                self._loss = report.frame.loss
                self._losses.take(report.frame)
                if self._withheld is not None:
                    report = replace(report, frame=self._with_withheld(report.frame))
            if isinstance(report, messages.Busy) and self._onward and not report.silent:
                self._seen = report.position, report.segment
            elif self._start and isinstance(report, messages.Moved) and self._seeded(report):
                self._start = replace(self._start, options=report.frame.options)
            return report
        return None

    def _seeded(self, moved: messages.Moved) -> bool:
        return moved.number == self._seeding and not moved.error

    def _with_withheld(self, frame: Frame) -> Frame:
        """The frame, with the losses that came with a snapshot before it."""
        first = min(self._withheld or frame.losses_from, frame.losses_from)
        self._withheld = None
        last = frame.losses_from + len(frame.losses)
        return self._losses.between(first, last).into(frame)

    def keyframe(self, iteration: int) -> Blob:
        """A keyframe's bytes; empty if it is not stored, which the engine reports as an error."""
        return self._blobs.get(iteration, b"")

    def carry_on(self) -> list[messages.Command]:
        """The commands that bring a new engine to where the last one was.

        One that has only begun begins again, unless it ended in a move: its ``init`` gives the same
        to the bit, and then the engine finds out the ops to come.
        """
        if self._snapshot and not _touched(self._snapshot) and not self._moving:
            self._snapshot = None
        self._blobs = dict(self._settled)
        if self._start is None:
            return []
        again: list[messages.Command] = [self._subscription] if self._subscription else []
        return [messages.Start(self._start.options, self._reached()), *again]

    def _reached(self) -> messages.Snapshot | None:
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
        return replace(snapshot, position=position, segment=segment, end=end, digest="")


def _touched(snapshot: messages.Snapshot) -> bool:
    """Whether anything has been done in a session."""
    return snapshot.end > BEGUN or bool(snapshot.plans or snapshot.watches)


def _thinned(stored: dict[int, Blob], here: int) -> dict[int, Blob]:
    """A few of the keyframes: the first, the last before ``here``, and some in even steps.

    And the last that ``here`` can be run from, with all that is shown there: two iterations before.
    """
    if 0 not in stored:
        return {}
    last = {max(n for n in stored if n <= end) for end in (here, max(here - BEFORE, 0))}
    most = min(SAVED_KEYFRAMES, SAVED_BYTES // max(len(blob) for blob in stored.values()))
    step = max(stored) // most + 1 if most else 0
    goals = range(step, max(stored), step) if step else ()
    nearest = {max(n for n in stored if n <= goal) for goal in goals}
    return {n: stored[n] for n in sorted({0} | last | nearest)}
