"""An iteration that is only run and watched, where the recorded ones before it decide the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from lenet_tui.findings.engine.anomaly import no_anomaly
from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.detector import Detector, Measure
from lenet_tui.findings.engine.detectors.loss import WITH_LABELS, LabelDetector
from lenet_tui.findings.engine.pattern import Op, Pattern, begins, pattern_of
from lenet_tui.findings.engine.recording import eager
from lenet_tui.findings.engine.seedings import Seedings
from lenet_tui.protocol.phases import BACKWARD
from lenet_tui.protocol.session_api import DeviceLost
from lenet_tui.tape.engine.in_place import written_by
from lenet_tui.tape.engine.torch_functions import KNOWN, known
from lenet_tui.training.engine import global_hooks
from lenet_tui.training.engine.function_modes import OwnMode, look_again, look_away, unwatched
from lenet_tui.training.engine.observed_calls import clearing_by
from lenet_tui.training.engine.rejecting import rejecting
from lenet_tui.training.engine.trainer import Trainer


def run_plain(trainer: Trainer, number: int) -> None:
    """Run the iteration ``number`` as it is; raises what ``rejecting`` makes of its error."""
    trainer.begin(number)
    with ExitStack() as stack:
        stack.enter_context(eager())
        stack.enter_context(no_anomaly())
        stack.enter_context(rejecting(trainer))
        trainer.plain_iteration()
        if not trainer.options.step:
            trainer.note_loss()


def runs_alike(
    trainer: Trainer,
    number: int,
    like: Pattern,
    stays_finite: Callable[[], bool],
    *,
    looking: Sequence[Detector],
    seedings: Seedings,
) -> bool:
    """Run the iteration ``number`` as it is; whether a recorded one would say no more of it.

    So it is where it did the same as ``like``, with labels in their range, nothing was raised, all
    ``stays_finite`` that was so where the check began, and each of the detectors that are
    ``looking`` has seen what it needs. ``seedings``: notes those of the owner's code, of which
    there may be none.
    """
    begun, labels = begins(trainer), LabelDetector()
    watch = _Watch(trainer, labels.before, looking)
    try:
        with watch, seedings, clearing_by(unwatched):
            run_plain(trainer, number)
    except DeviceLost:
        raise
    except Exception:  # noqa: BLE001 - it is run again, recorded, and says it itself
        return False
    same = pattern_of(trainer, begun, watch.ops, watch.backwards) == like and not labels.found
    if not same or seedings.all or not stays_finite():
        return False
    if not all(detector.passes(trainer) for detector in looking):
        return False
    for detector in looking:
        detector.passed(trainer)
    return True


class _Watch(OwnMode):
    """Notes each op that gradients go through; ``before`` is given the calls with labels.

    An optimizer's own are none of them. Those that are ``looking`` are given what they measure.
    """

    def __init__(
        self, trainer: Trainer, before: Callable[[Call], None], looking: Sequence[Detector]
    ) -> None:
        super().__init__()
        self.ops: list[Op] = []
        self.backwards = 0
        self._trainer, self._before, self._looking = trainer, before, looking
        self._writing = [d for d in looking if type(d).writes is not Detector.writes]
        self._measuring: list[Measure] = [m for d in looking if (m := d.measures(trainer))]
        self._updating = self._popped = False

    def __enter__(self) -> _Watch:
        self._hooks = [
            global_hooks.before_updates(lambda optimizer, *_: self._begins_update(optimizer)),
            global_hooks.after_updates(lambda optimizer, *_: self._ends_update(optimizer)),
        ]
        super().__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._updates(False)
        super().__exit__(*error)
        while self._hooks:  # which lead back here
            self._hooks.pop().remove()

    def _begins_update(self, optimizer: Optimizer) -> None:
        self._updates(True)  # first, as to read each gradient would be a call that is handed on
        for detector in self._looking:
            detector.updates(self._trainer, optimizer)

    def _ends_update(self, optimizer: Optimizer) -> None:
        for detector in self._looking:
            detector.updated(self._trainer, optimizer)
        self._updates(False)

    def _updates(self, updating: bool) -> None:
        """Look away where nobody else looks on, which costs least; else hand each call on."""
        self._updating = updating
        if self._popped:
            look_again(self)
        self._popped = updating and look_away(self)

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if self._updating:
            return func(*args, **kwargs)
        function = KNOWN.get(func) or known(func)
        if function.silent:
            return func(*args, **kwargs)
        graph = torch.is_grad_enabled()
        if function.op == BACKWARD.name:
            self._backward(_first(args))
        if function.op in WITH_LABELS:
            self._before(Call(function.op, args, kwargs, "", graph, []))
        if not graph and function.writer is not None and self._writing:
            written = written_by(func, function.name, args, kwargs)
            for detector in self._writing:
                detector.writes(self._trainer, written)
        result = func(*args, **kwargs)
        first = result if isinstance(result, Tensor) or not graph else _first(result)
        if graph and first is not None and first.requires_grad:
            self.ops.append((function.op, first.shape))
            for measure in self._measuring:
                measure(function.op, args, kwargs, first)
        return result

    def _backward(self, root: Tensor | None) -> None:
        self.backwards += 1
        for detector in self._looking if self.backwards == 1 else ():
            detector.starts_backward(self._trainer, root)


def _first(result: Any) -> Tensor | None:
    several = result if isinstance(result, (tuple, list)) else ()
    return next((t for t in several if isinstance(t, Tensor)), None)
