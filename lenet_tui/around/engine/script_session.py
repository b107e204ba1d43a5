"""A session over the recorded iterations of a script: it is looked at, and never run again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from lenet_tui.around.engine.beside import Beside
from lenet_tui.around.engine.gate import Gate
from lenet_tui.around.engine.recording import Recording
from lenet_tui.around.engine.ring import Ring
from lenet_tui.around.engine.script_navigator import ScriptNavigator
from lenet_tui.around.stop import Stop
from lenet_tui.history.engine.history import MEGABYTE, History
from lenet_tui.history.engine.moved import moved
from lenet_tui.history.engine.op_goto import to_failure, to_op
from lenet_tui.history.engine.ready_report import ready_report
from lenet_tui.history.engine.run_loop import RUN_ON
from lenet_tui.history.engine.session_frame import frame_of
from lenet_tui.history.engine.step_rules import segment_number
from lenet_tui.protocol import moves
from lenet_tui.protocol.condition import Watch
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.loss_series import Taken
from lenet_tui.protocol.messages import (
    DoMove,
    Moved,
    Passing,
    Printed,
    Remark,
    RunFree,
    Snapshot,
    Subscription,
)
from lenet_tui.protocol.moves import Move
from lenet_tui.protocol.session_api import Hooks, MoveRejected
from lenet_tui.tape.engine import digests, frame_builder
from lenet_tui.tape.engine.budget import TapeBudget
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.progress import RecorderProgress
from lenet_tui.tape.engine.tape import Cursor
from lenet_tui.text.notice import Notice, notice
from lenet_tui.watch.engine import evaluate

SAY_EACH = 0.25
"""Seconds between two reports of how far the script is."""
POLL = 0.05
"""Seconds between two looks at whether a person wants the script to stop."""
_FORWARD = {"op": ScriptNavigator.op, "phase": ScriptNavigator.phase,
            "iteration": ScriptNavigator.finish}  # fmt: skip
_BACK = {"op": ScriptNavigator.back_op, "phase": ScriptNavigator.back_phase,
         "iteration": ScriptNavigator.back_iteration}  # fmt: skip


class WholeTapes(TapeBudget):
    """Nothing of a recorded tape is let go of, as it could not be computed again."""

    def __init__(self, navigator: ScriptNavigator, ring: Ring) -> None:
        trainer = navigator.trainer
        sizes = {id(p): (n, p.numel()) for n, p in trainer.parameters.items()}
        super().__init__(float("inf"), sizes, trainer)
        self._ring = ring

    @property
    def bytes(self) -> int:
        return self._ring.bytes


class ScriptSession:
    """Implements ``protocol.session_api.Session``; ``gate``: where the script stands meanwhile.

    The moves that would run something again are rejected, each with the reason. ``beside``: who
    else sees what is recorded.
    """

    def __init__(
        self, recording: Recording, gate: Gate, hooks: Hooks, beside: Beside | None = None
    ) -> None:
        self._gate = gate
        self.beside = beside
        self._hooks = hooks
        self._next: Recording | None = None
        self._subscription = Subscription()
        self.watches: dict[int, Watch] = {}
        self._next_watch = 1
        self._ring = Ring(recording.trainer.options.tape_mb * MEGABYTE)
        self._history = History(_NoStore(), 1)
        self._losses: list[float] = []
        self._named: dict[int, dict[str, float]] = {}
        """Of a recorded iteration, each of its losses by its name."""
        self._first_loss = recording.tape.iteration
        self._last_loss: float | None = None
        self._said = 0.0
        self.navigator = ScriptNavigator(recording, self._history, self._ring, self.onward)
        self._known()
        if recording.why is not None:
            hooks.send(Remark(recording.why))
        self._say_left_out(recording)

    def _say_left_out(self, recording: Recording) -> None:
        """Say what the script ran before the iteration that is not on its tape."""
        count = recording.recorder.left_out
        if count:
            n = recording.tape.iteration
            self._hooks.send(Remark(notice("around:left-out", n=n, count=count)))

    def _known(self) -> None:
        """Take up what the navigator shows now."""
        navigator = self.navigator
        self._budget = WholeTapes(navigator, self._ring)
        self._op_lists = frame_builder.OpLists(
            {id(p): (n, p.numel()) for n, p in navigator.trainer.parameters.items()}
        )
        self.ready = ready_report(navigator.trainer)
        loss = navigator.trainer.last_loss
        if loss is not None:
            self._note_loss(navigator.iteration, loss)
            self._named[navigator.iteration] = navigator.tape.named_losses(navigator.tape.end)

    def _note_loss(self, iteration: int, loss: float) -> None:
        """Those between the last one that is known and this one are not known."""
        gap = iteration - self._first_loss - len(self._losses)
        if gap >= 0:
            self._losses += [*[float("nan")] * gap, loss]
            self._last_loss = loss

    def stopped(self, recording: Recording) -> None:
        """The script has stopped again; called in its thread, before it stands."""
        self._next = recording

    @property
    def progress(self) -> RecorderProgress:
        return self.navigator.recorder.progress

    @property
    def expected_names(self) -> list[str]:
        """The names of the ops of the iteration that was recorded last."""
        return self.navigator.recorder.named

    def kept(self) -> list[list[OpEntry]]:
        """The ops of each tape that can still be looked at."""
        return self._ring.ops()

    @property
    def phases(self) -> int:
        """How many phases the iteration of the cursor has."""
        return len(self.navigator.tape.segments)

    def to_start(self) -> None:
        """Put the cursor before the iteration's first phase."""
        self.navigator.cursor = Cursor(-1)

    # Moves

    def do(self, command: DoMove) -> Moved:
        navigator = self.navigator
        before = navigator.iteration, navigator.cursor
        error = stopped = None
        try:
            stopped = self._make(command.move)
        except MoveRejected as rejected:
            error = rejected.notice
            for line in rejected.traceback:
                self._hooks.send(Printed("traceback", line))
            navigator.show(*before)
        return self._moved(command, error, stopped)

    def run_free(self, command: RunFree) -> Moved:
        return self.do(DoMove(command.number, RUN_ON))

    def _make(self, move: Move) -> Notice | None:
        navigator = self.navigator
        if isinstance(move, moves.Forward):
            _FORWARD[move.unit](navigator)
        elif isinstance(move, moves.Back):
            _BACK[move.unit](navigator)
        elif isinstance(move, moves.ToOp):
            to_op(navigator, move.name)
        elif isinstance(move, moves.ToFailure):
            to_failure(navigator)
        elif isinstance(move, moves.Goto):
            return self._goto(move.iteration)
        elif isinstance(move, moves.Run):
            return self._goto(navigator.iteration + move.count)
        elif isinstance(move, moves.Continue):
            return self._continue(move.limit)
        elif isinstance(move, moves.AddWatch):
            evaluate.check(move.watch, navigator.trainer, self.expected_names)
            self.watches[self._next_watch] = move.watch
            self._next_watch += 1
        elif isinstance(move, moves.Unwatch):
            if self.watches.pop(move.number, None) is None:
                raise MoveRejected("history:no-watchpoint", number=move.number)
        else:
            file = navigator.trainer.file.title
            raise MoveRejected("around:not-executed", move=move.verb or str(move), file=file)
        return None

    def _goto(self, iteration: int) -> Notice | None:
        navigator = self.navigator
        last = self._ring.last.iteration
        if iteration <= last:
            navigator.end_of(iteration)
            return None
        return self._let(Stop(at=iteration), ends=True)

    def _continue(self, limit: int) -> Notice | None:
        if len(self.watches) > 1:
            raise MoveRejected("around:one-watch")
        last = self._ring.last.iteration
        watch = next(iter(self.watches.values()), None)
        return self._let(Stop(watch=watch) if watch else Stop(at=last + limit), ends=True)

    @property
    def last(self) -> int:
        """The iteration after which the script stands."""
        return self._ring.last.iteration

    def onward(self) -> None:
        """Let the script run one more iteration; ``MoveRejected`` where none comes."""
        self._let(Stop(at=self.last + 1))

    def _let(self, stop: Stop, ends: bool = False) -> Notice | None:
        """Let the script run to a stop; returns what stopped it. ``ends``: its end may do so."""
        gate = self._gate
        if gate.ended:
            raise _over(gate)
        self._next, self._said = None, time.monotonic()
        gate.go_on(stop)
        asked = False
        while not gate.stands(POLL):
            if self._hooks.stop_wanted():
                gate.asked = asked = True
            self._say_passing()
        taken = self._next
        if taken is None and ends:
            return _over(gate).notice
        if taken is None:
            raise _over(gate)
        self.navigator.take(taken)
        self._known()
        self._say_left_out(taken)
        return taken.why or (notice("history:paused") if asked else None)

    def _say_passing(self) -> None:
        """Report a few times a second how far the script is, if it goes on for so long."""
        glance, now = self._gate.glance, time.monotonic()
        if now - self._said < SAY_EACH:
            return
        self._said, seen = now, glance.loss
        glance.ask()
        last = self._first_loss + len(self._losses) - 1
        if seen is not None and seen[0] > last:
            self._note_loss(*seen)
            self._hooks.send(Passing(*seen))
        elif glance.updates > self._ring.last.iteration:
            self._hooks.send(Passing(glance.updates, self._last_loss, earlier=True))

    def _moved(self, command: DoMove, error: Notice | None, stopped: Notice | None) -> Moved:
        tape, frame = self.navigator.tape, self.frame()
        at = tape, self.navigator.cursor
        ops = partial(digests.ops, tape)
        return moved(command, frame, at, ops, error=error, stopped=stopped)

    # Frames

    def subscribe(self, subscription: Subscription) -> Frame:
        self._subscription = subscription
        return self.frame()

    def subscribe_next(self, subscription: Subscription) -> None:
        self._subscription = subscription

    def take_losses(self) -> Taken:
        first, losses, found = self._first_loss, self._losses, self._named
        self._first_loss, self._losses, self._named = first + len(losses), [], {}
        known = self.navigator.trainer.named_losses
        each = [found.get(first + n, {}) for n in range(len(losses))]
        named = [(name, np.array([e.get(name, np.nan) for e in each])) for name in known.known]
        return Taken(first, losses, tuple(named) if known.several else ())

    def snapshot(self) -> Snapshot:
        navigator = self.navigator
        snapshot = self._history.snapshot()
        watches = tuple((n, str(w)) for n, w in self.watches.items())
        return replace(
            snapshot, position=navigator.position, segment=segment_number(navigator),
            watches=watches,
        )  # fmt: skip

    def frame(self) -> Frame:
        """All that the screen is a function of, at the cursor."""
        first, losses, named = self.take_losses()
        navigator = self.navigator
        digest = navigator.recorder.digests.at(navigator.tape, navigator.cursor)
        made = frame_of(
            navigator,
            Taken(first, np.array(losses), named),
            self._op_lists,
            watches=self.watches,
            subscription=self._subscription,
            held_out=False,
            running=False,
            budget=self._budget,
        )
        kept, over = self._ring.kept, self._gate.ended
        return replace(made, digest=digest, looked_at=True, kept=kept, over=over)


def _over(gate: Gate) -> MoveRejected:
    """Why no iteration comes any more."""
    if gate.raised:
        return MoveRejected("around:ended-raising", n=gate.updates, error=gate.raised)
    return MoveRejected("around:ended", n=gate.updates)


class _NoStore:
    """There are no keyframes."""

    def put(self, iteration: int, pieces: Sequence[object]) -> bytes:
        return b""

    def get(self, iteration: int) -> bytes:
        raise KeyError(iteration)

    def drop(self, iterations: Sequence[int]) -> None:
        pass
