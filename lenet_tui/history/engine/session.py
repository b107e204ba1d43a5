"""A training session: it makes moves, records history, and answers with frames."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch

from lenet_tui.history.engine import by_hand, keyframe, step_rules
from lenet_tui.history.engine.evaluator import Evaluator
from lenet_tui.history.engine.history import MEGABYTE, History
from lenet_tui.history.engine.moved import moved
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.history.engine.op_goto import to_failure, to_op
from lenet_tui.history.engine.ready_report import ready_report
from lenet_tui.history.engine.recompute import cut, with_tensors
from lenet_tui.history.engine.reverse_continue import Search
from lenet_tui.history.engine.run_loop import RUN_ON, RunLoop
from lenet_tui.history.engine.seek import MakeTrainer
from lenet_tui.history.engine.session_frame import frame_of
from lenet_tui.protocol import moves
from lenet_tui.protocol.condition import Watch, parse_watch
from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.iteration_plan import Segment
from lenet_tui.protocol.loss_series import Taken
from lenet_tui.protocol.messages import (
    Busy,
    DoMove,
    FrameUpdate,
    Moved,
    Printed,
    Recorded,
    Remark,
    RunFree,
    Snapshot,
    Subscription,
)
from lenet_tui.protocol.moves import Move
from lenet_tui.protocol.options import OptionError, Options, change, phases_on
from lenet_tui.protocol.position import LOADS_CUDNN, STARTS_CUDA, Position
from lenet_tui.protocol.session_api import Hooks, KeyframeStore, MoveRejected, OwnError
from lenet_tui.protocol.transcript import OpState
from lenet_tui.tape.engine import digests, frame_builder
from lenet_tui.tape.engine.budget import TapeBudget
from lenet_tui.tape.engine.collection import collection_put_off
from lenet_tui.tape.engine.dry_run import dry_run
from lenet_tui.tape.engine.progress import RecorderProgress
from lenet_tui.tape.engine.tape import Cursor
from lenet_tui.text.notice import Notice, notice
from lenet_tui.training.engine import dataset, devices
from lenet_tui.training.engine.trainer import Trainer
from lenet_tui.watch.engine import evaluate

_FORWARD = {"op": Navigator.op, "phase": Navigator.phase, "iteration": Navigator.finish}
_BACK = {
    "op": Navigator.back_op, "phase": Navigator.back_phase, "iteration": Navigator.back_iteration
}  # fmt: skip


class Session:
    """Implements ``protocol.session_api.Session``, which describes each method."""

    def __init__(
        self,
        options: Options,
        store: KeyframeStore,
        hooks: Hooks,
        snapshot: Snapshot | None = None,
        make_trainer: MakeTrainer = Trainer,
    ) -> None:
        self._store, self._hooks, self._make_trainer = store, hooks, make_trainer
        torch.set_num_threads(options.threads)
        self._subscription = Subscription()
        self.watches: dict[int, Watch] = {}
        self._next_watch = 1
        self._from: Snapshot | None = None
        """Where a search through history began, while it is under way."""
        self.progress = RecorderProgress()
        if devices.starts_cuda(options.device):
            self._say(STARTS_CUDA)
        self._start(replace(options, weights="") if snapshot else options)  # keyframes have them
        if snapshot:
            self._resume(snapshot)
        else:
            self._begin()
            self._remark()

    def _remark(self) -> None:
        """Say what is done to the data that nobody asked for."""
        for remark in dataset.remarks(self.navigator.options):
            self._hooks.send(Remark(remark))

    def _start(self, options: Options) -> None:
        """A new session from ``init``."""
        self.progress.passed(0, "init")
        self.history = History(self._store, options.history_mb * MEGABYTE)
        self.navigator = Navigator(options, self.history, self.progress, self._make_trainer)
        trainer = self.navigator.trainer
        in_run = partial(self.frame, running=True)
        self.evaluator = Evaluator(self.navigator, self._hooks)
        self.run_loop = RunLoop(self.navigator, self.watches, self._hooks, in_run, self.evaluator)
        sizes = {id(p): (n, p.numel()) for n, p in trainer.parameters.items()}
        budget = TapeBudget(options.tape_mb * MEGABYTE, sizes, trainer)
        self._budget = self.navigator.recorder.budget = budget
        self._op_lists = frame_builder.OpLists(sizes)
        self.ready = ready_report(trainer)

    def _begin(self) -> None:
        """Store the first keyframe, and find out which ops a forward will do.

        An engine that resumes a session learns them from history: the op for which the last one
        was ended may hang in a dry run too.
        """
        trainer = self.navigator.trainer
        if trainer.device.type == "cuda":
            self._say(LOADS_CUDNN)
        self.history.keep(0, keyframe.capture_pieces(trainer))
        self.history.on = phases_on(trainer.options)
        self.navigator.recorder.expected = dry_run(trainer).entries

    def _say(self, what: str) -> None:
        """Say what takes seconds, before there is a frame."""
        self._hooks.send(Busy(Position(), -1, what, 0.0))

    def _resume(self, snapshot: Snapshot) -> None:
        """Continue where another engine was: its keyframes are in the store."""
        if snapshot.foreign:
            for iteration, _ in snapshot.keyframes:
                keyframe.check_fits(self.navigator.trainer, self._store.get(iteration))
        self.history.on = phases_on(keyframe.unpack(self._store.get(0)).options)
        self.history.resume(snapshot)
        for number, text in snapshot.watches:
            self.watches[number] = parse_watch(text)
            self._next_watch = max(self._next_watch, number + 1)
        position = snapshot.position
        cursor = Cursor(snapshot.segment, position.op)
        self.navigator.rebuild(position.iteration, cursor, careful=True)
        if len(snapshot.digest) == len(self._digest()):  # older saves have longer ones
            self.history.expect(position.iteration, cursor, snapshot.digest)
            self._fingerprint()

    def snapshot(self) -> Snapshot:
        if self._from:
            return self._from
        navigator = self.navigator
        self.history.reached(navigator.iteration, navigator.cursor)
        return replace(
            self.history.snapshot(),
            position=navigator.position,
            segment=step_rules.segment_number(navigator),
            watches=tuple((n, str(w)) for n, w in self.watches.items()),
            digest=self.history.digest(navigator.iteration, navigator.cursor),
        )

    def take_losses(self) -> Taken:
        return self.run_loop.losses.take_finished()

    def _digest(self) -> str:
        navigator = self.navigator
        return navigator.recorder.digests.at(navigator.tape, navigator.cursor)

    def _fingerprint(self) -> str:
        """The digest of the state at the cursor, compared with the one recorded there."""
        navigator, digest = self.navigator, self._digest()
        self.history.check(navigator.iteration, navigator.cursor, digest)
        return digest

    # Moves

    def do(self, command: DoMove) -> Moved:
        with self._budget.unlimited(command.ops):  # what each op made is asked for
            return self._do(command)

    def _do(self, command: DoMove) -> Moved:
        navigator, history = self.navigator, self.history
        before = navigator.iteration, navigator.cursor
        recorded = dict(history.plans), history.end
        history.reached(*before)
        history.divergence = error = stopped = None
        try:
            make = partial(self._make, command.move)
            stopped = self.run_loop.watched(make) if command.watched else make()
        except (MoveRejected, OptionError, OwnError) as rejected:
            error = rejected.notice
            for line in getattr(rejected, "traceback", ()):
                self._hooks.send(Printed("traceback", line))
        if error:  # only now: the exception held what torch had made until it failed
            history.plans, history.end = recorded
            navigator.rebuild(*before, careful=navigator.recorder.failure is not None)
        with collection_put_off():  # what is on the tape stays
            return self._moved(command, error, stopped)

    def run_free(self, command: RunFree) -> Moved:
        return self.do(DoMove(command.number, RUN_ON))

    def _moved(self, command: DoMove, error: Notice | None, stopped: Notice | None) -> Moved:
        navigator, history = self.navigator, self.history
        history.reached(navigator.iteration, navigator.cursor)
        cut(navigator)
        frame = replace(self.frame(), digest=self._fingerprint(), divergence=history.divergence)
        at = navigator.tape, navigator.cursor
        return moved(command, frame, at, self._ops, error=error, stopped=stopped)

    def _ops(self, number: int) -> tuple[OpState, ...]:
        return with_tensors(self.navigator, lambda: digests.ops(self.navigator.tape, number))

    def _make(self, move: Move) -> Notice | None:
        """Make a move; returns what stopped it, if it was a run that something stopped."""
        navigator = self.navigator
        step_rules.check_move(navigator, move)
        if isinstance(move, moves.Forward):
            _FORWARD[move.unit](navigator)
            if navigator.finished:
                self.evaluator.if_due()
        elif isinstance(move, moves.Back):
            _BACK[move.unit](navigator)
        elif isinstance(move, moves.ToFailure):
            to_failure(navigator)
        elif isinstance(move, moves.ToOp):
            to_op(navigator, move.name)
        elif isinstance(move, moves.Run):
            return self.run_loop.run(move.count)
        elif isinstance(move, moves.Goto):
            return self.run_loop.goto(move.iteration)
        elif isinstance(move, moves.Skip):
            step_rules.check_next(navigator, move.phase)
            navigator.skip(move.phase)
        elif isinstance(move, moves.Do):
            step_rules.check_between_phases(navigator)
            navigator.do(Segment(move.phase, "do", move.vector))
        elif isinstance(move, (moves.Edit, moves.Draw)):
            step_rules.check_between_phases(navigator)
            by_hand.make(navigator, move)
            if said := by_hand.remark(move):
                self._hooks.send(Remark(said))
        elif isinstance(move, moves.Set):
            self._set(move)
        elif isinstance(move, moves.AddWatch):
            evaluate.check(move.watch, navigator.trainer, self.expected_names)
            self.watches[self._next_watch] = move.watch
            self._next_watch += 1
        elif isinstance(move, moves.Unwatch):
            if self.watches.pop(move.number, None) is None:
                raise MoveRejected("history:no-watchpoint", number=move.number)
        elif isinstance(move, moves.Continue):
            return self.run_loop.resume(None if move is RUN_ON else move.limit)
        elif isinstance(move, moves.ReverseContinue):
            return self._reverse()
        return None

    def _set(self, move: moves.Set) -> None:
        navigator = self.navigator
        options = change(navigator.options, move.option, move.value)
        if move.option == "seed":
            self._store.drop(list(self.history.index.sizes))
            self._start(options)
            self._begin()
            return
        if move.option in ("data", "batch-size"):
            dataset.check(options)
        if move.option == "device":
            move = moves.Set("device", str(devices.resolve(move.value)))
            options = change(options, move.option, move.value)
        if options == navigator.options:  # nothing changes, so what is recorded after it stays
            return
        if move.option == "device":
            navigator.set_device(move)
        else:
            navigator.set(move)
        if move.option in ("data", "loss"):  # what was said of the present iteration is of others
            self.history.evaluations.drop_after(navigator.iteration - 1)
        if move.option == "data":
            self._remark()

    def _reverse(self) -> Notice | None:
        navigator = self.navigator
        here = navigator.iteration, navigator.cursor
        search = Search(navigator, self.watches, self._hooks)
        self._from = self.snapshot()
        with self._budget.unlimited():  # each iteration on the way is looked through whole
            found = search.last_before(*here)
        self._from = None
        if found is None:
            navigator.rebuild(*here)
            return notice("history:paused" if search.stopped else "history:nothing-before")
        navigator.rebuild(found[0], found[1])
        return found[2]

    def evaluate(self) -> Evaluation:
        """How good the model is on what is held out, after the last finished iteration.

        Nothing of the training changes. ``Rejected`` where it cannot be known.
        """
        found = self.evaluator.now()
        self.record()
        self._hooks.send(FrameUpdate(self.subscribe(self._subscription)))
        return found

    def record(self) -> None:
        """Report the session as it is, so that it outlives this engine."""
        self._hooks.send(Recorded(self.snapshot(), *self.take_losses()))

    # Frames

    def subscribe(self, subscription: Subscription) -> Frame:
        self.subscribe_next(subscription)
        self._budget.unpin()
        return replace(self.frame(), digest=self._digest(), divergence=self.history.divergence)

    def subscribe_next(self, subscription: Subscription) -> None:
        self._subscription = subscription
        self.evaluator.with_training = subscription.norms
        self.run_loop.look(subscription)

    @property
    def expected_names(self) -> list[str]:
        """The names of the ops that a forward, or a step of one's own, will do."""
        recorder = self.navigator.recorder
        return recorder.named or [entry.name for entry in recorder.expected]

    def frame(self, running: bool = False) -> Frame:
        """All that the screen is a function of, at the cursor."""
        losses = self.run_loop.losses.take()
        iterators = self.navigator.trainer.attributes.iterators
        for remark in (*self.history.take_remarks(), *iterators.take_remarks()):
            self._hooks.send(Remark(remark))
        return frame_of(
            self.navigator,
            losses,
            self._op_lists,
            watches=self.watches,
            subscription=self._subscription,
            held_out=self.evaluator.held_out,
            running=running,
            budget=self._budget,
        )
