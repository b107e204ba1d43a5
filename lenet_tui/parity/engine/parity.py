"""Device parity: the present iteration as the session runs it, and once more in another place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.history import Borrowed
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.parity.engine.float64_trainer import Float64Trainer
from lenet_tui.parity.engine.tape_diff import compare
from lenet_tui.parity.result import Parity, ParityResult, ParityRow, place
from lenet_tui.protocol.iteration_plan import IterationPlan, Segment
from lenet_tui.protocol.options import OptionError
from lenet_tui.protocol.phases import PHASES
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.progress import RecorderProgress
from lenet_tui.tape.engine.recorder import TapeRecorder
from lenet_tui.tape.engine.tape import Tape
from lenet_tui.training.engine import devices
from lenet_tui.training.engine.rejecting import rejecting
from lenet_tui.training.engine.rng_guard import generators, preserved_torch_state
from lenet_tui.training.engine.setting import take
from lenet_tui.training.engine.trainer import Trainer

FLOAT, DOUBLE = "float32", "float64"
TRAINERS: dict[str, type[Trainer]] = {FLOAT: Trainer, DOUBLE: Float64Trainer}


def compared(command: Parity, navigator: Navigator) -> ParityResult:
    """Run the iteration in both places and compare; the session stays as it is, to the bit."""
    with preserved_torch_state():
        result = _answer(command, navigator)
    if torch.cuda.is_available():  # what the other device was asked for goes back
        torch.cuda.empty_cache()
    return result


def _answer(command: Parity, navigator: Navigator) -> ParityResult:
    result = ParityResult(seed=navigator.trainer.options.seed)
    try:
        with rejecting(navigator.trainer):
            reference = Reference(navigator)
            trainer = reference.trainer
            result = replace(
                result,
                reference=place(str(trainer.device), FLOAT),
                choices=choices(trainer.device),
                iteration=reference.iteration,
                batch=trainer.options.batch_size,
            )
            result = replace(result, other=_place(command.device or result.choices[0]))
            return replace(result, rows=reference.compare_with(result.other))
    except (MoveRejected, OptionError) as refused:
        return replace(result, error=refused.notice)


def choices(device: torch.device) -> tuple[str, ...]:
    """The places to compare with: every other device here, and the CPU in double precision."""
    own = f"cuda:{torch.cuda.current_device()}" if str(device) == "cuda" else str(device)
    others = [d.name for d in reversed(devices.list_devices()) if not d.problem and d.name != own]
    return (*(place(name, FLOAT) for name in others), place("cpu", DOUBLE))


def _place(name: str) -> str:
    """``cuda:0`` and ``cuda:0 · float32`` are the same place."""
    device, _, dtype = name.partition(" · ")
    if (dtype or FLOAT) not in TRAINERS:
        raise OptionError("parity:no-place", name=name, single=FLOAT, double=DOUBLE)
    return place(device, dtype or FLOAT)


class Reference:
    """The session's own iteration, run again in a trainer of its own from where it started."""

    def __init__(self, navigator: Navigator) -> None:
        history = Borrowed(navigator.history)
        self.iteration = max(navigator.iteration, 1)
        self._script = as_asked(history.plan(self.iteration))
        self._draws = Draws()
        again = Navigator(navigator.trainer.options, history, self._draws)
        again.end_of(self.iteration - 1)
        self.trainer = again.trainer
        self._start = keyframe.capture(again.trainer)
        self._player = again.recorder

    def compare_with(self, there: str) -> tuple[ParityRow, ...]:
        """Run the iteration here and in the place ``there``; what came out on both."""
        self._draws.drew.clear()
        ours, script = self.play()
        drew = frozenset(self._draws.drew)
        try:
            with rejecting(self.trainer):
                twin = self._twin(there)
            with rejecting(twin):
                again = TapeRecorder(twin, RecorderProgress(), 0.0)
                again.begin(self.iteration)
                play(again, script)
                return compare(ours, again.tape, drew)
        except MoveRejected as refused:
            raise MoveRejected("parity:there", place=there, why=refused.notice) from refused

    def _twin(self, there: str) -> Trainer:
        """A second trainer, in the same state, in the place ``there``."""
        device, _, dtype = there.partition(" · ")
        twin = TRAINERS[dtype](replace(self.trainer.options, device=device))
        keyframe.restore(twin, self._start, str(twin.device))
        return twin

    def play(self) -> tuple[Tape, IterationPlan]:
        """Run the iteration as it was asked for; then the rest of its turn, while it can be run."""
        player, script = self._player, self._script
        player.begin(self.iteration)
        play(player, script)
        while not script.finished():
            segment = Segment(script.next_phase())
            done = len(script.segments)
            try:
                play(player, script.with_segment(segment), done)
            except MoveRejected:
                if not done:
                    raise
                del player.tape.segments[done:]
                break
            script = script.with_segment(segment)
        return player.tape, script


def as_asked(script: IterationPlan) -> IterationPlan:
    """``script`` with no move to another device."""
    return replace(script, changes=tuple(c for c in script.changes if c.move.option != "device"))


def play(player: TapeRecorder, script: IterationPlan, first: int = 0) -> None:
    """Run the segments of ``script`` from number ``first`` on, fully recorded."""
    for number, segment in enumerate(script.segments[first:], first):
        played = player.open(segment)
        changes = [c for c in script.changes if c.segment == number]
        while not played.complete:
            player.step()
            for change in changes:
                if change.done == len(played.entries):
                    take(player.trainer, change.move)
        for change in changes:
            if change.done is None or not segment.kind.lazy:
                take(player.trainer, change.move)


@dataclass(slots=True)
class Draws(RecorderProgress):
    """Notes the forward's ops that took random numbers: ``drew`` has (segment, op from 1)."""

    drew: set[tuple[int, int]] = field(default_factory=set)
    before: list[Tensor] = field(default_factory=generators)

    def passed(self, done: int, what: str) -> None:
        RecorderProgress.passed(self, done, what)
        if PHASES[self.phase].makes == "output":
            now = generators()
            if done and not all(map(torch.equal, now, self.before)):
                self.drew.add((self.segment, done))
            self.before = now
