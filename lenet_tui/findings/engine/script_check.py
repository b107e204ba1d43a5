"""What is wrong with the iterations of a script that runs as it is: they are seen, never undone."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Any

from torch import Tensor
from torch.optim import Optimizer

from lenet_tui.around.engine.script_session import ScriptSession
from lenet_tui.findings.engine.calls import Call, ModuleCall, Observer, StopCheck
from lenet_tui.findings.engine.check import sorted_findings
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.again import Resumed, Workers
from lenet_tui.findings.engine.detectors.grows import Grows
from lenet_tui.findings.engine.detectors.kept_alive import AliveDetector
from lenet_tui.findings.engine.detectors.skipped import skipped_scales
from lenet_tui.findings.engine.detectors.table import DETECTORS
from lenet_tui.findings.engine.detectors.tried import Tried, mixes, paths_of, unsaid
from lenet_tui.findings.engine.eval_dropout import dropping, drops_in_eval
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.loaders import Loaders
from lenet_tui.findings.engine.mode_difference import Call as ModelCall
from lenet_tui.findings.engine.recording import autograd_count, copied, copies, known_optimizers
from lenet_tui.findings.engine.resuming import Resuming
from lenet_tui.findings.engine.row_by_row import row_by_row
from lenet_tui.findings.finding import ERROR, Finding, Findings
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.collection import collection_as_usual, full_collection_put_off
from lenet_tui.tape.engine.tape import Tape
from lenet_tui.training.engine.trainer import Trainer

RUNS_AGAIN = (Tried, Resumed, Workers)
"""Detectors that run something themselves, or want a training file."""


RECURRENT = ("lstm", "gru", "rnn_tanh", "rnn_relu")
DIMENSIONS = 3
"""Of what torch gives these ops: it puts an axis of one sequence into what has none."""
MORE = 5
"""Iterations that are looked at beside those without an update, or where a detector wants more."""


class Looking:
    """Detectors that look at one iteration of a script after another."""

    def __init__(self, without: Iterable[type[Detector]] = ()) -> None:
        left_out = (*RUNS_AGAIN, *without)
        self._detectors = [make() for make in (*DETECTORS, Grows) if make not in left_out]
        self._found: list[Finding] = []
        self.resuming: Resuming | None = None
        self.loaders: Loaders | None = None
        """These two have seen the script from its start, if it is run for the check alone."""
        self._begun = False
        self.iterations = self._unseen = 0
        self.skipped = 0
        """Of them, those whose update a scaler left out."""
        self._steps: list[tuple[Optimizer, list[int]]] = []
        """The iterations in which each optimizer made a step."""

    def begin(self, trainer: Trainer) -> None:
        """Look at what the first iteration starts from; at later ones nothing."""
        if self._begun:
            return
        self._begun = True
        for detector in self._detectors:
            self._found += detector.begin(trainer)

    def before(self, call: Call) -> None:
        """A call is about to be made, or was made."""
        for detector in self._detectors:
            detector.before(call)

    def look(self, iteration: Iteration) -> None:
        """Look at an iteration, while its calls live."""
        self.iterations += 1
        iteration.number = self.iterations
        self._unseen += iteration.unseen
        self.skipped += bool(skipped_scales(iteration))
        self._count_steps(iteration)
        for detector in self._detectors:
            found = detector.look(iteration)
            self._found += [replace(one, iteration=self.iterations) for one in found]
        if self.loaders is not None and iteration.error is None:
            self._found += self.loaders.see(iteration)
        for detector in self._detectors:
            self._found += detector.left(self.iterations)

    def enough(self, iterations: int) -> bool:
        """Whether so many were looked at; of those without an update a few more are wanted."""
        if self.iterations < iterations:
            return False
        wanted = any(detector.wants_more() for detector in self._detectors)
        if any(finding.fails for finding in self._found):
            more = int(wanted)
        else:
            more = MORE if wanted or self._in_turn else min(self.skipped, MORE)
        return self.iterations >= iterations + more

    def _count_steps(self, iteration: Iteration) -> None:
        for optimizer in iteration.stepped:
            known = next((at for one, at in self._steps if one is optimizer), None)
            if known is None:
                self._steps.append((optimizer, known := []))
            known.append(iteration.number)

    @property
    def _in_turn(self) -> bool:
        """Whether optimizers take turns, as those of a GAN do, and one has made a single step.

        What it leaves for its next one is not seen yet.
        """
        return len(self._steps) > 1 and any(len(at) == 1 for _, at in self._steps)

    def over(self, seen: Iteration | None) -> None:
        """Call the model of an iteration again, and ask the loaders: its script does not go on."""
        calls = [] if seen is None or seen.error is not None else _trained(seen)
        if seen is not None and calls:
            call, batches = calls[0], len(calls)
            with unsaid():
                stacks = self.loaders is not None and self.loaders.stacked(call[1:])
                once = batches == 1 and not row_by_row(seen)
                found = list(mixes(seen.trainer, call, stacks)) if once else []
                found = [f for f in found if stacks or f.level == ERROR]
                in_order = self.loaders is not None and self.loaders.in_order
                self._found += [] if in_order and _one_sequence(seen) else found
            with unsaid():
                if drops := dropping(seen):
                    self._found += drops_in_eval(drops, call, paths_of(seen.trainer))
        if self.loaders is not None:
            self._found += self.loaders.look()

    def findings(self) -> Findings:
        """What was found, when the last iteration has been looked at."""
        for detector in self._detectors:
            self._found += detector.end()
        if self.resuming is not None:
            self._found += self.resuming.found
        found = tuple(sorted_findings(self._found))
        return Findings(found, self.iterations, unseen=self._unseen)


def _one_sequence(iteration: Iteration) -> bool:
    """Whether a recurrent layer is given a single sequence: the samples of a loader that goes in
    order may be its points in time.
    """
    given = [op.args[0] for _, op in iteration.ops() if op.op in RECURRENT and op.args]
    return any(t.dim() == DIMENSIONS and 1 in t.shape[:2] for t in given if isinstance(t, Tensor))


def _trained(iteration: Iteration) -> list[ModelCall]:
    """The outermost calls with gradients, each by the first batch; none where they are of several
    modules: what a script does beside its model cannot be run again. A loss has no parameters.
    """
    batch = iteration.tape.batch
    outer: list[ModuleCall] = []
    for call in iteration.modules:
        inside = any(c.first <= call.first and call.last <= c.last for c in outer)
        if call.graph and not inside and next(call.module.parameters(), None) is not None:
            outer.append(call)
    if batch is None or len({id(call.module) for call in outer}) != 1:
        return []
    return [(call.module, batch.args, dict(batch.kwargs)) for call in outer]


class Seen:
    """Implements ``around.engine.beside.Beside``: keeps the calls of the last iteration.

    ``looking``: detectors that look at each iteration as soon as it is over; ``None``: whoever asks
    while the script stands finds it in ``iteration``.
    """

    def __init__(self, looking: Looking | None = None) -> None:
        self.looking = looking
        self.iteration: Iteration | None = None
        self._observer: Observer | None = None
        self._sequence = 0
        self._before: dict[str, Tensor] = {}
        self._put_off = ExitStack()
        self._waits = False
        """Whether Python's collector waits, which would go over all of torch each time."""

    def begins(self, trainer: Trainer) -> None:
        self.goes_on()
        if self.looking is not None:
            if not self._waits:
                self._put_off.enter_context(full_collection_put_off())
                self._waits = True
            self.looking.begin(trainer)
        paths = {id(module): path for path, module in trainer.modules()}
        self._sequence = autograd_count()
        self._before = copied(trainer.buffers) if _on_tape(trainer) else copies(trainer)
        before = [] if self.looking is None else [self.looking.before]
        self._observer = Observer(paths, before)
        self._observer.__enter__()

    def makes(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        observer = self._observer
        return func(*args, **kwargs) if observer is None else observer.makes(func, args, kwargs)

    def closes(self) -> None:
        if self._observer is not None:
            self._observer.__exit__(None, None, None)

    def ends(self, trainer: Trainer, tape: Tape, error: BaseException | None) -> None:
        observer, self._observer = self._observer, None
        if observer is None:
            return
        segments = tape.segments
        observer.pair(op for segment in segments for op in segment.ops)
        failed = segments[-1].phase.name if error is not None and segments else ""
        before = self._before | tape.base.values if _on_tape(trainer) else self._before
        self.iteration = Iteration(
            number=tape.iteration, trainer=trainer, tape=tape, calls=observer.calls,
            modules=observer.modules, before=before, after=_after(trainer, tape, error),
            trains={n: p.requires_grad for n, p in trainer.parameters.items()},
            optimizers=known_optimizers(trainer, observer), error=error, sequence=self._sequence,
            failed_phase=failed, modes=observer.modes.changes, closures=observer.closures,
            seedings=observer.seedings.all, stepped=observer.optimizers, unseen=observer.unseen,
        )  # fmt: skip
        if self.looking is not None:
            self.looking.look(self.iteration)

    def goes_on(self) -> None:
        self.iteration, self._before = None, {}
        if self._waits:
            gc.collect(1)  # what was made since the last one

    def collects(self) -> None:
        """Nothing more will be looked at for now: Python's collector works as usual again."""
        collection_as_usual()  # what is noted within is noted no longer
        self._put_off.close()
        self._waits = False


def _on_tape(trainer: Trainer) -> bool:
    """Whether a tape has the parameters: bare tensors may be replaced by others meanwhile."""
    return not getattr(trainer, "bare", True)


def _after(trainer: Trainer, tape: Tape, error: BaseException | None) -> dict[str, Tensor]:
    """Copies of all values at the end; a tape has those of the parameters already."""
    values, grads = dict(tape.base.values), dict(tape.base.grads)
    for segment in tape.segments:
        for entry in segment.entries:
            entry.apply(values, grads)
    if not _on_tape(trainer) or error or values.keys() != trainer.parameters.keys():
        return copies(trainer)
    return copied(trainer.buffers) | values


def check_script(session: ScriptSession, iterations: int) -> Findings:
    """What is wrong with the last iteration of a script that stands, and with those after it.

    The script goes on for them, and the cursor is then where it was, if that is still kept.
    """
    navigator, seen = session.navigator, session.beside
    assert isinstance(seen, Seen)
    at = navigator.iteration, navigator.cursor
    first = session.last
    looking = seen.looking = standing(seen)
    if not looking.iterations:
        first += 1
    try:
        while looking.iterations < iterations:
            session.onward()
    except MoveRejected:  # it has raised, or has ended
        if not looking.iterations:
            raise
    finally:
        seen.looking = None
        seen.collects()
        with suppress(MoveRejected):
            navigator.show(*at)
    return replace(looking.findings().numbered(first), first=first)


def standing(seen: Seen) -> Looking:
    """Detectors that have looked at the iteration after which the script stands.

    The tapes that can be looked at keep graphs alive, so that these are not counted.
    """
    looking = Looking(without=(AliveDetector,))
    iteration = seen.iteration
    if iteration is not None:
        looking.begin(iteration.trainer)
        for call in iteration.calls:
            try:
                looking.before(call)
            except StopCheck:  # it was made already
                continue
        looking.look(iteration)
    return looking
